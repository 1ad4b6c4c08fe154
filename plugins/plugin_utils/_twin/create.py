# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Making storage domains known: a new one, or the import of what lies there (contract 03, 3.2; recordings 03, 03b)."""

from __future__ import annotations

from typing import Any

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.blocks import block_storage, portals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.connection_users import USED, users_of
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.domains import NAME_RULE, check_name
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record, listed
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.follow import member_writer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.render import document
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import (
    Answer,
    Request,
    known_id,
    location,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.storage import Content, Place
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import Member, domain_on_top
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.work import Steps, Work

TYPES = ("data", "iso", "export", "image", "volume", "managed_block_storage")


FORMATS = ("v1", "v2", "v3", "v4", "v5")


STORAGE_TYPES = ("iscsi", "fcp", "nfs", "localfs", "posixfs", "glusterfs", "glance", "cinder", "managed_block_storage")


_SIZE_RULE = "size must be between 1 and 250, Attribute: privateStorageDomain.name"


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
            raise refusals.text(500, f"Can't find storage server connection for id '{storage['id']}'.")
        users = users_of(site, connection)
        if users.entities and connection.data["type"] != "iscsi":
            raise refusals.command(409, f"Cannot add Storage. {USED} storage domains : {','.join(users.names)}.")
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
    return _known(site, content, body, block_storage(storage["type"], content.id, places), *portals(site, places))


def _block_import(site: Site, body: Record, storage: Record, host: Entity) -> Entity:
    if not body.get("id"):
        raise refusals.incomplete("StorageDomain [id] required for add")
    identity = known_id(body["id"])
    kind = storage["type"].lower()
    places = [
        p
        for p in site.storage.block_places(identity)
        if host.id in p.hosts and p.reachable and p.record.get("type", "iscsi") == kind
    ]
    known = site.get("storage_domain", identity)
    if known is not None or not places:
        if not body.get("name"):
            raise refusals.command(400, _SIZE_RULE, NAME_RULE)
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
    return _known(site, content, body, block_storage(kind, identity, places), *portals(site, places))
