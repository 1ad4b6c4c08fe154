# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate file: what a twin holds when it starts. Format: docs/estate.md.

An estate is plain data (dicts, lists, texts). Records may be shared between estates and sites, so nobody changes one in
place: whoever changes a field makes a new record."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import SUBS

Record = dict[str, Any]
Estate = dict[str, Any]

FORMAT = "ovirt-dr-estate"
VERSION = 1
DRILL = Path(__file__).parent / "estates" / "drill.json"
"""The shipped estate: two sites, recorded from running engines."""

KINDS = {
    "data_centers": "data_center",
    "clusters": "cluster",
    "hosts": "host",
    "networks": "network",
    "vnic_profiles": "vnic_profile",
    "mac_pools": "mac_pool",
    "storage_domains": "storage_domain",
    "storage_connections": "storage_connection",
    "disk_profiles": "disk_profile",
    "cpu_profiles": "cpu_profile",
    "quotas": "quota",
    "disks": "disk",
    "templates": "template",
    "vms": "vm",
    "affinity_groups": "affinity_group",
    "affinity_labels": "affinity_label",
    "tags": "tag",
    "roles": "role",
    "users": "user",
    "groups": "group",
    "domains": "domain",
}
"""Key of a site -> kind of its records."""

_LINKS: dict[str, tuple[tuple[str, str], ...]] = {
    "clusters": (("data_center", "data_centers"),),
    "hosts": (("cluster", "clusters"),),
    "networks": (("data_center", "data_centers"),),
    "vnic_profiles": (("network", "networks"),),
    "disk_profiles": (("storage_domain", "storage_domains"),),
    "cpu_profiles": (("cluster", "clusters"),),
    "vms": (("cluster", "clusters"), ("template", "templates")),
    "templates": (("cluster", "clusters"),),
    "affinity_groups": (("cluster", "clusters"),),
}
_INNER: dict[tuple[str, str], tuple[str, str]] = {
    ("vms", "disk_attachments"): ("", "disks"),
    ("vms", "nics"): ("vnic_profile", "vnic_profiles"),
    ("vms", "affinity_labels"): ("", "affinity_labels"),
    ("templates", "disk_attachments"): ("", "disks"),
    ("affinity_groups", "vms"): ("", "vms"),
    ("affinity_labels", "vms"): ("", "vms"),
    ("affinity_labels", "hosts"): ("", "hosts"),
    ("storage_domains", "storage_connections"): ("", "storage_connections"),
}
"""Sub-collection -> (reference inside its members, empty for the member itself; the key of the site it must be
found in)."""


class EstateError(ValueError):
    """The file is no estate. The text names the record and what is wrong with it."""


def listed(value: Any) -> list[Any]:
    """One element, many or none as a list."""
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, list) else [value]


def members(record: Record, plural: str, singular: str) -> list[Record]:
    """The elements in a wrapper of a record, e.g. the storage_domain elements in a disk's storage_domains."""
    wrapper = record.get(plural)
    return listed(wrapper.get(singular)) if isinstance(wrapper, dict) else []


def load(path: str | Path) -> Estate:
    """The estate in a file, checked. Raises EstateError, also for a file that cannot be read."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise EstateError(f"{path}: cannot be read: {error}") from error
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise EstateError(f"{path}: line {error.lineno}: {error.msg}") from error
    check(data)
    return dict(data)


def check(data: Any) -> None:
    """Raises EstateError for the first thing that is wrong."""
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise EstateError(f"no estate: its 'format' is not '{FORMAT}'")
    if data.get("version") != VERSION:
        raise EstateError(f"estate version {data.get('version')!r} is not known, only {VERSION} is")
    sites = data.get("sites")
    if not isinstance(sites, list) or not sites:
        raise EstateError("'sites' must be a list with at least one site")
    names: set[str] = set()
    for number, site in enumerate(sites):
        where = f"sites[{number}]"
        if not isinstance(site, dict) or not isinstance(site.get("name"), str) or not site["name"]:
            raise EstateError(f"{where} has no name")
        if site["name"] in names:
            raise EstateError(f"{where} {site['name']}: another site has that name")
        names.add(site["name"])
        _check_site(where, site)
    _check_storage(data.get("storage"), {d["id"] for site in sites for d in site.get("storage_domains", [])})


def _title(where: str, key: str, number: int, record: Record) -> str:
    name = record.get("name") or record.get("id") or ""
    return f"{where}.{key}[{number}] {name}".rstrip()


def _check_site(where: str, site: Record) -> None:
    unknown = set(site) - set(KINDS) - {"name", "engine"}
    if unknown:
        raise EstateError(f"{where} {site['name']}: unknown key '{min(unknown)}'")
    ids = {key: _ids(where, key, site.get(key, [])) for key in KINDS}
    for key, links in _LINKS.items():
        for number, record in enumerate(site.get(key, [])):
            for tag, target in links:
                held = record.get(tag)
                if isinstance(held, dict) and held.get("id") not in ids[target]:
                    raise EstateError(
                        f"{_title(where, key, number, record)}: {tag} {held.get('id')} is not in {target}"
                    )
    for (key, inner), (tag, target) in _INNER.items():
        for number, record in enumerate(site.get(key, [])):
            for member in record.get(inner, []):
                held = member.get(tag) if tag else member
                if isinstance(held, dict) and held.get("id") not in ids[target]:
                    kind = tag or KINDS[target].rsplit("_", 1)[-1]
                    raise EstateError(
                        f"{_title(where, key, number, record)}: {kind} {held.get('id')} is not in {target}"
                    )
    for number, disk in enumerate(site.get("disks", [])):
        for domain in members(disk, "storage_domains", "storage_domain"):
            if domain.get("id") not in ids["storage_domains"]:
                raise EstateError(
                    f"{_title(where, 'disks', number, disk)}: storage domain {domain.get('id')} is not in "
                    "storage_domains"
                )


def _ids(where: str, key: str, records: Any) -> set[str]:
    if not isinstance(records, list):
        raise EstateError(f"{where}.{key} must be a list")
    found: set[str] = set()
    for number, record in enumerate(records):
        if not isinstance(record, dict) or not isinstance(record.get("id"), str):
            raise EstateError(f"{where}.{key}[{number}] has no id")
        if record["id"] in found:
            raise EstateError(f"{_title(where, key, number, record)}: id {record['id']} is there twice")
        found.add(record["id"])
        for inner in SUBS.get(KINDS[key], ()):
            if not isinstance(record.get(inner, []), list):
                raise EstateError(f"{_title(where, key, number, record)}: '{inner}' must be a list")
    return found


def _check_storage(storage: Any, domains: set[str]) -> None:
    if not isinstance(storage, dict):
        raise EstateError("'storage' is missing")
    exports, luns = storage.get("exports", []), storage.get("luns", [])
    places: set[tuple[str, str]] = set()
    for number, export in enumerate(exports):
        where = f"storage.exports[{number}] {export.get('address')}:{export.get('path')}"
        if not isinstance(export.get("address"), str) or not isinstance(export.get("path"), str):
            raise EstateError(f"storage.exports[{number}] needs address and path")
        if (export["address"], export["path"]) in places:
            raise EstateError(f"{where} is there twice")
        places.add((export["address"], export["path"]))
        _known_domain(where, export, domains)
    names: set[str] = set()
    for number, lun in enumerate(luns):
        if not isinstance(lun.get("id"), str) or lun["id"] in names:
            raise EstateError(f"storage.luns[{number}]: id {lun.get('id')!r} is missing or there twice")
        names.add(lun["id"])
        _known_domain(f"storage.luns[{number}] {lun['id']}", lun, domains)
    for number, replica in enumerate(storage.get("replicas", [])):
        for side in ("from", "to"):
            end = replica.get(side) or {}
            known = end.get("lun") in names if "lun" in end else (end.get("address"), end.get("path")) in places
            if not known:
                raise EstateError(
                    f"storage.replicas[{number}]: '{side}' is neither an export nor a LUN of this storage"
                )
        lag = replica.get("lag", 0)
        if isinstance(lag, bool) or not isinstance(lag, (int, float)) or lag < 0:
            raise EstateError(f"storage.replicas[{number}]: 'lag' must be a number of seconds, not {lag!r}")


def _known_domain(where: str, holder: Record, domains: set[str]) -> None:
    if holder.get("domain") is not None and holder["domain"] not in domains:
        raise EstateError(f"{where}: domain {holder['domain']} is not in any site's storage_domains")


def records(estate: Estate, key: str) -> Iterator[tuple[Record, Record]]:
    """(site, record) for every record under a key of every site."""
    for site in estate["sites"]:
        for record in site.get(key, []):
            yield site, record


def index(entries: Iterable[Record]) -> dict[str, Record]:
    """Records by id."""
    return {entry["id"]: entry for entry in entries}
