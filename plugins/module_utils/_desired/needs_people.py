# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which permissions VMs will lose, because the target has no such role or knows no such user: found beforehand."""

from __future__ import annotations

from collections.abc import Collection

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.expected import Expectation
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.mappings import Mappings
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.needs import Note, some
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory_records import (
    Inventory,
    InventoryPermission,
    InventoryVm,
)


def with_permissions(inventory: Inventory, names: Collection[str]) -> list[InventoryVm]:
    """The named VMs (names or ids) on which somebody has a role."""
    chosen = frozenset(names)
    return [vm for vm in inventory.vms if vm.permissions and chosen & {vm.name, vm.id}]


def plan_people(
    vms: Collection[InventoryVm], mappings: Mappings, roles: Collection[str], users: Collection[tuple[str, str]]
) -> list[Note]:
    """A note for each role and each user that the target lacks. users: (login, domain) of those that it knows.

    Groups of users are left out: whether they are known says nothing of whether the engine keeps their permissions.
    """

    def knows(permission: InventoryPermission) -> bool:
        return (permission.user, permission.domain) in users

    expectation = Expectation(mappings, knows)
    lost: dict[tuple[str, str], list[str]] = {}
    for vm in vms:
        for permission in expectation.of(vm).permissions:
            if permission.role not in roles:
                lost.setdefault(("role", permission.role), []).append(vm.name)
            elif not permission.group and not knows(permission):
                lost.setdefault(("user", f"{permission.user}@{permission.domain}"), []).append(vm.name)
    return [_note(kind, name, list(dict.fromkeys(of))) for (kind, name), of in lost.items()]


def _note(kind: str, name: str, vms: list[str]) -> Note:
    which = (
        f"role {name}, which the target does not have, is given"
        if kind == "role"
        else f"user {name}, whom the target's engine does not know, has a role"
    )
    text = f"{which} on VMs {some(vms)}; the engine will register them without it"
    return Note(text, tuple(vms), word=name)
