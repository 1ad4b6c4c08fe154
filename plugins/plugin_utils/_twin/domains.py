# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage domains on top level: create, import, edit, remove (contract 03; recordings 03 and 03b)."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record, listed, members
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.reads import member_writer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.render import document
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import (
    UUID,
    Answer,
    Request,
    action_answer,
    known_id,
    location,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.sources import Member, domain_on_top
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.storage import Content, Place
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.work import Steps, Work

TYPES = ("data", "iso", "export", "image", "volume", "managed_block_storage")
FORMATS = ("v1", "v2", "v3", "v4", "v5")
STORAGE_TYPES = ("iscsi", "fcp", "nfs", "localfs", "posixfs", "glusterfs", "glance", "cinder", "managed_block_storage")
_NAME_RULE = (
    "Storage Domain name must be formed of 'a-z', 'A-Z', '0-9', '_' or '-' characters, "
    "Attribute: privateStorageDomain.name"
)
_SIZE_RULE = "size must be between 1 and 250, Attribute: privateStorageDomain.name"
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


def host_in(site: Site, held: Any, missing: str) -> Entity:
    """The host that a body names. Raises Refusal."""
    if not isinstance(held, dict) or not (held.get("id") or held.get("name")):
        raise refusals.incomplete(missing)
    if held.get("id"):
        host = site.get("host", known_id(held["id"]))
        if host is None:
            raise refusals.validation_crash()
        return host
    host = site.named("host", held["name"])
    if host is None:
        raise refusals.not_found(f"Hosts: name={held['name']}")
    return host


def create(site: Site, request: Request) -> Steps:
    """POST /storagedomains: a new domain, or the import of what lies there."""
    body = request.record("storage_domain", "storage_domains/methods/add")
    storage = body.get("storage")
    host_given = isinstance(body.get("host"), dict)
    missing = [
        name
        for name, given in (("host.id|name", host_given), ("type", "type" in body), ("storage", "storage" in body))
        if not given
    ]
    if missing:
        raise refusals.incomplete(f"StorageDomain [{', '.join(missing)}] required for add")
    if body["type"].lower() not in TYPES:
        raise _enum(body["type"], "StorageDomainType", TYPES)
    if body.get("storage_format", "v5") not in FORMATS:
        raise _enum(body["storage_format"], "StorageFormat", FORMATS)
    if not isinstance(storage, dict) or ("type" not in storage and "id" not in storage):
        raise refusals.incomplete("StorageDomain [storage.type] required for add")
    if "id" in storage:
        connection = site.get("storage_connection", known_id(storage["id"]))
        if connection is None:
            raise refusals.text(500, "java.lang.NullPointerException")
        storage = {key: value for key, value in connection.data.items() if key != "id"}
    if storage["type"].lower() not in STORAGE_TYPES:
        raise _enum(storage["type"], "StorageType", STORAGE_TYPES)
    host = host_in(site, body["host"], "StorageDomain [host.id|name] required for add")
    if host.data.get("status") != "up":
        raise refusals.command(409, "Cannot add storage server connection when Host status is not up")
    yield Work("import")
    if storage["type"].lower() in ("iscsi", "fcp"):
        entity = _block(site, body, storage, host)
    else:
        entity = _file(site, body, storage)
    shown = {**domain_on_top(entity), "status": "unknown"}
    href = f"{API}/storagedomains/{entity.id}"
    answer = document(member_writer(site, Member(shown, href, "storagedomains"), {}))
    return Answer(201, answer, headers={"Location": location(request.host, href)})


def _enum(value: str, name: str, allowed: tuple[str, ...]) -> refusals.Refusal:
    words = ", ".join(f"'{item}'" for item in allowed)
    detail = f"The string '{value}' isn't a valid value for the '{name}' enumerated type. Valid values are: {words}."
    return refusals.text(400, detail, reason="Invalid value")


def _file(site: Site, body: Record, storage: Record) -> Entity:
    kind = storage["type"].lower()
    needed = {"posixfs": ("path", "vfs_type"), "localfs": ("path",), "glusterfs": ("path", "vfs_type")}.get(
        kind, ("address", "path")
    )
    for field in needed:
        if not storage.get(field):
            word = "vfsType" if field == "vfs_type" else field
            raise refusals.incomplete(f"HostStorage [{word}] required for add")
    if not storage["path"].startswith("/"):
        raise refusals.command(400, "Mount path is illegal, please use [IP:/path or FQDN:/path] convention.")
    address, path = storage.get("address", ""), storage["path"]
    same = next(
        (
            c
            for c in site.all("storage_connection")
            if (c.data.get("address", ""), c.data.get("path")) == (address, path)
        ),
        None,
    )
    users = [
        d
        for d in site.all("storage_domain")
        if same is not None and {"id": same.id} in d.subs.get("storage_connections", [])
    ]
    if same is not None and users:
        raise refusals.command(
            409, f"Cannot add Storage Connection. Storage connection {same.id} already exists for {users[0].name}."
        )
    place = site.storage.export(address, path)
    if place is None or not place.reachable:
        raise refusals.command(400, "Problem while trying to mount target")
    if place.content is None:
        if not body.get("name"):
            raise refusals.incomplete("StorageDomain [name] required for add")
        check_name(site, body["name"], "add")
        place.content = _new_content(site, body, storage)
    else:
        if site.get("storage_domain", place.content.id) is not None:
            raise refusals.command(409, "Cannot add Storage. The Storage Domain already exists.")
        check_name(site, body.get("name") or place.content.record["name"], "add")
    kept: Record = {
        key: storage[key]
        for key in ("address", "mount_options", "nfs_retrans", "nfs_timeo", "nfs_version", "path", "type", "vfs_type")
        if key in storage
    }
    connection = same or site.add(Entity("storage_connection", {"id": site.new_id(), **kept}))
    return _known(site, place.content, body, kept, connection)


def check_name(site: Site, name: str, verb: str) -> None:
    """Rules for a domain's name. Raises Refusal."""
    if len(name) > 50:
        raise refusals.command(400, f"Cannot {verb} Storage. The given name is too long.")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise refusals.command(400, _NAME_RULE)
    if site.named("storage_domain", name) is not None:
        raise refusals.command(409, f"Cannot {verb} Storage. The Storage Domain name is already in use.")


def _new_content(site: Site, body: Record, storage: Record) -> Content:
    identity = site.new_id()
    record = {
        "id": identity,
        "name": body["name"],
        "description": body.get("description", ""),
        "comment": body.get("comment", ""),
        "available": "534723428352",
        "backup": body.get("backup", "false"),
        "block_size": "512",
        "committed": "0",
        "critical_space_action_blocker": "5",
        "discard_after_delete": "false",
        "external_status": "ok",
        "master": "false",
        "status": "unattached",
        "storage": storage,
        "storage_format": body.get("storage_format", "v5"),
        "supports_discard": "false",
        "supports_discard_zeroes_data": "false",
        "type": body["type"].lower(),
        "used": "2147483648",
        "warning_low_space_indicator": body.get("warning_low_space_indicator", "10"),
        "wipe_after_delete": body.get("wipe_after_delete", "false"),
    }
    content = Content(identity, record)
    site.storage.contents[identity] = content
    return content


def _known(site: Site, content: Content, body: Record, storage: Record, *connections: Entity) -> Entity:
    """The domain as this engine knows it after an import or a create: unattached."""
    data = {
        key: value
        for key, value in content.record.items()
        if key not in ("data_centers", "storage_connections", "permissions", "disk_snapshots")
    }
    data.update(
        {
            "name": body.get("name") or data["name"],
            "committed": "0",
            "master": "false",
            "status": "unattached",
            "storage": storage,
        }
    )
    entity = site.add(Entity("storage_domain", data, {"storage_connections": [{"id": c.id} for c in connections]}))
    site.add(Entity("disk_profile", {"id": site.new_id(), "name": data["name"], "storage_domain": {"id": entity.id}}))
    return entity


def _block(site: Site, body: Record, storage: Record, host: Entity) -> Entity:
    if body.get("import") == "true":
        return _block_import(site, body, storage, host)
    units = listed(
        (storage.get("logical_units") or storage.get("volume_group", {}).get("logical_units") or {}).get("logical_unit")
    )
    check_name(site, body.get("name", ""), "add")
    if not units:
        raise refusals.command(400, "Volume Group (VGs) and Logical Volumes (LVs) are not specified.")
    places: list[Place] = []
    for unit in units:
        if not unit.get("id"):
            raise refusals.incomplete("LogicalUnit [id] required for invoke")
        place = site.storage.luns.get(unit["id"])
        owner = (
            site.get("storage_domain", place.content.id) if place is not None and place.content is not None else None
        )
        if owner is not None:
            raise refusals.command(
                409,
                "Cannot add Storage. The following LUNs are already part of existing storage domains: "
                f"{unit['id']} ({owner.name}).",
            )
        if place is None or not place.reachable:
            raise refusals.command(400, "LVM setup failed")
        places.append(place)
    content = _new_content(site, body, storage)
    for place in places:
        place.content = content
        place.hosts.add(host.id)
    return _known(site, content, body, block_storage(storage["type"], content.id, places), *_portals(site, places))


def _block_import(site: Site, body: Record, storage: Record, host: Entity) -> Entity:
    if not body.get("id"):
        raise refusals.incomplete("StorageDomain [id] required for add")
    identity = known_id(body["id"])
    places = [p for p in site.storage.block_places(identity) if host.id in p.hosts and p.reachable]
    known = site.get("storage_domain", identity)
    if known is not None or not places:
        if not body.get("name"):
            raise refusals.command(400, _SIZE_RULE, _NAME_RULE)
        if known is not None:
            raise refusals.command(409, "Cannot add Storage. The Storage Domain already exists.")
        raise refusals.command(
            409,
            "Cannot add Storage. Failed to get data for Import operation.\n- Check connectivity to the Storage Domain.",
        )
    content = places[0].content
    if content is None:
        raise refusals.engine_error()
    check_name(site, body.get("name") or content.record["name"], "add")
    return _known(site, content, body, block_storage(storage["type"], identity, places), *_portals(site, places))


def block_storage(kind: str, identity: str, places: list[Place]) -> Record:
    """The storage element of a block domain on these LUNs."""
    cuts = ((0, 6), (9, 13), (14, 18), (19, 23), (24, 28), (28, 32), (30, 36))
    group = "-".join(identity[first:last] for first, last in cuts)
    units = [
        {
            **{k: v for k, v in p.record.items() if k != "type"},
            "active_paths": "0",
            "paths": "0",
            "storage_domain_id": identity,
            "volume_group_id": group,
        }
        for p in places
    ]
    units = [{"id": u["id"], **{k: u[k] for k in sorted(u) if k != "id"}} for u in units]
    return {
        "type": kind,
        "volume_group": {"id": group, "logical_units": {"logical_unit": units if len(units) > 1 else units[0]}},
    }


def _portals(site: Site, places: list[Place]) -> list[Entity]:
    found: list[Entity] = []
    for place in places:
        if "target" in place.record:
            entity = portal(site, place.record)
            if entity not in found:
                found.append(entity)
    return found


def portal(site: Site, unit: Record) -> Entity:
    """The iSCSI connection record for a LUN's portal and target, made when there is none."""
    wanted = (unit.get("address"), unit.get("target"))
    known = next(
        (c for c in site.all("storage_connection") if (c.data.get("address"), c.data.get("target")) == wanted), None
    )
    return known or site.add(
        Entity(
            "storage_connection",
            {
                "id": site.new_id(),
                "address": unit["address"],
                "port": unit.get("port", "3260"),
                "target": unit["target"],
                "type": "iscsi",
            },
        )
    )


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
        for place in site.storage.places(entity.data["storage"]):
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
