# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""storage_connection: connections are there, point where they shall, or are gone."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.attach import ActivateDomain, AttachSettings
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.attached import ATTACHED
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.blocks import SignIn
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.connections import (
    Create,
    Edit,
    Membership,
    RemoveConnection,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.detach import Deactivate, DetachSettings
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.power import STATUS, Power, PowerSettings
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.report import Report
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_blockers import Policy, Use
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_targets import Target
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_wishes import PLACE
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.left_down import left_down
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.power import VERBS
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.probed import new_place, to_probe
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.repoint import undo
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import DrError
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.connection_plan import prepare
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.connection_restore import restorable, restore
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.connection_use import attached
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.context import Context, Result, merged
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.same_luns import CompareLuns

NOT_PROVEN = "whether the hosts reach the new places; only the activation of a domain proves it"


def connection(context: Context, params: Mapping[str, t.Any]) -> Result:
    """Bring the connections of ``params`` to their state; see the module storage_connection for the options.

    BadInput names everything that is wrong with the options or stands in the way, before anything is written.
    """
    before = left_down(context.journal.earlier()) if params["start_stopped"] else frozenset[str]()
    arriving = params["arriving"] or () if context.check_mode else ()
    made = prepare(context.client, params, stopped_before=before, arriving=arriving)
    found, use, policy, plan = made.found, made.use, made.policy, made.plan
    if not context.check_mode:
        plan = replace(plan, not_proven=())
    elif any(step.action == "activate" for step in plan.steps):
        plan = replace(plan, not_proven=(*plan.not_proven, NOT_PROVEN))
    back = undo(() if params["state"] == "absent" else found)
    if back.connections and not context.check_mode:
        # Before anything is changed, so that a run which is broken off can be taken back too.
        context.journal.note(f"to undo, run storage_connection with connections: {json.dumps(back.connections)}")
    actions = _actions(context, policy, VERBS.get(params["stop_vms"], ""))
    result = context.carry_out(plan, actions, _watches(context, use))
    result.extra.update(taken_back=[], kept=[])
    if params["on_activation_failure"] == "restore" and not result.report.stopped:
        result = _restored(context, found, use, policy, result, actions)
    result.extra["connections"] = [_told(target, result, use) for target in found]
    result.extra["probe"] = to_probe(found, use)
    result.extra["undo"] = list(back.connections)
    result.extra["undo_lacks"] = list(back.lost)
    for key, action in (("stopped_vms", "down"), ("started_vms", "up")):
        result.extra[key] = sorted(
            outcome.name for outcome in result.report.outcomes if outcome.action == action and outcome.state == "done"
        )
    return result


def _restored(
    context: Context,
    found: Sequence[Target],
    use: Mapping[str, Use],
    policy: Policy,
    result: Result,
    actions: Mapping[str, t.Any],
) -> Result:
    """The result with what became of taking back the edits whose domains did not become active."""
    chosen = restorable(found, use, result.report, policy)
    warnings = list(chosen.kept)
    taken_back: list[str] = []
    results = [result]
    if chosen.back:
        stopped = {one.target_id for one in result.report.outcomes if one.action == "down" and one.state == "done"}
        back = restore(
            context,
            chosen.back,
            stopped,
            policy,
            lambda plan, now: context.carry_out(plan, actions, _watches(context, now)),
        )
        if isinstance(back, DrError):
            warnings.append(f"the connections could not be taken back: {back}")
        else:
            results.append(back)
            taken_back = [target.known.name for target in chosen.back if target.known]
            places = ", ".join(taken_back)
            warnings.append(f"no domain became active at the new place, so these were taken back: {places}")
    told = Result(Plan(warnings=tuple(warnings)), Report(()), {"taken_back": taken_back, "kept": list(chosen.kept)})
    return merged([*results, told])


def _actions(context: Context, policy: Policy, stop: str) -> dict[str, t.Any]:
    client = context.client
    down = DetachSettings(context.timeout, context.call_timeout, policy.storage_lost, option="storage_lost")
    up = AttachSettings(context.timeout, context.call_timeout, context.wait)
    return {
        "create": Create(client, context.call_timeout),
        "edit": Edit(client, context.call_timeout),
        "remove": RemoveConnection(client, context.call_timeout),
        "join": Membership(client, joins=True),
        "leave": Membership(client, joins=False),
        "down": Power(client, PowerSettings(context.timeout, wait=True), "down", stop),
        "up": Power(client, PowerSettings(context.timeout, context.wait), "up", "start"),
        "deactivate": Deactivate(client, down),
        "activate": ActivateDomain(client, up),
        "sign_in": SignIn(client, context.call_timeout),
        "compare": CompareLuns(client),
    }


def _watches(context: Context, use: Mapping[str, Use]) -> dict[str, t.Any]:
    centers = {center for one_use in use.values() for domain in one_use.domains for center in domain.data_center_ids}
    return {
        ATTACHED: lambda ids: attached(context.client, centers),
        STATUS: lambda ids: reads.settled_vms(context.client, ids),
    }


def _told(target: Target, result: Result, use: Mapping[str, Use]) -> dict[str, object]:
    made = next((one for one in result.report.outcomes if one.step_id == f"create:{target.key}"), None)
    found = target.known.id if target.known else str(made.details.get("id", "")) if made else ""
    return {
        "id": found,
        "type": target.wanted.type,
        "place": target.wanted.name,
        **{name: getattr(target.wanted, name) for name in PLACE.get(target.wanted.type, ())},
        "domains": sorted(domain.name for domain in use[found].domains) if found in use else [],
        "domain_ids": sorted(domain.id for domain in use[found].domains) if found in use else [],
        "moved": new_place(target),
    }
