# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an engine of the twin and its storage hold, field by field, so that two ends can be compared.

Left out is what tells of the way and not of the end: jobs and their steps, events, and times. Ids that the engine made
up on the way stand as ``<made>``: which one it makes depends on how many it made before.
"""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t

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
    """What only one of two states holds, a line each."""
    found = []
    for tag in sorted({*one, *other}):
        before, after = list(one.get(tag, [])), list(other.get(tag, []))
        for record in one.get(tag, []):
            if record in after:
                before.remove(record)
                after.remove(record)
        found += [f"- {tag} {record}" for record in before] + [f"+ {tag} {record}" for record in after]
    return found


def _entries(site: Site) -> t.Iterator[tuple[str, object]]:
    for domain, rows in site.unregistered.items():
        for entry in rows.values():
            yield domain, entry


def _content(content: t.Any) -> dict[str, object]:
    return {key: value for key, value in vars(content).items() if key != "record"}


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return repr(value)
