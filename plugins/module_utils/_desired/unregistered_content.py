# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an inventory tells of an unregistered entity, and how each of its disks is here."""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import HasNameAndId
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import (
    UnregisteredDisk,
    UnregisteredTemplate,
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


def content_of(known: InventoryVm | InventoryTemplate | None, here: Here, problems: list[str]) -> Told:
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


def complete(disks: t.Any, template: str) -> bool | str:
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


def luns(vm: InventoryVm, here: Here) -> list[Told]:
    """The direct LUN disks of a VM."""
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


def snapshots(vm: InventoryVm) -> list[Told]:
    """The snapshots of a VM, but for the active one."""
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
