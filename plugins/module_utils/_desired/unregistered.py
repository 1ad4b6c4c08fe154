# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of entities that lie unregistered on attached domains, and whether all that they need is here.

The engine's lists tell the entity itself and its template. Its cluster, NICs, disks, snapshots, affinities and
permissions stand in its description only, which the engine shows to nobody before the register (contract 04, 4.2). They
come from an inventory of the source site or are the word ``unknown``: nothing is guessed.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import HasNameAndId
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import (
    BLANK_TEMPLATE,
    UnregisteredDisk,
    UnregisteredTemplate,
    UnregisteredVm,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory_records import (
    Inventory,
    InventoryAttachment,
    InventoryDisk,
    InventoryNic,
    InventoryPermission,
    InventoryTemplate,
    InventoryVm,
)

UNKNOWN = "unknown"
Told = dict[str, t.Any]


@dataclass(frozen=True)
class Here:
    """What is at hand. domains: id -> name of the attached domains; active: the ids of those that are.

    vms, templates: registered ones; listed_templates, listed_disks: unregistered ones by id; disks: ids of registered
    disks. inventory_disks: disk id -> (VMs, templates) that have it, empty without an inventory.
    """

    domains: Mapping[str, str]
    active: Collection[str]
    vms: Mapping[str, HasNameAndId] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)
    listed_templates: Mapping[str, UnregisteredTemplate] = field(default_factory=dict)
    listed_disks: Mapping[str, UnregisteredDisk] = field(default_factory=dict)
    disks: Collection[str] = ()
    inventory: Inventory | None = None

    def names(self, domain_ids: Iterable[str]) -> list[str]:
        """Domains by name: as they are called here, else there, else by id."""
        known = self.inventory.domains if self.inventory else {}
        return [self.domains.get(one) or known.get(one) or one for one in domain_ids]

    def disk_state(self, disk: InventoryDisk) -> str:
        """How a disk of the inventory is here: registered, listed, missing (its domains are not active here), or
        not_listed, although a domain of it is active: it has snapshots, which no list shows, or it is gone."""
        if disk.id in self.disks:
            return "registered"
        if disk.id in self.listed_disks:
            return "listed"
        return "not_listed" if any(one in self.active for one in disk.domain_ids) else "missing"


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
    content = _content(known, here, problems)
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
        "luns": _luns(known, here) if known else UNKNOWN,
        "snapshots": _snapshots(known) if known else UNKNOWN,
        "affinity_groups": list(known.affinity_groups) if known else UNKNOWN,
        "affinity_labels": list(known.affinity_labels) if known else UNKNOWN,
        "complete": _complete(content["disks"], state),
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
    content = _content(known, here, problems)
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
        "complete": _complete(content["disks"], state),
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


def owners_of(
    inventory: Inventory | None,
) -> tuple[dict[str, list[InventoryVm]], dict[str, list[InventoryTemplate]]]:
    """Disk id -> the VMs, and disk id -> the templates that have it, by an inventory."""
    vms: dict[str, list[InventoryVm]] = {}
    templates: dict[str, list[InventoryTemplate]] = {}
    if inventory is not None:
        for vm in inventory.vms:
            for disk in vm.disks:
                vms.setdefault(disk.id, []).append(vm)
        for template in inventory.templates.values():
            for disk in template.disks:
                templates.setdefault(disk.id, []).append(template)
    return vms, templates


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


def _content(known: InventoryVm | InventoryTemplate | None, here: Here, problems: list[str]) -> Told:
    """What VMs and templates have in common; what is wrong with the disks is added to ``problems``."""
    if known is None:
        return dict.fromkeys(("cluster", "nics", "disks", "missing_disks", "permissions", "quota"), UNKNOWN)
    disks = []
    attachments = {one.disk_id: one for one in known.attachments}
    for disk in known.disks:
        if not disk.lun_id:
            state = here.disk_state(disk)
            disks.append(_disk(disk, attachments.get(disk.id), state, here))
            problems.extend(_wrong(disk, state, here))
    return {
        "cluster": known.cluster,
        "nics": [_nic(nic) for nic in known.vnics],
        "disks": disks,
        "missing_disks": [disk["name"] for disk in disks if disk["state"] == "missing"],
        "permissions": [_permission(one) for one in known.permissions],
        "quota": known.quota,
    }


def _wrong(disk: InventoryDisk, state: str, here: Here) -> list[str]:
    places = " and ".join(here.names(disk.domain_ids)) or "no domain"
    shown = f"disk {disk.name} ({disk.id})"
    if state == "missing":
        return [f"{shown} lies on {places}, which is not active here"]
    if state == "registered" and not disk.shareable:
        return [f"{shown} is registered already, so the whole cannot be registered"]
    if state == "not_listed":
        return [f"{shown} is not listed on {places}: it has snapshots, or it is gone"]
    return []


def _complete(disks: t.Any, template: str) -> bool | str:
    """Whether everything that is needed is here. It is not known without the disks, or of disks that no list shows."""
    if template == "missing":
        return False
    if disks == UNKNOWN:
        return UNKNOWN
    states = {disk["state"] for disk in disks}
    if "missing" in states or any(disk["state"] == "registered" and not disk["shareable"] for disk in disks):
        return False
    return UNKNOWN if "not_listed" in states else True


def _disk(disk: InventoryDisk, attachment: InventoryAttachment | None, state: str, here: Here) -> Told:
    return {
        "id": disk.id,
        "name": disk.name,
        "provisioned_size": disk.size,
        "domains": here.names(disk.domain_ids),
        "state": state,
        "shareable": disk.shareable,
        "interface": attachment.interface if attachment else "",
        "active": attachment.active if attachment else True,
        "bootable": attachment.bootable if attachment else False,
    }


def _luns(vm: InventoryVm, here: Here) -> list[Told]:
    return [
        {
            "id": disk.id,
            "name": disk.name,
            "lun_id": disk.lun_id,
            "state": "registered" if disk.id in here.disks else "not_registered",
        }
        for disk in vm.disks
        if disk.lun_id
    ]


def _snapshots(vm: InventoryVm) -> list[Told]:
    return [
        {"id": one.id, "description": one.description, "date": one.date, "type": one.type, "memory": one.memory}
        for one in vm.snapshots
        if one.type != "active"
    ]


def _nic(nic: InventoryNic) -> Told:
    return {
        "name": nic.name,
        "mac": nic.mac,
        "network": nic.network,
        "profile": nic.profile,
        "interface": nic.interface,
        "plugged": nic.plugged,
        "linked": nic.linked,
    }


def _permission(permission: InventoryPermission) -> Told:
    return {
        "role": permission.role,
        "user": permission.user,
        "domain": permission.domain,
        "group": permission.group,
    }


def _references(records: Iterable[HasNameAndId]) -> list[Told]:
    return [{"id": record.id, "name": record.name} for record in records]


def _carried_twice(keys: Iterable[tuple[object, ...]]) -> set[tuple[object, ...]]:
    return {key for key, count in Counter(keys).items() if count > 1}
