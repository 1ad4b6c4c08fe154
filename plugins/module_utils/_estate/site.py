# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was read of an engine -> the site of an estate file: all of it or some data centers, every reference leading
somewhere. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Collection, Iterable, Mapping

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.data import (
    Record,
    inside,
    reference,
    without,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._estate.storage import logical_units

Raw = Mapping[str, t.Sequence[Record]]

KINDS = (
    "data_centers",
    "clusters",
    "hosts",
    "networks",
    "vnic_profiles",
    "mac_pools",
    "storage_domains",
    "storage_connections",
    "disk_profiles",
    "cpu_profiles",
    "quotas",
    "disks",
    "templates",
    "vms",
    "affinity_groups",
    "affinity_labels",
    "tags",
    "roles",
    "users",
    "groups",
    "domains",
)
"""The lists of a site."""

_TITLES = {"vms": "VM"}


def make_site(
    name: str, product: Record, raw: Raw, data_centers: Collection[str] | None, tell: Callable[[str], None]
) -> Record:
    """The record of a site. data_centers: ids of those that are wanted, None for all with what belongs to none.

    ``tell`` gets a sentence for everything that is left out although it was wanted: an object that refers to another
    one that is not there, which was removed while the engine was read.
    """
    return _Making(raw, data_centers, tell).site(name, product)


class _Making:
    def __init__(self, raw: Raw, data_centers: Collection[str] | None, tell: Callable[[str], None]) -> None:
        self._raw = raw
        self._limited = data_centers is not None
        self._tell = tell
        self._kept: dict[str, list[Record]] = {}
        everything = [center["id"] for center in raw["data_centers"]]
        self._centers = set(everything if data_centers is None else data_centers)

    def site(self, name: str, product: Record) -> Record:
        kept = self._kept
        kept["data_centers"] = [center for center in self._raw["data_centers"] if center["id"] in self._centers]
        self._take("clusters", data_center="data_centers")
        self._take("hosts", cluster="clusters")
        self._take("networks", data_center="data_centers")
        self._take("vnic_profiles", network="networks")
        self._take("cpu_profiles", cluster="clusters")
        self._take("quotas", data_center="data_centers")
        self._take("affinity_groups", cluster="clusters")
        self._take("templates", cluster="clusters")
        self._take("vms", cluster="clusters", template="templates")
        for key in ("mac_pools", "tags", "roles", "users", "groups"):
            self._take(key)
        self._domains()
        self._take("disk_profiles", storage_domain="storage_domains")
        self._disks()
        self._attachments()
        self._nics()
        self._affinity()
        self._connections()
        self._directories()
        return {"name": name, "engine": {"product_info": product}, **{key: kept[key] for key in KINDS}}

    def _ids(self, key: str) -> set[str]:
        return {record["id"] for record in self._kept[key]}

    def _known(self, key: str) -> set[str]:
        """The ids that the engine has, wanted or not."""
        return {record["id"] for record in self._raw[key]}

    def _take(self, key: str, **references: str) -> None:
        """The records of a kind whose references, tag to kind, lead to what is kept."""
        records = [dict(record) for record in self._raw[key]]
        for tag, target in references.items():
            ids, known = self._ids(target), self._known(target)
            for record in records:
                held = reference(record, tag)
                if held and held not in known:
                    self._tell(f"{_title(key, record)} is not in it: its {tag} {held} is not there any more")
            records = [record for record in records if not reference(record, tag) or reference(record, tag) in ids]
        self._kept[key] = records

    def _domains(self) -> None:
        """Storage domains, with the status that only their data center tells (contract 03, 3.1)."""
        status: dict[str, str] = {}
        for inner in self._raw["inner_domains"]:
            if "status" in inner:
                status.setdefault(inner["id"], inner["status"])
        self._kept["storage_domains"] = [
            _with_status(dict(domain), status.get(domain["id"]))
            for domain in self._raw["storage_domains"]
            if not self._limited
            or self._centers & {center["id"] for center in inside(domain, "data_centers", "data_center")}
        ]

    def _disks(self) -> None:
        owners = (*self._kept["vms"], *self._kept["templates"])
        attached = {attachment["id"] for owner in owners for attachment in owner["disk_attachments"]}
        domains, known = self._ids("storage_domains"), self._known("storage_domains")
        self._kept["disks"] = []
        for disk in self._raw["disks"]:
            places = [place["id"] for place in inside(disk, "storage_domains", "storage_domain")]
            if self._limited and disk["id"] not in attached and not domains & set(places):
                continue
            if not domains.issuperset(places):
                for place in (place for place in places if place not in known):
                    self._tell(f"{_title('disks', disk)}: its storage domain {place} is not there any more")
                disk = {**disk, "storage_domains": _wrapped("storage_domain", [p for p in places if p in domains])}
            self._kept["disks"].append(disk)

    def _attachments(self) -> None:
        disks = self._ids("disks")
        for key in ("vms", "templates"):
            for owner in self._kept[key]:
                for attachment in owner["disk_attachments"]:
                    if attachment["id"] not in disks:
                        self._tell(f"{_title(key, owner)}: its disk {attachment['id']} is not there any more")
                owner["disk_attachments"] = _among(owner["disk_attachments"], disks)

    def _nics(self) -> None:
        profiles = self._ids("vnic_profiles")
        for vm in self._kept["vms"]:
            nics = []
            for nic in vm["nics"]:
                profile = reference(nic, "vnic_profile")
                if profile and profile not in profiles:
                    whose = f"the vNIC profile {profile} of its NIC {nic.get('name')}"
                    self._tell(f"{_title('vms', vm)}: {whose} is not there any more")
                    nic = without(nic, "vnic_profile")
                nics.append(nic)
            vm["nics"] = nics

    def _affinity(self) -> None:
        """Groups and labels with the members that are kept. Those that are gone were told where they are gone."""
        vms, hosts = self._ids("vms"), self._ids("hosts")
        labels = [
            {**label, "vms": _among(label["vms"], vms), "hosts": _among(label["hosts"], hosts)}
            for label in self._raw["affinity_labels"]
        ]
        self._kept["affinity_labels"] = [
            label for label in labels if not self._limited or label["vms"] or label["hosts"]
        ]
        known = self._ids("affinity_labels")
        for vm in self._kept["vms"]:
            vm["affinity_labels"] = _among(vm["affinity_labels"], known)
        for group in self._kept["affinity_groups"]:
            group["vms"], group["hosts"] = _among(group["vms"], vms), _among(group["hosts"], hosts)

    def _connections(self) -> None:
        known = self._known("storage_connections")
        used: set[str] = set()
        for domain in self._kept["storage_domains"]:
            domain["storage_connections"] = _among(domain["storage_connections"], known)
            used |= {connection["id"] for connection in domain["storage_connections"]}
        holders = [disk["lun_storage"] for disk in self._kept["disks"] if isinstance(disk.get("lun_storage"), dict)]
        holders += [domain["storage"] for domain in self._kept["storage_domains"] if "storage" in domain]
        portals = {
            (unit.get("address"), unit.get("target"))
            for holder in holders
            for unit in logical_units(holder)
            if unit.get("target")
        }
        self._kept["storage_connections"] = [
            connection
            for connection in self._raw["storage_connections"]
            if not self._limited
            or connection["id"] in used
            or (connection.get("address"), connection.get("target")) in portals
        ]

    def _directories(self) -> None:
        """Directories with those of their users whom the engine knows: a whole company is nobody's business."""
        entries = {user.get("domain_entry_id") for user in self._raw["users"]}
        self._kept["domains"] = [
            {**directory, "users": [user for user in directory["users"] if user["id"] in entries]}
            for directory in self._raw["domains"]
        ]


def _title(key: str, record: Record) -> str:
    kind = _TITLES.get(key, key.removesuffix("s").replace("_", " "))
    return f"{kind} {record.get('name') or record.get('alias') or record['id']}"


def _among(members: Iterable[Record], ids: Collection[str]) -> list[Record]:
    return [member for member in members if member["id"] in ids]


def _wrapped(tag: str, ids: list[str]) -> Record | str:
    """Elements with an id each, as their wrapper holds them."""
    if not ids:
        return ""
    return {tag: {"id": ids[0]} if len(ids) == 1 else [{"id": identity} for identity in ids]}


def _with_status(domain: Record, status: str | None) -> Record:
    if status is None:
        return domain
    shown: Record = {}
    for key, value in domain.items():
        if key != "status":
            shown[key] = value
        if key == "master":
            shown["status"] = status
    shown["status"] = status
    return shown
