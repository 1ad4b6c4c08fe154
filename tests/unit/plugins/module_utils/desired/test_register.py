# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registering: what becomes of each entity that is asked for, in which words and in which order."""

from __future__ import annotations

from copy import deepcopy

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.register import plan_register
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Ambiguous
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import BLANK_TEMPLATE
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.module_utils.desired.making import (
    allowed_order,
    lost_template,
    lost_vm,
    template,
    vm,
)
from hypothesis import given, settings
from hypothesis import strategies as st


def plan_vms(asked, lost, registered=(), templates=(), *, exclude=(), best_effort=(), partial=(), **more):
    return plan_register(
        "vm",
        asked,
        exclude,
        lost,
        registered,
        set(templates),
        is_required=lambda name: name not in best_effort,
        may_be_partial=lambda name: name in partial,
        **more,
    )


def plan_templates(asked, lost, registered=()):
    return plan_register(
        "template",
        asked,
        (),
        lost,
        registered,
        {one.id for one in registered},
        is_required=lambda _name: True,
        may_be_partial=lambda _name: False,
    )


def test_a_step_says_what_is_registered_and_from_where():
    plan = plan_vms(["web"], [lost_vm("web")])
    (step,) = plan.steps
    assert (step.id, step.action, step.says) == ("register:vm:id-web", "register", "register vm web")
    assert step.details == {"domain": "d1", "partial": False}
    (change,) = plan.changes[step.id]
    assert (change.kind, change.name, change.before, change.after) == ("vm", "web", None, "id-web")


@pytest.mark.parametrize(
    ("asked", "lost", "registered", "options", "state", "message"),
    [
        ("web", [], [vm("web")], {}, "already", "is registered"),
        ("id-web", [], [vm("web")], {}, "already", "is registered"),
        ("web", [lost_vm("web")], [vm("web")], {}, "already", "is registered"),
        (
            "web",
            [lost_vm("web")],
            [vm("web", id_="other")],
            {},
            "failed",
            (
                "web (id-web): the name belongs to another vm of the engine (other); rename or remove "
                "that one, then run again"
            ),
        ),
        (
            "web",
            [lost_vm("web", of="t1")],
            [],
            {},
            "failed",
            "web: its template t1 is not registered; register the templates of all domains first, then run again",
        ),
        (
            "web",
            [],
            [],
            {},
            "failed",
            (
                "web: no VM of this name is registered, and none lies unregistered on the given domains. "
                "Check the name, that its "
                "domains are attached, and that their OVF stores were fresh when they were replicated"
            ),
        ),
        (
            "web",
            [],
            [],
            {"lies_on": {"web": "data-web"}.__getitem__},
            "failed",
            "web: lies on data-web, which is not active here; once it is, run again",
        ),
        (
            "web",
            [],
            [],
            {"unproven": True},
            "skipped",
            "web: not proven, it may lie on a domain that is not attached yet",
        ),
    ],
)
def test_what_needs_no_step_or_can_get_none(asked, lost, registered, options, state, message):
    plan = plan_vms([asked], lost, registered, **options)
    assert plan.steps == ()
    (outcome,) = plan.outcomes
    assert (outcome.state, outcome.message) == (state, message)
    assert outcome.required


@pytest.mark.parametrize("exclude", [["web"], ["w*"]])
@pytest.mark.parametrize("lost", [[lost_vm("web")], []])
@pytest.mark.parametrize("registered", [[vm("web")], []])
def test_nothing_is_said_of_what_is_left_out(exclude, lost, registered):
    plan = plan_vms(["web"], lost, registered, exclude=exclude)
    assert (plan.steps, plan.outcomes) == ((), ())


def test_a_pattern_that_meets_nothing_is_no_failure():
    assert plan_vms(["web*"], [], [vm("web01")]).outcomes == ()


@pytest.mark.parametrize("called", ["web", "id-web"])
def test_best_effort_and_partial_by_name_or_id(called):
    plan = plan_vms(["web"], [lost_vm("web")], best_effort=[called], partial=[called])
    assert [(step.required, step.details["partial"]) for step in plan.steps] == [(False, True)]
    (outcome,) = plan_vms(["web"], [], [vm("web")], best_effort=[called]).outcomes
    assert not outcome.required


def test_a_name_that_two_unregistered_vms_carry_is_not_guessed():
    with pytest.raises(Ambiguous, match=r"unregistered vm 'web' could be any of 2: web \(1\), web \(2\)"):
        plan_vms(["web"], [lost_vm("web", id_="1"), lost_vm("web", id_="2")])


def test_a_vm_of_a_registered_template_waits_for_nothing():
    (step,) = plan_vms(["web"], [lost_vm("web", of="t1")], templates=["t1"]).steps
    assert step.after == frozenset()


def test_a_version_waits_for_its_base_template():
    base, version = lost_template("golden"), lost_template("golden", id_="v2", base="id-golden", version=2)
    plan = plan_templates(["*"], [version, base])
    assert [step.target_id for step in allowed_order(plan.steps)] == ["id-golden", "v2"]
    assert {step.says for step in plan.steps} == {
        "register template golden",
        "register template golden version 2",
    }


def test_a_version_without_its_base_template_fails():
    plan = plan_templates(["v2"], [lost_template("golden", id_="v2", base="id-golden", version=2)])
    assert [(outcome.state, plan.steps) for outcome in plan.outcomes] == [("failed", ())]


def test_a_version_beside_its_registered_base_of_the_same_name_is_no_clash():
    version = lost_template("golden", id_="v2", base="id-golden", version=2)
    (step,) = plan_templates(["golden"], [version], [template("golden")]).steps
    assert (step.target_id, step.after) == ("v2", frozenset())


NAMES = ("a", "b", "c", "d", "e")


@st.composite
def estates(draw):
    """(unregistered VMs, templates and versions, in any order; those of them that are registered already)."""
    bases = [lost_template(name, id_=f"t-{name}") for name in draw(st.sets(st.sampled_from(NAMES)))]
    versions = [
        lost_template(base.name, id_=f"{base.id}-v{number}", base=base.id, version=number)
        for base in bases
        for number in range(2, 2 + draw(st.integers(0, 2)))
    ]
    templates = draw(st.permutations(bases + versions))
    thin = st.sampled_from([BLANK_TEMPLATE, *(one.id for one in templates)])
    vms = [lost_vm(name, of=draw(thin)) for name in draw(st.sets(st.sampled_from(NAMES)))]
    return draw(st.permutations(vms)), templates


@given(estates(), st.lists(st.sampled_from([*NAMES, "*", "id-a"]), min_size=1))
@settings(max_examples=200, deadline=None)
def test_a_second_plan_finds_nothing_to_do(estate, asked):
    lost, lost_templates = estate
    copies = deepcopy(estate)
    there = {}
    plan = plan_templates(["*"], lost_templates)
    for step in allowed_order(plan.steps):
        entity = next(one for one in lost_templates if one.id == step.target_id)
        assert entity.template_id in (BLANK_TEMPLATE, *there), "a version came before its base template"
        there[entity.id] = template(entity.name, id_=entity.id)
    left = [one for one in lost_templates if one.id not in there]
    again = plan_templates(["*"], left, there.values())
    assert (left, again.steps, again.outcomes) == ([], (), ())

    registered = {}
    first = plan_vms(asked, lost, [], there)
    assert estate == copies
    for step in allowed_order(first.steps):
        entity = next(one for one in lost if one.id == step.target_id)
        assert entity.template_id in (BLANK_TEMPLATE, *there)
        registered[entity.id] = vm(entity.name, id_=entity.id)
    second = plan_vms(asked, [one for one in lost if one.id not in registered], registered.values(), there)
    assert second.steps == ()
    failed = {outcome.name for outcome in first.outcomes if outcome.state == "failed"}
    assert {outcome.name for outcome in second.outcomes if outcome.state == "failed"} == failed
    asked_by_name = {vm_.name for vm_ in registered.values()} & set(asked)
    assert {outcome.name for outcome in second.outcomes if outcome.state == "already"} >= asked_by_name
