# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One engine's state: tables of records, what happens later, jobs, events, locks.

Everything here runs under the site's lock. Work that takes time is a note on the site's list of things to come;
whoever looks next carries out what is due first, so there is no thread of its own and a manual clock can drive it."""

from __future__ import annotations

import heapq
import itertools
import threading
import uuid
from collections.abc import Callable, Iterable
from random import Random
from typing import Any

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.clock import Clock
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import KINDS, Record, listed, members
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.ovf import OvfEntry
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import SUBS
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.storage import SeenFrom, Storage

BLANK = "00000000-0000-0000-0000-000000000000"
ADMIN = "admin@internal-authz"


APART = 0.0001
"""Seconds that lie between two things of which each takes the same time."""


class Entity:
    """A record that can be replaced field by field, with its sub-collections and its rendered text."""

    __slots__ = ("cache", "data", "subs", "tag")

    def __init__(self, tag: str, data: Record, subs: dict[str, list[Record]] | None = None) -> None:
        self.tag = tag
        self.data = data
        self.subs: dict[str, list[Record]] = subs if subs is not None else {}
        self.cache: dict[Any, str] = {}

    @classmethod
    def of(cls, tag: str, record: Record) -> Entity:
        """From an estate record: the sub-collections that lie inside are taken out. The record stays as it is."""
        inner = SUBS.get(tag, ()) + (("storage_connections",) if tag == "storage_domain" else ())
        return cls(
            tag, {k: v for k, v in record.items() if k not in inner}, {k: list(record[k]) for k in inner if k in record}
        )

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.data["id"])

    @property
    def name(self) -> str:
        """Its name, empty when it has none."""
        return str(self.data.get("name", ""))

    def set(self, **fields: Any) -> None:
        """Replaces fields; None takes one away."""
        data = dict(self.data)
        for key, value in fields.items():
            if value is None:
                data.pop(key, None)
            else:
                data[key] = value
        self.data = data
        self.cache.clear()

    def ref(self, tag: str) -> str:
        """The id that a reference holds, or an empty text."""
        held = self.data.get(tag)
        return str(held.get("id", "")) if isinstance(held, dict) else ""


class Site:
    """One engine with its data centers. ``look`` is called when something on storage was cut off or came back;
    ``lost`` are the domains of which that is known and not shown yet; ``elected`` is when a domain became
    master because another one left, ``active_since`` when it was activated last."""

    def __init__(self, record: Record, storage: Storage, clock: Clock, pace: float, seed: int = 0) -> None:
        self.name: str = record["name"]
        self.product: Record = (record.get("engine") or {}).get("product_info", {})
        self.storage = SeenFrom(storage)
        self.clock = clock
        self.pace = pace
        self.lock = threading.RLock()
        self.tables: dict[str, dict[str, Entity]] = {tag: {} for tag in KINDS.values()}
        self.tables.update({"job": {}, "event": {}, "step": {}, "vm_pool": {}, "image_transfer": {}})
        self.unregistered: dict[str, dict[str, OvfEntry]] = {}
        # (disk, domain): images of what was registered or removed since its domain was attached.
        self.forgotten_images: set[tuple[str, str]] = set()
        self.described: dict[str, tuple[OvfEntry, OvfEntry]] = {}
        self.importing: dict[str, float] = {}
        self.busy: dict[str, float] = {}
        self.doubled: dict[str, list[Record]] = {}
        self.vm_names: dict[str, str] = {}
        self.macs: dict[str, set[str]] = {}
        self.disk_users: dict[str, set[str]] = {}
        self.lost: set[str] = set()
        self.elected: dict[str, float] = {}
        self.active_since: dict[str, float] = {}
        self.look: Callable[[Site], None] = _look_away
        self._looked = storage.changes
        self._random = Random(f"{self.name}/{seed}")
        self._latest: dict[float, float] = {}
        self._later: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._events = itertools.count(1000)
        self._free_mac = 0
        self._moment: float | None = None
        for key, tag in KINDS.items():
            for entry in record.get(key, []):
                self.add(Entity.of(tag, entry))

    # tables

    def all(self, tag: str) -> Iterable[Entity]:
        """Every record of a kind, in order."""
        return self.tables[tag].values()

    def get(self, tag: str, identity: str) -> Entity | None:
        """A record by id."""
        return self.tables[tag].get(identity)

    def named(self, tag: str, name: str) -> Entity | None:
        """The first record of a kind with a name."""
        if tag == "vm":
            return self.get("vm", self.vm_names.get(name, ""))
        return next((entity for entity in self.all(tag) if entity.name == name), None)

    def add(self, entity: Entity) -> Entity:
        """Takes a record in."""
        self.tables[entity.tag][entity.id] = entity
        if entity.tag == "vm":
            self.vm_names[entity.name] = entity.id
            for nic in entity.subs.get("nics", []):
                self.macs.setdefault(mac_of(nic), set()).add(entity.id)
        if entity.tag in ("vm", "template"):
            for attachment in entity.subs.get("disk_attachments", []):
                self.disk_users.setdefault(attachment["id"], set()).add(entity.id)
        return entity

    def remove(self, entity: Entity) -> None:
        """Forgets a record and what points to it by index."""
        self.tables[entity.tag].pop(entity.id, None)
        self.described.pop(entity.id, None)
        if entity.tag == "vm":
            if self.vm_names.get(entity.name) == entity.id:
                del self.vm_names[entity.name]
            for nic in entity.subs.get("nics", []):
                self.macs.get(mac_of(nic), set()).discard(entity.id)
            for group in (*self.all("affinity_group"), *self.all("affinity_label")):
                self.leave(group, entity.id)
        if entity.tag in ("vm", "template"):
            for attachment in entity.subs.get("disk_attachments", []):
                self.disk_users.get(attachment["id"], set()).discard(entity.id)

    def leave(self, group: Entity, vm: str) -> None:
        """Takes a VM out of an affinity group or label."""
        held = group.subs.get("vms", [])
        kept = [member for member in held if member["id"] != vm]
        if len(kept) != len(held):
            group.subs["vms"] = kept
            group.cache.clear()

    def join(self, group: Entity, vm: str) -> None:
        """Puts a VM into an affinity group or label."""
        group.subs["vms"] = [*group.subs.get("vms", []), {"id": vm}]
        group.cache.clear()

    def new_id(self) -> str:
        """A fresh id, the same in every run of one estate."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    # relations

    def data_center_of(self, entity: Entity) -> str:
        """The data center a VM, template, cluster, host, domain or disk belongs to; empty when none."""
        if entity.tag in ("vm", "template", "host"):
            cluster = self.get("cluster", entity.ref("cluster"))
            return cluster.ref("data_center") if cluster else ""
        if entity.tag == "storage_domain":
            held = members(entity.data, "data_centers", "data_center")
            return str(held[0]["id"]) if held else ""
        if entity.tag == "disk":
            for domain in self.domains_of(entity):
                found = self.get("storage_domain", domain)
                if found:
                    return self.data_center_of(found)
            return ""
        return entity.id if entity.tag == "data_center" else entity.ref("data_center")

    def domains_of(self, disk: Entity) -> tuple[str, ...]:
        """The storage domains a disk lies on."""
        return tuple(domain["id"] for domain in members(disk.data, "storage_domains", "storage_domain"))

    def domains_in(self, data_center: str) -> list[Entity]:
        """The storage domains attached to a data center."""
        return [d for d in self.all("storage_domain") if self.data_center_of(d) == data_center]

    def disks_of(self, owner: Entity) -> list[Entity]:
        """The disks attached to a VM or template."""
        found = (self.get("disk", a["id"]) for a in owner.subs.get("disk_attachments", []))
        return [disk for disk in found if disk is not None]

    def host_up(self, data_center: str) -> Entity | None:
        """A host that is up in a data center."""
        return next(
            (h for h in self.all("host") if h.data.get("status") == "up" and self.data_center_of(h) == data_center),
            None,
        )

    def user(self) -> Entity | None:
        """The one user who signs in."""
        return next(iter(self.all("user")), None)

    # MAC addresses

    def free_mac(self, pool: Entity) -> str:
        """The next free address of a pool, remembered by the caller's NIC. Empty when the pool is used up."""
        for entry in listed((pool.data.get("ranges") or {}).get("range")):
            first, last = mac_number(entry["from"]), mac_number(entry["to"])
            for number in itertools.chain(
                range(max(first, self._free_mac), last + 1), range(first, min(self._free_mac, last + 1))
            ):
                mac = mac_text(number)
                if not self.macs.get(mac):
                    self._free_mac = number + 1
                    return mac
        return ""

    # time

    def time(self) -> float:
        """Now; while something due is carried out, the moment at which it was due."""
        return self._moment if self._moment is not None else self.clock.now()

    def later(self, seconds: float, action: Callable[[], None]) -> float:
        """Does something after a while (scaled by the pace); returns when that is. What takes equally long ends in the
        order in which it began, never at one moment."""
        due = max(self.time() + seconds * self.pace, self._latest.get(seconds, 0.0) + APART * self.pace)
        self._latest[seconds] = due
        heapq.heappush(self._later, (due, next(self._order), action))
        return due

    def settle(self) -> None:
        """Notices what changed on storage, then carries out what is due by now, in order."""
        if self.storage.changes != self._looked:
            self._looked = self.storage.changes
            self.look(self)
        now = self.clock.now()
        self.storage.settle(now)
        while self._later and self._later[0][0] <= now:
            self._moment, _unused, action = heapq.heappop(self._later)
            action()
        self._moment = None

    def next_due(self) -> float | None:
        """When the next thing to come happens."""
        return self._later[0][0] if self._later else None

    def changes_at(self) -> list[float]:
        """The moments to come at which something happens by itself, or stops being in use."""
        now = self.clock.now()
        ends = (*self.busy.values(), *self.importing.values())
        return [*(due for due, _unused, _action in self._later), *(end for end in ends if end > now)]

    def hold(self, key: str, seconds: float) -> None:
        """Marks something as in use for a while."""
        self.busy[key] = self.time() + seconds * self.pace

    def held(self, key: str) -> bool:
        """Whether something is in use."""
        return self.busy.get(key, 0.0) > self.clock.now()

    # jobs and events

    def job(self, description: str, correlation: str, status: str = "finished") -> Entity:
        """A job as it is right after the command began (``started``) or ended."""
        stamp = self.clock.stamp(self.time())
        data: Record = {"id": self.new_id(), "description": description, "auto_cleared": "true"}
        if status != "started":
            data["end_time"] = stamp
        data.update({"external": "false", "last_updated": stamp, "start_time": stamp, "status": status})
        user = self.user()
        if user is not None:
            data["owner"] = {"id": user.id}
        entity = self.add(Entity("job", data))
        entity.subs["correlation"] = [{"id": correlation}]
        entity.subs["until"] = []
        return entity

    def end_job(self, job: Entity, status: str = "finished") -> None:
        """Ends a started job and puts the fields where the engine has them; one that has ended stays as it is."""
        if job.data["status"] != "started":
            return
        stamp = self.clock.stamp(self.time())
        data = {**job.data, "end_time": stamp, "last_updated": stamp, "status": status}
        order = (
            "id",
            "description",
            "auto_cleared",
            "end_time",
            "external",
            "last_updated",
            "start_time",
            "status",
            "owner",
        )
        job.data = {key: data[key] for key in order if key in data}
        job.cache.clear()

    def forget_commands(self) -> None:
        """What an engine that died does not know any more when it is there again: the locks of commands, and what
        became of the jobs that ran (not recorded; contract 01, 1.6 has the status)."""
        self.busy.clear()
        self.importing.clear()
        for job in self.all("job"):
            self.end_job(job, "unknown")

    def event(
        self,
        code: int,
        words: str,
        about: Iterable[Entity | None] = (),
        correlation: str = "",
        severity: str = "normal",
        *,
        by_user: bool = True,
    ) -> None:
        """An audit log entry that names these entities, and the user unless the engine did it by itself."""
        number = str(next(self._events))
        data: Record = {"id": number, "description": words, "code": str(code)}
        if correlation:
            data["correlation_id"] = correlation
        data.update({"custom_id": "-1", "flood_rate": "0", "index": number, "origin": "oVirt", "severity": severity})
        data["time"] = self.clock.stamp(self.time())
        named = {entity.tag: {"id": entity.id, "name": entity.name} for entity in about if entity is not None}
        user = self.user() if by_user else None
        if user is not None:
            named["user"] = {"id": user.id, "name": ADMIN}
        data.update(sorted(named.items()))
        self.add(Entity("event", data))


def _look_away(site: Site) -> None:
    """Nothing watches the storage of this site."""


def mac_of(nic: Record) -> str:
    """The MAC address of a NIC record, lower case."""
    return str((nic.get("mac") or {}).get("address", "")).lower()


def mac_number(mac: str) -> int:
    """A MAC address as a number."""
    return int(mac.replace(":", ""), 16)


def mac_text(number: int) -> str:
    """A number as a MAC address."""
    digits = f"{number:012x}"
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2))
