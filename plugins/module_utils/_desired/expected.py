# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A VM or template as it should be on the other side: what an inventory says of it, with every mapping applied
(contract 04, 4.4)."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from dataclasses import replace

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.mappings import Mappings
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory_records import (
    InventoryDisk,
    InventoryPermission,
    InventoryVm,
    Machine,
)

M = t.TypeVar("M", bound=Machine)
Knows = t.Callable[[InventoryPermission], bool]


class Expectation:
    """What the mappings of a call make of any VM or template. Built once, used for each of them.

    knows: whether the other side knows the user or group of a permission; the engine falls back to the unmapped user
    when it does not know the mapped one.
    """

    def __init__(self, mappings: Mappings, knows: Knows = lambda _permission: True) -> None:
        self._names = {
            option: {pair.source: pair.target for pair in mappings.of(option)}
            for option in ("clusters", "affinity_groups", "affinity_labels", "roles", "user_domains", "quotas")
        }
        self._profiles = {pair.source: pair.target or ("", "") for pair in mappings.vnic_profiles}
        self._luns = {pair.source_id: pair.target_id for pair in mappings.luns}
        self._knows = knows

    def of(self, machine: M, *, cluster: str = "", name: str = "") -> M:
        """The machine as it should be. cluster, name: those given for it; else by the mappings, and as before."""
        changed: dict[str, t.Any] = {
            "name": name or machine.name,
            "cluster": cluster or self._mapped("clusters")(machine.cluster),
            "quota": self._mapped("quotas")(machine.quota),
            "disks": tuple(self._disk(disk) for disk in machine.disks),
            "permissions": tuple(dict.fromkeys(self._permission(permission) for permission in machine.permissions)),
        }
        changed["vnics"] = tuple(
            nic._replace(network=profile[0], profile=profile[1])
            for nic in machine.vnics
            for profile in (self._profiles.get((nic.network, nic.profile), (nic.network, nic.profile)),)
        )
        if isinstance(machine, InventoryVm):
            for field in ("affinity_groups", "affinity_labels"):
                members: tuple[str, ...] = getattr(machine, field)
                changed[field] = tuple(dict.fromkeys(map(self._mapped(field), members)))
        return replace(machine, **changed)

    def _mapped(self, option: str) -> Callable[[str], str]:
        names = self._names[option]
        return lambda name: names.get(name, name)

    def _disk(self, disk: InventoryDisk) -> InventoryDisk:
        lun, quota = self._luns.get(disk.lun_id, disk.lun_id), self._mapped("quotas")(disk.quota)
        return disk if (lun, quota) == (disk.lun_id, disk.quota) else replace(disk, lun_id=lun, quota=quota)

    def _permission(self, permission: InventoryPermission) -> InventoryPermission:
        role = self._mapped("roles")(permission.role)
        same = permission._replace(role=role)
        if permission.group:
            return same
        domains = self._names["user_domains"]
        # The engine looks a login name up (contract 04, 4.4); who writes a directory's name means all of its users.
        domain = domains.get(permission.user) or domains.get(permission.domain) or permission.domain
        mapped = same._replace(domain=domain)
        return mapped if self._knows(mapped) or not self._knows(same) else same
