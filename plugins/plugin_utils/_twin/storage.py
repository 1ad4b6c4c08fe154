# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arrays behind all sites of a process: exports and LUNs, what lies on them, and what arrays do with it.

A content belongs to the place it lies on and moves with it, never with an engine. A synchronous copy that is open shows
its source's content; one that lags has its own, as old as the last time it was brought up to date."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Estate, Record, listed
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.places import Content, Place

DEFECTS = ("copy", "mirror", "merge", "hibernate")
"""What hosts can be unable to do: copy an image, mirror one under a running VM, merge a snapshot into what lies over
it, save a VM's memory."""


@dataclass
class Pair:
    """A replication: what is written at the source is at the target at once, or with a ``lag`` in seconds. ``copied``
    is when it was last brought up to date; a protected target cannot be written."""

    source: Place
    target: Place
    lag: float = 0.0
    protected: bool = False
    copied: float | None = None


class Storage:
    """All places by address. ``chap`` holds user name and password of the targets that ask for them;
    ``changes`` counts how often something was cut off, came back or changed hands; ``defects`` are what hosts cannot do
    at present (some of DEFECTS)."""

    def __init__(self, estate: Estate) -> None:
        data = estate["storage"]
        self._contents: dict[str, Content] = {}
        for site in estate["sites"]:
            for domain in site.get("storage_domains", []):
                self._contents.setdefault(domain["id"], Content(domain["id"], domain))
        self.exports: dict[tuple[str, str], Place] = {}
        for export in data.get("exports", []):
            self.exports[(export["address"], export["path"])] = Place(
                export, self.contents.get(export.get("domain") or "")
            )
        self.luns: dict[str, Place] = {}
        self.chap: dict[str, tuple[str, str]] = {}
        self.pairs: list[Pair] = []
        self._any_export = bool(data.get("any_export"))
        self.one_network = bool(data.get("one_network"))
        self.changes = 0
        self.defects: set[str] = set()
        for lun in data.get("luns", []):
            self.luns[lun["id"]] = Place(lun, self.contents.get(lun.get("domain") or ""), hosts=lun.get("hosts", []))
        for replica in data.get("replicas", []):
            self.replicate(
                self.end(replica["from"]),
                self.end(replica["to"]),
                float(replica.get("lag", 0.0)),
                protected=bool(replica.get("protected")),
            )
        self.changes = 0

    @property
    def contents(self) -> MutableMapping[str, Content]:
        """The domains by id, wherever they lie; of one that lies at several places apart, the first that was known."""
        return self._contents

    def keep(self, content: Content) -> None:
        """A domain was found on a place, or made there."""
        self._contents.setdefault(content.id, content)

    def end(self, end: Record) -> Place:
        """The place that one end of a replica names."""
        return self.luns[end["lun"]] if "lun" in end else self.exports[(end["address"], end["path"])]

    def place(self, end: str) -> Place:
        """The place of a LUN id or an ``address:path``. Raises KeyError."""
        if end in self.luns:
            return self.luns[end]
        address, _unused, path = end.rpartition(":")
        return self.exports[(address, path)]

    def places(self, storage: Record) -> list[Place]:
        """The places that a storage domain's ``storage`` element names."""
        if "path" in storage:
            found = self.exports.get((storage.get("address", ""), storage["path"]))
            return [found] if found else []
        group = storage.get("volume_group", storage)
        units = listed((group.get("logical_units") or {}).get("logical_unit"))
        return [self.luns[unit["id"]] for unit in units if unit["id"] in self.luns]

    def export(self, address: str, path: str) -> Place | None:
        """The export at an address. Any path of a known server mounts, or with ``any_export`` in the estate of any
        server; it is empty then."""
        found = self.exports.get((address, path))
        if (
            found is None
            and "noexist" not in path
            and "unreachable" not in path
            and (self._any_export or any(a == address for a, _path in self.exports))
        ):
            there = self._any_export or any(
                place.reachable for (server, _path), place in self.exports.items() if server == address
            )
            found = self.exports[(address, path)] = Place({"address": address, "path": path}, reachable=there)
        return found

    def cut(self, *ends: str, back: bool = False, hosts: frozenset[str] = frozenset()) -> list[Place]:
        """Takes places off (or back): a server name, an ``address:path``, a LUN id or a domain id or name; with
        ``hosts`` (ids) only for these. Of a LUN that has several portals the address of one is only that way."""
        hit: list[Place] = []
        for end in ends:
            hit.extend(place for key, place in self.exports.items() if end in (key[0], ":".join(key)))
            hit.extend(place for lun, place in self.luns.items() if end == lun)
            hit.extend(place for place in (*self.exports.values(), *self.luns.values()) if _holds(place, end))
            for place in self.luns.values():
                ways = [portal for portal in place.portals if portal.address == end]
                for portal in ways if not hosts else ():
                    portal.up = back
                hit.extend([place] * bool(ways))
        for place in hit:
            if hosts:
                place.away = place.away - hosts if back else place.away | hosts
            elif not any(portal.address in ends for portal in place.portals):
                place.reachable = back
        self.changes += 1
        return hit

    def restore(self) -> None:
        """Brings every place and path back and lets everybody sign in to every target."""
        for place in (*self.exports.values(), *self.luns.values()):
            place.reachable, place.lost_paths = True, 0
            place.away.clear()
            for portal in place.portals:
                portal.up = True
        self.chap.clear()
        self.defects.clear()
        self.changes += 1

    def lose_paths(self, lun: str, count: int) -> None:
        """So many of the Fibre Channel paths to a LUN are down from here on; 0 brings them back."""
        self.luns[lun].lost_paths = count
        self.changes += 1

    def block_places(self, domain: str) -> list[Place]:
        """The LUNs that hold a domain."""
        return [place for place in self.luns.values() if place.content is not None and place.content.id == domain]

    # what arrays do

    def replicate(self, source: Place, target: Place, lag: float = 0.0, *, protected: bool = True) -> Pair:
        """From here on the target is a copy of the source, and cannot be written when it lags or is protected."""
        pair = Pair(source, target, lag, protected or lag > 0)
        self.pairs.append(pair)
        if pair.lag == 0 and source.content is not None and (pair.protected or target.content is None):
            target.content = source.content
        if pair.protected:
            target.writable = False
        self.changes += 1
        return pair

    def settle(self, now: float) -> None:
        """Brings the copies up to date whose lag is over. A source that cannot be reached is not copied."""
        for pair in self.pairs:
            due = pair.copied is None or now - pair.copied >= pair.lag
            if pair.lag > 0 and due and pair.source.reachable:
                _bring_up_to_date(pair.target, pair.source.content)
                pair.copied = now

    def promote(self, end: str) -> None:
        """Ends the replication into a place: it stays as it is, by itself, and can be written. Raises KeyError."""
        place = self.place(end)
        for pair in [pair for pair in self.pairs if pair.target is place]:
            self.pairs.remove(pair)
            if place.content is not None and place.content is pair.source.content:
                place.content = place.content.copy()
        place.writable = True
        self.changes += 1

    def demote(self, end: str) -> None:
        """A place cannot be written any more, as the old source after a failover. Raises KeyError."""
        self.place(end).writable = False
        self.changes += 1

    def clone(self, end: str, to: str) -> Place:
        """A copy of a place as it is now at another address or LUN id, by itself and writable. Raises KeyError."""
        source = self.place(end)
        content = source.content.copy() if source.content is not None else None
        if "path" in source.record:
            address, _unused, path = to.rpartition(":")
            copy = Place({"address": address, "path": path}, content)
            self.exports[(address, path)] = copy
        else:
            copy = Place({**source.record, "id": to}, content, hosts=source.hosts)
            self.luns[to] = copy
        self.changes += 1
        return copy

    def fill(self, end: str, free: int = 0) -> None:
        """A place has so many bytes left. Raises KeyError."""
        self.place(end).free = free
        self.changes += 1


class SeenFrom(Storage):
    """The storage as one site sees it: of a domain that lies at several places apart, the one that it reached last."""

    __slots__ = ("_own",)

    def __init__(self, storage: Storage) -> None:
        self.__dict__ = storage.__dict__
        self._own: dict[str, Content] = {}

    @property
    def contents(self) -> MutableMapping[str, Content]:
        """The domains by id, as they lie where this site reached them."""
        return ChainMap(self._own, self._contents)

    def keep(self, content: Content) -> None:
        """This site reached a domain on a place."""
        self._own[content.id] = content
        super().keep(content)


def _bring_up_to_date(place: Place, content: Content | None) -> None:
    """A copy stays one content, so that whoever holds it sees it change."""
    if place.content is not None and content is not None and place.content.id == content.id:
        place.content.take(content)
    else:
        place.content = content.copy() if content is not None else None


def _holds(place: Place, name: str) -> bool:
    return place.content is not None and name in (place.content.id, place.content.record.get("name"))


def image_record(disk: Record) -> dict[str, Any]:
    """What storage keeps of a disk: not its profile, quota or site specific references."""
    return {
        key: value
        for key, value in disk.items()
        if key not in ("disk_profile", "quota", "storage_domains", "storage_domain")
    }
