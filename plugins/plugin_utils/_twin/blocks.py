# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Block storage of the engine: the storage element of a domain on LUNs, and the connection of a portal."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.places import Place
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site


def block_storage(kind: str, identity: str, places: list[Place]) -> Record:
    """The storage element of a block domain on these LUNs."""
    group = volume_group(identity, places)
    units = [
        {
            **p.device,
            "active_paths": "0",
            "paths": "0",
            "storage_domain_id": identity,
            "volume_group_id": group,
        }
        for p in places
    ]
    units = [{"id": u["id"], **{k: u[k] for k in sorted(u) if k != "id"}} for u in units]
    return {
        "type": kind,
        "volume_group": {"id": group, "logical_units": {"logical_unit": units if len(units) > 1 else units[0]}},
    }


def volume_group(identity: str, places: list[Place]) -> str:
    """The id of the volume group on these LUNs: it comes along with the content."""
    content = places[0].content
    held = content.record["storage"].get("volume_group") if content is not None else None
    if isinstance(held, dict) and held.get("id"):
        return str(held["id"])
    cuts = ((0, 6), (9, 13), (14, 18), (19, 23), (24, 28), (28, 32), (30, 36))
    return "-".join(identity[first:last] for first, last in cuts)


def portals(site: Site, places: list[Place]) -> list[Entity]:
    found: list[Entity] = []
    for place in places:
        if "target" in place.record:
            entity = portal(site, place.record)
            if entity not in found:
                found.append(entity)
    return found


def portal(site: Site, unit: Record) -> Entity:
    """The iSCSI connection record for a LUN's portal, target and user, made when there is none (02 261-324: with
    another user it is another one)."""
    username = unit.get("username") or site.storage.chap.get(unit["target"], ("", ""))[0]
    wanted = (unit.get("address"), unit.get("target"), username)
    known = next((c for c in site.all("storage_connection") if _portal_of(c.data) == wanted), None)
    return known or site.add(
        Entity(
            "storage_connection",
            {
                "id": site.new_id(),
                "address": unit["address"],
                "port": unit.get("port", "3260"),
                "target": unit["target"],
                "type": "iscsi",
                **({"username": username} if username else {}),
            },
        )
    )


def _portal_of(details: Record) -> tuple[str | None, str | None, str]:
    return details.get("address"), details.get("target"), details.get("username", "")
