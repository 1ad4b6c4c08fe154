# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The final table of a recovery, as lines of text."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._verdict.judge import (
    MOST_FAILURES,
    StepResult,
    Verdict,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._verdict.notes import (
    MOST_OF_A_GROUP,
    failure_note,
    sentences,
)

MOST_NOTES = 12
COLUMNS = ("done", "already", "skipped", "failed", "not_run")
TITLES = ("step", "state", "done", "already", "skipped", "failed", "not run", "seconds")


def table(steps: Sequence[StepResult], *, check_mode: bool = False) -> list[str]:
    """One line per step under a heading; numbers stand on the right of their columns."""
    titles = ["would" if title == "done" and check_mode else title for title in TITLES]
    rows = [_row(step) for step in steps]
    widths = [max(len(row[column]) for row in (titles, *rows)) for column in range(len(titles))]
    lines = [_line(titles, widths), "  ".join("-" * width for width in widths)]
    return [*lines, *(_line(row, widths) for row in rows)]


def report(
    steps: Sequence[StepResult],
    verdict: Verdict,
    journal: str | None,
    summary: str | None = None,
    *,
    check_mode: bool = False,
) -> list[str]:
    """The table, what is worth knowing, the failures in the engine's words, the verdict and what to do next.

    journal: the path of the journal, None when none was written; summary: that of the summary file, which holds what
    is not shown here.
    """
    lines = ["", *table(steps, check_mode=check_mode)]
    if verdict.notes:
        lines += ["", "Worth knowing:", *(f"  - {note}" for note in verdict.notes[:MOST_NOTES])]
    if len(verdict.notes) > MOST_NOTES:
        where = f"the summary file {summary}" if summary else "'notes' of this task's result"
        lines.append(f"  - and {len(verdict.notes) - MOST_NOTES} more, all in {where}")
    failures = _failures(steps)
    if failures:
        lines += ["", "What failed:", *(f"  - {failure}" for failure in failures[:MOST_FAILURES])]
        if len(failures) > MOST_FAILURES:
            where = "the journal" if journal else "'failures' of the steps' results"
            lines.append(f"  - and {len(failures) - MOST_FAILURES} more, all in {where}")
    lines += ["", f"Verdict: {verdict.headline}"]
    lines += [f"  {sentence}" for sentence in verdict.next_steps]
    lines.append(f"Journal: {journal or 'none was written'}")
    return lines


def _failures(steps: Sequence[StepResult]) -> tuple[str, ...]:
    """What failed, by step; what the same is said of several objects is one line."""
    return tuple(
        f"{step.name}: {sentence}"
        for step in steps
        for sentence in sentences(
            [failure_note(failure) for failure in step.failures if failure.get("required", True)], MOST_OF_A_GROUP
        )
    )


def _row(step: StepResult) -> tuple[str, ...]:
    numbers = tuple(str(step.counts.get(column, 0)) if step.counts else "-" for column in COLUMNS)
    seconds = (step.result or {}).get("seconds")
    return (step.name, step.state, *numbers, "-" if seconds is None else f"{seconds:.1f}")


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        cell.ljust(width) if column < 2 else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()
