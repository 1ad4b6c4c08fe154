# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading an engine's collections in bulk: each is listed once and becomes records.

Names that come from a user never enter a search text: collections are filtered here, because the engine answers an
unknown or malformed search with 200 and an empty list (findings 1, Protocol).
"""

from __future__ import annotations

import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import records as r
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import one
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.paging import pages
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import ident, text

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client

# A search by ids must fit into a request line; 40 UUIDs are about 1,700 characters.
MOST_IDS_IN_A_SEARCH = 40
# The statuses of a VM that is on its way, as a search spells them: the engine's own names, without the underscores that
# the same statuses have in answers. A spelling that a search does not know finds nothing and is no error.
MOVING = ("waitforlaunch", "poweringup", "poweringdown", "restoringstate", "savingstate", "imagelocked")


class Unregistered(t.Protocol):
    """An unregistered entity of any kind, as one domain lists it."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def domain_ids(self) -> tuple[str, ...]: ...


U = t.TypeVar("U", r.UnregisteredVm, r.UnregisteredTemplate, r.UnregisteredDisk)


def data_center(client: Client, asked: str) -> r.DataCenter:
    """The data center with this name or id; NotFound or Ambiguous otherwise."""
    return one(data_centers(client), asked, kind="data center", place="the engine")


def data_centers(client: Client) -> list[r.DataCenter]:
    """The data centers of the engine."""
    return [r.DataCenter.from_xml(node) for node in client.get("/datacenters", subject="data centers")]


def clusters(client: Client, data_center_id: str) -> list[r.Cluster]:
    """The clusters of a data center."""
    found = [r.Cluster.from_xml(node) for node in client.get("/clusters", subject="clusters")]
    return [cluster for cluster in found if cluster.data_center_id == data_center_id]


def hosts(client: Client, of_clusters: t.Iterable[r.Cluster]) -> list[r.Host]:
    """The hosts of these clusters."""
    ids = {cluster.id for cluster in of_clusters}
    return [host for host in every_host(client) if host.cluster_id in ids]


def every_host(client: Client) -> list[r.Host]:
    """The hosts of the engine."""
    return [r.Host.from_xml(node) for node in client.get("/hosts", subject="hosts")]


def domains(client: Client) -> list[r.Domain]:
    """Every storage domain that the engine knows; ``status`` says no more than whether it is unattached."""
    return [r.Domain.from_xml(node) for node in client.get("/storagedomains", subject="storage domains")]


def attached_domains(client: Client, data_center_id: str) -> list[r.Domain]:
    """The domains of a data center with their real status."""
    path = f"/datacenters/{data_center_id}/storagedomains"
    return [r.Domain.from_xml(node) for node in client.get(path, subject="storage domains of the data center")]


def vms(client: Client, search: str = "") -> list[r.Vm]:
    """The registered VMs, in pages."""
    return [r.Vm.from_xml(node) for node in pages(client, "/vms", search=search)]


def templates(client: Client) -> list[r.Template]:
    """The registered templates and versions, Blank included, in pages."""
    return [r.Template.from_xml(node) for node in pages(client, "/templates")]


def vms_by_ids(client: Client, ids: t.Collection[str]) -> dict[str, r.Vm]:
    """The registered VMs among these ids: by a search for a few of them, else from the whole list."""
    if len(ids) <= MOST_IDS_IN_A_SEARCH:
        found = vms(client, " or ".join(f"id={vm_id}" for vm_id in sorted(ids)))
    else:
        found = vms(client)
    return {vm.id: vm for vm in found if vm.id in ids}


def settled_vms(client: Client, ids: t.Collection[str]) -> dict[str, r.Vm]:
    """The state of these VMs, cheaply while all of them are still on their way.

    The list of the VMs on their way is short for the engine to make; only for those that left it the rest is read.
    """
    moving = {vm.id: vm for vm in vms(client, " or ".join(f"status={status}" for status in MOVING)) if vm.id in ids}
    arrived = {vm_id for vm_id in ids if vm_id not in moving}
    if not arrived:
        return moving
    found = vms_by_ids(client, arrived)
    if len(found) < len(arrived):
        # A search may miss what just changed its status between the two reads; only the whole list says "gone".
        found = {vm.id: vm for vm in vms(client) if vm.id in arrived}
    return {**found, **moving}


def disks(client: Client) -> list[r.Disk]:
    """Every disk of the engine, in pages."""
    return [r.Disk.from_xml(node) for node in pages(client, "/disks")]


def domain_vms(client: Client, domain_id: str) -> list[r.Vm]:
    """The registered VMs with a disk on a domain."""
    return [r.Vm.from_xml(node) for node in client.get(f"/storagedomains/{domain_id}/vms", subject="VMs of a domain")]


def unregistered_vms(client: Client, of_domains: t.Sequence[r.Domain]) -> list[r.UnregisteredVm]:
    """What these domains list as unregistered VMs, each once with all its domains; domains are read in parallel."""
    return _over_domains(client, of_domains, "vms", r.UnregisteredVm.from_xml)


def unregistered_templates(client: Client, of_domains: t.Sequence[r.Domain]) -> list[r.UnregisteredTemplate]:
    """What these domains list as unregistered templates, likewise."""
    return _over_domains(client, of_domains, "templates", r.UnregisteredTemplate.from_xml)


def unregistered_disks(client: Client, of_domains: t.Sequence[r.Domain]) -> list[r.UnregisteredDisk]:
    """What these domains list as unregistered disks, likewise; disks with snapshots are never listed (contract 04)."""
    return _over_domains(client, of_domains, "disks", r.UnregisteredDisk.from_xml)


def vnic_profiles(client: Client, data_center_id: str) -> dict[tuple[str, str], r.VnicProfile]:
    """The vNIC profiles of a data center by (network name, profile name)."""
    networks = {
        network.id: network
        for network in (r.Network.from_xml(node) for node in client.get("/networks", subject="networks"))
        if network.data_center_id == data_center_id
    }
    profiles = [r.VnicProfile.from_xml(node) for node in client.get("/vnicprofiles", subject="vNIC profiles")]
    return {
        (networks[profile.network_id].name, profile.name): profile
        for profile in profiles
        if profile.network_id in networks
    }


def affinity_groups(client: Client, of_clusters: t.Iterable[r.Cluster]) -> list[r.Named]:
    """The affinity groups of these clusters."""
    found: list[r.Named] = []
    for cluster in of_clusters:
        path = f"/clusters/{cluster.id}/affinitygroups"
        found.extend(r.Named.from_xml(node) for node in client.get(path, subject="affinity groups"))
    return found


def named(client: Client, collection: str) -> list[r.Named]:
    """The members of a small top level collection, such as ``affinitylabels`` or ``roles``."""
    return [r.Named.from_xml(node) for node in client.get(f"/{collection}", subject=collection)]


def logins(client: Client) -> set[tuple[str, str]]:
    """Login name and directory of each user that the engine knows: of no others can permissions be."""
    found: set[tuple[str, str]] = set()
    for node in client.get("/users", subject="users"):
        domain = text(node, "domain/name")
        found.add((text(node, "principal") or text(node, "user_name").removesuffix(f"@{domain}"), domain))
    return found


def jobs(client: Client, correlation_id: str) -> list[r.Job]:
    """The jobs that carry a correlation id; none means not started yet or long over (contract 01, 1.7)."""
    query = {"search": f"correlation_id={correlation_id}"}
    return [r.Job.from_xml(node) for node in client.get("/jobs", query=query, subject="jobs")]


def every_job(client: Client) -> list[r.Job]:
    """The jobs of the engine, but for those that it has cleared away."""
    return [r.Job.from_xml(node) for node in client.get("/jobs", subject="jobs")]


def last_event_id(client: Client) -> str:
    """The id of the newest event, or "0" for an engine without any."""
    newest = client.get("/events", query={"max": "1"}, subject="events")
    return ident(newest[0]) if len(newest) else "0"


def events_since(client: Client, event_id: str) -> list[r.Event]:
    """All events after the one with this id, oldest first."""
    nodes = client.get("/events", query={"from": event_id}, subject="events")
    return [r.Event.from_xml(node) for node in reversed(nodes)]


def disk_attachments(client: Client, collection: str = "vms") -> dict[str, set[str]]:
    """VM id -> the ids of its attached disks, for all VMs, in pages; or likewise of all ``templates``."""
    return {
        ident(node): {ident(attachment) for attachment in node.findall("disk_attachments/disk_attachment")}
        for node in pages(client, f"/{collection}", follow="disk_attachments")
    }


def vm_disks(client: Client, ids: t.Collection[str] | None = None, *, snapshots: bool = False) -> list[r.VmDisks]:
    """The registered VMs with their attachments: all, or those of these ids, by a search for a few of them."""
    few = ids is not None and len(ids) <= MOST_IDS_IN_A_SEARCH
    search = " or ".join(f"id={vm_id}" for vm_id in sorted(ids or ())) if few else ""
    follow = "disk_attachments,snapshots" if snapshots else "disk_attachments"
    found = [r.VmDisks.from_xml(node) for node in pages(client, "/vms", search=search, follow=follow)]
    return [vm for vm in found if ids is None or vm.id in ids]


def template_disks(client: Client) -> set[str]:
    """The ids of the disks of all templates."""
    nodes = pages(client, "/templates", follow="disk_attachments")
    return {ident(one) for node in nodes for one in node.findall("disk_attachments/disk_attachment")}


def disk_owners(client: Client, collection: str) -> list[r.DiskOwner]:
    """The registered ``vms`` or ``templates`` with their quotas and the ids of their disks, in pages."""
    found = pages(client, f"/{collection}", follow="disk_attachments")
    return [r.DiskOwner.from_xml(node) for node in found]


def disk_profiles(client: Client) -> list[r.DiskProfile]:
    """The disk profiles of all domains."""
    return [r.DiskProfile.from_xml(node) for node in client.get("/diskprofiles", subject="disk profiles")]


def quotas(client: Client, data_center_id: str) -> list[r.Named]:
    """The quotas of a data center."""
    path = f"/datacenters/{data_center_id}/quotas"
    return [r.Named.from_xml(node) for node in client.get(path, subject="quotas")]


def _over_domains(
    client: Client,
    of_domains: t.Sequence[r.Domain],
    what: str,
    make: t.Callable[[t.Any, str], U],
) -> list[U]:
    def read(domain: r.Domain) -> list[U]:
        path = f"/storagedomains/{domain.id}/{what};unregistered"
        subject = f"unregistered {what} of {domain.name}"
        # The engine parses every description for this list: 60 ms of its CPU each (baseline 1), so time is given.
        return [make(node, domain.id) for node in client.get(path, subject=subject, timeout=1800)]

    if not of_domains:
        return []
    merged: dict[str, U] = {}
    with ThreadPoolExecutor(max_workers=min(client.concurrency, len(of_domains))) as pool:
        for entries in pool.map(read, of_domains):
            for entry in entries:
                known = merged.get(entry.id)
                if known is None:
                    merged[entry.id] = entry
                else:
                    merged[entry.id] = replace(known, domain_ids=known.domain_ids + entry.domain_ids)
    return list(merged.values())
