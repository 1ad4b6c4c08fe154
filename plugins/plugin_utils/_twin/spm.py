# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host that manages a data center's storage, and what the data center's status says about it (recordings 00 54-60,
03b 263-300): without one it is problematic, while one takes over it is in contention, then up."""

from __future__ import annotations

from functools import partial

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site

MISSED_SECONDS = 4.9
"""How long after its last host left a data center is still shown up."""
CONTEND_SECONDS = 5.0
UP_SECONDS = 6.5
"""From a host that is there again to the beginning and the end of the contention."""


def _hosts(site: Site, center: Entity) -> list[Entity]:
    return [host for host in site.all("host") if site.data_center_of(host) == center.id]


def _mark(host: Entity, status: str) -> None:
    held = host.data.get("spm")
    if isinstance(held, dict) and held.get("status") != status:
        host.set(spm={**held, "status": status})


def _is_manager(host: Entity) -> bool:
    held = host.data.get("spm")
    return isinstance(held, dict) and held.get("status") == "spm"


def elect(site: Site, center: Entity) -> None:
    """The first host that is up manages the storage from now on."""
    chosen = site.host_up(center.id)
    if chosen is not None and (chosen.data.get("spm") or {}).get("status") != "spm":
        words = f"Storage Pool Manager runs on Host {chosen.name} (Address: {chosen.data.get('address', '')})"
        site.event(204, f"{words}, Data Center {center.name}.", (chosen,), by_user=False)
    for host in _hosts(site, center):
        _mark(host, "spm" if host is chosen else "none")


def host_left(site: Site, host: Entity) -> None:
    """A host goes into maintenance, or does not answer any more: another one takes over if there is one."""
    center = site.get("data_center", site.data_center_of(host))
    _mark(host, "none")
    if center is None or center.data["status"] != "up":
        return
    if site.host_up(center.id) is not None:
        elect(site, center)
    else:
        site.later(MISSED_SECONDS, partial(_miss, site, center))


def _miss(site: Site, center: Entity) -> None:
    if center.data["status"] == "up" and site.host_up(center.id) is None:
        center.set(status="problematic")


def host_came(site: Site, host: Entity) -> None:
    """A host is up: it takes over what nobody manages, at once when the data center did not miss it (06 #258)."""
    center = site.get("data_center", site.data_center_of(host))
    if center is None:
        return
    if center.data["status"] == "problematic":
        _take_over(site, center)
    elif center.data["status"] == "up" and not any(_is_manager(other) for other in _hosts(site, center)):
        _mark(host, "contending")
        site.later(UP_SECONDS - CONTEND_SECONDS, partial(elect, site, center))


def _take_over(site: Site, center: Entity) -> None:
    def contend() -> None:
        if center.data["status"] == "problematic" and site.host_up(center.id) is not None:
            center.set(status="contend")

    def done() -> None:
        if center.data["status"] == "contend":
            center.set(status="up")
            elect(site, center)

    site.later(CONTEND_SECONDS, contend)
    site.later(UP_SECONDS, done)


def restarted(site: Site) -> None:
    """The engine's process is there again: until it has spoken with the hosts, data centers are not up. Seen at a
    running engine."""
    for center in site.all("data_center"):
        if center.data.get("status") == "up":
            center.set(status="problematic")
            _take_over(site, center)
