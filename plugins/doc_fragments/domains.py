# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options ``domains`` and ``sign_in`` of the modules that bring domains into a data center."""

from __future__ import annotations


class ModuleDocFragment:
    """Storage domains with the place of their storage."""

    DOCUMENTATION = r"""
options:
  domains:
    description:
      - The storage domains.
    type: list
    elements: dict
    required: true
    suboptions:
      id:
        description:
          - The id that the domain's own metadata must hold. Needed, but for one that O(domains[].create) makes.
        type: str
      name:
        description:
          - What the domain shall be called; the name in its metadata when left out.
        type: str
      type:
        description:
          - The kind of storage. A domain of type V(iscsi) or V(fcp) is found by its id, among what the host sees of
            block storage, under whatever LUN ids.
        type: str
        choices: [nfs, posixfs, glusterfs, localfs, iscsi, fcp]
        default: nfs
      connection:
        description:
          - The id of a storage connection that the engine has already and on which the domain lies; its type, address
            and path are then known. Where it is left out, a connection to the same place that nothing uses is taken.
        type: str
      create:
        description:
          - Whether a new, empty domain called O(domains[].name) is made, for file storage and V(localfs). Nothing is
            made where a domain lies already.
          - It may be the first one of a data center, and becomes its master then.
        type: bool
        default: false
      address:
        description:
          - The server. Needed for V(nfs).
        type: str
      path:
        description:
          - The export or device on the server. Needed for file storage.
        type: str
      vfs_type:
        description:
          - The file system type. Needed for V(posixfs) and V(glusterfs).
        type: str
      mount_options:
        description:
          - Additional mount options.
        type: str
      nfs_version:
        description:
          - The NFS version; the engine's choice when left out.
        type: str
        choices: [auto, v3, v4, v4_0, v4_1, v4_2]
      nfs_timeo:
        description:
          - Tenths of a second before an NFS request is sent again, from 1 to 6000.
        type: int
      nfs_retrans:
        description:
          - How often an NFS request is sent again, from 0 to 32767.
        type: int
      targets:
        description:
          - The iSCSI targets that show the LUNs of the domain. Needed for V(iscsi).
          - They matter only for a domain that the engine does not know yet. The host must be signed in to all of them;
            name every path, because the engine keeps those through which it saw the domain.
        type: list
        elements: dict
        suboptions:
          address:
            description:
              - The address of the portal, as the storage itself tells it when its targets are discovered.
            type: str
            required: true
          port:
            description:
              - The port of the portal.
            type: int
            default: 3260
          target:
            description:
              - The name (IQN) of the target.
            type: str
            required: true
          username:
            description:
              - The CHAP user. O(chap) is used when it is left out.
            type: str
          password:
            description:
              - The CHAP password.
            type: str
      required:
        description:
          - Whether the task fails when this domain fails.
        type: bool
        default: true
  sign_in:
    description:
      - Whether the host may be signed in to iSCSI targets of O(domains) that it is not signed in to. A session on the
        host stays after the task.
      - Without this a domain that needs it is refused before anything is done.
      - Before a sign-in it cannot be seen what a target holds. In check mode this is told in RV(ignore:not_proven).
    type: bool
    default: false
"""
