# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways of a plan: what each needs of the sites, and the connections that come of it, in both directions."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._plan.direction import check_direction, directed
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._plan.errors import PlanError
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._plan.schema import check_plan
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.plugin_utils.plan.making import full

URL = "https://engine/ovirt-engine/api"


def of_one_engine(way: str, names: tuple[str, ...], *, centers: tuple[str, str] = ("A", "A")) -> dict[str, Any]:
    plan = full(
        sites={
            "primary": {"url": URL, "data_center": centers[0]},
            "recovery": {"url": f"{URL}/", "data_center": centers[1]},
        }
    )
    plan["storage"] = [{**domain, "way": way} for domain in plan["storage"] if domain["name"] in names]
    return plan


def options(plan: dict[str, Any], source: str = "primary", target: str = "recovery") -> dict[str, Any]:
    check_direction(check_plan(plan), source, target)
    return directed(plan, source, target, "/plans", None)


def test_repointing_there_and_back() -> None:
    plan = of_one_engine("repoint", ("web", "erp"))
    there = options(plan)
    assert (there["domains"], there["leaving"]) == ([], [])
    at_a = {"address": "192.0.2.50", "port": 3260, "target": "iqn.a"}
    at_b = {"address": "192.0.2.150", "port": 3261, "target": "iqn.b"}
    web = {"domains": ["1"], "type": "nfs", "required": True, "path": "/web"}
    erp = {"domains": ["2"], "type": "iscsi", "required": True}
    assert there["connections"] == [
        {**web, "address": "nfs-b", "nfs_version": "v4_1", "nfs_timeo": 100},
        {**erp, "where": at_a, **at_b},
    ]
    back = options(plan, "recovery", "primary")
    assert back["connections"] == [{**web, "address": "nfs-a"}, {**erp, "where": at_b, **at_a}]


def test_moving_to_the_other_data_center() -> None:
    found = options(of_one_engine("other_data_center", ("web", "erp", "san"), centers=("A", "B")))
    assert found["leaving"] == ["1", "2", "3"]
    assert found["source_data_center"] == "A"
    assert [domain["id"] for domain in found["domains"]] == ["1", "2", "3"]
    assert [one["domains"] for one in found["connections"]] == [["1"]], "block domains keep their connections"


def test_without_a_way_nothing_of_it_is_done() -> None:
    found = options(full())
    assert (found["connections"], found["leaving"]) == ([], [])


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (of_one_engine("repoint", ("web",), centers=("A", "B")), "web: way repoint is for one data center"),
        (of_one_engine("other_data_center", ("web",)), "web: way other_data_center is for two data centers"),
        (of_one_engine("repoint", ("san",)), "san: way repoint needs a connection, and Fibre Channel has none"),
        (of_one_engine("by_train", ("web",)), "must be one of other_engine, repoint, other_data_center"),
    ],
)
def test_what_the_sites_do_not_allow(plan: dict[str, Any], words: str) -> None:
    with pytest.raises(PlanError) as told:
        options(plan)
    assert words in str(told.value)


def test_one_engine_is_needed() -> None:
    for way in ("repoint", "other_data_center"):
        plan = of_one_engine(way, ("web",), centers=("A", "A" if way == "repoint" else "B"))
        plan["sites"]["recovery"]["url"] = "https://another/ovirt-engine/api"
        with pytest.raises(PlanError, match=f"web: way {way} is for one engine"):
            options(plan)


def test_targets_go_in_pairs() -> None:
    plan = of_one_engine("repoint", ("erp",))
    plan["storage"][0]["at"]["recovery"]["targets"] *= 2
    with pytest.raises(PlanError, match="as many targets at primary as at recovery"):
        options(plan)
