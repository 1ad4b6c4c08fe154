# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Making storage domains known: a new one, or the import of what lies there (contract 03, 3.2; recordings 03 48-112,
369-397, 03b 338-360)."""

from __future__ import annotations

from functools import partial
from typing import Any

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import connection_rules, create_rules, refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.connection_users import USED, users_of
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.connections import not_twice
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.create_block import block
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.create_rules import known, new_content
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.follow import member_writer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.local import make_local
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.paths import lies_on, mount, path_of
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.render import document
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import (
    Answer,
    Request,
    known_id,
    location,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import Member, domain_shape
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.watch import UNSEEN_SECONDS, measure
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.work import Steps, Work

TYPES = ("data", "iso", "export", "image", "volume", "managed_block_storage")
FORMATS = ("v1", "v2", "v3", "v4", "v5")


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
    _complete(body)
    storage, connection = body["storage"], None
    if "id" in storage:
        connection = _connection(site, storage["id"])
        storage = {key: value for key, value in connection.data.items() if key != "id"}
    kind = refusals.one_of(storage["type"], "StorageType", connection_rules.STORAGE_TYPES)
    storage = {**storage, "type": kind}
    host = host_in(site, body["host"], "StorageDomain [host.id|name] required for add")
    if kind in connection_rules.FILE_TYPES and connection is None:
        storage = connection_rules.mountable(storage)
        _new_path(site, storage, host)
    if host.data.get("status") != "up":
        raise refusals.command(409, "Cannot add storage server connection when Host status is not up")
    yield Work("import")
    if kind in ("iscsi", "fcp"):
        entity = block(site, body, storage, host)
    else:
        entity = _file(site, body, storage, host, connection)
    site.job(f"Adding Storage Domain {entity.name}", request.correlation)
    shown = {**entity.data, "status": "unknown"}
    href = f"{API}/storagedomains/{entity.id}"
    answer = document(member_writer(site, Member(shown, href, domain_shape(entity, "storagedomains")), {}))
    return Answer(201, answer, headers={"Location": location(request.host, href)})


def _complete(body: Record) -> None:
    """What every request needs. Raises Refusal."""
    host_given = isinstance(body.get("host"), dict)
    given = (("host.id|name", host_given), ("type", "type" in body), ("storage", "storage" in body))
    missing = [name for name, there in given if not there]
    if missing:
        raise refusals.incomplete(f"StorageDomain [{', '.join(missing)}] required for add")
    body["type"] = refusals.one_of(body["type"], "StorageDomainType", TYPES)
    refusals.one_of(body.get("storage_format", "v5"), "StorageFormat", FORMATS)
    storage = body["storage"]
    if not isinstance(storage, dict) or ("type" not in storage and "id" not in storage):
        raise refusals.incomplete("StorageDomain [storage.type] required for add")


def _connection(site: Site, identity: str) -> Entity:
    """The connection that a body names, when no domain stands on it. Raises Refusal."""
    connection = site.get("storage_connection", known_id(identity))
    if connection is None:
        raise refusals.text(500, f"Can't find storage server connection for id '{identity}'.")
    users = users_of(site, connection)
    if users.entities and connection.data["type"] != "iscsi":
        raise refusals.command(409, f"Cannot add Storage. {USED} storage domains : {','.join(users.names)}.")
    return connection


def _new_path(site: Site, storage: Record, host: Entity) -> None:
    """Whether no connection has the path. A refusal is cleaned up after: the host lets go of the path, even when an
    active domain is there, of which no sizes are told from then on (03 69, 155-243). Raises Refusal."""
    try:
        not_twice(site, storage, "add", data_center=site.data_center_of(host))
    except refusals.Refusal:
        place = path_of(site, storage)
        if place is not None:
            place.hosts.discard(host.id)
        for domain in site.all("storage_domain"):
            if place is not None and place in lies_on(site, domain):
                site.later(UNSEEN_SECONDS, partial(measure, site, domain))
        raise


def _file(site: Site, body: Record, storage: Record, host: Entity, connection: Entity | None) -> Entity:
    """A domain on a path. The connection is made first, so a path that does not mount is noticed before the name."""
    if connection is not None:
        create_rules.name_free(site, body.get("name", ""), "add")
    place = mount(site, storage, host)
    if place is None and connection is not None:
        raise refusals.command(400)
    if place is None:
        raise refusals.command(400, "Problem while trying to mount target")
    if place.content is None or storage["type"] == "localfs":
        if not body.get("name"):
            raise refusals.incomplete("StorageDomain [name] required for add")
        create_rules.acceptable(site, body, storage["type"])
        if storage["type"] == "localfs":
            return make_local(site, body, storage, host, place, connection)
        if body["type"] in create_rules.NOT_MADE:
            raise refusals.command(400, "General Exception")
        place.content = new_content(site, body, storage)
    else:
        if site.get("storage_domain", place.content.id) is not None:
            raise refusals.command(409, "Cannot add Storage. The Storage Domain already exists.")
        create_rules.acceptable(site, {**body, "name": body.get("name") or place.content.record["name"]}, "nfs")
    kept = connection_rules.kept(storage)
    if connection is None:
        connection = site.add(Entity("storage_connection", {"id": site.new_id(), **kept}))
    return known(site, place.content, body, kept, connection)
