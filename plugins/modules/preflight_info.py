# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module preflight_info: whether a target can take what a plan brings."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: preflight_info
short_description: Check whether a target engine can take what a plan brings
version_added: 0.1.0
description:
  - Looks up everything that a plan names in the target engine, and compares what its VMs need with what the plan gives.
  - All problems are told at once. Nothing is written.
extends_documentation_fragment:
  - ovirt_dr.storage.attributes
  - ovirt_dr.storage.attributes.info_module
  - ovirt_dr.storage.attributes.actiongroup_engine
  - ovirt_dr.storage.auth
  - ovirt_dr.storage.chap
  - ovirt_dr.storage.domains
  - ovirt_dr.storage.guard
  - ovirt_dr.storage.connections
  - ovirt_dr.storage.mappings
options:
  source_data_center:
    description:
      - The data center of the same engine that the domains of O(leaving) leave, by name or id.
    type: str
  leaving:
    description:
      - The domains, by name or id, that are detached from O(source_data_center) before they are attached. What stands
        in the way of that is told, and O(domains) are looked at as they will be then.
    type: list
    elements: str
  stop_vms:
    description:
      - What will be done with VMs that are not down and hold a domain. They are a problem with V(refuse), and told with
        V(shutdown) and V(poweroff).
    type: str
    choices: [refuse, shutdown, poweroff]
    default: refuse
  storage_lost:
    description:
      - Whether the storage behind O(connections) is gone.
    type: bool
    default: false
  data_center:
    description:
      - The data center of the target, by name or id.
    type: str
    required: true
  host:
    description:
      - The host that will import the domains, by name or id; the first one that is up when left out.
    type: str
  cluster:
    description:
      - The one cluster for all VMs, by name or id.
    type: str
  quota:
    description:
      - The quota, by name or id, of all VMs and of their disks. A data center that enforces quotas wants one for each.
    type: str
  vms:
    description:
      - The VMs of the plan, by name or id. They are looked up in O(inventory).
    type: list
    elements: str
  partial:
    description:
      - Those of O(vms) that may come without the disks that the plan does not bring.
    type: list
    elements: str
  inventory:
    description:
      - An inventory of the source site, as a file where the module runs. Without it the clusters, networks and disks of
        the VMs cannot be checked.
    type: path
  inventory_site:
    description:
      - The site in O(inventory) that the VMs come from.
    type: str
  strict:
    description:
      - Whether the task fails when there is a problem.
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
- name: Tell what stands in the way of the plan
  ovirt_dr.storage.preflight_info:
    data_center: Recovery
    domains:
      - {id: f892eb5c-6c83-428c-acc1-9cfb8caac9c0, address: nfs-b.example, path: /exports/data-web}
    vms: [web01, web02]
    inventory: inventory/primary.json
    inventory_site: primary
    mappings:
      clusters:
        - {from: prod, to: dr}
    strict: false
  register: preflight
"""

RETURN = r"""
---
ready:
  description: Whether nothing stands in the way.
  returned: success
  type: bool
problems:
  description: Everything that would stop the plan, a sentence each.
  returned: success
  type: list
  elements: str
notes:
  description:
    - What is worth knowing before a start, a sentence each. Sign-ins to iSCSI targets that will be needed and
      what cannot be seen before, block domains that lie on other LUNs than at the source, what the plan leaves out
      knowingly, LUNs that must be visible under the same id, and the affinity groups and labels of VMs that the
      engine will drop.
  returned: success
  type: list
  elements: str
foreseen:
  description: Those of RV(notes) that tell what certain VMs will come without, to which targets a host must sign in, or
    which VMs will be stopped.
  returned: success
  type: list
  elements: dict
  contains:
    note:
      description: The sentence, as in RV(notes).
      type: str
    vms:
      description: The names of all the VMs that it is about.
      type: list
      elements: str
    targets:
      description: The iSCSI targets that it is about, each with its portal.
      type: list
      elements: str
    stopped:
      description: The names of the VMs that will be stopped.
      type: list
      elements: str
    word:
      description: What the engine will name, should it tell of it; empty when nothing is waited for.
      type: str
"""

from ansible_collections.ovirt_dr.storage.plugins.module_utils._connection_options import CONNECTION_OPTIONS
from ansible_collections.ovirt_dr.storage.plugins.module_utils._domain_options import DOMAIN_OPTIONS
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.preflight import preflight
from ansible_collections.ovirt_dr.storage.plugins.module_utils._guard_options import GUARD_OPTIONS
from ansible_collections.ovirt_dr.storage.plugins.module_utils._info_module import run_info
from ansible_collections.ovirt_dr.storage.plugins.module_utils._mapping_options import MAPPING_OPTIONS

OPTIONS = {
    **MAPPING_OPTIONS,
    "source_data_center": {"type": "str"},
    "leaving": {"type": "list", "elements": "str"},
    **{key: CONNECTION_OPTIONS[key] for key in ("connections", "stop_vms", "storage_lost")},
    "data_center": {"type": "str", "required": True},
    "host": {"type": "str"},
    "cluster": {"type": "str"},
    "quota": {"type": "str"},
    **DOMAIN_OPTIONS,
    **GUARD_OPTIONS,
    "vms": {"type": "list", "elements": "str"},
    "partial": {"type": "list", "elements": "str"},
    "inventory": {"type": "path"},
    "inventory_site": {"type": "str"},
    "strict": {"type": "bool", "default": True},
}


def main() -> None:
    run_info(preflight, OPTIONS, required_together=[("inventory", "inventory_site"), ("leaving", "source_data_center")])


if __name__ == "__main__":
    main()
