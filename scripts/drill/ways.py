# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways of recovery that a drill can show: which estate, which storage is lost, and what the plan brings.

With the way of two engines the main site is gone as a whole. With those of one engine that engine survives, and the
file storage of the domains that the plan brings is cut off. Nothing is lost when domains are moved on purpose.
"""

from __future__ import annotations

import copy
import typing as t
from collections.abc import Collection, Mapping

WAYS = ("other_engine", "repoint", "other_data_center", "move")

TELLING: Mapping[str, str] = {
    "other_engine": "move from site 'primary' to 'recovery'",
    "repoint": "lost their file storage; its connections are pointed at the replicas",
    "other_data_center": "move to the other data center of their engine; their file storage is lost",
    "move": "move to the other data center of their engine, and nothing is lost",
}

VARIABLES: Mapping[str, Mapping[str, str]] = {
    "other_engine": {},
    # An engine still shows the VMs of lost storage as up.
    "repoint": {"dr_failover_stop_vms": "poweroff"},
    # It keeps the LUN disks of VMs that leave with their domain.
    "other_data_center": {"dr_failover_stop_vms": "poweroff", "dr_failover_leftover_luns": "remove"},
    "move": {"domain_move_stop_vms": "poweroff"},
}
"""The role's variables that a drill of this way sets."""

# Faults of requests that a way never sends (docs/drill.md).
REGISTERING = ("register", "lost-answer:register", "reset:register", "busy")
ATTACHING = ("attach", "attach-lost")
IMPORTING = ("import", "chap")
EDITING = ("edit",)
LEAVING = ("detach",)
NEVER_MET: Mapping[str, Collection[str]] = {
    "other_engine": (*EDITING, *LEAVING),
    "repoint": (*REGISTERING, *ATTACHING, *IMPORTING, *LEAVING),
    "other_data_center": IMPORTING,
    "move": (*IMPORTING, *EDITING),
}

OF_A_DATA_CENTER = (
    "data_centers",
    "clusters",
    "hosts",
    "networks",
    "vnic_profiles",
    "storage_domains",
    "storage_connections",
    "disk_profiles",
    "cpu_profiles",
    "quotas",
)
"""The collections of a site whose records lie below one of its data centers."""


def site_of(way: str) -> str:
    """The site whose engine recovers."""
    return "recovery" if way == "other_engine" else "primary"


def never_meets(way: str, fault: str) -> bool:
    """Whether this way sends no request that the fault could hit. fault: a short name of the twin's."""
    return fault in NEVER_MET[way] or fault.partition(":")[0] in NEVER_MET[way]


def estate_of(way: str, estate: Mapping[str, t.Any]) -> Mapping[str, t.Any]:
    """The estate on which a way can be shown, out of the one with two sites."""
    return two_centers(estate) if way in ("other_data_center", "move") else estate


def two_centers(estate: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """One engine with the data centers of both sites, that of the main one first."""
    made = copy.deepcopy(dict(estate))
    main, other = made["sites"]
    for key in OF_A_DATA_CENTER:
        main[key] = main[key] + other[key]
    pool = {"id": main["mac_pools"][0]["id"]}
    main["clusters"] = [{**cluster, "mac_pool": pool} for cluster in main["clusters"]]
    made["sites"] = [main]
    return made


def lost(plan: Mapping[str, t.Any]) -> list[str]:
    """The places of the main site that are cut off in a drill of one engine, as ``address:path``.

    Each is named by itself: by the name of a domain its replica would be cut off too, and with the whole server the
    master of a data center that the plan does not empty.
    """
    return [
        f"{place['address']}:{place['path']}"
        for domain in plan["storage"]
        if domain.get("way", "other_engine") not in ("other_engine", "move")
        and "path" in (place := domain["at"]["primary"])
    ]
