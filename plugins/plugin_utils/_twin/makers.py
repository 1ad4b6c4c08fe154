# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makers of collections: members that refer to a holder, lie inside it, or are pointed to by it."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API, COLLECTION_OF
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import (
    Member,
    Source,
    home,
)


def all_of(tag: str) -> Source:
    def read(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
        return [home(entity) for entity in site.all(tag)]

    return read


def referring(tag: str, reference: str) -> Source:
    def read(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
        return [home(entity) for entity in site.all(tag) if entity.ref(reference) == ids[0]]

    return read


def bare(tag: str, reference: str, shape: str) -> Source:
    """Records that refer to the holder, at their own address but without links."""

    def read(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
        return [Member(e.data, home(e).href, shape) for e in site.all(tag) if e.ref(reference) == ids[0]]

    return read


def under(tag: str, reference: str, shape: str) -> Source:
    """Records that refer to the holder and live below it."""
    parent, _unused, leaf = shape.partition("/")

    def read(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
        found = [e for e in site.all(tag) if e.ref(reference) == ids[0]]
        return [Member(e.data, f"{API}/{parent}/{ids[0]}/{leaf}/{e.id}", shape) for e in found]

    return read


def sub(tag: str, key: str, shape: str, *, back: bool = True, after: str = "") -> Source:
    """Records that lie inside their holder; ``back`` adds the reference to it."""
    parent, _unused, leaf = shape.partition("/")

    def read(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
        holder = site.get(tag, ids[0])
        if holder is None:
            return []
        base = f"{API}/{parent}/{ids[0]}/{leaf}"
        return [
            Member(_with_back(r, tag, ids[0], after) if back else r, _address(r, base), shape)
            for r in holder.subs.get(key, [])
        ]

    return read


def _with_back(record: Record, tag: str, identity: str, after: str) -> Record:
    if after not in record:
        return {**record, tag: {"id": identity}} if "role" not in record else _sorted(record, tag, identity)
    shown: Record = {}
    for key, value in record.items():
        shown[key] = value
        if key == after:
            shown[tag] = {"id": identity}
    return shown


def _sorted(record: Record, tag: str, identity: str) -> Record:
    """A permission: its references stand in the order of the alphabet (04b recording 203)."""
    return dict(sorted({**record, tag: {"id": identity}}.items()))


def _address(record: Record, base: str) -> str:
    group = record.get("group")
    if isinstance(group, dict):
        return f"{API}/groups/{group['id']}/permissions/{record['id']}"
    return f"{base}/{record['id']}"


def linked(tag: str, key: str, target: str) -> Source:
    """Members that a holder only points to, shown at their own address."""

    def read(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
        holder = site.get(tag, ids[-1])
        found = (site.get(target, member["id"]) for member in (holder.subs.get(key, []) if holder else []))
        return [home(entity) for entity in found if entity is not None]

    return read


def named_members(tag: str, key: str, target: str, keys: tuple[str, ...] = ("id", "name")) -> Source:
    """Members of an affinity group (id and name) or label (id only)."""

    def read(site: Site, ids: tuple[str, ...]) -> Iterable[Member]:
        return [
            Member({name: m.data[name] for name in keys}, m.href, f"clusters/affinitygroups/{COLLECTION_OF[target]}")
            for m in linked(tag, key, target)(site, ids)
        ]

    return read
