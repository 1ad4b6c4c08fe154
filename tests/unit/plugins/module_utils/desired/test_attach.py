# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attaching: what is planned from each state, what is refused and in which words."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.attach import plan_attach
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.wanted_domains import wanted_domains
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.module_utils.desired.making import (
    CENTER,
    HOST,
    DomainsModel,
    allowed_order,
    domain,
    wanted,
)
from hypothesis import given, settings
from hypothesis import strategies as st

NAMES = ("a", "b", "c", "d")


def actions(plan):
    return [step.action for step in allowed_order(plan.steps)]


@pytest.mark.parametrize(
    ("there", "expected", "before"),
    [
        (None, ["import", "attach", "rename"], None),
        (domain("web", status="unattached", center=""), ["attach"], "unattached"),
        (domain("web", status="inactive"), ["activate"], "inactive"),
        (domain("web", status="unknown"), ["activate"], "unknown"),
        (domain("web", status="maintenance"), ["activate"], "maintenance"),
        (domain("web", status="preparing_for_maintenance"), ["activate"], "preparing_for_maintenance"),
        (domain("web", status="activating"), ["activate"], "activating"),
        (domain("web", status="locked"), ["activate"], "locked"),
        (domain("web"), [], None),
        (replace(domain("web"), name="other"), ["rename"], None),
    ],
)
def test_the_steps_from_each_state(there, expected, before):
    known = [there] if there else []
    here = [one for one in known if one.data_center_ids]
    plan = plan_attach([wanted("web")], known, here, CENTER, HOST)
    assert actions(plan) == expected
    assert set(plan.changes) == {step.id for step in plan.steps}
    if before:
        assert [change.before for changes in plan.changes.values() for change in changes] == [before]
    settled = [outcome.message for outcome in plan.outcomes]
    assert settled == ([] if expected else ["is active"])


def test_an_empty_name_keeps_the_one_in_the_metadata():
    assert actions(plan_attach([wanted("web", called="")], [], [], CENTER, HOST)) == ["import", "attach"]


def test_the_sentences_and_changes_of_a_new_domain():
    plan = plan_attach([wanted("web", required=False)], [], [], CENTER, HOST)
    assert [step.says for step in plan.steps] == [
        "import web from nfs:/web",
        "attach web to Recovery",
        "name domain id-web web",
    ]
    assert not any(step.required for step in plan.steps)
    assert {step.details["host"] for step in plan.steps} == {"h1"}
    by_field = {change.field: (change.before, change.after) for changes in plan.changes.values() for change in changes}
    assert by_field == {"storage": (None, "nfs:/web"), "status": ("unattached", "active"), "name": (None, "web")}


@pytest.mark.parametrize(
    ("known", "center", "words"),
    [
        (
            [],
            replace(CENTER, status="uninitialized"),
            (
                "data center Recovery is uninitialized: one of web would become its master, and the data center would "
                "stand and fall with it. Attach a domain of its own to it first, or ask for that with "
                "'initialize: true'"
            ),
        ),
        (
            [replace(domain("web"), id="another")],
            CENTER,
            (
                "domain web: the name is taken by another domain (another); want another name for it, or "
                "rename the other one"
            ),
        ),
        (
            [domain("web", center="elsewhere")],
            CENTER,
            "domain web: is attached to another data center of this engine (elsewhere); detach it there first",
        ),
        (
            [replace(domain("web"), path="/old")],
            CENTER,
            (
                "domain web: the engine knows it on nfs:/old, the playbook wants nfs:/web; its "
                "connection must be changed, "
                "which this module never does"
            ),
        ),
    ],
)
def test_a_conflict_is_refused_before_anything_is_planned(known, center, words):
    here = [one for one in known if CENTER.id in one.data_center_ids]
    with pytest.raises(BadInput) as refusal:
        plan_attach([wanted("web")], known, here, center, HOST)
    assert str(refusal.value) == words


def test_all_conflicts_are_told_at_once_with_the_missing_host():
    known = [replace(domain("a"), path="/old")]
    with pytest.raises(BadInput) as refusal:
        plan_attach([wanted("a"), wanted("b")], known, known, CENTER, None)
    words = str(refusal.value)
    assert "domain a: the engine knows it on nfs:/old" in words
    assert (
        "data center Recovery has no host that is up, so nothing can be imported or attached; activate a host first"
        in words
    )


def test_activating_and_renaming_need_no_host():
    known = [replace(domain("web", status="maintenance"), name="other")]
    assert actions(plan_attach([wanted("web")], known, known, CENTER, None)) == ["activate", "rename"]


OPTION = {"id": "1", "name": "web", "type": "nfs", "address": "nfs", "path": "/web"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            [{**OPTION, "id": None}],
            (
                "domains[1] web: 'id' is needed. It is what tells the domain from another one that "
                "lies on the same path; "
                "take it from the inventory of the site that owns the domain"
            ),
        ),
        ([{**OPTION, "path": None}], "domains[1] web: 'path' is needed for type nfs"),
        ([{**OPTION, "address": None}], "domains[1] web: 'address' is needed for type nfs"),
        ([{**OPTION, "type": "posixfs"}], "domains[1] web: 'vfs_type' is needed for type posixfs"),
        ([{**OPTION, "type": "glusterfs", "name": None}], "domains[1] 1: 'vfs_type' is needed for type glusterfs"),
        ([OPTION, {**OPTION, "name": "db"}], "id 1 is given for 2 domains"),
        ([OPTION, {**OPTION, "id": "2"}], "name web is given for 2 domains"),
        (
            [{**OPTION, "address": None}, {**OPTION, "id": "2", "name": "db", "path": None}],
            "domains[1] web: 'address' is needed for type nfs; domains[2] db: 'path' is needed for type nfs",
        ),
    ],
)
def test_options_that_make_no_domain(options, words):
    with pytest.raises(BadInput) as refusal:
        wanted_domains(options)
    assert str(refusal.value) == words


def test_options_become_records_and_two_may_go_without_a_name():
    first, second = wanted_domains([{**OPTION, "name": None}, {**OPTION, "id": "2", "name": None, "nfs_retrans": 3}])
    assert (first.label, first.place, second.nfs_retrans) == ("1", "nfs:/web", 3)
    assert replace(first, address="").place == "/web"


states = st.sampled_from(
    ["absent", "unattached", "active", "inactive", "maintenance", "unknown", "locked", "activating", "misnamed"]
)


def engine(chosen):
    """An engine whose domains are in the given states: name -> state."""
    model = DomainsModel(path_names={f"id-{name}": f"old-{name}" for name in chosen})
    for name, state in chosen.items():
        if state == "absent":
            continue
        made = domain(name, status="active" if state == "misnamed" else state)
        if state == "unattached":
            made = domain(name, status=state, center="")
        if state == "misnamed":
            made = replace(made, name=f"mis-{name}")
        model.known[made.id] = made
    return model


@given(st.dictionaries(st.sampled_from(NAMES), states, min_size=1), st.booleans())
@settings(max_examples=150, deadline=None)
def test_a_second_plan_finds_nothing_to_do(chosen, named):
    model = engine(chosen)
    wishes = [wanted(name, called=name if named else "") for name in chosen]
    top, here = model.top, model.attached
    copies = deepcopy((wishes, top, here))
    plan = plan_attach(wishes, top, here, CENTER, HOST)
    assert (wishes, top, here) == copies
    for step in allowed_order(plan.steps):
        model.do(step)
    again = plan_attach(wishes, model.top, model.attached, CENTER, HOST)
    assert again.steps == ()
    assert {outcome.target_id for outcome in again.outcomes} == {wish.id for wish in wishes}
    assert len({step.id for step in plan.steps}) == len(plan.steps)


@given(st.dictionaries(st.sampled_from(NAMES), states, min_size=1))
@settings(max_examples=50, deadline=None)
def test_a_domain_is_imported_before_it_is_attached_before_it_is_renamed_and_waits_for_no_other(chosen):
    model = engine(chosen)
    plan = plan_attach([wanted(name) for name in chosen], model.top, model.attached, CENTER, HOST)
    rank = {"import": 0, "attach": 1, "activate": 1, "rename": 2}
    steps = {step.id: step for step in plan.steps}
    for step in plan.steps:
        for earlier in step.after:
            assert steps[earlier].target_id == step.target_id
            assert rank[steps[earlier].action] < rank[step.action]
    order = allowed_order(plan.steps)
    for target in {step.target_id for step in order}:
        ranks = [rank[step.action] for step in order if step.target_id == target]
        assert ranks == sorted(ranks)
