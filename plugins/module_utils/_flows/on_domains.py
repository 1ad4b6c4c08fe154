# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""inventory_info: what an inventory holds of some storage domains, as options of the modules that bring it elsewhere.

Pure but for reading the file: no engine is asked.
"""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.select import select
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.data import Record, inside
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import inventory_of, read_site, sound
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory_records import (
    Inventory,
    InventoryDisk,
    InventoryTemplate,
    InventoryVm,
)

AT_REST = ("down", "suspended", "image_locked", "saving_state", "powering_down")
"""Statuses of a VM that does not run, or is about to end. Without a status it is not known to run."""
PLACE = ("address", "path", "vfs_type", "mount_options", "nfs_version")
OVF_STORE = "ovf_store"


@dataclass(frozen=True)
class Place:
    """A domain of an inventory. centers: the ids of the data centers that it was in."""

    id: str
    name: str
    centers: tuple[str, ...]
    record: Record


def on_domains(params: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What lies on the domains of ``params``; see the module inventory_info for the shape. BadInput, Ambiguous."""
    path, site = params["inventory"], params["inventory_site"]
    record = read_site(path, site)
    return sound(path, site, lambda: _on_domains(path, site, record, params))


def _on_domains(path: str, site: str, record: Mapping[str, t.Any], params: Mapping[str, t.Any]) -> dict[str, t.Any]:
    inventory = inventory_of(site, record)
    places = [
        Place(
            domain["id"],
            domain["name"],
            tuple(one["id"] for one in inside(domain, "data_centers", "data_center")),
            domain,
        )
        for domain in record["storage_domains"]
        if domain.get("type", "data") == "data"
    ]
    selection = select(places, params["domains"] or ["*"], kind="storage domain")
    if selection.unmatched:
        known = ", ".join(sorted(place.name for place in places)) or "none"
        raise BadInput(
            f"inventory {path}: there is no data domain {', '.join(selection.unmatched)} in site {site}, only {known}",
            [f"the inventory holds no data domain {name}" for name in selection.unmatched],
        )
    chosen = selection.chosen
    ids = frozenset(place.id for place in chosen)
    connections = {one["id"]: one for one in record.get("storage_connections") or ()}
    vms = [vm for vm in inventory.vms if _lies_on(vm.disks, ids)]
    templates = [one for one in inventory.templates.values() if _lies_on(one.disks, ids)]
    return {
        "domains": [_domain(place, connections) for place in chosen],
        "vms": [_vm(vm, inventory, ids) for vm in vms],
        "running": sorted((vm.id for vm in vms if _runs(vm)), key=str),
        "templates": [_template(one) for one in templates],
        "disks": _floating(inventory, ids),
        "shared": [disk.id for disk in _on(inventory, ids) if disk.shareable and disk.content_type != OVF_STORE],
        "clusters": sorted({*(vm.cluster for vm in vms), *(one.cluster for one in templates if one.cluster)}),
        "unattached": [place.name for place in chosen if not place.centers],
    }


def _lies_on(disks: Sequence[InventoryDisk], domains: Collection[str]) -> bool:
    return any(domain in domains for disk in disks for domain in disk.domain_ids)


def _runs(vm: InventoryVm) -> bool:
    return bool(vm.status) and vm.status not in AT_REST


def _vm(vm: InventoryVm, inventory: Inventory, domains: Collection[str]) -> dict[str, t.Any]:
    away = {domain for disk in vm.disks if not set(disk.domain_ids) & set(domains) for domain in disk.domain_ids}
    return {
        "id": vm.id,
        "name": vm.name,
        "status": vm.status,
        "runs": _runs(vm),
        "cluster": vm.cluster,
        "template_id": vm.template_id,
        "further_domains": sorted(inventory.domains.get(one, one) for one in away),
        "luns": [disk.lun_id for disk in vm.disks if disk.lun_id],
    }


def _template(template: InventoryTemplate) -> dict[str, t.Any]:
    return {
        "id": template.id,
        "name": template.name,
        "version": template.version,
        "base_template_id": template.base_id,
        "cluster": template.cluster,
    }


def _on(inventory: Inventory, domains: Collection[str]) -> list[InventoryDisk]:
    return [disk for disk in inventory.disks.values() if set(disk.domain_ids) & set(domains)]


def _floating(inventory: Inventory, domains: Collection[str]) -> list[dict[str, str]]:
    """The disks on these domains that belong to no VM and no template."""
    held = {disk.id for vm in inventory.vms for disk in vm.disks}
    held |= {disk.id for template in inventory.templates.values() for disk in template.disks}
    return [
        {"id": disk.id, "name": disk.name}
        for disk in _on(inventory, domains)
        if disk.id not in held and disk.content_type != OVF_STORE
    ]


def _domain(place: Place, connections: Mapping[str, Record]) -> dict[str, t.Any]:
    """A domain as the option ``domains`` of storage_domain_attach and preflight_info has it."""
    storage = place.record["storage"]
    made: dict[str, t.Any] = {"id": place.id, "name": place.name, "type": storage["type"]}
    if "volume_group" in storage:
        units = inside(storage["volume_group"], "logical_units", "logical_unit")
        portals = {(unit["address"], unit.get("port", "3260"), unit["target"]) for unit in units if unit.get("target")}
        if portals:
            made["targets"] = [
                {"address": address, "port": int(port), "target": target} for address, port, target in sorted(portals)
            ]
        return made
    held = [connections.get(one["id"], {}) for one in place.record.get("storage_connections") or ()]
    for key in PLACE:
        found = next((source[key] for source in (storage, *held) if source.get(key)), None)
        if found is not None:
            made[key] = found
    return made
