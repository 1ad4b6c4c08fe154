# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""storage_domain_attach: domains are imported if unknown, attached and active."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.attach import (
    ActivateDomain,
    AttachDomain,
    AttachSettings,
    ImportDomain,
    RenameDomain,
    Takeover,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.attached import ATTACHED, attached_watch
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.attach import plan_attach, wanted_domains
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import one
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import DataCenter, Host
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.context import Context, Result

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client


def attach(context: Context, params: Mapping[str, t.Any]) -> Result:
    """Bring the domains of ``params`` to active; see the module storage_domain_attach for the options."""
    client = context.client
    wanted = wanted_domains(params["domains"])
    data_center = reads.data_center(client, params["data_center"])
    plan = plan_attach(
        wanted,
        reads.domains(client),
        reads.attached_domains(client, data_center.id),
        data_center,
        working_host(client, data_center, params["host"]),
    )
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
            "import": ImportDomain(client, settings),
            "attach": AttachDomain(client, settings),
            "activate": ActivateDomain(client, settings),
            "rename": RenameDomain(client),
        },
        {ATTACHED: attached_watch(client, data_center.id)},
    )
    result.extra["active"] = _active(result)
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
