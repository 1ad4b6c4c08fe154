# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage domains on LUNs: a new one, or the import of the one that lies there (contract 03, 3.2; recordings 03 80-107,
392-397, 03b 143, 144, 338-342)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import create_rules, refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.blocks import block_storage, portals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record, listed, members
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.places import Place
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import known_id
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.sessions import sign_in
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site


def block(site: Site, body: Record, storage: Record, host: Entity) -> Entity:
    """Makes or imports a domain on LUNs. Raises Refusal."""
    if body.get("import") == "true":
        return _import(site, body, storage, host)
    units = units_of(storage)
    check_units(units)
    create_rules.well_formed(body)
    if not units:
        raise refusals.command(400, "Volume Group (VGs) and Logical Volumes (LVs) are not specified.")
    not_used(site, units, "add")
    if not body.get("name"):
        raise refusals.command(400, create_rules.SIZE_RULE, create_rules.NAME_RULE)
    create_rules.acceptable(site, body, storage["type"])
    places = [_device(site, unit, storage["type"], host) for unit in units]
    if storage.get("override_luns") != "true" and any(place.content is not None for place in places):
        # not recorded: a device that belongs to a domain of somebody else
        raise refusals.command(400, "Failed to initialize physical device")
    size = sum(int(place.record.get("size", "0")) for place in places)
    content = create_rules.new_content(site, body, storage, size)
    for place in places:
        place.content = content
    shown = block_storage(storage["type"], content.id, places)
    return create_rules.known(site, content, body, shown, *portals(site, places))


def units_of(storage: Record) -> list[Record]:
    """The LUNs that a body names, directly or in a volume group."""
    inner = storage.get("logical_units") or (storage.get("volume_group") or {}).get("logical_units")
    return listed(inner.get("logical_unit")) if isinstance(inner, dict) else []


def check_units(units: list[Record]) -> None:
    """What must be said of each LUN. Raises Refusal."""
    for unit in units:
        if not isinstance(unit, dict) or not unit.get("id"):
            raise refusals.incomplete("LogicalUnit [id] required for invoke")
        for given, missing in (("address", "target"), ("target", "address")):
            if unit.get(given) and not unit.get(missing):
                raise refusals.incomplete(f"LogicalUnit [{missing}] required for isConnectionAssumed")


def not_used(site: Site, units: list[Record], verb: str) -> None:
    """Whether no domain and no disk of this engine stands on one of the LUNs. Raises Refusal."""
    asked = [unit["id"] for unit in units]
    domains = {u["id"]: d.name for d in site.all("storage_domain") for u in units_of(d.data.get("storage") or {})}
    disks = {
        u["id"]: d.name
        for d in site.all("disk")
        for u in members(d.data.get("lun_storage") or {}, "logical_units", "logical_unit")
    }
    for users, words in (
        (domains, "already part of existing storage domains"),
        (disks, "already used by DirectLUN disks"),  # not recorded
    ):
        taken = [f"{lun} ({users[lun]})" for lun in asked if lun in users]
        if taken:
            raise refusals.command(409, f"Cannot {verb} Storage. The following LUNs are {words}: {', '.join(taken)}.")


def _device(site: Site, unit: Record, kind: str, host: Entity) -> Place:
    """The device behind a LUN id, seen by the host after it signed in where that was asked for. Raises Refusal."""
    if unit.get("address") and unit.get("target"):
        credentials = (unit.get("username", ""), unit.get("password", ""))
        words = sign_in(site, host.id, unit["address"], unit["target"], *credentials)
        if words:  # not recorded: a target that nobody or only somebody else may use
            raise refusals.command(400, words)
    place = site.storage.luns.get(unit["id"])
    if place is None or not place.reachable or host.id not in place.hosts or place.record.get("type", "iscsi") != kind:
        raise refusals.command(400, "LVM setup failed")
    return place


def _import(site: Site, body: Record, storage: Record, host: Entity) -> Entity:
    if not body.get("id"):
        raise refusals.incomplete("StorageDomain [id] required for add")
    identity = known_id(body["id"])
    kind = storage["type"]
    places = [
        p
        for p in site.storage.block_places(identity)
        if host.id in p.hosts and p.reachable and p.record.get("type", "iscsi") == kind
    ]
    known = site.get("storage_domain", identity)
    if known is not None or not places:
        if not body.get("name"):
            raise refusals.command(400, create_rules.SIZE_RULE, create_rules.NAME_RULE)
        if known is not None:
            raise refusals.command(409, "Cannot add Storage. The Storage Domain already exists.")
        raise refusals.command(
            409,
            "Cannot add Storage. Failed to get data for Import operation.\n- Check connectivity to the Storage Domain.",
        )
    content = site.storage.contents[identity]
    create_rules.acceptable(site, {**body, "name": body.get("name") or content.record["name"]}, kind)
    shown = block_storage(kind, identity, places)
    return create_rules.known(site, content, body, shown, *portals(site, places))
