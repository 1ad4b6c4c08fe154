# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Valid plans: one in full, and any."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import Inventory, InventoryDisk, InventoryVm
from hypothesis import strategies as st

FULL: dict[str, Any] = {
    "version": 1,
    "sites": {
        "primary": {"url": "https://a", "data_center": "Production", "inventory": "estate.json"},
        "recovery": {"url": "https://b", "data_center": "Recovery", "host": "hv-b1", "cluster": "dr"},
    },
    "storage": [
        {
            "name": "web",
            "id": "1",
            "type": "nfs",
            "required": True,
            "at": {
                "primary": {"address": "nfs-a", "path": "/web"},
                "recovery": {"address": "nfs-b", "path": "/web", "nfs_version": "v4_1", "nfs_timeo": 100},
            },
        },
        {
            "name": "erp",
            "id": "2",
            "type": "iscsi",
            "at": {
                "primary": {"targets": [{"address": "192.0.2.50", "target": "iqn.a"}]},
                "recovery": {"targets": [{"address": "192.0.2.150", "port": 3261, "target": "iqn.b"}]},
            },
        },
        {"name": "san", "id": "3", "type": "fcp", "at": {"primary": {}, "recovery": {}}},
    ],
    "mappings": {
        "clusters": [{"primary": "prod", "recovery": "dr"}],
        "vnic_profiles": [
            {"primary": {"network": "n", "profile": "p"}, "recovery": {"network": "n2", "profile": "p2"}},
            {"primary": {"network": "n", "profile": "q"}, "recovery": None},
        ],
        "affinity_groups": [{"primary": "g", "recovery": "g2"}],
        "luns": [{"primary": {"id": "36001", "type": "fcp"}, "recovery": {"id": "36002", "type": "fcp"}}],
    },
    "disks": ["archive", "data*"],
    "groups": [
        {"name": "db", "vms": ["db*"], "exclude": ["db09"], "start": False, "partial": "allow"},
        {"name": "web", "vms": ["web01", "web02"], "wait": False, "required": False},
    ],
}


def full(**changes: Any) -> dict[str, Any]:
    """A copy of the plan in full, with some of its top keys replaced."""
    return {**deepcopy(FULL), **changes}


def inventory(*names: str) -> Inventory:
    """An inventory of VMs with the ids ``id-NAME``."""
    vms = tuple(InventoryVm(f"id-{name}", name, "prod", "", (), ()) for name in names)
    disks = [InventoryDisk("id-1", "archive", ("1",), ""), InventoryDisk("id-2", "data1", ("1",), "")]
    return Inventory("primary", vms, {}, {}, disks={disk.id: disk for disk in disks})


texts = st.sampled_from(["a", "b", "c", "web-01", "data_x", "Ünter den Linden", "0"])


def _per_site(sites: list[str], one: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(st.fixed_dictionaries(dict.fromkeys(sites, one)), max_size=2)


@st.composite
def plans(draw: st.DrawFn) -> dict[str, Any]:
    """Any valid plan; every kind of key turns up."""
    sites = draw(st.lists(texts, min_size=2, max_size=3, unique=True))
    flags = st.booleans()
    place = st.fixed_dictionaries(
        {"path": texts},
        optional={
            "address": texts,
            "vfs_type": texts,
            "mount_options": texts,
            "nfs_version": st.sampled_from(["auto", "v3", "v4", "v4_0", "v4_1", "v4_2"]),
            "nfs_timeo": st.integers(1, 6000),
            "nfs_retrans": st.integers(0, 32767),
        },
    )
    named = {"name": texts, "id": texts}
    on_files = st.fixed_dictionaries(
        {**named, "at": st.fixed_dictionaries(dict.fromkeys(sites, place))},
        optional={"type": st.sampled_from(["nfs", "posixfs", "glusterfs"]), "required": flags},
    )
    target = st.fixed_dictionaries({"address": texts, "target": texts}, optional={"port": st.integers(1, 65535)})
    portals = st.fixed_dictionaries({"targets": st.lists(target, min_size=1, max_size=2)})
    on_blocks = [
        st.fixed_dictionaries(
            {**named, "type": st.just(kind), "at": st.fixed_dictionaries(dict.fromkeys(sites, where))},
            optional={"required": flags},
        )
        for kind, where in (("iscsi", portals), ("fcp", st.builds(dict)))
    ]
    domain = st.one_of(on_files, *on_blocks)
    profile = st.fixed_dictionaries({"network": texts, "profile": texts})
    lun = st.fixed_dictionaries(
        {"id": texts, "type": st.sampled_from(["iscsi", "fcp"])},
        optional={"address": texts, "port": st.integers(1, 65535), "target": texts, "alias": texts},
    )
    group = st.fixed_dictionaries(
        {"name": texts, "vms": st.lists(texts, min_size=1, max_size=3)},
        optional={
            "exclude": st.lists(texts, max_size=2),
            "start": flags,
            "wait": flags,
            "required": flags,
            "partial": st.sampled_from(["refuse", "allow"]),
        },
    )
    mappings = st.fixed_dictionaries(
        {},
        optional={
            "clusters": _per_site(sites, texts),
            "vnic_profiles": _per_site(sites, st.one_of(st.none(), profile)),
            "affinity_groups": _per_site(sites, texts),
            "affinity_labels": _per_site(sites, texts),
            "roles": _per_site(sites, texts),
            "user_domains": _per_site(sites, texts),
            "quotas": _per_site(sites, texts),
            "luns": _per_site(sites, lun),
        },
    )
    site = st.fixed_dictionaries(
        {"url": texts, "data_center": texts},
        optional={"host": texts, "cluster": texts, "quota": texts, "inventory": texts},
    )
    unique_domains = st.lists(
        domain, min_size=1, max_size=2, unique_by=(lambda one: one["name"], lambda one: one["id"])
    )
    groups = draw(st.lists(group, min_size=1, max_size=2, unique_by=lambda one: one["name"]))
    for number, one in enumerate(groups):
        one["vms"] = [f"{name}{number}{place}" for place, name in enumerate(one["vms"])]
    made = {
        "version": 1,
        "sites": {name: draw(site) for name in sites},
        "storage": draw(unique_domains),
        "groups": groups,
    }
    if draw(st.booleans()):
        made["mappings"] = draw(mappings)
    if draw(st.booleans()):
        made["disks"] = draw(st.lists(texts, max_size=2))
    return made
