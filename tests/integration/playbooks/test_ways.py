# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One engine survives: its connections are pointed at the replicas, or its domains move to another data center."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import DRILL, load
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from ansible_collections.ovirt_dr.storage.scripts.drill import estate as estates
from ansible_collections.ovirt_dr.storage.scripts.drill import ways
from ansible_collections.ovirt_dr.storage.tests.integration.playbooks.runbook import Json, Runbook

FILES = ("data-db", "data-master", "data-web")


def of_one_engine(runbook: Runbook, way: str, names: t.Collection[str], **center: str) -> None:
    """A plan that brings these domains in this way, with the VMs that lie on them alone."""
    urls = dict.fromkeys(("primary", "recovery"), runbook.twin.url("primary"))
    runbook.plan = estates.make_plan(runbook.twin.estate, urls, "estate.json", way)
    runbook.plan["sites"]["recovery"] |= center
    runbook.plan["storage"] = [domain for domain in runbook.plan["storage"] if domain["name"] in names]
    runbook.plan["groups"] = [{"name": "names", "vms": ["dns*"]}, {"name": "rest", "vms": ["web*", "app*"]}]


def sent(twin: Twin) -> list[str]:
    """What the engine was asked to change, as ``METHOD last part``."""
    return [f"{one.method} {one.path.split('?')[0].rpartition('/')[2]}" for one in twin.writes("primary")]


def domains(twin: Twin) -> dict[str, Json]:
    return {one.name: one.data for one in twin.site("primary").all("storage_domain")}


def test_connections_are_pointed_at_the_replicas_of_dead_storage(runbook: Runbook) -> None:
    twin = runbook.twin
    of_one_engine(runbook, "repoint", FILES)
    twin.fail("storage:nfs-a.example")
    held = runbook.run()
    assert held.code != 0
    assert all(name in held.text for name in ("db01", "dns01", "web01"))
    assert "dr_failover_stop_vms" in held.text or "stop_vms: poweroff" in held.text
    assert sent(twin) == []

    run = runbook.run(stop_vms="poweroff")
    assert run.code == 0, run.screen
    assert run.summary["verdict"] == "recovered"
    assert list(run.summary["steps"]) == ["plan", "preflight", "point connections", "start VMs"]
    # Three VMs off, three domains down, pointed elsewhere and up.
    assert run.step("point connections")["counts"]["done"] == 12
    found = domains(twin)
    assert {found[name]["status"] for name in FILES} == {"active"}
    assert {found[name]["storage"]["address"] for name in FILES} == {"nfs-b.example"}
    up = {vm.name for vm in twin.site("primary").all("vm") if vm.data["status"] == "up"}
    assert {"dns01", "dns02", "web01", "web04", "app01"} <= up
    assert "db01" not in up, "it is in no group of this plan"
    writes = len(sent(twin))
    again = runbook.run(stop_vms="poweroff")
    assert (again.code, again.summary["verdict"], len(sent(twin))) == (0, "already", writes)
    assert again.tasks == run.tasks


@pytest.fixture
def two_centers(tmp_path: pathlib.Path) -> t.Iterator[Runbook]:
    """The engine of the main site, with Recovery as a second data center."""
    with Twin(ways.two_centers(load(DRILL)), profile="none", pace=0.02) as lone:
        yield Runbook(tmp_path, lone, "other_data_center")
        assert lone.errors == []


def test_domains_move_to_the_other_data_center(two_centers: Runbook) -> None:
    runbook, twin = two_centers, two_centers.twin
    of_one_engine(runbook, "other_data_center", ("data-db", "data-web"))
    runbook.plan["groups"] = [{"name": "names", "vms": ["dns*"]}, {"name": "rest", "vms": ["web*"]}]
    for name in ("data-db", "data-web"):
        twin.fail(f"storage:nfs-a.example:/exports/{name}")
    held = runbook.run()
    assert held.summary["verdict"] == "stopped"
    assert "STOPPED at 'preflight'" in held.text
    assert "dns01" in held.text
    checked = runbook.run("--check", "--diff", stop_vms="poweroff")
    assert (checked.code, checked.summary["verdict"]) == (0, "would"), checked.screen
    assert {name: step["counts"].get("done") for name, step in list(checked.summary["steps"].items())[2:5]} == {
        "detach domains": 7,
        "point connections": 2,
        "attach domains": 2,
    }
    assert sent(twin) == []

    run = runbook.run(stop_vms="poweroff")
    assert run.code == 0, run.screen
    assert list(run.summary["steps"])[2:5] == ["detach domains", "point connections", "attach domains"]
    found = domains(twin)
    assert {found[name]["status"] for name in ("data-db", "data-web")} == {"active"}
    assert {found[name]["storage"]["address"] for name in ("data-db", "data-web")} == {"nfs-b.example"}
    centers = {one.id: one.name for one in twin.site("primary").all("data_center")}
    moved = [vm for vm in twin.site("primary").all("vm") if vm.name.startswith(("dns", "web"))]
    assert len(moved) == 6
    assert {centers[str(twin.site("primary").data_center_of(vm))] for vm in moved} == {"Recovery"}
    assert {vm.data["status"] for vm in moved} == {"up"}
    writes = len(sent(twin))
    again = runbook.run(stop_vms="poweroff")
    assert (again.code, again.summary["verdict"], len(sent(twin))) == (0, "already", writes), again.screen


def test_nothing_goes_on_with_domains_that_could_not_leave(two_centers: Runbook) -> None:
    runbook, twin = two_centers, two_centers.twin
    of_one_engine(runbook, "other_data_center", ("data-web",))
    runbook.plan["groups"] = [{"name": "names", "vms": ["dns01"]}]
    twin.fail("detach")
    run = runbook.run(stop_vms="poweroff")
    assert run.code != 0
    assert run.summary["verdict"] == "incomplete"
    assert "Internal Engine Error" in run.text
    assert run.step("attach domains")["state"] == "not reached"
    assert not [one for one in sent(twin) if one.startswith("PUT")]
    assert domains(twin)["data-web"]["storage"]["address"] == "nfs-a.example"
    again = runbook.run(stop_vms="poweroff")
    assert again.code == 0, again.screen


@pytest.mark.parametrize(
    ("way", "center", "words"),
    [
        ("repoint", "Recovery", "is for one data center"),
        ("other_data_center", "Production", "is for two data centers"),
        ("by_train", "Production", "must be one of other_engine, repoint, other_data_center"),
    ],
)
def test_a_way_that_the_sites_do_not_allow_is_told_before_anything(
    runbook: Runbook, way: str, center: str, words: str
) -> None:
    of_one_engine(runbook, way, FILES, data_center=center)
    run = runbook.run()
    assert run.code != 0
    assert words in run.text
    assert "data-web" in run.text or "storage[1]" in run.text
    assert sent(runbook.twin) == []
