# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the members of each collection come from."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.describe import icons_of
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.devices import host_devices
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.images import profile_of, quota_of
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.makers import (
    all_of,
    bare,
    linked,
    named_members,
    referring,
    sub,
    under,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.ovf import OvfEntry, list_entry
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.paths import reachable
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.places import Content
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.pool_view import shown_pool
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API, COLLECTION_OF
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.statistics import disk_statistics
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import (
    Member,
    Source,
    disk_in,
    domain_inside,
    domain_on_top,
    domain_shape,
    group_record,
    home,
    in_domain,
    ovf_disk,
    portless,
    snapshot_view,
)


def _domains(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
    return [
        Member(domain_on_top(e), f"{API}/storagedomains/{e.id}", domain_shape(e, "storagedomains"))
        for e in site.all("storage_domain")
    ]


def _domains_inside(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
    base = f"{API}/datacenters/{ids[0]}/storagedomains"
    return [
        Member(domain_inside(e, ids[0]), f"{base}/{e.id}", domain_shape(e, "datacenters/storagedomains"))
        for e in site.domains_in(ids[0])
    ]


def _groups(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
    base = f"{API}/clusters/{ids[0]}/affinitygroups"
    return [
        Member(group_record(g), f"{base}/{g.id}", "clusters/affinitygroups")
        for g in site.all("affinity_group")
        if g.ref("cluster") == ids[0]
    ]


def _domain_disks(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
    domain = ids[-1]
    return [
        Member(disk_in(_copy(site, d, domain), domain), f"{API}/disks/{d.id}", "storagedomains/disks/known")
        for d in site.all("disk")
        if domain in site.domains_of(d)
    ]


_NO_MANAGER = (
    "Error connecting to the Storage Pool Manager service.\nPossible reasons:\n"
    " - Storage Pool Manager service is in non-active state.\n - No Active Host in the Data Center."
)


def _copy(site: Site, disk: Entity, domain: str) -> Record:
    """A disk as it lies on one domain: a further copy has the domain's own profile, and a quota (05 #479)."""
    if domain == site.domains_of(disk)[0]:
        return disk.data
    held = site.get("storage_domain", domain)
    center = site.data_center_of(held) if held is not None else ""
    return {**disk.data, **quota_of(site, center), **profile_of(site, domain)}


def unregistered_disks(site: Site, ids: tuple[str, ...]) -> list[Member]:
    """Images on the domain that the engine does not know, without those that have snapshots (contract 04, 4.2)."""
    domain = ids[-1]
    base = f"{API}/disks" if len(ids) == 1 else f"{API}/storagedomains/{domain}/disks"
    entity, content = site.get("storage_domain", domain), site.storage.contents.get(domain)
    if entity is None or content is None or not site.data_center_of(entity):
        return []
    if not reachable(site, entity) or site.host_up(site.data_center_of(entity)) is None:
        raise refusals.text(400, _NO_MANAGER)
    known = site.tables["disk"]
    return [
        Member(disk_in(_image(content, record), domain), f"{base}/{identity}", "storagedomains/disks")
        for identity, record in content.disks.items()
        if not _is_known(site, known.get(identity), domain) and identity not in content.layered
    ]


def _is_known(site: Site, disk: Entity | None, domain: str) -> bool:
    """Whether the engine knows of this image: a copy of a template's disk on one more domain is not known yet (04b
    recording 234)."""
    return disk is not None and (domain in site.domains_of(disk) or "lun_storage" in disk.data)


def _image(content: Content, record: Record) -> Record:
    """An image as storage tells of it. One that stands on a template's has no name there (04b recording 60); that a
    disk is shareable only the engine knew."""
    unnamed = {"name": "", "description": "", "alias": ""} if record["id"] in content.backing else {}
    return {**record, **unnamed, "shareable": "false", "status": "ok", "total_size": "0"}


def unregistered(tag: str) -> Source:
    """The list of what was unregistered when the domain was attached."""
    leaf = COLLECTION_OF[tag]

    def read(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
        base, icons = f"{API}/storagedomains/{ids[0]}/{leaf}", icons_of(site)
        return [
            Member(list_entry(entry, ids[0], icons), f"{base}/{entry.id}", f"storagedomains/{leaf}")
            for entry in site.unregistered.get(ids[0], {}).values()
            if entry.kind == tag
        ]

    return read


def _registered(tag: str) -> Source:
    leaf = COLLECTION_OF[tag]

    def read(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
        base = f"{API}/storagedomains/{ids[0]}/{leaf}"
        content = site.storage.contents.get(ids[0])
        if content is not None and content.exported:
            entries = [entry for entry in content.exported.values() if entry.kind == tag]
            icons = icons_of(site)
            return [Member(list_entry(e, ids[0], icons), f"{base}/{e.id}", f"storagedomains/{leaf}") for e in entries]
        found = [e for e in site.all(tag) if any(ids[0] in site.domains_of(d) for d in site.disks_of(e))]
        return [Member(in_domain(e.data, ids[0]), f"{base}/{e.id}", f"storagedomains/{leaf}") for e in found]

    return read


def _events(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
    return [home(entity) for entity in reversed(list(site.all("event")))]


def _snapshots(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
    """A VM's snapshots; the active one has no links."""
    vm = site.get("vm", ids[0])
    if vm is None:
        return []
    return [
        Member(snapshot_view(vm, m.data), m.href, m.shape + ("/active" if m.data["snapshot_type"] == "active" else ""))
        for m in sub("vm", "snapshots", "vms/snapshots", back=False)(site, ids)
    ]


def _snapshot_disks(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
    """The disks of a snapshot: no addresses, no actions (05 #247). The active one has those of the VM (10 #121)."""
    vm = site.get("vm", ids[0])
    held = next((s for s in vm.subs.get("snapshots", []) if s["id"] == ids[1]), {}) if vm is not None else {}
    if vm is not None and held.get("snapshot_type") == "active":
        disks = [_with_center(site, d.data) for d in site.disks_of(vm) if "lun_storage" not in d.data]
    else:
        disks = [ovf_disk(disk) for disk in held.get("disks", [])]
    return [Member({**disk, "snapshot": {"id": ids[1]}}, "", "vms/snapshots/disks") for disk in disks]


def _with_center(site: Site, disk: Record) -> Record:
    """A disk whose quota names its data center."""
    quota = site.get("quota", (disk.get("quota") or {}).get("id", ""))
    if quota is None:
        return disk
    return {**disk, "quota": {"id": quota.id, "data_center": {"id": quota.ref("data_center")}}, "total_size": "0"}


def _snapshot_nics(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
    """The NICs of the active snapshot, without addresses (10 #122). Those of another were not recorded."""
    vm = site.get("vm", ids[0])
    held = next((s for s in vm.subs.get("snapshots", []) if s["id"] == ids[1]), {}) if vm is not None else {}
    if vm is None or held.get("snapshot_type") != "active":
        return []
    return [Member({**nic, "vm": {"id": vm.id}}, "", "vms/snapshots/nics") for nic in vm.subs.get("nics", [])]


def _exported_disks(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
    """The disks of a VM on an export domain, on the domains they came from (05 #312)."""
    entry = exported_entry(site, *ids)
    return [
        Member(
            {**ovf_disk(disk.record), "storage_domains": {"storage_domain": [{"id": d} for d in disk.domains[:1]]}},
            f"{API}/disks/{disk.record['id']}",
            "storagedomains/vms/disks",
        )
        for disk in (entry.disks if entry is not None else ())
    ]


def _exported_attachments(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
    """The attachments of a VM on an export domain (05 #310)."""
    entry = exported_entry(site, *ids)
    holder, shape = f"{API}/storagedomains/{ids[0]}/vms/{ids[1]}", "storagedomains/vms/diskattachments"
    base = f"{holder}/diskattachments"
    return [
        Member(
            {**disk.attachment, "vm": {"id": ids[1], "href": holder}},
            f"{base}/{disk.record['id']}",
            shape,
        )
        for disk in (entry.disks if entry is not None else ())
    ]


def exported_entry(site: Site, domain: str, identity: str) -> OvfEntry | None:
    """What an export domain holds under an id."""
    content = site.storage.contents.get(domain)
    return content.exported.get(identity) if content is not None else None


def _pools(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
    return [Member(shown_pool(site, pool), f"{API}/vmpools/{pool.id}", "vmpools") for pool in site.all("vm_pool")]


def _attachments(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
    """A host's network attachments, whose NIC is addressed below the host."""
    found = sub("host", "network_attachments", "hosts/networkattachments")(site, ids)
    return [
        Member({**m.data, "host_nic": {**nic, "href": f"{API}/hosts/{ids[0]}/nics/{nic['id']}"}}, m.href, m.shape)
        if (nic := m.data.get("host_nic"))
        else m
        for m in found
    ]


def _steps(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
    """A job's steps. Of most jobs only the two are told that all have (04c recording 90, 08a jobs)."""
    job, base = site.get("job", ids[0]), f"{API}/jobs/{ids[0]}/steps"
    stored = list(under("step", "job", "jobs/steps")(site, ids))
    if stored or job is None:
        return stored
    status = str(job.data["status"])
    found = [("Validating", "validating", status if status == "failed" else "finished")]
    found += [("Executing", "executing", status)] if status != "failed" else []
    times: Record = {key: job.data[key] for key in ("end_time", "start_time") if key in job.data}
    return [
        Member(_step(job.id, number, *words, times), f"{base}/{_step_id(job.id, number)}", "jobs/steps")
        for number, words in enumerate(found)
    ]


def _step_id(job: str, number: int) -> str:
    return str(uuid.uuid5(uuid.UUID(job), str(number)))


def _step(job: str, number: int, words: str, kind: str, status: str, times: Record) -> Record:
    record = {"external": "false", "number": str(number), "status": status, "type": kind, **times}
    head = {"id": _step_id(job, number), "description": words}
    return {**head, **dict(sorted(record.items())), "job": {"id": job}}


EVERYONE = {
    "id": "eee00000-0000-0000-0000-123456789eee",
    "name": "Everyone",
    "domain_entry_id": b"eee00000-0000-0000-0000-123456789eee".hex().upper(),
    "namespace": "*",
}
"""The group of all users, in every installation (recording 01 78)."""


def _user_groups(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
    """The groups of users: everyone, and those of the estate."""
    return [
        Member(EVERYONE, f"{API}/groups/{EVERYONE['id']}", "groups"),
        *(home(group) for group in site.all("group") if group.id != EVERYONE["id"]),
    ]


def _profiles(tag: str, shape: str, reference: str) -> Source:
    """Profiles on top level, each at the address below its holder."""
    leaf = COLLECTION_OF[tag]

    def read(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
        return [Member(e.data, f"{API}/{shape}/{e.ref(reference)}/{leaf}/{e.id}", leaf, e) for e in site.all(tag)]

    return read


def _disks(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
    """All disks; the list leaves out how a LUN is reached (06 recording 38 against the list). A disk with two LUNs is
    there twice (07 recording 253)."""
    found = [
        home(e) if "lun_storage" not in e.data else Member(portless(e.data), home(e).href, "disks")
        for e in site.all("disk")
    ]
    for identity, units in site.doubled.items():
        disk = site.get("disk", identity)
        if disk is not None:
            device = {"id": units[-1]["id"], "logical_units": {"logical_unit": units[-1]}}
            found.append(Member(portless({**disk.data, "lun_storage": device}), home(disk).href, "disks"))
    return found


SOURCES: dict[str, Source] = {
    **{
        path: all_of(tag)
        for tag, path in COLLECTION_OF.items()
        if tag not in ("storage_domain", "event", "bookmark", "group", "vm_pool")
    },
    "storagedomains": _domains,
    "disks": _disks,
    "disks/statistics": disk_statistics,
    "diskprofiles": _profiles("disk_profile", "storagedomains", "storage_domain"),
    "cpuprofiles": _profiles("cpu_profile", "clusters", "cluster"),
    "events": _events,
    "datacenters/storagedomains": _domains_inside,
    "datacenters/clusters": referring("cluster", "data_center"),
    "datacenters/networks": bare("network", "data_center", "datacenters/networks"),
    "datacenters/quotas": under("quota", "data_center", "datacenters/quotas"),
    "datacenters/permissions": sub("data_center", "permissions", "datacenters/permissions"),
    "datacenters/storagedomains/disks": _domain_disks,
    "clusters/affinitygroups": _groups,
    "groups": _user_groups,
    "clusters/networks": sub("cluster", "networks", "clusters/networks"),
    "clusters/cpuprofiles": under("cpu_profile", "cluster", "clusters/cpuprofiles"),
    "clusters/permissions": sub("cluster", "permissions", "clusters/permissions"),
    "clusters/affinitygroups/vms": named_members("affinity_group", "vms", "vm"),
    "clusters/affinitygroups/hosts": named_members("affinity_group", "hosts", "host"),
    "networks/vnicprofiles": referring("vnic_profile", "network"),
    "storagedomains/storageconnections": linked("storage_domain", "storage_connections", "storage_connection"),
    "storagedomains/diskprofiles": under("disk_profile", "storage_domain", "storagedomains/diskprofiles"),
    "storagedomains/permissions": sub("storage_domain", "permissions", "storagedomains/permissions"),
    "storagedomains/disks": _domain_disks,
    "storagedomains/disksnapshots": sub("storage_domain", "disk_snapshots", "storagedomains/disksnapshots", back=False),
    "vmpools": _pools,
    "storagedomains/vms/disks": _exported_disks,
    "storagedomains/vms/diskattachments": _exported_attachments,
    "storagedomains/vms": _registered("vm"),
    "storagedomains/templates": _registered("template"),
    "hosts/storage": host_devices,
    "hosts/nics": sub("host", "nics", "hosts/nics"),
    "hosts/networkattachments": _attachments,
    "hosts/storageconnectionextensions": sub(
        "host", "storage_connection_extensions", "hosts/storageconnectionextensions"
    ),
    "vms/diskattachments": sub("vm", "disk_attachments", "vms/diskattachments"),
    "vms/nics": sub("vm", "nics", "vms/nics", after="name"),
    "vms/snapshots": _snapshots,
    "vms/snapshots/disks": _snapshot_disks,
    "vms/snapshots/nics": _snapshot_nics,
    "vms/tags": sub("vm", "tags", "vms/tags"),
    "vms/permissions": sub("vm", "permissions", "vms/permissions"),
    "vms/affinitylabels": linked("vm", "affinity_labels", "affinity_label"),
    "vms/cdroms": sub("vm", "cdroms", "vms/cdroms"),
    "templates/diskattachments": sub("template", "disk_attachments", "templates/diskattachments"),
    "templates/nics": sub("template", "nics", "templates/nics", after="name"),
    "templates/permissions": sub("template", "permissions", "templates/permissions"),
    "templates/tags": sub("template", "tags", "templates/tags"),
    "affinitylabels/vms": named_members("affinity_label", "vms", "vm", ("id",)),
    "affinitylabels/hosts": named_members("affinity_label", "hosts", "host", ("id",)),
    "domains/users": sub("domain", "users", "domains/users", back=False),
    "jobs/steps": _steps,
}


UNREGISTERED: dict[str, Source] = {
    "storagedomains/vms": unregistered("vm"),
    "storagedomains/templates": unregistered("template"),
    "storagedomains/disks": unregistered_disks,
    "datacenters/storagedomains/disks": unregistered_disks,
}
