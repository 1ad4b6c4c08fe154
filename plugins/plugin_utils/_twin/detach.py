# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage domains out of a data center, with what blocks that and what goes along (contract 03, 3.7; recordings 03b
82-106, 193)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.attach import action_domain
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.describe import keep_descriptions
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.domains import (
    BUSY,
    IN_PROCESS,
    status_text,
    users_of_domain,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.forget import forget
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.local import is_local
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.master import master_of
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.paths import lies_on, reachable
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer, Request, action_answer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import OUT_OF_SIGHT
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.work import Pause, Steps, Work

DETACH_SECONDS = 0.1
"""How long a domain is as it was, and then detaching, before it is out (03 357-360)."""


def only_here(site: Site, domain: Entity, tag: str) -> list[Entity]:
    """VMs or templates whose image disks are all on this domain (at least one)."""
    found = []
    for owner in site.all(tag):
        places = [site.domains_of(disk) for disk in site.disks_of(owner) if "lun_storage" not in disk.data]
        if places and all(domain.id in held and (tag == "vm" or len(held) == 1) for held in places):
            found.append(owner)
    return found


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
    if entity.data["status"] in IN_PROCESS:
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
    if site.held(entity.id) or entity.data["status"] in IN_PROCESS:  # not recorded
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
    """What must not leave with a domain: every rule that is broken is told, each with the names of the first one, the
    youngest VM first (03b 82-106). Raises Refusal."""
    owners = [*reversed(only_here(site, entity, "vm")), *only_here(site, entity, "template")]
    protected = [o.name for o in owners if o.data.get("delete_protected") == "true"]
    pooled = [o.name for o in owners if "vm_pool" in o.data]
    previewing = [
        vm.name
        for vm in users_of_domain(site, entity)
        if any(s.get("snapshot_status") == "in_preview" for s in vm.subs.get("snapshots", []))
    ]
    rules = (
        ("The following VMs/Templates are delete protected", protected),
        ("The following VMs/Templates are attached to pool", pooled),
        ("The following VMs are previewing a snapshot", previewing),
    )
    first = next((names for _unused, names in rules if names), [])
    if first:
        listed = ",".join(first)
        raise refusals.command(409, *(f"Cannot detach Storage. {words}: {listed}." for words, names in rules if names))


def leave(site: Site, entity: Entity) -> None:
    """The effects of a detach: what lies only here goes, the rest loses its disks here; the OVF store keeps all of
    it."""
    vms, templates = only_here(site, entity, "vm"), only_here(site, entity, "template")
    stood_on = {template.id for template in templates}
    # A thin VM goes with its template, also with further disks elsewhere, which stay alone: seen at a running engine.
    thin = [vm for vm in site.all("vm") if vm.ref("template") in stood_on and vm not in vms]
    for owner in (*vms, *thin, *templates):
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
