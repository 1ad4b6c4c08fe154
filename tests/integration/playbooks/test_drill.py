# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The drill: the first run, again, with a failure, after it, in check mode, killed, and grown."""

from __future__ import annotations

import signal
import stat
import subprocess
import time

import pytest
from ansible_collections.ovirt_dr.storage.tests.integration.playbooks.drills import (
    Drills,
    kill_playbook,
    noted,
)
from ansible_collections.ovirt_dr.storage.tests.integration.playbooks.runbook import finish

# Tasks of the play, however many VMs and domains there are.
TASKS = 14
SUMMARY_KEYS = {
    "profile": str,
    "latency_ms": float,
    "vms": int,
    "domains": int,
    "seconds": float,
    "floor_seconds": type(None),
    "engine_requests": int,
    "reads": int,
    "writes": int,
    "requests_per_vm": float,
    "client_cpu_seconds": float,
    "peak_mb": dict,
    "tasks": int,
    "counts": dict,
    "verdict": str,
    "exit_code": int,
    "journal": str,
}


def wait_for(drill: subprocess.Popen[str], drills: Drills, many: int, action: str, **wanted: str) -> None:
    """Wait until the journals tell of so many steps of an action that were begun."""
    deadline = time.monotonic() + 120
    while noted(drills.journals(), "start", action, **wanted) < many:
        assert drill.poll() is None, drill.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_first_run_and_again(drills: Drills) -> None:
    first = drills.run()
    assert first.code == 0
    assert {key: type(value) for key, value in first.summary.items()} == SUMMARY_KEYS
    assert first.summary["counts"] == {"registered": 15, "started": 14, "changed": 41, "failed": 0}
    assert (first.summary["vms"], first.summary["domains"], first.summary["exit_code"]) == (15, 4, 0)
    # Affinity groups and labels that the second site does not have are lost, and told.
    assert first.summary["verdict"] == "warnings"
    assert set(first.summary["peak_mb"]) == {"client", "twin", "all"}
    assert 0 < first.summary["peak_mb"]["all"] < 500
    assert first.summary["tasks"] == first.tasks == TASKS
    assert first.summary["engine_requests"] >= first.summary["reads"] + first.summary["writes"]

    assert "[register 15/15]" in first.screen, "no live progress"
    assert "[sign_in 1/1] iqn.2026-01.example.site-b:san at 192.0.2.150:3260: signed in" in first.screen
    assert "[attach 4/4]" in first.screen
    assert "registered partially" not in first.text
    assert "wave infrastructure: 2 VMs to bring up" in first.screen
    assert "Verdict: RECOVERED, with warnings" in first.screen
    assert "exit code: 0" in first.screen
    rows = [line.split() for line in first.screen.splitlines()]
    assert ["register", "VMs", "ok", "15", "0", "0", "0", "0"] in [row[:-1] for row in rows]
    assert "needed: sign host" not in first.text, "it was done"

    (journal,) = drills.journals()
    assert first.summary["journal"] == str(journal)
    assert f"Journal: {journal}" in first.screen
    assert stat.S_IMODE(journal.stat().st_mode) == 0o600
    assert [noted([journal], "end", action, state="done") for action in ("attach", "register", "up")] == [4, 15 + 3, 14]

    again = drills.run()
    assert again.code == 0
    assert again.summary["counts"] == {"registered": 0, "started": 0, "changed": 0, "failed": 0}
    assert again.summary["writes"] == 0
    assert again.summary["verdict"] == "already"
    assert "changed=0" in again.screen


def test_failure_and_what_comes_after(drills: Drills) -> None:
    failed = drills.run(FAIL="register:web02")
    assert failed.code != 0
    assert failed.code == failed.summary["exit_code"]
    assert failed.summary["counts"] == {"registered": 14, "started": 13, "changed": 39, "failed": 1}
    assert failed.summary["verdict"] == "incomplete"
    assert "What failed:" in failed.screen
    assert "web02" in failed.screen[failed.screen.index("What failed:") :]
    assert "Internal Engine Error" in failed.screen, "the engine's words are missing"
    assert "INCOMPLETE: 1 failed" in failed.screen
    assert "run the same command again" in failed.text
    assert "Run `make drill` again, without FAIL" in failed.screen

    completed = drills.run()
    assert completed.code == 0
    assert completed.summary["counts"] == {"registered": 1, "started": 1, "changed": 2, "failed": 0}
    register = [line for line in completed.screen.splitlines() if line.startswith("[register ")]
    assert len(register) == 1
    assert "web02" in register[0]
    assert drills.run(FAIL="nonsense").code == 2


def test_check_mode_writes_nothing_and_tells_what_it_cannot_prove(drills: Drills) -> None:
    checked = drills.run(CHECK="1")
    assert checked.code == 0
    assert checked.summary["writes"] == 0
    assert checked.summary["counts"]["failed"] == 0
    assert checked.summary["verdict"] == "would"
    assert "+  storage: nfs-b.example:/exports/data-web" in checked.screen, "no diff"
    assert "not proven: what lies on 4 domains, which are not attached to Recovery yet" in checked.text
    assert "not proven: whether data-erp lies on iqn.2026-01.example.site-b:san at 192.0.2.150:3260" in checked.text
    assert "needed: sign host hv-b1 in to iqn.2026-01.example.site-b:san" in checked.text
    assert "dns01" in checked.screen[checked.screen.index("not proven: whether these VMs come up") :]
    assert checked.summary["journal"] is None
    assert drills.journals() == []


def test_killed_in_the_middle_and_run_again(drills: Drills) -> None:
    """Nobody gets to clean up; what the engine got is found again, and nothing is done twice."""
    size = {"VMS": "60", "DOMAINS": "5", "LATENCY": "100"}
    killed = drills.begin(**size)
    wait_for(killed, drills, 15, "register", kind="vm")
    kill_playbook(killed.pid)
    screen, _none = killed.communicate(timeout=30)
    assert killed.returncode == 128 + signal.SIGKILL
    assert "ended by signal 9. Run `make drill` again" in screen

    again = drills.run(**size)
    assert again.code == 0
    assert "the one of the last drill" in again.screen
    assert again.summary["counts"]["failed"] == 0
    assert 0 < again.summary["counts"]["registered"] <= 60 - 8
    assert again.summary["counts"]["started"] == 59
    # A register that the first run sent and did not see the end of was not sent again, or was told to be so already.
    assert noted(drills.journals(), "end", "register", kind="vm", state="done") <= 60


def test_one_engine_whose_connections_are_pointed_at_the_replicas(drills: Drills) -> None:
    failed = drills.run(WAY="repoint", FAIL="edit")
    assert (failed.code, failed.summary["verdict"]) == (2, "incomplete")
    assert "lost: nfs-a.example:/exports/data-db, nfs-a.example:/exports/data-master" in failed.text
    assert "Run `make drill WAY=repoint` again, without FAIL" in failed.screen

    run = drills.run(WAY="repoint")
    assert run.code == 0, run.screen
    assert {key: type(value) for key, value in run.summary.items()} == SUMMARY_KEYS
    assert (run.summary["vms"], run.summary["domains"], run.summary["tasks"]) == (15, 3, TASKS)
    assert run.summary["counts"]["registered"] == 0
    assert failed.summary["counts"]["started"] + run.summary["counts"]["started"] == 14
    assert "the one of the last drill" in run.screen
    assert "[activate " in run.screen, "no live progress"
    assert "Verdict: RECOVERED" in run.screen
    assert noted(drills.journals(), "end", "edit", state="done") == 3

    again = drills.run(WAY="repoint")
    assert (again.code, again.summary["writes"], again.summary["verdict"]) == (0, 0, "already")


def test_one_engine_whose_domains_move_while_someone_kills_the_run(drills: Drills) -> None:
    way = {"WAY": "other_data_center", "LATENCY": "60"}
    killed = drills.begin(**way)
    wait_for(killed, drills, 1, "detach")
    kill_playbook(killed.pid)
    screen, _none = killed.communicate(timeout=30)
    assert "ended by signal 9. Run `make drill WAY=other_data_center` again" in screen

    run = drills.run(**way)
    assert run.code == 0, run.screen
    assert (run.summary["vms"], run.summary["domains"], run.summary["tasks"]) == (14, 3, TASKS)
    assert run.summary["counts"]["registered"] == run.summary["counts"]["started"] == 14
    # The affinity group is one of the other cluster. The engine drops such a group without a word; what came tells.
    assert run.summary["verdict"] == "warnings"
    assert "affinity group web-spread is missing: there is no such group in cluster" in run.text
    assert "affinity group web-spread (of VMs web01" not in run.text
    assert "[forget_lun 1/1] file01_shares" in run.screen

    again = drills.run(**way)
    assert (again.code, again.summary["writes"], again.summary["verdict"]) == (0, 0, "already")


def test_domains_that_move_on_purpose(drills: Drills) -> None:
    moved = drills.run(WAY="move")
    assert moved.code == 0, moved.screen
    assert {key: type(value) for key, value in moved.summary.items()} == SUMMARY_KEYS
    assert (moved.summary["vms"], moved.summary["domains"]) == (14, 3)
    assert (moved.summary["counts"]["registered"], moved.summary["counts"]["started"]) == (14, 3)
    assert "lost:" not in moved.text
    assert "[register 14/14]" in moved.screen, "no live progress"
    assert "Verdict: MOVED, with warnings" in moved.screen
    assert "affinity group web-spread is missing" in moved.text

    again = drills.run(WAY="move")
    assert (again.code, again.summary["writes"], again.summary["verdict"]) == (0, 0, "already")
    assert "Verdict: MOVED: everything was so already" in again.screen


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"WAY": "by_train"}, "WAY=by_train: must be one of other_engine, repoint, other_data_center, move"),
        ({"WAY": "repoint", "FAIL": "start:web01,register:web02"}, "FAIL=register:web02: WAY=repoint sends no request"),
        ({"WAY": "other_data_center", "FAIL": "import"}, "FAIL=import: WAY=other_data_center sends no request"),
        ({"FAIL": "edit"}, "FAIL=edit: WAY=other_engine sends no request"),
    ],
)
def test_what_does_not_go_together_is_told_before_anything(
    drills: Drills, variables: dict[str, str], words: str
) -> None:
    code, screen = finish(drills.begin(**variables))
    assert (code, screen.count("\n")) == (2, 1)
    assert screen.startswith(f"drill: {words}")
    assert not drills.folder.exists()


def test_cost_grows_slowly_with_the_number_of_vms(drills: Drills) -> None:
    """At most three requests per VM that is registered and started, and no further task."""
    small = drills.run(VMS="60", DOMAINS="5", LATENCY="0")
    large = drills.run(VMS="180", DOMAINS="5", LATENCY="0")
    assert (small.code, large.code) == (0, 0)
    assert (small.summary["counts"]["registered"], large.summary["counts"]["registered"]) == (60, 180)
    assert small.summary["counts"]["started"] < large.summary["counts"]["started"]
    more = large.summary["engine_requests"] - small.summary["engine_requests"]
    assert more / 120 <= 3
    assert small.summary["tasks"] == large.summary["tasks"] == TASKS
