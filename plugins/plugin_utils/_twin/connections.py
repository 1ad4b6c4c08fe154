# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage connections: create, update, delete (contract 02, 2.3-2.5; recordings 02 2-128, 146-206, 227-265)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import connection_rules as rules
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.connection_users import (
    USED,
    Users,
    follow,
    users_of,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.follow import member_writer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.render import document
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import (
    UUID,
    Answer,
    Request,
    action_answer,
    known_id,
    location,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.sessions import behind, sign_in
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import home
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.watch import read_sizes


def _host(site: Site, body: Record, prefix: str = "") -> str:
    """The id of the host that a body names, empty without one. Raises Refusal."""
    held = body.get("host")
    if not isinstance(held, dict):
        return ""
    if held.get("id"):
        return known_id(held["id"])
    found = site.named("host", held.get("name", ""))
    if found is None:
        raise refusals.not_found(f"{prefix}{held.get('name', '')}")
    return found.id


def _place(details: Record) -> tuple[str, ...]:
    """What makes two connections the same: whatever the type, options or user name."""
    if details["type"] == "iscsi":
        return ("iscsi", details.get("address", ""), details.get("port", ""), details.get("target", ""))
    return ("file", details.get("address", ""), details.get("path", ""))


def not_twice(site: Site, details: Record, verb: str, own: str = "", data_center: str = "") -> None:
    """Whether no connection but ``own`` has these details; one of a host's own file system only counts within the
    data center. Raises Refusal."""
    local = details["type"] == "localfs"
    for other in site.all("storage_connection"):
        if other.id == own or (other.data["type"] == "localfs") != local or _place(other.data) != _place(details):
            continue
        domains = users_of(site, other).entities
        if not local or any(site.data_center_of(domain) == data_center for domain in domains):
            raise refusals.command(
                409,
                f"Cannot {verb} Storage Connection. Storage connection {other.id} already exists for "
                f"{domains[0].name if domains else ''}.",
            )


def _shown(site: Site, connection: Entity) -> bytes:
    return document(member_writer(site, home(connection), {}))


def create(site: Site, request: Request) -> Answer:
    """POST /storageconnections: a record; with a host also a test whether it can connect."""
    body = rules.read(request, "storage_server_connections/methods/add")
    rules.complete(body)
    named = _host(site, body)
    rules.numbers(body)
    if body.get("id"):
        raise refusals.command(400, "Cannot add Storage Connection. Storage connection id is not empty.")
    details = rules.kept(body)
    rules.details(details, "add")
    if details["type"] == "glusterfs" and not named:
        raise refusals.validation_crash()
    not_twice(site, details, "add")
    if named:
        host = site.get("host", named)
        if host is None:
            raise refusals.validation_crash()
        if host.data.get("status") != "up":
            raise refusals.command(409, "Cannot add storage server connection when Host status is not up")
        _try(site, details, host.id, body.get("password", ""))
        site.job(f"Connecting Host {host.name} to Storage server", request.correlation)
    connection = site.add(Entity("storage_connection", {"id": site.new_id(), **details}))
    _keep_secret(connection, body)
    href = home(connection).href
    return Answer(201, _shown(site, connection), headers={"Location": location(request.host, href)})


def _keep_secret(connection: Entity, body: Record) -> None:
    """A password is kept for signing in and never shown."""
    if body.get("password") and connection.data["type"] == "iscsi":
        connection.subs["chap"] = [{"password": body["password"]}]


def _try(site: Site, details: Record, host: str, password: str) -> None:
    """Connects a host. Raises Refusal."""
    if details["type"] == "localfs":
        return
    if details["type"] == "iscsi":
        words = sign_in(site, host, details["address"], details["target"], details.get("username", ""), password)
        if words:
            raise refusals.command(400, words)
        return
    place = site.storage.export(details.get("address", ""), details["path"])
    if place is None or not place.reachable:
        raise refusals.command(400, "Problem while trying to mount target")


def update(site: Site, request: Request) -> Answer:
    """PUT /storageconnections/{id}: only the record changes, and what domains and disks show of it.

    With a host every attached domain that uses it is in maintenance afterwards, whether or not the host got there."""
    connection = site.get("storage_connection", request.ids[0])
    body = rules.read(request, "storage_server_connection/methods/update")
    if connection is None:
        raise refusals.empty(404)
    if body.get("id", connection.id) != connection.id:
        raise refusals.text(409, "Attempt to set immutable field: id", reason="Broken immutability constraint")
    named = _host(site, body, "Hosts: name=")
    kind = body.get("type", connection.data["type"])
    if kind not in rules.FIELDS:
        raise refusals.command(
            400,
            "Cannot edit Storage Connection. Storage connection parameters can be edited only for NFS, Posix, local or "
            "iSCSI data domains.",
        )
    if kind != connection.data["type"]:
        raise refusals.command(400, "Cannot edit Storage Connection. Storage type cannot be edited.")
    old = {key: value for key, value in connection.data.items() if key != "id"}
    details = rules.merged(old, body)
    rules.numbers(details)
    rules.details(details, "edit")
    not_twice(site, details, "edit", connection.id)
    users = users_of(site, connection)
    _free_to_edit(users, kind, force=request.flag("force"))
    connection.data = {"id": connection.id, **details}
    connection.cache.clear()
    _keep_secret(connection, body)
    follow(site, old, connection)
    if named:
        for domain in users.attached:
            domain.set(status="maintenance")
            read_sizes(site, domain)
    site.job("Updating storage connection details", request.correlation)
    return Answer(200, _shown(site, connection))


def _free_to_edit(users: Users, kind: str, *, force: bool) -> None:
    """Whether nothing that is in use stands on a connection. Raises Refusal; force lifts the rule for domains."""
    if kind != "iscsi" and len(users.entities) > 1:
        names = ",".join(users.names)
        raise refusals.command(409, f"Cannot edit Storage Connection. {USED} storage domains : {names}.")
    busy = [] if force else [d for d in users.attached if d.data["status"] != "maintenance"]
    domains = ",".join(d.name for d in (busy if kind != "iscsi" else users.entities)) if busy else ""
    vms = ",".join(users.running)
    if domains and vms:
        words = f"The data domains {domains} should be in maintenance or unattached, and VMs {vms} should be down."
    elif vms:
        words = f"VMs {vms} should be down."
    elif domains:
        words = f"The data domains {domains} should be in maintenance or unattached."
    else:
        return
    raise refusals.command(400, f"Cannot edit Storage Connection. {words}")


def delete(site: Site, request: Request) -> Answer:
    """DELETE /storageconnections/{id}; an unknown host id is only noticed when the record is gone (findings, 2)."""
    connection = site.get("storage_connection", request.ids[0])
    if connection is None:
        raise refusals.empty(404)
    named = request.params.get("host", "")
    if named and not UUID.fullmatch(named):
        by_name = site.named("host", named)
        if by_name is None:
            raise refusals.not_found(named)
        named = by_name.id
    users = users_of(site, connection)
    parts = [f"storage domains : {','.join(users.domains)}"] if users.domains else []
    parts += [f"disks{'' if parts else ' '}: {','.join(users.disks)}"] if users.disks else []
    if parts:
        raise refusals.command(409, f"Cannot remove Storage Connection. {USED} {' and '.join(parts)}.")
    site.remove(connection)
    if named:
        if site.get("host", named) is None:
            raise refusals.command(400, "Host not found.")
        for place in behind(site, connection.data.get("address", ""), connection.data.get("target", "")):
            place.sign_out(named)
    if request.flag("async"):
        return Answer(202)
    job = site.job("Disconnecting from Storage server and removing its connection from db", request.correlation)
    return action_answer({}, {"job": {"id": job.id}, "status": "complete"})
