# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The block devices that a host sees."""

from __future__ import annotations

from typing import Any

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.blocks import volume_group
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import members as inside
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import (
    Member,
)


def host_devices(site: Site, ids: tuple[str, ...]) -> list[Member]:
    """The block devices a host sees. A LUN with two disk records breaks the list for every host (findings, 6)."""
    host = site.get("host", ids[0])
    if host is None:
        raise refusals.text(400, "Cannot fetch storage, host doesn't exist anymore.")
    if host.data.get("status") != "up":
        raise refusals.text(400, f"cannot fetch storage devices, host {host.data.get('address', '')} is not up.")
    for disk, units in site.doubled.items():
        raise refusals.text(400, _duplicate(disk, units))
    disks = {d.data["lun_storage"]["id"]: d.id for d in site.all("disk") if isinstance(d.data.get("lun_storage"), dict)}
    groups = {
        unit["id"]: unit.get("volume_group_id", "")
        for d in site.all("storage_domain")
        for unit in _units(d.data.get("storage", {}))
    }
    owners = {unit["id"]: d.id for d in site.all("storage_domain") for unit in _units(d.data.get("storage", {}))}
    found = []
    for lun, place in site.storage.luns.items():
        if ids[0] not in place.hosts or not place.reachable:
            continue
        unit: Record = {k: v for k, v in place.record.items() if k != "type"}
        taken = lun in owners or place.content is not None
        unit.update({"active_paths": "1", "paths": "1", "status": "used" if taken else "free"})
        if lun in disks:
            unit["disk_id"] = disks[lun]
        if lun in owners:
            unit["storage_domain_id"] = owners[lun]
            unit["volume_group_id"] = groups[lun]
        elif place.content is not None:
            unit["volume_group_id"] = volume_group(place.content.id, [place])
        unit = {"id": lun, **{k: unit[k] for k in sorted(unit) if k != "id"}}
        device: dict[str, Any] = {
            "id": lun,
            "logical_units": {"logical_unit": unit},
            "type": place.record.get("type", "iscsi"),
            "host": {"id": ids[0]},
        }
        found.append(Member(device, f"{API}/hosts/{ids[0]}/storage/{lun}", "hosts/storage"))
    return found


def _units(storage: Record) -> list[Record]:
    group = storage.get("volume_group", storage)
    return inside(group, "logical_units", "logical_unit") if isinstance(group, dict) else []


def _duplicate(disk: str, units: list[Record]) -> str:
    words = [
        f"luns:{{id='{u['id']}', serial='{str(u.get('serial', '')).lower()}', lunmapping='{u.get('lun_mapping', '')}', "
        f"diskid='{disk}'}}"
        for u in units
    ]
    return f"duplicate key {units[0]['id']} (attempted merging values {' and '.join(words)})"
