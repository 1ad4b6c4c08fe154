# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guard against leftover LUN disks: every floating one is tied, known to be nobody's, or decided on."""

from __future__ import annotations

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.leftover_luns import (
    NO_TIES,
    Ties,
    plan_leftover_luns,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.register import plan_register
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.module_utils.desired.making import (
    allowed_order,
    lost_vm,
    lun,
)
from hypothesis import given, settings
from hypothesis import strategies as st


def test_nothing_is_looked_at_when_nothing_is_registered():
    assert plan_leftover_luns([lun("a")], [], NO_TIES, "refuse") == (Plan(), {})


def test_a_disk_of_a_vm_that_comes_goes_first():
    plan, before = plan_leftover_luns([lun("a")], {"v1", "v2"}, Ties({"id-a": {"v1"}}, frozenset()), "refuse")
    assert [(step.action, step.target_id, step.says) for step in plan.steps] == [
        (
            "forget_lun",
            "id-a",
            "remove the leftover record of LUN disk a (its data stays on LUN 36001a)",
        )
    ]
    assert before == {"v1": frozenset({"forget-lun:id-a"})}
    ((change,),) = plan.changes.values()
    assert (change.name, change.before, change.after) == ("a (id-a)", "36001a", None)


def test_a_shareable_disk_goes_once_and_before_each_of_its_vms():
    plan, before = plan_leftover_luns([lun("a")], {"v1", "v2"}, Ties({"id-a": {"v1", "v2"}}, frozenset()), "refuse")
    assert len(plan.steps) == 1
    assert before == dict.fromkeys(("v1", "v2"), frozenset({"forget-lun:id-a"}))


def test_a_shareable_disk_goes_when_only_one_of_its_vms_comes():
    plan, before = plan_leftover_luns([lun("a")], {"v1"}, Ties({"id-a": {"v2", "v1"}}, frozenset()), "refuse")
    assert (len(plan.steps), set(before)) == (1, {"v1"})


def test_a_disk_of_a_vm_that_stays_away_is_left_alone():
    assert plan_leftover_luns([lun("a")], {"v1"}, Ties({"id-a": {"v9"}}, frozenset()), "refuse")[0].steps == ()


def test_a_disk_of_nobody_is_left_alone_when_all_disks_of_the_vms_are_known():
    assert plan_leftover_luns([lun("a")], {"v1"}, Ties({}, frozenset({"v1", "v2"})), "refuse")[0].steps == ()


@pytest.mark.parametrize("ties", [NO_TIES, Ties({}, frozenset({"v1"}))])
def test_an_unknown_tie_is_refused_listing_the_disks_by_id(ties):
    with pytest.raises(BadInput) as refusal:
        plan_leftover_luns([lun("a"), lun("b")], {"v1", "v2"}, ties, "refuse")
    assert str(refusal.value) == (
        "The engine holds LUN disks that no VM uses, and it is not known whether one belongs to a VM about to be "
        "registered: a (id-a, LUN 36001a), b (id-b, LUN 36001b). Registering beside such a record damages the engine's "
        "storage listing. Give an 'inventory' of the source site, or decide with 'leftover_luns: remove' (only the "
        "records go, the data stays on the LUN) or 'leftover_luns: keep' (none of them belongs to these VMs)"
    )


def test_the_operator_keeps_what_is_unknown_but_not_what_is_tied():
    plan, before = plan_leftover_luns([lun("a"), lun("b")], {"v1"}, Ties({"id-b": {"v1"}}, frozenset()), "keep")
    assert [step.target_id for step in plan.steps] == ["id-b"]
    assert before == {"v1": frozenset({"forget-lun:id-b"})}


def test_what_is_unknown_goes_before_every_register_when_the_operator_says_so():
    plan, before = plan_leftover_luns([lun("a")], {"v1", "v2"}, NO_TIES, "remove")
    assert [step.target_id for step in plan.steps] == ["id-a"]
    assert before == dict.fromkeys(("v1", "v2"), frozenset({"forget-lun:id-a"}))


names = st.sets(st.sampled_from("abcd"))


@given(names, names, st.dictionaries(st.sampled_from(["id-a", "id-b", "id-c"]), st.sets(st.sampled_from("wxyz"))))
@settings(max_examples=150, deadline=None)
def test_every_removal_comes_before_the_vms_of_its_disk(floating, vms, owners):
    lost = [lost_vm(name, id_=name) for name in sorted(vms)]
    owners = {disk: {chr(ord(vm) - ord("w") + ord("a")) for vm in of} for disk, of in owners.items()}
    guard, before = plan_leftover_luns(
        [lun(name) for name in sorted(floating)], vms, Ties(owners, frozenset()), "remove"
    )
    plan = plan_register(
        "vm", ["*"], [], lost, [], [], is_required=lambda _name: True, may_be_partial=lambda _name: False
    )
    plan = plan.after({step.id: before.get(step.target_id, frozenset()) for step in plan.steps})
    order = [step.target_id for step in allowed_order([*guard.steps, *plan.steps])]
    for disk in (f"id-{name}" for name in floating):
        of = owners.get(disk) or vms
        if of & vms:
            assert all(order.index(disk) < order.index(vm) for vm in of & vms)
        else:
            assert disk not in order
