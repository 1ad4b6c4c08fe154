# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Forgetting a disk, and what goes with it (findings, 2)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import luns
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.connection_users import reached_by, users_of
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.images import erase
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site


def remove_disk(site: Site, disk: Entity) -> None:
    """Takes a disk out of the engine and its image off the storage."""
    for domain in site.domains_of(disk):
        content = site.storage.contents.get(domain)
        if content is not None and content.pool == site.data_center_of(disk):
            erase(site, disk, domain)
    site.remove(disk)
    site.disk_users.pop(disk.id, None)
    for unit in luns.disk_units(disk):
        luns.tell_owner(site, unit["id"], None)
    _drop_portal(site, disk)


def _drop_portal(site: Site, disk: Entity) -> None:
    """The last LUN disk behind a connection takes it along when no domain uses it (findings, 2)."""
    for connection in list(site.all("storage_connection")):
        if connection.data["type"] == "iscsi" and reached_by(disk, connection.id, connection.data):
            users = users_of(site, connection)
            if not users.entities and not users.disks:
                site.remove(connection)
