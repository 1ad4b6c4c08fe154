# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every flow gets to work with, and what it hands back to the module."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.report import Report
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.run import Interrupted, carry_out
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Outcome, outcome_of
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.actions import Action
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.journal import Journal
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.clock import Clock


@dataclass(frozen=True)
class Context:
    """The engine and the common options of a module call; times are seconds.

    timeout: until an object must be in its wanted state; call_timeout: that one long request may take.
    """

    client: Client
    journal: Journal
    clock: Clock
    check_mode: bool
    wait: bool
    timeout: float
    call_timeout: float
    poll_interval: float
    concurrency: int
    stop_at_failure: bool = False

    def carry_out(
        self,
        plan: Plan,
        actions: Mapping[str, Action],
        watches: Mapping[str, t.Callable[..., Mapping[str, object]]] | None = None,
    ) -> Result:
        """Carry a plan out and put what was known before and what came of it into one result."""
        known = next((one for one in plan.outcomes if one.state == "failed" and one.required), None)
        if self.stop_at_failure and known is not None:
            return self.not_begun(plan, f"not run: {known.name or known.target_id} cannot succeed ('on_failure')")
        try:
            report = carry_out(
                plan.steps,
                actions,
                journal=self.journal,
                limit=self.concurrency,
                check_mode=self.check_mode,
                clock=self.clock,
                watches=watches or {},
                poll_interval=self.poll_interval,
                stop_at_failure=self.stop_at_failure,
            )
        except Interrupted as error:
            # What was done must be told: the report goes out as the module's result, which fails because of it.
            report = error.report
        return Result(plan, report)

    def not_begun(self, plan: Plan, message: str = "not run: the run was stopped before") -> Result:
        """The result of a plan that was not begun, because the run was stopped unless ``message`` says why."""
        return Result(plan, Report(tuple(outcome_of(step, "not_run", message) for step in plan.steps)))


@dataclass
class Result:
    """What a flow found and did. extra: further keys of the module's result; says: its message, where that is not the

    count of what was done.
    """

    plan: Plan
    report: Report
    extra: dict[str, object] = field(default_factory=dict)
    says: str = ""

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Everything that was asked for, with or without a step."""
        return (*self.plan.outcomes, *self.report.outcomes)

    def report_of_all(self) -> Report:
        """The report with what was known before anything was carried out."""
        return replace(self.report, outcomes=self.outcomes)


def merged(results: Sequence[Result]) -> Result:
    """Several results as one, in order."""
    plans = [result.plan for result in results]
    return Result(
        Plan(
            steps=tuple(step for plan in plans for step in plan.steps),
            outcomes=tuple(outcome for plan in plans for outcome in plan.outcomes),
            changes={key: change for plan in plans for key, change in plan.changes.items()},
            warnings=tuple(warning for plan in plans for warning in plan.warnings),
            not_proven=tuple(sentence for plan in plans for sentence in plan.not_proven),
        ),
        Report(
            tuple(outcome for result in results for outcome in result.report.outcomes),
            next((result.report.stopped for result in results if result.report.stopped), ""),
            tuple(warning for result in results for warning in result.report.warnings),
        ),
        {key: value for result in results for key, value in result.extra.items()},
    )
