# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Permissions on VMs and templates (contract 07, 7.8; recordings 04a 70-73 and 150)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.made import created
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import (
    Answer,
    Request,
    action_answer,
    known_id,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API, COLLECTION_OF, SHAPES
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import Member

EVERYONE_ID = "eee00000-0000-0000-0000-123456789eee"


def add(site: Site, request: Request) -> Answer:
    """POST /vms/{vm}/permissions, /templates/{t}/permissions and those of other holders. One that is there stays."""
    body = request.record("permission", "assigned_permissions/methods/add")
    holder = _holder(site, request)
    role, (tag, whom) = _role(site, body), _whom(site, body)
    held = holder.subs.get("permissions", [])
    for known in held:
        if known.get(tag) == {"id": whom} and known["role"] == {"id": role.id}:
            return created(site, request, _member(holder, known))
    grant: Record = {"id": site.new_id(), "role": {"id": role.id}, tag: {"id": whom}}
    holder.subs["permissions"] = [*held, grant]
    return created(site, request, _member(holder, grant))


def remove(site: Site, request: Request) -> Answer:
    """DELETE .../permissions/{p}. Not recorded."""
    holder = _holder(site, request)
    held = holder.subs.get("permissions", [])
    kept = [grant for grant in held if grant["id"] != request.ids[-1]]
    if len(kept) == len(held):
        raise refusals.empty(404)
    holder.subs["permissions"] = kept
    return action_answer({}, {"status": "complete"})


def of_the_system(site: Site) -> list[Record]:
    """What is granted on the whole system and so handed down to every cluster: what all of them have."""
    held = [{grant["id"]: grant for grant in cluster.subs.get("permissions", [])} for cluster in site.all("cluster")]
    shared = [
        grant for identity, grant in (held[0] if held else {}).items() if all(identity in other for other in held)
    ]
    return [{key: value for key, value in grant.items() if key != "cluster"} for grant in shared]


def _holder(site: Site, request: Request) -> Entity:
    found = site.get(SHAPES[request.segments[0]].tag, request.ids[0])
    if found is None:
        raise refusals.empty(404)
    return found


def _member(holder: Entity, grant: Record) -> Member:
    """A permission where its creation shows it: that of a VM below its user (04a recording 70), others in place."""
    leaf = COLLECTION_OF[holder.tag]
    base = f"{API}/{leaf}/{holder.id}"
    if holder.tag == "vm":
        tag = "group" if "group" in grant else "user"
        base = f"{API}/{tag}s/{grant[tag]['id']}"
    record = {**grant, holder.tag: {"id": holder.id}}
    return Member(dict(sorted(record.items())), f"{base}/permissions/{grant['id']}", f"{leaf}/permissions")


def _role(site: Site, body: Record) -> Entity:
    given = body.get("role")
    role: Record = given if isinstance(given, dict) else {}
    if not role.get("id") and not role.get("name"):
        raise refusals.incomplete("Permission [role.id|name] required for add")
    found = site.get("role", known_id(role["id"])) if role.get("id") else site.named("role", role["name"])
    if found is None:
        raise refusals.not_found(role.get("id") or f"Role: name={role['name']}")
    return found


def _whom(site: Site, body: Record) -> tuple[str, str]:
    """user or group, and its id. Everyone is a group of every engine; the rest of groups was not recorded."""
    for tag in ("user", "group"):
        given = body.get(tag)
        if isinstance(given, dict) and given.get("id"):
            identity = known_id(given["id"])
            if site.get(tag, identity) is None and (tag, identity) != ("group", EVERYONE_ID):
                raise refusals.not_found(given["id"])
            return tag, identity
    raise refusals.incomplete("Permission [user|group.id] required for add")
