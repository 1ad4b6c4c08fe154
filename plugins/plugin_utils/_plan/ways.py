# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways in which a domain comes to the other site, as far as both sites share one engine (docs/plan.md)."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

FILE_TYPES = ("nfs", "posixfs", "glusterfs")
PORT = 3260


def way_of(domain: Mapping[str, t.Any]) -> str:
    """The way of a storage entry of the plan."""
    return str(domain.get("way", "other_engine"))


def wrong_ways(plan: Mapping[str, t.Any], source: str, target: str) -> list[str]:
    """What speaks against the ways of this plan in this direction, a sentence each."""
    here, there = plan["sites"][source], plan["sites"][target]
    problems: list[str] = []
    for domain in plan["storage"]:
        way = way_of(domain)
        if way == "other_engine":
            continue
        who = f"storage: {domain['name']}: way {way}"
        if here["url"].rstrip("/") != there["url"].rstrip("/"):
            problems.append(f"{who} is for one engine, but sites {source} and {target} have different URLs")
        same = here["data_center"] == there["data_center"]
        if way == "repoint":
            if not same:
                problems.append(f"{who} is for one data center, but sites {source} and {target} have different ones")
            problems.extend(f"{who} {trouble}" for trouble in _unpointable(domain, source, target))
        elif same:
            problems.append(f"{who} is for two data centers, but sites {source} and {target} have the same")
    return problems


def connections(plan: Mapping[str, t.Any], source: str, target: str) -> list[dict[str, t.Any]]:
    """The connections that must lead to the target's places, as the option ``connections`` of storage_connection."""
    found: list[dict[str, t.Any]] = []
    for domain in plan["storage"]:
        kind, way = domain.get("type", "nfs"), way_of(domain)
        meant = {"domains": [domain["id"]], "type": kind, "required": domain.get("required", True)}
        if way != "other_engine" and kind in FILE_TYPES:
            found.append({**meant, **domain["at"][target]})
        elif way == "repoint":
            pairs = zip(_targets(domain, source), _targets(domain, target), strict=True)
            found.extend({**meant, "where": before, **after} for before, after in pairs)
    return found


def _unpointable(domain: Mapping[str, t.Any], source: str, target: str) -> list[str]:
    kind = domain.get("type", "nfs")
    if kind == "fcp":
        return ["needs a connection, and Fibre Channel has none"]
    if kind == "iscsi" and len(_targets(domain, source)) != len(_targets(domain, target)):
        return [f"needs as many targets at {source} as at {target}: each connection is pointed at the one in its place"]
    return []


def _targets(domain: Mapping[str, t.Any], site: str) -> list[dict[str, t.Any]]:
    return [{"port": PORT, **target} for target in domain["at"].get(site, {}).get("targets", ())]
