# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""storage_domain_attach: domains are imported if unknown, attached and active."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.attach import (
    ActivateDomain,
    AttachDomain,
    AttachSettings,
    ImportDomain,
    RenameDomain,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.attached import ATTACHED, attached_watch
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.blocks import SignIn
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.make_domain import MakeDomain
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.attach import (
    arrived,
    plan_attach,
    unknown_blocks,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.blocks import HostView, logins
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.guard import Guard
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.on_connection import on_connections
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.wanted_domains import (
    WantedDomain,
    wanted_domains,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import host_storage, reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.connections import connections
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import one
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import DataCenter, Domain, Host
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.came_with import came_with
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.context import Context, Result, merged
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.guard import guard_of, read_marks
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.make_domain import make

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client


@dataclass(frozen=True)
class Prepared:
    """What was planned, with what it was planned from."""

    plan: Plan
    view: HostView
    guard: Guard


def prepare(
    client: Client, data_center: DataCenter, params: Mapping[str, t.Any], known: Sequence[Domain] | None = None
) -> Prepared:
    """Plan the domains of ``params`` from what is: reads only. BadInput with everything that forbids a start.

    known: the engine's domains, as they will be when other steps have been carried out before this one.
    """
    chap, problems = logins(params["chap"] or ())
    if problems:
        raise BadInput("; ".join(problems))
    wanted = wanted_domains(params["domains"], chap)
    client.hide(*(target.password for domain in wanted for target in domain.targets if target.password))
    known = reads.domains(client) if known is None else known
    if any(not domain.block and domain.id not in {one.id for one in known} for domain in wanted):
        wanted = on_connections(wanted, connections(client), known)
    host = working_host(client, data_center, params["host"])
    view = _view(client, host, unknown_blocks(wanted, known))
    attached = reads.attached_domains(client, data_center.id)
    here = {domain.id for domain in attached}
    coming = [domain for domain in wanted if not domain.create and domain.id not in here]
    guard = guard_of(client, data_center, coming, params)
    read_marks(client, guard, known, host)
    plan = plan_attach(
        wanted,
        known,
        attached,
        data_center,
        host,
        view,
        guard=guard,
        sign_in=params["sign_in"],
        initialize=params["initialize"],
    )
    return Prepared(plan, view, guard)


def _view(client: Client, host: Host | None, blocks: Sequence[WantedDomain]) -> HostView:
    """What the host sees of block storage, where that matters."""
    if host is None or not blocks:
        return HostView()
    targets = (target for domain in blocks for target in domain.targets)
    return host_storage.look_at(client, host, targets, fibre_channel=any(domain.type == "fcp" for domain in blocks))


def attach(context: Context, params: Mapping[str, t.Any]) -> Result:
    """Bring the domains of ``params`` to active; see the module storage_domain_attach for the options."""
    client = context.client
    data_center = reads.data_center(client, params["data_center"])
    known = None
    if context.check_mode and params["arriving"]:
        places = {domain["id"]: domain for domain in params["domains"]}
        known = arrived(reads.domains(client), places, params["arriving"], data_center.id)
    prepared = prepare(client, data_center, params, known)
    plan = prepared.plan
    made = None
    maker = MakeDomain(client, context.call_timeout)
    if not context.check_mode:
        plan = replace(plan, not_proven=())
        if any(step.action == "create" for step in plan.steps):
            made, plan = make(context, plan, maker, lambda: prepare(client, data_center, params).plan)
    settings = AttachSettings(timeout=context.timeout, call_timeout=context.call_timeout, wait=context.wait)
    guard = prepared.guard
    guard.tell = context.journal.note
    result = context.carry_out(
        plan,
        {
            "sign_in": SignIn(client, settings.call_timeout),
            "import": ImportDomain(client, settings),
            "create": maker,
            "attach": AttachDomain(client, settings, guard),
            "activate": ActivateDomain(client, settings),
            "rename": RenameDomain(client),
        },
        {ATTACHED: attached_watch(client, data_center.id)},
    )
    if made is not None:
        result = merged([made, result])
    result.extra["active"] = _active(result)
    result.extra["guards"] = _guards(result, guard)
    came, warnings = _came_with(context, data_center, result, params["list_unregistered"])
    result.extra["came_with"] = came
    result.plan = replace(result.plan, warnings=(*result.plan.warnings, *warnings))
    result.extra["luns"] = [
        {"domain": outcome.name, "luns": list(t.cast("tuple[str, ...]", outcome.details["luns"]))}
        for outcome in result.outcomes
        if outcome.details.get("luns")
    ]
    return result


def _active(result: Result) -> list[str]:
    """The ids of the domains that are active now, or would be; a name that could not be given does not matter."""
    steps = {"attach", "activate"}
    return sorted(
        {
            outcome.target_id
            for outcome in result.outcomes
            if outcome.action in steps and outcome.state in ("done", "already")
        }
    )


def _came_with(
    context: Context, data_center: DataCenter, result: Result, kinds: Sequence[str]
) -> tuple[list[dict[str, object]], list[str]]:
    """What came with the domains that this call attached: with one that was here before nothing came."""
    came = {one.target_id for one in result.outcomes if one.action == "attach" and one.state == "done"}
    if context.check_mode or not (came and kinds and context.wait):
        return [], []
    attached = reads.attached_domains(context.client, data_center.id)
    return came_with(context.client, [domain for domain in attached if domain.id in came], kinds)


def _guards(result: Result, guard: Guard) -> list[dict[str, object]]:
    """What was shown about each domain that was to be attached, in the order of the plan."""
    asked = {outcome.target_id: outcome.name for outcome in result.outcomes if outcome.action in ("import", "attach")}
    return [guard.shown(key, name) for key, name in asked.items() if key in guard.judgements]


def working_host(client: Client, data_center: DataCenter, asked: str | None) -> Host | None:
    """The host that imports and reads metadata: the asked one, which must be up, else the first one that is up."""
    hosts = reads.hosts(client, reads.clusters(client, data_center.id))
    if asked:
        host = one(hosts, asked, kind="host", place=f"data center {data_center.name}")
        if host.status != "up":
            raise BadInput(f"Host {host.name} is {host.status}, it must be up; name another one or leave 'host' out")
        return host
    return next((host for host in sorted(hosts, key=lambda host: host.name) if host.status == "up"), None)
