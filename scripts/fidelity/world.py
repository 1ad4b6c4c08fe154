# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two engines as freshly installed, with the storage behind them that the recordings show.

What every engine has from the beginning (roles, the Blank template, its user, the Default data center) is read from the
recorded dumps, and so are the LUNs; ids and names are other ones in every run."""

from __future__ import annotations

import json
import re
import uuid
from random import Random
from typing import Any

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.clock import ManualClock
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import members
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from ansible_collections.ovirt_dr.storage.scripts.estate_from_recordings import Dump, refers
from lxml import etree

from .ids import ID, Pairs
from .names import Disguise
from .reading import folder, read

Record = dict[str, Any]
ENGINES = (1, 2)
LUN_SCENES = ("06-direct-lun", "07-dr", "08b-estate-engine1-members", "08b-estate-engine2-members")
_FIXED = re.compile(r"^(00000000|def0|eee0)")
"""Ids that are the same in every installation of the engine."""
_USE = ("active_paths", "paths", "status", "disk_id", "storage_domain_id", "volume_group_id")


def site_name(engine: int) -> str:
    """The name of an engine's site in the twin."""
    return f"engine{engine}"


def build(seed: int, disguise: Disguise, pairs: Pairs, clock: ManualClock) -> Twin:
    """A world with a clock that only moves when told to. The ids that exist from the beginning are paired."""
    sites = [_installed(engine) for engine in ENGINES]
    storage = {"exports": [], "luns": _luns(disguise), "replicas": [], "any_export": True, "one_network": True}
    text = _other_ids(json.dumps({"format": "ovirt-dr-estate", "version": 1, "sites": sites}), seed, pairs)
    estate = json.loads(text) | {"storage": storage}
    return Twin(estate, pace=1.0, clock=clock, seed=seed).start()


def _installed(engine: int) -> Record:
    dump = Dump(folder() / f"08a-estate-engine{engine}-collections.jsonl")
    centers = [d for d in dump.members("/datacenters") if d["name"] == "Default"]
    clusters = [c for c in dump.members("/clusters") if refers(c, "data_center", [d["id"] for d in centers])]
    networks = [n for n in dump.members("/networks") if refers(n, "data_center", [d["id"] for d in centers])]
    granted = {
        cluster["id"]: members(cluster, "permissions", "permission")
        for cluster in dump.members("/clusters?follow=affinity_groups,networks,permissions")
    }
    return {
        "name": site_name(engine),
        "engine": {"product_info": dump.one("/")["product_info"]},
        "data_centers": centers,
        "clusters": [{**cluster, "networks": networks, "permissions": granted[cluster["id"]]} for cluster in clusters],
        "networks": networks,
        "vnic_profiles": [
            p for p in dump.members("/vnicprofiles") if refers(p, "network", [n["id"] for n in networks])
        ],
        "mac_pools": dump.members("/macpools"),
        "cpu_profiles": [p for p in dump.members("/cpuprofiles") if refers(p, "cluster", [c["id"] for c in clusters])],
        "templates": [t for t in dump.members("/templates") if t["name"] == "Blank"],
        "tags": dump.members("/tags"),
        "roles": dump.members("/roles?max=40"),
        "users": dump.members("/users"),
        "domains": [{**d, "users": dump.members("/users")} for d in dump.members("/domains")],
    }


def _other_ids(text: str, seed: int, pairs: Pairs) -> str:
    random = Random(f"ids/{seed}")
    for found in dict.fromkeys(ID.findall(text)):
        if ":" in found:
            continue
        kept = _FIXED.match(found)
        pairs.pair(found, found if kept else str(uuid.UUID(int=random.getrandbits(128), version=4)))
    return pairs.translate(text)


def _luns(disguise: Disguise) -> list[Record]:
    """Every LUN that a recorded host saw, with nobody signed in to it and nothing on it."""
    found: dict[str, Record] = {}
    for scene in LUN_SCENES:
        for record in read(scene):
            if "/storage" not in record.path or "<host_storage" not in record.response or record.status != 200:
                continue
            for device in etree.fromstring(disguise.text(record.response).encode()).iter("host_storage"):
                for unit in device.iter("logical_unit"):
                    data = {str(c.tag): c.text or "" for c in unit if c.tag not in _USE}
                    found.setdefault(
                        str(unit.get("id")),
                        {"id": unit.get("id"), **data, "type": device.findtext("type", "iscsi"), "hosts": []},
                    )
    return list(found.values())
