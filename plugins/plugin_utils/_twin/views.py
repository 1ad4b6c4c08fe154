# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Members of collections, and the form in which each place shows a record."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import members as inside
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.ovf import plain_display
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


DYNAMIC = ("status", "host", "run_once", "start_time", "stop_reason", "has_illegal_images")
"""Fields of a VM that its snapshots show as they are now, not as they were (05 #326, #464)."""
_GIB = 1 << 30

Source = Callable[[Site, tuple[str, ...]], Iterable[Member]]


def nothing(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
    """A collection that the twin knows only as a link: always empty."""
    return ()


def home(entity: Entity) -> Member:
    """An entity at its own address."""
    collection = COLLECTION_OF[entity.tag]
    return Member(entity.data, f"{API}/{collection}/{entity.id}", collection, entity)


def domain_shape(entity: Entity, collection: str) -> str:
    """The shape a storage domain has in a collection: ISO domains differ."""
    return f"{collection}#iso" if entity.data.get("type") == "iso" else collection


def domain_on_top(entity: Entity) -> Record:
    """A storage domain at /storagedomains: the status is only ever unattached, or absent (contract 03, 3.1)."""
    attached = bool(inside(entity.data, "data_centers", "data_center"))
    return {
        k: "unattached" if k == "status" else v
        for k, v in entity.data.items()
        if (k != "status" or not attached) and k not in _unmeasured(entity)
    }


OUT_OF_SIGHT = "out_of_sight"
"""Mark of a domain of which no host can tell the space any more."""


def _unmeasured(entity: Entity) -> tuple[str, ...]:
    """What nobody can measure while a domain is out of sight (07 recording 135)."""
    return ("available", "used") if entity.subs.get(OUT_OF_SIGHT) else ()


def domain_inside(entity: Entity, data_center: str) -> Record:
    """A storage domain in its data center, with its status."""
    left_out = ("data_centers", *_unmeasured(entity))
    data = {key: value for key, value in entity.data.items() if key not in left_out}
    return {**data, "data_center": {"id": data_center}, "data_centers": entity.data.get("data_centers", "")}


def disk_in(data: Record, domain: str) -> Record:
    """A disk in the list of one domain, which tells of no other (04b recording 7)."""
    rest = {key: value for key, value in data.items() if key != "storage_domains"}
    return {**rest, "storage_domain": {"id": domain}, "storage_domains": {"storage_domain": {"id": domain}}}


def in_domain(data: Record, domain: str) -> Record:
    """A registered VM or template in a domain's list: without what only its own address tells of the display."""
    return {**data, "display": plain_display(data.get("display")), "storage_domain": {"id": domain}}


def portless(data: Record) -> Record:
    unit = data["lun_storage"]["logical_units"]["logical_unit"]
    kept = {k: v for k, v in unit.items() if k not in ("address", "port", "target", "portal")}
    return {**data, "lun_storage": {**data["lun_storage"], "logical_units": {"logical_unit": kept}}}


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


def snapshot_view(vm: Entity, snapshot: Record) -> Record:
    """A snapshot of a VM: without its images, and with what its VM is at present (05 #326, #464)."""
    shown = {key: value for key, value in snapshot.items() if key != "disks"}
    if isinstance(shown.get("vm"), dict):
        kept = {key: value for key, value in shown["vm"].items() if key not in DYNAMIC}
        now = {key: vm.data[key] for key in DYNAMIC if key in vm.data}
        shown["vm"] = {**kept, **now}
    return shown


def ovf_disk(disk: Record) -> Record:
    """A disk as an OVF has it: its size by the whole GiB, neither profile nor quota (05 #247, #312)."""
    shown = {key: value for key, value in disk.items() if key not in ("qcow_version", "disk_profile", "quota")}
    size = -(-int(disk.get("actual_size", "0")) // _GIB) * _GIB
    return {**shown, "actual_size": str(size), "status": "ok", "total_size": "0"}


def with_configuration(site: Site, snapshot: Member, vm: str) -> Member:
    """A snapshot at its own address: the active one shows the VM's configuration too."""
    held = site.get("vm", vm)
    if held is None or "vm" in snapshot.data:
        return snapshot
    shown = {**held.data, "display": plain_display(held.data.get("display"))}
    return Member({**snapshot.data, "vm": shown}, snapshot.href, "vms/snapshots")
