# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which permissions will be lost is told before anything is done, by role and by user."""

from __future__ import annotations

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.mappings import mappings_from
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.needs_people import (
    plan_people,
    with_permissions,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory_records import (
    Inventory,
    InventoryPermission,
    InventoryVm,
)

WITHOUT = "the engine will register them without it"
ADA = InventoryPermission("UserRole", "ada", "ldap")
AUDITOR = InventoryPermission("Auditor", "ada", "ldap")
TEAM = InventoryPermission("UserRole", group="Operators")


def vm(name, *permissions):
    return InventoryVm(f"id-{name}", name, "prod", "", (), (), permissions=permissions)


def test_only_the_named_vms_with_permissions_count():
    inventory = Inventory("s", (vm("a", ADA), vm("b"), vm("c", ADA), vm("d", ADA)), {}, {})
    assert [one.name for one in with_permissions(inventory, ["a", "b", "id-d"])] == ["a", "d"]


@pytest.mark.parametrize(
    ("mappings", "users", "words"),
    [
        (
            {},
            set(),
            [
                f"user ada@ldap, whom the target's engine does not know, has a role on VMs web01, web02; {WITHOUT}",
                f"role Auditor, which the target does not have, is given on VMs web02; {WITHOUT}",
            ],
        ),
        ({"roles": [{"from": "Auditor", "to": "UserRole"}]}, {("ada", "ldap")}, []),
        (
            {"roles": [{"from": "Auditor", "to": "UserRole"}], "user_domains": [{"from": "ada", "to": "dr"}]},
            {("ada", "dr")},
            [],
        ),
    ],
)
def test_what_will_be_lost(mappings, users, words):
    notes = plan_people(
        [vm("web01", ADA, TEAM), vm("web02", ADA, AUDITOR)], mappings_from(mappings), {"UserRole"}, users
    )
    assert [note.text for note in notes] == words


def test_a_note_is_of_the_vms_and_names_what_the_engine_would_name():
    (note,) = plan_people([vm("web01", ADA)], mappings_from({}), {"UserRole"}, set())
    assert (note.vms, note.word) == (("web01",), "ada@ldap")
