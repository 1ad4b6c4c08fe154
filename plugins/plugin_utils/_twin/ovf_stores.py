# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When OVF stores come to be and are written: asked for, with a deactivate, and by the engine's own clock (findings,
3; recordings 07 62-84, 07a 66-96)."""

from __future__ import annotations

from functools import partial

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.describe import write_stores
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.paths import reachable
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.register import disk_profile
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import ADMIN, Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.storage import image_record

WRITE_SECONDS = 5.0
"""From the end of the job until the stores hold what the engine knows (07 recordings 77-84)."""
FILE_SECONDS = (2.0, 4.5, 6.5)
BLOCK_SECONDS = (1.0, 2.0, 3.0)
"""A domain without stores: until their disks appear, until the first, and until the second is ok and both are written.
Block volumes are ready sooner: in 07a the block domain was written when the file domain was not."""
INTERVAL_SECONDS = 3600.0
"""How often an engine writes the stores of its own accord."""
UPLOAD_SECONDS = 2.0
"""How long the first writing of new stores goes on as a task of the host (09 #81)."""
COPIES = 2
SIZE = "134217728"
ENTRY_BYTES, END_BYTES = 10752, 1024
"""About what a VM takes in the archive that a store is, and its end: a written store is that long (07 recording 84)."""


def update(site: Site, domain: Entity) -> float:
    """Writes the stores of an active data domain, some seconds from now, as a user asked; returns how many."""
    seconds = _start(site, domain)
    site.later(seconds, partial(_tell, site, domain))
    return seconds


def _start(site: Site, domain: Entity) -> float:
    center = site.data_center_of(domain)
    if _stores(site, domain):
        site.later(WRITE_SECONDS, partial(_write, site, center, domain))
        return WRITE_SECONDS
    appear, first, second = BLOCK_SECONDS if "volume_group" in domain.data["storage"] else FILE_SECONDS
    made: list[Entity] = []
    site.later(appear, partial(_make, site, domain, made))
    site.later(first, lambda: _ready(site, domain, made[:1]))
    site.later(second, lambda: _ready(site, domain, made))
    site.later(second, partial(_first, site, center, domain))
    site.hold(uploads_to(domain), second + UPLOAD_SECONDS)
    return second


def uploads_to(domain: Entity) -> str:
    """The name under which it is known that a host writes the first stores of a domain."""
    return f"uploads to {domain.id}"


def make_now(site: Site, domain: Entity) -> None:
    """Gives a domain that has no stores its stores, while it is locked for a deactivate (03 314, 398-401)."""
    made: list[Entity] = []
    _make(site, domain, made)
    _ready(site, domain, made)


def by_the_clock(site: Site) -> None:
    """What an engine does every hour: all active data domains get their stores written, or made."""
    for domain in list(site.all("storage_domain")):
        center = site.data_center_of(domain)
        if domain.data["status"] != "active" or domain.data["type"] != "data" or not center:
            continue
        if _stores(site, domain):
            _write(site, center, domain)
        else:
            _start(site, domain)


def every_hour(site: Site) -> None:
    """Starts the engine's own clock."""

    def strike() -> None:
        by_the_clock(site)
        site.later(INTERVAL_SECONDS, strike)

    site.later(INTERVAL_SECONDS, strike)


def _tell(site: Site, domain: Entity) -> None:
    """The events at the end of an update that a user asked for, the last one also upon a failure: as at a running
    engine."""
    center = site.get("data_center", site.data_center_of(domain))
    if site.get("storage_domain", domain.id) is not domain or center is None:
        return
    if not reachable(site, domain):
        ids = ", ".join(store.id for store in _stores(site, domain))
        place = f"Data Center {center.name}, Storage Domain {domain.name}"
        words = f"Failed to update OVF disks {ids}, OVF data isn't updated on those OVF stores ({place})."
        site.event(1016, words, (center, domain), severity="warning")
        words = (
            f"Failed to update VMs/Templates OVF data for Storage Domain {domain.name} in Data Center {center.name}."
        )
        site.event(190, words, (center, domain), severity="warning")
    site.event(199, f"OVF_STORE for domain {domain.name} was updated by {ADMIN}.", (center, domain))


def _stores(site: Site, domain: Entity) -> list[Entity]:
    return [
        disk
        for disk in site.all("disk")
        if disk.data.get("content_type") == "ovf_store" and domain.id in site.domains_of(disk)
    ]


def _make(site: Site, domain: Entity, made: list[Entity]) -> None:
    if _stores(site, domain) or not _ours(site, domain):
        return
    quota = next((q for q in site.all("quota") if q.ref("data_center") == site.data_center_of(domain)), None)
    for _number in range(COPIES):
        data: Record = {
            "id": site.new_id(),
            "name": "OVF_STORE",
            "description": "OVF_STORE",
            "actual_size": "0",
            "alias": "OVF_STORE",
            "backup": "none",
            "content_type": "ovf_store",
            "format": "raw",
            "image_id": site.new_id(),
            "propagate_errors": "false",
            "provisioned_size": SIZE,
            "shareable": "true",
            "sparse": "false" if "volume_group" in domain.data["storage"] else "true",
            "status": "locked",
            "storage_type": "image",
            "wipe_after_delete": "false",
            **disk_profile(site, domain.id),
            **({"quota": {"id": quota.id}} if quota is not None else {}),
            "storage_domains": {"storage_domain": {"id": domain.id}},
        }
        made.append(site.add(Entity("disk", data)))
        image = {**image_record(data), "shareable": "false", "status": "ok"}
        site.storage.contents[domain.id].disks[data["id"]] = image


def _ready(site: Site, domain: Entity, disks: list[Entity]) -> None:
    for disk in disks:
        if disk.data["status"] == "locked" and _ours(site, domain):
            disk.set(status="ok", actual_size=SIZE if "volume_group" in domain.data["storage"] else "200704")


def _first(site: Site, center: str, domain: Entity) -> None:
    """The engine tells the size of what it wrote only from the second time on (07 recordings 75 and 84)."""
    if _ours(site, domain):
        write_stores(site, center, domain.id)


def _write(site: Site, center: str, domain: Entity) -> None:
    if not _ours(site, domain):
        return
    write_stores(site, center, domain.id)
    length = str(len(site.storage.contents[domain.id].ovf) * ENTRY_BYTES + END_BYTES)
    for disk in _stores(site, domain):
        disk.set(provisioned_size=length, actual_size=length)


def _ours(site: Site, domain: Entity) -> bool:
    """Whether the domain is still here, and where its hosts look for it."""
    return site.get("storage_domain", domain.id) is domain and reachable(site, domain)
