# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook move_domain: there, killed on the way, and back; everything is as it was before."""

from __future__ import annotations

import pathlib
import time
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from ansible_collections.ovirt_dr.storage.tests.integration.playbooks.drills import _kill_family
from ansible_collections.ovirt_dr.storage.tests.integration.playbooks.moves import BACK, THERE, Moves
from ansible_collections.ovirt_dr.storage.tests.integration.resume.estates import MOVED, small
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import run_module

STEPS = [
    *("inventory", "preflight", "detach domains", "attach domains", "register templates", "register VMs"),
    *("register disks", "start VMs", "compare"),
]
RAN = ("db01", "web01")
LOST = [
    "VM web01: affinity group web-spread is missing",
]
"""The other data center has no such group."""


@pytest.fixture
def moves(tmp_path: pathlib.Path) -> t.Iterator[Moves]:
    with Twin(small(), profile="none", pace=0.02) as lone:
        yield Moves(tmp_path, lone, MOVED)
        assert lone.errors == []


def writes(moves: Moves) -> int:
    (site,) = moves.twin.sites
    return len(moves.twin.writes(site))


def test_there_killed_on_the_way_and_back(moves: Moves) -> None:
    before = moves.where()
    # The engine answers no register of a VM, until somebody loses patience.
    moves.twin.fail({"action": "hang", "method": "POST", "path": r"/vms/[^/]+/register$", "times": 0})
    killed = moves.begin(**THERE, stop_vms="poweroff")
    deadline = time.monotonic() + 120
    while len(moves.where()) > 1 or not registering(moves):
        assert killed.poll() is None, killed.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.02)
    _kill_family(killed.pid)
    killed.communicate(timeout=30)
    assert moves.kept == ["move-Production-to-Recovery.json"]
    moves.twin.no_faults()

    there = moves.run(**THERE, stop_vms="poweroff")
    assert there.code == 0, there.screen
    assert list(there.summary["steps"]) == STEPS
    assert "this continues the move whose inventory is" in there.text
    assert there.step("detach domains")["counts"]["done"] == 0
    # The old record of the LUN disk may be gone before the run was killed, or not.
    assert there.step("register VMs")["done"]["register"] == 5
    assert there.step("start VMs")["counts"]["done"] == 2, "they ran before the run that was killed"
    assert moves.where() == {
        vm: place if vm == "pxe01" else f"Recovery {'up' if vm in RAN else 'down'}" for vm, place in before.items()
    }
    (kept,) = moves.kept
    assert kept.startswith("move-Production-to-Recovery-2")

    back = moves.run(**BACK, stop_vms="poweroff")
    assert back.code == 0, back.screen
    assert moves.where() == before
    assert differences(moves.folder / "moves", *moves.kept) == LOST


def registering(moves: Moves) -> bool:
    (site,) = moves.twin.sites
    faults = moves.twin._faults[site]
    return any(rule.hits for rule in faults._rules)


def differences(folder: pathlib.Path, there: str, back: str) -> list[str]:
    """What is not as it was before the way there, after the way back."""
    result = run_module(
        "inventory_compare_info",
        {
            "before": str(folder / there),
            "before_site": "before",
            "after": str(folder / back),
            "after_site": "after",
            "ignore": ["quota"],
        },
    )
    assert result["compared"] == {"vms": 6, "templates": 3, "disks": 1}
    return t.cast("list[str]", result["sentences"])


def test_what_stops_a_move_leaves_nothing_behind(moves: Moves) -> None:
    run = moves.run(**{**THERE, "mappings": {}})
    assert (run.code, run.summary["verdict"]) == (2, "stopped"), run.screen
    for words in (
        "VMs with active disks here are not down: web01",
        "prod (of VMs app03, db01, file01, legacy01, web01) is not mapped",
    ):
        assert words in run.text
    assert (writes(moves), moves.kept) == (0, [])


def test_a_check_tells_what_would_be_and_keeps_nothing(moves: Moves) -> None:
    run = moves.run("--check", "--diff", **THERE, stop_vms="poweroff")
    assert (run.code, run.summary["verdict"]) == (0, "would"), run.screen
    for words in (
        "VMs: app03, db01, file01, legacy01, web01",
        "templates: tmpl-debian12, tmpl-win2022",
        "to be started again: db01, web01",
        "floating disks: archive2025",
        "are not down and will be stopped",
        "not proven: what lies on 3 domains, which are not attached to Recovery yet",
    ):
        assert words in run.text
    assert (writes(moves), moves.kept) == (0, [])
