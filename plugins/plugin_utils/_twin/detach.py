# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage domains out of a data center: deactivate and detach, with everything that blocks them (contract 03, 3.6 and
3.7)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.attach import action_domain, done, tasks_of
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.describe import keep_descriptions, write_stores
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.domains import BUSY, lease_domain, status_text
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.forget import forget
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.local import is_local
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.master import hand_over, master_of
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.ovf_stores import make_now, uploads_to
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.paths import lies_on, reachable, unmount
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer, Request, action_answer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import OUT_OF_SIGHT
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.work import Pause, Steps, Work

DETACH_SECONDS = 0.1
"""How long a domain is as it was, and then detaching, before it is out (03 357-360)."""
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
_IN_PROCESS = ("locked", "preparing_for_maintenance", "detaching", "activating")


def _using(site: Site, domain: Entity) -> list[Entity]:
    """VMs with a disk on the domain."""
    return [vm for vm in site.all("vm") if any(domain.id in site.domains_of(disk) for disk in site.disks_of(vm))]


def only_here(site: Site, domain: Entity, tag: str) -> list[Entity]:
    """VMs or templates whose image disks are all on this domain (at least one)."""
    found = []
    for owner in site.all(tag):
        places = [site.domains_of(disk) for disk in site.disks_of(owner) if "lun_storage" not in disk.data]
        if places and all(domain.id in held and (tag == "vm" or len(held) == 1) for held in places):
            found.append(owner)
    return found


def deactivate(site: Site, request: Request) -> Answer:
    """POST .../deactivate: 200 at once; OVF update and letting go run behind it."""
    sent = request.action("attached_storage_domain/methods/deactivate")
    known = site.get("storage_domain", request.ids[1])
    if known is None:
        raise refusals.text(500, _NPE, in_action=True)
    if site.held(known.id) or known.data["status"] in _IN_PROCESS:
        raise refusals.command(409, f"Cannot deactivate Storage. {BUSY}")
    entity, center = action_domain(site, request), site.get("data_center", request.ids[0])
    if entity is None or center is None:
        raise refusals.validation_crash()
    if entity.data["status"] not in ("active", "inactive"):
        raise refusals.command(409, f"Cannot deactivate Storage. {status_text(entity)}")
    if entity.data.get("master") == "true":
        _master_may_leave(site, entity, center)
    running = [vm for vm in site.all("vm") if vm.data["status"] not in ("down", "suspended", "image_locked")]
    leases = [vm.name for vm in running if lease_domain(vm) == entity.id]
    if leases:
        raise refusals.command(
            409,
            "Cannot deactivate domain, the domain contains leases for the following running VMs: " + ", ".join(leases),
        )
    using = {vm.id for vm in _using(site, entity)}
    if any(vm.id in using for vm in running):
        raise refusals.command(409, _RUNNING)
    if site.held(uploads_to(entity)):
        raise refusals.command(409, _UPLOAD)
    if site.held(tasks_of(center)) and entity.data.get("master") == "true":
        raise refusals.command(409, _TASKS)
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
    if any(d.data["status"] in _IN_PROCESS for d in others):
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
    )


def detach(site: Site, request: Request) -> Steps:
    """DELETE /datacenters/{dc}/storagedomains/{sd}."""
    entity, center = action_domain(site, request), site.get("data_center", request.ids[0])
    if entity is None or center is None:
        raise refusals.empty(404)
    if is_local(entity):
        return _remove_local(site, request, entity)
    if site.held(entity.id):
        raise refusals.command(409, f"Cannot detach Storage. {BUSY}")
    _blockers(site, entity)
    if entity.data["status"] in _IN_PROCESS:
        raise refusals.command(409, f"Cannot detach Storage. {BUSY}")
    if entity.data["status"] != "maintenance":
        raise refusals.command(409, f"Cannot detach Storage. {status_text(entity)}")
    master = master_of(site, center.id)
    if master is not entity and master is not None and master.data["status"] != "active":
        raise refusals.command(
            409,
            "Failed to detach Storage due to an error on the Data Center master Storage Domain.\n"
            "-Please activate the master Storage Domain first.",
        )
    if master is entity and len(site.domains_in(center.id)) > 1:
        raise refusals.command(
            409,
            "Cannot detach the master Storage Domain from the Data Center while there are other storage domains "
            "attached to it.\n-Please try to activate another Storage Domain in the Data Center.",
        )
    site.hold(entity.id, DETACH_SECONDS)
    yield Pause(DETACH_SECONDS)
    entity.set(status="detaching")
    yield Pause(DETACH_SECONDS)
    yield Work("import")
    job = site.job(f"Detaching Storage Domain {entity.name} from Data Center {center.name}", request.correlation)
    leave(site, entity)
    if not site.domains_in(center.id):
        center.set(status="uninitialized")
    site.event(
        964,
        f"Storage Domain {entity.name} was detached from Data Center {center.name} by admin@internal-authz",
        (center, entity),
        request.correlation,
    )
    return action_answer({}, {"job": {"id": job.id}, "status": "complete"})


def _remove_local(site: Site, request: Request, entity: Entity) -> Answer:
    """A domain on a host's own file system is wiped and forgotten when it leaves. Raises Refusal."""
    if site.held(entity.id) or entity.data["status"] in _IN_PROCESS:  # not recorded
        raise refusals.command(409, f"Cannot remove Storage. {BUSY}")
    if entity.data["status"] != "maintenance":
        raise refusals.command(409, f"Cannot remove Storage. {status_text(entity)}")
    for place in lies_on(site, entity):
        place.content = None
    center = site.get("data_center", request.ids[0])
    leave(site, entity)
    forget(site, entity)
    if center is not None and not site.domains_in(center.id):
        center.set(status="uninitialized")
    job = site.job(f"Removing Storage Domain {entity.name}", request.correlation)
    return action_answer({}, {"job": {"id": job.id}, "status": "complete"})


def _blockers(site: Site, entity: Entity) -> None:
    owners = [*only_here(site, entity, "vm"), *only_here(site, entity, "template")]
    protected = [o.name for o in owners if o.data.get("delete_protected") == "true"]
    pooled = [o.name for o in owners if "vm_pool" in o.data]
    previewing = [
        vm.name
        for vm in _using(site, entity)
        if any(s.get("snapshot_status") == "in_preview" for s in vm.subs.get("snapshots", []))
    ]
    rules = (
        ("The following VMs/Templates are delete protected", protected),
        ("The following VMs/Templates are attached to pool", pooled),
        ("The following VMs are previewing a snapshot", previewing),
    )
    first = next((names for _unused, names in rules if names), [])
    if first:
        listed = ",".join(sorted(first))
        raise refusals.command(409, *(f"Cannot detach Storage. {words}: {listed}." for words, names in rules if names))


def leave(site: Site, entity: Entity) -> None:
    """The effects of a detach: what lies only here goes, the rest loses its disks here; the OVF store keeps all of
    it."""
    for tag in ("vm", "template"):
        for owner in only_here(site, entity, tag):
            site.remove(owner)
    on_it = (disk for disk in site.all("disk") if entity.id in site.domains_of(disk))
    losing = {owner for disk in on_it for owner in site.disk_users.get(disk.id, ())}
    found = (site.get("vm", owner) or site.get("template", owner) for owner in losing)
    keep = keep_descriptions(site, [owner for owner in found if owner is not None])
    gone = set()
    for disk in [d for d in site.all("disk") if entity.id in site.domains_of(d)]:
        rest = [{"id": d} for d in site.domains_of(disk) if d != entity.id]
        if rest:
            disk.set(storage_domains={"storage_domain": rest if len(rest) > 1 else rest[0]})
        else:
            gone.add(disk.id)
            site.remove(disk)
            site.disk_users.pop(disk.id, None)
    for tag in ("vm", "template"):
        for owner in site.all(tag):
            held = owner.subs.get("disk_attachments", [])
            kept = [attachment for attachment in held if attachment["id"] not in gone]
            if len(kept) != len(held):
                owner.subs["disk_attachments"] = kept
    keep()
    content = site.storage.contents.get(entity.id)
    if content is not None and reachable(site, entity) and content.pool == site.data_center_of(entity):
        content.pool = None
    site.unregistered.pop(entity.id, None)
    entity.subs.pop(OUT_OF_SIGHT, None)
    entity.set(status="unattached", data_centers=None, master="false")
