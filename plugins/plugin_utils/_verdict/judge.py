# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the results of a recovery's steps mean together: the verdict, and what to do next. Pure, no Ansible."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._verdict.notes import (
    MOST_OF_A_GROUP,
    Note,
    notes_of,
    sentences,
)

MOST_FAILURES = 10
MOST_KEPT = 1000
"""Notes, and names in one of them, that the summary keeps."""


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
        result = self.result or {}
        if self.counts or not (result.get("failed") or result.get("unreachable")):
            return ""
        return str(result.get("msg") or "it failed without a word")

    @property
    def problems(self) -> Sequence[str]:
        """The single mistakes that kept the step from beginning, where it names them."""
        result = self.result or {}
        return result.get("problems") or (result.get("failure") or {}).get("problems") or ()

    @property
    def failures(self) -> Sequence[Mapping[str, t.Any]]:
        """The objects that failed."""
        return (self.result or {}).get("failures") or ()

    @property
    def state(self) -> str:
        """The step in one or two words."""
        if self.result is None:
            return "not reached"
        if self.result.get("skipped") is True:
            return "not asked for"
        if self.broke:
            return "stopped"
        return "ok" if self.result.get("ok", True) else "incomplete"


@dataclass(frozen=True)
class Verdict:
    """word: recovered, warnings, already, would, incomplete or stopped; good: whether the run succeeded.

    notes: sentences for people, names shortened; all_notes: the same with all names, for the summary.
    """

    word: str
    headline: str
    good: bool
    notes: tuple[str, ...]
    next_steps: tuple[str, ...]
    all_notes: tuple[str, ...] = ()


def judge(
    steps: Sequence[StepResult], notes: Sequence[Note], *, check_mode: bool, achieved: str = "RECOVERED"
) -> Verdict:
    """The verdict over all steps. notes: what the plan leaves out knowingly; achieved: what a good run has done."""
    told = [*notes, *notes_of([step.result for step in steps if step.result], check_mode=check_mode)]
    word, headline, next_steps = _judged(steps, achieved, check_mode=check_mode)
    return Verdict(
        word,
        headline,
        word not in ("stopped", "incomplete"),
        sentences(told, MOST_OF_A_GROUP)[:MOST_KEPT],
        next_steps,
        sentences(told, MOST_KEPT)[:MOST_KEPT],
    )


def totals(steps: Sequence[StepResult]) -> dict[str, int]:
    """The counts of all steps together."""
    states = ("done", "already", "skipped", "failed", "not_run")
    return {state: sum(step.counts.get(state, 0) for step in steps) for state in states}


def _judged(steps: Sequence[StepResult], achieved: str, *, check_mode: bool) -> tuple[str, str, tuple[str, ...]]:
    """The word, the headline and what to do next."""
    broken = [step for step in steps if step.broke]
    if broken:
        reasons = [f"- {problem}" for problem in broken[0].problems] or [broken[0].broke]
        return "stopped", f"STOPPED at '{broken[0].name}'", _after_a_stop(reasons, steps, check_mode)
    incomplete = [step for step in steps if step.state == "incomplete"]
    if incomplete:
        return "incomplete", f"INCOMPLETE: {_unmet(incomplete)}", _after_failures(incomplete, check_mode)
    missed = [step for step in steps if step.state == "not reached"]
    if missed:
        # Something outside of the steps ended the play; what it did not come to was not judged.
        why = f"'{missed[0].name}' was never begun; Ansible's output above tells what ended the play."
        return "stopped", f"STOPPED before '{missed[0].name}'", _after_a_stop((why,), steps, check_mode)
    changed = any((step.result or {}).get("changed") for step in steps)
    if check_mode:
        return "would", f"CHECKED: {'nothing was changed' if changed else 'there is nothing to do'}", ()
    if not changed and not _unmet(steps):
        return "already", f"{achieved}: everything was so already, nothing was changed", ()
    if _unmet(steps) or any(_imperfect(step) for step in steps):
        return "warnings", f"{achieved}, with warnings", ()
    return "recovered", achieved, ()


def _unmet(steps: Sequence[StepResult]) -> str:
    """How many objects are not as the plan wants, or nothing."""
    failed, not_run = (sum(step.counts.get(state, 0) for step in steps) for state in ("failed", "not_run"))
    told = [f"{failed} failed"] if failed else []
    return ", ".join([*told, f"{not_run} not tried because of that"] if not_run else told)


def _imperfect(step: StepResult) -> bool:
    result = step.result or {}
    verified = result.get("verified") or {}
    return bool(result.get("partial") or result.get("dropped") or result.get("different") or verified.get("different"))


def _after_a_stop(why: Sequence[str], steps: Sequence[StepResult], check_mode: bool) -> tuple[str, ...]:
    written = 0 if check_mode else sum(step.counts.get("done", 0) for step in steps)
    safe = (
        f"What was done before stays ({written} objects); no data was deleted or formatted."
        if written
        else "Nothing was changed."
    )
    return (*why, safe, "Settle what is said above, then run the same command again; it goes on where it stopped.")


def _after_failures(incomplete: Sequence[StepResult], check_mode: bool) -> tuple[str, ...]:
    reasons = dict.fromkeys(str((step.result or {}).get("stopped") or "") for step in incomplete)
    return (
        *(reason for reason in reasons if reason),
        "Nothing was changed." if check_mode else "What was done stays; no data was deleted or formatted.",
        "Settle what is said above, then run the same command again; it does only what is missing.",
    )
