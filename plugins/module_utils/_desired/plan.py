# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every planner returns: the steps to carry out, and what is already known of the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.difference import Change, Difference
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Outcome, State, Step


@dataclass(frozen=True)
class Plan:
    """The difference between what is and what should be, as steps.

    outcomes: objects that need no step (already so), or can get none (skipped, failed), each with its reason.
    changes: step id -> what the step changes; becomes the diff of the steps that were carried out.
    not_proven: what check mode cannot know without a write, one sentence each.
    """

    steps: tuple[Step, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    changes: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    not_proven: tuple[str, ...] = ()

    def after(self, earlier: Mapping[str, frozenset[str]]) -> Plan:
        """The same plan, with steps (by id) that also wait for others."""
        steps = tuple(replace(step, after=step.after | earlier.get(step.id, frozenset())) for step in self.steps)
        return replace(self, steps=steps)

    def renamed(self, prefix: str) -> Plan:
        """The same plan with other step ids, so that it can stand beside an earlier one about the same objects."""
        own = {step.id for step in self.steps}
        steps = tuple(
            replace(
                step, id=prefix + step.id, after=frozenset(prefix + one if one in own else one for one in step.after)
            )
            for step in self.steps
        )
        return replace(self, steps=steps, changes={prefix + key: change for key, change in self.changes.items()})

    def difference(self, outcomes: tuple[Outcome, ...]) -> Difference:
        """The difference that these outcomes made (or, in check mode, would make)."""
        made = Difference()
        for outcome in outcomes:
            if outcome.state == "done":
                for change in self.changes.get(outcome.step_id, ()):
                    made.add(change.kind, change.name, change.field, change.before, change.after)
        return made


def settled(
    action: str, kind: str, name: str, target_id: str, state: State, message: str, *, required: bool = True
) -> Outcome:
    """An outcome that was known at planning time, without a step. action: what a step would have been for."""
    return Outcome(
        step_id=f"{action}:{kind}:{target_id or name}",
        action=action,
        kind=kind,
        name=name,
        target_id=target_id,
        state=state,
        message=message,
        failure={"kind": "plan", "message": message} if state == "failed" else None,
        required=required,
    )
