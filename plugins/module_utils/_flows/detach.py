# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""storage_domain_detach: domains leave their data center, with everything on them."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.attached import ATTACHED, attached_watch
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.detach import (
    Deactivate,
    Detach,
    DetachSettings,
    Remove,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.power import STATUS, Power, PowerSettings
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.detach import (
    AT_REST,
    OnDomain,
    find_blockers,
    plan_detach,
    sharing_of,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.select import select
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import DataCenter, Domain
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.attach import working_host
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.context import Context, Result

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client


def detach(context: Context, params: Mapping[str, t.Any]) -> Result:
    """Take the domains of ``params`` out of their data center; see the module storage_domain_detach for the options.

    BadInput names every blocker of every domain, before anything is written.
    """
    client = context.client
    made = prepare(client, params)
    settings = DetachSettings(context.timeout, context.call_timeout, bool(params["force"]))
    result = context.carry_out(
        made.plan,
        {
            "down": Power(client, PowerSettings(context.timeout, wait=True), "down", "stop"),
            "deactivate": Deactivate(client, settings),
            "detach": Detach(client, settings),
            "remove": Remove(client, settings),
        },
        {
            ATTACHED: attached_watch(client, made.data_center.id),
            STATUS: lambda ids: reads.settled_vms(client, ids),
        },
    )
    result.extra["leaving"] = [
        {
            "domain": domain.name,
            "vms": sorted(vm.name for vm in made.here[domain.id].vms),
            "templates": sorted(template.name for template in made.here[domain.id].templates),
        }
        for domain in made.chosen
    ]
    return result


@dataclass(frozen=True)
class Prepared:
    """What was planned, with what it was planned from. here: domain id -> what lies on it."""

    plan: Plan
    data_center: DataCenter
    chosen: tuple[Domain, ...]
    here: Mapping[str, OnDomain]


def prepare(client: Client, params: Mapping[str, t.Any]) -> Prepared:
    """Plan how the domains of ``params`` leave: reads only. BadInput with everything that forbids a start."""
    data_center = reads.data_center(client, params["data_center"])
    attached = reads.attached_domains(client, data_center.id)
    selection = select(attached, params["domains"], kind="storage domain")
    here = {
        domain.id: OnDomain(
            tuple(reads.domain_vms(client, domain.id)), tuple(reads.domain_templates(client, domain.id))
        )
        for domain in selection.chosen
    }
    poweroff = params["stop_vms"] == "poweroff"
    blockers = find_blockers(selection.chosen, attached, here, poweroff=poweroff)
    if blockers:
        raise BadInput(
            "Nothing was changed. Detaching is blocked: "
            + "; ".join(blocker.sentence for blocker in blockers)
            + ". Clear these, then run again",
            [blocker.sentence for blocker in blockers],
        )
    host = working_host(client, data_center, params["host"]) if params["remove"] or params["host"] else None
    if params["remove"] and host is None:
        raise BadInput(
            f"data center {data_center.name} has no host that is up, and the engine needs one to remove a domain; "
            "activate a host or leave 'remove' out"
        )
    plan = plan_detach(
        selection.unmatched,
        selection.chosen,
        reads.domains(client) if selection.unmatched else [],
        data_center=data_center,
        remove=params["remove"],
        host=host,
        holding={key: [vm for vm in on.vms if vm.status not in AT_REST] for key, on in here.items()},
        sharing=sharing_of(here),
        elsewhere=params["elsewhere"] == "accept",
    )
    return Prepared(plan, data_center, tuple(selection.chosen), here)
