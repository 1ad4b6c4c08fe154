# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Planning how storage domains leave a data center (contract 03, 3.6 to 3.8)."""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Mapping, Sequence

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.difference import ABSENT, Change
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Outcome, Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan, settled
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.power import GOING_DOWN
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import is_pattern
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import DataCenter, Domain, Host

WIPES = "and format it: everything on it is destroyed"
KEEPS = "without formatting it"


class Running(t.Protocol):
    """A VM that is to be stopped."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def status(self) -> str: ...


def plan_detach(
    asked: Sequence[str],
    domains: Sequence[Domain],
    known: Sequence[Domain],
    *,
    data_center: DataCenter,
    remove: bool,
    host: Host | None,
    holding: Mapping[str, Sequence[Running]] | None = None,
    sharing: Mapping[str, Collection[str]] | None = None,
    elsewhere: bool = False,
    stop: str = "stop",
    refresh: Collection[str] = (),
    wipe: bool = False,
) -> Plan:
    """The steps that take these domains out of their data center, the master last.

    A domain is detached only when those that share a VM or template with it are in maintenance: their OVF stores are
    written on the way there, and after the detach they would describe such a VM without the disks that left. And one of
    them is detached after the other: of two that leave at once each leaves the VM to the other, and the engine keeps it
    without any disk (found on a running engine 4.5.8).

    asked: the names or ids that met no domain of the data center; known: the engine's domains, to judge those;
    holding: domain id -> the VMs that are stopped before; sharing: domain id -> the domains with which it shares
    a VM or template; elsewhere: a domain of another data center is as wanted; stop: how VMs are stopped, in words;
    refresh: the ids of the domains whose OVF stores are written first; wipe: what is removed is formatted.
    """
    outcomes: list[Outcome] = []
    steps: list[Step] = []
    changes: dict[str, tuple[Change, ...]] = {}
    earlier = frozenset[str]()
    leaving: list[str] = []

    def add(domain: Domain, action: str, after: frozenset[str], says: str, change: Change | None) -> Step:
        step = Step(
            id=f"{action}:{domain.id}",
            action=action,
            kind="domain",
            name=domain.name,
            target_id=domain.id,
            details={
                "data_center": data_center.id,
                "host": host.id if host else "",
                "status": domain.status,
                "format": wipe,
            },
            after=after,
            says=says,
        )
        steps.append(step)
        if change is not None:
            changes[step.id] = (change,)
        return step

    for domain in sorted(domains, key=lambda domain: domain.master):
        last = earlier if domain.master else frozenset[str]()
        for vm in (holding or {}).get(domain.id, ()):
            moving = vm.status in GOING_DOWN
            step = Step(
                id=f"down:{vm.id}",
                action="wait" if moving else "down",
                kind="vm",
                name=vm.name,
                target_id=vm.id,
                details={"status": vm.status},
                says=f"wait until VM {vm.name} is down" if moving else f"{stop} VM {vm.name}",
            )
            if step.id not in changes:
                steps.append(step)
                changes[step.id] = (Change("vm", vm.name, "status", vm.status, "down"),)
            last |= {step.id}
        if domain.id in refresh:
            # Sent for every run: whether anything is to be written is for the engine to find out. So it is no change.
            last = frozenset({add(domain, "refresh", last, f"have the OVF stores of {domain.name} written", None).id})
        if domain.status != "maintenance":
            change = Change("domain", domain.name, "status", domain.status, "maintenance")
            last = frozenset({add(domain, "deactivate", last, f"bring {domain.name} to maintenance", change).id})
        # The master leaves after all others, so none of them can wait for it.
        shared = {
            f"deactivate:{other.id}"
            for other in domains
            if other.id in (sharing or {}).get(domain.id, ()) and other.status != "maintenance" and not other.master
        }
        shared |= {f"detach:{other}" for other in leaving if other in (sharing or {}).get(domain.id, ())}
        change = Change("domain", domain.name, "data center", data_center.name, ABSENT)
        last = frozenset({add(domain, "detach", last | shared, f"detach {domain.name}", change).id})
        earlier = earlier | last
        leaving.append(domain.id)
        if remove:
            change = Change("domain", domain.name, "", "known to the engine", ABSENT)
            add(domain, "remove", last, f"remove {domain.name} from the engine {WIPES if wipe else KEEPS}", change)
    for name in asked:
        if is_pattern(name):
            # A pattern is about the domains of the data center: it must not reach out to others and remove them.
            outcomes.append(settled("detach", "domain", name, "", "already", "matches no domain of the data center"))
            continue
        unattached = next((domain for domain in known if name in (domain.id, domain.name)), None)
        if remove and unattached is not None and not unattached.data_center_ids:
            change = Change("domain", unattached.name, "", "known to the engine", ABSENT)
            says = f"remove {unattached.name} from the engine {WIPES if wipe else KEEPS}"
            add(unattached, "remove", frozenset(), says, change)
        else:
            outcomes.append(_absent(name, unattached, remove=remove, elsewhere=elsewhere))
    return Plan(steps=tuple(steps), outcomes=tuple(outcomes), changes=changes)


def _absent(name: str, domain: Domain | None, *, remove: bool, elsewhere: bool) -> Outcome:
    if domain is not None and domain.data_center_ids and elsewhere:
        message = "is attached to another data center"
        return settled("detach", "domain", domain.name, domain.id, "already", message)
    if domain is not None and domain.data_center_ids:
        centers = ", ".join(domain.data_center_ids)
        message = f"{domain.name} is attached to another data center ({centers}); name that one in 'data_center'"
        return settled("detach", "domain", domain.name, domain.id, "failed", message)
    if domain is not None:
        return settled("detach", "domain", domain.name, domain.id, "already", "is not attached")
    if remove:
        return settled("detach", "domain", name, "", "already", "is not known to the engine")
    return settled(
        "detach", "domain", name, "", "failed", f"{name}: the engine knows no storage domain of this name or id"
    )
