# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of entities that lie unregistered on attached domains, and whether all that they need is here.

The engine's lists tell the entity itself and its template. Its cluster, NICs, disks, snapshots, affinities and
permissions stand in its description only, which the engine shows to nobody before the register (contract 04, 4.2). They
come from an inventory of the source site or are the word ``unknown``: nothing is guessed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.unregistered_content import (
    UNKNOWN,
    Here,
    Told,
    complete,
    content_of,
    luns,
    owners_of,
    snapshots,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import HasNameAndId
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import (
    BLANK_TEMPLATE,
    UnregisteredDisk,
    UnregisteredTemplate,
    UnregisteredVm,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory_records import (
    InventoryTemplate,
    InventoryVm,
)


def describe_vms(vms: Sequence[UnregisteredVm], here: Here) -> list[Told]:
    """Each VM with what the lists and the inventory tell of it; see the module unregistered_info for the shape."""
    known = {vm.id: vm for vm in here.inventory.vms} if here.inventory else {}
    owners: dict[str, HasNameAndId] = {vm.name: vm for vm in here.vms.values()}
    twice = _carried_twice((vm.name,) for vm in vms)
    return [_vm(vm, known.get(vm.id), here, owners.get(vm.name), (vm.name,) in twice) for vm in vms]


def _vm(vm: UnregisteredVm, known: InventoryVm | None, here: Here, owner: HasNameAndId | None, ambiguous: bool) -> Told:
    template_id = "" if vm.template_id == BLANK_TEMPLATE else vm.template_id
    state = template_state(template_id, here)
    problems = _ties("VM", vm, vm.id in here.vms, ambiguous, here)
    if owner is not None and owner.id != vm.id:
        problems.append(f"its name belongs to a registered VM ({owner.id})")
    if state == "missing":
        problems.append(f"its template {_template_name(template_id, here)} is neither registered nor listed")
    content = content_of(known, here, problems)
    return {
        "id": vm.id,
        "name": vm.name,
        "description": vm.description,
        "status": vm.status,
        "creation_time": vm.created,
        "architecture": vm.architecture,
        "memory": vm.memory,
        "os": vm.os,
        "delete_protected": vm.delete_protected,
        "high_availability": vm.highly_available,
        "priority": vm.priority,
        "stateless": vm.stateless,
        "lease_domain": here.names([vm.lease_domain_id])[0] if vm.lease_domain_id else "",
        "template_id": template_id,
        "template_name": _template_name(template_id, here) if template_id else "",
        "template_state": state,
        "domains": here.names(vm.domain_ids),
        "registered": vm.id in here.vms,
        "in_inventory": known is not None,
        **content,
        "luns": luns(known, here) if known else UNKNOWN,
        "snapshots": snapshots(known) if known else UNKNOWN,
        "affinity_groups": list(known.affinity_groups) if known else UNKNOWN,
        "affinity_labels": list(known.affinity_labels) if known else UNKNOWN,
        "complete": complete(content["disks"], state),
        "problems": problems,
    }


def describe_templates(
    templates: Sequence[UnregisteredTemplate], here: Here, vms: Sequence[UnregisteredVm] | None
) -> list[Told]:
    """Each template and version, likewise. vms: the listed VMs, None when they were not asked for."""
    known = here.inventory.templates if here.inventory else {}
    twice = _carried_twice((template.name, template.version) for template in templates)
    needed: dict[str, list[str]] = {}
    for vm in vms or ():
        needed.setdefault(vm.template_id, []).append(vm.name)
    told = []
    for template in templates:
        told.append(_template(template, known.get(template.id), here, (template.name, template.version) in twice))
        told[-1]["needed_by"] = UNKNOWN if vms is None else needed.get(template.id, [])
    return told


def _template(template: UnregisteredTemplate, known: InventoryTemplate | None, here: Here, ambiguous: bool) -> Told:
    base = "" if template.base_id == template.id else template.base_id
    state = template_state(base, here)
    problems = _ties("template", template, template.id in here.templates, ambiguous, here)
    if state == "missing":
        problems.append(f"its base {_template_name(base, here)} is neither registered nor listed")
    content = content_of(known, here, problems)
    return {
        "id": template.id,
        "name": template.name,
        "version": template.version,
        "version_name": template.version_name,
        "base_template_id": template.base_id,
        "base_state": state,
        "description": template.description,
        "creation_time": template.created,
        "architecture": template.architecture,
        "memory": template.memory,
        "os": template.os,
        "delete_protected": template.delete_protected,
        "domains": here.names(template.domain_ids),
        "registered": template.id in here.templates,
        "in_inventory": known is not None,
        **content,
        "complete": complete(content["disks"], state),
        "problems": problems,
    }


def describe_disks(disks: Sequence[UnregisteredDisk], here: Here) -> list[Told]:
    """Each disk, and whose it is by the inventory."""
    vms, templates = owners_of(here.inventory)
    known = here.inventory.disks if here.inventory else {}
    told = []
    for disk in disks:
        inventory_knows = disk.id in known
        of_vms, of_templates = vms.get(disk.id, []), templates.get(disk.id, [])
        owner = "vm" if of_vms else "template" if of_templates else "floating"
        told.append(
            {
                "id": disk.id,
                "name": disk.name,
                "description": disk.description,
                "provisioned_size": disk.provisioned_size,
                "actual_size": disk.actual_size,
                "format": disk.format,
                "sparse": disk.sparse,
                "content_type": disk.content_type,
                "domains": here.names(disk.domain_ids),
                "registered": disk.id in here.disks,
                "belongs_to": owner if inventory_knows else UNKNOWN,
                "vms": _references(of_vms) if inventory_knows else UNKNOWN,
                "templates": _references(of_templates) if inventory_knows else UNKNOWN,
                "shareable": known[disk.id].shareable if inventory_knows else UNKNOWN,
            }
        )
    return told


def ambiguous_names(
    vms: Sequence[UnregisteredVm], templates: Sequence[UnregisteredTemplate], disks: Sequence[UnregisteredDisk]
) -> list[Told]:
    """The names that several unregistered entities of a kind carry, with their ids: there only an id says which.

    A template and its versions rightly carry one name, so of them only the same version counts.
    """
    groups: dict[tuple[str, str, int], list[str]] = {}
    for vm in vms:
        groups.setdefault(("vm", vm.name, 0), []).append(vm.id)
    for template in templates:
        groups.setdefault(("template", template.name, template.version), []).append(template.id)
    for disk in disks:
        groups.setdefault(("disk", disk.name, 0), []).append(disk.id)
    return [{"kind": key[0], "name": key[1], "ids": ids} for key, ids in groups.items() if len(ids) > 1]


def template_state(template_id: str, here: Here) -> str:
    """How a template that is needed is here: none (there is no need), registered, unregistered or missing."""
    if not template_id:
        return "none"
    if template_id in here.templates:
        return "registered"
    return "unregistered" if template_id in here.listed_templates else "missing"


def _template_name(template_id: str, here: Here) -> str:
    """The name of a template, or its id when nothing here or in the inventory tells a name."""
    if template_id in here.templates:
        return here.templates[template_id]
    listed = here.listed_templates.get(template_id) or (
        here.inventory.templates.get(template_id) if here.inventory else None
    )
    return listed.name if listed else template_id


def _ties(
    kind: str, entity: UnregisteredVm | UnregisteredTemplate, registered: bool, ambiguous: bool, here: Here
) -> list[str]:
    """What stands against an entity whatever its content."""
    problems = []
    if registered:
        problems.append(f"this {kind} is registered already; a domain that was attached later lists it")
    if ambiguous:
        problems.append(f"another unregistered {kind} carries this name; only the id says which is meant")
    if not any(one in here.active for one in entity.domain_ids):
        problems.append("none of the domains that list it is active")
    return problems


def _references(records: Iterable[HasNameAndId]) -> list[Told]:
    return [{"id": record.id, "name": record.name} for record in records]


def _carried_twice(keys: Iterable[tuple[object, ...]]) -> set[tuple[object, ...]]:
    return {key for key, count in Counter(keys).items() if count > 1}
