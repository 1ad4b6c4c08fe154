# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""storage_connection: connections are there, point where they shall, or are gone."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Mapping, Sequence

from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.attach import ActivateDomain, AttachSettings
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.attached import ATTACHED
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.connections import (
    Create,
    Edit,
    RemoveConnection,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.detach import Deactivate, DetachSettings
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.power import STATUS, Power, PowerSettings
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.report import Report
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_targets import Target, targets
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_wishes import wishes
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connections import (
    Policy,
    Use,
    plan_connections,
    plan_removal,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.left_down import left_down
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.power import VERBS
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.repoint import expand, rules, undo
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import records as r
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput, DrError
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import one
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.connection_restore import restorable, restore
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.connection_use import attached, uses, view
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.context import Context, Result, merged

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client

NOT_PROVEN = "whether the hosts reach the new places; only the activation of a domain proves it"


def connection(context: Context, params: Mapping[str, t.Any]) -> Result:
    """Bring the connections of ``params`` to their state; see the module storage_connection for the options.

    BadInput names everything that is wrong with the options or stands in the way, before anything is written.
    """
    client = context.client
    absent = params["state"] == "absent"
    repoint = rules(params["repoint"] or ())
    if repoint and absent:
        raise BadInput("'repoint' changes connections that are there; leave 'state: absent' out")
    listed = params["connections"] is not None
    wanted = () if repoint else wishes(params["connections"] if listed else [params], listed=listed)
    client.hide(*(wish.password for wish in wanted if wish.password))
    seen = view(client)
    if repoint:
        wanted = expand(repoint, seen.connections, seen.domains, seen.links)
    found = targets(
        wanted,
        seen.connections,
        seen.domains,
        seen.links,
        absent=absent,
        update_secret=params["update_secret"] == "always",  # noqa: S105  # no secret, a choice
    )
    host = _host(client, params["host"]) if params["host"] else ""
    policy = Policy(
        maintenance=params["maintenance"] == "allow",
        stop_vms=params["stop_vms"] != "refuse",
        start_again=params["start_stopped"],
        stopped_before=left_down(context.journal.earlier()) if params["start_stopped"] else frozenset(),
        storage_lost=params["storage_lost"],
        host=host,
    )
    known = {target.known.id for target in found if target.known is not None}
    edited = any(target.known is not None and target.differs for target in found)
    use = uses(client, seen, known, vms=not absent and (edited or bool(policy.stopped_before)))
    plan = plan_removal(found, use, host) if absent else _planned(context, found, use, policy)
    back = undo(() if absent else found)
    if back.connections and not context.check_mode:
        # Before anything is changed, so that a run which is broken off can be taken back too.
        context.journal.note(f"to undo, run storage_connection with connections: {json.dumps(back.connections)}")
    actions = _actions(context, policy, VERBS.get(params["stop_vms"], ""))
    result = context.carry_out(plan, actions, _watches(context, use))
    if params["on_activation_failure"] == "restore" and not result.report.stopped:
        result = _restored(context, found, use, policy, result, actions)
    result.extra["connections"] = [_told(target, result, use) for target in found]
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
            places = ", ".join(target.known.name for target in chosen.back if target.known)
            warnings.append(f"no domain became active at the new place, so these were taken back: {places}")
    told = Result(Plan(warnings=tuple(warnings)), Report(()))
    return merged([*results, told]) if warnings else result


def _planned(context: Context, found: Sequence[Target], use: Mapping[str, Use], policy: Policy) -> Plan:
    plan = plan_connections(found, use, policy)
    if not context.check_mode or not any(step.action == "activate" for step in plan.steps):
        return plan
    return Plan(plan.steps, plan.outcomes, plan.changes, plan.warnings, (NOT_PROVEN,))


def _actions(context: Context, policy: Policy, stop: str) -> dict[str, t.Any]:
    client = context.client
    down = DetachSettings(context.timeout, context.call_timeout, policy.storage_lost, option="storage_lost")
    up = AttachSettings(context.timeout, context.call_timeout, context.wait, takeover=None)
    return {
        "create": Create(client, context.call_timeout),
        "edit": Edit(client, context.call_timeout),
        "remove": RemoveConnection(client, context.call_timeout),
        "down": Power(client, PowerSettings(context.timeout, wait=True), "down", stop),
        "up": Power(client, PowerSettings(context.timeout, context.wait), "up", "start"),
        "deactivate": Deactivate(client, down),
        "activate": ActivateDomain(client, up),
    }


def _watches(context: Context, use: Mapping[str, Use]) -> dict[str, t.Any]:
    centers = {center for one_use in use.values() for domain in one_use.domains for center in domain.data_center_ids}
    return {
        ATTACHED: lambda ids: attached(context.client, centers),
        STATUS: lambda ids: reads.settled_vms(context.client, ids),
    }


def _host(client: Client, asked: str) -> str:
    """The id of the asked host. The engine itself removes a record before it finds that a host is unknown (02 #121)."""
    hosts = [r.Host.from_xml(node) for node in client.get("/hosts", subject="hosts")]
    host = one(hosts, asked, kind="host", place="the engine")
    if host.status != "up":
        raise BadInput(f"Host {host.name} is {host.status}, it must be up; name another one or leave 'host' out")
    return host.id


def _told(target: Target, result: Result, use: Mapping[str, Use]) -> dict[str, object]:
    made = next((one for one in result.report.outcomes if one.step_id == f"create:{target.key}"), None)
    found = target.known.id if target.known else str(made.details.get("id", "")) if made else ""
    return {
        "id": found,
        "type": target.wanted.type,
        "place": target.wanted.name,
        "domains": sorted(domain.name for domain in use[found].domains) if found in use else [],
    }
