# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""New, empty domains: made first, because only then they have the ids by which all else is done."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.make_domain import MakeDomain
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.context import Context, Result


def make(context: Context, plan: Plan, action: MakeDomain, again: t.Callable[[], Plan]) -> tuple[Result, Plan]:
    """Carry out the steps that make domains. Returns what became of them, and the plan of all that is left to do.

    again: plans everything anew, now that they have ids; what could not be made is left out of it.
    """
    steps = tuple(step for step in plan.steps if step.action == "create")
    result = context.carry_out(
        Plan(steps=steps, changes={step.id: plan.changes[step.id] for step in steps}),
        {"create": action},
    )
    if result.report.stopped:
        return result, replace(plan, steps=(), outcomes=())
    rest = again()
    missing = {step.name for step in rest.steps if step.action == "create"}
    return result, replace(rest, steps=tuple(step for step in rest.steps if step.name not in missing))
