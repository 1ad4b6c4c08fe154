# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots of a VM: make, delete, preview, undo, commit (recordings 05 238-248, 325, 509; 03b 30-39, 91; 06 136)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.disk_rules import LOCKED, SNAPSHOT_BUSY, VM_LOCKED
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.domains import status_text
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.follow import member_writer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.images import arranged, lay, written
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.ovf import plain_display
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.ovf_devices import SNAPSHOT
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.ovf_text import ovf_text
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.pending import pending
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
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import DYNAMIC, Member
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.vm_events import told

SNAPSHOT_SECONDS = 4.8
REMOVE_SECONDS = 5.0
PREVIEW_SECONDS = 2.0


def add(site: Site, request: Request) -> Answer:
    """POST /vms/{vm}/snapshots."""
    body = request.record("snapshot", "snapshots/methods/add")
    vm = site.get("vm", request.ids[0])
    if vm is None:  # not recorded
        raise refusals.empty(404)
    if "description" not in body:  # not recorded
        raise refusals.incomplete("Snapshot [description] required for add")
    check(site, vm, "Cannot create Snapshot.")
    memory = vm.data["status"] not in ("down", "suspended") and str(body.get("persist_memorystate", "true")) != "false"
    text = {"configuration": {"data": ovf_text(site, vm, SNAPSHOT), "type": "ovf"}}
    snapshot = take(site, vm, str(body["description"]), memory=memory)
    job = site.job(f"Creating VM Snapshot {body['description']} for VM {vm.name}", request.correlation, "started")
    told(
        site,
        vm,
        45,
        f"Snapshot '{body['description']}' creation for VM '{vm.name}' was initiated by admin@internal-authz.",
        request.correlation,
    )

    def finish() -> None:
        end(site, vm, snapshot["id"])
        site.end_job(job)
        told(
            site,
            vm,
            68,
            f"Snapshot '{body['description']}' creation for VM '{vm.name}' has been completed.",
            request.correlation,
        )

    site.later(SNAPSHOT_SECONDS, finish)
    href = f"{API}/vms/{vm.id}/snapshots/{snapshot['id']}"
    shown = {key: value for key, value in snapshot.items() if key not in ("disks", "vm")}
    shown = {"id": shown.pop("id"), "description": shown.pop("description"), "initialization": text, **shown}
    member = Member({**shown, "vm": {"id": vm.id}}, href, "vms/snapshots")
    return Answer(201, document(member_writer(site, member, {})), headers={"Location": location(request.host, href)})


def check(site: Site, vm: Entity, action: str) -> None:
    """What speaks against a snapshot of a VM. Raises Refusal."""
    if vm.data["status"] == "image_locked":  # not recorded
        raise refusals.command(409, f"{action.rstrip('.')}: {VM_LOCKED}")
    if any(s["snapshot_status"] == "locked" for s in vm.subs["snapshots"]):  # not recorded
        raise refusals.command(409, f"{action} {SNAPSHOT_BUSY}")
    if in_preview(vm):  # not recorded
        raise refusals.command(409, f"{action} VM is previewing a Snapshot.")
    images = images_of(site, vm)
    for domain in (site.get("storage_domain", d) for disk in images for d in site.domains_of(disk)):
        if domain is not None and domain.data["status"] != "active":
            raise refusals.command(409, f"{action} {status_text(domain)}")
    illegal = [disk.name for disk in images if disk.data.get("status") == "illegal" or "illegal" in disk.subs]
    if illegal:
        names = ", ".join(illegal)
        raise refusals.command(
            500,
            f"{action} The following attached disks are in ILLEGAL status: {names} - please remove them and try again.",
        )
    locked = [disk.name for disk in images if disk.data.get("status") == "locked"]
    if locked:  # not recorded
        raise refusals.command(409, f"{action.rstrip('.')}: {LOCKED.format(', '.join(locked))}")


def in_preview(vm: Entity) -> bool:
    """Whether a VM previews a snapshot."""
    return any(s["snapshot_status"] == "in_preview" for s in vm.subs.get("snapshots", []))


def images_of(site: Site, vm: Entity) -> list[Entity]:
    """The disks of a VM that snapshots hold."""
    return [d for d in site.disks_of(vm) if "lun_storage" not in d.data and d.data.get("shareable") != "true"]


def take(site: Site, vm: Entity, description: str, *, memory: bool = False) -> Record:
    """A locked snapshot: every image disk goes on in a new image; the old one stays with the snapshot."""
    disks = images_of(site, vm)
    snapshot: Record = {
        "id": hand_over_id(site, vm),
        "description": description,
        "date": site.clock.stamp(site.time()),
        "persist_memorystate": "true" if memory else "false",
        "snapshot_status": "locked",
        "snapshot_type": "regular",
        "vm": configuration(vm),
        "disks": [dict(disk.data) for disk in disks],
    }
    vm.subs["snapshots"] = [*vm.subs["snapshots"], snapshot]
    for disk in disks:
        domain = site.get("storage_domain", site.domains_of(disk)[0])
        fresh = {"format": "cow", "sparse": "true", "image_id": site.new_id(), "status": "locked"}
        size = written({**disk.data, **fresh}, domain) if domain is not None else 0
        total = int(disk.data.get("total_size") or disk.data.get("actual_size") or "0") + size
        disk.set(**fresh, qcow_version=None, actual_size=str(size), total_size=str(total))
        lay(site, disk)
    return snapshot


def hand_over_id(site: Site, vm: Entity) -> str:
    """A new snapshot takes the id of the active one, which gets another (04a #119; 05 #238, #239, #326)."""
    active = next((s["id"] for s in vm.subs["snapshots"] if s["snapshot_type"] == "active"), None)
    if active is None:
        return site.new_id()
    change(vm, active, id=site.new_id())
    return str(active)


def configuration(vm: Entity) -> Record:
    """A VM as a snapshot keeps it: times by the second, no type of display."""
    kept = {key: value for key, value in vm.data.items() if key not in DYNAMIC}
    for key in ("creation_time", "stop_time"):
        if key in kept:
            kept[key] = f"{str(kept[key])[:19]}.000Z"
    return {**kept, "display": plain_display(kept.get("display"))}


def end(site: Site, vm: Entity, identity: str) -> None:
    """The snapshot is there."""
    change(vm, identity, snapshot_status="ok")
    for disk in images_of(site, vm):
        if disk.data.get("status") == "locked":
            disk.set(status="ok", qcow_version="qcow2_v3")
            disk.data = arranged(disk.data)


def change(vm: Entity, identity: str, **fields: str) -> None:
    """Changes fields of one snapshot."""
    vm.subs["snapshots"] = [{**s, **fields} if s["id"] == identity else s for s in vm.subs["snapshots"]]
    vm.cache.clear()


def find(site: Site, vm: str, identity: str) -> tuple[Entity, Record]:
    """A VM and one of its snapshots; 404 when there is none."""
    held = site.get("vm", vm)
    found = next((s for s in held.subs.get("snapshots", []) if s["id"] == identity), None) if held else None
    if held is None or found is None:
        raise refusals.empty(404)
    return held, found


def remove(site: Site, request: Request) -> Answer:
    """DELETE /vms/{vm}/snapshots/{snapshot}: its images are merged into the next ones."""
    vm, snapshot = find(site, *request.ids)
    check(site, vm, "Cannot remove Snapshot.")
    change(vm, snapshot["id"], snapshot_status="locked")
    words = snapshot["description"]
    job = site.job(f"Removing Snapshot {words} of VM {vm.name}", request.correlation, "started")
    told(
        site,
        vm,
        342,
        f"Snapshot '{words}' deletion for VM '{vm.name}' was initiated by admin@internal-authz.",
        request.correlation,
    )

    def finish() -> None:
        merge(site, vm, snapshot)
        site.end_job(job)

    site.later(REMOVE_SECONDS, finish)
    return action_answer({}, {"job": {"id": job.id}, "status": "complete"})


def merge(site: Site, vm: Entity, snapshot: Record) -> None:
    """A snapshot goes: what its images held is in the ones after it."""
    vm.subs["snapshots"] = [s for s in vm.subs["snapshots"] if s["id"] != snapshot["id"]]
    for image in snapshot.get("disks", []):
        disk = site.get("disk", image["id"])
        if disk is not None:
            size = max(int(disk.data["actual_size"]), int(image.get("actual_size", "0")))
            total = max(size, int(disk.data["total_size"]) - int(image.get("actual_size", "0")))
            disk.set(actual_size=str(size), total_size=str(total))
            lay(site, disk)


def preview(site: Site, request: Request) -> Answer:
    """POST /vms/{vm}/previewsnapshot: the VM goes on from a snapshot for the time being."""
    sent = request.action("vm/methods/preview_snapshot")
    held = sent.get("snapshot")
    if not isinstance(held, dict) or not held.get("id"):  # not recorded
        raise refusals.invalid_input("Parameter 'snapshot.id' is mandatory but was not provided.")
    vm, snapshot = find(site, request.ids[0], known_id(held["id"]))
    if vm.data["status"] != "down":  # not recorded
        raise refusals.command(409, "Cannot preview Snapshot. At least one of the VMs is not down.")
    check(site, vm, "Cannot preview Snapshot.")
    before: Record = {
        "id": site.new_id(),
        "description": "Active VM before the preview",
        "date": site.clock.stamp(site.time()),
        "persist_memorystate": "false",
        "snapshot_status": "ok",
        "snapshot_type": "preview",
        "vm": configuration(vm),
    }
    images = images_of(site, vm)
    if images:
        before["disks"] = [dict(disk.data) for disk in images]
    for disk in images:
        disk.set(image_id=site.new_id())
    change(vm, snapshot["id"], snapshot_status="in_preview")
    _begin_anew(site, vm, snapshot["date"])
    vm.subs["snapshots"] = [*vm.subs["snapshots"], before]
    vm.set(stop_time=snapshot["vm"].get("stop_time"))
    return _through(site, request, sent, vm, f"Previewing Snapshot {snapshot['description']} of VM {vm.name}")


def _begin_anew(site: Site, vm: Entity, date: str) -> None:
    """The active snapshot of a VM has a new id."""
    vm.subs["snapshots"] = [
        {**s, "id": site.new_id(), "date": date} if s["snapshot_type"] == "active" else s for s in vm.subs["snapshots"]
    ]


def _through(site: Site, request: Request, sent: Record, vm: Entity, words: str) -> Answer:
    """The VM is locked until its disks are switched."""
    job = site.job(words, request.correlation, "started")

    def finish() -> None:
        for disk in images_of(site, vm):
            if disk.data.get("status") == "locked":
                disk.set(status="ok")
        site.end_job(job)

    for disk in images_of(site, vm):
        disk.set(status="locked")
    site.later(PREVIEW_SECONDS, finish)
    return pending(site, request, sent, job, len(images_of(site, vm)))


def undo(site: Site, request: Request) -> Answer:
    """POST /vms/{vm}/undosnapshot: back to where the VM was before the preview."""
    vm = site.get("vm", request.ids[0])
    for snapshot in vm.subs["snapshots"] if vm is not None else []:
        for image in snapshot.get("disks", []) if snapshot["snapshot_type"] == "preview" else []:
            disk = site.get("disk", image["id"])
            if disk is not None:
                disk.set(image_id=image["image_id"])
    return _leave(site, request, "undo_snapshot", "Undoing Snapshot of VM")


def commit(site: Site, request: Request) -> Answer:
    """POST /vms/{vm}/commitsnapshot: the preview becomes the VM. Not recorded."""
    return _leave(site, request, "commit_snapshot", "Committing Snapshot of VM")


def _leave(site: Site, request: Request, method: str, words: str) -> Answer:
    sent = request.action(f"vm/methods/{method}")
    vm = site.get("vm", request.ids[0])
    if vm is None:
        raise refusals.empty(404)
    if not in_preview(vm):  # not recorded
        raise refusals.command(400, "Cannot revert to Snapshot. VM's Snapshot does not exist.")
    for snapshot in vm.subs["snapshots"]:
        if snapshot["snapshot_status"] == "in_preview":
            change(vm, snapshot["id"], snapshot_status="ok")
    before = next((s for s in vm.subs["snapshots"] if s["snapshot_type"] == "preview"), None)
    vm.subs["snapshots"] = [s for s in vm.subs["snapshots"] if s is not before]
    _begin_anew(site, vm, str(before["date"]) if before is not None else site.clock.stamp(site.time()))
    return _through(site, request, sent, vm, f"{words} {vm.name}")
