# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Planning storage connections from what is: what storage_connection and the preflight share. Reads only."""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.attach import arrived
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.blocks import logins
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_blockers import Policy, Use
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_targets import Target, targets
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_wishes import wishes, with_logins
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connections import (
    plan_connections,
    plan_removal,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.disconnected import still_held, wrong
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.probed import unproven
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.repoint import expand, rules
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.same_luns import lying
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import one
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.connection_use import (
    View,
    domain_uses,
    uses,
    view,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.same_luns import with_luns_compared

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client


@dataclass(frozen=True)
class Prepared:
    """What was planned, with what it was planned from. use: connection id -> who uses it."""

    plan: Plan
    found: tuple[Target, ...]
    use: Mapping[str, Use]
    policy: Policy


def meant(client: Client, params: Mapping[str, t.Any]) -> tuple[View, tuple[Target, ...]]:
    """Which connections the options mean, and the engine's; BadInput with everything that is wrong with the options."""
    absent = params["state"] == "absent"
    repoint = rules(params["repoint"] or ())
    if repoint and absent:
        raise BadInput("'repoint' changes connections that are there; leave 'state: absent' out")
    chap, problems = logins(params["chap"] or ())
    if problems:
        raise BadInput("; ".join(problems))
    listed = params["connections"] is not None
    wanted = () if repoint else wishes(params["connections"] if listed else [params], listed=listed)
    client.hide(*(wish.password for wish in wanted if wish.password), *(login.password for login in chap.values()))
    seen = view(client)
    if repoint:
        wanted = expand(repoint, seen.connections, seen.domains, seen.links)
    return seen, targets(
        with_logins(wanted, chap),
        seen.connections,
        seen.domains,
        seen.links,
        absent=absent,
        update_secret=params["update_secret"] == "always",  # noqa: S105  # no secret, a choice
    )


def prepare(
    client: Client,
    params: Mapping[str, t.Any],
    *,
    stopped_before: frozenset[str] = frozenset(),
    arriving: Collection[str] = (),
) -> Prepared:
    """Plan the connections of ``params``. BadInput with everything that forbids a start.

    stopped_before: the ids of the VMs that an earlier, broken off run stopped; arriving: the ids of the domains that
    will be detached by then.
    """
    absent = params["state"] == "absent"
    seen, found = meant(client, params)
    _shown(params, found)
    seen = replace(seen, domains=tuple(arrived(seen.domains, {}, arriving, "")))
    host = _host(client, params["host"]) if params["host"] else ""
    policy = Policy(
        maintenance=params["maintenance"] == "allow",
        stop_vms=params["stop_vms"] != "refuse",
        start_again=params["start_stopped"],
        stopped_before=stopped_before,
        storage_lost=params["storage_lost"],
        host=host,
    )
    known = {target.known.id for target in found if target.known is not None}
    edited = any(target.known is not None and target.differs for target in found)
    use = uses(client, seen, known, vms=not absent and (edited or bool(stopped_before)))
    moved = {domain.id: domain for target in found for domain in (*target.joins, *target.leaves)}
    use = {**use, **domain_uses(client, list(moved.values()))}
    if absent:
        return Prepared(plan_removal(found, use, host), found, use, policy)
    plan = plan_connections(found, use, policy)
    things = lying(found, use, seen.connections, seen.links)
    return Prepared(with_luns_compared(client, plan, things, host, sign_in=params["sign_in"]), found, use, policy)


def _shown(params: Mapping[str, t.Any], found: Sequence[Target]) -> None:
    """BadInput when hosts were to show that they reach the new places, or let go of the old ones, and have not."""
    meant_wrong = wrong(params["disconnect"], params["state"], params["host"], params["disconnect_hosts"])
    if meant_wrong:
        raise BadInput(meant_wrong)
    if params["disconnect"] == "all":
        held = still_held(found, params["disconnect_evidence"] or {})
        if held:
            raise BadInput("Nothing was changed. " + "; ".join(held) + ". Clear these, then run again", held)
    if params["probe_hosts"] is None:
        return
    if params["probe_evidence"] is None:
        raise BadInput("'probe_hosts' needs the action plugin of this module, which did not run")
    problems = unproven(found, params["probe_evidence"])
    if problems:
        raise BadInput("Nothing was changed. " + "; ".join(problems) + ". Clear these, then run again", problems)


def _host(client: Client, asked: str) -> str:
    """The id of the asked host. The engine itself removes a record before it finds that a host is unknown (02 #121)."""
    host = one(reads.every_host(client), asked, kind="host", place="the engine")
    if host.status != "up":
        raise BadInput(f"Host {host.name} is {host.status}, it must be up; name another one or leave 'host' out")
    return host.id
