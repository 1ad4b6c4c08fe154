# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of a plan, small enough for a task's result whatever the size of the estate."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import STATES, Outcome, State

SHORT_MESSAGE = 300
"""Characters of a failure that does not fit into the result in full."""


@dataclass(frozen=True)
class Report:
    """The outcomes in the plan's order. stopped: why the rest was not run ("" when all was); warnings: for people."""

    outcomes: tuple[Outcome, ...]
    stopped: str = ""
    warnings: tuple[str, ...] = ()

    def counts(self) -> dict[State, int]:
        """How many steps ended how; every state is there."""
        found = Counter(outcome.state for outcome in self.outcomes)
        return {state: found[state] for state in STATES}

    @property
    def ok(self) -> bool:
        """Whether everything that is required is as it should be."""
        return not any(outcome.required and outcome.state in ("failed", "not_run") for outcome in self.outcomes)

    @property
    def changed(self) -> bool:
        """Whether anything was done (in check mode: would be)."""
        return any(outcome.state == "done" for outcome in self.outcomes)

    def failures(self) -> list[Outcome]:
        """The steps that failed, required ones first."""
        return sorted((one for one in self.outcomes if one.state == "failed"), key=lambda one: not one.required)

    def result(self, limit_bytes: int = 500_000) -> dict[str, object]:
        """The report as JSON types, for a task's result.

        Keys: ok, stopped, counts; done, already: action -> names; left_alone, not_run: lists of {action, kind, name,
        message}; failures: list of {step, action, kind, name, id, message, seconds, required, failure}. What does not
        fit into limit_bytes is shortened, the failures last; left_out counts, per key, what had to be left out.
        The keys "failed" and "skipped" are not used: Ansible gives them a meaning of its own.
        """
        result: dict[str, object] = {"ok": self.ok, "stopped": self.stopped, "counts": self.counts()}
        left_out: dict[str, int] = {}
        room = limit_bytes - len(json.dumps(result)) - 200
        result["failures"], room = self._fitting("failed", "failures", room, left_out)
        result["not_run"], room = self._fitting("not_run", "not_run", room, left_out)
        result["left_alone"], room = self._fitting("skipped", "left_alone", room, left_out)
        result["done"], room = self._names("done", room, left_out)
        result["already"], room = self._names("already", room, left_out)
        if left_out:
            result["left_out"] = left_out
        return result

    def _fitting(
        self, state: State, key: str, room: int, left_out: dict[str, int]
    ) -> tuple[list[Mapping[str, object]], int]:
        chosen = self.failures() if state == "failed" else [one for one in self.outcomes if one.state == state]
        shown: list[Mapping[str, object]] = []
        # Half of what is left is kept for the states that come after this one.
        least = room // 2
        for outcome in chosen:
            entry = _in_full(outcome) if state == "failed" else _short(outcome)
            size = len(json.dumps(entry)) + 2
            if room - size < least:
                entry = _short(outcome)
                size = len(json.dumps(entry)) + 2
            if room - size < least // 2:
                left_out[key] = len(chosen) - len(shown)
                break
            shown.append(entry)
            room -= size
        return shown, room

    def _names(self, state: State, room: int, left_out: dict[str, int]) -> tuple[dict[str, list[str]], int]:
        shown: dict[str, list[str]] = {}
        for outcome in self.outcomes:
            if outcome.state != state:
                continue
            name = outcome.name or outcome.target_id
            room -= len(json.dumps(name)) + 2 + (0 if outcome.action in shown else len(outcome.action) + 8)
            if room < 0:
                left_out[state] = left_out.get(state, 0) + 1
                continue
            shown.setdefault(outcome.action, []).append(name)
        return shown, room


def _short(outcome: Outcome) -> dict[str, object]:
    return {
        "action": outcome.action,
        "kind": outcome.kind,
        "name": outcome.name or outcome.target_id,
        "message": outcome.message[:SHORT_MESSAGE],
    }


def _in_full(outcome: Outcome) -> dict[str, object]:
    return {
        "step": outcome.step_id,
        "action": outcome.action,
        "kind": outcome.kind,
        "name": outcome.name,
        "id": outcome.target_id,
        "message": outcome.message,
        "seconds": round(outcome.seconds, 3),
        "required": outcome.required,
        "failure": dict(outcome.failure or {}),
    }
