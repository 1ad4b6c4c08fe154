# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operator sees for which journal."""

from __future__ import annotations

import itertools

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._progress.lines import Lines, Shown


def plan(**actions: int) -> dict:
    return {"run": "r", "event": "plan", "total": sum(actions.values()), "actions": actions}


def start(number: int, action: str = "attach") -> dict:
    return {"run": "r", "event": "start", "action": action, "step": f"s{number}", "name": f"data-{number}"}


def end(number: int, state: str = "done", message: str = "active", action: str = "attach", **further: object) -> dict:
    return {**start(number, action), "event": "end", "state": state, "message": message, "seconds": 2.13, **further}


def note(text: str) -> dict:
    return {"run": "r", "event": "note", "message": text}


def texts(lines: Lines, *events: tuple[float, dict]) -> list[str]:
    return [shown.text for now, event in events for shown in lines.feed(event, now)]


@pytest.mark.parametrize(
    ("event", "text", "bad"),
    [
        (end(1), "[attach 1/8] data-1: active (2.1 s)", False),
        (end(1, seconds=0.0), "[attach 1/8] data-1: active", False),
        (end(1, seconds=345.6), "[attach 1/8] data-1: active (346 s)", False),
        (end(1, "already", ""), "[attach 1/8] data-1: already (2.1 s)", False),
        (end(1, "not_run", ""), "[attach 1/8] data-1: not run (2.1 s)", False),
        (end(1, "failed", "no\nspace"), "[attach 1/8] data-1: failed: no space (2.1 s)", True),
        (end(1, "failed", "no", required=False), "[attach 1/8] data-1: failed (best effort): no (2.1 s)", True),
        (end(1, message="\x1b[2Jx\x07"), "[attach 1/8] data-1: [2Jx (2.1 s)", False),
        (end(1, name="", id="4711"), "[attach 1/8] 4711: active (2.1 s)", False),
        (end(1, message="x" * 3000), f"[attach 1/8] data-1: {'x' * 1000}... (2.1 s)", False),
        (note("The engine answers again."), "The engine answers again.", False),
    ],
)
def test_a_few_steps_get_a_line_each(event, text, bad) -> None:
    lines = Lines(0.0)
    assert lines.feed(plan(attach=8), 0.0) == lines.feed(start(1), 0.0) == []
    assert lines.feed(event, 2.0) == [Shown(text, bad)]
    assert lines.tick(2.5) == []
    assert lines.close(3.0) == []


def test_many_steps_are_counted() -> None:
    lines = Lines(0.0)
    lines.feed(plan(register=1000), 0.0)
    shown: list[tuple[float, str]] = []
    for number in range(1, 1001):
        now = number / 10
        assert lines.feed(end(number, action="register"), now) == []
        shown += [(now, one.text) for one in lines.tick(now)]
    shown += [(now, one.text) for one in lines.close(now)]
    assert shown[0] == (1.0, "register: 10/1000 done, 1 s")
    assert shown[-1] == (100.0, "register: 1000/1000 done, 100 s")
    pauses = [after[0] - before[0] for before, after in itertools.pairwise(shown)]
    assert min(pauses) >= 0.99
    assert max(pauses) < 4
    assert len(shown) < 70


def test_failures_among_many_are_shown_at_once_and_counted() -> None:
    lines = Lines(0.0)
    assert (
        texts(lines, (0, plan(register=1000)), *((0.5, end(number, action="register")) for number in range(412))) == []
    )
    failed = lines.feed(end(7, "failed", "[Cannot import VM. The relevant Cluster doesn't exist.]", "register"), 0.6)
    assert failed == [
        Shown(
            "[register 413/1000] data-7: failed: [Cannot import VM. The relevant Cluster doesn't exist.] (2.1 s)", True
        )
    ]
    lines.feed(end(8, "not_run", "", "register"), 0.7)
    assert [one.text for one in lines.tick(41.0)] == ["register: 412/1000 done, 1 failed, 1 not run, 41 s"]
    assert lines.close(42.0) == [], "nothing new since"


def test_a_long_silence_is_broken_while_something_is_under_way() -> None:
    lines = Lines(0.0)
    texts(lines, (0, plan(attach=2)), (0, start(1)))
    assert lines.tick(9.9) == []
    assert [one.text for one in lines.tick(10.0)] == ["attach: 0/2 done, 10 s"]
    assert lines.tick(19.9) == []
    lines.feed(end(1), 19.9)
    assert lines.tick(60.0) == [], "nothing is under way"


def test_several_plans_of_one_run_add_up() -> None:
    lines = Lines(0.0)
    events = [(0, plan(start=1)), (1, end(1, action="start")), (1, plan(start=2)), (2, end(2, action="start"))]
    assert texts(lines, *events) == ["[start 1/1] data-1: active (2.1 s)", "[start 2/3] data-2: active (2.1 s)"]


def test_another_runs_lines_in_the_same_journal_are_not_ours() -> None:
    other = {**end(1), "run": "other"}
    assert texts(Lines(0.0, "r"), (0, other), (1, plan(attach=1)), (2, other)) == []
    assert texts(Lines(0.0), (0, plan(attach=1)), (1, other)) == []


def test_a_flood_of_notes_is_thinned() -> None:
    assert texts(Lines(0.0), *((number / 10, note(str(number))) for number in range(25))) == ["0", "10", "20"]
