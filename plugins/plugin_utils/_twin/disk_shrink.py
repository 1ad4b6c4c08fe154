# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Giving space of a disk back: sparsify and reduce (contract 05; recordings 06 152 and 153). What an image says to
either was not recorded."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import luns, refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.attachments import check_edited
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.images import chain, on_block
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer, Request, action_answer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site


def sparsify(site: Site, request: Request) -> Answer:
    """POST /disks/{disk}/sparsify: nobody may do it to a LUN, not even the administrator."""
    sent = request.action("disk/methods/sparsify")
    disk = _disk(site, request)
    action = "Cannot sparsify Virtual Disk."
    if luns.disk_units(disk):
        raise refusals.command(403, "User is not authorized to perform this action.")
    check_edited(site, disk, "sparsify")  # not recorded, as all that follows
    if disk.data.get("status") == "illegal":
        raise refusals.command(500, f"{action} The following attached disks are in ILLEGAL status: {disk.name}.")
    if disk.data.get("status") == "locked":
        raise refusals.command(
            409,
            f"Cannot sparsify Virtual Disk: The following disks are locked: {disk.name}. "
            "Please try again in a few minutes.",
        )
    if _running(site, disk):
        raise refusals.command(409, f"{action} Disk {disk.name} is plugged to VMs that are not down.")
    if chain(site, disk):
        raise refusals.command(400, f"{action} The disk has snapshots.")
    if disk.data.get("format") == "cow":
        raise refusals.command(400, f"{action} Disk {disk.name} is of format cow.")
    if disk.data.get("sparse") == "false":
        raise refusals.command(400, f"{action} Disk {disk.name} is preallocated.")
    job = site.job(f"Sparsifying Disk {disk.name}", request.correlation)
    return _done(sent, disk, job)


def reduce(site: Site, request: Request) -> Answer:
    """POST /disks/{disk}/reduce: an exception for a LUN."""
    sent = request.action("disk/methods/reduce")
    disk = _disk(site, request)
    action = "Cannot reduce Virtual Disk."
    if luns.disk_units(disk):
        raise refusals.validation_crash()
    check_edited(site, disk, "reduce")  # not recorded, as all that follows
    domain = next((d for d in (site.get("storage_domain", i) for i in site.domains_of(disk)) if d is not None), None)
    if domain is None or not on_block(domain):
        raise refusals.command(400, f"{action} Reduce is not supported for file storage domains.")
    if disk.data.get("shareable") == "true":
        raise refusals.command(409, f"{action} Reduce is not supported for shareable disks.")
    if _running(site, disk):
        raise refusals.command(400, f"{action} Reduce is not supported for the active image of a running VM.")
    job = site.job(f"Reducing Disk {disk.name}", request.correlation)
    return _done(sent, disk, job)


def _disk(site: Site, request: Request) -> Entity:
    disk = site.get("disk", request.ids[0])
    if disk is None:
        raise refusals.empty(404)
    return disk


def _running(site: Site, disk: Entity) -> bool:
    users = (site.get("vm", owner) for owner in site.disk_users.get(disk.id, ()))
    return any(vm.data["status"] != "down" for vm in users if vm is not None)


def _done(sent: dict[str, object], disk: Entity, job: Entity) -> Answer:
    shown = {"id": disk.id, "href": f"{API}/disks/{disk.id}"}
    return action_answer(sent, {"disk": shown, "job": {"id": job.id}, "status": "complete"})
