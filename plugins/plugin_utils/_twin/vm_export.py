# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Export domains: VMs and templates are written there and read back as they were (contract 05, 5.8; recordings 05
299-324)."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import asked, refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.attachments import plug
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.describe import Describer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.disk_add import entity
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.disk_body import is_on
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.disk_rules import (
    NO_DOMAIN,
    check_space,
    check_type,
    needed,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.domains import status_text
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record, members
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.images import grown
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.ovf import OvfDisk, OvfEntry
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.pending import pending
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.power import unreached
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import (
    Answer,
    Request,
    action_answer,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import BLANK, Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.snapshots import configuration, images_of
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.undone import cannot_copy, undo
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.vm_add import asked_cluster, inherited, ready
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.vm_record import fresh

EXPORT_SECONDS = 4.6
IMPORT_SECONDS = 5.2


def export(site: Site, request: Request) -> Answer:
    """POST /vms/{vm}/export: without disks it is done at once, else 202 and the VM is locked meanwhile.

    Its disks forget their qcow level over it (05 #479).
    """
    sent = request.action("vm/methods/export_to_export_domain")
    vm = site.get("vm", request.ids[0])
    if vm is None:
        raise refusals.empty(404)
    domain = check_export(vm, asked.domain(site, sent.get("storage_domain")))
    images = images_of(site, vm)
    entry = exported(site, vm, images)
    content = site.storage.contents[domain.id]
    content.exported = {**content.exported, vm.id: entry}
    job = site.job(f"Exporting VM {vm.name} to {domain.name}", request.correlation, "started" if images else "finished")
    if not images:
        shown = {"id": vm.id, "href": f"{API}/vms/{vm.id}"}
        return action_answer(sent, {"job": {"id": job.id}, "status": "complete", "vm": shown})
    vm.set(status="image_locked", stop_time=site.clock.stamp(site.time()))
    for disk in images:
        disk.set(qcow_version=None)
    broken = cannot_copy(site)

    def finish() -> None:
        ready(site, vm, job, "failed" if broken else "finished")
        if broken:
            content.exported.pop(vm.id, None)

    site.later(EXPORT_SECONDS, finish)
    return pending(site, request, sent, job, len(images))


def check_export(vm: Entity, domain: Entity | None) -> Entity:
    """What speaks against an export; returns the domain. Raises Refusal."""
    action = "Cannot export VM."
    if domain is None:  # not recorded
        raise refusals.command(400, f"{action} {NO_DOMAIN}")
    if domain.data["status"] != "active":  # not recorded
        raise refusals.command(409, f"{action} {status_text(domain)}")
    if domain.data["type"] != "export":  # not recorded
        raise refusals.command(400, f"{action} The specified domain '{domain.name}' is not an export domain.")
    if vm.data["status"] != "down":  # not recorded
        raise refusals.command(409, f"{action} At least one of the VMs is not down.")
    return domain


def exported(site: Site, vm: Entity, images: list[Entity]) -> OvfEntry:
    """The VM as it lies on the export domain: its images only, times by the second."""
    entry = Describer(site).entry(vm)
    held = {disk.id for disk in images}
    disks = tuple(disk for disk in entry.disks if disk.record["id"] in held)
    return replace(
        entry,
        record={**configuration(vm), "display": unreached(vm), "status": "down"},
        disks=disks,
        snapshots=(),
        lease=None,
    )


def import_vm(site: Site, request: Request) -> Answer:
    """POST /storagedomains/{export}/vms/{vm}/import."""
    sent = request.action("storage_domain_vm/methods/import")
    held = sent.get("storage_domain")
    if not asked.is_named(held):
        raise refusals.incomplete("Action [storageDomain.id|name] required for doImport")
    content = site.storage.contents.get(request.ids[0])
    entry = content.exported.get(request.ids[1]) if content is not None else None
    if entry is None:
        raise refusals.empty(404)
    clone = is_on(sent.get("clone"))
    cluster = _cluster(site, sent, entry)
    target = asked.named(site, "storage_domain", held)
    if target is None:
        raise refusals.command(400, "Data Center doesn't exist.")
    name = _name(sent) if clone else entry.name
    check_import(site, entry, target, name, clone=clone)
    places = targets(site, sent, entry, target)
    vm = bring_in(site, entry, cluster, name, clone=clone)
    for disk, domain in places:
        bring_disk(site, vm, disk, domain, clone=clone)
    words = f"Importing VM {name} to Cluster {cluster.name}"
    job = site.job(words, request.correlation, "started")
    vm.set(status="image_locked")
    broken = bool(places) and cannot_copy(site)
    site.later(IMPORT_SECONDS, lambda: (undo if broken else ready)(site, vm, job))
    return pending(site, request, sent, job, len(places))


def _cluster(site: Site, sent: Record, entry: OvfEntry) -> Entity:
    held = sent.get("cluster")
    found = asked_cluster(site, held) if isinstance(held, dict) else site.named("cluster", entry.cluster)
    if found is None:  # not recorded
        raise refusals.command(400, "Cannot import VM. The relevant Cluster doesn't exist.")
    return found


def _name(sent: Record) -> str:
    held = sent.get("vm")
    return str(held["name"]) if isinstance(held, dict) and held.get("name") else ""


def check_import(site: Site, entry: OvfEntry, target: Entity, name: str, *, clone: bool) -> None:
    """What speaks against an import. Raises Refusal."""
    known = site.get("vm", entry.id)
    if known is not None and not clone:
        raise refusals.command(
            409,
            "Import VM failed - VM ID already exists in the system. "
            f"Please remove the VM ({known.name}) from the system first",
        )
    if target.data["status"] != "active":
        raise refusals.command(409, f"Cannot import VM. {status_text(target)}")
    check_type(target, "Cannot import VM.")
    if site.named("vm", name) is not None:  # not recorded
        raise refusals.command(
            409,
            "Import VM failed - VM Name already exists in the Data Center. "
            "Please rename the VM in the Data Center first",
        )


def targets(site: Site, sent: Record, entry: OvfEntry, target: Entity) -> list[tuple[OvfDisk, Entity]]:
    """Each disk with its domain. Only entries with a disk and a domain count; with any, a disk left out has none
    (contract 05, 5.8). Raises Refusal."""
    held = sent.get("vm")
    chosen: dict[str, str] = {}
    for attachment in members(held if isinstance(held, dict) else {}, "disk_attachments", "disk_attachment"):
        disk = attachment.get("disk")
        places = members(disk, "storage_domains", "storage_domain") if isinstance(disk, dict) else []
        if isinstance(disk, dict) and disk.get("id") and places and places[0].get("id"):
            chosen[disk["id"]] = places[0]["id"]
    found: list[tuple[OvfDisk, Entity]] = []
    for each in entry.disks:
        domain = target if not chosen else site.get("storage_domain", chosen.get(each.record["id"], ""))
        if domain is None:  # not recorded
            raise refusals.command(400, f"Cannot import VM. {NO_DOMAIN}")
        if domain.data["status"] != "active":  # not recorded
            raise refusals.command(409, f"Cannot import VM. {status_text(domain)}")
        check_space(domain, needed(each.record, domain), "Cannot import VM.")
        found.append((each, domain))
    return found


def bring_in(site: Site, entry: OvfEntry, cluster: Entity, name: str, *, clone: bool) -> Entity:
    """The VM without its disks and without a quota."""
    blank = Entity("template", {**entry.record, "id": BLANK})
    record = fresh(site, {"name": name}, cluster, blank)
    record.pop("quota", None)
    record |= {key: entry.record[key] for key in ("description", "comment", "original_template") if key in entry.record}
    record["template"] = entry.record.get("template", {"id": BLANK})
    if not clone:
        record["id"] = entry.id
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
        "nics": [],
        "snapshots": [active],
        "tags": [],
        "permissions": inherited(cluster),
        "affinity_labels": [],
        "cdroms": [{"id": BLANK}],
    }
    pool = site.get("mac_pool", cluster.ref("mac_pool"))
    for nic in entry.nics:
        mac = site.free_mac(pool) if clone and pool is not None else nic.mac
        subs["nics"].append({**nic.record, "id": site.new_id() if clone else nic.record["id"], "mac": {"address": mac}})
    return site.add(Entity("vm", record, subs))


def bring_disk(site: Site, vm: Entity, disk: OvfDisk, domain: Entity, *, clone: bool) -> None:
    """One disk of the VM, without a quota."""
    record = {**disk.record, "status": "locked"}
    if clone:
        record |= {"id": site.new_id(), "image_id": site.new_id()}
    made = entity(site, record, domain)
    made.set(quota=None)
    plug(site, vm, made, {key: value for key, value in disk.attachment.items() if key not in ("id", "disk", "vm")})
    grown(site, made, int(disk.record.get("actual_size", "0")))
