# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Version 1 of the plan file: what may stand where (docs/plan.md).

A plan has no direction: places and mappings are given per site, so one file serves the way there and the way back.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Mapping

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._plan.check import (
    Check,
    Shape,
    flag,
    items,
    named,
    number,
    one_of,
    text,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._plan.errors import PlanError

VERSIONS = (1,)

SITE = Shape(
    needed={"url": text, "data_center": text},
    optional={"host": text, "cluster": text, "quota": text, "inventory": text},
)
FILE_PLACE = Shape(
    needed={"path": text},
    optional={
        "address": text,
        "vfs_type": text,
        "mount_options": text,
        "nfs_version": one_of("auto", "v3", "v4", "v4_0", "v4_1", "v4_2"),
        "nfs_timeo": number(1, 6000),
        "nfs_retrans": number(0, 32767),
    },
)
# CHAP secrets have no place in a plan.
TARGET = Shape(needed={"address": text, "target": text}, optional={"port": number(1, 65535)})
PLACES: Mapping[str, Check] = {
    **dict.fromkeys(("nfs", "posixfs", "glusterfs"), FILE_PLACE),
    "iscsi": Shape(needed={"targets": items(TARGET, least=1)}),
    "fcp": Shape(),
}
# How a domain comes to the other site: imported at another engine; its connection pointed at the replica, at the one
# engine that both sites share; or moved to another data center of that engine.
WAYS = ("other_engine", "repoint", "other_data_center")
PROFILE = Shape(needed={"network": text, "profile": text})
LUN = Shape(
    needed={"id": text, "type": one_of("iscsi", "fcp")},
    optional={"address": text, "port": number(1, 65535), "target": text, "alias": text},
)


def _anything(_value: t.Any, _where: str, _problems: list[str]) -> None:
    """No rule."""


def _domain(value: t.Any, where: str, problems: list[str]) -> None:
    """A storage domain; what a place of it is, depends on its type."""
    kind = value.get("type", "nfs") if isinstance(value, Mapping) else "nfs"
    # Of a type that there is not, no more can be said of its places.
    place = PLACES.get(kind, _anything) if isinstance(kind, str) else _anything
    Shape(
        needed={"name": text, "id": text, "at": named(place, least=1)},
        optional={"type": one_of(*PLACES), "required": flag, "way": one_of(*WAYS)},
    )(value, where, problems)


def _profile_or_none(value: t.Any, where: str, problems: list[str]) -> None:
    if value is not None:
        PROFILE(value, where, problems)


def _per_site(check: Check) -> Check:
    return items(named(check, least=2))


MAPPINGS = Shape(
    optional={
        "clusters": _per_site(text),
        "vnic_profiles": _per_site(_profile_or_none),
        "affinity_groups": _per_site(text),
        "affinity_labels": _per_site(text),
        "roles": _per_site(text),
        "user_domains": _per_site(text),
        "quotas": _per_site(text),
        "luns": _per_site(LUN),
    },
)
GROUP = Shape(
    needed={"name": text, "vms": items(text, least=1)},
    optional={
        "exclude": items(text),
        "start": flag,
        "wait": flag,
        "required": flag,
        "partial": one_of("refuse", "allow"),
    },
)
PLAN = Shape(
    needed={
        "version": one_of(*VERSIONS),
        "sites": named(SITE, least=2),
        "storage": items(_domain, least=1),
        "groups": items(GROUP, least=1),
    },
    optional={"mappings": MAPPINGS, "disks": items(text)},
)


def check_plan(data: t.Any) -> Mapping[str, t.Any]:
    """The plan, when it keeps to the schema; PlanError with all its mistakes otherwise."""
    problems: list[str] = []
    PLAN(data, "", problems)
    if not problems:
        problems = [*_site_names(data), *_repeats(data)]
    if problems:
        raise PlanError(problems)
    return t.cast("Mapping[str, t.Any]", data)


def _site_names(plan: Mapping[str, t.Any]) -> list[str]:
    """Every name of a site in places and mappings must be one of the sites."""
    sites = set(plan["sites"])
    places = [(f"storage[{number_}].at", domain["at"]) for number_, domain in enumerate(plan["storage"], 1)]
    places.extend(
        (f"mappings.{option}[{number_}]", pair)
        for option, pairs in (plan.get("mappings") or {}).items()
        for number_, pair in enumerate(pairs, 1)
    )
    return [
        f"{where}.{name}: there is no site of this name; sites are {', '.join(sorted(sites))}"
        for where, by_site in places
        for name in by_site
        if name not in sites
    ]


def _repeats(plan: Mapping[str, t.Any]) -> list[str]:
    problems = []
    for what, values in (
        ("storage: name", [domain["name"] for domain in plan["storage"]]),
        ("storage: id", [domain["id"] for domain in plan["storage"]]),
        ("groups: name", [group["name"] for group in plan["groups"]]),
        ("groups: VM", [vm for group in plan["groups"] for vm in group["vms"]]),
    ):
        for value, times in sorted(Counter(values).items()):
            if times > 1:
                problems.append(f"{what} {value} stands {times} times; name it once")
    return problems
