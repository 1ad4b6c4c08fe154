# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies on the arrays, as far as one engine knows: exports and LUNs with the domains that they hold. Pure."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.data import Record, inside, reference, without

_OF_THE_HOST = ("active_paths", "paths", "status", "disk_id", "storage_domain_id", "volume_group_id")
"""Fields of a logical unit that say how a host or an engine uses it."""


def logical_units(holder: Record) -> list[Record]:
    """The logical units in a disk's ``lun_storage`` or a block domain's ``storage``; none for other storage."""
    place = holder.get("volume_group", holder)
    return inside(place, "logical_units", "logical_unit") if isinstance(place, dict) else []


def make_storage(site: Record, tell: Callable[[str], None]) -> Record:
    """The section ``storage`` for one site: ``exports``, ``luns`` and no ``replicas``, of which no engine knows."""
    luns = _seen(site)
    _of_domains(site, luns)
    _of_disks(site, luns)
    return {"exports": _exports(site, tell), "luns": list(luns.values()), "replicas": []}


def _exports(site: Record, tell: Callable[[str], None]) -> list[Record]:
    found: dict[tuple[str, str], Record] = {}
    for domain in site["storage_domains"]:
        place = domain.get("storage")
        if not isinstance(place, dict) or not place.get("path"):
            continue
        key = (place.get("address", ""), place["path"])
        if key in found:
            tell(f"storage domain {domain.get('name')}: {key[0]}:{key[1]} is the place of another one as well")
        found.setdefault(key, {"address": key[0], "path": key[1], "domain": domain["id"]})
    return list(found.values())


def _seen(site: Record) -> dict[str, Record]:
    """The LUNs that hosts see, with the hosts that see them."""
    luns: dict[str, Record] = {}
    for host in site["hosts"]:
        for device in host["storages"]:
            for unit in logical_units(device):
                lun = luns.setdefault(
                    unit["id"], {**without(unit, *_OF_THE_HOST), "type": device.get("type", "iscsi"), "hosts": []}
                )
                lun["hosts"].append(host["id"])
    return luns


def _of_domains(site: Record, luns: dict[str, Record]) -> None:
    """The LUNs of block domains. Hosts that did not say what they see count, as all of a data center must see them."""
    centers = {cluster["id"]: reference(cluster, "data_center") for cluster in site["clusters"]}
    silent = [host for host in site["hosts"] if not host["storages"]]
    for domain in site["storage_domains"]:
        place = domain.get("storage")
        owners = {center["id"] for center in inside(domain, "data_centers", "data_center")}
        for unit in logical_units(place) if isinstance(place, dict) else ():
            lun = luns.setdefault(
                unit["id"], {**without(unit, *_OF_THE_HOST), "type": place.get("type", "iscsi"), "hosts": []}
            )
            lun["domain"] = domain["id"]
            lun["hosts"] += [host["id"] for host in silent if centers.get(reference(host, "cluster")) in owners]


def _of_disks(site: Record, luns: dict[str, Record]) -> None:
    """The LUNs that are disks and that no host showed. Their type is not told (findings 5), a portal tells it."""
    for disk in site["disks"]:
        place = disk.get("lun_storage")
        for unit in logical_units(place) if isinstance(place, dict) else ():
            kind = "iscsi" if unit.get("target") else "fcp"
            luns.setdefault(unit["id"], {**without(unit, *_OF_THE_HOST), "type": kind, "hosts": []})
