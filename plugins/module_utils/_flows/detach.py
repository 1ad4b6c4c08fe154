# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""storage_domain_detach: domains leave their data center, with everything on them."""

from __future__ import annotations

import time
import typing as t
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.attached import ATTACHED, attached_watch
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.detach import (
    Deactivate,
    Detach,
    DetachSettings,
    Remove,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.ovf import STORES, OvfSettings, RefreshOvf
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.power import (
    STATUS,
    Power,
    PowerSettings,
    WaitFor,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.report import Report
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.detach import plan_detach
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.detach_blockers import find_blockers
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.detach_losses import find_losses, shortened
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.detach_told import stopped, told
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.leaving import Finding, Leaving
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.ovf_age import last_refreshed
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.power import VERBS
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.select import Selection, select
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import leaving as held
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import DataCenter, Domain, Host
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.attach import working_host
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.context import Context, Result
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.detach_format import (
    check_confirmed,
    check_options,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.detach_inventory import write_inventory

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client

STOPPING = {"shutdown": "shut down", "poweroff": "power off"}
# How long descriptions that an earlier, broken off run proved fresh count as such, while their domain is at rest.
PROVEN_SECONDS = 3600.0


class Blocked(BadInput):
    """Something keeps domains from being detached. ``blockers``: as data, a dict each."""

    kind = "blocked"
    fields = ("problems", "blockers")

    def __init__(self, found: t.Sequence[Finding]) -> None:
        sentences = [blocker.sentence for blocker in found]
        self.blockers = tuple(blocker.data() for blocker in found)
        super().__init__(
            "Nothing was changed. Detaching is blocked: " + "; ".join(sentences) + ". Clear these, then run again",
            sentences,
        )


@dataclass(frozen=True)
class Prepared:
    """What was planned, with what it was planned from. blockers: what forbids it; the plan is empty then.

    gone: the asked names and ids that are not attached; losses: what is lost or left behind.
    """

    plan: Plan
    data_center: DataCenter
    leaving: Leaving
    gone: tuple[str, ...]
    blockers: tuple[Finding, ...]
    losses: tuple[Finding, ...]

    @property
    def chosen(self) -> tuple[Domain, ...]:
        """The domains that leave."""
        return tuple(self.leaving.domains)


def detach(context: Context, params: Mapping[str, t.Any], wall: Callable[[], float] = time.time) -> Result:
    """Take the domains of ``params`` out of their data center; see the module storage_domain_detach for the options.

    Blocked names every blocker of every domain, before anything is written; in check mode they are the result.
    """
    client = context.client
    refreshed = last_refreshed(context.journal.earlier()) if params["journal"] and not context.check_mode else {}
    recent = {key for key, at in refreshed.items() if 0 <= wall() - at < PROVEN_SECONDS}
    made = look(client, params, proven=recent, call_timeout=context.call_timeout)
    if made.blockers:
        if not context.check_mode:
            raise Blocked(made.blockers)
        result = Result(made.plan, Report(()), says=str(Blocked(made.blockers)))
        result.extra.update(ok=False, inventory=None)
        return _with_all(result, made, params, refreshed, wall())
    inventory: dict[str, object] | None = None
    if params["inventory"] and made.chosen:
        inventory = write_inventory(
            client,
            params["inventory"],
            params["inventory_site"] or made.data_center.name,
            made.data_center,
            made.leaving,
            made.gone,
            write=not context.check_mode,
        )
    refresh = RefreshOvf(
        client,
        OvfSettings(context.timeout, context.call_timeout, params["ovf"] == "require_fresh"),
        context.clock,
    )
    settings = DetachSettings(context.timeout, context.call_timeout, bool(params["force"]))
    power = PowerSettings(context.timeout, wait=True)
    result = context.carry_out(
        made.plan,
        {
            "down": Power(client, power, "down", VERBS.get(params["stop_vms"], "")),
            "wait": WaitFor(power, "down"),
            "refresh": refresh,
            "deactivate": Deactivate(client, settings),
            "detach": Detach(client, settings),
            "remove": Remove(client, settings),
        },
        {
            ATTACHED: attached_watch(client, made.data_center.id),
            STATUS: lambda ids: reads.settled_vms(client, ids),
            STORES: refresh.watch,
        },
    )
    result.extra["inventory"] = inventory
    return _with_all(result, made, params, refreshed, wall())


def _with_all(
    result: Result, made: Prepared, params: Mapping[str, t.Any], refreshed: Mapping[str, float], now: float
) -> Result:
    """The result with what is known of each domain."""
    result.extra.update(stopped(result.outcomes))
    result.extra.update(
        told(
            made.leaving,
            made.blockers,
            made.losses,
            result.outcomes,
            stop=params["stop_vms"] != "refuse",
            refreshed=refreshed,
            now=now,
        )
    )
    return result


def prepare(client: Client, params: Mapping[str, t.Any]) -> Prepared:
    """Plan how the domains of ``params`` leave: reads only. BadInput with everything that forbids a start."""
    made = look(client, params)
    if made.blockers:
        raise Blocked(made.blockers)
    return made


def look(
    client: Client, params: Mapping[str, t.Any], *, proven: Collection[str] = (), call_timeout: float = 600
) -> Prepared:
    """The same, with the blockers as a list. proven: the ids of domains whose descriptions are known to be fresh."""
    check_options(params)
    data_center = reads.data_center(client, params["data_center"])
    attached = reads.attached_domains(client, data_center.id)
    selection = select(attached, params["domains"], kind="storage domain")
    host = working_host(client, data_center, params["host"])
    leaving = _read(client, data_center, selection, attached)
    fresh = [domain for domain in selection.chosen if params["ovf"] == "require_fresh" and domain.id not in proven]
    blockers = find_blockers(
        leaving,
        stop=params["stop_vms"] != "refuse",
        fresh={domain.id for domain in fresh},
        host=host is not None,
    )
    losses = find_losses(leaving, formatted=params["format"])
    known = reads.domains(client) if selection.unmatched else []
    plan = plan_detach(
        selection.unmatched,
        selection.chosen,
        known,
        data_center=data_center,
        remove=params["remove"],
        host=host,
        holding={domain.id: leaving.holding(domain) for domain in selection.chosen},
        sharing=leaving.sharing(),
        elsewhere=params["elsewhere"] == "accept",
        stop=STOPPING.get(params["stop_vms"], "stop"),
        refresh=_to_refresh(params, selection.chosen),
        wipe=params["format"],
    )
    wrong = [outcome.message for outcome in plan.outcomes if outcome.state == "failed"]
    if wrong:
        # Domains are often meant together: a name that is mistyped must not leave half of them detached.
        sentences = [*wrong, *(blocker.sentence for blocker in blockers)]
        raise BadInput("Nothing was changed. " + "; ".join(sentences), sentences)
    if blockers:
        plan = Plan()
    else:
        _check_removal(client, params, selection, known, data_center, host, call_timeout)
    plan = replace(plan, warnings=(*map(shortened, losses), *leaving.held.left_out))
    return Prepared(plan, data_center, leaving, selection.unmatched, tuple(blockers), tuple(losses))


def _read(client: Client, data_center: DataCenter, selection: Selection[Domain], attached: list[Domain]) -> Leaving:
    """What lies on the chosen domains; nothing is asked when there are none, as when all of them left before."""
    if not selection.chosen:
        return Leaving((), attached, held.Contents((), (), {}))
    found = held.contents(client)
    bare = Leaving(selection.chosen, attached, found)
    here = [one for domain in selection.chosen for one in (*bare.vms(domain), *bare.templates(domain))]
    pools = held.pools(client, {one.pool_id for one in here if one.pool_id})
    clusters = reads.clusters(client, data_center.id) if any(one.type == "iso" for one in selection.chosen) else []
    inside = frozenset(cluster.id for cluster in clusters)
    return Leaving(selection.chosen, attached, found, pools, held.grants(client, here), inside)


def _check_removal(
    client: Client,
    params: Mapping[str, t.Any],
    selection: Selection[Domain],
    known: list[Domain],
    data_center: DataCenter,
    host: Host | None,
    call_timeout: float,
) -> None:
    if params["remove"] and host is None:
        raise BadInput(
            f"data center {data_center.name} has no host that is up, and the engine needs one to remove a domain; "
            "activate a host or leave 'remove' out"
        )
    if params["format"] and host is not None:
        unattached = [one for one in known if {one.id, one.name} & set(selection.unmatched) and not one.data_center_ids]
        names = {key for one in known for key in (one.id, one.name)}
        some_gone = any(name not in names for name in selection.unmatched)
        check_confirmed(client, params, selection.chosen, unattached, host, call_timeout, some_gone=some_gone)


def _to_refresh(params: Mapping[str, t.Any], chosen: Collection[Domain]) -> set[str]:
    """The domains whose stores are written first; none with force, as the engine would try long on lost storage."""
    if params["ovf"] == "as_is" or params["force"]:
        return set()
    return {domain.id for domain in chosen if domain.type == "data" and domain.status == "active"}
