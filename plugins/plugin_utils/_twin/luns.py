# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an engine knows of LUNs: by a look from a host, by a domain that stands on one, by a disk that is one."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.blocks import volume_group
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record, members
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.places import Place
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site

DEVICE = (
    "discard_max_size",
    "discard_zeroes_data",
    "lun_mapping",
    "product_id",
    "serial",
    "size",
    "vendor_id",
    "volume_group_id",
)
"""What an engine keeps of a device it has looked at."""
PORTAL = ("address", "port", "target", "username")
"""What it shows of the connection behind it; the password never (contract 06, 6.1)."""


def ordered(unit: Record) -> Record:
    """A logical unit with its id first and the rest in the order of the alphabet, as answers have it."""
    return {"id": unit["id"], **{key: unit[key] for key in sorted(unit) if key != "id"}}


def seen_by(site: Site, host: str) -> Iterable[tuple[str, Place]]:
    """The LUNs that a host of this site sees now, in the order of the array."""
    return ((lun, place) for lun, place in site.storage.luns.items() if place.reaches(host))


def looked_at(site: Site, lun: str, host: str) -> Record | None:
    """What a host reads of a LUN; None when it does not see it."""
    place = dict(seen_by(site, host)).get(lun)
    if place is None:
        return None
    device = {key: place.device[key] for key in DEVICE if key in place.device}
    if place.content is not None:
        device["volume_group_id"] = volume_group(place.content.id, [place])
    return device


def known(site: Site, lun: str) -> Record:
    """What the engine holds of a LUN that a domain of it stands on; empty when none does (06 #60, #68)."""
    owner = owner_of(site, lun)
    if owner is None:
        return {}
    unit = next(unit for unit in domain_units(owner) if unit["id"] == lun)
    return {key: unit[key] for key in DEVICE if key in unit}


def domain_units(domain: Entity) -> list[Record]:
    """The LUNs a domain stands on; none for a file domain."""
    storage = domain.data.get("storage")
    group = storage.get("volume_group", storage) if isinstance(storage, dict) else {}
    return members(group, "logical_units", "logical_unit") if isinstance(group, dict) else []


def disk_units(disk: Entity) -> list[Record]:
    """The LUN of a LUN disk, as a list; none for an image."""
    held = disk.data.get("lun_storage")
    return members(held, "logical_units", "logical_unit") if isinstance(held, dict) else []


def check_device(disk: Record, attachment: Record, action: str) -> None:
    """What a VM may ask of a LUN (06 #95, #96, #194). Raises Refusal."""
    if "lun_storage" not in disk:
        return
    unit = members(disk["lun_storage"], "logical_units", "logical_unit")[0]
    if attachment.get("pass_discard") == "true" and int(unit.get("discard_max_size", "0")) == 0:
        raise refusals.command(
            400, f"{action} Enable discard for {disk['alias']} is not supported by the underlying storage."
        )
    if attachment.get("read_only") == "true" and disk.get("sgio"):
        raise refusals.command(400, f"{action} SCSI device pass-through is not supported for a read-only disk.")
    if attachment.get("uses_scsi_reservation") == "true" and disk.get("sgio") == "filtered":  # not recorded
        raise refusals.command(409, f"{action} SCSI reservation needs unfiltered SGIO.")


def owner_of(site: Site, lun: str) -> Entity | None:
    """The domain that stands on a LUN."""
    return next((d for d in site.all("storage_domain") if any(u["id"] == lun for u in domain_units(d))), None)


def tell_owner(site: Site, lun: str, disk: str | None) -> None:
    """The domain that stands on a LUN shows the disk that is the same LUN, while there is one (06 #239, #241)."""
    owner = owner_of(site, lun)
    if owner is None:
        return
    units = []
    for unit in domain_units(owner):
        kept = {key: value for key, value in unit.items() if key != "disk_id" or unit["id"] != lun}
        units.append(ordered({**kept, "disk_id": disk} if unit["id"] == lun and disk is not None else kept))
    shown = {"logical_unit": units if len(units) > 1 else units[0]}
    group = owner.data["storage"]["volume_group"]
    owner.set(storage={**owner.data["storage"], "volume_group": {**group, "logical_units": shown}})


def disk_on(site: Site, lun: str) -> Entity | None:
    """The LUN disk that is a LUN."""
    return next((d for d in site.all("disk") if any(u["id"] == lun for u in disk_units(d))), None)
