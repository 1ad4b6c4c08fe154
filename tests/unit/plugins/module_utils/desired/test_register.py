# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registering: what becomes of each entity that is asked for, in which words and in which order."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.register import Known, plan_register
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.register_clusters import Placement
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.register_templates import Needed
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.register_wishes import Wish, wishes_from
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Ambiguous, BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import BLANK_TEMPLATE, Cluster
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


def plan_templates(asked, lost, registered=(), *, exclude=(), **more):
    return plan_register(
        "template",
        asked,
        exclude,
        lost,
        registered,
        {one.id for one in registered},
        is_required=lambda _name: True,
        may_be_partial=lambda _name: False,
        **more,
    )


def needing(listed, registered=(), **more):
    """What may come along: these templates."""
    given = {"may_be_partial": lambda _name: False, **more}
    return Needed(lambda: {one.id: one for one in listed}, {one.id for one in registered}, **given)


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
            [vm("external-web", id_="id-web")],
            {},
            "failed",
            (
                "web (id-web) runs on a host still, so the engine took it in as external-web when its domain left; "
                "stop that one, wait until it is gone, then run again"
            ),
        ),
        (
            "web",
            [lost_vm("web")],
            [vm("web", id_="other")],
            {},
            "failed",
            (
                "web (id-web): the name belongs to another vm of the engine (other); rename or remove "
                "that one, or give this one a new name in 'each', then run again"
            ),
        ),
        (
            "web",
            [lost_vm("web", of="t1")],
            [],
            {},
            "failed",
            (
                "web: its template t1 is not registered; register the templates of all domains first, or say "
                "'templates: needed', then run again"
            ),
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
            {"known": Known(lies_on={"web": "data-web"}.__getitem__)},
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


# -- wishes for single entities


def test_a_wish_names_cluster_name_and_what_may_fail():
    wish = Wish("web", cluster="power", name="web-dr", partial=True, best_effort=True)
    placement = Placement(wished={"power": Cluster("c2", "power", "dc", "x86_64")})
    plan = plan_vms(["*"], [lost_vm("web"), lost_vm("app")], wishes=[wish], placement=placement)
    web, app = plan.steps
    assert web.details == {"domain": "d1", "partial": True, "cluster": "c2", "name": "web-dr"}
    assert (web.name, web.target_id, web.required, web.says) == (
        "web-dr",
        "id-web",
        False,
        "register vm web as web-dr",
    )
    assert (app.details, app.required) == ({"domain": "d1", "partial": False}, True)


def test_a_wish_wins_over_the_lists():
    wish = Wish("web", partial=False, best_effort=False)
    (step,) = plan_vms(["web"], [lost_vm("web")], wishes=[wish], partial=["web"], best_effort=["web"]).steps
    assert (step.details["partial"], step.required) == (False, True)


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        ([Wish("web"), Wish("id-web")], "each: id-web and web are the same vm, web (id-web)"),
        ([Wish("mail")], "each: mail is none of those that are to be registered"),
        ([Wish("app")], "each: app is left out by 'exclude'"),
        ([Wish("twin")], "each: twin could be any of twin (1), twin (2); give the id"),
        ([Wish("web", name="db")], "web (id-web) and db (id-db) would both be named db"),
        ([Wish("web", name="x"), Wish("db", name="x")], "web (id-web) and db (id-db) would both be named x"),
        ([Wish("web", name="old")], "web (id-web) is to be named old, which is taken in the target by another vm (o1)"),
    ],
)
def test_wishes_that_contradict_are_refused(wishes, words):
    lost = [lost_vm("web"), lost_vm("db"), lost_vm("app"), lost_vm("twin", id_="1"), lost_vm("twin", id_="2")]
    with pytest.raises(BadInput) as refusal:
        plan_vms(["*"], lost, [vm("old", id_="o1")], exclude=["app"], wishes=wishes)
    assert words in str(refusal.value)


@pytest.mark.parametrize(
    ("each", "words"),
    [
        ([{"vm": "web"}, {"vm": "web"}], "each: web is named twice"),
        ([{"vm": "w*"}], "each: w* is a pattern"),
    ],
)
def test_wishes_that_make_no_sense_are_refused(each, words):
    with pytest.raises(BadInput) as refusal:
        wishes_from(each, "vm")
    assert words in str(refusal.value)


def test_a_template_is_no_clone():
    with pytest.raises(BadInput, match="cannot be registered as a clone: the engine reads no new name"):
        wishes_from([{"template": "golden", "clone": True}], "template")


def test_two_of_one_name_come_under_new_names_by_their_ids():
    lost = [lost_vm("web", id_="1"), lost_vm("web", id_="2")]
    plan = plan_vms(["*"], lost, wishes=[Wish("1", name="web-a")])
    assert [(step.target_id, step.name) for step in plan.steps] == [("1", "web-a"), ("2", "web")]


def test_one_wish_for_a_template_holds_for_its_versions():
    base, version = lost_template("golden"), lost_template("golden", id_="v2", base="id-golden", version=2)
    placement = Placement(wished={"power": Cluster("c2", "power", "dc", "x86_64")})
    plan = plan_templates(["*"], [base, version], wishes=[Wish("golden", cluster="power")], placement=placement)
    assert [step.details["cluster"] for step in plan.steps] == ["c2", "c2"]


@pytest.mark.parametrize(
    ("known", "message"),
    [
        (Known(id_of={"web": "1"}.__getitem__), "is registered as web-dr"),
        (
            Known(),
            (
                "is registered as web-dr, as far as the name tells: without an inventory it is not known whether that "
                "was it"
            ),
        ),
    ],
)
def test_what_was_renamed_by_an_earlier_run_is_there_already(known, message):
    plan = plan_vms(["web"], [], [vm("web-dr", id_="1")], wishes=[Wish("web", name="web-dr")], known=known)
    (outcome,) = plan.outcomes
    assert (outcome.state, outcome.name, outcome.message) == ("already", "web-dr", message)
    assert plan_vms(["*"], [], [vm("web-dr", id_="1")], wishes=[Wish("web", name="web-dr")]).outcomes == ()


def test_another_vm_of_the_new_name_is_not_taken_for_the_renamed_one():
    known = Known(id_of={"web": "1"}.__getitem__)
    plan = plan_vms(["web"], [], [vm("web-dr", id_="2")], wishes=[Wish("web", name="web-dr")], known=known)
    assert [outcome.state for outcome in plan.outcomes] == ["failed"]


def test_an_id_that_is_not_there_is_not_there_under_a_new_name():
    gone = "79c5b65a-7a90-4428-b7d7-c0352db64709"
    plan = plan_vms([gone], [], [vm("web-dr", id_="2")], wishes=[Wish(gone, name="web-dr")])
    assert [outcome.state for outcome in plan.outcomes] == ["failed"]


def test_what_is_registered_under_its_old_name_is_not_renamed():
    (outcome,) = plan_vms(["*"], [lost_vm("web")], [vm("web")], wishes=[Wish("web", name="web-dr")]).outcomes
    assert (outcome.state, outcome.message) == ("already", "is registered as web; what is registered is not renamed")


# -- clusters


def power(architecture="ppc64", version=None):
    return Cluster("c2", "power", "dc", architecture, version)


@pytest.mark.parametrize(
    "placement",
    [
        Placement(default=power()),
        Placement(sources={"id-web": "prod"}, mapped={"prod": "power"}, clusters={"power": power()}),
        Placement(sources={"id-web": "power"}, clusters={"power": power()}),
    ],
)
def test_a_cluster_of_another_architecture_is_refused_before_anything(placement):
    words = r"web \(id-web\) is of the architecture x86_64, and cluster power of ppc64"
    with pytest.raises(BadInput, match=words):
        plan_vms(["*"], [lost_vm("web"), lost_vm("app")], placement=placement)
    plan = plan_vms(["web"], [lost_vm("web")], placement=placement, best_effort=["web"])
    assert ([one.state for one in plan.outcomes], plan.steps) == (["failed"], ())


@pytest.mark.parametrize(
    "placement",
    [
        Placement(default=power("undefined")),
        Placement(default=power("x86_64")),
        Placement(mapped={"prod": "power"}, clusters={"power": power()}),
        Placement(sources={"id-web": "gone"}, clusters={"power": power()}),
    ],
)
def test_a_cluster_that_fits_or_is_not_known_is_no_hindrance(placement):
    assert len(plan_vms(["*"], [lost_vm("web")], placement=placement).steps) == 1


@pytest.mark.parametrize(("has", "told"), [((4, 6), True), ((4, 7), False), ((4, 8), False), (None, False)])
def test_a_cluster_that_is_older_than_a_vm_asks_for_is_told(has, told):
    plan = plan_vms(["*"], [replace(lost_vm("web"), compatibility=(4, 7))], placement=Placement(power("x86_64", has)))
    assert bool(plan.warnings) is told
    assert not told or "web asks for compatibility version 4.7, and cluster power has 4.6" in plan.warnings[0]


# -- templates that come along


def test_the_template_of_a_thin_vm_comes_before_it_base_versions_first():
    base, version = lost_template("golden"), lost_template("golden", id_="v2", base="id-golden", version=2)
    vms = [lost_vm("web", of="v2"), lost_vm("app", of="id-golden"), lost_vm("db")]
    plan = plan_vms(["*"], vms, needed=needing([version, base]))
    order = [(step.kind, step.target_id) for step in allowed_order(plan.steps)]
    assert order.index(("template", "id-golden")) < order.index(("template", "v2")) < order.index(("vm", "id-web"))
    assert order.index(("template", "id-golden")) < order.index(("vm", "id-app"))
    assert len(order) == 5
    assert {step.action for step in plan.steps if step.kind == "template"} == {"register_template"}
    assert len(plan.changes) == 5


def test_a_template_that_nothing_needs_does_not_come_along_and_is_not_even_listed():
    plan = plan_vms(["*"], [lost_vm("web")], needed=Needed(pytest.fail, (), may_be_partial=bool))
    assert [step.kind for step in plan.steps] == ["vm"]


def test_a_template_that_is_registered_does_not_come_again():
    needed = needing([lost_template("golden", id_="v2", base="t1", version=2)], [template("golden", id_="t1")])
    plan = plan_vms(["*"], [lost_vm("web", of="v2"), lost_vm("app", of="t1")], templates=["t1"], needed=needed)
    assert [(step.kind, step.target_id) for step in allowed_order(plan.steps)][-2:] == [
        ("template", "v2"),
        ("vm", "id-web"),
    ]
    assert len(plan.steps) == 3


@pytest.mark.parametrize(
    ("listed", "more", "words"),
    [
        (
            [],
            {"told": lambda one: f"golden ({one}), which lies on data-erp,"},
            (
                "web: its template golden (t1), which lies on data-erp, is neither registered nor listed as "
                "unregistered on the given domains"
            ),
        ),
        (
            [lost_template("golden", id_="t1", base="t0", version=2)],
            {},
            "web: its template t0 is neither registered nor listed",
        ),
        (
            [lost_template("golden", id_="t1")],
            {"left_out": lambda name: name == "golden"},
            "web: its template golden (t1) is left out by 'exclude'",
        ),
    ],
)
def test_a_vm_whose_template_cannot_come_fails_by_name(listed, more, words):
    plan = plan_vms(["web"], [lost_vm("web", of="t1")], needed=needing(listed, **more))
    assert plan.steps == ()
    (outcome,) = plan.outcomes
    assert (outcome.state, words in outcome.message) == ("failed", True)


def test_a_template_is_as_required_as_what_stands_on_it():
    vms = [lost_vm("web", of="t1"), lost_vm("app", of="t2"), lost_vm("db", of="t2")]
    needed = needing([lost_template("one", id_="t1"), lost_template("two", id_="t2")])
    plan = plan_vms(["*"], vms, needed=needed, best_effort=["web", "app"])
    assert {step.target_id: step.required for step in plan.steps if step.kind == "template"} == {
        "t1": False,
        "t2": True,
    }


@pytest.mark.parametrize(
    ("placement", "cluster"),
    [
        (Placement(wished={"power": power("x86_64")}), "c2"),
        (Placement(default=power("x86_64"), wished={"power": power("x86_64")}), None),
        (Placement(wished={"power": power("x86_64")}, mapped={"prod": "dr"}), None),
    ],
)
def test_a_template_goes_where_its_vm_goes_when_nothing_else_tells(placement, cluster):
    wish = Wish("web", cluster="power")
    needed = needing([lost_template("golden", id_="t1")])
    plan = plan_vms(["web"], [lost_vm("web", of="t1")], wishes=[wish], placement=placement, needed=needed)
    assert plan.steps[0].details.get("cluster") == cluster


def test_the_base_of_a_version_comes_along_when_that_is_said():
    base, version = lost_template("golden"), lost_template("golden", id_="v2", base="id-golden", version=2)
    plan = plan_templates(["v2"], [base, version], needed=needing([base, version], action="register"))
    assert [step.target_id for step in allowed_order(plan.steps)] == ["id-golden", "v2"]
    assert {step.action for step in plan.steps} == {"register"}
    both = plan_templates(["*"], [base, version], needed=needing([base, version], action="register"))
    assert len(both.steps) == 2


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


def test_a_template_of_another_data_center_is_not_there():
    there = [template("a"), template("b")]
    away = {there[0].id}
    plan = plan_templates(["a", "b"], [], there, elsewhere=away)
    assert [(one.name, one.state) for one in plan.outcomes] == [("a", "failed"), ("b", "already")]
    assert "another data center" in plan.outcomes[0].message
    unproven = plan_templates(["a"], [], there, elsewhere=away, unproven=True)
    assert [one.state for one in unproven.outcomes] == ["skipped"]
