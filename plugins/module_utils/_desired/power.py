# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Planning which VMs are started or stopped (contract 07, 7.4)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.difference import Change
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Outcome, Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan, settled
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.select import left_out, select
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import is_pattern
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Vm

# On its way up already: there is nothing to send, only to wait for.
COMING_UP = ("wait_for_launch", "powering_up", "restoring_state", "reboot_in_progress")
GOING_DOWN = ("powering_down", "saving_state")
MOST_NAMES = 12
# How a VM is stopped -> what the engine calls it.
VERBS = {"shutdown": "shutdown", "poweroff": "stop"}


def plan_power(
    state: str,
    asked: Sequence[str],
    exclude: Sequence[str],
    vms: Collection[Vm],
    *,
    is_required: Callable[[str], bool],
    unproven: bool = False,
) -> Plan:
    """The steps that bring the asked VMs to ``state`` ("up" or "down").

    A VM that is on its way gets a step that only waits. unproven: nothing is written, so a VM that is not there may be
    one that an earlier task would have registered. Raises Ambiguous for a name that two VMs carry.
    """
    selection = select(vms, asked, exclude=exclude, kind="VM")
    unknown = [name for name in selection.unmatched if not is_pattern(name) and not left_out(name, exclude)]
    outcomes = [_unknown(state, name, unproven, required=is_required(name)) for name in unknown]
    steps: list[Step] = []
    changes: dict[str, tuple[Change, ...]] = {}
    for vm in selection.chosen:
        required = is_required(vm.name) and is_required(vm.id)
        if vm.status == state or (state == "down" and vm.status == "suspended"):
            outcomes.append(settled(state, "vm", vm.name, vm.id, "already", f"is {vm.status}", required=required))
            continue
        moving = COMING_UP if state == "up" else GOING_DOWN
        step = Step(
            id=f"{state}:{vm.id}",
            action="wait" if vm.status in moving else state,
            kind="vm",
            name=vm.name,
            target_id=vm.id,
            details={"status": vm.status},
            required=required,
            says=f"{'start' if state == 'up' else 'stop'} VM {vm.name}",
        )
        steps.append(step)
        changes[step.id] = (Change("vm", vm.name, "status", vm.status, state),)
    not_proven = (_not_proven(state, unknown),) if unknown and unproven else ()
    return Plan(steps=tuple(steps), outcomes=tuple(outcomes), changes=changes, not_proven=not_proven)


def _unknown(state: str, name: str, unproven: bool, *, required: bool) -> Outcome:
    if unproven:
        message = f"{name}: not proven, the engine has no VM of this name or id yet"
        return settled(state, "vm", name, "", "skipped", message, required=required)
    message = f"{name}: the engine has no VM of this name or id; register it first, then run again"
    return settled(state, "vm", name, "", "failed", message, required=required)


def _not_proven(state: str, names: Sequence[str]) -> str:
    rest = len(names) - MOST_NAMES
    shown = ", ".join(names[:MOST_NAMES]) + (f" and {rest} more" if rest > 0 else "")
    return f"whether these VMs come {state}, as the engine does not have them yet: {shown}"
