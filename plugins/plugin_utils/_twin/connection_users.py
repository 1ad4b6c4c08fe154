# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who stands on a storage connection, and how they follow when it changes."""

from __future__ import annotations

from dataclasses import dataclass, field

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record, listed, members
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site

USED = "Storage connection parameters are used by the following"
_PORTAL = ("address", "port", "target", "username")


@dataclass
class Users:
    """domains and disks are names, repeated for every LUN behind the connection, the newest first, and a LUN that
    has a volume group only with its domain (06 #110); running
    are VMs that are not down and have such a disk plugged."""

    entities: list[Entity] = field(default_factory=list)
    domains: list[str] = field(default_factory=list)
    disks: list[str] = field(default_factory=list)
    running: list[str] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """The names of the domains, each once."""
        return [domain.name for domain in self.entities]

    @property
    def attached(self) -> list[Entity]:
        """The domains that are in a data center."""
        return [d for d in self.entities if members(d.data, "data_centers", "data_center")]


def users_of(site: Site, connection: Entity) -> Users:
    """Who stands on a connection."""
    found = Users()
    for domain in site.all("storage_domain"):
        if {"id": connection.id} in domain.subs.get("storage_connections", []):
            found.entities.append(domain)
            luns = [unit for unit in _units(domain) if _behind(unit, connection.data)]
            found.domains[:0] = [domain.name] * max(1, len(luns))
    if connection.data["type"] != "iscsi":
        return found
    for disk in site.all("disk"):
        if not reached_by(disk, connection.id, connection.data):
            continue
        if not any("volume_group_id" in unit for unit in _disk_units(disk)):
            found.disks.insert(0, disk.name)
        for owner in site.disk_users.get(disk.id, ()):
            vm = site.get("vm", owner)
            if vm is not None and vm.data["status"] != "down" and _plugged(vm, disk.id):
                found.running.append(vm.name)
    return found


def reached_by(disk: Entity, identity: str, details: Record) -> bool:
    """Whether a LUN disk is reached by a connection: the one it was made with, or one to the portal of its LUN."""
    made_with = disk.subs.get("connections")
    if made_with is not None:
        return {"id": identity} in made_with
    return any(_behind(unit, details) for unit in _disk_units(disk))


def _disk_units(disk: Entity) -> list[Record]:
    return members(disk.data.get("lun_storage") or {}, "logical_units", "logical_unit")


def _plugged(vm: Entity, disk: str) -> bool:
    return any(a["id"] == disk and a.get("active") != "false" for a in vm.subs.get("disk_attachments", []))


def _units(domain: Entity) -> list[Record]:
    group = (domain.data.get("storage") or {}).get("volume_group") or {}
    return listed((group.get("logical_units") or {}).get("logical_unit"))


def _behind(unit: Record, details: Record) -> bool:
    return all(unit.get(key) == details.get(key) for key in ("address", "target"))


def follow(site: Site, old: Record, connection: Entity) -> None:
    """What domains and LUN disks show of their connection becomes what it is now."""
    now = {key: value for key, value in connection.data.items() if key != "id"}
    if now["type"] != "iscsi":
        for domain in users_of(site, connection).entities:
            domain.set(storage=now)
        return
    for domain in site.all("storage_domain"):
        units = _units(domain)
        own = {"id": connection.id} in domain.subs.get("storage_connections", [])
        if own and any(_behind(unit, old) for unit in units):
            group = domain.data["storage"]["volume_group"]
            moved = {**group, "logical_units": _moved(units, old, now)}
            domain.set(storage={**domain.data["storage"], "volume_group": moved})
    for disk in site.all("disk"):
        units = members(disk.data.get("lun_storage") or {}, "logical_units", "logical_unit")
        if units and reached_by(disk, connection.id, old):
            shown = {key: value for key, value in now.items() if key != "username"}
            disk.set(lun_storage={**disk.data["lun_storage"], "logical_units": _moved(units, old, shown)})


def _moved(units: list[Record], old: Record, now: Record) -> Record:
    shown = []
    for unit in units:
        if _behind(unit, old):
            unit = {**unit, **{key: now[key] for key in _PORTAL if key in now}}
            if "portal" in unit:
                unit["portal"] = f"{now['address']}:{now['port']},1"
            unit = {"id": unit["id"], **{key: unit[key] for key in sorted(unit) if key != "id"}}
        shown.append(unit)
    return {"logical_unit": shown if len(shown) > 1 else shown[0]}
