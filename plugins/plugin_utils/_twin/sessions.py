# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions of hosts with iSCSI targets: who may sign in, and what is seen afterwards (recordings 06 25-32).

A session is kept where it matters: in the ``hosts`` of every LUN of the target."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.places import Place
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site

NO_PORTAL = "Failed to setup iSCSI subsystem"
WRONG_CHAP = "Failed discovery of iSCSI targets"


def behind(site: Site, address: str, target: str) -> list[Place]:
    """The LUNs that a target shows at an address now."""
    return [place for place in site.storage.luns.values() if place.reachable and place.behind(address, target)]


def sign_in(site: Site, host: str, address: str, target: str, username: str = "", password: str = "") -> str:
    """Signs a host in to a target, after which it sees its LUNs. Returns the engine's words when it may not, else an
    empty text. A host that has a session keeps it, whatever it says now."""
    places = [place for place in behind(site, address, target) if host not in place.away]
    if not places:
        return NO_PORTAL
    wanted = site.storage.chap.get(target)
    if wanted not in (None, (username, password)) and not all(host in place.hosts for place in places):
        return WRONG_CHAP
    for place in places:
        place.sign_in(host, address, target)
    return ""


def sign_in_to(site: Site, host: str, connection: Entity) -> str:
    """Signs a host in with the details of a connection record, or with its own for the target; as sign_in."""
    data = connection.data
    secret = next((held["password"] for held in connection.subs.get("chap", [])), "")
    known = site.get("host", host)
    username, password = data.get("username", ""), secret
    for own in known.subs.get("storage_connection_extensions", []) if known is not None else []:
        if own.get("target") == data.get("target", ""):
            username, password = own.get("username", ""), own.get("password", "")
    return sign_in(site, host, data.get("address", ""), data.get("target", ""), username, password)
