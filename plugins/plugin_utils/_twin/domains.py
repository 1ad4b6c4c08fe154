# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage domains on top level: edit and remove, and the words that other commands use about them (contract 03)."""

from __future__ import annotations

import re

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import members
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.follow import member_writer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.paths import lies_on
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.render import document
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import (
    UUID,
    Answer,
    Request,
    action_answer,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import Member, domain_on_top

NAME_RULE = (
    "Storage Domain name must be formed of 'a-z', 'A-Z', '0-9', '_' or '-' characters, "
    "Attribute: privateStorageDomain.name"
)


_EDITABLE = (
    "name",
    "description",
    "comment",
    "wipe_after_delete",
    "discard_after_delete",
    "warning_low_space_indicator",
    "critical_space_action_blocker",
    "backup",
    "block_size",
)


INACCESSIBLE = (
    "The relevant Storage Domain is inaccessible.\n-Please handle Storage Domain issues and retry the operation."
)


BUSY = "Related operation is currently in progress. Please try again later."


def status_text(entity: Entity) -> str:
    """The refusal that names a domain's status."""
    words = {"preparing_for_maintenance": "Preparing For Maintenance"}
    status = str(entity.data.get("status", "unknown"))
    return f"The relevant Storage Domain's status is {words.get(status, status.capitalize())}."


def check_name(site: Site, name: str, verb: str) -> None:
    """Rules for a domain's name. Raises Refusal."""
    if len(name) > 50:
        raise refusals.command(400, f"Cannot {verb} Storage. The given name is too long.")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise refusals.command(400, NAME_RULE)
    if site.named("storage_domain", name) is not None:
        raise refusals.command(409, f"Cannot {verb} Storage. The Storage Domain name is already in use.")


def update(site: Site, request: Request) -> Answer:
    """PUT /storagedomains/{id}."""
    entity = site.get("storage_domain", request.ids[0])
    body = request.record("storage_domain", "storage_domain/methods/update")
    if entity is None:
        raise refusals.empty(404)
    if body.get("id", entity.id) != entity.id:
        raise refusals.text(409, "Attempt to set immutable field: id", reason="Broken immutability constraint")
    for key, value in body.items():
        if key in ("type", "storage_format") and value != entity.data.get(key):
            raise refusals.command(
                400,
                "Cannot edit Storage. Can only update the following fields: name, description, comment, "
                "wipe after delete, low space threshold, and critical space threshold.",
            )
    if body.get("discard_after_delete") == "true" and "path" in entity.data["storage"]:
        raise refusals.command(400, "Cannot edit Storage. Discard after delete is supported only by block domains.")
    name = body.get("name", entity.name)
    if name != entity.name:
        if entity.data["status"] != "active":
            raise refusals.command(409, f"Cannot edit Storage. {status_text(entity)}")
        check_name(site, name, "edit")
    entity.set(**{key: body[key] for key in _EDITABLE if key in body})
    member = Member(domain_on_top(entity), f"{API}/storagedomains/{entity.id}", "storagedomains")
    return Answer(200, document(member_writer(site, member, {})))


def remove(site: Site, request: Request) -> Answer:
    """DELETE /storagedomains/{id}: remove, format or destroy. The connection record goes too (contract 03, 3.8)."""
    entity = site.get("storage_domain", request.ids[0])
    if entity is None:
        raise refusals.empty(404)
    destroy = request.flag("destroy")
    verb = "destroy" if destroy else "remove"
    if not destroy and not request.params.get("host"):
        raise refusals.reason_only(400, "host parameter is missing")
    if not destroy:
        _removing_host(site, request.params["host"])
    if site.held(entity.id):
        raise refusals.command(409, f"Cannot {verb} Storage. {BUSY}")
    attached = bool(members(entity.data, "data_centers", "data_center"))
    if destroy and entity.data["status"] in ("active", "locked", "preparing_for_maintenance"):
        raise refusals.command(409, f"Cannot destroy Storage. {status_text(entity)}")
    if attached and not destroy:
        raise refusals.command(409, f"Cannot remove Storage. {INACCESSIBLE}")
    job = site.job(f"Removing Storage Domain {entity.name}", request.correlation)
    if destroy:
        site.event(
            981,
            f"Storage Domain {entity.name} was forcibly removed by admin@internal-authz",
            (entity,),
            request.correlation,
        )
    elif request.flag("format"):
        for place in lies_on(site, entity):
            place.content = None
    forget(site, entity)
    if request.flag("async"):
        return Answer(202)
    return action_answer({}, {"job": {"id": job.id}, "status": "complete"})


def _removing_host(site: Site, named: str) -> None:
    if UUID.fullmatch(named):
        host = site.get("host", named)
        if host is None:
            raise refusals.command(400, "Can not Remove Storage Domain - the underlying Host ID is invalid.")
    else:
        host = site.named("host", named)
        if host is None:
            raise refusals.not_found(named)
    if host.data.get("status") != "up":
        raise refusals.command(409, f"Cannot remove Storage. Host {host.name} is not up.")


def forget(site: Site, entity: Entity) -> None:
    """Takes a domain, what it still holds, its profiles and its connections out of the engine."""
    content = site.storage.contents.get(entity.id)
    if content is not None and content.pool == site.data_center_of(entity):
        content.pool = None
    for disk in [d for d in site.all("disk") if entity.id in site.domains_of(d)]:
        site.remove(disk)
    for profile in [p for p in site.all("disk_profile") if p.ref("storage_domain") == entity.id]:
        site.remove(profile)
    site.unregistered.pop(entity.id, None)
    site.remove(entity)
    still = {c["id"] for d in site.all("storage_domain") for c in d.subs.get("storage_connections", [])}
    lun_portals = {
        (u.get("address"), u.get("target"))
        for d in site.all("disk")
        for u in members(d.data.get("lun_storage") or {}, "logical_units", "logical_unit")
    }
    for held in entity.subs.get("storage_connections", []):
        connection = site.get("storage_connection", held["id"])
        if (
            connection is not None
            and connection.id not in still
            and (connection.data.get("address"), connection.data.get("target")) not in lun_portals
        ):
            site.remove(connection)
