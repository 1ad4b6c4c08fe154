# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estates of the kill-and-resume tests: one engine with two data centers, few VMs of every kind or many."""

from __future__ import annotations

import typing as t
from collections.abc import Collection

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import DRILL, load, members
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.grow import grow
from ansible_collections.ovirt_dr.storage.scripts.drill.ways import two_centers
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import DATA_WEB
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.disk_bench import add_disk, give

Estate = dict[str, t.Any]

MOVED = ("data-db", "data-erp", "data-web")
KINDS = ("web01", "file01", "db01", "legacy01", "pxe01")
"""A thin VM that runs, one with a LUN, one that runs with disks on two domains, one with snapshots, one without any
disk, which stays where it is."""
UNWANTED = "app03"
"""A thin VM that is removed instead of registered."""
FLOATING, SHARED = "archive2025", "quorum"
"""A disk that belongs to nobody, and one that two VMs share."""
SILVER = "51111111-2222-4333-8444-555555555555"


def small() -> Estate:
    """Five VMs and an unwanted one, the templates, a floating and a shared disk, on three domains of the drill."""
    estate = two_centers(load(DRILL))
    keep(estate, (*KINDS, UNWANTED))
    shared = add_disk(estate, 1, SHARED, DATA_WEB, shareable="true", sparse="false")
    for vm in ("file01", "legacy01"):
        give(estate, vm, shared)
    two_quotas(estate)
    return estate


def large(vms: int) -> Estate:
    """So many VMs, made by growing the drill's estate."""
    estate = two_centers(dict(grow(load(DRILL), vms=vms)))
    two_quotas(estate)
    return estate


def two_quotas(estate: Estate) -> None:
    """The second data center has the quota silver besides, and looks at quotas."""
    site = estate["sites"][0]
    site["quotas"].append({**site["quotas"][-1], "id": SILVER, "name": "silver"})
    site["data_centers"][-1]["quota_mode"] = "audit"


def keep(estate: Estate, names: Collection[str]) -> None:
    """Take all other VMs away, with their disks and from the groups that they are in."""
    site = estate["sites"][0]
    gone = [vm for vm in site["vms"] if vm["name"] not in names]
    ids = {vm["id"] for vm in gone}
    disks = {attachment["id"] for vm in gone for attachment in vm["disk_attachments"]}
    site["vms"] = [vm for vm in site["vms"] if vm["id"] not in ids]
    site["disks"] = [disk for disk in site["disks"] if disk["id"] not in disks]
    for key in ("affinity_groups", "affinity_labels"):
        for group in site[key]:
            group["vms"] = [vm for vm in group["vms"] if vm["id"] not in ids]


def moved(estate: Estate) -> list[dict[str, t.Any]]:
    """The option ``domains`` of storage_domain_attach for what lies in the first data center and is not its master."""
    site = estate["sites"][0]
    here = site["data_centers"][0]["id"]
    luns = {lun["id"]: lun for lun in estate["storage"]["luns"]}
    return [
        _wanted(domain, luns)
        for domain in site["storage_domains"]
        if domain["master"] != "true"
        and [one["id"] for one in members(domain, "data_centers", "data_center")] == [here]
    ]


def _wanted(domain: t.Mapping[str, t.Any], luns: t.Mapping[str, t.Mapping[str, t.Any]]) -> dict[str, t.Any]:
    storage = domain["storage"]
    if "path" in storage:
        return {"id": domain["id"], "address": storage["address"], "path": storage["path"]}
    units = members(storage["volume_group"], "logical_units", "logical_unit")
    targets = [{key: luns[unit["id"]][key] for key in ("address", "target")} for unit in units]
    return {"id": domain["id"], "type": storage["type"], "targets": targets}
