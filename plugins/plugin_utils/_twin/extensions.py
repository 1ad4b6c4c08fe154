# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CHAP details that one host uses for a target instead of those of the connection (contract 02, 2.7; recordings 02
129-145). The engine shows their passwords in clear; so does the twin."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.follow import member_writer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.render import document
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import (
    Answer,
    Request,
    action_answer,
    location,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import Member

SUB = "storage_connection_extensions"
_KEPT = ("password", "target", "username")


def create(site: Site, request: Request) -> Answer:
    """POST /hosts/{h}/storageconnectionextensions. Only the password is asked for."""
    sent = request.record("storage_connection_extension", "storage_server_connection_extensions/methods/add")
    if "password" not in sent:
        raise refusals.invalid_input("Parameter 'extension.password' is mandatory but was not provided.")
    host = site.get("host", request.ids[0])
    if host is None:  # not recorded: nothing checks the host before the row is written
        raise refusals.engine_error()
    held = host.subs.get(SUB, [])
    _not_twice(host, held, sent.get("target", ""), "add")
    record = {"id": site.new_id(), **{key: sent[key] for key in _KEPT if key in sent}}
    host.subs[SUB] = [*held, record]
    site.job("Adding Storage Connection Extension", request.correlation)
    body, href = _shown(site, host, record)
    return Answer(201, body, headers={"Location": location(request.host, href)})


def update(site: Site, request: Request) -> Answer:
    """PUT /hosts/{h}/storageconnectionextensions/{id}: what is sent replaces what is there."""
    sent = request.record("storage_connection_extension", "storage_server_connection_extension/methods/update")
    host, record = _found(site, request)
    others = [other for other in host.subs[SUB] if other is not record]
    changed = {**record, **{key: sent[key] for key in _KEPT if key in sent}}
    _not_twice(host, others, changed.get("target", ""), "edit")
    host.subs[SUB] = [changed if other is record else other for other in host.subs[SUB]]
    site.job("Editing Storage Connection Extension", request.correlation)
    return Answer(200, _shown(site, host, changed)[0])


def delete(site: Site, request: Request) -> Answer:
    """DELETE /hosts/{h}/storageconnectionextensions/{id}."""
    host, record = _found(site, request)
    host.subs[SUB] = [other for other in host.subs[SUB] if other is not record]
    job = site.job("Removing Storage Connection Extension", request.correlation)
    return action_answer({}, {"job": {"id": job.id}, "status": "complete"})


def _found(site: Site, request: Request) -> tuple[Entity, Record]:
    """The host and the extension that a path names. Raises Refusal."""
    host = site.get("host", request.ids[0])
    for record in host.subs.get(SUB, []) if host is not None else []:
        if host is not None and record["id"] == request.ids[1]:
            return host, record
    raise refusals.empty(404)


def _not_twice(host: Entity, others: list[Record], target: str, verb: str) -> None:
    if any(other.get("target", "") == target for other in others):
        raise refusals.command(
            409,
            f"Cannot {verb} Storage Connection Extension. Connection extension already exists for the host {host.name} "
            f"and the target {target}.",
        )


def _shown(site: Site, host: Entity, record: Record) -> tuple[bytes, str]:
    """The answer body and the address of an extension."""
    href = f"{API}/hosts/{host.id}/storageconnectionextensions/{record['id']}"
    data = {"id": record["id"], **{key: record[key] for key in _KEPT if key in record}, "host": {"id": host.id}}
    return document(member_writer(site, Member(data, href, "hosts/storageconnectionextensions"), {})), href
