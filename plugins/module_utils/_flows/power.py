# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vm_power: VMs are up or down, in waves."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping

from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.power import (
    STATUS,
    Power,
    PowerSettings,
    WaitFor,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.power import VERBS, plan_power
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Vm
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.context import Context, Result, merged
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.names import none_of


def power(context: Context, params: Mapping[str, t.Any]) -> Result:
    """Bring the VMs of ``params`` to their state, wave after wave; see the module vm_power for the options.

    A wave begins when every VM of the one before has arrived or failed: a failure does not hold back the rest of a
    recovery. All names of all waves are resolved before the first write.
    """
    client = context.client
    waves = params["waves"] or [{"name": "", "vms": params["vms"], "wait": True}]
    vms = _candidates(context, params["data_center"])
    is_required = none_of(params["best_effort"])
    plans = [
        plan_power(
            params["state"],
            wave["vms"],
            params["exclude"] or [],
            vms,
            is_required=is_required,
            unproven=context.check_mode,
        )
        for wave in waves
    ]
    _refuse_repeats(plans)
    state = params["state"]
    verb = "start" if state == "up" else VERBS[params["method"]]
    results = []
    for wave, plan in zip(waves, plans, strict=True):
        if wave["name"]:
            context.journal.note(f"wave {wave['name']}: {_vms(len(plan.steps))} to bring {state}")
        settings = PowerSettings(timeout=context.timeout, wait=context.wait and wave["wait"])
        actions = {state: Power(client, settings, state, verb), "wait": WaitFor(settings, state)}
        results.append(context.carry_out(plan, actions, {STATUS: _status_watch(context)}))
        if results[-1].report.stopped or (context.stop_at_failure and not results[-1].report_of_all().ok):
            return merged([*results, *(context.not_begun(later) for later in plans[len(results) :])])
    return merged(results)


def _candidates(context: Context, data_center: str | None) -> list[Vm]:
    vms = reads.vms(context.client)
    if not data_center:
        return vms
    found = reads.data_center(context.client, data_center)
    clusters = {cluster.id for cluster in reads.clusters(context.client, found.id)}
    return [vm for vm in vms if vm.cluster_id in clusters]


def _vms(count: int) -> str:
    return "1 VM" if count == 1 else f"{count} VMs"


def _status_watch(context: Context) -> Callable[[t.Collection[str]], dict[str, Vm]]:
    return lambda ids: reads.settled_vms(context.client, ids)


def _refuse_repeats(plans: list[t.Any]) -> None:
    names: dict[str, int] = {}
    for number, plan in enumerate(plans, 1):
        for record in (*plan.steps, *plan.outcomes):
            key = record.target_id or record.name
            if names.setdefault(key, number) != number:
                raise BadInput(f"VM {record.name} is in wave {names[key]} and in wave {number}; name it once")
