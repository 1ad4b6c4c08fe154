# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cloning a VM (contract 05, 5.6; recordings 05 517-540)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import asked, refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.attachments import plug
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.disk_add import entity
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.disk_rules import (
    NO_DOMAIN,
    check_space,
    check_type,
    needed,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.domains import status_text
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.images import arranged, grown
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import (
    Answer,
    Request,
    action_answer,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.snapshots import check as check_images
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.snapshots import images_of
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.undone import cannot_copy
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.vm_add import inherited
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.vm_record import ORDER, check_name

SHOWN_SECONDS = 9.4
DONE_SECONDS = 17.5
"""Until the clone shows up, and from there until its job is over (findings, 7)."""


def clone(site: Site, request: Request) -> Answer:
    """POST /vms/{vm}/clone: 200 at once; the clone is there when its disks are."""
    sent = request.action("vm/methods/clone")
    vm = site.get("vm", request.ids[0])
    if vm is None:
        raise refusals.empty(404)
    held = sent.get("vm")
    name = str(held.get("name", "")) if isinstance(held, dict) else ""
    if not name:  # not recorded
        raise refusals.invalid_input("Parameter 'vm.name' is mandatory but was not provided.")
    place = sent.get("storage_domain")
    target = asked.domain(site, place) if asked.is_named(place) else None
    if target is None and asked.is_named(place):  # not recorded
        raise refusals.command(400, f"Cannot add VM. {NO_DOMAIN}")
    check(site, vm, name, target)
    job = site.job(f"Creating VM {name} as a clone of VM {vm.name}", request.correlation, "started")
    key = f"vm {name}"
    site.hold(key, SHOWN_SECONDS)

    broken = bool(images_of(site, vm)) and cannot_copy(site)

    def appear() -> None:
        if broken:
            site.end_job(job, "failed")
            return
        make(site, vm, name, target)
        site.later(DONE_SECONDS, lambda: site.end_job(job))

    site.later(SHOWN_SECONDS, appear)
    shown = {"id": vm.id, "href": f"{API}/vms/{vm.id}"}
    return action_answer(sent, {"job": {"id": job.id}, "status": "complete", "vm": shown})


def check(site: Site, vm: Entity, name: str, target: Entity | None) -> None:
    """What speaks against a clone. Raises Refusal."""
    action = "Cannot add VM."
    check_name(name, "Can not add VM.")
    if site.named("vm", name) is not None or site.held(f"vm {name}"):  # not recorded
        raise refusals.command(
            409, f"{action} The VM name is already in use, please choose a unique name and try again."
        )
    check_images(site, vm, action)
    if target is None:
        return
    if target.data["status"] != "active":  # not recorded
        raise refusals.command(409, f"{action} {status_text(target)}")
    check_type(target, action)
    for disk in images_of(site, vm):
        check_space(target, needed(disk.data, target), action)


def make(site: Site, vm: Entity, name: str, target: Entity | None) -> Entity:
    """The clone: hardware without a display (05 #522), NICs with addresses of their own, a copy of every image disk."""
    stamp = site.clock.stamp(site.time())
    left_out = ("host", "run_once", "start_time", "stop_reason", "has_illegal_images", "lease")
    record = {key: value for key, value in vm.data.items() if key not in left_out}
    record |= {"id": site.new_id(), "name": name, "status": "down", "creation_time": stamp, "stop_time": stamp}
    record.pop("display", None)
    cluster = site.get("cluster", vm.ref("cluster"))
    active = next(s for s in vm.subs["snapshots"] if s["snapshot_type"] == "active")
    subs: dict[str, list[Record]] = {
        "disk_attachments": [],
        "nics": nics(site, vm, cluster),
        "snapshots": [{**active, "id": site.new_id(), "date": stamp}],
        "tags": [],
        "permissions": inherited(cluster) if cluster is not None else [],
        "affinity_labels": [],
        "cdroms": [dict(cdrom) for cdrom in vm.subs.get("cdroms", [])],
    }
    made = site.add(Entity("vm", arranged(record, ORDER), subs))
    for attachment in vm.subs.get("disk_attachments", []):
        disk = site.get("disk", attachment["id"])
        if disk is not None and disk in images_of(site, vm):
            copy_disk(site, made, attachment, disk, target)
    return made


def nics(site: Site, vm: Entity, cluster: Entity | None) -> list[Record]:
    """The VM's NICs again, with free addresses. Not recorded."""
    pool = site.get("mac_pool", cluster.ref("mac_pool")) if cluster is not None else None
    found: list[Record] = []
    for nic in vm.subs.get("nics", []):
        mac = site.free_mac(pool) if pool is not None else ""
        found.append({**nic, "id": site.new_id(), "mac": {"address": mac}})
    return found


def copy_disk(site: Site, vm: Entity, attachment: Record, disk: Entity, target: Entity | None) -> None:
    """One disk of the clone, collapsed, on the given domain or beside the other."""
    domain = target or site.get("storage_domain", site.domains_of(disk)[0])
    if domain is None:
        return
    left_out = ("disk_profile", "quota", "storage_domains")
    record = {key: value for key, value in disk.data.items() if key not in left_out}
    record |= {"id": site.new_id(), "image_id": site.new_id(), "status": "ok"}
    made = entity(site, record, domain)
    plug(site, vm, made, {key: value for key, value in attachment.items() if key not in ("id", "disk", "vm")})
    grown(site, made, int(disk.data.get("actual_size", "0")))
