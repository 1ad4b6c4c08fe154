# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module storage_connection_info: storage connections and who uses them."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: storage_connection_info
short_description: List storage connections with the domains and LUN disks that use them
version_added: 0.1.0
description:
  - Lists the connections of an engine, used or not, each with the storage domains and direct LUN disks that use it and
    the VMs that keep it from being edited.
  - Passwords and portal group tags are never among what the engine tells.
extends_documentation_fragment:
  - ovirt_dr.storage.attributes
  - ovirt_dr.storage.attributes.info_module
  - ovirt_dr.storage.attributes.actiongroup_engine
  - ovirt_dr.storage.auth
options:
  id:
    description:
      - The id of the one connection to tell of.
    type: str
  domains:
    description:
      - The storage domains, by name or id, of whose connections to tell; of all connections when left out.
    type: list
    elements: str
  lun_disks:
    description:
      - Direct LUN disks, by name or id, of whose connections to tell. A disk on fibre channel has none.
    type: list
    elements: str
  vms:
    description:
      - Whether to tell which VMs hold a connection. It takes one more request for each domain.
    type: bool
    default: true
  concurrency:
    description:
      - How many requests may be in flight at once, from 1 to 64.
    type: int
    default: 8
author:
  - The ovirt_dr.storage contributors (@ovirt-dr)
"""

EXAMPLES = r"""
---
- name: Where a domain lies, and what keeps it from being pointed elsewhere
  ovirt_dr.storage.storage_connection_info:
    domains: [data-web]
  register: found

- name: The connections through which a LUN disk is reached
  ovirt_dr.storage.storage_connection_info:
    lun_disks: [file01_lun]
  register: paths

- name: Every connection
  ovirt_dr.storage.storage_connection_info:
    vms: false
  register: every

- name: Those that nothing uses
  ansible.builtin.debug:
    msg: "{{ every.connections | selectattr('domains', 'equalto', []) | selectattr('lun_disks', 'equalto', []) }}"
"""

RETURN = r"""
---
connections:
  description: The connections. Of the details each has those of its type.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: The id, which never changes.
      type: str
    type:
      description: The type of the storage.
      type: str
    place:
      description: Where it leads to, for people.
      type: str
    address:
      description: The server.
      type: str
    path:
      description: The export, device or directory.
      type: str
    port:
      description: The port of an iSCSI portal.
      type: int
    target:
      description: The name of an iSCSI target.
      type: str
    username:
      description: The CHAP user.
      type: str
    vfs_type:
      description: The file system type.
      type: str
    mount_options:
      description: The mount options.
      type: str
    nfs_version:
      description: The version of NFS, empty when it is negotiated.
      type: str
    nfs_timeo:
      description: The NFS time-out in tenths of a second, if set.
      type: int
    nfs_retrans:
      description: How often NFS tries again, if set.
      type: int
    domains:
      description: The storage domains that use it.
      type: list
      elements: dict
      contains:
        id:
          description: The id.
          type: str
        name:
          description: The name.
          type: str
        status:
          description: The status in its data center, V(unattached) when it is in none.
          type: str
        data_centers:
          description: The ids of the data centers that it is attached to.
          type: list
          elements: str
        running_vms:
          description: The names of the VMs with disks on it that are not down; only with O(vms).
          type: list
          elements: str
    lun_disks:
      description: The direct LUN disks that use it.
      type: list
      elements: dict
      contains:
        id:
          description: The id of the disk.
          type: str
        name:
          description: The name of the disk.
          type: str
        lun:
          description: The id of the LUN.
          type: str
    lun_vms:
      description: The names of the VMs into which these disks are plugged; only with O(vms).
      type: list
      elements: str
    edit_refused:
      description: >-
        Why the engine would refuse to edit the connection now, a sentence for each reason, empty when it would accept
        it; only with O(vms).
      type: list
      elements: str
      sample:
        - connection nfs-a.example:/exports/data-web is used by domain data-web, which is active
"""

from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.connection_info import connection_info
from ansible_collections.ovirt_dr.storage.plugins.module_utils._info_module import run_info

OPTIONS = {
    "id": {"type": "str"},
    "domains": {"type": "list", "elements": "str"},
    "lun_disks": {"type": "list", "elements": "str"},
    "vms": {"type": "bool", "default": True},
}


def main() -> None:
    run_info(connection_info, OPTIONS)


if __name__ == "__main__":
    main()
