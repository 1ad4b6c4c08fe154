# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Moving and copying disks that no running VM uses (contract 05, 5.5; recordings 05 130-170, 221-258, 361-396)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import live_move, refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.disk_add import entity
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.disk_edit import drop, users_of
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.disk_places import (
    Way,
    check_free,
    check_way,
    shell,
    way,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.images import (
    arranged,
    backing,
    erase,
    lay,
    place,
    profile_of,
    quota_of,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.job_steps import FINALIZING, Piece, write
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer, Request, action_answer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.undone import cannot_copy

MOVE_SECONDS = 16.9
FAILED_SECONDS = 16.7
COPY_SECONDS = 9.5
TEMPLATE_COPY_SECONDS = 10.7
"""How long the disk is locked (findings, 7)."""
STEPS = (Piece("Creating Volume", task=True, below=(FINALIZING,)), Piece("Copying Volume"))


def move(site: Site, request: Request) -> Answer:
    """POST /disks/{disk}/move: 200 at once, whatever comes of it (findings, 5)."""
    disk, target, sent = way(site, request, "move")
    check_free(site, disk, "move")
    if any(site.get("template", owner) is not None for owner in site.disk_users.get(disk.id, ())):
        raise refusals.command(
            400, f"Cannot move Virtual Disk. The following disk(s) are not attached to any VM: {disk.name}."
        )
    if target is not None and target.id in site.domains_of(disk):
        raise refusals.command(400, "Cannot move Virtual Disk. The source and target storage domains are the same.")
    asked = check_way(site, disk, target, sent, "move")
    vm = next((vm for vm in users_of(site, disk) if live_move.plugged(vm, disk) and vm.data["status"] != "down"), None)
    if vm is not None:
        live_move.begin(site, request, asked, vm)
    else:
        begin(site, request, asked)
    return action_answer(sent, {"disk": shell(disk), "status": "complete"})


def begin(site: Site, request: Request, asked: Way) -> None:
    """The disk is locked on its old domain, then there on the new one (findings, 7)."""
    disk, target = asked.disk, asked.target
    job = site.job(f"Moving Disk {disk.name} from {asked.source.name} to {target.name}", request.correlation, "started")
    told(site, asked, 2008, f"User admin@internal-authz moving disk {disk.name} to domain {target.name}.", request)
    disk.set(status="locked")

    def finish() -> None:
        relocate(site, asked)
        disk.set(status="ok")
        write(site, job, "finished", *STEPS)
        site.end_job(job)
        words = f"User admin@internal-authz finished moving disk {disk.name} to domain {target.name}."
        told(site, asked, 2010, words, request)

    def fail() -> None:
        disk.set(status="ok")
        write(site, job, "failed", *STEPS)
        site.end_job(job, "failed")
        words = f"User admin@internal-authz has failed to move disk {disk.name} to domain {target.name}."
        told(site, asked, 2011, words, request, "error")

    broken = cannot_copy(site)
    site.later(FAILED_SECONDS if broken else MOVE_SECONDS, fail if broken else finish)


def told(site: Site, asked: Way, code: int, words: str, request: Request, severity: str = "normal") -> None:
    """An event about a move."""
    center = site.get("data_center", site.data_center_of(asked.target))
    site.event(code, words, (center, asked.target), request.correlation, severity)


def relocate(site: Site, asked: Way) -> None:
    """The image lies on the new domain and no longer on the old one."""
    disk, parent = asked.disk, backing(site, asked.disk)
    for domain in site.domains_of(disk):
        erase(site, disk, domain)
    profile = {"disk_profile": {"id": asked.profile}} if asked.profile else profile_of(site, asked.target.id)
    share = {} if "quota" in disk.data else quota_of(site, site.data_center_of(asked.target))
    disk.data = arranged(place({**disk.data, **profile, **share}, asked.target.id))
    disk.cache.clear()
    lay(site, disk, parent)


def copy(site: Site, request: Request) -> Answer:
    """POST /disks/{disk}/copy: a template disk gets one more place, any other becomes a new floating disk."""
    disk, target, sent = way(site, request, "copy")
    check_free(site, disk, "copy")
    asked = check_way(site, disk, target, sent, "copy")
    held, there = site.domains_of(disk), disk.id in site.storage.contents[asked.target.id].disks
    if any(site.get("template", owner) is not None for owner in site.disk_users.get(disk.id, ())):
        fresh, name = template_copy(site, asked), disk.name
    else:
        fresh = floating_copy(site, asked)
        name = fresh.name
    words = f"Copying Disk {name} from {asked.source.name} to {asked.target.name}"
    if fresh is disk and there:  # the copy lies there already: it only becomes known (04b recording 246)
        job = site.job(words, request.correlation)
        return action_answer(sent, {"disk": shell(disk), "job": {"id": job.id}, "status": "complete"})
    job = site.job(words, request.correlation, "started")
    disk.set(status="locked")
    disk.subs["busy"] = [{"name": name}]

    def finish() -> None:
        disk.subs.pop("busy", None)
        for each in (disk, fresh):
            each.set(status="ok")
        if fresh.data.get("format") == "cow":
            fresh.data = arranged({**fresh.data, "qcow_version": "qcow2_v3"})
        lay(site, fresh)
        write(site, job, "finished", *STEPS)
        site.end_job(job)

    def fail() -> None:
        disk.subs.pop("busy", None)
        disk.set(status="ok")
        if fresh is disk:
            disk.data = arranged(place(disk.data, *held))
            disk.cache.clear()
            erase(site, disk, asked.target.id)
        else:
            drop(site, fresh)
        write(site, job, "failed", *STEPS)
        site.end_job(job, "failed")

    site.later(TEMPLATE_COPY_SECONDS if fresh is disk else COPY_SECONDS, fail if cannot_copy(site) else finish)
    return action_answer(sent, {"disk": shell(disk), "job": {"id": job.id}, "status": "complete"})


def template_copy(site: Site, asked: Way) -> Entity:
    """One more place for a template disk: both are shown at once."""
    disk, held = asked.disk, site.domains_of(asked.disk)
    if asked.target.id in held:
        raise refusals.command(409, "Cannot copy Virtual Disk. One of the Template Images already exists.")
    disk.data = arranged(place(disk.data, *held, asked.target.id))
    disk.cache.clear()
    lay(site, disk)
    return disk


def floating_copy(site: Site, asked: Way) -> Entity:
    """A floating disk like this one: no profile, no total (05 #131, #135)."""
    body = asked.sent.get("disk")
    given: Record = body if isinstance(body, dict) else {}
    name = str(given.get("alias") or given.get("name") or asked.disk.name)
    left_out = ("disk_profile", "quota", "storage_domains", "qcow_version")
    record = {key: value for key, value in asked.disk.data.items() if key not in left_out}
    record |= {"id": site.new_id(), "image_id": site.new_id(), "name": name, "alias": name, "status": "locked"}
    if "total_size" in record:
        record["total_size"] = record["actual_size"]
    fresh = entity(site, record, asked.target)
    fresh.set(disk_profile=None, **quota_of(site, site.data_center_of(asked.target)))
    fresh.data = arranged(fresh.data)
    return fresh
