# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What storage_domain_detach tells of each domain, whatever became of it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Outcome
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.leaving import Finding, Leaving
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.ovf_age import age_of
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.leaving import Machine
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Domain


def told(
    leaving: Leaving,
    blockers: Collection[Finding],
    losses: Collection[Finding],
    outcomes: Iterable[Outcome],
    *,
    stop: bool,
    refreshed: Mapping[str, float],
    now: float,
) -> dict[str, object]:
    """The keys ``blockers``, ``losses`` and ``leaving`` of the result.

    stop: VMs in the way are stopped; refreshed: domain id -> when its stores were proven written by an earlier run, in
    the seconds of ``now``.
    """
    refreshes = {one.target_id: one for one in outcomes if one.action == "refresh"}
    return {
        "blockers": [blocker.data() for blocker in blockers],
        "losses": [loss.data() for loss in losses],
        "leaving": [
            _domain(domain, leaving, stop) | {"ovf": _ovf(domain, refreshes.get(domain.id), refreshed, now)}
            for domain in leaving.domains
        ],
    }


def stopped(outcomes: Iterable[Outcome]) -> dict[str, object]:
    """The keys ``stopped_vms`` and ``still_up``: the VMs that were stopped, and those that did not go down."""
    downs = [one for one in outcomes if one.kind == "vm" and one.action in ("down", "wait")]
    return {
        "stopped_vms": sorted(one.name for one in downs if one.state == "done"),
        "still_up": sorted(one.name for one in downs if one.state == "failed"),
    }


def _domain(domain: Domain, leaving: Leaving, stop: bool) -> dict[str, object]:
    vms, templates = leaving.vms(domain), leaving.templates(domain)
    return {
        "domain": domain.name,
        "id": domain.id,
        "status": domain.status,
        "vms": _names(vms),
        "templates": _names(templates),
        "staying": _names(one for one in (*vms, *templates) if not leaving.vanishes(one)),
        "stopping": _names(leaving.holding(domain)) if stop else [],
    }


def _names(machines: Iterable[Machine]) -> list[str]:
    return sorted(machine.name for machine in machines)


def _ovf(domain: Domain, outcome: Outcome | None, refreshed: Mapping[str, float], now: float) -> dict[str, object]:
    """How fresh a domain's descriptions are. age: seconds since the last update that was seen, None when unknown."""
    if domain.type != "data":
        return {"state": "none", "age": None, "says": f"a domain of type {domain.type} holds no descriptions"}
    age, words = age_of(domain.id, refreshed, now)
    if outcome is None:
        return {"state": "as_is", "age": age, "says": f"not refreshed by this run; age {words}"}
    if outcome.state != "done":
        return {"state": "failed", "age": age, "says": outcome.message}
    if "fresh" not in outcome.details:
        return {"state": "planned", "age": age, "says": outcome.message}
    if not outcome.details["fresh"]:
        return {"state": "not_proven", "age": age, "says": f"{outcome.message}; age {words}"}
    return {"state": "fresh", "age": 0, "says": outcome.message}
