# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the members of each collection come from, and the form in which each place shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import members as inside
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.ovf import list_entry, plain_display
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API, COLLECTION_OF
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site


@dataclass(frozen=True)
class Member:
    """One member of a collection: its record there, its address, and the shape it is written in.

    ``entity`` is set when the text can be kept: the record is the entity's own and the address its home."""

    data: Record
    href: str
    shape: str
    entity: Entity | None = None


Source = Callable[[Site, tuple[str, ...]], Iterable[Member]]


def nothing(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
    """A collection that the twin knows only as a link: always empty."""
    return ()


def home(entity: Entity) -> Member:
    """An entity at its own address."""
    collection = COLLECTION_OF[entity.tag]
    return Member(entity.data, f"{API}/{collection}/{entity.id}", collection, entity)


def domain_on_top(entity: Entity) -> Record:
    """A storage domain at /storagedomains: the status is only ever unattached, or absent (contract 03, 3.1)."""
    attached = bool(inside(entity.data, "data_centers", "data_center"))
    return {k: "unattached" if k == "status" else v for k, v in entity.data.items() if k != "status" or not attached}


def domain_inside(entity: Entity, data_center: str) -> Record:
    """A storage domain in its data center, with its status."""
    data = {key: value for key, value in entity.data.items() if key != "data_centers"}
    return {**data, "data_center": {"id": data_center}, "data_centers": entity.data.get("data_centers", "")}


def disk_in(data: Record, domain: str) -> Record:
    """A disk in the list of one domain."""
    rest = {key: value for key, value in data.items() if key != "storage_domains"}
    return {
        **rest,
        "storage_domain": {"id": domain},
        "storage_domains": data.get("storage_domains", {"storage_domain": {"id": domain}}),
    }


def _all(tag: str) -> Source:
    def read(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
        return [home(entity) for entity in site.all(tag)]

    return read


def _domains(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
    return [
        Member(domain_on_top(e), f"{API}/storagedomains/{e.id}", "storagedomains") for e in site.all("storage_domain")
    ]


def _domains_inside(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
    base = f"{API}/datacenters/{ids[0]}/storagedomains"
    return [
        Member(domain_inside(e, ids[0]), f"{base}/{e.id}", "datacenters/storagedomains")
        for e in site.domains_in(ids[0])
    ]


def _referring(tag: str, reference: str) -> Source:
    def read(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
        return [home(entity) for entity in site.all(tag) if entity.ref(reference) == ids[0]]

    return read


def _bare(tag: str, reference: str, shape: str) -> Source:
    """Records that refer to the holder, at their own address but without links."""

    def read(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
        return [Member(e.data, home(e).href, shape) for e in site.all(tag) if e.ref(reference) == ids[0]]

    return read


def _under(tag: str, reference: str, shape: str) -> Source:
    """Records that refer to the holder and live below it."""
    parent, _, leaf = shape.partition("/")

    def read(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
        found = [e for e in site.all(tag) if e.ref(reference) == ids[0]]
        return [Member(e.data, f"{API}/{parent}/{ids[0]}/{leaf}/{e.id}", shape) for e in found]

    return read


def _sub(tag: str, key: str, shape: str, *, back: bool = True, after: str = "") -> Source:
    """Records that lie inside their holder; ``back`` adds the reference to it."""
    parent, _, leaf = shape.partition("/")

    def read(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
        holder = site.get(tag, ids[0])
        if holder is None:
            return []
        base = f"{API}/{parent}/{ids[0]}/{leaf}"
        return [
            Member(_with_back(r, tag, ids[0], after) if back else r, _address(r, base), shape)
            for r in holder.subs.get(key, [])
        ]

    return read


def _with_back(record: Record, tag: str, identity: str, after: str) -> Record:
    if after not in record:
        return {**record, tag: {"id": identity}}
    shown: Record = {}
    for key, value in record.items():
        shown[key] = value
        if key == after:
            shown[tag] = {"id": identity}
    return shown


def _address(record: Record, base: str) -> str:
    group = record.get("group")
    if isinstance(group, dict):
        return f"{API}/groups/{group['id']}/permissions/{record['id']}"
    return f"{base}/{record['id']}"


def _linked(tag: str, key: str, target: str) -> Source:
    """Members that a holder only points to, shown at their own address."""

    def read(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
        holder = site.get(tag, ids[-1])
        found = (site.get(target, member["id"]) for member in (holder.subs.get(key, []) if holder else []))
        return [home(entity) for entity in found if entity is not None]

    return read


def _named_members(tag: str, key: str, target: str, keys: tuple[str, ...] = ("id", "name")) -> Source:
    """Members of an affinity group (id and name) or label (id only)."""

    def read(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
        return [
            Member({name: m.data[name] for name in keys}, m.href, f"clusters/affinitygroups/{COLLECTION_OF[target]}")
            for m in _linked(tag, key, target)(site, ids)
        ]

    return read


def group_record(group: Entity) -> Record:
    """An affinity group with its members in place."""
    data = dict(group.data)
    for key, tag in (
        ("host_labels", "affinity_label"),
        ("hosts", "host"),
        ("vm_labels", "affinity_label"),
        ("vms", "vm"),
    ):
        held = group.subs.get(key, [])
        data[key] = {tag: list(held)} if held else {}
    return data


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
        Member(disk_in(d.data, domain), f"{API}/disks/{d.id}", "storagedomains/disks/known")
        for d in site.all("disk")
        if domain in site.domains_of(d)
    ]


def unregistered_disks(site: Site, ids: tuple[str, ...]) -> list[Member]:
    """Images on the domain that the engine does not know, without those that have snapshots (contract 04, 4.2)."""
    domain = ids[-1]
    base = f"{API}/disks" if len(ids) == 1 else f"{API}/storagedomains/{domain}/disks"
    entity, content = site.get("storage_domain", domain), site.storage.contents.get(domain)
    if entity is None or content is None or not site.data_center_of(entity):
        return []
    if not site.storage.reachable(entity.data["storage"]):
        raise refusals.text(400, "Error connecting to the Storage Pool Manager service.")
    known = site.tables["disk"]
    return [
        Member(disk_in({**record, "total_size": "0"}, domain), f"{base}/{identity}", "storagedomains/disks")
        for identity, record in content.disks.items()
        if identity not in known and identity not in content.layered
    ]


def unregistered(tag: str) -> Source:
    """The list of what was unregistered when the domain was attached."""
    leaf = COLLECTION_OF[tag]

    def read(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
        base = f"{API}/storagedomains/{ids[0]}/{leaf}"
        return [
            Member(list_entry(entry, ids[0]), f"{base}/{entry.id}", f"storagedomains/{leaf}")
            for entry in site.unregistered.get(ids[0], {}).values()
            if entry.kind == tag
        ]

    return read


def _in_domain(data: Record, domain: str) -> Record:
    """A registered VM or template in a domain's list: without what only its own address tells of the display."""
    return {**data, "display": plain_display(data.get("display")), "storage_domain": {"id": domain}}


def _registered(tag: str) -> Source:
    leaf = COLLECTION_OF[tag]

    def read(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
        base = f"{API}/storagedomains/{ids[0]}/{leaf}"
        found = [e for e in site.all(tag) if any(ids[0] in site.domains_of(d) for d in site.disks_of(e))]
        return [Member(_in_domain(e.data, ids[0]), f"{base}/{e.id}", f"storagedomains/{leaf}") for e in found]

    return read


def _events(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
    return [home(entity) for entity in reversed(list(site.all("event")))]


def _snapshots(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
    """A VM's snapshots; the active one has no links."""
    found = _sub("vm", "snapshots", "vms/snapshots", back=False)(site, ids)
    return [
        Member(m.data, m.href, "vms/snapshots/active") if m.data.get("snapshot_type") == "active" else m for m in found
    ]


def with_configuration(site: Site, snapshot: Member, vm: str) -> Member:
    """A snapshot at its own address: the active one shows the VM's configuration too."""
    held = site.get("vm", vm)
    if held is None or "vm" in snapshot.data:
        return snapshot
    shown = {**held.data, "display": plain_display(held.data.get("display"))}
    return Member({**snapshot.data, "vm": shown}, snapshot.href, "vms/snapshots")


def _attachments(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
    """A host's network attachments, whose NIC is addressed below the host."""
    found = _sub("host", "network_attachments", "hosts/networkattachments")(site, ids)
    return [
        Member({**m.data, "host_nic": {**nic, "href": f"{API}/hosts/{ids[0]}/nics/{nic['id']}"}}, m.href, m.shape)
        if (nic := m.data.get("host_nic"))
        else m
        for m in found
    ]


def _profiles(tag: str, shape: str, reference: str) -> Source:
    """Profiles on top level, each at the address below its holder."""
    leaf = COLLECTION_OF[tag]

    def read(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
        return [Member(e.data, f"{API}/{shape}/{e.ref(reference)}/{leaf}/{e.id}", leaf, e) for e in site.all(tag)]

    return read


def _disks(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
    """All disks; the list leaves out how a LUN is reached (06 recording 38 against the list)."""
    return [
        home(e) if "lun_storage" not in e.data else Member(_portless(e.data), home(e).href, "disks")
        for e in site.all("disk")
    ]


def _portless(data: Record) -> Record:
    unit = data["lun_storage"]["logical_units"]["logical_unit"]
    kept = {k: v for k, v in unit.items() if k not in ("address", "port", "target", "portal")}
    return {**data, "lun_storage": {**data["lun_storage"], "logical_units": {"logical_unit": kept}}}


def host_devices(site: Site, ids: tuple[str, ...]) -> list[Member]:
    """The block devices a host sees. A LUN with two disk records breaks the list for every host (findings, 6)."""
    host = site.get("host", ids[0])
    if host is None:
        raise refusals.text(400, "Host not found.")
    if host.data.get("status") != "up":
        raise refusals.text(400, f"cannot fetch storage devices, host {host.name} is not up.")
    for disk, units in site.doubled.items():
        raise refusals.text(400, _duplicate(disk, units))
    disks = {d.data["lun_storage"]["id"]: d.id for d in site.all("disk") if isinstance(d.data.get("lun_storage"), dict)}
    groups = {
        unit["id"]: unit.get("volume_group_id", "")
        for d in site.all("storage_domain")
        for unit in _units(d.data.get("storage", {}))
    }
    owners = {unit["id"]: d.id for d in site.all("storage_domain") for unit in _units(d.data.get("storage", {}))}
    found = []
    for lun, place in site.storage.luns.items():
        if ids[0] not in place.hosts or not place.reachable:
            continue
        unit: Record = {k: v for k, v in place.record.items() if k != "type"}
        unit.update({"active_paths": "1", "paths": "1", "status": "used" if lun in owners else "free"})
        if lun in disks:
            unit["disk_id"] = disks[lun]
        if lun in owners:
            unit["storage_domain_id"] = owners[lun]
            unit["volume_group_id"] = groups[lun]
        unit = {"id": lun, **{k: unit[k] for k in sorted(unit) if k != "id"}}
        device: dict[str, Any] = {
            "id": lun,
            "logical_units": {"logical_unit": unit},
            "type": place.record.get("type", "iscsi"),
            "host": {"id": ids[0]},
        }
        found.append(Member(device, f"{API}/hosts/{ids[0]}/storage/{lun}", "hosts/storage"))
    return found


def _units(storage: Record) -> list[Record]:
    group = storage.get("volume_group", storage)
    return inside(group, "logical_units", "logical_unit") if isinstance(group, dict) else []


def _duplicate(disk: str, units: list[Record]) -> str:
    words = [
        f"luns:{{id='{u['id']}', serial='{str(u.get('serial', '')).lower()}', lunmapping='{u.get('lun_mapping', '')}', "
        f"diskid='{disk}'}}"
        for u in units
    ]
    return f"duplicate key {units[0]['id']} (attempted merging values {' and '.join(words)})"


SOURCES: dict[str, Source] = {
    **{
        path: _all(tag)
        for tag, path in COLLECTION_OF.items()
        if tag not in ("storage_domain", "event", "bookmark", "group", "vm_pool")
    },
    "storagedomains": _domains,
    "disks": _disks,
    "diskprofiles": _profiles("disk_profile", "storagedomains", "storage_domain"),
    "cpuprofiles": _profiles("cpu_profile", "clusters", "cluster"),
    "events": _events,
    "datacenters/storagedomains": _domains_inside,
    "datacenters/clusters": _referring("cluster", "data_center"),
    "datacenters/networks": _bare("network", "data_center", "datacenters/networks"),
    "datacenters/quotas": _under("quota", "data_center", "datacenters/quotas"),
    "datacenters/permissions": _sub("data_center", "permissions", "datacenters/permissions"),
    "datacenters/storagedomains/disks": _domain_disks,
    "clusters/affinitygroups": _groups,
    "clusters/networks": _sub("cluster", "networks", "clusters/networks"),
    "clusters/cpuprofiles": _under("cpu_profile", "cluster", "clusters/cpuprofiles"),
    "clusters/permissions": _sub("cluster", "permissions", "clusters/permissions"),
    "clusters/affinitygroups/vms": _named_members("affinity_group", "vms", "vm"),
    "clusters/affinitygroups/hosts": _named_members("affinity_group", "hosts", "host"),
    "networks/vnicprofiles": _referring("vnic_profile", "network"),
    "storagedomains/storageconnections": _linked("storage_domain", "storage_connections", "storage_connection"),
    "storagedomains/diskprofiles": _under("disk_profile", "storage_domain", "storagedomains/diskprofiles"),
    "storagedomains/permissions": _sub("storage_domain", "permissions", "storagedomains/permissions"),
    "storagedomains/disks": _domain_disks,
    "storagedomains/disksnapshots": _sub(
        "storage_domain", "disk_snapshots", "storagedomains/disksnapshots", back=False
    ),
    "storagedomains/vms": _registered("vm"),
    "storagedomains/templates": _registered("template"),
    "hosts/storage": host_devices,
    "hosts/nics": _sub("host", "nics", "hosts/nics"),
    "hosts/networkattachments": _attachments,
    "vms/diskattachments": _sub("vm", "disk_attachments", "vms/diskattachments"),
    "vms/nics": _sub("vm", "nics", "vms/nics", after="name"),
    "vms/snapshots": _snapshots,
    "vms/tags": _sub("vm", "tags", "vms/tags"),
    "vms/permissions": _sub("vm", "permissions", "vms/permissions"),
    "vms/affinitylabels": _linked("vm", "affinity_labels", "affinity_label"),
    "vms/cdroms": _sub("vm", "cdroms", "vms/cdroms"),
    "templates/diskattachments": _sub("template", "disk_attachments", "templates/diskattachments"),
    "templates/nics": _sub("template", "nics", "templates/nics", after="name"),
    "templates/permissions": _sub("template", "permissions", "templates/permissions"),
    "templates/tags": _sub("template", "tags", "templates/tags"),
    "affinitylabels/vms": _named_members("affinity_label", "vms", "vm", ("id",)),
    "affinitylabels/hosts": _named_members("affinity_label", "hosts", "host", ("id",)),
    "domains/users": _sub("domain", "users", "domains/users", back=False),
    "jobs/steps": _under("step", "job", "jobs/steps"),
}
UNREGISTERED: dict[str, Source] = {
    "storagedomains/vms": unregistered("vm"),
    "storagedomains/templates": unregistered("template"),
    "storagedomains/disks": unregistered_disks,
    "datacenters/storagedomains/disks": unregistered_disks,
}
