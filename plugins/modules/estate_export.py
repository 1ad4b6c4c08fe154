# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module estate_export: what an engine holds, as an estate file."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: estate_export
short_description: Export what an engine holds as an estate file
version_added: 0.1.0
description:
  - Reads an engine and writes an estate file, the inventory that plans, preflight and register compare with, and that
    the embedded engine loads for rehearsals.
  - It holds data centers, clusters, hosts, networks, vNIC profiles, MAC pools, storage domains and connections, disks
    with their LUNs, profiles, quotas, templates, VMs with their disks, NICs, snapshots, tags, permissions and labels,
    affinity groups and labels, roles, users and their groups, and what lies on exports and LUNs.
  - It holds no passwords, keys, tokens or start-up scripts, but names and addresses, so only its owner may read the
    file (mode 0600).
  - The engine is only read, in few requests however many VMs it holds, plus one for each host, each LUN disk and each
    VM with snapshots. Hosts that are up are asked for their block devices.
  - The file is written all at once when everything was read. An export that is cut off leaves the old file.
  - What cannot be read, or goes away meanwhile, is left out and told. Export regularly, and before a planned failover.
extends_documentation_fragment:
  - ovirt_dr.storage.attributes
  - ovirt_dr.storage.attributes.actiongroup_engine
  - ovirt_dr.storage.auth
attributes:
  check_mode:
    support: full
    details:
      - The engine is read as usual and no file is written.
  diff_mode:
    support: full
    details:
      - Shows how many records of each kind the site held and holds.
  idempotent:
    support: full
    details:
      - Fields that change by themselves, such as used space, times and statistics, are no reason to write the file.
options:
  site:
    description:
      - The name that the site has in the estate file.
    type: str
    required: true
  data_centers:
    description:
      - The data centers to export, by name or id, with what belongs to them and what belongs to all.
      - All of them when left out, then also storage domains, LUN disks and connections that belong to none.
    type: list
    elements: str
  path:
    description:
      - The estate file for this site alone.
      - A file that holds other sites is refused; use O(into) for it.
    type: path
  into:
    description:
      - The estate file that the site is added to, or replaced in. Other sites in it stay, and so do the replicas
        between them, which no engine knows.
      - It is made when it is not there.
    type: path
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
- name: Export one site
  ovirt_dr.storage.estate_export:
    site: primary
    data_centers: [Production]
    path: /srv/dr/primary.json

- name: Export both sites into one file
  ovirt_dr.storage.estate_export:
    auth:
      url: "{{ item.url }}"
      username: admin@internal
      password: "{{ item.password }}"
    site: "{{ item.name }}"
    into: /srv/dr/estate.json
  loop: "{{ sites }}"
  loop_control:
    label: "{{ item.name }}"
"""

RETURN = r"""
---
path:
  description: The estate file.
  returned: success
  type: str
site:
  description: The name of the site in it.
  returned: success
  type: str
counts:
  description: How many records of each kind the site holds.
  returned: success
  type: dict
  sample: {clusters: 1, hosts: 2, vms: 15}
left_out:
  description:
    - A sentence for everything that could not be read or went away meanwhile. The first 20 are warnings as well.
  returned: success
  type: list
  elements: str
requests:
  description: How many reads the engine was sent.
  returned: success
  type: int
failure:
  description: What went wrong, for programs.
  returned: failure
  type: dict
"""

from ansible_collections.ovirt_dr.storage.plugins.module_utils._export_module import run_export

OPTIONS = {
    "site": {"type": "str", "required": True},
    "data_centers": {"type": "list", "elements": "str"},
    "path": {"type": "path"},
    "into": {"type": "path"},
}


def main() -> None:
    run_export(OPTIONS, required_one_of=[("path", "into")], mutually_exclusive=[("path", "into")])


if __name__ == "__main__":
    main()
