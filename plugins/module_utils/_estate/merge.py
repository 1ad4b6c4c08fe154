# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site added to, or replaced in, an estate that holds others; and whether anything changed. Pure."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.data import Record, without
from ansible_collections.ovirt_dr.storage.plugins.module_utils._estate.site import KINDS

FORMAT = "ovirt-dr-estate"
VERSION = 1

VOLATILE = frozenset(
    {
        "active_paths",
        "actual_size",
        "available",
        "committed",
        "max_scheduling_memory",
        "paths",
        "reported_configurations",
        "start_time",
        "statistics",
        "stop_time",
        "summary",
        "time",
        "total_size",
        "update_available",
        "upgrade_percent_complete",
        "used",
    }
)
"""Fields that change while nobody changes anything: sizes as they are filled, times, counts, what hosts report."""

Place = tuple[str, ...]


def estate_of(site: Record, storage: Record) -> Record:
    """An estate with one site."""
    return {"format": FORMAT, "version": VERSION, "sites": [site], "storage": storage}


def merged(old: Record, site: Record, storage: Record) -> Record:
    """``old`` with the site added, or replaced in its place, and its storage brought up to date.

    Replicas, which no engine knows, stay, and so does every place that one of them names or that another site uses.
    """
    before = next((known for known in old["sites"] if known["name"] == site["name"]), None)
    sites = [site if known is before else known for known in old["sites"]] + ([] if before else [site])
    held = old["storage"]
    others = [known for known in sites if known is not site]
    places = _Places(
        replicated=frozenset(_end(replica[side]) for replica in held.get("replicas", []) for side in ("from", "to")),
        domains=_ids(sites, "storage_domains"),
        others=_ids(others, "storage_domains"),
        hosts=_ids(others, "hosts"),
    )
    return {
        **old,
        "sites": sites,
        "storage": {
            **held,
            "exports": places.exports(held.get("exports", []), storage["exports"]),
            "luns": places.luns(held.get("luns", []), storage["luns"]),
            "replicas": held.get("replicas", []),
        },
    }


def same(one: Record, other: Record) -> bool:
    """Whether two estates hold the same, the order of records and what is volatile left out."""
    return bool(_settled(one) == _settled(other))


def counts(site: Mapping[str, t.Any] | None) -> dict[str, int]:
    """How many records of each kind a site holds."""
    return {key: len((site or {}).get(key, ())) for key in KINDS}


def _settled(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {key: _settled(inner) for key, inner in value.items() if key not in VOLATILE}
    if isinstance(value, list):
        return sorted((_settled(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    return value


def _ids(sites: Iterable[Record], key: str) -> frozenset[str]:
    return frozenset(record["id"] for site in sites for record in site.get(key, ()))


def _export(export: Record) -> Place:
    return ("export", str(export.get("address", "")), str(export.get("path")))


def _end(end: Record) -> Place:
    return ("lun", str(end["lun"])) if "lun" in end else _export(end)


@dataclass(frozen=True)
class _Places:
    """Which places stay. replicated: the ends of replicas; domains: ids of all sites; others, hosts: of other sites."""

    replicated: frozenset[Place]
    domains: frozenset[str]
    others: frozenset[str]
    hosts: frozenset[str]

    def exports(self, old: list[Record], new: list[Record]) -> list[Record]:
        """The exports of the site, in the place of the old ones; an old one without a domain was put there by hand."""
        fresh = {_export(export): export for export in new}
        found = []
        for export in old:
            key, domain = _export(export), export.get("domain")
            if key in fresh:
                found.append(fresh.pop(key))
            elif not domain or domain in self.others or key in self.replicated:
                found.append({**export, "domain": domain if domain in self.domains else None})
        return [*found, *fresh.values()]

    def luns(self, old: list[Record], new: list[Record]) -> list[Record]:
        """LUNs likewise. What hosts and domains of other sites have to do with one, this engine does not know."""
        fresh = {lun["id"]: lun for lun in new}
        found = []
        for lun in old:
            seen = [host for host in lun.get("hosts", []) if host in self.hosts]
            domain = lun.get("domain")
            if lun["id"] in fresh:
                now = fresh.pop(lun["id"])
                theirs = {"domain": domain} if domain in self.others else {}
                found.append({**theirs, **now, "hosts": [*now["hosts"], *seen]})
            elif seen or domain in self.others or ("lun", lun["id"]) in self.replicated:
                kept = {"domain": domain} if domain in self.domains else {}
                found.append({**without(lun, "domain"), **kept, "hosts": seen})
        return [*found, *fresh.values()]
