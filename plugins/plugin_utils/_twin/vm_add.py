# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""New VMs: from Blank, thin from a template, or as a copy of one (contract 05, 5.6; recordings 05 18, 190-216)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.attachments import plug
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.disk_add import entity
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.follow import member_writer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.images import grown, lay, written
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.ovf_text import ovf_text
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.pending import task_ids
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.render import document
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer, Request, known_id, location
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import BLANK, Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.undone import cannot_copy, undo
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import Member
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.vm_disks import Copy, copies, first_check
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.vm_record import (
    check_name,
    check_numbers,
    fresh,
    whole,
)

THIN_SECONDS = 3.7
COPY_SECONDS = 11.5
"""How long a VM is locked while its disks are made (findings, 7)."""
NO_CDROM = {"id": "00000000-0000-0000-0000-000000000000"}


def add(site: Site, request: Request) -> Answer:
    """POST /vms."""
    method = "vms/methods/add"
    body = request.record("vm", method)
    if body.get("id"):
        known_id(body["id"])
    missing = [name for name, key in (("name", "name"), ("cluster.id|name", "cluster")) if not body.get(key)]
    if missing:
        raise refusals.incomplete(f"Vm [{', '.join(missing)}] required for add")
    cluster = asked_cluster(site, body["cluster"])
    if not isinstance(body.get("template"), dict):  # not recorded
        raise refusals.incomplete("Vm [template.id|name] required for add")
    template = asked_template(site, body["template"])
    check_numbers(request, body, method)
    clone = request.flag("clone")
    first_check(site, body, template)
    check_name(body["name"], "Can not add VM.")
    made = copies(site, body, cluster, template, clone=clone)
    if site.named("vm", body["name"]) is not None:
        raise refusals.command(
            409, "Cannot add VM. The VM name is already in use, please choose a unique name and try again."
        )
    vm = make(site, body, cluster, template, clone=clone)
    for copy in made:
        fill(site, vm, copy, clone=clone)
    words = f"Creating VM {vm.name}" + (f" from Template {template.name}" if template.id != BLANK else "")
    job = site.job(words, request.correlation, "started" if made else "finished")
    if made:
        vm.set(status="image_locked")
        broken = clone and cannot_copy(site)
        site.later(COPY_SECONDS if clone else THIN_SECONDS, lambda: (undo if broken else ready)(site, vm, job))
    return answer(site, request, vm, pending=bool(made) and not clone)


def answer(site: Site, request: Request, vm: Entity, *, pending: bool) -> Answer:
    """201 with the whole VM; 202 without an address when its disks are still to be made (findings, 1)."""
    href = f"{API}/vms/{vm.id}"
    shown = whole(vm.data, None if vm.data["status"] == "image_locked" else ovf_text(site, vm))
    if pending:
        shown = whole({"creation_status": "pending", **vm.data})
    text = document(member_writer(site, Member(shown, href, "vms"), {}))
    if pending:
        address = f"{href}/creation_status/{task_ids(site, len(site.disks_of(vm)))}"
        link = f'    <link href="{address}" rel="creation_status"/>\n    <auto_pinning_policy>'
        text = text.replace(b"    <auto_pinning_policy>", link.encode(), 1)
    return Answer(202, text) if pending else Answer(201, text, headers={"Location": location(request.host, href)})


def asked_cluster(site: Site, held: Record) -> Entity:
    """The cluster that a body names. Raises Refusal."""
    if not isinstance(held, dict) or not (held.get("id") or held.get("name")):
        raise refusals.incomplete("Vm [cluster.id|name] required for add")
    if held.get("id"):
        found = site.get("cluster", known_id(held["id"]))
        if found is None:  # not recorded
            raise refusals.command(400, "Cannot add VM. Cluster ID is not valid.")
        return found
    found = site.named("cluster", held["name"])
    if found is None:
        raise refusals.not_found(f"Cluster: name={held['name']}")
    return found


def asked_template(site: Site, held: Record) -> Entity:
    """The template that a body names. Raises Refusal."""
    if held.get("id"):
        found = site.get("template", known_id(held["id"]))
    else:
        found = site.named("template", str(held.get("name", "")))
    if found is None:
        raise refusals.not_found("GetVmTemplate")
    return found


def make(site: Site, body: Record, cluster: Entity, template: Entity, *, clone: bool) -> Entity:
    """The VM without its disks. A copy stands on no template, but remembers it."""
    record = fresh(site, body, cluster, template)
    if body.get("id"):
        record["id"] = body["id"]
    if clone:
        record["template"] = {"id": BLANK}
    active = {
        "id": site.new_id(),
        "description": "Active VM",
        "date": record["creation_time"],
        "persist_memorystate": "false",
        "snapshot_status": "ok",
        "snapshot_type": "active",
    }
    subs: dict[str, list[Record]] = {
        "disk_attachments": [],
        "nics": nics(site, template, cluster),
        "snapshots": [active],
        "tags": [],
        "permissions": inherited(cluster),
        "affinity_labels": [],
        "cdroms": [dict(NO_CDROM)],
    }
    return site.add(Entity("vm", record, subs))


def inherited(cluster: Entity) -> list[Record]:
    """What the cluster hands down to its VMs and templates."""
    return [{k: v for k, v in p.items() if k != "cluster"} for p in cluster.subs.get("permissions", [])]


def nics(site: Site, template: Entity, cluster: Entity) -> list[Record]:
    """The NICs of a template with addresses of their own. Not recorded: no template of the recordings has one."""
    found: list[Record] = []
    pool = site.get("mac_pool", cluster.ref("mac_pool"))
    for nic in template.subs.get("nics", []):
        mac = site.free_mac(pool) if pool is not None else ""
        fields = {"linked": "true", "plugged": "true", "synced": "true"}
        found.append({**fields, **nic, "id": site.new_id(), "mac": {"address": mac}})
    return found


def fill(site: Site, vm: Entity, copy: Copy, *, clone: bool) -> Entity:
    """One disk of the VM, made from a template disk: locked; thin ones stand on it."""
    source = copy.source.data
    record = {
        **{key: value for key, value in source.items() if key not in ("quota", "disk_profile", "storage_domains")},
        "id": site.new_id(),
        "image_id": site.new_id(),
        "status": "locked",
        "format": copy.form,
        "sparse": copy.sparse,
        "name": copy.alias or source["name"],
        "alias": copy.alias or source["name"],
    }
    disk = entity(site, record, copy.domain, profile=copy.profile)
    if copy.listed or "quota" not in source:
        disk.set(quota=None)
    lay(site, disk, None if clone else copy.source.id)
    plug(site, vm, disk, {key: value for key, value in copy.attachment.items() if key not in ("id", "disk", "vm")})
    size = int(source.get("actual_size", "0")) if clone else written(disk.data, copy.domain)
    grown(site, disk, size)
    return disk


def ready(site: Site, vm: Entity, job: Entity, status: str = "finished") -> None:
    """The disks are made: everything is unlocked."""
    for disk in site.disks_of(vm):
        if disk.data.get("status") == "locked":
            disk.set(status="ok")
    if vm.data["status"] == "image_locked":
        vm.set(status="down", stop_time=site.clock.stamp(site.time()))
    site.end_job(job, status)
