# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a storage domain lies, by the connections it has now: what decides whether it can be reached and activated
(contract 02, 2.4; recordings 02 189-206)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.blocks import block_storage
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.places import Place
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.sessions import sign_in_to
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site


def connections_of(site: Site, domain: Entity) -> list[Entity]:
    """The connection records of a domain."""
    held = (site.get("storage_connection", c["id"]) for c in domain.subs.get("storage_connections", []))
    return [connection for connection in held if connection is not None]


def path_of(site: Site, storage: Record, host: Entity | None = None) -> Place | None:
    """The place that a file type's details name. A host's own file system is the host's, so only it can say."""
    if storage.get("type") != "localfs":
        return site.storage.exports.get((storage.get("address", ""), storage.get("path", "")))
    return site.storage.exports.get((f"host {host.id}", storage.get("path", ""))) if host is not None else None


def mount(site: Site, storage: Record, host: Entity) -> Place | None:
    """Mounts a path on a host, which keeps it until it is told otherwise. None when it cannot be mounted."""
    path = storage.get("path", "")
    if storage.get("type") != "localfs":
        place = site.storage.export(storage.get("address", ""), path)
    else:
        key = (f"host {host.id}", path)
        place = site.storage.exports.setdefault(key, Place({"address": key[0], "path": path}))
    if place is None or not place.reaches(host.id) or not place.writable:  # not recorded: a protected export
        return None
    place.hosts.add(host.id)
    return place


def unmount(site: Site, domain: Entity, hosts: Iterable[Entity]) -> None:
    """Takes the path that a file domain has now off hosts; what they mounted for it elsewhere stays mounted."""
    storage = domain.data.get("storage", {})
    for host in hosts:
        place = path_of(site, storage, host) if "path" in storage else None
        if place is not None:
            place.hosts.discard(host.id)


def mounted(site: Site, domain: Entity) -> bool:
    """Whether a host of its data center has a file domain's path mounted; a block domain needs none."""
    storage = domain.data.get("storage", {})
    if "volume_group" in storage:
        return True
    hosts = _hosts(site, site.data_center_of(domain))
    places = [(host.id, path_of(site, storage, host)) for host in hosts]
    return any(place is not None and host in place.hosts for host, place in places)


def mount_all(site: Site) -> None:
    """The mounts that must be there when an estate has active domains."""
    for domain in site.all("storage_domain"):
        if domain.data.get("status") == "active":
            connect(site, domain, site.data_center_of(domain))


def lies_on(site: Site, domain: Entity) -> list[Place]:
    """The places on the domain's path that really hold this domain: its export, or its LUNs behind one portal.

    A host that still has another path mounted finds the domain there too. Behind another portal the domain may lie on
    LUNs with other ids, as replicas do. An estate that does not say how a block domain is connected means the portals
    of its LUNs."""
    storage = domain.data.get("storage", {})
    if "volume_group" not in storage:
        hosts = {host.id for host in site.all("host")}
        by_path = [path_of(site, storage), *(path_of(site, storage, host) for host in site.all("host"))]
        mounted = [place for place in site.storage.exports.values() if not hosts.isdisjoint(place.hosts)]
        held = (p for p in (*by_path, *mounted) if p is not None and p.content is not None)
        return [place for place in held if place.content is not None and place.content.id == domain.id][:1]
    portals = {(c.data.get("address"), c.data.get("target")) for c in connections_of(site, domain)}
    if "storage_connections" not in domain.subs:
        portals = {(way.address, way.target) for p in site.storage.places(storage) for way in p.portals}
    groups: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for place in site.storage.block_places(domain.id):
        ways = [(way.address, way.target) for way in place.portals]
        if any(way in portals for way in ways) or (
            place.record.get("type") == "fcp" and any(h.id in place.hosts for h in site.all("host"))
        ):
            groups[ways[0] if ways else ("", "")].append(place)
    whole = [places for places in groups.values() if all(place.reachable for place in places)]
    return next(iter(whole), next(iter(groups.values()), []))


def reachable(site: Site, domain: Entity) -> bool:
    """Whether the domain is on its path and the path is not cut off for every host of its data center."""
    places = lies_on(site, domain)
    if not places or not all(place.reachable for place in places):
        return False
    hosts = _hosts(site, site.data_center_of(domain))
    return not hosts or any(not any(host.id in place.away for place in places) for host in hosts)


def usable(site: Site, domain: Entity) -> bool:
    """Whether the domain can be reached and written: a replica that is protected or was demoted cannot."""
    return reachable(site, domain) and all(place.writable for place in lies_on(site, domain))


def _hosts(site: Site, data_center: str) -> list[Entity]:
    """The hosts of a data center that are up."""
    return [h for h in site.all("host") if h.data.get("status") == "up" and site.data_center_of(h) == data_center]


def connect(site: Site, domain: Entity, data_center: str) -> bool:
    """Connects the hosts of a data center to a domain, as attach and activate do; whether one of them reaches it.

    A block domain then stands on the LUNs that were found."""
    hosts = _hosts(site, data_center)
    for connection in connections_of(site, domain):
        if connection.data.get("type") == "iscsi":
            for host in hosts:
                sign_in_to(site, host.id, connection)
    storage = domain.data["storage"]
    if "volume_group" not in storage:
        mounted = [mount(site, storage, host) for host in hosts]
        return any(mounted) and usable(site, domain) and _found(site, lies_on(site, domain))
    if not usable(site, domain):
        return False
    places = lies_on(site, domain)
    if not any(all(place.reaches(host.id) for place in places) for host in hosts):
        return False
    known = {place.record["id"] for place in site.storage.places(storage)}
    if known != {place.record["id"] for place in places}:
        domain.set(storage=block_storage(storage["type"], domain.id, places))
    return _found(site, places)


def _found(site: Site, places: list[Place]) -> bool:
    """From here on the site means the domain as it lies there."""
    for place in places:
        if place.content is not None:
            site.storage.keep(place.content)
    return True
