# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading who uses storage connections; each collection once, and only what the asked connections need."""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_blockers import Use, of_domain
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import connections as c
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Domain, Vm


@dataclass(frozen=True)
class View:
    """All connections and domains of an engine. links: domain id -> the ids of its connections."""

    connections: tuple[c.Connection, ...]
    domains: tuple[Domain, ...]
    links: Mapping[str, tuple[str, ...]]


def view(client: Client) -> View:
    """The connections of the engine and which domain uses which."""
    known, domains = c.connections(client), reads.domains(client)
    return View(tuple(known), tuple(domains), c.connections_of(client, domains, known))


def uses(
    client: Client,
    seen: View,
    asked: Collection[str],
    *,
    vms: bool = True,
    disks: Sequence[c.LunDisk] | None = None,
) -> dict[str, Use]:
    """Connection id -> who uses it, for the asked ones. vms: whether to read which VMs hold them; disks: the LUN disks
    of the engine, where they were read already."""
    by_id = {item.id: item for item in seen.connections if item.id in asked}
    domains = {item: [one for one in seen.domains if item in seen.links.get(one.id, ())] for item in by_id}
    used = {one.id: one for them in domains.values() for one in them}
    with_status = _with_status(client, list(used.values()))
    on_domain: dict[str, tuple[Vm, ...]] = {}
    if vms and used:
        with ThreadPoolExecutor(max_workers=min(client.concurrency, len(used))) as pool:
            found = pool.map(lambda domain_id: tuple(reads.domain_vms(client, domain_id)), used)
            on_domain = dict(zip(used, found, strict=True))
    if disks is None:
        disks = c.lun_disks(client) if any(item.type == "iscsi" for item in by_id.values()) else []
    on = {key: tuple(disk for disk in disks if disk.on(item)) for key, item in by_id.items()}
    plugged = _plugged(client, {disk.id for them in on.values() for disk in them}) if vms else {}
    return {
        key: Use(
            domains=tuple(with_status[one.id] for one in domains[key]),
            disks=on[key],
            vms={one.id: on_domain.get(one.id, ()) for one in domains[key]},
            plugged=tuple({vm.id: vm for disk in on[key] for vm in plugged.get(disk.id, ())}.values()),
        )
        for key in by_id
    }


def domain_uses(client: Client, domains: Sequence[Domain]) -> dict[str, Use]:
    """of_domain() -> a domain with its status and the VMs on it: for those that are to use a connection, or no more."""
    with_status = _with_status(client, domains)
    return {
        of_domain(one): Use(domains=(one,), vms={one.id: tuple(reads.domain_vms(client, one.id))})
        for one in with_status.values()
    }


def _with_status(client: Client, domains: Sequence[Domain]) -> dict[str, Domain]:
    """The domains by id with the status that only their data center tells."""
    statuses = attached(client, {center for domain in domains for center in domain.data_center_ids})
    known: dict[str, Domain] = {}
    for domain in domains:
        here = statuses.get(domain.id)
        status, master = (here.status, here.master) if here else ("unattached", False)
        known[domain.id] = replace(domain, status=status, master=master)
    return known


def attached(client: Client, data_centers: Collection[str]) -> dict[str, Domain]:
    """The domains of these data centers by id, with their status."""
    return {domain.id: domain for center in sorted(data_centers) for domain in reads.attached_domains(client, center)}


def _plugged(client: Client, disks: Collection[str]) -> dict[str, list[Vm]]:
    """Disk id -> the VMs into which it is plugged, for these disks."""
    if not disks:
        return {}
    holders = {vm: held & set(disks) for vm, held in c.plugged_disks(client).items() if held & set(disks)}
    vms = reads.vms_by_ids(client, holders.keys()) if holders else {}
    found: dict[str, list[Vm]] = {}
    for vm_id, held in holders.items():
        for disk in held if vm_id in vms else ():
            found.setdefault(disk, []).append(vms[vm_id])
    return found
