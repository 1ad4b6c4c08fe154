# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan: what it changes follows from what came of its steps."""

from __future__ import annotations

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.difference import Change
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import STATES, Step, outcome_of
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan, settled

STEP = Step("up:1", "up", "vm", "web", "1")
PLAN = Plan((STEP,), changes={"up:1": (Change("vm", "web", "status", "down", "up"),)})


@pytest.mark.parametrize("state", STATES)
def test_only_what_was_done_is_a_difference(state):
    difference = PLAN.difference((outcome_of(STEP, state),))
    assert difference.changed == (state == "done")


def test_a_step_without_a_change_makes_no_difference():
    assert not Plan((STEP,)).difference((outcome_of(STEP, "done"),)).changed


def test_what_was_known_before_has_a_step_id_of_its_own_kind():
    one = settled("register", "vm", "web", "", "failed", "no", required=False)
    assert (one.step_id, one.failure, one.required) == (
        "register:vm:web",
        {"kind": "plan", "message": "no"},
        False,
    )
    assert settled("up", "vm", "web", "1", "already", "is up").failure is None


def test_waiting_for_others_leaves_the_plan_as_it_was():
    later = PLAN.after({"up:1": frozenset({"x"}), "unknown": frozenset({"y"})})
    assert (later.steps[0].after, PLAN.steps[0].after) == (frozenset({"x"}), frozenset())
    assert later.changes == PLAN.changes
    assert PLAN.after({}) == PLAN
