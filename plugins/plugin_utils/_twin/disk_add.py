# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""New image disks: floating and below a VM (contract 05, 5.3; recordings 05 20-22, 75-84)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import disk_rules, lun_disks, refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.attachments import attachment_body, check_new, plug
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.disk_body import (
    Wish,
    check_fields,
    check_number,
    wish,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.follow import member_writer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.images import (
    arranged,
    grown,
    lay,
    place,
    profile_of,
    quota_of,
    written,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.render import document
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer, Request, location
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import home

UNHANDLED = "java.lang.RuntimeException: org.jboss.resteasy.spi.UnhandledException:"
"""How the page of an exception begins that no command caught."""
ADD_SECONDS = 5.0
NEXT_SECONDS = 1.0
"""How long a new image is locked, and how much longer when the storage manager of the data center is making another
(05 #83-#90, #344-#353)."""


def add(site: Site, request: Request) -> Answer:
    """POST /disks: a floating disk. ``active`` in it is ignored (findings, 5)."""
    body = request.record("disk", "disks/methods/add")
    if "lun_storage" in body:
        return lun_disks.create(site, request)
    check_number(request, body, "provisioned_size", "disks/methods/add")
    check_fields(body, size="provisionedSize", method="add")
    asked = wish(site, body, of_vm=False)
    disk_rules.check_alias(asked.alias)
    domain = disk_rules.new_disk(site, asked)
    disk = make(site, asked, domain, request.correlation)
    answer = document(member_writer(site, home(disk), {}))
    return Answer(201, answer, headers={"Location": location(request.host, f"{API}/disks/{disk.id}")})


def make(site: Site, asked: Wish, domain: Entity, correlation: str) -> Entity:
    """The disk, locked until its image is written."""
    disk = entity(site, asked.record, domain, profile=asked.profile, quota=asked.quota)
    job = site.job(f"Adding Disk {disk.name}", correlation, "started")

    def finish() -> None:
        disk.set(status="ok")
        grown(site, disk, written(disk.data, domain))
        site.end_job(job)
        center = site.get("data_center", site.data_center_of(domain))
        site.event(
            2021, f"The disk '{disk.name}' was successfully added.", (center, domain), correlation, by_user=False
        )

    site.later(turn(site, site.data_center_of(domain)), finish)
    return disk


def turn(site: Site, center: str) -> float:
    """Seconds until the storage manager of a data center has made one more image."""
    key = f"storage manager {center}"
    before = max(0.0, site.busy.get(key, 0.0) - site.time()) / site.pace if site.pace else 0.0
    seconds = max(ADD_SECONDS, before + NEXT_SECONDS)
    site.hold(key, seconds)
    return seconds


def entity(
    site: Site, record: Record, domain: Entity, *, profile: str | None = None, quota: str | None = None
) -> Entity:
    """A disk record on a domain, known to the engine and laid on storage; profile and quota default to the first."""
    center = site.data_center_of(domain)
    held = {"disk_profile": {"id": profile}} if profile else profile_of(site, domain.id)
    share = {"quota": {"id": quota}} if quota else quota_of(site, center)
    disk = site.add(Entity("disk", arranged(place({**record, **held, **share}, domain.id))))
    lay(site, disk)
    return disk


def add_to_vm(site: Site, request: Request, body: Record) -> Entity:
    """A new disk below a VM. Raises Refusal."""
    inner = body["disk"]
    check_number(request, inner, "provisioned_size", "disk_attachments/methods/add")
    attachment = attachment_body(body)
    if "lun_storage" in inner:
        alias = str(inner.get("alias") or inner.get("name") or "")
        vm = check_new(site, request.ids[0], attachment, alias)
        disk = lun_disks.add(site, inner, alias or lun_disks.default_alias(vm), attachment)
        site.job(f"Adding Disk {disk.name}", request.correlation)
        plug(site, vm, disk, {**attachment, "active": attachment.get("active", default_active(vm))})
        return disk
    check_fields(inner, size="provisionedSize|size", method="invoke")
    if inner.get("storage_domains") == "":
        words = "java.lang.IndexOutOfBoundsException: Index 0 out of bounds for length 0"
        raise refusals.stack_trace(request.path, request.query, f"{UNHANDLED} {words}")
    asked = wish(site, inner, of_vm=True)
    vm = check_new(site, request.ids[0], attachment, asked.alias)
    domain = disk_rules.new_disk(site, asked)
    center = site.data_center_of(vm)
    if site.data_center_of(domain) != center:  # not recorded
        raise refusals.command(
            409, "Cannot add Virtual Disk. The target Data Center does not contain the Virtual Machine."
        )
    disk = make(site, asked, domain, request.correlation)
    plug(site, vm, disk, {**attachment, "active": attachment.get("active", default_active(vm))})
    return disk


def default_active(vm: Entity) -> str:
    """A new disk is plugged by default while the VM does not run."""
    return "true" if vm.data["status"] in ("down", "image_locked", "suspended") else "false"
