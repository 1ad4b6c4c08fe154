# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Planning how storage domains leave a data center (contract 03, 3.6 to 3.8).

Blockers are found from the entities themselves and all named, because the engine repeats the names of its first
finding for every rule (findings 3, detach blockers).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.difference import ABSENT, Change
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Outcome, Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan, settled
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import is_pattern
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import (
    DataCenter,
    Domain,
    Host,
    Template,
    Vm,
)

# Detaching a local domain formats it (contract 03, 3.7); the hosted engine's domain carries the engine itself.
NEVER_DETACHED_TYPES = ("localfs",)
HOSTED_ENGINE_DOMAIN = "hosted_storage"
AT_REST = ("down", "suspended")


@dataclass(frozen=True)
class OnDomain:
    """The VMs and templates with disks on one domain."""

    vms: tuple[Vm, ...]
    templates: tuple[Template, ...]


@dataclass(frozen=True)
class Blocker:
    """One reason why a domain cannot be detached, with the names of all that stand in the way."""

    domain: str
    rule: str
    names: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The blocker for people."""
        return f"domain {self.domain}: {self.rule}" + (f": {', '.join(self.names)}" if self.names else "")


def find_blockers(
    domains: Sequence[Domain],
    attached: Sequence[Domain],
    on_domain: Mapping[str, OnDomain],
    *,
    poweroff: bool = False,
) -> tuple[Blocker, ...]:
    """Everything that forbids to detach these domains, by rule; empty when nothing does.

    attached: all domains of the data center; on_domain: domain id -> what lies on it; poweroff: VMs that are not down
    will be powered off.
    """
    found: list[Blocker] = []
    leaving = {domain.id for domain in domains}
    for domain in domains:
        here = on_domain.get(domain.id, OnDomain((), ()))
        rules = {
            "VMs with disks here are not down": [
                vm.name for vm in here.vms if vm.status not in AT_REST and not poweroff
            ],
            "VMs here are delete-protected": [vm.name for vm in here.vms if vm.delete_protected],
            "templates here are delete-protected": [item.name for item in here.templates if item.delete_protected],
        }
        if domain.master:
            rules["it is the master and these other domains stay attached"] = [
                other.name for other in attached if other.id not in leaving
            ]
        found.extend(Blocker(domain.name, rule, tuple(sorted(names))) for rule, names in rules.items() if names)
        if domain.storage_type in NEVER_DETACHED_TYPES:
            rule = "it is a local domain, and the engine formats such a domain on detach"
            found.append(Blocker(domain.name, rule, ()))
        if domain.name == HOSTED_ENGINE_DOMAIN:
            found.append(Blocker(domain.name, "it carries the hosted engine", ()))
    return tuple(found)


def sharing_of(on_domain: Mapping[str, OnDomain]) -> dict[str, frozenset[str]]:
    """Domain id -> the other domains on which a VM or template of it lies too."""
    ids = {
        key: {vm.id for vm in here.vms} | {template.id for template in here.templates}
        for key, here in on_domain.items()
    }
    return {
        key: frozenset(other for other, theirs in ids.items() if other != key and mine & theirs)
        for key, mine in ids.items()
    }


def plan_detach(
    asked: Sequence[str],
    domains: Sequence[Domain],
    known: Sequence[Domain],
    *,
    data_center: DataCenter,
    remove: bool,
    host: Host | None,
    holding: Mapping[str, Sequence[Vm]] | None = None,
    sharing: Mapping[str, Collection[str]] | None = None,
    elsewhere: bool = False,
) -> Plan:
    """The steps that take these domains out of their data center, the master last.

    A domain is detached only when those that share a VM or template with it are in maintenance: their OVF stores are
    written on the way there, and after the detach they would describe such a VM without the disks that left.

    asked: the names or ids that met no domain of the data center; known: the engine's domains, to judge those;
    holding: domain id -> the VMs that are powered off before; sharing: domain id -> the domains with which it shares
    a VM or template; elsewhere: a domain of another data center is as wanted.
    """
    outcomes: list[Outcome] = []
    steps: list[Step] = []
    changes: dict[str, tuple[Change, ...]] = {}
    earlier = frozenset[str]()

    def add(domain: Domain, action: str, after: frozenset[str], says: str, change: Change) -> Step:
        step = Step(
            id=f"{action}:{domain.id}",
            action=action,
            kind="domain",
            name=domain.name,
            target_id=domain.id,
            details={"data_center": data_center.id, "host": host.id if host else "", "status": domain.status},
            after=after,
            says=says,
        )
        steps.append(step)
        changes[step.id] = (change,)
        return step

    for domain in sorted(domains, key=lambda domain: domain.master):
        last = earlier if domain.master else frozenset[str]()
        for vm in (holding or {}).get(domain.id, ()):
            step = Step(
                f"down:{vm.id}", "down", "vm", vm.name, vm.id, {"status": vm.status}, says=f"power off VM {vm.name}"
            )
            if step.id not in changes:
                steps.append(step)
                changes[step.id] = (Change("vm", vm.name, "status", vm.status, "down"),)
            last |= {step.id}
        if domain.status != "maintenance":
            change = Change("domain", domain.name, "status", domain.status, "maintenance")
            last = frozenset({add(domain, "deactivate", last, f"bring {domain.name} to maintenance", change).id})
        # The master leaves after all others, so none of them can wait for it.
        shared = {
            f"deactivate:{other.id}"
            for other in domains
            if other.id in (sharing or {}).get(domain.id, ()) and other.status != "maintenance" and not other.master
        }
        change = Change("domain", domain.name, "data center", data_center.name, ABSENT)
        last = frozenset({add(domain, "detach", last | shared, f"detach {domain.name}", change).id})
        earlier = earlier | last
        if remove:
            change = Change("domain", domain.name, "", "known to the engine", ABSENT)
            add(domain, "remove", last, f"remove {domain.name} from the engine without formatting it", change)
    for name in asked:
        if is_pattern(name):
            # A pattern is about the domains of the data center: it must not reach out to others and remove them.
            outcomes.append(settled("detach", "domain", name, "", "already", "matches no domain of the data center"))
            continue
        unattached = next((domain for domain in known if name in (domain.id, domain.name)), None)
        if remove and unattached is not None and not unattached.data_center_ids:
            change = Change("domain", unattached.name, "", "known to the engine", ABSENT)
            says = f"remove {unattached.name} from the engine without formatting it"
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
