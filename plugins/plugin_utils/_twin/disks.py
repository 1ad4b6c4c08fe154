# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks: registering one, forgetting one (contract 04, 4.7 and 4.8; recordings 04b 177-193, 256-260, 07 256-258)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import members
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.register import disk_profile
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer, Request, action_answer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site


def register(site: Site, request: Request) -> Answer:
    """POST /datacenters/{dc}/storagedomains/{sd}/disks/{disk}/register: the image becomes a floating disk."""
    sent = request.action("attached_storage_domain_disk/methods/register")
    _unused, domain, identity = request.ids
    known = site.get("disk", identity)
    content = site.storage.contents.get(domain)
    if site.get("storage_domain", domain) is None or content is None:
        raise refusals.text(400, "Storage Domain doesn't exist.")
    if known is not None:
        raise refusals.command(
            409,
            f"Cannot import Virtual Disk: The following disks are locked: {known.name}. "
            "Please try again in a few minutes.",
        )
    if identity not in content.disks or identity in content.layered:
        raise refusals.not_found(identity)
    where = {"storage_domains": {"storage_domain": {"id": domain}}}
    disk = site.add(Entity("disk", {**content.disks[identity], **disk_profile(site, domain), **where}))
    job = site.job(f"Registering Disk {disk.name}", request.correlation)
    shown = {
        "id": identity,
        "href": f"{API}/datacenters/{request.ids[0]}/storagedomains/{domain}/disks/{identity}",
        "storage_domain": {"id": domain},
        **where,
    }
    return action_answer(sent, {"disk": shown, "job": {"id": job.id}, "status": "complete"})


def remove_disk(site: Site, disk: Entity) -> None:
    """Takes a disk out of the engine and its image off the storage."""
    for domain in site.domains_of(disk):
        content = site.storage.contents.get(domain)
        if content is not None and content.pool == site.data_center_of(disk):
            content.disks.pop(disk.id, None)
            content.backing.pop(disk.id, None)
            content.layered.discard(disk.id)
    site.remove(disk)
    site.disk_users.pop(disk.id, None)
    _drop_portal(site, disk)


def _drop_portal(site: Site, disk: Entity) -> None:
    """The last LUN disk of a target takes its connection along when no domain uses it (findings, 2)."""
    for unit in members(disk.data.get("lun_storage") or {}, "logical_units", "logical_unit"):
        key = (unit.get("address"), unit.get("target"))
        others = {
            (u.get("address"), u.get("target"))
            for d in site.all("disk")
            for u in members(d.data.get("lun_storage") or {}, "logical_units", "logical_unit")
        }
        used = {c["id"] for d in site.all("storage_domain") for c in d.subs.get("storage_connections", [])}
        for connection in list(site.all("storage_connection")):
            if (
                (connection.data.get("address"), connection.data.get("target")) == key
                and key not in others
                and connection.id not in used
            ):
                site.remove(connection)


def remove_unregistered(site: Site, request: Request) -> Answer:
    """DELETE /datacenters/{dc}/storagedomains/{sd}/disks/{disk}: an image the engine does not know is deleted on
    storage."""
    _unused, domain, identity = request.ids
    content = site.storage.contents.get(domain)
    if site.get("storage_domain", domain) is None or content is None or identity not in content.disks:
        raise refusals.empty(404)
    if site.get("disk", identity) is not None:
        raise refusals.command(
            409, "Cannot remove Virtual Disk. Related operation is currently in progress. Please try again later."
        )
    del content.disks[identity]
    job = site.job("Removing Disk", request.correlation)
    return action_answer({}, {"job": {"id": job.id}, "status": "complete"})


def remove_entity(site: Site, request: Request) -> Answer:
    """DELETE /storagedomains/{sd}/vms/{vm} or /templates/{t}: forget an unregistered one, with its images on this
    domain."""
    domain, identity = request.ids
    tag = "vm" if request.segments[2] == "vms" else "template"
    entry = site.unregistered.get(domain, {}).get(identity)
    if entry is None or entry.kind != tag:
        if site.get(tag, identity) is not None:
            word = "VM" if tag == "vm" else "Template"
            raise refusals.command(400, f"Cannot remove {word}. Storage Domain type is illegal.")
        raise refusals.empty(404)
    content = site.storage.contents[domain]
    for disk in entry.disks:
        if domain in disk.domains and site.get("disk", disk.record["id"]) is None:
            content.disks.pop(disk.record["id"], None)
    for rows in site.unregistered.values():
        rows.pop(identity, None)
    content.ovf = {key: value for key, value in content.ovf.items() if key != identity}
    job = site.job(
        f"Remove Unregistered {'VM' if tag == 'vm' else 'Template'} {entry.name}", request.correlation, "started"
    )
    site.later(0.8, lambda: site.end_job(job))
    return action_answer({}, {"job": {"id": job.id}, "status": "complete"})
