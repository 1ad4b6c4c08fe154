# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An estate with many iSCSI domains, each reached through two portals of its own target, at two addresses."""

from __future__ import annotations

import typing as t
import uuid

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import DRILL, load

BEFORE, AFTER = "192.0.2", "198.51.100"
"""The networks of the portals before the move and after it; the array answers in both."""
PORTALS = 2
Record = dict[str, t.Any]


def many_domains(count: int) -> Record:
    """The drill's estate with ``count`` iSCSI domains in place of its own, and no VM."""
    estate = load(DRILL)
    first, *others = estate["sites"]
    source = next(one for one in first["storage_domains"] if one["storage"]["type"] == "iscsi")
    unit = next(one for one in estate["storage"]["luns"] if one.get("domain") == source["id"])
    master = next(one for one in first["storage_domains"] if one["master"] == "true")
    profile = next(one for one in first["disk_profiles"] if one["storage_domain"]["id"] == source["id"])
    kept = [one for one in first["storage_connections"] if one.get("path") == master["storage"]["path"]]
    domains, connections, luns, profiles = [master], kept, [], []
    for number in range(count):
        made = [
            {
                "id": _id(f"connection {number}/{portal}"),
                "address": f"{BEFORE}.{portal + 1}",
                "port": "3260",
                "target": f"iqn.2026-01.example.bench:san{number:03d}",
                "type": "iscsi",
            }
            for portal in range(PORTALS)
        ]
        identity, lun = _id(f"domain {number}"), f"3600140{number:026x}"
        place = {"id": lun, "serial": f"S{number:012d}", "address": made[0]["address"], "target": made[0]["target"]}
        group = source["storage"]["volume_group"]
        shown = {**group["logical_units"]["logical_unit"], **place, "storage_domain_id": identity}
        storage = {"type": "iscsi", "volume_group": {**group, "logical_units": {"logical_unit": shown}}}
        ids = [{"id": one["id"]} for one in made]
        domains.append(
            {**source, "id": identity, "name": f"san-{number:03d}", "storage": storage, "storage_connections": ids}
        )
        ways = [
            {"address": f"{net}.{portal + 1}", "port": "3260", "target": place["target"]}
            for net in (BEFORE, AFTER)
            for portal in range(PORTALS)
        ]
        luns.append({**unit, **place, "domain": identity, "portals": ways[1:]})
        profiles.append(
            {**profile, "id": _id(f"profile {number}"), "name": f"san-{number:03d}", "storage_domain": {"id": identity}}
        )
        connections += made
    on_master = [one for one in first["disk_profiles"] if one["storage_domain"]["id"] == master["id"]]
    site = {
        **first,
        "storage_domains": domains,
        "storage_connections": connections,
        "disk_profiles": [*on_master, *profiles],
        "disks": [],
        "vms": [],
        "templates": [one for one in first["templates"] if one["name"] == "Blank"],
        "affinity_groups": [],
        "affinity_labels": [],
    }
    lost = {one["id"] for one in first["storage_domains"]} - {master["id"]}
    exports = [one for one in estate["storage"]["exports"] if one.get("domain") not in lost]
    return {**estate, "sites": [site, *others], "storage": {"exports": exports, "luns": luns, "replicas": []}}


def _id(what: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"bench {what}"))
