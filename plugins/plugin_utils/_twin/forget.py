# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes out of the engine together with a storage domain (contract 03, 3.8; recordings 02 314-323, 03 368)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.connection_users import users_of
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.paths import reachable
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site


def forget(site: Site, entity: Entity) -> None:
    """Takes a domain, what it still holds, its profiles and its connections out of the engine."""
    content = site.storage.contents.get(entity.id)
    if content is not None and content.pool == site.data_center_of(entity) and reachable(site, entity):
        content.pool = None
    for disk in [d for d in site.all("disk") if entity.id in site.domains_of(d)]:
        site.remove(disk)
    for profile in [p for p in site.all("disk_profile") if p.ref("storage_domain") == entity.id]:
        site.remove(profile)
    site.unregistered.pop(entity.id, None)
    site.remove(entity)
    still = {c["id"] for d in site.all("storage_domain") for c in d.subs.get("storage_connections", [])}
    for held in entity.subs.get("storage_connections", []):
        connection = site.get("storage_connection", held["id"])
        if connection is not None and connection.id not in still and not users_of(site, connection).disks:
            site.remove(connection)
