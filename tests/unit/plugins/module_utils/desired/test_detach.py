# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Detaching: every blocker is named, the master goes last, and a second plan finds nothing to do."""

from __future__ import annotations

from copy import deepcopy

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.detach import (
    OnDomain,
    find_blockers,
    plan_detach,
    sharing_of,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.select import select
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.module_utils.desired.making import (
    CENTER,
    HOST,
    DomainsModel,
    allowed_order,
    domain,
    template,
    vm,
)
from hypothesis import given, settings
from hypothesis import strategies as st

NAMES = ("a", "b", "c", "d")


@pytest.mark.parametrize(
    ("made", "vms", "templates", "words"),
    [
        (
            domain("web"),
            [vm("w2", status="up"), vm("w1", status="image_locked"), vm("w3"), vm("w4", status="suspended")],
            [],
            ["domain web: VMs with disks here are not down: w1, w2"],
        ),
        (domain("web"), [vm("w1", protected=True)], [], ["domain web: VMs here are delete-protected: w1"]),
        (domain("web"), [], [template("t", protected=True)], ["domain web: templates here are delete-protected: t"]),
        (
            domain("web", master=True),
            [],
            [],
            ["domain web: it is the master and these other domains stay attached: other"],
        ),
        (
            domain("web", kind="localfs"),
            [],
            [],
            ["domain web: it is a local domain, and the engine formats such a domain on detach"],
        ),
        (domain("hosted_storage"), [], [], ["domain hosted_storage: it carries the hosted engine"]),
        (domain("web"), [vm("w1")], [template("t")], []),
    ],
)
def test_each_blocker_in_its_words(made, vms, templates, words):
    found = find_blockers([made], [made, domain("other")], {made.id: OnDomain(tuple(vms), tuple(templates))})
    assert [blocker.sentence for blocker in found] == words


def test_all_blockers_of_all_domains_are_named():
    domains = [domain("a", master=True), domain("b", kind="localfs")]
    running = vm("run", status="up", protected=True)
    found = find_blockers(domains, [*domains, domain("c")], {"id-a": OnDomain((running,), ())})
    assert [(blocker.domain, blocker.names) for blocker in found] == [
        ("a", ("run",)),
        ("a", ("run",)),
        ("a", ("c",)),
        ("b", ()),
    ]


def test_a_master_that_leaves_with_all_others_blocks_nothing():
    domains = [domain("a", master=True), domain("b")]
    assert find_blockers(domains, domains, {}) == ()


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


def test_vms_are_powered_off_before_their_domains_leave():
    model = DomainsModel({one.id: one for one in (domain("a", master=True), domain("b"))})
    shared, alone = vm("shared", status="up"), vm("alone", status="unknown")
    holding = {"id-a": [shared], "id-b": [alone, shared]}
    plan = plan_detach((), model.attached, [], data_center=CENTER, remove=False, host=None, holding=holding)
    ids = [step.id for step in allowed_order(plan.steps)]
    assert sorted(ids[:2]) == ["down:id-alone", "down:id-shared"]
    assert ids[2:] == ["deactivate:id-b", "detach:id-b", "deactivate:id-a", "detach:id-a"]


@given(centers(), st.data())
@settings(max_examples=100, deadline=None)
def test_what_shares_a_vm_is_in_maintenance_before_either_is_detached(center, data):
    model, asked = center
    leaving = [one for one in model.attached if one.name in asked]
    owners = st.lists(st.sampled_from(["v1", "v2", "v3"]), unique=True)
    here = {one.id: OnDomain(tuple(vm(name) for name in data.draw(owners)), ()) for one in leaving}
    sharing = sharing_of(here)
    plan = plan_detach((), leaving, [], data_center=CENTER, remove=False, host=None, sharing=sharing)
    ids = [step.id for step in allowed_order(plan.steps)]
    masters = {one.id for one in leaving if one.master}
    for one in leaving:
        for other in sharing[one.id] - masters:
            if f"deactivate:{other}" in ids:
                assert ids.index(f"deactivate:{other}") < ids.index(f"detach:{one.id}")


def test_poweroff_lifts_the_rule_of_running_vms_alone():
    running = {"id-web": OnDomain((vm("w", status="up", protected=True),), ())}
    found = find_blockers([domain("web")], [domain("web")], running, poweroff=True)
    assert [blocker.rule for blocker in found] == ["VMs here are delete-protected"]


@pytest.mark.parametrize(("elsewhere", "state"), [(False, "failed"), (True, "already")])
def test_a_domain_of_another_data_center(elsewhere, state):
    known = [domain("web", center="other")]
    plan = plan_detach(["web"], [], known, data_center=CENTER, remove=True, host=HOST, elsewhere=elsewhere)
    assert (plan.steps, [outcome.state for outcome in plan.outcomes]) == ((), [state])
