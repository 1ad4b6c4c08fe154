# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an engine of the twin and its storage hold, field by field, so that two ends can be compared.

Left out is what tells of the way and not of the end: jobs and their steps, events, times, and what a description of a
VM on storage says of its running, which is as old as the description. Ids that the engine made
up on the way stand as ``<made>``: which one it makes depends on how many it made before.
"""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t
from dataclasses import replace

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.ovf import PASSING, OvfEntry
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.places import Content
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Site

OF_THE_WAY = ("job", "step", "event")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")

State = dict[str, list[str]]
"""Kind of record -> the records as sorted JSON."""


def state_of(site: Site, known: t.Collection[str], since: str) -> State:
    """Everything that a site holds. known: the ids of its estate; since: when the twin began, as engines write it."""

    def text(record: object) -> str:
        found = json.dumps(record, sort_keys=True, default=_plain)
        found = UUID.sub(lambda match: match[0] if match[0] in known else "<made>", found)
        return TIME.sub(lambda match: match[0] if match[0][:19] < since[:19] else "<then>", found)

    tables = {
        tag: sorted(text({**entity.data, **entity.subs}) for entity in table.values())
        for tag, table in site.tables.items()
        if tag not in OF_THE_WAY
    }
    tables["unregistered"] = sorted(text([domain, entry]) for domain, entry in _entries(site))
    tables["content"] = sorted(text(_content(content)) for content in site.storage.contents.values())
    tables["doubled LUNs"] = sorted(text(found) for found in site.doubled.items())
    return tables


def known_ids(estate: object) -> frozenset[str]:
    """Every id of an estate."""
    return frozenset(UUID.findall(json.dumps(estate)))


def differences(one: State, other: State) -> list[str]:
    """What differs between two states, a line for each field: of records with one id, else whole records."""
    found = []
    for tag in sorted({*one, *other}):
        before, after = list(one.get(tag, [])), list(other.get(tag, []))
        for record in one.get(tag, []):
            if record in after:
                before.remove(record)
                after.remove(record)
        for record in before:
            identity = _id(record)
            twins = [another for another in after if identity and _id(another) == identity]
            if len(twins) != 1:
                found.append(f"- {tag} {record}")
                continue
            after.remove(twins[0])
            found += [f"{tag} {identity}{line}" for line in _fields(json.loads(record), json.loads(twins[0]))]
        found += [f"+ {tag} {record}" for record in after]
    return found


def _id(record: str) -> str:
    held = json.loads(record)
    return str(held.get("id", "")) if isinstance(held, dict) else ""


def _fields(one: object, other: object, path: str = "") -> list[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        return [
            line for key in sorted({*one, *other}) for line in _fields(one.get(key), other.get(key), f"{path}.{key}")
        ]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [
            line
            for number, (left, right) in enumerate(zip(one, other, strict=True))
            for line in _fields(left, right, f"{path}[{number}]")
        ]
    return [] if one == other else [f"{path}: {one} -> {other}"]


def _entries(site: Site) -> t.Iterator[tuple[str, object]]:
    for domain, rows in site.unregistered.items():
        for entry in rows.values():
            yield domain, _entry(entry)


def _content(content: Content) -> dict[str, object]:
    held = {key: value for key, value in vars(content).items() if key != "record"}
    return {**held, "ovf": {key: _entry(entry) for key, entry in content.ovf.items()}}


def _entry(entry: OvfEntry) -> OvfEntry:
    return replace(entry, record={key: value for key, value in entry.record.items() if key not in PASSING})


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return repr(value)
