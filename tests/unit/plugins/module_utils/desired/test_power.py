# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Power: from every status to the wanted one, and nothing to do when planned again."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.power import COMING_UP, GOING_DOWN, plan_power
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Ambiguous
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.module_utils.desired.making import allowed_order, vm
from hypothesis import given, settings
from hypothesis import strategies as st

STATUSES = ("up", "down", "suspended", "paused", "not_responding", "unknown", *COMING_UP, *GOING_DOWN)


def plan(state, asked, vms, *, exclude=(), best_effort=(), unproven=False):
    return plan_power(state, asked, exclude, vms, is_required=lambda name: name not in best_effort, unproven=unproven)


@pytest.mark.parametrize(
    ("state", "status", "action"),
    [
        ("up", "up", None),
        ("up", "down", "up"),
        ("up", "suspended", "up"),
        ("up", "paused", "up"),
        *(("up", status, "wait") for status in COMING_UP),
        *(("up", status, "up") for status in GOING_DOWN),
        ("down", "down", None),
        ("down", "suspended", None),
        ("down", "up", "down"),
        *(("down", status, "wait") for status in GOING_DOWN),
        *(("down", status, "down") for status in COMING_UP),
    ],
)
def test_what_is_done_from_each_status(state, status, action):
    made = plan(state, ["web"], [vm("web", status=status)])
    assert [step.action for step in made.steps] == ([action] if action else [])
    assert [outcome.message for outcome in made.outcomes] == ([] if action else [f"is {status}"])
    if action:
        ((change,),) = made.changes.values()
        assert (change.before, change.after) == (status, state)
        assert made.steps[0].says == ("start VM web" if state == "up" else "stop VM web")


def test_a_vm_that_is_not_there():
    (outcome,) = plan("up", ["web", "x*"], []).outcomes
    assert (outcome.state, outcome.message) == (
        "failed",
        "web: the engine has no VM of this name or id; register it first, then run again",
    )


def test_a_vm_that_an_earlier_task_would_have_registered_is_not_proven():
    made = plan("up", ["web"], [], unproven=True)
    assert [(outcome.state, outcome.message) for outcome in made.outcomes] == [
        ("skipped", "web: not proven, the engine has no VM of this name or id yet")
    ]
    assert made.not_proven == ("whether these VMs come up, as the engine does not have them yet: web",)


def test_a_thousand_vms_that_are_not_there_yet_are_one_sentence():
    (sentence,) = plan("up", [f"web{number}" for number in range(1000)], [], unproven=True).not_proven
    assert sentence.endswith("web11 and 988 more")


@pytest.mark.parametrize("exclude", [["web"], ["w*"]])
@pytest.mark.parametrize("vms", [[vm("web")], []])
def test_nothing_is_said_of_what_is_left_out(exclude, vms):
    made = plan("up", ["web"], vms, exclude=exclude)
    assert (made.steps, made.outcomes) == ((), ())


@pytest.mark.parametrize("called", ["web", "id-web"])
def test_best_effort_by_name_or_id(called):
    assert [step.required for step in plan("up", ["web"], [vm("web")], best_effort=[called]).steps] == [False]
    assert [one.required for one in plan("up", [called], [], best_effort=[called]).outcomes] == [False]


def test_two_vms_of_one_name_are_not_guessed():
    with pytest.raises(Ambiguous, match=r"web \(1\), web \(2\)"):
        plan("up", ["w*"], [vm("web", id_="1"), vm("web", id_="2")])


@given(
    st.sampled_from(["up", "down"]),
    st.dictionaries(st.sampled_from("abcd"), st.sampled_from(STATUSES)),
    st.lists(st.sampled_from(["a", "b", "id-c", "*", "z"])),
)
@settings(max_examples=150, deadline=None)
def test_a_second_plan_finds_nothing_to_do(state, statuses, asked):
    vms = {f"id-{name}": vm(name, status=status) for name, status in statuses.items()}
    copies = deepcopy((vms, asked))
    first = plan(state, asked, vms.values())
    assert (vms, asked) == copies
    for step in allowed_order(first.steps):
        vms[step.target_id] = replace(vms[step.target_id], status=state)
    second = plan(state, asked, vms.values())
    assert second.steps == ()
    assert [one for one in second.outcomes if one.state == "failed"] == [
        one for one in first.outcomes if one.state == "failed"
    ]
