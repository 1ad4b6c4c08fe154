# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many VMs a plan starts together, which the floor of a drill counts with."""

from __future__ import annotations

import typing as t

from ansible_collections.ovirt_dr.storage.scripts.drill.estate import make_estate, make_plan, waves

URLS = {"primary": "https://a.example", "recovery": "https://b.example"}


def group(*vms: str, **more: t.Any) -> dict[str, t.Any]:
    return {"name": vms[0], "vms": list(vms), **more}


def test_groups_that_are_started_in_their_order() -> None:
    names = ["dns01", "dns02", "db01", "web01", "web02", "app01"]
    estate = {"sites": [{"name": "primary", "vms": [{"name": name} for name in names]}]}
    plan = {"groups": [group("dns*"), group("db*", start=False), group("app*", "web*", "w*")]}
    assert waves(estate, plan) == [2, 3]


def test_the_drills_own_plan_starts_what_its_groups_say() -> None:
    estate = make_estate(60, 0)
    plan = make_plan(estate, URLS, "estate.json")
    started = waves(estate, plan)
    assert len(started) == sum(group.get("start", True) for group in plan["groups"])
    assert all(count > 1 for count in started)
    assert sum(started) <= 60
