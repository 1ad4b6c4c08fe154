# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The outcome of a recovery as one JSON document, for other tools."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._verdict.judge import StepResult, Verdict, totals


def summary(
    steps: Sequence[StepResult], verdict: Verdict, *, run_id: str | None, journal: str | None
) -> dict[str, t.Any]:
    """The verdict, the counts of all and of each step, notes with all names, and the failures; no secrets."""
    return {
        "verdict": verdict.word,
        "headline": verdict.headline,
        "good": verdict.good,
        "run_id": run_id,
        "journal": journal,
        "counts": totals(steps),
        "steps": {step.name: _step(step) for step in steps},
        "notes": list(verdict.all_notes),
        "next": list(verdict.next_steps),
    }


def _step(step: StepResult) -> dict[str, t.Any]:
    result = step.result or {}
    return {
        "state": step.state,
        "counts": dict(step.counts),
        "done": {action: len(names) for action, names in (result.get("done") or {}).items()},
        "changed": bool(result.get("changed")),
        "seconds": result.get("seconds"),
        "requests": result.get("requests"),
        "failures": [
            {"kind": failure["kind"], "name": failure["name"], "message": failure["message"]}
            for failure in step.failures
        ],
    }
