# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who uses storage connections, and what keeps them from being edited: told for all of them before any write.

The engine takes an edit while the domains on the connection are in maintenance and no VM holds it (contract 02, 2.4).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_targets import Target
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.detach_blockers import HOSTED_ENGINE_DOMAIN
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.leaving import AT_REST
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.connections import Connection, LunDisk
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Domain, Vm

# Statuses in which the engine takes an edit without more ado (contract 02, 2.4).
EDITABLE = ("maintenance", "unattached")


@dataclass(frozen=True)
class Use:
    """Who uses a connection. domains: with their status in their data center, "unattached" for those in none.

    vms: domain id -> the VMs with disks on it; plugged: the VMs into which LUN disks of the connection are plugged.
    """

    domains: tuple[Domain, ...] = ()
    disks: tuple[LunDisk, ...] = ()
    vms: Mapping[str, tuple[Vm, ...]] = field(default_factory=dict)
    plugged: tuple[Vm, ...] = ()

    def busy(self, domain: Domain) -> list[Vm]:
        """The VMs that keep a domain from going to maintenance."""
        return [vm for vm in self.vms.get(domain.id, ()) if vm.status not in AT_REST]


@dataclass(frozen=True)
class Policy:
    """What an edit may do. maintenance: bring domains down and up again; stop_vms: stop VMs that hold them;

    start_again: what was stopped is started when its domains are active; stopped_before: the ids of the VMs that an
    earlier, broken off run stopped; storage_lost: the storage is gone for good, so nothing is lost by not updating its
    OVF stores.
    """

    maintenance: bool = False
    stop_vms: bool = False
    start_again: bool = False
    stopped_before: frozenset[str] = frozenset()
    storage_lost: bool = False
    host: str = ""


NOBODY = Use()


def of_domain(domain: Domain) -> str:
    """The key among the uses under which a domain stands that is to use a connection, or no more."""
    return f"domain:{domain.id}"


def find_blockers(targets: Sequence[Target], use: Mapping[str, Use], policy: Policy) -> list[str]:
    """Everything that forbids to make these connections as wanted, a sentence each; empty when nothing does.

    use: connection id -> who uses it; of_domain() -> a domain that is to use one, or no more.
    """
    found: list[str] = []
    for target in targets:
        for domain in (*target.joins, *target.leaves):
            found.extend(_domain_blockers(target.wanted.name, use[of_domain(domain)], policy, edited=False))
        if target.known is not None and not target.differs:
            continue
        if target.wanted.type == "glusterfs" and not policy.host:
            found.append(
                f"connection {target.wanted.name}: 'host' is needed for type glusterfs, or the engine breaks off"
            )
        if target.known is not None:
            found.extend(edit_blockers(target.known, use.get(target.known.id, NOBODY), policy))
    return list(dict.fromkeys(found))


def edit_blockers(known: Connection, use: Use, policy: Policy) -> Iterable[str]:
    """Everything that forbids to edit one connection, a sentence each."""
    name = known.name
    if known.type != "iscsi" and len(use.domains) > 1:
        listed = ", ".join(sorted(domain.name for domain in use.domains))
        yield f"connection {name} is used by several domains ({listed}), and the engine edits no such connection"
    yield from _domain_blockers(name, use, policy, edited=True)
    running = [vm for vm in use.plugged if vm.status != "down"]
    suspended = [vm for vm in running if vm.status == "suspended"]
    if suspended:
        yield f"connection {name}: LUN disks on it are plugged into suspended VMs: {_names(suspended)}; end these first"
    if len(running) > len(suspended) and not policy.stop_vms:
        others = [vm for vm in running if vm not in suspended]
        yield (
            f"connection {name}: LUN disks on it are plugged into VMs that are not down: {_names(others)}; shut them "
            "down, or have them stopped with 'stop_vms: shutdown' or 'stop_vms: poweroff'"
        )


def _domain_blockers(name: str, use: Use, policy: Policy, *, edited: bool) -> Iterable[str]:
    """What keeps the domains of a connection from maintenance. edited: the connection is, which the engine can be made
    to accept for a domain of unknown status; else the domain begins or ceases to use it."""
    for domain in use.domains:
        if domain.status in EDITABLE:
            continue
        if not policy.maintenance:
            busy = use.busy(domain)
            held = f", with these VMs on it: {_names(busy)}" if busy else ""
            yield (
                f"connection {name} {'is' if edited else 'is or shall be'} used by domain {domain.name}, which is "
                f"{domain.status}{held}; bring it to "
                "maintenance, or allow it with 'maintenance: allow'"
            )
            continue
        if domain.name == HOSTED_ENGINE_DOMAIN:
            yield f"domain {domain.name} carries the hosted engine and cannot go to maintenance"
        if domain.status == "unknown" and not (policy.storage_lost and edited):
            yield (
                f"domain {domain.name} is unknown, and the engine brings no such domain to maintenance; wait until "
                "its data center is up, or say 'storage_lost: true' if its storage is gone"
            )
        if use.busy(domain) and not policy.stop_vms:
            yield (
                f"domain {domain.name} is held by VMs that are not down: {_names(use.busy(domain))}; shut them down, "
                "or have them stopped with 'stop_vms: shutdown' or 'stop_vms: poweroff'"
            )


def _names(vms: Iterable[Vm]) -> str:
    return ", ".join(sorted(vm.name for vm in vms))
