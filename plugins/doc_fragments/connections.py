# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``connections`` of the module that makes storage connections, and of the preflight."""

from __future__ import annotations


class ModuleDocFragment:
    """A list of storage connections, each with how to find it and what it shall be."""

    DOCUMENTATION = r"""
options:
  connections:
    description:
      - Many connections at once, each with its own selectors and details, instead of one.
    type: list
    elements: dict
    suboptions:
      id:
        description:
          - The id of the connection that is meant.
        type: str
      domains:
        description:
          - The storage domains, by name or id, that use the connection that is meant. Of several connections of an
            iSCSI domain one is chosen with O(connections[].where).
        type: list
        elements: str
      where:
        description:
          - Details that the connection that is meant has now. When none has them, one that has the wanted details
            already is meant.
        type: dict
        suboptions:
          type:
            description: The type.
            type: str
            choices: [nfs, posixfs, glusterfs, localfs, iscsi]
          address:
            description: The server.
            type: str
          path:
            description: The path.
            type: str
          port:
            description: The port.
            type: int
          target:
            description: The target.
            type: str
      attach_to:
        description:
          - iSCSI domains, by name or id, that shall use this connection beside those that they have, as a further path.
            A domain is in maintenance for it, as for an edit.
        type: list
        elements: str
      detach_from:
        description:
          - iSCSI domains, by name or id, that shall not use this connection any more, after others were attached to
            them. The last connection of a domain is refused, as the domain would lose its LUNs.
        type: list
        elements: str
      type:
        description:
          - The type of the storage. Needed for a new connection; of one that is there it never changes.
        type: str
        choices: [nfs, posixfs, glusterfs, localfs, iscsi]
      address:
        description:
          - The server. For V(posixfs) and V(glusterfs) it may be left out.
        type: str
      path:
        description:
          - The export, device or directory; for all types but V(iscsi). It must not hold a colon.
        type: str
      port:
        description:
          - The port of an V(iscsi) portal, from 1 to 65535. A new connection gets 3260 when it is left out.
        type: int
      target:
        description:
          - The name (IQN) of an V(iscsi) target.
        type: str
      portal:
        description:
          - The portal group tag of an V(iscsi) target, for a new connection. The engine never tells it.
        type: str
      username:
        description:
          - The CHAP user of an V(iscsi) target.
        type: str
      password:
        description:
          - The CHAP password of an V(iscsi) target. It goes with a new connection and with every edit that is made;
            whether it is a reason for an edit is said by O(ovirt_dr.storage.storage_connection#module:update_secret).
        type: str
      vfs_type:
        description:
          - The file system type for V(posixfs); V(glusterfs) needs none.
        type: str
      mount_options:
        description:
          - Mount options, for V(nfs), V(posixfs) and V(glusterfs). Those that the engine sets itself are refused.
        type: str
      nfs_version:
        description:
          - The version of NFS.
        type: str
        choices: [auto, v3, v4, v4_0, v4_1, v4_2]
      nfs_timeo:
        description:
          - The NFS time-out in tenths of a second, from 1 to 6000.
        type: int
      nfs_retrans:
        description:
          - How often NFS tries again, from 0 to 32767.
        type: int
      required:
        description:
          - Whether the task fails when this connection, or a domain on it, does not come to be as wanted.
        type: bool
        default: true
"""
