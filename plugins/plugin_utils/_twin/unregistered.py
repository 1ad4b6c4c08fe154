# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images, VMs and templates that lie on a domain and are not known here: registering an image, deleting what is there
(contract 04, 4.7 and 4.8; recordings 04b 177-193 and 248-261, 04c 96-102)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.domains import status_text
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.made import created
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.places import Content
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.register import disk_profile, forget_rows
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import (
    Answer,
    Request,
    action_answer,
    known_id,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import Member, disk_in

REMOVE_SECONDS = 1.6
"""Until the job of a removal ends (04b recordings 249-252, 04c 96-100)."""


def register_disk(site: Site, request: Request) -> Answer:
    """POST /datacenters/{dc}/storagedomains/{sd}/disks/{disk}/register: the image becomes a floating disk."""
    sent = request.action("attached_storage_domain_disk/methods/register")
    domain, identity = request.ids[1:]
    disk = _bring_in(site, domain, identity, "")
    job = site.job(f"Registering Disk {disk.name}", request.correlation)
    held = disk_in(disk.data, domain)
    shown = {
        "id": identity,
        "href": f"{API}/storagedomains/{domain}/disks/{identity}",
        "storage_domain": held["storage_domain"],
        "storage_domains": held["storage_domains"],
    }
    shapes = {"disk": "storagedomains/disks/known"}
    return action_answer(sent, {"disk": shown, "job": {"id": job.id}, "status": "complete"}, shapes=shapes)


def register_named(site: Site, request: Request) -> Answer:
    """POST /storagedomains/{sd}/disks;unregistered: the old form, the only one that takes a name."""
    if not request.flag("unregistered"):
        raise refusals.empty(405)
    body = request.record("disk", "storage_domain_disks/methods/add")
    if not body.get("id"):
        words = "candidate can not be null please use static method createGuidFromString"
        raise refusals.stack_trace(request.path, request.query, f"java.lang.NullPointerException: {words}")
    domain = request.ids[0]
    disk = _bring_in(site, domain, known_id(body["id"]), str(body.get("alias") or body.get("name") or ""))
    record = {**disk_in(disk.data, domain), "total_size": "0"}
    href = f"{API}/storagedomains/{domain}/disks/{disk.id}"
    return created(site, request, Member(record, href, "storagedomains/disks/known"))


def _bring_in(site: Site, domain: str, identity: str, name: str) -> Entity:
    """Makes an image known. Raises Refusal."""
    content = site.storage.contents.get(domain)
    if site.get("storage_domain", domain) is None or content is None:
        raise refusals.text(400, "Storage Domain doesn't exist.")
    known = site.get("disk", identity)
    if known is not None:
        raise refusals.command(
            409,
            f"Cannot import Virtual Disk: The following disks are locked: {known.name}. "
            "Please try again in a few minutes.",
        )
    if identity not in content.disks or identity in content.layered:
        raise refusals.not_found(identity)
    image = content.disks[identity]
    alias = name or str(image.get("name") or "") or _made_up(site)
    where = {"storage_domains": {"storage_domain": {"id": domain}}}
    named = {"name": alias, "alias": alias, "total_size": image.get("actual_size", "0"), "shareable": "false"}
    return site.add(Entity("disk", {**image, **named, **disk_profile(site, domain), **where}))


def _made_up(site: Site) -> str:
    """The name of an image that has none (contract 04, 4.7). Not recorded."""
    return "RegisteredDisk_" + site.clock.stamp()[:19].replace("T", "_").replace(":", "-")


def remove_image(site: Site, request: Request) -> Answer:
    """DELETE /datacenters/{dc}/storagedomains/{sd}/disks/{disk}: an image that is not known is deleted on storage."""
    domain, identity = request.ids[1:]
    content = site.storage.contents.get(domain)
    if site.get("storage_domain", domain) is None or content is None or identity not in content.disks:
        raise refusals.empty(404)
    unknown = identity in content.layered or (identity, domain) in site.forgotten_images
    if unknown and site.get("disk", identity) is None:
        # A forgotten one is listed still (tried on a running engine).
        raise refusals.empty(404)
    _active(site, domain, "Virtual Disk")
    if site.get("disk", identity) is not None:
        raise refusals.command(
            409, "Cannot remove Virtual Disk. Related operation is currently in progress. Please try again later."
        )
    _delete(content, identity)
    job = site.job("Removing Disk", request.correlation)
    return action_answer({}, {"job": {"id": job.id}, "status": "complete"})


def remove_entity(site: Site, request: Request) -> Answer:
    """DELETE /storagedomains/{sd}/vms/{vm} or /templates/{t}: forget an unregistered one, with its images on this
    domain, whether they were registered meanwhile or not. Either address takes VMs and templates. (Tried on a running
    engine.)"""
    domain, identity = request.ids
    tag = "vm" if request.segments[2] == "vms" else "template"
    entry = site.unregistered.get(domain, {}).get(identity)
    if entry is None:
        if site.get(tag, identity) is not None:
            word = "VM" if tag == "vm" else "Template"
            raise refusals.command(400, f"Cannot remove {word}. Storage Domain type is illegal.")
        raise refusals.empty(404)
    _active(site, domain, "VM" if tag == "vm" else "Template")
    content = site.storage.contents[domain]
    for disk in entry.disks:
        if domain in disk.domains:
            _delete(content, disk.record["id"])
    forget_rows(site, identity)
    content.ovf = {key: value for key, value in content.ovf.items() if key != identity}
    words = f"Remove Unregistered VM {'Template ' if tag == 'template' else ''}{entry.name}"
    job = site.job(words, request.correlation, "started")
    site.later(REMOVE_SECONDS, lambda: site.end_job(job))
    return action_answer({}, {"job": {"id": job.id}, "status": "complete"})


def _active(site: Site, domain: str, word: str) -> None:
    """Nothing is deleted from a domain that is not active (tried on a running engine). Raises Refusal."""
    entity = site.get("storage_domain", domain)
    if entity is not None and entity.data.get("status") != "active":
        raise refusals.command(409, f"Cannot remove {word}. {status_text(entity)}")


def _delete(content: Content, identity: str) -> None:
    content.layered.discard(identity)
    content.disks.pop(identity, None)
