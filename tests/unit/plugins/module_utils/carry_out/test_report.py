# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report stays small, the difference says one thing everywhere."""

from __future__ import annotations

import json

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.difference import Difference
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.report import Report
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Outcome, State, outcome_of
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.module_utils.carry_out.sim import step


def outcomes(state: State, count: int, message: str = "", **arguments) -> list[Outcome]:
    return [outcome_of(step(f"{state}-{number:05}"), state, message, **arguments) for number in range(count)]


@pytest.mark.parametrize("count", [10, 1_000, 10_000])
@pytest.mark.parametrize("state", ["done", "already", "skipped", "failed", "not_run"])
@pytest.mark.parametrize("length", [20, 1_000, 50_000])
def test_the_result_fits_whatever_the_size(count: int, state: State, length: int) -> None:
    failure = {"kind": "fault", "message": "x" * length} if state == "failed" else None
    report = Report(tuple(outcomes(state, count, "x" * min(length, 1000), failure=failure)))
    result = report.result(500_000)
    assert len(json.dumps(result)) <= 500_000
    assert result["counts"][state] == count
    key = {"failed": "failures", "skipped": "left_alone"}.get(state, state)
    assert not {"failed", "skipped"} & result.keys(), "Ansible would take the whole task for failed or skipped"
    shown = result[key]
    told = sum(map(len, shown.values())) if isinstance(shown, dict) else len(shown)
    assert told + result.get("left_out", {}).get(key, 0) == count


def test_a_thousand_good_ones_are_all_named() -> None:
    result = Report(tuple(outcomes("done", 1000))).result()
    assert len(result["done"]["act"]) == 1000
    assert "left_out" not in result


def test_failures_have_room_beside_a_crowd_and_required_ones_come_first() -> None:
    few = [outcome_of(step("z", required=False), "failed", "b"), outcome_of(step("y"), "failed", "a")]
    report = Report((*outcomes("done", 5000), *outcomes("not_run", 5000, "x" * 500), *few))
    result = report.result(300_000)
    assert [entry["name"] for entry in result["failures"]] == ["y", "z"]
    assert result["failures"][0].keys() == {
        "step",
        "action",
        "kind",
        "name",
        "id",
        "message",
        "seconds",
        "required",
        "failure",
    }
    assert len(json.dumps(result)) <= 300_000


def test_an_empty_report_is_well() -> None:
    report = Report(())
    assert report.ok
    assert not report.changed
    assert report.result()["counts"] == {"done": 0, "already": 0, "skipped": 0, "failed": 0, "not_run": 0}


def test_no_difference_leaves_no_trace() -> None:
    difference = Difference()
    difference.add("connection", "nfs1", "address", "10.0.0.1", "10.0.0.1")
    assert not difference.changed
    assert difference.before_after() == {"before": "", "after": ""}
    assert difference.sentences() == []


def test_there_and_back_is_no_difference() -> None:
    difference = Difference()
    difference.add("connection", "nfs1", "address", "10.0.0.1", "10.0.0.2")
    difference.add("connection", "nfs1", "address", "10.0.0.2", "10.0.0.1")
    assert not difference.changed


def test_changes_of_one_object_stand_together() -> None:
    difference = Difference()
    difference.add("connection", "nfs1", "address", "10.0.0.1", "10.0.0.2")
    difference.add("disk", "d1", "", None, {"size": 1, "domains": ["a", "b"]})
    difference.add("connection", "nfs1", "port", None, 3260)
    assert difference.before_after() == {
        "before": "connection nfs1:\n  address: 10.0.0.1\n",
        "after": "connection nfs1:\n  address: 10.0.0.2\n  port: 3260\n"
        "disk d1:\n  size: 1\n  domains:\n    - a\n    - b\n",
    }
    assert difference.sentences() == [
        "connection nfs1: address goes from 10.0.0.1 to 10.0.0.2",
        "disk d1 is added",
        "connection nfs1: port is added: 3260",
    ]


@pytest.mark.parametrize(
    ("before", "after", "text", "sentence"),
    [
        (True, False, "  f: false\n", "vm v: f goes from true to false"),
        ("a", "", "  f: ''\n", "vm v: f goes from a to ''"),
        ("a", ["x"], "  f:\n    - x\n", "vm v: f goes from a to [x]"),
        ("a", {"y", "x"}, "  f:\n    - x\n    - y\n", "vm v: f goes from a to [x, y]"),
        ("a", "two\nlines", "  f: two\\nlines\n", "vm v: f goes from a to two\\nlines"),
        ("a", None, "", "vm v: f is removed: a"),
    ],
)
def test_values_are_shown_plainly(before, after, text, sentence) -> None:
    difference = Difference()
    difference.add("vm", "v", "f", before, after)
    assert difference.before_after()["after"] == (f"vm v:\n{text}" if text else "")
    assert difference.sentences() == [sentence]
