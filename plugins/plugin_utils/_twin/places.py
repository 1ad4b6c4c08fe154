# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One place on an array, an export or a LUN: what lies on it, the paths to it, and who may write."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record, listed
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.ovf import OvfEntry

_NO_DEVICE = ("type", "portals", "paths", "hosts", "domain")
"""Fields of a LUN in an estate that are not the device's own."""


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

    def copy(self) -> Content:
        """The same domain on another place, from here on by itself."""
        return replace(
            self,
            disks=dict(self.disks),
            layered=set(self.layered),
            ovf=dict(self.ovf),
            backing=dict(self.backing),
            exported=dict(self.exported),
        )

    def take(self, other: Content) -> None:
        """Becomes what another copy of the same domain is now."""
        for name, value in vars(other.copy()).items():
            setattr(self, name, value)


@dataclass
class Portal:
    """One iSCSI way to a LUN; ``hosts`` have a session on it."""

    address: str
    port: str
    target: str
    up: bool = True
    hosts: set[str] = field(default_factory=set)


class Place:
    """An export or a LUN. ``record`` holds the LUN's device data, ``hosts`` who has it (of a LUN: sees it), ``away``
    who cannot get there although it has it; ``free`` is what an array that fills up has left, in bytes."""

    def __init__(
        self, record: Record, content: Content | None = None, reachable: bool = True, hosts: Iterable[str] = ()
    ) -> None:
        self.record = record
        self.content = content
        self.hosts = set(hosts)
        self.away: set[str] = set()
        self.writable = True
        self.free: int | None = None
        self.lost_paths = 0
        self.portals = [
            Portal(entry["address"], entry.get("port", "3260"), entry["target"], hosts=set(self.hosts))
            for entry in (record, *listed(record.get("portals")))
            if "target" in entry
        ]
        self._there = reachable

    @property
    def reachable(self) -> bool:
        """Whether any way leads there."""
        if not self._there:
            return False
        return any(p.up for p in self.portals) if self.portals else self.lost_paths < self._cables

    @reachable.setter
    def reachable(self, there: bool) -> None:
        self._there = there

    @property
    def _cables(self) -> int:
        return int(self.record.get("paths", "1"))

    @property
    def device(self) -> Record:
        """What a host reads of the LUN."""
        return {key: value for key, value in self.record.items() if key not in _NO_DEVICE}

    def reaches(self, host: str) -> bool:
        """Whether a host can get there: to a LUN it must have signed in or be zoned."""
        if not self.reachable or host in self.away:
            return False
        return "path" in self.record or (host in self.hosts and self.paths(host)[1] > 0)

    def paths(self, host: str) -> tuple[int, int]:
        """How many ways a host has to the LUN, and how many of them work."""
        if not self.portals:
            return self._cables, max(0, self._cables - self.lost_paths)
        own = self.ways(host)
        return len(own), sum(portal.up for portal in own)

    def ways(self, host: str) -> list[Portal]:
        """The portals through which a host sees the LUN."""
        return [portal for portal in self.portals if host in portal.hosts] or self.portals[:1]

    def sign_in(self, host: str, address: str, target: str) -> None:
        """A host has a session from here on."""
        self.hosts.add(host)
        for portal in self.behind(address, target):
            portal.hosts.add(host)

    def sign_out(self, host: str) -> None:
        """A host has no session any more."""
        self.hosts.discard(host)
        for portal in self.portals:
            portal.hosts.discard(host)

    def behind(self, address: str, target: str) -> list[Portal]:
        """The ways of this LUN that begin at a portal and work."""
        return [p for p in self.portals if p.up and (p.address, p.target) == (address, target)]
