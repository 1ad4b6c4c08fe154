# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose a disk is that lies unregistered on a domain.

The list of such disks does not say it: it holds the disks of unregistered VMs and the copies of templates' disks beside
the floating ones (findings 4). A disk of a VM that is registered as a floating one keeps that VM from being registered
(contract 04, 4.3 row 2), so nothing is taken for floating unless an inventory says so or nobody is left who may own it.
"""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Mapping

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import (
    Disk,
    UnregisteredDisk,
    UnregisteredTemplate,
    UnregisteredVm,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import Inventory, InventoryDisk, InventoryVm

Kind = t.Literal["floating", "shareable", "vm", "template", "copy", "internal", "unknown"]

ORDINARY = frozenset({"", "data", "iso"})
"""Kinds of content that are somebody's data; the others the engine keeps for itself."""


class Owner(t.NamedTuple):
    """What a disk is. names: of the VMs or templates that have it or, where that is unknown, may have it.

    copy: one more copy of a disk that is registered; internal: something that the engine keeps for itself. vms: those
    of the inventory that have it.
    """

    kind: Kind
    names: tuple[str, ...] = ()
    vms: tuple[InventoryVm, ...] = ()


FLOATING = Owner("floating")
UNKNOWN = Owner("unknown")


class Listed:
    """What domains list as unregistered besides disks, whether it is registered meanwhile or not."""

    def __init__(self, vms: Collection[UnregisteredVm], templates: Collection[UnregisteredTemplate]) -> None:
        self._names: dict[str, dict[str, None]] = {}
        self._on: dict[tuple[str, ...], tuple[str, ...]] = {}
        entries = [(one.name, one.domain_ids) for one in vms] + [(one.name, one.domain_ids) for one in templates]
        for name, domain_ids in entries:
            for domain_id in domain_ids:
                self._names.setdefault(domain_id, {})[name] = None

    def on(self, domain_ids: tuple[str, ...]) -> tuple[str, ...]:
        """The names of the VMs and templates that one of these domains lists, each once."""
        # Thousands of disks lie on the same few domains: they share one answer.
        if domain_ids not in self._on:
            names = (name for one in domain_ids for name in self._names.get(one, ()))
            self._on[domain_ids] = tuple(dict.fromkeys(names))
        return self._on[domain_ids]


class Owners:
    """Answers whose a disk is. registered: the disks of the engine by id; inventory: of the source, if there is one."""

    def __init__(self, registered: Mapping[str, Disk], inventory: Inventory | None) -> None:
        self._registered = registered
        self._known: Mapping[str, InventoryDisk] = inventory.disks if inventory is not None else {}
        self._vms: dict[str, list[InventoryVm]] = {}
        self._templates: dict[str, dict[str, None]] = {}
        for vm in inventory.vms if inventory is not None else ():
            for disk in vm.disks:
                self._vms.setdefault(disk.id, []).append(vm)
        for template in inventory.templates.values() if inventory is not None else ():
            for disk in template.disks:
                self._templates.setdefault(disk.id, {})[template.name] = None

    def of(self, disk: UnregisteredDisk, listed: Listed | None = None) -> Owner:
        """Whose this disk is. Without ``listed``, what only those lists tell is unknown and names nobody.

        A disk that the inventory does not hold is newer than it, so it may be of any VM that its domains list, of those
        also that the inventory knows.
        """
        if disk.id in self._registered:
            return Owner("copy", (self._registered[disk.id].name,))
        if disk.content_type not in ORDINARY:
            return Owner("internal", (disk.content_type,))
        if disk.id in self._known:
            return self.recorded(disk.id)
        possible = listed.on(disk.domain_ids) if listed is not None else ()
        return FLOATING if listed is not None and not possible else Owner("unknown", possible)

    def recorded(self, disk_id: str) -> Owner:
        """What the inventory says of a disk; unknown where it does not hold it."""
        if disk_id not in self._known:
            return UNKNOWN
        vms = tuple(self._vms.get(disk_id, ()))
        names = tuple(vm.name for vm in vms)
        if self._known[disk_id].shareable:
            return Owner("shareable", names, vms)
        if vms:
            return Owner("vm", names, vms)
        templates = tuple(self._templates.get(disk_id, ()))
        return Owner("template", templates) if templates else FLOATING

    def recorded_name(self, disk_id: str) -> str:
        """The name that the inventory gives a disk, or nothing."""
        return self._known[disk_id].name if disk_id in self._known else ""
