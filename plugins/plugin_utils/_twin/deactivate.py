# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage domains into maintenance, with what blocks that: 200 at once, and the rest behind it (contract 03, 3.6;
recordings 02 175-188, 03 206-322, 03b 46-81, 147-187, 271-300)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.attach import action_domain, done
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.describe import write_stores
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.domains import (
    BUSY,
    IN_PROCESS,
    lease_domain,
    status_text,
    users_of_domain,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.master import hand_over, tasks_of
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.ovf_stores import make_now, uploads_to
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.paths import reachable, unmount
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer, Request
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site

LOCKED_SECONDS = 11.0
LEAVING_SECONDS = 14.0
"""How long a domain is locked for its OVF update, and how long hosts take to let go (findings, 7: 2 to 12, then 1.5
to 22)."""
NO_HOST_SECONDS = 2.0
"""How long it takes to find out that no host is there to update OVF stores (03b 271-300)."""
BELIEVED_SECONDS = 3.0
"""How long after a failed OVF update hosts report that a domain is as it was."""

_NPE = (
    "java.lang.NullPointerException: Cannot invoke "
    '"org.ovirt.engine.core.common.businessentities.StorageDomain.getStatus()" because '
    "the return value of "
    '"org.ovirt.engine.core.bll.storage.domain.DeactivateStorageDomainWithOvfUpdateCommand.getStorageDomain()" '
    "is null"
)
_RUNNING = (
    'Cannot deactivate Storage. VMs in a state other than "Down" or "Suspended" were detected.\n-Please ensure '
    "all VMs associated "
    "with this Storage Domain are stopped and in the Down or Suspended state first."
)
_TASKS = (
    "Cannot deactivate Master Data Domain while there are running tasks on its Data Center.\n"
    "-Tasks running: RetrieveImageData\n-Please wait until tasks will finish and try again."
)
_UPLOAD = (
    "Cannot deactivate Storage while there are running tasks on this Storage.\n"
    "-Tasks running: UploadStream\n-Please wait until tasks will finish and try again."
)
_ENGINE_VMS = ("hosted_engine", "managed_hosted_engine")
"""Where a VM comes from that is the engine itself."""


def deactivate(site: Site, request: Request) -> Answer:
    """POST .../deactivate: 200 at once; OVF update and letting go run behind it."""
    sent = request.action("attached_storage_domain/methods/deactivate")
    known = site.get("storage_domain", request.ids[1])
    if known is None:
        raise refusals.text(500, _NPE, in_action=True)
    if site.held(known.id) or known.data["status"] in IN_PROCESS:
        raise refusals.command(409, f"Cannot deactivate Storage. {BUSY}")
    entity, center = action_domain(site, request), site.get("data_center", request.ids[0])
    if entity is None or center is None:
        raise refusals.validation_crash()
    if entity.data["status"] not in ("active", "inactive"):
        raise refusals.command(409, f"Cannot deactivate Storage. {status_text(entity)}")
    if any(vm.data.get("origin") in _ENGINE_VMS for vm in users_of_domain(site, entity)):  # not recorded
        raise refusals.command(409, "Cannot deactivate Storage. The Storage Domain contains the self hosted engine.")
    if entity.data.get("master") == "true":
        _master_may_leave(site, entity, center)
    _no_transfers(site, entity)
    _nobody_runs(site, entity)
    _no_tasks(site, entity, center)
    job = site.job(
        f"Deactivating Storage Domain {entity.name} in Data Center {center.name}", request.correlation, "started"
    )
    former, force = str(entity.data["status"]), str(sent.get("force", "")).lower() == "true"
    if entity.data["type"] != "data":
        _left(site, entity, center, job)
        return done(request, sent, job, entity)
    entity.set(status="locked")
    seconds = LOCKED_SECONDS if site.host_up(center.id) is not None else NO_HOST_SECONDS
    site.later(seconds, lambda: _let_go(site, entity, center, job, former, force))
    return done(request, sent, job, entity)


def _nobody_runs(site: Site, entity: Entity) -> None:
    """Whether no guest uses a domain: by a lease, an ISO image or a disk. Raises Refusal."""
    awake = [vm for vm in site.all("vm") if vm.data["status"] != "down"]
    leases = [vm.name for vm in awake if lease_domain(vm) == entity.id]
    if leases:
        raise refusals.command(
            409,
            "Cannot deactivate domain, the domain contains leases for the following running VMs: " + ", ".join(leases),
        )
    with_iso = [
        vm.name
        for vm in awake
        if vm.data["status"] != "image_locked" and any(_lies_here(site, entity, cd) for cd in vm.subs.get("cdroms", []))
    ]
    if with_iso:  # words of a running engine
        words = "Cannot deactivate Storage. The Storage Domain has ISO image(s) attached to the following VM(s): "
        raise refusals.command(409, f"{words}{', '.join(with_iso)}.")
    if any(vm.data["status"] != "suspended" and _plugged(site, entity, vm) for vm in awake):
        raise refusals.command(409, _RUNNING)


def _plugged(site: Site, entity: Entity, vm: Entity) -> bool:
    """Whether a VM has an active disk on a domain; inactive ones do not count, as the queries of an engine say."""
    active = [held["id"] for held in vm.subs.get("disk_attachments", []) if held.get("active") == "true"]
    disks = (site.get("disk", identity) for identity in active)
    return any(disk is not None and entity.id in site.domains_of(disk) for disk in disks)


def _lies_here(site: Site, entity: Entity, cdrom: Record) -> bool:
    """Whether what is in a CD drive lies on a domain: an image disk, or a file of the ISO domain."""
    held = cdrom.get("file")
    identity = str(held.get("id", "")) if isinstance(held, dict) else ""
    disk = site.get("disk", identity)
    return entity.id in site.domains_of(disk) if disk is not None else bool(identity) and entity.data["type"] == "iso"


def _no_transfers(site: Site, entity: Entity) -> None:
    """Whether no image of a domain is being uploaded or downloaded. Raises Refusal (words of a running engine)."""
    for transfer in site.all("image_transfer"):
        disk = site.get("disk", transfer.ref("disk"))
        active = str(transfer.data.get("phase", "")).startswith(("transferring", "resuming", "finalizing"))
        if disk is not None and active and entity.id in site.domains_of(disk):
            raise refusals.command(
                409,
                "Cannot deactivate Storage. Please pause or cancel all active disk uploads and downloads first.",
            )


def _no_tasks(site: Site, entity: Entity, center: Entity) -> None:
    """Whether hosts do nothing on a domain, and for a master nothing in its data center. Raises Refusal."""
    if site.held(uploads_to(entity)):
        raise refusals.command(409, _UPLOAD)
    if site.held(tasks_of(center)) and entity.data.get("master") == "true":
        raise refusals.command(409, _TASKS)


def _master_may_leave(site: Site, entity: Entity, center: Entity) -> None:
    """Whether nothing else in the data center keeps its master in use. Raises Refusal."""
    others = [d for d in site.domains_in(center.id) if d is not entity]
    active = [d for d in others if d.data["status"] == "active"]
    if active and all(d.data["type"] != "data" for d in active):  # not recorded
        raise refusals.command(
            409,
            "Cannot deactivate Master Data Domain while there are ISO/Export domains active in the Data Center.\n"
            "-Please deactivate them first.",
        )
    if any(d.data["status"] in IN_PROCESS for d in others):
        raise refusals.command(
            409,
            "You are trying to deactivate a Master storage domain while there are locked domains in the Data Center. "
            "Please wait for the operations on those domains to finish first.",
        )


def _let_go(site: Site, entity: Entity, center: Entity, job: Entity, former: str, force: bool) -> None:
    """The OVF update and what comes after it. When it fails the domain is soon shown again as it was, unless forced."""
    there = reachable(site, entity) and site.host_up(center.id) is not None
    if not there:
        words = (
            f"Failed to update VMs/Templates OVF data for Storage Domain {entity.name} in Data Center {center.name}."
        )
        site.event(190, words, (center, entity), severity="warning")
    if not there and not force:
        entity.set(status="unknown")
        site.end_job(job, "failed")
        site.later(BELIEVED_SECONDS, lambda: _as_before(site, entity, former))
        return
    if there:
        make_now(site, entity)
        write_stores(site, center.id, entity.id)
    _left(site, entity, center, job)


def _left(site: Site, entity: Entity, center: Entity, job: Entity) -> None:
    """The engine is done with a domain; hosts let go of it by and by. The last master takes the data center along, and
    then nobody is left who would see the others off (03b 157-187)."""
    site.end_job(job)
    if entity.data.get("master") == "true" and not hand_over(site, entity):
        entity.set(status="maintenance")
        center.set(status="maintenance")
        return
    entity.set(status="preparing_for_maintenance")
    site.event(
        968,
        f"Storage Domain {entity.name} (Data Center {center.name}) was deactivated and has moved to 'Preparing "
        "for maintenance' "
        "until it will no longer be accessed by any Host of the Data Center.",
        (center, entity),
    )
    site.later(LEAVING_SECONDS, lambda: _rest(site, entity, center))


def _as_before(site: Site, entity: Entity, status: str) -> None:
    """The hosts' next report after a failed deactivate: the engine believes the domain to be as it was. Without a host
    nobody reports, so that takes until there is one."""
    if site.host_up(site.data_center_of(entity)) is None:
        site.later(BELIEVED_SECONDS, lambda: _as_before(site, entity, status))
        return
    if entity.data["status"] == "unknown":
        entity.set(status=status)
    site.look(site)


def _rest(site: Site, entity: Entity, center: Entity) -> None:
    if entity.data["status"] != "preparing_for_maintenance" or center.data["status"] == "maintenance":
        return
    entity.set(status="maintenance")
    unmount(site, entity, [h for h in site.all("host") if site.data_center_of(h) == center.id])
    site.event(
        1029,
        f"Storage Domain {entity.name} (Data Center {center.name}) successfully moved to Maintenance as it's no "
        "longer accessed "
        "by any Host of the Data Center.",
        (center, entity),
        by_user=False,
    )
