# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arrays behind all sites of a process: exports and LUNs, and what lies on them.

A replica and its source share one content: what one side writes is there at the other at once. Cutting a place off
makes it unreachable without touching the content."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Estate, Record, listed
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.ovf import OvfEntry


@dataclass
class Content:
    """A storage domain as it lies on storage: its metadata, its images, its OVF store.

    ``backing``: thin disk -> the template disk it stands on. ``exported``: what an export domain holds. ``written``:
    whether its OVF store ever was."""

    id: str
    record: Record
    pool: str | None = None
    disks: dict[str, Record] = field(default_factory=dict)
    layered: set[str] = field(default_factory=set)
    ovf: dict[str, OvfEntry] = field(default_factory=dict)
    backing: dict[str, str] = field(default_factory=dict)
    exported: dict[str, OvfEntry] = field(default_factory=dict)
    written: bool = False


@dataclass
class Place:
    """An export or a LUN. ``record`` holds the LUN's device data, ``hosts`` who sees the LUN."""

    record: Record
    content: Content | None = None
    reachable: bool = True
    hosts: set[str] = field(default_factory=set)


class Storage:
    """All places by address. ``chap`` holds user name and password of the targets that ask for them;
    ``changes`` counts how often something was cut off or came back; ``defects`` are what hosts cannot do at present
    (copy, mirror, merge, hibernate)."""

    def __init__(self, estate: Estate) -> None:
        data = estate["storage"]
        self.contents: dict[str, Content] = {}
        for site in estate["sites"]:
            for domain in site.get("storage_domains", []):
                self.contents.setdefault(domain["id"], Content(domain["id"], domain))
        self.exports: dict[tuple[str, str], Place] = {}
        for export in data.get("exports", []):
            self.exports[(export["address"], export["path"])] = Place(
                export, self.contents.get(export.get("domain") or "")
            )
        self.luns: dict[str, Place] = {}
        self.chap: dict[str, tuple[str, str]] = {}
        self.changes = 0
        self.defects: set[str] = set()
        for lun in data.get("luns", []):
            device = {key: value for key, value in lun.items() if key not in ("domain", "hosts")}
            self.luns[lun["id"]] = Place(
                device, self.contents.get(lun.get("domain") or ""), hosts=set(lun.get("hosts", []))
            )
        for replica in data.get("replicas", []):
            source, target = self.end(replica["from"]), self.end(replica["to"])
            if target.content is None:
                target.content = source.content

    def end(self, end: Record) -> Place:
        """The place that one end of a replica names."""
        return self.luns[end["lun"]] if "lun" in end else self.exports[(end["address"], end["path"])]

    def places(self, storage: Record) -> list[Place]:
        """The places that a storage domain's ``storage`` element names."""
        if "path" in storage:
            found = self.exports.get((storage.get("address", ""), storage["path"]))
            return [found] if found else []
        group = storage.get("volume_group", storage)
        units = listed((group.get("logical_units") or {}).get("logical_unit"))
        return [self.luns[unit["id"]] for unit in units if unit["id"] in self.luns]

    def export(self, address: str, path: str) -> Place | None:
        """The export at an address. Any path of a known server mounts; it is empty then."""
        found = self.exports.get((address, path))
        if (
            found is None
            and "noexist" not in path
            and "unreachable" not in path
            and any(a == address for a, _path in self.exports)
        ):
            there = any(place.reachable for (server, _path), place in self.exports.items() if server == address)
            found = self.exports[(address, path)] = Place({"address": address, "path": path}, reachable=there)
        return found

    def cut(self, *ends: str, back: bool = False) -> list[Place]:
        """Takes places off (or back): a server name, an ``address:path``, a LUN id or a domain id or name."""
        hit: list[Place] = []
        for end in ends:
            for (address, path), place in self.exports.items():
                if end in (address, f"{address}:{path}") or _holds(place, end):
                    hit.append(place)
            hit.extend(
                place
                for lun, place in self.luns.items()
                if end in (lun, place.record.get("address")) or _holds(place, end)
            )
        for place in hit:
            place.reachable = back
        self.changes += 1
        return hit

    def restore(self) -> None:
        """Brings every place back and lets everybody sign in to every target."""
        for place in (*self.exports.values(), *self.luns.values()):
            place.reachable = True
        self.chap.clear()
        self.defects.clear()
        self.changes += 1

    def block_places(self, domain: str) -> list[Place]:
        """The LUNs that hold a domain."""
        return [place for place in self.luns.values() if place.content is not None and place.content.id == domain]


def _holds(place: Place, name: str) -> bool:
    return place.content is not None and name in (place.content.id, place.content.record.get("name"))


def image_record(disk: Record) -> dict[str, Any]:
    """What storage keeps of a disk: not its profile, quota or site specific references."""
    return {
        key: value
        for key, value in disk.items()
        if key not in ("disk_profile", "quota", "storage_domains", "storage_domain")
    }
