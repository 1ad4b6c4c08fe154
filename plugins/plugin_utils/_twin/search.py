# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The search language, as far as clients of this collection and of ovirt.ovirt use it.

``field op value`` joined by and / or, quotes, wildcards, ``sortby field [asc|desc]``, ``page N``.
What the engine does not understand gives an empty list with 200, so that is what Unsearchable leads to (01 recordings
53-55). Among that are brackets, and a status in any other spelling than the engine's own name for it, which has none of
the underscores that the same status has in an answer (both seen at a running engine)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import translate

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site

_TOKEN = re.compile(r'\s*(?:(?P<op>!=|<=|>=|=|<|>|:)|"(?P<quoted>[^"]*)"|(?P<word>[^\s()=<>!:"]+))')
Test = Callable[[Site, Entity], bool]


class Unsearchable(ValueError):
    """The engine would not understand this search."""


@dataclass(frozen=True)
class _Is:
    """That a field has one of some values, without wildcards. fold: as lower case."""

    read: Callable[[Site, Entity], str | tuple[str, ...]]
    wanted: frozenset[str]
    fold: bool

    def __call__(self, site: Site, entity: Entity) -> bool:
        found = self.read(site, entity)
        values = (found,) if isinstance(found, str) else found or ("",)
        return any((value.lower() if self.fold else value) in self.wanted for value in values)


@dataclass(frozen=True)
class Search:
    """A parsed search."""

    test: Test | None
    sort: str = ""
    descending: bool = False
    page: int = 1


def _name_of(tag: str, reference: str) -> Callable[[Site, Entity], str]:
    def read(site: Site, entity: Entity) -> str:
        found = site.get(tag, entity.ref(reference))
        return found.name if found else ""

    return read


def _data_center(site: Site, entity: Entity) -> str:
    found = site.get("data_center", site.data_center_of(entity))
    return found.name if found else ""


def _tags(site: Site, entity: Entity) -> tuple[str, ...]:
    return tuple(str(tag.get("name", "")) for tag in entity.subs.get("tags", []))


def _clusters(site: Site, entity: Entity) -> tuple[str, ...]:
    return tuple(cluster.name for cluster in site.all("cluster") if cluster.ref("data_center") == entity.id)


def _storage(site: Site, entity: Entity) -> tuple[str, ...]:
    found = (
        {d for disk in site.disks_of(entity) for d in site.domains_of(disk)}
        if entity.tag != "disk"
        else set(site.domains_of(entity))
    )
    return tuple(sorted(held.name for held in (site.get("storage_domain", d) for d in found) if held))


def _vm_names(site: Site, entity: Entity) -> tuple[str, ...]:
    return tuple(vm.name for vm in (site.get("vm", i) for i in sorted(site.disk_users.get(entity.id, ()))) if vm)


def _plain(key: str) -> Callable[[Site, Entity], str]:
    return lambda site, entity: str(entity.data.get(key, ""))


STATUSES = {
    "vm": [
        "unassigned",
        "down",
        "up",
        "poweringup",
        "paused",
        "migratingfrom",
        "migratingto",
        "unknown",
        "notresponding",
        "waitforlaunch",
        "rebootinprogress",
        "savingstate",
        "restoringstate",
        "suspended",
        "imageillegal",
        "imagelocked",
        "poweringdown",
    ],
    "host": [
        "unassigned",
        "down",
        "maintenance",
        "up",
        "nonresponsive",
        "error",
        "installing",
        "installfailed",
        "reboot",
        "preparingformaintenance",
        "nonoperational",
        "pendingapproval",
        "initializing",
        "connecting",
        "installingos",
        "kdumping",
    ],
    "storage_domain": [
        "uninitialized",
        "unattached",
        "active",
        "inactive",
        "unknown",
        "locked",
        "maintenance",
        "preparingformaintenance",
        "detaching",
        "activating",
    ],
    "data_center": ["uninitialized", "up", "maintenance", "notoperational", "nonresponsive", "contend"],
    "disk": ["unassigned", "ok", "locked", "illegal"],
    "template": ["ok", "locked", "illegal"],
}
"""The names that a search for a status understands, per kind."""


def _status(site: Site, entity: Entity) -> str:
    shown = str(entity.data.get("status", ""))
    return "nonresponsive" if shown == "problematic" else shown.replace("_", "")


def _type(site: Site, entity: Entity) -> str:
    return str(entity.data.get("type", ""))


_COMMON: dict[str, Callable[[Site, Entity], str | tuple[str, ...]]] = {
    "name": _plain("name"),
    "id": _plain("id"),
    "comment": _plain("comment"),
    "description": _plain("description"),
}
FIELDS: dict[str, dict[str, Callable[[Site, Entity], str | tuple[str, ...]]]] = {
    "vm": {
        **_COMMON,
        "status": _status,
        "cluster": _name_of("cluster", "cluster"),
        "datacenter": _data_center,
        "host": _name_of("host", "host"),
        "template.name": _name_of("template", "template"),
        "template": _name_of("template", "template"),
        "tag": _tags,
        "type": _type,
        "storage": _storage,
        "storage.name": _storage,
    },
    "template": {
        **_COMMON,
        "status": _status,
        "cluster": _name_of("cluster", "cluster"),
        "datacenter": _data_center,
    },
    "host": {
        **_COMMON,
        "status": _status,
        "cluster": _name_of("cluster", "cluster"),
        "datacenter": _data_center,
        "address": _plain("address"),
    },
    "storage_domain": {**_COMMON, "status": _status, "datacenter": _data_center, "type": _type},
    "disk": {
        **_COMMON,
        "alias": _plain("alias"),
        "status": _status,
        "disk_type": _plain("storage_type"),
        "disk_content_type": _plain("content_type"),
        "storage": _storage,
        "vm_names": _vm_names,
        "datacenter": _data_center,
    },
    "cluster": {**_COMMON, "datacenter": _name_of("data_center", "data_center")},
    # The other collection finds a data center so (not recorded).
    "data_center": {**_COMMON, "status": _status, "clusters.name": _clusters},
    "network": {**_COMMON, "datacenter": _name_of("data_center", "data_center")},
    "user": {
        **_COMMON,
        "usrname": _plain("user_name"),
        "directory": lambda s, e: str((e.data.get("domain") or {}).get("name", "")),
    },
    "group": _COMMON,
    "vm_pool": _COMMON,
    "job": {"correlation_id": lambda site, entity: str(entity.subs["correlation"][0]["id"])},
    "event": {
        "correlation_id": _plain("correlation_id"),
        "severity": _plain("severity"),
        "type": _plain("code"),
        "message": _plain("description"),
        "id": _plain("id"),
        # These spellings are the other collection's (not recorded).
        "vm.name": lambda s, e: str((e.data.get("vm") or {}).get("name", "")),
        "vm.id": lambda s, e: e.ref("vm"),
        "host.name": lambda s, e: str((e.data.get("host") or {}).get("name", "")),
        "event_vm": lambda s, e: str((e.data.get("vm") or {}).get("name", "")),
        "event_vm_id": lambda s, e: e.ref("vm"),
        "event_storage": lambda s, e: str((e.data.get("storage_domain") or {}).get("name", "")),
    },
}


def _tokens(text: str) -> list[tuple[str, str]]:
    found, place = [], 0
    while place < len(text.rstrip()):
        match = _TOKEN.match(text, place)
        if match is None:
            raise Unsearchable(text)
        kind = str(match.lastgroup)
        found.append((kind, match.group(kind)))
        place = match.end()
    return found


def parse(tag: str, text: str, *, case_sensitive: bool = False) -> Search:
    """A search over records of a kind. Raises Unsearchable."""
    tokens = _tokens(text)
    words = [value.lower() if kind == "word" else "" for kind, value in tokens]
    sort, descending, page, end = "", False, 1, len(tokens)
    if "page" in words:
        at = words.index("page")
        if at + 1 >= len(words) or not words[at + 1].isdigit():
            raise Unsearchable(text)
        page, end = max(1, int(words[at + 1])), at
    if "sortby" in words[:end]:
        at = words.index("sortby")
        if at + 1 >= end or words[at + 1] not in FIELDS[tag]:
            raise Unsearchable(text)
        sort, descending = words[at + 1], at + 2 < end and words[at + 2] == "desc"
        end = at
    test = _Parser(tag, tokens[:end], case_sensitive).everything() if end else None
    return Search(test, sort, descending, page)


class _Parser:
    """Recursive descent; and binds tighter than or."""

    def __init__(self, tag: str, tokens: list[tuple[str, str]], case_sensitive: bool) -> None:
        self._tag, self._tokens, self._at, self._flags = tag, tokens, 0, 0 if case_sensitive else re.IGNORECASE

    def everything(self) -> Test:
        test = self._either()
        if self._at != len(self._tokens):
            raise Unsearchable("words left over")
        return test

    def _word(self, wanted: str) -> bool:
        if (
            self._at < len(self._tokens)
            and self._tokens[self._at][0] == "word"
            and self._tokens[self._at][1].lower() == wanted
        ):
            self._at += 1
            return True
        return False

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise Unsearchable("it ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _either(self) -> Test:
        parts = [self._both()]
        while self._word("or"):
            parts.append(self._both())
        same = [part for part in parts if isinstance(part, _Is)]
        if len(same) == len(parts) and all(part.read is same[0].read for part in same):
            # Long lists of ids are searched for.
            return _Is(same[0].read, frozenset().union(*(part.wanted for part in same)), same[0].fold)
        return parts[0] if len(parts) == 1 else lambda site, entity: any(part(site, entity) for part in parts)

    def _both(self) -> Test:
        parts = [self._one()]
        while self._word("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda site, entity: all(part(site, entity) for part in parts)

    def _one(self) -> Test:
        kind, value = self._next()
        read = FIELDS[self._tag].get(value.lower())
        if kind != "word" or read is None:
            raise Unsearchable(value)
        sign, operator = self._next()
        wanted_kind, wanted = self._next()
        if sign != "op" or wanted_kind not in ("word", "quoted") or operator not in ("=", "!=", ":"):
            raise Unsearchable(value)
        if value.lower() == "status" and wanted.lower() not in STATUSES.get(self._tag, (wanted.lower(),)):
            raise Unsearchable(wanted)
        fold = bool(self._flags)
        if operator != "!=" and not set("*?") & set(wanted):
            return _Is(read, frozenset({wanted.lower() if fold else wanted}), fold)
        pattern = re.compile(translate(wanted.replace("[", "[[]")), self._flags)

        def test(site: Site, entity: Entity) -> bool:
            found = read(site, entity)
            values = (found,) if isinstance(found, str) else found or ("",)
            return any(pattern.match(value) for value in values) == (operator != "!=")

        return test
