# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan in one direction: the options of the modules, and what cannot be turned."""

from __future__ import annotations

import dataclasses
from copy import deepcopy

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import (
    InventoryDisk,
    InventoryTemplate,
    InventoryVm,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._plan.direction import (
    check_direction,
    directed,
    inventory_path,
    mappings,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._plan.errors import PlanError
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.plugin_utils.plan.making import full, inventory, plans
from hypothesis import given, settings
from hypothesis import strategies as st


def groups(*made):
    return full(groups=[{"name": f"g{number}", **group} for number, group in enumerate(made, 1)])


def there(plan, stock=None):
    return directed(plan, "primary", "recovery", "/plans", stock)


def refused(plan, stock=None):
    with pytest.raises(PlanError) as refusal:
        there(plan, stock)
    return list(refusal.value.problems)


def test_the_options_of_the_modules():
    assert there(full(), inventory("db01", "db02", "db09", "web01", "web02", "test01")) == {
        "source": "primary",
        "target": "recovery",
        "url": "https://b",
        "data_center": "Recovery",
        "host": "hv-b1",
        "cluster": "dr",
        "quota": None,
        "inventory": "/plans/estate.json",
        "inventory_site": "primary",
        "domains": [
            {
                "id": "1",
                "name": "web",
                "type": "nfs",
                "required": True,
                "address": "nfs-b",
                "path": "/web",
                "nfs_version": "v4_1",
                "nfs_timeo": 100,
            },
            {
                "id": "2",
                "name": "erp",
                "type": "iscsi",
                "required": True,
                "targets": [{"address": "192.0.2.150", "port": 3261, "target": "iqn.b"}],
            },
            {"id": "3", "name": "san", "type": "fcp", "required": True},
        ],
        "mappings": {
            "clusters": [{"from": "prod", "to": "dr"}],
            "vnic_profiles": [
                {"from": {"network": "n", "profile": "p"}, "to": {"network": "n2", "profile": "p2"}},
                {"from": {"network": "n", "profile": "q"}, "to": None},
            ],
            "affinity_groups": [{"from": "g", "to": "g2"}],
            "luns": [{"from": "36001", "to": {"id": "36002", "type": "fcp"}}],
        },
        "disks": ["archive", "data*"],
        "vms": ["db01", "db02", "web01", "web02"],
        "exclude": [],
        "partial": ["db01", "db02"],
        "best_effort": ["web01", "web02"],
        "waves": [{"name": "web", "vms": ["web01", "web02"], "wait": False}],
        "not_started": ["db01", "db02"],
        "left_out": ["db09", "test01"],
        "connections": [],
        "leaving": [],
        "source_url": "https://a",
        "source_data_center": "Production",
    }


def test_without_an_inventory_patterns_and_exclusions_are_handed_on():
    made = there(full())
    assert (made["vms"], made["exclude"], made["left_out"]) == (["db*", "web01", "web02"], ["db09"], [])


@pytest.mark.parametrize(
    ("made", "names", "vms"),
    [
        ([{"vms": ["*"]}], ("b", "a"), ["b", "a"]),
        ([{"vms": ["*"], "exclude": ["a"]}], ("b", "a"), ["b"]),
        ([{"vms": ["*"], "exclude": ["id-a"]}], ("b", "a"), ["b"]),
        ([{"vms": ["*"], "exclude": ["[a]"]}], ("b", "a"), ["b"]),
        ([{"vms": ["a*", "a?", "a1"]}], ("a1", "b"), ["a1"]),
        ([{"vms": ["id-a", "nowhere"]}], ("a",), ["id-a", "nowhere"]),
        ([{"vms": ["a*"], "exclude": ["a2"]}, {"vms": ["a2"]}], ("a1", "a2"), ["a1", "a2"]),
    ],
)
def test_patterns_become_names(made, names, vms):
    assert there(groups(*made), inventory(*names))["vms"] == vms


def test_a_vm_that_is_named_by_its_id_is_not_left_out():
    assert there(groups({"vms": ["id-a"]}), inventory("a", "b"))["left_out"] == ["b"]


@pytest.mark.parametrize(
    ("made", "names", "problems"),
    [
        (
            [{"vms": ["web*"]}, {"vms": ["web01"]}],
            ("web01", "web02"),
            ["groups: VM web01 is in g1 and in g2; name it in one of them"],
        ),
        (
            [{"vms": ["web*"]}, {"vms": ["*1"]}],
            ("web01", "db1"),
            ["groups: VM web01 is in g1 and in g2; name it in one of them"],
        ),
        (
            [{"vms": ["web01"]}, {"vms": ["id-web01"]}],
            ("web01",),
            ["groups: VM id-web01 is in g1 and in g2; name it in one of them"],
        ),
        (
            [{"vms": ["web01", "id-web01"]}],
            ("web01",),
            ["groups: web01 and id-web01 of g1 are one VM; name it once"],
        ),
        ([{"vms": ["web*"]}], ("db",), ["groups: web* of g1 matches no VM of the inventory"]),
        ([{"vms": ["db", "web*"]}], ("db",), ["groups: web* of g1 matches no VM of the inventory"]),
        ([{"vms": ["*"], "exclude": ["d*"]}], ("db",), ["groups: g1 excludes all of its VMs"]),
        (
            [{"vms": ["a*"]}, {"vms": ["b*", "c"]}, {"vms": ["c"]}],
            ("c",),
            [
                "groups: VM c is in g2 and in g3; name it in one of them",
                "groups: a* of g1 matches no VM of the inventory",
                "groups: b* of g2 matches no VM of the inventory",
            ],
        ),
    ],
)
def test_groups_that_cannot_be(made, names, problems):
    assert refused(groups(*made), inventory(*names)) == problems


@pytest.mark.parametrize(
    ("disks", "problems"),
    [
        (["*"], []),
        (["archive", "id-2", "dat?1"], []),
        (["quorum"], []),
        (["nothing"], ["disks: nothing is no disk of the inventory"]),
        (["log*"], ["disks: log* matches no disk of the inventory"]),
        (["os", "id-os", "*s"], [f"disks: {name} belongs to VM db01 and comes with it" for name in ("os", "id-os")]),
        (["gold"], ["disks: gold belongs to template golden and comes with it"]),
    ],
)
def test_disks_that_cannot_be(disks, problems):
    os, quorum = InventoryDisk("id-os", "os", ("1",), ""), InventoryDisk("id-q", "quorum", ("1",), "", shareable=True)
    gold = InventoryDisk("id-gold", "gold", ("1",), "")
    stock = inventory("db01")
    golden = InventoryTemplate("id-golden", "golden", "id-golden", 1, "", "prod", (gold,))
    stock = dataclasses.replace(
        stock,
        vms=(dataclasses.replace(stock.vms[0], disks=(os, quorum)),),
        templates={golden.id: golden},
        disks={**stock.disks, **{disk.id: disk for disk in (os, quorum, gold)}},
    )
    plan = {**groups({"vms": ["db01"]}), "disks": disks}
    if problems:
        assert refused(plan, stock) == problems
    else:
        assert there(plan, stock)["disks"] == disks


def test_two_vms_of_one_name_may_be_in_two_groups_by_their_ids():
    twins = tuple(InventoryVm(one, "web", "prod", "", (), ()) for one in ("1", "2"))
    made = there(groups({"vms": ["1"]}, {"vms": ["2"]}), dataclasses.replace(inventory(), vms=twins))
    assert (made["vms"], made["left_out"]) == (["1", "2"], [])


@pytest.mark.parametrize(
    ("source", "target", "problems"),
    [
        (
            "x",
            "recovery",
            ["from: there is no site 'x' in the plan; sites are primary, recovery"],
        ),
        (
            "x",
            "y",
            [
                "from: there is no site 'x' in the plan; sites are primary, recovery",
                "to: there is no site 'y' in the plan; sites are primary, recovery",
            ],
        ),
        ("primary", "primary", ["from and to are both primary; a site cannot be recovered at itself"]),
    ],
)
def test_a_direction_that_makes_no_sense(source, target, problems):
    with pytest.raises(PlanError) as refusal:
        check_direction(full(), source, target)
    assert list(refusal.value.problems) == problems


def test_a_domain_without_a_place_at_the_target():
    plan = full()
    del plan["storage"][0]["at"]["recovery"]
    check_direction(plan, "recovery", "primary")
    with pytest.raises(PlanError, match="storage: web has no place at site recovery"):
        check_direction(plan, "primary", "recovery")


@pytest.mark.parametrize(
    ("given", "expected"),
    [(None, None), ("x.json", "/plans/x.json"), ("../x.json", "/x.json"), ("/a/x.json", "/a/x.json")],
)
def test_where_the_inventory_lies(given, expected):
    plan = full()
    plan["sites"]["primary"]["inventory"] = given
    assert inventory_path(plan, "primary", "/plans") == expected


def test_a_third_site_is_no_part_of_a_direction():
    plan = full(mappings={"clusters": [{"primary": "a", "third": "c"}, {"primary": "a", "recovery": "b"}]})
    assert mappings(plan, "primary", "recovery") == {"clusters": [{"from": "a", "to": "b"}]}


@given(plans(), st.data())
@settings(max_examples=25, deadline=None)
def test_the_way_back_swaps_the_mappings_and_alters_nothing(plan, data):
    here, there = data.draw(st.permutations(sorted(plan["sites"])))[:2]
    copy = deepcopy(plan)
    check_direction(plan, here, there)
    forth, back = mappings(plan, here, there), mappings(plan, there, here)
    assert set(forth) == set(back) == set(plan.get("mappings", {}))
    for option, pairs in plan.get("mappings", {}).items():
        if option == "luns":
            # A LUN is found by its id alone; where it is reached matters only for the one that takes its place.
            ends = [(pair[here]["id"], pair[there]["id"]) for pair in pairs]
            assert [(pair["from"], pair["to"]["id"]) for pair in forth[option]] == ends
            assert [(pair["to"]["id"], pair["from"]) for pair in back[option]] == ends
        else:
            swapped = [{"from": pair["to"], "to": pair["from"]} for pair in back[option] if pair["to"] is not None]
            assert swapped == [pair for pair in forth[option] if pair["to"] is not None]
    made = directed(plan, here, there, "/plans", None)
    assert [(domain.get("path"), domain.get("targets")) for domain in made["domains"]] == [
        (one["at"][there].get("path"), one["at"][there].get("targets")) for one in plan["storage"]
    ]
    assert set(made["not_started"]) | {vm for wave in made["waves"] for vm in wave["vms"]} == set(made["vms"])
    assert plan == copy
