# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads everything of an engine that an estate file holds: the records as the engine tells them, by kind.

What refers is read before what is referred to, so that an object made meanwhile is complete or not there.
"""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.data import (
    Record,
    inside,
    to_data,
    without,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Fault
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.follow import Part, Reader, less, title, words

Raw = dict[str, list[Record]]

EVERYONE = "eee00000-0000-0000-0000-123456789eee"
"""The group of all users, which every engine has by itself."""

_ATTACHMENTS = Part("diskattachments", "disk_attachments", "disk_attachment")
_NICS = Part("nics", "nics", "nic")
_TAGS = Part("tags", "tags", "tag")
_PERMISSIONS = Part("permissions", "permissions", "permission")
_SNAPSHOTS = Part("snapshots", "snapshots", "snapshot")
_DEVICES = Part("storage", "storages", "host_storage")

VM_PARTS = (
    _ATTACHMENTS,
    _NICS,
    _SNAPSHOTS,
    _TAGS,
    _PERMISSIONS,
    Part("affinitylabels", "affinity_labels", "affinity_label"),
    Part("cdroms", "cdroms", "cdrom"),
)
TEMPLATE_PARTS = (_ATTACHMENTS, _NICS, _TAGS, _PERMISSIONS)
DATA_CENTER_PARTS = (
    _PERMISSIONS,
    Part("quotas", "quotas", "quota"),
    Part("storagedomains", "storage_domains", "storage_domain"),
)
CLUSTER_PARTS = (
    _PERMISSIONS,
    Part("networks", "networks", "network"),
    Part("affinitygroups", "affinity_groups", "affinity_group"),
)
HOST_PARTS = (
    Part("nics", "nics", "host_nic"),
    Part("networkattachments", "network_attachments", "network_attachment"),
)
DOMAIN_PARTS = (
    _PERMISSIONS,
    Part("disksnapshots", "disk_snapshots", "disk_snapshot"),
    Part("storageconnections", "storage_connections", "storage_connection"),
)
LABEL_PARTS = (Part("vms", "vms", "vm"), Part("hosts", "hosts", "host"))
DIRECTORY_PARTS = (Part("users", "users", "user"),)

_GROUP_MEMBERS = (
    ("vms", "vm"),
    ("hosts", "host"),
    ("vm_labels", "affinity_label"),
    ("host_labels", "affinity_label"),
)


def read(reader: Reader) -> Raw:
    """All records by the keys of a site, and ``inner_domains``: the storage domains as their data centers show them."""
    first: dict[str, Callable[[], list[Record]]] = {
        "vms": lambda: _vms(reader),
        "templates": lambda: _templates(reader),
        "clusters": lambda: _clusters(reader),
        "affinity_labels": lambda: _labels(reader),
    }
    then: dict[str, Callable[[], list[Record]]] = {
        "data_centers": lambda: reader.with_parts("datacenters", DATA_CENTER_PARTS),
        "disks": lambda: _disks(reader),
        "storage_domains": lambda: _domains(reader),
        "hosts": lambda: _hosts(reader),
        "networks": lambda: reader.collection("networks"),
        "vnic_profiles": lambda: reader.collection("vnicprofiles"),
        "mac_pools": lambda: reader.collection("macpools"),
        "storage_connections": lambda: reader.collection("storageconnections"),
        "disk_profiles": lambda: reader.collection("diskprofiles"),
        "cpu_profiles": lambda: reader.collection("cpuprofiles"),
        "tags": lambda: reader.collection("tags"),
        "roles": lambda: reader.collection("roles"),
        "users": lambda: reader.collection("users"),
        "groups": lambda: [group for group in reader.collection("groups") if group["id"] != EVERYONE],
        "domains": lambda: _directories(reader),
    }
    raw: Raw = {}
    for group in (first, then):
        raw.update(zip(group, reader.each(lambda ask: ask(), group.values()), strict=True))
    return _sorted_out(raw)


def product(reader: Reader) -> Record:
    """The element ``product_info``: name, vendor and version of the engine."""
    found = to_data(reader.client.get("", subject="version of the engine"))
    told = found.get("product_info") if isinstance(found, dict) else None
    return told if isinstance(told, dict) else {}


def _sorted_out(raw: Raw) -> Raw:
    """What was read inside data centers and clusters, under keys of its own."""
    raw["quotas"] = [quota for center in raw["data_centers"] for quota in center["quotas"]]
    raw["inner_domains"] = [domain for center in raw["data_centers"] for domain in center["storage_domains"]]
    raw["data_centers"] = [without(center, "quotas", "storage_domains") for center in raw["data_centers"]]
    raw["affinity_groups"] = [_group(group) for cluster in raw["clusters"] for group in cluster["affinity_groups"]]
    raw["clusters"] = [without(cluster, "affinity_groups") for cluster in raw["clusters"]]
    for center in raw["data_centers"]:
        center["permissions"] = less(center["permissions"], "data_center")
    for cluster in raw["clusters"]:
        cluster["permissions"] = less(cluster["permissions"], "cluster")
        cluster["networks"] = less(cluster["networks"], "cluster")
    return raw


def _group(group: Record) -> Record:
    """An affinity group, whose members stand in it anyway, with their ids only."""
    found = without(group, "vms", "hosts", "vm_labels", "host_labels")
    for key, tag in _GROUP_MEMBERS:
        found[key] = _ids(inside(group, key, tag))
    return found


def _ids(records: list[Record]) -> list[Record]:
    return [{"id": record["id"]} for record in records]


def _vms(reader: Reader) -> list[Record]:
    vms = reader.with_parts("vms", VM_PARTS, paged=True)
    for vm in vms:
        for key in ("disk_attachments", "nics", "tags", "permissions", "cdroms"):
            vm[key] = less(vm[key], "vm")
        vm["affinity_labels"] = _ids(vm["affinity_labels"])
    bare = [vm for vm in vms if any(_lost_its_configuration(snapshot) for snapshot in vm["snapshots"])]
    gone: set[str] = set()
    for vm, snapshots in zip(bare, reader.each(lambda vm: reader.below("vms", vm, _SNAPSHOTS), bare), strict=True):
        # Every VM has a snapshot, the active one; the list of a VM that is gone is empty, not refused (findings 1).
        if snapshots is None or (not snapshots and not reader.exists("vms", vm)):
            gone.add(vm["id"])
            reader.tell_gone("vms", vm)
        else:
            vm["snapshots"] = snapshots or vm["snapshots"]
    for vm in vms:
        vm["snapshots"] = [_snapshot(snapshot) for snapshot in vm["snapshots"]]
    return [vm for vm in vms if vm["id"] not in gone]


def _lost_its_configuration(snapshot: Record) -> bool:
    """Whether ``follow`` put a bare reference where the snapshot's own list shows the VM as it was."""
    return snapshot.get("snapshot_type") != "active" and _bare(snapshot)


def _bare(snapshot: Record) -> bool:
    return isinstance(snapshot.get("vm"), dict) and set(snapshot["vm"]) == {"id"}


def _snapshot(snapshot: Record) -> Record:
    return without(snapshot, "vm") if _bare(snapshot) else snapshot


def _templates(reader: Reader) -> list[Record]:
    templates = reader.with_parts("templates", TEMPLATE_PARTS, paged=True)
    for template in templates:
        for key in ("disk_attachments", "nics", "tags", "permissions"):
            template[key] = less(template[key], "template")
    return templates


def _clusters(reader: Reader) -> list[Record]:
    return reader.with_parts("clusters", CLUSTER_PARTS)


def _labels(reader: Reader) -> list[Record]:
    labels = reader.with_parts("affinitylabels", LABEL_PARTS)
    return [{**label, "vms": _ids(label["vms"]), "hosts": _ids(label["hosts"])} for label in labels]


def _domains(reader: Reader) -> list[Record]:
    domains = reader.with_parts("storagedomains", DOMAIN_PARTS)
    for domain in domains:
        domain["permissions"] = less(domain["permissions"], "storage_domain")
        domain["storage_connections"] = _ids(domain["storage_connections"])
    return domains


def _disks(reader: Reader) -> list[Record]:
    """All disks. How a LUN is reached is told at the disk itself only."""
    disks = reader.collection("disks")
    luns = [disk for disk in disks if "lun_storage" in disk]
    whole = dict(zip((disk["id"] for disk in luns), reader.each(lambda disk: _disk(reader, disk), luns), strict=True))
    return [found for disk in disks if (found := whole.get(disk["id"], disk)) is not None]


def _disk(reader: Reader, disk: Record) -> Record | None:
    name = title("disks", disk)
    try:
        found = to_data(reader.client.get(f"/disks/{disk['id']}", subject=name))
    except Fault as error:
        if error.status == 404:
            reader.tell_gone("disks", disk)
            return None
        reader.tell(f"{name}: how its LUN is reached could not be read ({words(error)})")
        return disk
    return dict(found)


def _hosts(reader: Reader) -> list[Record]:
    hosts = reader.with_parts("hosts", HOST_PARTS)
    for host, devices in zip(hosts, reader.each(lambda host: _devices(reader, host), hosts), strict=True):
        host["storages"] = less(devices, "host")
        host["nics"] = less(host["nics"], "host")
        host["network_attachments"] = less(host["network_attachments"], "host")
    return hosts


def _devices(reader: Reader, host: Record) -> list[Record]:
    """The block devices of a host, which the engine asks it for; only one that is up can tell. Never to be followed."""
    if host.get("status") != "up":
        reader.tell(f"{title('hosts', host)} is {host.get('status')}: its block devices cannot be read")
        return []
    return reader.below("hosts", host, _DEVICES) or []


def _directories(reader: Reader) -> list[Record]:
    """The directories of users. One that does not answer is no reason to fail: recovery needs its name only."""
    try:
        return reader.with_parts("domains", DIRECTORY_PARTS)
    except Fault as error:
        reader.tell(f"the users of the directories could not be read ({words(error)})")
        return [{**directory, "users": []} for directory in reader.collection("domains")]
