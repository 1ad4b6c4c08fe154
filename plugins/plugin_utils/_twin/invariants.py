# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must never be, whatever a recovery does: the hosts of two engines that can write one device.

An engine writes a domain that is in a data center and not in maintenance, from every host of that data center that is
up and gets there; and a LUN disk from the host of a VM that runs with it. Places that show one content to all, as an
open synchronous replica does, are one device."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.luns import disk_units
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.paths import lies_on
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.places import Place
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.storage import Storage

_AT_REST = ("unattached", "maintenance")


def writers(site: Site) -> Iterator[tuple[Place, str]]:
    """The places a site's hosts can write now, each with the host's name."""
    for domain in site.all("storage_domain"):
        center = site.data_center_of(domain)
        if not center or domain.data["status"] in _AT_REST:
            continue
        for place in lies_on(site, domain):
            for host in site.all("host"):
                if site.data_center_of(host) == center and _can_write(site, place, host.id):
                    yield place, host.name
    for vm in site.all("vm"):
        host_id = vm.ref("host")
        for attachment in vm.subs.get("disk_attachments", []) if host_id else ():
            disk = site.get("disk", attachment["id"])
            units = disk_units(disk) if disk is not None and attachment.get("active") != "false" else []
            for found in (site.storage.luns.get(unit["id"]) for unit in units):
                if found is not None and attachment.get("read_only") != "true" and _can_write(site, found, host_id):
                    yield found, vm.name


def _can_write(site: Site, place: Place, host: str) -> bool:
    held = site.get("host", host)
    return held is not None and held.data.get("status") == "up" and place.writable and place.reaches(host)


def violations(sites: Iterable[Site], storage: Storage) -> list[str]:
    """A sentence for every device that hosts of several engines can write. Take the sites' locks while they answer."""
    found: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    names: dict[int, str] = {}
    devices = _devices(storage)
    for site in sites:
        for place, who in writers(site):
            device = devices.get(id(place), id(place))
            found[device][site.name].add(who)
            names.setdefault(device, _name(place))
    return [
        f"{names[device]} can be written by {_told(by_site)}" for device, by_site in found.items() if len(by_site) > 1
    ]


def _devices(storage: Storage) -> dict[int, int]:
    """Place -> the place that stands for the device it is: the source of an open copy."""
    places = {id(place): id(place) for place in (*storage.exports.values(), *storage.luns.values())}
    for pair in storage.pairs:
        if pair.lag == 0:
            places[id(pair.target)] = places[id(pair.source)]
    return places


def _name(place: Place) -> str:
    record = place.record
    return f"{record['address']}:{record['path']}" if "path" in record else f"LUN {record['id']}"


def _told(by_site: dict[str, set[str]]) -> str:
    return " and ".join(f"{name} ({', '.join(sorted(hosts))})" for name, hosts in sorted(by_site.items()))
