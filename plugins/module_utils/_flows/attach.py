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
    Takeover,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.attached import ATTACHED, attached_watch
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.blocks import SignIn
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.make_domain import MakeDomain
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.attach import (
    WantedDomain,
    arrived,
    plan_attach,
    unknown_blocks,
    wanted_domains,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.blocks import HostView, logins
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.on_connection import on_connections
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import host_storage, reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.connections import connections
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import one
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import DataCenter, Domain, Host
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.context import Context, Result, merged
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.make_domain import make

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client


@dataclass(frozen=True)
class Prepared:
    """What was planned, with what it was planned from."""

    plan: Plan
    view: HostView


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
    return Prepared(
        plan_attach(wanted, known, attached, data_center, host, view, sign_in=params["sign_in"]),
        view,
    )


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
    plan = prepare(client, data_center, params, known).plan
    made = None
    maker = MakeDomain(client, context.call_timeout)
    if not context.check_mode:
        plan = replace(plan, not_proven=())
        if any(step.action == "create" for step in plan.steps):
            made, plan = make(context, plan, maker, lambda: prepare(client, data_center, params).plan)
    settings = AttachSettings(
        timeout=context.timeout,
        call_timeout=context.call_timeout,
        wait=context.wait,
        takeover=takeover_from(params["takeover"]),
    )
    if settings.takeover is not None and plan.steps:
        context.journal.note(f"takeover confirmed by {settings.takeover.confirmed_by}: {settings.takeover.reason}")
    result = context.carry_out(
        plan,
        {
            "sign_in": SignIn(client, settings.call_timeout),
            "import": ImportDomain(client, settings),
            "create": maker,
            "attach": AttachDomain(client, settings),
            "activate": ActivateDomain(client, settings),
            "rename": RenameDomain(client),
        },
        {ATTACHED: attached_watch(client, data_center.id)},
    )
    if made is not None:
        result = merged([made, result])
    result.extra["active"] = _active(result)
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


def working_host(client: Client, data_center: DataCenter, asked: str | None) -> Host | None:
    """The host that imports and reads metadata: the asked one, which must be up, else the first one that is up."""
    hosts = reads.hosts(client, reads.clusters(client, data_center.id))
    if asked:
        host = one(hosts, asked, kind="host", place=f"data center {data_center.name}")
        if host.status != "up":
            raise BadInput(f"Host {host.name} is {host.status}, it must be up; name another one or leave 'host' out")
        return host
    return next((host for host in sorted(hosts, key=lambda host: host.name) if host.status == "up"), None)


def takeover_from(option: Mapping[str, str] | None) -> Takeover | None:
    """The option ``takeover``; BadInput when one of its parts is blank, because a statement needs both."""
    if option is None:
        return None
    blank = [key for key in ("confirmed_by", "reason") if not (option.get(key) or "").strip()]
    if blank:
        raise BadInput(f"takeover: {' and '.join(blank)} must not be empty; it is recorded with the run")
    return Takeover(option["confirmed_by"], option["reason"])
