# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a storage domain lies, by the connections it has now: what decides whether it can be reached and activated
(contract 02, 2.4; recordings 02 189-206)."""

from __future__ import annotations

from collections import defaultdict

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.blocks import block_storage
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.sessions import sign_in_to
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.storage import Place


def connections_of(site: Site, domain: Entity) -> list[Entity]:
    """The connection records of a domain."""
    held = (site.get("storage_connection", c["id"]) for c in domain.subs.get("storage_connections", []))
    return [connection for connection in held if connection is not None]


def lies_on(site: Site, domain: Entity) -> list[Place]:
    """The places on the domain's path that really hold this domain: its export, or its LUNs behind one portal.

    Behind another portal the domain may lie on LUNs with other ids, as replicas do. An estate that does not say how a
    block domain is connected means the portals of its LUNs."""
    storage = domain.data.get("storage", {})
    if "volume_group" not in storage:
        place = site.storage.exports.get((storage.get("address", ""), storage.get("path", "")))
        return [place] if place is not None and place.content is not None and place.content.id == domain.id else []
    portals = {(c.data.get("address"), c.data.get("target")) for c in connections_of(site, domain)}
    if "storage_connections" not in domain.subs:
        portals = {(p.record.get("address"), p.record.get("target")) for p in site.storage.places(storage)}
    groups: dict[tuple[str | None, str | None], list[Place]] = defaultdict(list)
    for place in site.storage.block_places(domain.id):
        portal = (place.record.get("address"), place.record.get("target"))
        if portal in portals or (
            place.record.get("type") == "fcp" and any(h.id in place.hosts for h in site.all("host"))
        ):
            groups[portal].append(place)
    whole = [places for places in groups.values() if all(place.reachable for place in places)]
    return next(iter(whole), next(iter(groups.values()), []))


def reachable(site: Site, domain: Entity) -> bool:
    """Whether the domain is on its path and the path is not cut off."""
    places = lies_on(site, domain)
    return bool(places) and all(place.reachable for place in places)


def connect(site: Site, domain: Entity, data_center: str) -> bool:
    """Connects the hosts of a data center to a domain, as attach and activate do; whether one of them reaches it.

    A block domain then stands on the LUNs that were found."""
    hosts = [h for h in site.all("host") if h.data.get("status") == "up" and site.data_center_of(h) == data_center]
    for connection in connections_of(site, domain):
        if connection.data.get("type") == "iscsi":
            for host in hosts:
                sign_in_to(site, host.id, connection)
    if not reachable(site, domain):
        return False
    places = lies_on(site, domain)
    storage = domain.data["storage"]
    if "volume_group" not in storage:
        return True
    if not any(all(host.id in place.hosts for place in places) for host in hosts):
        return False
    known = {place.record["id"] for place in site.storage.places(storage)}
    if known != {place.record["id"] for place in places}:
        domain.set(storage=block_storage(storage["type"], domain.id, places))
    return True
