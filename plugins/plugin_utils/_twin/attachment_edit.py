# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests below /vms/{vm}/diskattachments (contract 05, 5.2 and 5.4; recordings 05 20-109, 06 86-222)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import luns, refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.attachments import (
    attachment_body,
    check_attach,
    check_boot,
    check_device,
    check_edited,
    plug,
    unplug,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.disk_add import UNHANDLED, add_to_vm
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.disk_edit import (
    apply,
    check_disk,
    remove_disk_of,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.follow import member_writer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.images import chain
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.render import document
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import (
    Answer,
    Request,
    action_answer,
    known_id,
    location,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import Member

STOPPED = ("down", "image_locked", "suspended")
"""Statuses of a VM that does not run."""


def add(site: Site, request: Request) -> Answer:
    """POST: a disk that is there, or a new one."""
    body = request.record("disk_attachment", "disk_attachments/methods/add")
    inner = body.get("disk")
    if not isinstance(inner, dict):
        words = 'Cannot invoke "org.ovirt.engine.api.model.Disk.isSetLunStorage()" because "disk" is null'
        raise refusals.stack_trace(request.path, request.query, f"{UNHANDLED} java.lang.NullPointerException: {words}")
    if inner.get("id") and set(inner) <= {"id"}:
        attachment = attachment_body(body)
        vm, disk = check_attach(site, request.ids[0], known_id(inner["id"]), attachment)
        plug(site, vm, disk, attachment)
    else:
        disk = add_to_vm(site, request, body)
    href = f"{API}/vms/{request.ids[0]}/diskattachments/{disk.id}"
    shown = _shown(site, request.ids[0], disk.id)
    return Answer(201, _document(site, shown, href), headers={"Location": location(request.host, href)})


def update(site: Site, request: Request) -> Answer:
    """PUT: plug or unplug first, then the rest as a second command; the answer shows what was before that (05 #97)."""
    body = request.record("disk_attachment", "disk_attachment/methods/update")
    owner, identity = request.ids
    vm, disk = site.get("vm", owner), site.get("disk", identity)
    held = next((a for a in vm.subs.get("disk_attachments", []) if a["id"] == identity), None) if vm else None
    if vm is None or disk is None or held is None:
        raise refusals.empty(404) if "active" in body else refusals.not_found(identity)
    wanted = attachment_body(body)
    active = wanted.pop("active", held["active"])
    if active != held["active"]:
        check_edited(site, disk, "hot plug" if active == "true" else "hot unplug")
        held = _store(vm, held, {"active": active})
    check_edited(site, disk, "edit")
    check_update(site, vm, held, wanted)
    luns.check_device(disk.data, {**held, **wanted}, "Cannot edit Virtual Disk.")
    given = body.get("disk")
    inner: Record = given if isinstance(given, dict) else {}
    check_disk(site, disk, inner)
    former = _shown(site, owner, identity)
    _store(vm, held, wanted)
    apply(site, disk, inner)
    return Answer(200, _document(site, former, f"{API}/vms/{owner}/diskattachments/{identity}"))


def check_update(site: Site, vm: Entity, held: Record, wanted: Record) -> None:
    """What speaks against these changes of an attachment. Raises Refusal."""
    action = "Cannot edit Virtual Disk."
    changed = {key: value for key, value in wanted.items() if held.get(key) != value}
    running = vm.data["status"] not in STOPPED
    if running and held["active"] == "true" and any(key in changed for key in ("interface", "read_only", "bootable")):
        raise refusals.command(409, f"{action} At least one of the VMs is not down.")
    check_boot(site, vm, changed, action)
    check_device({**held, **changed} if changed else {}, action)


def remove(site: Site, request: Request) -> Answer:
    """DELETE: detaches; with ``detach_only=false`` the disk goes too."""
    owner, identity = request.ids
    vm, disk = site.get("vm", owner), site.get("disk", identity)
    if vm is None:
        raise refusals.empty(404)
    held = next((a for a in vm.subs.get("disk_attachments", []) if a["id"] == identity), None)
    if "detach_only" in request.params and not request.flag("detach_only") and disk is not None and held is not None:
        return remove_disk_of(site, request, disk)
    check_detach(vm, disk, held)
    if disk is not None and chain(site, disk):
        raise refusals.command(
            409,
            "Cannot detach Virtual Disk. The disk is already configured in a snapshot. "
            "In order to detach it, remove the disk's snapshots.",
        )
    unplug(site, vm, identity)
    return action_answer({}, {"status": "complete"})


def check_detach(vm: Entity, disk: Entity | None, held: Record | None) -> None:
    """What speaks against detaching. The name of the VM comes as a further text, its placeholder stays (05 #108)."""
    if disk is None or held is None:
        raise refusals.command(
            400,
            "Cannot detach Virtual Disk. The specified disk is not attached to the VM ${VmName}.",
            vm.name.replace("_", " "),
        )


def _store(vm: Entity, held: Record, changes: Record) -> Record:
    fresh = {**held, **changes}
    vm.subs["disk_attachments"] = [fresh if a["id"] == held["id"] else a for a in vm.subs["disk_attachments"]]
    return fresh


def _shown(site: Site, owner: str, disk: str) -> Record:
    vm = site.get("vm", owner)
    held = next(a for a in (vm.subs["disk_attachments"] if vm else []) if a["id"] == disk)
    return {**held, "vm": {"id": owner}}


def _document(site: Site, shown: Record, href: str) -> bytes:
    return document(member_writer(site, Member(shown, href, "vms/diskattachments"), {}))
