# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Editing and deleting disks (contract 05, 5.4; recordings 05 26, 97-107, 235, 265, 338, 510; 06 126-210)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import quotas, refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.all_content import with_users
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.attachments import check_edited, edit_key, unplug
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.disk_body import check_number, given_id, is_on
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.disk_rules import check_alias, check_profile
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.disks import remove_disk
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.domains import BUSY, status_text
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.follow import member_writer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.images import arranged, lay
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.reads import BROKEN_DISK
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.render import document
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer, Request, action_answer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import Member, portless

EDIT_SECONDS = 2.2
"""How long an edit goes on after its 200 (findings, 7)."""
REMOVE_SECONDS = 1.4
_NOT_DOWN = "At least one of the VMs is not down."
_FLAGS = ("shareable", "wipe_after_delete", "propagate_errors")


def update(site: Site, request: Request) -> Answer:
    """PUT /disks/{disk}: the answer shows the disk as it was, locked (05 #106); the edit is over some seconds later."""
    body = request.record("disk", "disk/methods/update")
    disk = site.get("disk", request.ids[0])
    if disk is None:
        raise refusals.empty(404)
    check_number(request, body, "provisioned_size", "disk/methods/update")
    check_edited(site, disk, "edit")
    check_disk(site, disk, body)
    former = dict(disk.data)
    apply(site, disk, body)
    shown = with_users(site, portless(former) if "lun_storage" in former else former)
    if "status" in shown:
        shown["status"] = "locked"
    if "total_size" in shown:
        shown["total_size"] = "0"
    member = Member(shown, f"{API}/disks/{disk.id}", "disks")
    return Answer(200, document(member_writer(site, member, {})))


def check_disk(site: Site, disk: Entity, body: Record) -> None:
    """What speaks against these changes of a disk. Raises Refusal."""
    action = "Cannot edit Virtual Disk."
    check_alias(str(body.get("alias") or body.get("name") or ""))
    if disk.data.get("status") == "locked":  # not recorded
        raise refusals.command(
            409,
            f"Cannot edit Virtual Disk: The following disks are locked: {disk.name}. "
            "Please try again in a few minutes.",
        )
    quotas.check(site, body, site.data_center_of(disk), action)
    changed = any(key in body and body[key] != disk.data.get(key) for key in ("shareable", "sgio"))
    if changed and any(vm.data["status"] != "down" for vm in users_of(site, disk)):
        raise refusals.command(409, f"{action} {_NOT_DOWN}")
    if is_on(body.get("shareable")) and disk.data.get("format") == "cow":
        raise refusals.command(409, f"{action} Disk's volume format is not supported for shareable disk.")
    for owner in site.domains_of(disk):
        held = site.get("storage_domain", owner)
        if held is not None:
            check_profile(site, given_id(body, "disk_profile"), held, action)
    quota = given_id(body, "quota")
    if quota is not None and site.get("quota", quota) is None:
        raise refusals.command(400, f"{action} Quota doesn't exist.")
    size = body.get("provisioned_size")
    if size is not None and int(size) < int(disk.data.get("provisioned_size", "0")):  # not recorded
        raise refusals.command(400, f"{action} New disk size must be larger than the current disk size.")


def apply(site: Site, disk: Entity, body: Record) -> None:
    """Carries an edit out: the disk is locked and the edit holds on for a while after its answer."""
    fields: Record = {key: "true" if is_on(body[key]) else "false" for key in _FLAGS if key in body}
    fields.update({key: body[key] for key in ("description", "provisioned_size", "sgio") if key in body})
    fields.update(
        {key: {"id": given} for key in ("disk_profile", "quota") if (given := given_id(body, key)) is not None}
    )
    fields.update(quotas.changes(body))
    alias = body.get("alias") or body.get("name")
    if alias:
        fields.update({"alias": alias, "name": alias})
    disk.set(**fields)
    disk.data = arranged(disk.data)
    site.hold(edit_key(disk), EDIT_SECONDS)
    if "lun_storage" in disk.data:
        return
    lay(site, disk)
    disk.set(status="locked")
    site.later(EDIT_SECONDS, lambda: disk.set(status="ok"))


def users_of(site: Site, disk: Entity) -> list[Entity]:
    """The VMs that have the disk."""
    return [vm for vm in (site.get("vm", owner) for owner in site.disk_users.get(disk.id, ())) if vm is not None]


def check_remove(site: Site, disk: Entity) -> None:
    """What speaks against deleting a disk, in the engine's order. Raises Refusal."""
    action = "Cannot remove Virtual Disk."
    if disk.id in site.doubled:
        raise refusals.text(400, BROKEN_DISK)
    check_edited(site, disk, "remove")
    if disk.data.get("status") == "locked":
        raise refusals.command(409, f"{action} {BUSY}")
    if any(site.get("template", owner) is not None for owner in site.disk_users.get(disk.id, ())):
        raise refusals.command(
            400, f"{action} A storage domain must be specified when deleting one of a template's disk's copies."
        )
    if any(vm.data["status"] != "down" and _plugged(vm, disk) for vm in users_of(site, disk)):
        raise refusals.command(409, f"{action} {_NOT_DOWN}")
    for domain in site.domains_of(disk):
        held = site.get("storage_domain", domain)
        if held is not None and held.data["status"] != "active":
            raise refusals.command(409, f"{action} {status_text(held)}")


def _plugged(vm: Entity, disk: Entity) -> bool:
    held = (a for a in vm.subs.get("disk_attachments", []) if a["id"] == disk.id)
    return any(attachment.get("active") == "true" for attachment in held)


def remove(site: Site, request: Request) -> Answer:
    """DELETE /disks/{disk}."""
    disk = site.get("disk", request.ids[0])
    if disk is None:
        raise refusals.empty(404)
    return remove_disk_of(site, request, disk)


def remove_below_domain(site: Site, request: Request) -> Answer:
    """DELETE /storagedomains/{sd}/disks/{disk}: as without the domain (05 #236); what is not registered is a 404."""
    domain, identity = request.ids
    disk = site.get("disk", identity)
    if disk is None or domain not in site.domains_of(disk):
        raise refusals.empty(404)
    return remove_disk_of(site, request, disk)


def remove_disk_of(site: Site, request: Request, disk: Entity) -> Answer:
    """Deletes a disk: an image is locked for a moment and then gone, a LUN disk goes at once."""
    check_remove(site, disk)
    if "lun_storage" in disk.data:
        drop(site, disk)
        job = site.job(f"Removing Disk {disk.name}", request.correlation)
    else:
        disk.set(status="locked")
        job = site.job(f"Removing Disk {disk.name}", request.correlation, "started")

        def finish() -> None:
            drop(site, disk)
            site.end_job(job)

        site.later(REMOVE_SECONDS, finish)
    return action_answer({}, {"job": {"id": job.id}, "status": "complete"})


def drop(site: Site, disk: Entity) -> None:
    """Takes a disk from its VMs, out of the engine, and its image off the storage."""
    for vm in users_of(site, disk):
        unplug(site, vm, disk.id)
    remove_disk(site, disk)
