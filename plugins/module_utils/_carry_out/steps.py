# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan is made of (steps) and what became of each step (outcomes). Pure values: no I/O, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

State = Literal["done", "already", "skipped", "failed", "not_run"]
"""done: carried out (or, in check mode, would be); already: was so before; skipped: left alone on purpose;
failed: tried and refused, or not seen in time; not_run: never tried, because of another step or an interrupt."""

STATES: tuple[State, ...] = ("done", "already", "skipped", "failed", "not_run")

FULFILLED: frozenset[State] = frozenset({"done", "already"})
"""States after which the steps that wait for this one may run."""


@dataclass(frozen=True)
class Step:
    """One write that a planner found necessary.

    id: unique in the plan and the same whenever the same plan is made again (correlation ids are derived from it).
    action: which of the actions given to carry_out() does it, e.g. "register".
    kind, name, target_id: the object, e.g. "vm", "web01" and its id ("" when it has none yet).
    details: what the action needs to know beyond that.
    after: ids of the steps that must have ended well before.
    required: False for best effort: its failure is told, and does not fail the run.
    says: the sentence for people, in the infinitive: "register VM web01 from data-web".
    """

    id: str
    action: str
    kind: str
    name: str
    target_id: str = ""
    details: Mapping[str, object] = field(default_factory=dict)
    after: frozenset[str] = frozenset()
    required: bool = True
    says: str = ""

    def sentence(self) -> str:
        """The sentence for people, also where the planner gave none."""
        return self.says or f"{self.action} {self.kind} {self.name or self.target_id}"


@dataclass(frozen=True)
class Outcome:
    """What became of one step. seconds: from its first try to its end, waits included.

    failure: the machine-readable form of the error (DrError.failure()), None unless the state is "failed".
    details: what the action found out (an id, a MAC that was changed), never secrets.
    """

    step_id: str
    action: str
    kind: str
    name: str
    target_id: str
    state: State
    message: str = ""
    seconds: float = 0.0
    failure: Mapping[str, object] | None = None
    details: Mapping[str, object] = field(default_factory=dict)
    required: bool = True


def outcome_of(
    step: Step,
    state: State,
    message: str = "",
    *,
    seconds: float = 0.0,
    failure: Mapping[str, object] | None = None,
    details: Mapping[str, object] | None = None,
) -> Outcome:
    """The outcome of a step, with what the step knows filled in."""
    return Outcome(
        step_id=step.id,
        action=step.action,
        kind=step.kind,
        name=step.name,
        target_id=step.target_id,
        state=state,
        message=message,
        seconds=seconds,
        failure=failure,
        details=dict(details or {}),
        required=step.required,
    )
