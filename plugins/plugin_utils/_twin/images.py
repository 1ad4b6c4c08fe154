# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images: the record of an image disk, how much of it is written, and where it lies (contract 05, 5.1 and 5.3)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.storage import image_record

GIB = 1 << 30
EMPTY_FILE = 200704
"""Bytes that a new thin image takes on a file domain (05 recordings 33 and 353)."""

ORDER = (
    "id",
    "name",
    "description",
    "vms",
    "actual_size",
    "alias",
    "backup",
    "content_type",
    "format",
    "image_id",
    "lun_storage",
    "propagate_errors",
    "provisioned_size",
    "qcow_version",
    "sgio",
    "shareable",
    "sparse",
    "status",
    "storage_type",
    "total_size",
    "wipe_after_delete",
    "disk_profile",
    "quota",
    "snapshot",
    "storage_domains",
)
"""The order in which the engine writes the elements of a disk."""


def arranged(record: Record, order: tuple[str, ...] = ORDER) -> Record:
    """A record with its elements in the engine's order; what the order does not know stays behind them."""
    known = {key: record[key] for key in order if key in record}
    return {**known, **{key: value for key, value in record.items() if key not in known}}


def on_block(domain: Entity) -> bool:
    """Whether a domain is a volume group."""
    return "volume_group" in domain.data.get("storage", {})


def written(record: Record, domain: Entity) -> int:
    """Bytes that a new image takes on a domain: all of it when preallocated, a chunk on block, next to nothing on
    file."""
    if record.get("sparse") == "false":
        return int(record["provisioned_size"])
    return GIB if on_block(domain) else EMPTY_FILE


def grown(site: Site, disk: Entity, size: int) -> None:
    """The disk is there: as large as this, with its format known. A shareable disk shows no total."""
    shown = {"actual_size": str(size)}
    if "total_size" in disk.data:
        shown["total_size"] = str(size)
    if disk.data.get("format") == "cow":
        shown["qcow_version"] = "qcow2_v3"
    disk.data = arranged({**disk.data, **shown})
    disk.cache.clear()
    lay(site, disk)


def lay(site: Site, disk: Entity, backing: str | None = None) -> None:
    """Writes the image to the storage of its domains. ``backing``: the template disk a thin one stands on."""
    for domain in site.domains_of(disk):
        content = site.storage.contents.get(domain)
        if content is None:
            continue
        fresh = image_record(disk.data)
        count(site, domain, taken(fresh) - taken(content.disks.get(disk.id)))
        content.disks[disk.id] = fresh
        if backing is not None:
            content.backing[disk.id] = backing
        if chain(site, disk):
            content.layered.add(disk.id)
        else:
            content.layered.discard(disk.id)


def erase(site: Site, disk: Entity, domain: str) -> None:
    """Takes the image off the storage of one domain."""
    content = site.storage.contents.get(domain)
    if content is None:
        return
    count(site, domain, -taken(content.disks.pop(disk.id, None)))
    content.backing.pop(disk.id, None)
    content.layered.discard(disk.id)


def taken(image: Record | None) -> int:
    """Bytes that an image takes, with all that lies under it."""
    return int((image or {}).get("total_size") or (image or {}).get("actual_size") or 0)


def count(site: Site, domain: str, size: int) -> None:
    """So many bytes more are used on a domain."""
    held = site.get("storage_domain", domain)
    if held is None or not size or not str(held.data.get("available", "")).isdigit():
        return
    available = max(0, int(held.data["available"]) - size)
    held.set(available=str(available), used=str(max(0, int(held.data.get("used", "0")) + size)))


def backing(site: Site, disk: Entity) -> str | None:
    """The template disk that a thin disk stands on, as its image says."""
    contents = (site.storage.contents.get(domain) for domain in site.domains_of(disk))
    return next((c.backing[disk.id] for c in contents if c is not None and disk.id in c.backing), None)


def chain(site: Site, disk: Entity) -> list[Record]:
    """The images of a disk in the snapshots of its VM, oldest first."""
    found: list[Record] = []
    for owner in site.disk_users.get(disk.id, ()):
        vm = site.get("vm", owner)
        for snapshot in vm.subs.get("snapshots", []) if vm is not None else []:
            found += [image for image in snapshot.get("disks", []) if image["id"] == disk.id]
    return found


def place(disk: Record, *domains: str) -> Record:
    """The ``storage_domains`` element for these domains."""
    held = [{"id": domain} for domain in domains]
    return {**disk, "storage_domains": {"storage_domain": held if len(held) > 1 else held[0]}}


def profile_of(site: Site, domain: str) -> Record:
    """The reference to a domain's first disk profile."""
    found = next((p for p in site.all("disk_profile") if p.ref("storage_domain") == domain), None)
    return {"disk_profile": {"id": found.id}} if found else {}


def quota_of(site: Site, data_center: str) -> Record:
    """The reference to a data center's default quota."""
    found = next((q for q in site.all("quota") if q.ref("data_center") == data_center), None)
    return {"quota": {"id": found.id}} if found else {}
