# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Taking edits back whose domains did not become active, so that a domain that worked before works again.

The engine saves an edit even when no host can connect (findings 2), so the failed activation is the first that tells.
"""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_blockers import Policy, Use
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_targets import Target, targets
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_wishes import Wish
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connections import plan_connections
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.repoint import undo
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import DrError
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.connection_use import uses, view

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.report import Report
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.context import Context, Result

PREFIX = "restore-"


@dataclass(frozen=True)
class Restorable:
    """back: connections whose edits are taken back; kept: why others stay as they were edited, a sentence each."""

    back: tuple[Target, ...] = ()
    kept: tuple[str, ...] = ()


def restorable(found: Sequence[Target], use: Mapping[str, Use], report: Report, policy: Policy) -> Restorable:
    """The edited connections of which no domain became active, and whose old place is known to work.

    It is known to when every domain on it was active before, and came to maintenance in the ordinary way: the engine
    wrote to the old place then. With ``storage_lost`` it is known not to.
    """
    ended = {outcome.step_id: outcome.state for outcome in report.outcomes}
    back: list[Target] = []
    kept: list[str] = []
    for target in found:
        known = target.known
        if known is None or ended.get(f"edit:{known.id}") != "done":
            continue
        domains = use[known.id].domains
        failed = [domain.name for domain in domains if ended.get(f"activate:{domain.id}") == "failed"]
        if not failed:
            continue
        active = [domain.name for domain in domains if ended.get(f"activate:{domain.id}") == "done"]
        ill = [domain.name for domain in domains if domain.status != "active"]
        if policy.storage_lost:
            kept.append(f"{target.wanted.name} stays, as the storage at {known.name} is lost")
        elif active:
            kept.append(f"{target.wanted.name} stays, as {', '.join(active)} became active there")
        elif ill:
            kept.append(f"{target.wanted.name} stays, as {', '.join(ill)} was not active at {known.name} either")
        else:
            back.append(target)
    return Restorable(tuple(back), tuple(kept))


def restore(
    context: Context,
    back: Sequence[Target],
    stopped: Collection[str],
    policy: Policy,
    carry_out: t.Callable[[Plan, Mapping[str, Use]], Result],
) -> Result | DrError:
    """Point these connections at their old places again and bring their domains up there.

    stopped: the ids of the VMs that were stopped for the edits; they start again at the old places. Returns the error
    when that cannot even be planned.
    """
    try:
        plan, use = _planned(context.client, back, replace(policy, stopped_before=frozenset(stopped)))
        context.journal.note("domains did not become active, so their connections go back to where they led before")
        return carry_out(plan.renamed(PREFIX), use)
    except DrError as error:
        return error


def _planned(client: Client, back: Sequence[Target], policy: Policy) -> tuple[Plan, dict[str, Use]]:
    wanted = {entry["id"]: {k: v for k, v in entry.items() if k != "id"} for entry in undo(back).connections}
    wishes = [
        Wish(f"the former {target.known.name}", target.known.id, (), {}, "", wanted[target.known.id])
        for target in back
        if target.known is not None and target.known.id in wanted
    ]
    seen = view(client)
    found = targets(wishes, seen.connections, seen.domains, seen.links)
    use = uses(client, seen, {target.known.id for target in found if target.known is not None})
    return plan_connections(found, use, policy), use
