# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Detaching: what shares goes to maintenance first, the master goes last, and a second plan finds nothing to do."""

from __future__ import annotations

from copy import deepcopy

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.detach import plan_detach
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.select import select
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.module_utils.desired.making import (
    CENTER,
    HOST,
    DomainsModel,
    allowed_order,
    domain,
    vm,
)
from hypothesis import given, settings
from hypothesis import strategies as st

NAMES = ("a", "b", "c", "d")


def detach(model, asked, *, remove):
    selection = select(model.attached, asked, kind="storage domain")
    return plan_detach(selection.unmatched, selection.chosen, model.top, data_center=CENTER, remove=remove, host=HOST)


def test_the_sentences_and_the_order_of_one_domain():
    model = DomainsModel({"id-web": domain("web")})
    plan = detach(model, ["web"], remove=True)
    assert [step.says for step in allowed_order(plan.steps)] == [
        "bring web to maintenance",
        "detach web",
        "remove web from the engine without formatting it",
    ]
    changes = [change for changes in plan.changes.values() for change in changes]
    assert [(change.before, change.after) for change in changes] == [
        ("active", "maintenance"),
        ("Recovery", None),
        ("known to the engine", None),
    ]


@pytest.mark.parametrize(
    ("asked", "known", "remove", "state", "message"),
    [
        ("web", [domain("web", center="")], False, "already", "is not attached"),
        ("id-web", [domain("web", center="")], False, "already", "is not attached"),
        ("web", [], True, "already", "is not known to the engine"),
        ("web", [], False, "failed", "web: the engine knows no storage domain of this name or id"),
        (
            "web",
            [domain("web", center="elsewhere")],
            False,
            "failed",
            "web is attached to another data center (elsewhere); name that one in 'data_center'",
        ),
        (
            "web",
            [domain("web", center="elsewhere")],
            True,
            "failed",
            "web is attached to another data center (elsewhere); name that one in 'data_center'",
        ),
        ("web*", [domain("web", center="")], True, "already", "matches no domain of the data center"),
        ("*", [domain("web", center="elsewhere")], False, "already", "matches no domain of the data center"),
    ],
)
def test_a_domain_that_is_not_in_the_data_center(asked, known, remove, state, message):
    plan = plan_detach([asked], [], known, data_center=CENTER, remove=remove, host=HOST)
    assert plan.steps == ()
    (outcome,) = plan.outcomes
    assert (outcome.state, outcome.message) == (state, message)
    assert (outcome.failure is not None) == (state == "failed")


def test_a_domain_that_is_detached_already_is_still_removed():
    plan = plan_detach(["web"], [], [domain("web", center="")], data_center=CENTER, remove=True, host=HOST)
    assert [(step.action, step.target_id, step.after) for step in plan.steps] == [("remove", "id-web", frozenset())]


@st.composite
def centers(draw):
    """(engine, the domains that leave); the master leaves only with all others."""
    statuses = st.sampled_from(["active", "maintenance", "inactive", "unknown"])
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    master = draw(st.sampled_from(names))
    model = DomainsModel({f"id-{name}": domain(name, status=draw(statuses), master=name == master) for name in names})
    asked = draw(st.one_of(st.just(names), st.lists(st.sampled_from(names), unique=True)))
    if master in asked:
        asked = draw(st.permutations(names))
    return model, asked


@given(centers(), st.booleans())
@settings(max_examples=150, deadline=None)
def test_a_second_plan_finds_nothing_to_do_and_the_master_leaves_last(center, remove):
    model, asked = center
    before = deepcopy(model.known)
    plan = detach(model, asked, remove=remove)
    assert model.known == before
    for step in allowed_order(plan.steps):
        model.do(step)
    again = detach(model, asked, remove=remove)
    assert again.steps == ()
    assert {outcome.state for outcome in again.outcomes} <= {"already"}
    assert len(again.outcomes) == len(asked)
    gone = {f"id-{name}" for name in asked}
    assert all((one.id in gone) != bool(one.data_center_ids) for one in model.known.values())
    assert remove == gone.isdisjoint(model.known) or not gone


def test_stores_are_written_when_the_vms_are_down_and_before_the_domain_goes():
    model = DomainsModel({one.id: one for one in (domain("a", master=True), domain("b"))})
    holding = {"id-b": [vm("v", status="up"), vm("w", status="powering_down")]}
    plan = plan_detach(
        (), model.attached, [], data_center=CENTER, remove=False, host=None, holding=holding, refresh={"id-a", "id-b"}
    )
    steps = {step.id: step for step in plan.steps}
    assert steps["refresh:id-b"].after == {"down:id-v", "down:id-w"}
    assert [steps[key].action for key in ("down:id-v", "down:id-w")] == ["down", "wait"]
    assert steps["deactivate:id-b"].after == {"refresh:id-b"}
    assert steps["refresh:id-a"].after == {"detach:id-b"}
    assert "refresh:id-a" not in plan.changes


@pytest.mark.parametrize("wipe", [False, True])
def test_a_format_is_in_the_step_and_in_its_words(wipe):
    plan = plan_detach(
        ["old"], [domain("web")], [domain("old", center="")], data_center=CENTER, remove=True, host=HOST, wipe=wipe
    )
    removals = [step for step in plan.steps if step.action == "remove"]
    assert [step.name for step in removals] == ["web", "old"]
    assert [step.details["format"] for step in removals] == [wipe, wipe]
    assert all(("everything on it is destroyed" in step.says) is wipe for step in removals)


def test_vms_are_stopped_before_their_domains_leave():
    model = DomainsModel({one.id: one for one in (domain("a", master=True), domain("b"))})
    shared, alone = vm("shared", status="up"), vm("alone", status="unknown")
    holding = {"id-a": [shared], "id-b": [alone, shared]}
    plan = plan_detach((), model.attached, [], data_center=CENTER, remove=False, host=None, holding=holding)
    ids = [step.id for step in allowed_order(plan.steps)]
    assert sorted(ids[:2]) == ["down:id-alone", "down:id-shared"]
    assert ids[2:] == ["deactivate:id-b", "detach:id-b", "deactivate:id-a", "detach:id-a"]


def all_before(steps, key):
    """The ids of all steps that must have ended before a step begins."""
    found, left = set(), [key]
    while left:
        for before in steps[left.pop()].after - found:
            found.add(before)
            left.append(before)
    return found


@given(centers(), st.data())
@settings(max_examples=100, deadline=None)
def test_what_shares_a_vm_is_in_maintenance_before_either_is_detached(center, data):
    model, asked = center
    leaving = [one for one in model.attached if one.name in asked]
    owners = st.lists(st.sampled_from([one.id for one in leaving]), unique=True) if leaving else st.just([])
    drawn = {one.id: set(data.draw(owners)) - {one.id} for one in leaving}
    # Who shares with one is shared with by that one.
    sharing = {key: frozenset(drawn[key] | {other for other in drawn if key in drawn[other]}) for key in drawn}
    plan = plan_detach((), leaving, [], data_center=CENTER, remove=False, host=None, sharing=sharing)
    ids = [step.id for step in allowed_order(plan.steps)]
    steps = {step.id: step for step in plan.steps}
    masters = {one.id for one in leaving if one.master}
    for one in leaving:
        for other in sharing[one.id]:
            # Never at the same time: one of the two waits for the other.
            first, second = f"detach:{one.id}", f"detach:{other}"
            assert first in all_before(steps, second) or second in all_before(steps, first)
    for one in leaving:
        for other in sharing[one.id] - masters:
            if f"deactivate:{other}" in ids:
                assert ids.index(f"deactivate:{other}") < ids.index(f"detach:{one.id}")


def test_what_shares_a_vm_is_detached_one_after_the_other():
    """Found on a running engine: it keeps, without any disk, a VM whose two domains are detached at once."""
    domains = [domain("a"), domain("b"), domain("c"), domain("alone"), domain("m", master=True)]
    sharing = {"id-a": {"id-b"}, "id-b": {"id-a", "id-c"}, "id-c": {"id-b", "id-m"}, "id-m": {"id-c"}}
    plan = plan_detach((), domains, [], data_center=CENTER, remove=False, host=None, sharing=sharing)
    after = {step.target_id: step.after for step in plan.steps if step.action == "detach"}
    waits = {one: {other for other in after if f"detach:{other}" in after[one]} for one in after}
    assert waits == {"id-a": set(), "id-b": {"id-a"}, "id-c": {"id-b"}, "id-alone": set(), "id-m": {"id-c"}}


@pytest.mark.parametrize(("elsewhere", "state"), [(False, "failed"), (True, "already")])
def test_a_domain_of_another_data_center(elsewhere, state):
    known = [domain("web", center="other")]
    plan = plan_detach(["web"], [], known, data_center=CENTER, remove=True, host=HOST, elsewhere=elsewhere)
    assert (plan.steps, [outcome.state for outcome in plan.outcomes]) == ((), [state])
