# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The block devices a host sees (contract 06, 6.3; recordings 06 1-11, 33-36, 158, 234, 07 91, 260)."""

from __future__ import annotations

from typing import Any

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import luns, refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.blocks import volume_group
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record, members
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.places import Portal
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import Member


def host_devices(site: Site, ids: tuple[str, ...]) -> list[Member]:
    """The block devices a host sees. A LUN with two disk records breaks the list for every host (findings, 6).

    What lies on a LUN is what the host finds there; whose it is says the engine, also when it is gone (06 #234)."""
    host = site.get("host", ids[0])
    if host is None:
        raise refusals.text(400, "Cannot fetch storage, host doesn't exist anymore.")
    if host.data.get("status") != "up":
        raise refusals.text(400, f"cannot fetch storage devices, host {host.data.get('address', '')} is not up.")
    for disk, units in site.doubled.items():
        raise refusals.text(400, _duplicate(site, disk, units))
    disks = {unit["id"]: disk.id for disk in site.all("disk") for unit in luns.disk_units(disk)}
    owners = {unit["id"]: domain.id for domain in site.all("storage_domain") for unit in luns.domain_units(domain)}
    found = []
    for lun, place in luns.seen_by(site, host.id):
        unit: Record = dict(place.device)
        taken = place.content is not None
        paths, active = place.paths(host.id)
        unit |= {"active_paths": str(active), "paths": str(paths), "status": "used" if taken else "free"}
        if lun in disks:
            unit["disk_id"] = disks[lun]
        if lun in owners:
            unit["storage_domain_id"] = owners[lun]
        if place.content is not None:
            unit["volume_group_id"] = volume_group(place.content.id, [place])
        ways = place.ways(host.id)
        # A LUN stands once for every way that leads there (contract 03, 3.1; 06, 6.3).
        shown = [luns.ordered(unit | _portal(way)) for way in ways] if len(ways) > 1 else luns.ordered(unit)
        device: dict[str, Any] = {
            "id": lun,
            "logical_units": {"logical_unit": shown},
            "type": place.record.get("type", "iscsi"),
            "host": {"id": host.id},
        }
        found.append(Member(device, f"{API}/hosts/{host.id}/storage/{lun}", "hosts/storage"))
    return found


def _portal(way: Portal) -> Record:
    return {"address": way.address, "port": way.port, "target": way.target, "portal": f"{way.address}:{way.port},1"}


def alone(device: Member) -> Member:
    """A device at its own address: without its portal (06 #35)."""
    units = [
        {key: value for key, value in unit.items() if key != "portal"}
        for unit in members(device.data, "logical_units", "logical_unit")
    ]
    shown = {"logical_unit": units if len(units) > 1 else units[0]}
    return Member({**device.data, "logical_units": shown}, device.href, device.shape)


def _duplicate(site: Site, identity: str, units: list[Record]) -> str:
    """The words of two disk records on one LUN: a map of the database rows, with what no row holds as ``null``."""
    disk = site.get("disk", identity)
    rows = []
    for unit in units:
        fields = {
            "id": unit["id"],
            "physicalVolumeId": "null",
            "volumeGroupId": unit.get("volume_group_id", ""),
            "serial": unit.get("serial", "null"),
            "lunMapping": unit.get("lun_mapping", "0"),
            "vendorId": unit.get("vendor_id", "null"),
            "productId": unit.get("product_id", "null"),
            "lunConnections": "null",
            "deviceSize": str(int(unit.get("size", "0")) // 2**30),
            "pvSize": "0",
            "peCount": "null",
            "peAllocatedCount": "null",
            "vendorName": "null",
            "pathsDictionary": "null",
            "pathsCapacity": "null",
            "lunType": "unknown",
            "status": "null",
            "diskId": identity,
            "diskAlias": disk.name if disk is not None else "null",
            "storageDomainId": "null",
            "storageDomainName": "null",
            "discardMaxSize": unit.get("discard_max_size", "null"),
        }
        shown = ", ".join(f"{key}='{value}'" for key, value in fields.items())
        rows.append(f"LUNs:{{{shown}}}")
    words = f"duplicate key {units[0]['id']} (attempted merging values {' and '.join(rows)})"
    return words.lower().replace("_", " ")
