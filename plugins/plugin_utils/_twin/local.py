# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Domains on a host's own file system: in their data center from the beginning, and gone when they leave it (contract
03, 3.2 and 3.7; recordings 03 58-98, 233-235)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import connection_rules, refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.create_rules import known, new_content
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.master import master_of, taken_in
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.places import Place
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site


def is_local(entity: Entity) -> bool:
    """Whether a domain lies on a host's own file system."""
    return bool(entity.data["storage"].get("type") == "localfs")


def make_local(
    site: Site, body: Record, storage: Record, host: Entity, place: Place, connection: Entity | None
) -> Entity:
    """A new domain on a host, attached and active at once. Raises Refusal."""
    center = site.get("data_center", site.data_center_of(host))
    if center is None or center.data.get("local") != "true":
        raise refusals.command(400, 'Data Center must be "Local Storage"')
    master = master_of(site, center.id)
    if master is not None and master.data["status"] != "active":  # not recorded
        raise refusals.command(
            409,
            "Failed to add Storage due to an error on the Data Center master Storage Domain.\n"
            "-Please activate the master Storage Domain first.",
        )
    kept = connection_rules.kept(storage)
    place.content = new_content(site, body, kept)
    if connection is None:
        connection = site.add(Entity("storage_connection", {"id": site.new_id(), **kept}))
    entity = known(site, place.content, body, kept, connection)
    taken_in(site, entity, center)
    return entity
