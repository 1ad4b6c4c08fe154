# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out a plan: the only place that writes, and the only one that knows of check mode."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.actions import (
    Action,
    Answer,
    Done,
    Failed,
    Pending,
    Retry,
    Watch,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.journal import Journal
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.limiter import Limiter
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.order import Order
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.report import Report
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.scheduler import Scheduler
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.signals import Interrupted, heeding_signals
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Outcome, Step, outcome_of
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.workers import Threads, Workers
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.clock import Clock

__all__ = [
    "Action",
    "Answer",
    "Done",
    "Failed",
    "Interrupted",
    "Pending",
    "Report",
    "Retry",
    "Watch",
    "carry_out",
]


def carry_out(
    steps: Sequence[Step],
    actions: Mapping[str, Action],
    *,
    journal: Journal,
    limit: int = 8,
    check_mode: bool,
    clock: Clock,
    watches: Mapping[str, Watch] | None = None,
    poll_interval: float = 5.0,
    on_busy_timeout: float = 300.0,
    workers: Workers | None = None,
    stop_at_failure: bool = False,
) -> Report:
    """Carry the steps out, each after those it names, as many at once as the engine answers well; at most `limit`.

    In check mode nothing is called and nothing is written, the journal included: every step comes back as "done" with
    the message "would ...". One failing step stops only those that need it; with stop_at_failure nothing more is begun
    after a required step failed, and what was begun goes on to its end. watches: name -> bulk reading, for Pending;
    poll_interval: the longest pause between two readings in seconds; on_busy_timeout: seconds for which a step is tried
    again while the engine is busy with its object, a lost answer is looked after, or an engine that cannot be reached
    is waited for. workers: where the steps are done; threads unless a test brings others.

    Raises BadInput before anything is done (plan that cannot run, journal that cannot be written), and Interrupted
    (a KeyboardInterrupt with the report) after Ctrl-C or SIGTERM, when what was under way has ended.
    """
    order = Order(steps, actions)
    if check_mode:
        return Report(_would(order))
    journal.open()
    journal.plan(len(steps), *_what(steps))
    doers = workers or Threads(limit + len(watches or {}))
    scheduler = Scheduler(
        order,
        actions,
        journal=journal,
        limiter=Limiter(limit),
        clock=clock,
        workers=doers,
        watches=watches or {},
        poll_interval=poll_interval,
        patience=on_busy_timeout,
        stop_at_failure=stop_at_failure,
    )
    try:
        with heeding_signals(scheduler.interrupt):
            scheduler.run()
    finally:
        doers.close()
    outcomes = tuple(scheduler.outcomes[step.id] for step in steps)
    report = Report(outcomes, scheduler.stopped, (journal.trouble,) if journal.trouble else ())
    if scheduler.interrupted:
        raise Interrupted(scheduler.stopped, report)
    return report


def _would(order: Order) -> tuple[Outcome, ...]:
    return tuple(outcome_of(step, "done", f"would {step.sentence()}") for step in order.steps.values())


def _what(steps: Sequence[Step]) -> tuple[str, dict[str, int]]:
    counts = Counter(step.action for step in steps)
    return ", ".join(f"{action} {count}" for action, count in counts.items()), dict(counts)
