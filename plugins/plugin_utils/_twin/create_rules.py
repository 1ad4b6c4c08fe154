# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a new storage domain must be like, and what it is like when nothing was said (contract 03, 3.2; recordings 03
65-107, 03b 338-354)."""

from __future__ import annotations

import re

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.places import Content
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site

NAME_RULE = (
    "Storage Domain name must be formed of 'a-z', 'A-Z', '0-9', '_' or '-' characters, "
    "Attribute: privateStorageDomain.name"
)
SIZE_RULE = "size must be between 1 and 250, Attribute: privateStorageDomain.name"
_LOW_SPACE_RULE = (
    'Storage Domain\'s "Warning Low Space Indicator" must be an integer between 0 and 100., '
    "Attribute: privateStorageDomain.warningLowSpaceIndicator"
)
NOT_MADE = ("image", "volume", "managed_block_storage")
"""Kinds that hosts do not make on a path."""
_KIND_NAMES = {"iso": "ISO", "export": "Export"}
_GIB = 1 << 30
_FILE_SYSTEM = 500 * _GIB
"""How large an export is that the estate says nothing about; what a new domain takes of it is USED."""
USED = 2 * _GIB


def well_formed(body: Record) -> None:
    """The rules for single fields, which come before all others. Raises Refusal."""
    name = body.get("name")
    if name is not None and not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise refusals.command(400, NAME_RULE)
    if not 0 <= int(body.get("warning_low_space_indicator", "0")) <= 100:
        raise refusals.command(400, _LOW_SPACE_RULE)


def name_free(site: Site, name: str, verb: str) -> None:
    """Whether no domain has the name. Raises Refusal."""
    if site.named("storage_domain", name) is not None:
        raise refusals.command(409, f"Cannot {verb} Storage. The Storage Domain name is already in use.")


def acceptable(site: Site, body: Record, storage_type: str) -> None:
    """The rules for a whole domain, in the engine's order. Raises Refusal."""
    well_formed(body)
    kind, is_block = body["type"], storage_type in ("iscsi", "fcp")
    if len(body["name"]) > 50:
        raise refusals.command(400, "Cannot add Storage. The given name is too long.")
    if is_block and kind in _KIND_NAMES:
        raise refusals.command(
            400,
            f"Cannot add Storage. {_KIND_NAMES[kind]} Storage Domain can only be created on the following storage "
            "types: File.",
        )
    if kind in _KIND_NAMES and body.get("backup") == "true":
        raise refusals.command(
            400, "Cannot add Storage. ISO and Export storage domains do not support the backup property."
        )
    if not is_block and body.get("discard_after_delete") == "true":
        raise refusals.command(400, "Cannot add Storage. Discard after delete is supported only by block domains.")
    name_free(site, body["name"], "add")


def new_content(site: Site, body: Record, storage: Record, size: int = _FILE_SYSTEM) -> Content:
    """A domain with nothing in it, on ``size`` bytes. ISO and export domains stay in the oldest format."""
    identity, kind = site.new_id(), body["type"]
    record = {
        "id": identity,
        "name": body["name"],
        "description": body.get("description", ""),
        "comment": body.get("comment", ""),
        "available": str(size - USED),
        "backup": body.get("backup", "false"),
        "block_size": body.get("block_size", "512"),
        "committed": "0",
        "critical_space_action_blocker": body.get("critical_space_action_blocker", "5"),
        "discard_after_delete": body.get("discard_after_delete", "false"),
        "external_status": "ok",
        "master": "false",
        "status": "unattached",
        "storage": storage,
        "storage_format": body.get("storage_format", "v1" if kind in _KIND_NAMES else "v5"),
        "supports_discard": "false",
        "supports_discard_zeroes_data": "false",
        "type": kind,
        "used": str(USED),
        "warning_low_space_indicator": body.get("warning_low_space_indicator", "10"),
        "wipe_after_delete": body.get("wipe_after_delete", "false"),
    }
    content = Content(identity, record)
    site.storage.keep(content)
    return content


def known(site: Site, content: Content, body: Record, storage: Record, *connections: Entity) -> Entity:
    """The domain as this engine knows it after an import or a create: unattached."""
    data = {
        key: value
        for key, value in content.record.items()
        if key not in ("data_centers", "storage_connections", "permissions", "disk_snapshots")
    }
    data.update(
        {
            "name": body.get("name") or data["name"],
            "committed": "0",
            "master": "false",
            "status": "unattached",
            "storage": storage,
        }
    )
    site.storage.keep(content)
    entity = site.add(Entity("storage_domain", data, {"storage_connections": [{"id": c.id} for c in connections]}))
    site.add(Entity("disk_profile", {"id": site.new_id(), "name": data["name"], "storage_domain": {"id": entity.id}}))
    return entity
