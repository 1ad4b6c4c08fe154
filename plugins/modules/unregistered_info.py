# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module unregistered_info: what lies unregistered on attached storage domains."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: unregistered_info
short_description: List VMs, templates and disks that lie unregistered on attached storage domains
version_added: 0.1.0
description:
  - Lists what lies on attached domains and is not known to the engine, each entity once with every domain that lists
    it, and tells of each whether what it needs is here.
  - The engine's lists tell the entity itself and its template. Its cluster, NICs, disks, snapshots, affinities and
    permissions stand in its description only, which the engine shows to nobody before the register. They come from
    O(inventory); of what that does not know V(unknown) is told. Nothing is guessed, and nothing is registered to find
    out.
  - What was registered is not listed any more.
  - The engine parses every description for these lists, about 60 ms of its time each, so a list of many VMs takes a
    while. Each domain is listed once per kind.
extends_documentation_fragment:
  - ovirt_dr.storage.attributes
  - ovirt_dr.storage.attributes.info_module
  - ovirt_dr.storage.attributes.actiongroup_engine
  - ovirt_dr.storage.auth
options:
  data_center:
    description:
      - The data center, by name or id.
    type: str
    required: true
  domains:
    description:
      - The storage domains, by name, id or pattern; all data domains of the data center when left out.
    type: list
    elements: str
  kinds:
    description:
      - What to list.
      - Disks with snapshots are never among the unregistered disks that the engine lists, and only active domains list
        disks.
    type: list
    elements: str
    choices: [vms, templates, disks]
    default: [vms, templates]
  vms:
    description:
      - Which VMs to return, by name, id or pattern (C(*), C(?), C([...])); all when left out.
    type: list
    elements: str
  templates:
    description:
      - Which templates to return, likewise.
    type: list
    elements: str
  disks:
    description:
      - Which disks to return, likewise.
    type: list
    elements: str
  inventory:
    description:
      - An inventory of the source site, as a file where the module runs, see M(ovirt_dr.storage.estate_export).
      - Entities are found in it by their ids, which stay.
    type: path
  inventory_site:
    description:
      - The site in O(inventory) that the entities come from.
    type: str
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
- name: What can be registered from the recovered domains
  ovirt_dr.storage.unregistered_info:
    data_center: Recovery
    domains: ["data-*"]
  register: found

- name: The disks and networks of two VMs are looked at before they are registered
  ovirt_dr.storage.unregistered_info:
    data_center: Recovery
    kinds: [vms]
    vms: [web01, db01]
    inventory: inventory/primary.json
    inventory_site: primary
  register: before

- name: VMs that cannot come whole, and why
  ansible.builtin.debug:
    msg: "{{ item.name }}: {{ item.problems | join('; ') }}"
  loop: "{{ before.vms | rejectattr('complete', 'true') }}"
  loop_control:
    label: "{{ item.name }}"
"""

RETURN = r"""
---
domains:
  description: The names of the domains that were looked through.
  returned: always
  type: list
  elements: str
inactive_domains:
  description: Those of them that are not active. They list VMs and templates, but no disks, and nothing on them can be
    registered before they are active.
  returned: always
  type: list
  elements: str
ambiguous_names:
  description: Names that several unregistered entities of a kind carry. There only an id says which one is meant.
  returned: always
  type: list
  elements: dict
  contains:
    kind:
      description: V(vm), V(template) or V(disk).
      type: str
    name:
      description: The name.
      type: str
    ids:
      description: The ids of all that carry it.
      type: list
      elements: str
unmatched:
  description: Names, ids and patterns of O(vms), O(templates) and O(disks) that met nothing, by option.
  returned: always
  type: dict
  sample: {vms: [web99]}
vms:
  description: The unregistered VMs.
  returned: when O(kinds) has V(vms)
  type: list
  elements: dict
  contains:
    id:
      description: The id, which stays when the VM is registered.
      type: str
    name:
      description: The name.
      type: str
    description:
      description: The description.
      type: str
    status:
      description: The status when the description was written.
      type: str
    creation_time:
      description: When the VM was made, as the engine writes times.
      type: str
    architecture:
      description: The CPU architecture, which the cluster must have.
      type: str
    memory:
      description: The memory in bytes.
      type: int
    os:
      description: The operating system, by the engine's name.
      type: str
    delete_protected:
      description: Whether it is protected against deletion once it is registered.
      type: bool
    high_availability:
      description: Whether it is highly available.
      type: bool
    priority:
      description: The priority of high availability, 0 to 100.
      type: int
    stateless:
      description: Whether it is stateless.
      type: bool
    lease_domain:
      description: The domain that holds its lease, by name, or by id where no name is known; empty without a lease.
      type: str
    template_id:
      description: The template that must be registered before, or nothing.
      type: str
    template_name:
      description: The name of that template, or its id where no name is known.
      type: str
    template_state:
      description: How that template is here. V(none), there is none; V(registered); V(unregistered), it is listed and
        has to be registered before; V(missing).
      type: str
    domains:
      description: The names of the domains that list the VM.
      type: list
      elements: str
    registered:
      description: Whether a VM of this id is registered all the same, as when a domain came later than the VM.
      type: bool
    in_inventory:
      description: Whether the inventory knows it. Without, what follows is V(unknown) up to RV(vms[].affinity_labels).
      type: bool
    cluster:
      description: The cluster that it was in.
      type: str
    nics:
      description: Its NICs, each with C(name), C(mac), C(network), C(profile), C(interface), C(plugged), C(linked).
      type: raw
    disks:
      description: Its image disks, each with C(id), C(name), C(provisioned_size), C(domains), C(state), C(shareable),
        C(interface), C(active), C(bootable). C(state) is V(listed), it lies here; V(missing), its domain is not active
        here; V(not_listed), its domain does not list it, because it has snapshots or is gone; V(registered), the engine
        has it already.
      type: raw
    missing_disks:
      description: The names of the disks that are missing here.
      type: raw
    luns:
      description: Its direct LUN disks, each with C(id), C(name), C(lun_id) and C(state), V(registered) when the engine
        holds a record of the disk, else V(not_registered).
      type: raw
    permissions:
      description: The roles that were given on it, each with C(role) and C(user) and C(domain), or C(group).
      type: raw
    quota:
      description: Its quota.
      type: str
    snapshots:
      description: Its snapshots, each with C(id), C(description), C(date), C(type), C(memory).
      type: raw
    affinity_groups:
      description: The names of its affinity groups.
      type: raw
    affinity_labels:
      description: The names of its affinity labels.
      type: raw
    complete:
      description: Whether everything that it needs is here, true or false; V(unknown) when the inventory does not know
        it, and when a disk is not listed.
      type: raw
    problems:
      description: What stands against registering the whole of it, a sentence each, as far as it is known.
      type: list
      elements: str
templates:
  description: The unregistered templates and versions.
  returned: when O(kinds) has V(templates)
  type: list
  elements: dict
  contains:
    id:
      description: The id.
      type: str
    name:
      description: The name, which a template shares with its versions.
      type: str
    version:
      description: The number of the version, 1 for a base template.
      type: int
    version_name:
      description: The name of the version.
      type: str
    base_template_id:
      description: The base template; the own id for a base template.
      type: str
    base_state:
      description: How the base of a version is here, as RV(vms[].template_state).
      type: str
    description:
      description: The description.
      type: str
    creation_time:
      description: When the template was made.
      type: str
    architecture:
      description: The CPU architecture.
      type: str
    memory:
      description: The memory in bytes.
      type: int
    os:
      description: The operating system.
      type: str
    delete_protected:
      description: Whether it is protected against deletion once it is registered.
      type: bool
    domains:
      description: The names of the domains that list the template.
      type: list
      elements: str
    registered:
      description: Whether a template of this id is registered all the same.
      type: bool
    in_inventory:
      description: Whether the inventory knows it. Without, what follows is V(unknown) up to RV(templates[].quota).
      type: bool
    cluster:
      description: The cluster that it was in.
      type: str
    nics:
      description: Its NICs, as RV(vms[].nics).
      type: raw
    disks:
      description: Its disks, as RV(vms[].disks).
      type: raw
    missing_disks:
      description: The names of the disks that are missing here.
      type: raw
    permissions:
      description: The roles that were given on it.
      type: raw
    quota:
      description: Its quota.
      type: str
    needed_by:
      description: The names of the listed VMs that need it; V(unknown) when O(kinds) does not have V(vms).
      type: raw
    complete:
      description: Whether everything that it needs is here, as RV(vms[].complete).
      type: raw
    problems:
      description: What stands against registering it.
      type: list
      elements: str
disks:
  description: The unregistered disks.
  returned: when O(kinds) has V(disks)
  type: list
  elements: dict
  contains:
    id:
      description: The id.
      type: str
    name:
      description: The name, which may be empty or that of other disks.
      type: str
    description:
      description: The description.
      type: str
    provisioned_size:
      description: The size that a guest sees, in bytes.
      type: int
    actual_size:
      description: The size on the storage, in bytes.
      type: int
    format:
      description: V(cow) or V(raw).
      type: str
    sparse:
      description: Whether it is thinly provisioned.
      type: bool
    content_type:
      description: What it holds, V(data) for an ordinary disk.
      type: str
    domains:
      description: The names of the domains that hold the disk.
      type: list
      elements: str
    registered:
      description: Whether a disk of this id is registered all the same, as for another copy of a template's disk.
      type: bool
    belongs_to:
      description: V(vm), V(template) or V(floating), by the inventory, else V(unknown).
      type: str
    vms:
      description: The VMs that had it, each with C(id) and C(name); several for a shareable disk; or V(unknown).
      type: raw
    templates:
      description: The templates that had it, likewise.
      type: raw
    shareable:
      description: Whether it is shareable, or V(unknown).
      type: raw
"""

from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.unregistered import unregistered
from ansible_collections.ovirt_dr.storage.plugins.module_utils._info_module import run_info

OPTIONS = {
    "data_center": {"type": "str", "required": True},
    "domains": {"type": "list", "elements": "str"},
    "kinds": {
        "type": "list",
        "elements": "str",
        "choices": ["vms", "templates", "disks"],
        "default": ["vms", "templates"],
    },
    "vms": {"type": "list", "elements": "str"},
    "templates": {"type": "list", "elements": "str"},
    "disks": {"type": "list", "elements": "str"},
    "inventory": {"type": "path"},
    "inventory_site": {"type": "str"},
}


def main() -> None:
    run_info(unregistered, OPTIONS, required_together=[("inventory", "inventory_site")])


if __name__ == "__main__":
    main()
