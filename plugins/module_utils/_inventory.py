# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading an inventory: the estate file that says what the source site held (docs/estate.md).

Only what recovery compares with is read. The engine's lists of unregistered entities do not hold a VM's disks, NICs,
cluster or LUNs; an inventory does.
"""

from __future__ import annotations

import json
import typing as t
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput

FORMAT = "ovirt-dr-estate"
VERSIONS = (1,)


@dataclass(frozen=True)
class InventoryDisk:
    """A disk of a VM: the domains that hold it, or the LUN that it is."""

    id: str
    name: str
    domain_ids: tuple[str, ...]
    lun_id: str


@dataclass(frozen=True)
class InventoryVm:
    """A VM as the source site knew it. nics: (network name, profile name), ("", "") for a NIC without a profile.

    affinity_groups, affinity_labels: the names of those that it is a member of.
    """

    id: str
    name: str
    cluster: str
    template_id: str
    disks: tuple[InventoryDisk, ...]
    nics: tuple[tuple[str, str], ...]
    affinity_groups: tuple[str, ...] = ()
    affinity_labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Inventory:
    """What the source site held. templates: id -> name; domains: id -> name; luns: block domain id -> its LUN ids."""

    site: str
    vms: tuple[InventoryVm, ...]
    templates: Mapping[str, str]
    domains: Mapping[str, str]
    luns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_inventory(path: str, site: str) -> Inventory:
    """The inventory of a site in an estate file.

    BadInput for a file that cannot be read, is not an estate file, or does not hold the site.
    """
    try:
        with open(path, encoding="utf-8") as stream:
            estate = json.load(stream)
    except OSError as error:
        raise BadInput(f"inventory {path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise BadInput(f"inventory {path}: is not valid JSON: {error}") from error
    if not isinstance(estate, dict) or estate.get("format") != FORMAT or estate.get("version") not in VERSIONS:
        raise BadInput(f"inventory {path}: is not an estate file of format {FORMAT}, version 1")
    listed = estate.get("sites")
    if not isinstance(listed, list) or not all(isinstance(record, dict) for record in listed):
        raise BadInput(f"inventory {path}: is damaged: 'sites' must be a list of sites")
    sites = {str(record.get("name")): record for record in listed}
    if site not in sites:
        raise BadInput(f"inventory {path}: holds no site {site}, only {', '.join(sorted(sites)) or 'none'}")
    try:
        return _inventory(site, sites[site])
    except KeyError as error:
        # What was looked up is a key of a record, or the id of an object that another one refers to.
        raise BadInput(f"inventory {path}: site {site} is damaged: {error} is missing. Export it again") from error
    except (AttributeError, TypeError) as error:
        raise BadInput(f"inventory {path}: site {site} is damaged: {error}. Export it again") from error


def _inventory(site: str, record: Mapping[str, t.Any]) -> Inventory:
    networks = {network["id"]: network["name"] for network in record["networks"]}
    profiles = {
        profile["id"]: (networks[profile["network"]["id"]], profile["name"]) for profile in record["vnic_profiles"]
    }
    clusters = {cluster["id"]: cluster["name"] for cluster in record["clusters"]}
    disks = {disk["id"]: _disk(disk) for disk in record["disks"]}
    groups = _members(record.get("affinity_groups") or ())
    labels = _members(record.get("affinity_labels") or ())
    return Inventory(
        site=site,
        vms=tuple(_vm(vm, clusters, disks, profiles, groups, labels) for vm in record["vms"]),
        templates={template["id"]: template["name"] for template in record["templates"]},
        domains={domain["id"]: domain["name"] for domain in record["storage_domains"]},
        luns={domain["id"]: _luns(domain) for domain in record["storage_domains"] if _luns(domain)},
    )


def _vm(
    vm: Mapping[str, t.Any],
    clusters: Mapping[str, str],
    disks: Mapping[str, InventoryDisk],
    profiles: Mapping[str, tuple[str, str]],
    groups: Mapping[str, Sequence[str]],
    labels: Mapping[str, Sequence[str]],
) -> InventoryVm:
    if not isinstance(vm["name"], str):
        raise TypeError(f"the name of VM {vm['id']} is no text")
    return InventoryVm(
        id=vm["id"],
        name=vm["name"],
        cluster=clusters[vm["cluster"]["id"]],
        template_id=vm["template"]["id"],
        disks=tuple(disks[attachment["id"]] for attachment in vm["disk_attachments"]),
        nics=tuple(profiles[nic["vnic_profile"]["id"]] if nic.get("vnic_profile") else ("", "") for nic in vm["nics"]),
        affinity_groups=tuple(groups.get(vm["id"], ())),
        affinity_labels=tuple(labels.get(vm["id"], ())),
    )


def _members(records: Iterable[Mapping[str, t.Any]]) -> dict[str, list[str]]:
    """VM id -> the names of the affinity groups or labels that it is in."""
    names: dict[str, list[str]] = {}
    for record in records:
        for vm in record["vms"]:
            names.setdefault(vm["id"], []).append(record["name"])
    return names


def _disk(disk: Mapping[str, t.Any]) -> InventoryDisk:
    units = _listed((disk.get("lun_storage") or {}).get("logical_units", {}).get("logical_unit"))
    return InventoryDisk(
        id=disk["id"],
        name=disk.get("alias") or disk.get("name") or "",
        domain_ids=tuple(domain["id"] for domain in _listed((disk.get("storage_domains") or {}).get("storage_domain"))),
        lun_id=units[0]["id"] if units else "",
    )


def _luns(domain: Mapping[str, t.Any]) -> tuple[str, ...]:
    """The LUNs of a block domain, each once though it stands once per path."""
    group = (domain.get("storage") or {}).get("volume_group") or {}
    units = _listed((group.get("logical_units") or {}).get("logical_unit"))
    return tuple(dict.fromkeys(unit["id"] for unit in units))


def _listed(value: t.Any) -> list[t.Any]:
    """An element that stands once is a record in the file, one that repeats is a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
