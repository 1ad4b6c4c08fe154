# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections of an iSCSI domain: one more, one less (contract 02, 2.6; recordings 02 208-221, 268-300)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import members
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import (
    Answer,
    Request,
    action_answer,
    known_id,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site


def attach(site: Site, request: Request) -> Answer:
    """POST /storagedomains/{sd}/storageconnections."""
    body = request.record("storage_connection", "storage_domain_server_connections/methods/add")
    if not body.get("id"):
        raise refusals.invalid_input("Parameter 'connection.id' is mandatory but was not provided.")
    connection = site.get("storage_connection", known_id(body["id"]))
    if connection is None:
        raise refusals.command(400, "Cannot attach Storage Connection. Storage connection doesn't exist.")
    domain = _domain(site, request.ids[0], connection, "attach")
    held = domain.subs.get("storage_connections", [])
    if {"id": connection.id} in held:
        raise refusals.command(
            409,
            "Cannot attach Storage Connection. Storage connection is already attached to the specified domain.",
        )
    domain.subs["storage_connections"] = [*held, {"id": connection.id}]
    job = site.job("AttachStorageConnectionToStorageDomain", request.correlation)
    return action_answer({}, {"job": {"id": job.id}, "status": "complete"})


def detach(site: Site, request: Request) -> Answer:
    """DELETE /storagedomains/{sd}/storageconnections/{id}."""
    connection = site.get("storage_connection", request.ids[1])
    if connection is None:
        raise refusals.empty(404)
    domain = _domain(site, request.ids[0], connection, "detach")
    held = domain.subs.get("storage_connections", [])
    if {"id": connection.id} not in held:
        raise refusals.command(
            400, "Cannot detach Storage Connection. Storage connection is not attached to the specified domain."
        )
    domain.subs["storage_connections"] = [each for each in held if each["id"] != connection.id]
    job = site.job("DetachStorageConnectionFromStorageDomain", request.correlation)
    return action_answer({}, {"job": {"id": job.id}, "status": "complete"})


def _domain(site: Site, identity: str, connection: Entity, verb: str) -> Entity:
    """The domain, when a connection of this kind may come or go. Raises Refusal."""
    domain = site.get("storage_domain", identity)
    if domain is None:
        raise refusals.command(400, f"Cannot {verb} Storage Connection. Storage Domain doesn't exist.")
    if members(domain.data, "data_centers", "data_center") and domain.data["status"] != "maintenance":
        words = f"The data domains {domain.name} should be in maintenance or unattached."
        raise refusals.command(400, f"Cannot {verb} Storage Connection. {words}")
    if domain.data["storage"].get("type") != connection.data["type"]:
        raise refusals.command(
            400, f"Cannot {verb} Storage Connection. Storage connection and domain type don't match."
        )
    if connection.data["type"] != "iscsi":
        raise refusals.command(
            400, f"Cannot {verb} Storage Connection. Action is supported only for iSCSI storage domains."
        )
    return domain
