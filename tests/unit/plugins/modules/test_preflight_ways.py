# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""preflight_info for one engine: what would stop a move or a repoint is told before the first write."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import DRILL, load
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from ansible_collections.ovirt_dr.storage.scripts.drill.ways import two_centers
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import (
    DATA_DB,
    DATA_WEB,
    Bench,
    Result,
    wanted,
)

MOVED = ("data-db", "data-web")
IDS = [DATA_DB, DATA_WEB]


@pytest.fixture
def moving() -> t.Iterator[Bench]:
    """An engine with two data centers."""
    with Twin(two_centers(load(DRILL)), pace=0.01) as twin:
        yield Bench(twin)
        assert twin.errors == []


def pointed(*names: str) -> list[dict[str, t.Any]]:
    return [
        {"domains": [domain["id"]], "type": "nfs", "address": domain["address"], "path": domain["path"]}
        for domain in wanted(*names)
    ]


def move(bench: Bench, **options: t.Any) -> Result:
    """The preflight of a move of two domains from Production to Recovery."""
    given: dict[str, t.Any] = {
        "data_center": "Recovery",
        "source_data_center": "Production",
        "leaving": IDS,
        "connections": pointed(*MOVED),
        "domains": wanted(*MOVED),
        "cluster": "dr",
        "stop_vms": "poweroff",
        "strict": False,
        **options,
    }
    return bench.run("preflight_info", site="primary", **given)


def repoint(bench: Bench, **options: t.Any) -> Result:
    given: dict[str, t.Any] = {
        "data_center": "Production",
        "connections": pointed(*MOVED),
        "domains": [],
        "stop_vms": "poweroff",
        "storage_lost": True,
        "strict": False,
        **options,
    }
    return bench.run("preflight_info", site="primary", **given)


def test_a_move_that_can_be_made(moving: Bench) -> None:
    result = move(moving)
    assert (result["ready"], result["problems"]) == (True, []), result
    (note,) = [entry for entry in result["foreseen"] if entry["stopped"]]
    assert set(note["stopped"]) == {"db01", "dns01", "web01"}
    assert moving.writes(site="primary") == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"stop_vms": "refuse"}, "VMs with active disks here are not down: db01"),
        ({"leaving": [*IDS, "nobody"]}, "nobody: the engine knows no storage domain of this name or id"),
        ({"leaving": [*IDS, "data-master"]}, "it is the master and these other domains stay attached: data-erp"),
        ({"source_data_center": "Elsewhere"}, "Elsewhere"),
        ({"cluster": None, "mappings": {"clusters": [{"from": "prod", "to": "nix"}]}}, "prod is mapped to nix"),
        ({"cluster": "prod"}, "prod"),
        (
            {
                "mappings": {
                    "vnic_profiles": [
                        {"from": {"network": "n", "profile": "p"}, "to": {"network": "a", "profile": "b"}}
                    ]
                }
            },
            "n/p is mapped to a/b",
        ),
        ({"connections": [*pointed(*MOVED), {"domains": ["nobody"], "path": "/x"}]}, "nobody"),
        ({"domains": wanted("data-db"), "leaving": []}, "is attached to another data center of this engine"),
        ({"host": "nix"}, "nix"),
    ],
)
def test_what_would_stop_a_move_is_told(moving: Bench, options: dict[str, t.Any], words: str) -> None:
    result = move(moving, **options)
    assert not result["ready"]
    assert any(words in problem for problem in result["problems"]), result["problems"]
    strict = move(moving, strict=True, **options)
    assert strict["failed"]
    assert words in strict["msg"]
    assert moving.writes(site="primary") == []


def test_nothing_leaves_a_data_center_whose_master_is_dead(moving: Bench) -> None:
    site = moving.twin.site("primary")
    master = next(one for one in site.all("storage_domain") if one.name == "data-master")
    with site.lock:
        master.set(status="inactive")
    words = "the engine detaches nothing while the master of the data center is inactive: data-master"
    assert any(words in one for one in move(moving)["problems"])


def test_a_move_that_is_half_done_or_done_can_be_made_again(moving: Bench) -> None:
    leave: dict[str, t.Any] = {"data_center": "Production", "stop_vms": "poweroff"}
    moving.done("storage_domain_detach", site="primary", domains=["data-web"], **leave)
    assert move(moving)["problems"] == []
    moving.done("storage_connection", site="primary", connections=pointed("data-web"))
    moving.done("storage_domain_attach", site="primary", data_center="Recovery", domains=wanted("data-web"))
    assert move(moving)["problems"] == []


def test_a_repoint_that_can_be_made(bench: Bench) -> None:
    result = repoint(bench, vms=["web*", "web01", "gone01"])
    assert (result["ready"], result["problems"]) == (True, [])
    assert {name for entry in result["foreseen"] for name in entry["stopped"]} == {"db01", "dns01", "web01"}
    assert any(note.startswith("VMs gone01 are not known in data center Production") for note in result["notes"])
    assert bench.writes(site="primary") == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"stop_vms": "refuse"}, "domain data-web is held by VMs that are not down: dns01, web01"),
        ({"connections": [{"domains": ["nobody"], "path": "/x"}]}, "nobody"),
        ({"connections": [*pointed("data-db"), {**pointed("data-web")[0], "path": "/exports/data-db"}]}, "is taken by"),
        ({"host": "nix"}, "nix"),
    ],
)
def test_what_would_stop_a_repoint_is_told(bench: Bench, options: dict[str, t.Any], words: str) -> None:
    result = repoint(bench, **options)
    assert not result["ready"]
    assert any(words in problem for problem in result["problems"]), result["problems"]
    assert bench.writes(site="primary") == []


def test_a_data_center_that_is_down_with_its_storage_holds_no_repoint_back(bench: Bench) -> None:
    site = bench.twin.site("primary")
    with site.lock:
        for host in site.all("host"):
            host.set(status="non_operational")
        next(iter(site.all("data_center"))).set(status="problematic")
    result = repoint(bench)
    assert result["problems"] == []
    assert "data center Production is problematic now" in result["notes"]
    assert any("no host of data center Production is up now" in note for note in result["notes"])
