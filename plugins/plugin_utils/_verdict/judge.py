# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the results of a recovery's steps mean together: the verdict, and what to do next. Pure, no Ansible."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MOST_FAILURES = 10
MOST_NAMES = 12


@dataclass(frozen=True)
class StepResult:
    """One step of a recovery and the result of its module, None when the step was not reached."""

    name: str
    result: Mapping[str, t.Any] | None

    @property
    def counts(self) -> Mapping[str, int]:
        """How many objects ended in which state; empty when the step ended before it counted."""
        return (self.result or {}).get("counts") or {}

    @property
    def broke(self) -> str:
        """Why the step ended before anything was carried out, or nothing."""
        if self.result is None or self.counts or not self.result.get("failed"):
            return ""
        return str(self.result.get("msg") or "it failed without a word")

    @property
    def failures(self) -> Sequence[Mapping[str, t.Any]]:
        """The objects that failed."""
        return (self.result or {}).get("failures") or ()

    @property
    def state(self) -> str:
        """The step in one word."""
        if self.result is None:
            return "not reached"
        if self.broke:
            return "stopped"
        return "ok" if self.result.get("ok", True) else "incomplete"


@dataclass(frozen=True)
class Verdict:
    """word: recovered, warnings, already, would, incomplete or stopped; good: whether the run succeeded."""

    word: str
    headline: str
    good: bool
    notes: tuple[str, ...]
    next_steps: tuple[str, ...]


def judge(steps: Sequence[StepResult], notes: Sequence[str], *, check_mode: bool) -> Verdict:
    """The verdict over all steps. notes: what the plan leaves out knowingly, a sentence each."""
    told = [*notes, *(note for step in steps for note in _notes(step))]
    broken = [step for step in steps if step.broke]
    incomplete = [step for step in steps if step.state == "incomplete"]
    if broken:
        headline = f"STOPPED at '{broken[0].name}'"
        return Verdict("stopped", headline, False, tuple(told), _after_a_stop(broken[0], steps))
    if incomplete:
        failed = sum(step.counts["failed"] + step.counts["not_run"] for step in incomplete)
        headline = f"INCOMPLETE: {failed} {'object is' if failed == 1 else 'objects are'} not as the plan wants"
        return Verdict("incomplete", headline, False, tuple(told), _after_failures())
    changed = any((step.result or {}).get("changed") for step in steps)
    if check_mode:
        headline = "CHECKED: nothing was changed" if changed else "CHECKED: there is nothing to do"
        return Verdict("would", headline, True, tuple(told), ())
    if not changed and not any(step.failures for step in steps):
        return Verdict("already", "RECOVERED: everything was so already, nothing was changed", True, tuple(told), ())
    if any(step.failures or _imperfect(step) for step in steps):
        return Verdict("warnings", "RECOVERED, with warnings", True, tuple(told), ())
    return Verdict("recovered", "RECOVERED", True, tuple(told), ())


def totals(steps: Sequence[StepResult]) -> dict[str, int]:
    """The counts of all steps together."""
    states = ("done", "already", "skipped", "failed", "not_run")
    return {state: sum(step.counts.get(state, 0) for step in steps) for state in states}


def _imperfect(step: StepResult) -> bool:
    result = step.result or {}
    return bool(result.get("partial") or result.get("dropped"))


def _notes(step: StepResult) -> list[str]:
    result = step.result or {}
    notes = []
    for vm in result.get("partial") or ():
        missing = vm["missing_disks"]
        which = f"without {', '.join(missing)}" if missing else "without some of its disks"
        notes.append(f"{vm['name']} was registered partially, {which}: {vm['why']}")
    partial = {vm["id"] for vm in result.get("partial") or ()}
    for entity in result.get("dropped") or ():
        if entity["id"] not in partial:
            notes.append(f"{entity['name']}: {' '.join(entity['messages'])}")
    for failure in step.failures:
        if not failure.get("required", True):
            notes.append(f"{failure['name']} failed (best effort): {failure['message']}")
    notes.extend(f"not proven: {sentence}" for sentence in result.get("not_proven") or ())
    notes.extend(result.get("notes") or ())
    return notes


def _after_a_stop(step: StepResult, steps: Sequence[StepResult]) -> tuple[str, ...]:
    written = sum(other.counts.get("done", 0) for other in steps)
    safe = (
        f"What was done before stays ({written} objects); nothing was deleted or formatted."
        if written
        else "Nothing was changed."
    )
    return (step.broke, safe, "Settle what is said above, then run the same command again; it goes on where it stopped.")


def _after_failures() -> tuple[str, ...]:
    return (
        "What was done stays, and nothing was deleted or formatted.",
        "Settle what the engine says above, then run the same command again; it does only what is missing.",
    )


def some(names: Sequence[str]) -> str:
    """A list of names for people, shortened."""
    rest = len(names) - MOST_NAMES
    shown = ", ".join(names[:MOST_NAMES])
    return f"{shown} and {rest} more" if rest > 0 else shown
