# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups of a plan: order, best effort, and what a failure holds back."""

from __future__ import annotations

import itertools
import typing as t

from ansible_collections.ovirt_dr.storage.tests.integration.playbooks.runbook import Json, Run, Runbook


def test_groups_start_one_after_another_and_best_effort_does_not_fail_the_run(runbook: Runbook) -> None:
    runbook.plan["groups"] = [
        {"name": "names", "vms": ["dns*"]},
        {"name": "databases", "vms": ["db*"], "partial": "allow", "start": False},
        {"name": "front", "vms": ["web*"], "exclude": ["web04"]},
        {"name": "rest", "vms": ["app*", "mail01"], "required": False},
    ]
    runbook.twin.fail("start:app01", "recovery")
    run = runbook.run()

    assert run.code == 0
    assert run.summary["verdict"] == "warnings"
    assert run.step("register VMs")["counts"]["done"] == 11
    assert run.step("start VMs")["counts"] == {"done": 8, "already": 0, "skipped": 0, "failed": 1, "not_run": 0}
    assert "app01: failed (best effort)" in run.text
    assert "There is no host that satisfies current scheduling constraints" in run.text
    told = _after(run, "Worth knowing:")
    assert all(name in told for name in ("db01", "web04", "file01", "pxe01")), "what the plan leaves out is not told"

    # What the engine saw: nobody of a wave before the last one of the wave before it.
    order = _starts(runbook)
    assert [sorted(wave) for wave in (order[:2], order[2:5], [name for name in order[5:] if name != "app01"])] == [
        ["dns01", "dns02"],
        ["web01", "web02", "web03"],
        ["app02", "app03", "mail01"],
    ]
    # What the client waited for: all of a wave up before the first of the next one.
    waves = [("dns01", "dns02"), ("web01", "web02", "web03"), ("app02", "app03", "mail01")]
    lines = [line for line in runbook.journal_lines() if line.get("action") == "up"]
    for former, later in itertools.pairwise(waves):
        up = max(_place(lines, "end", name) for name in former)
        assert up < min(_place(lines, "start", name) for name in later)


def test_stop_begins_nothing_after_a_failure_and_a_further_run_completes(runbook: Runbook) -> None:
    """Without an inventory, too: only the engine knows then what the patterns of the plan mean."""
    del runbook.plan["sites"]["primary"]["inventory"]
    runbook.twin.fail("register:app02", "recovery")
    stopped = runbook.run(on_failure="stop", concurrency=1)
    assert stopped.code != 0
    assert stopped.summary["verdict"] == "incomplete"
    counts = stopped.step("register VMs")["counts"]
    assert counts["failed"] == 1
    assert counts["done"] >= 1
    assert counts["not_run"] >= 1
    assert counts["done"] + counts["not_run"] == 14
    assert stopped.step("start VMs")["state"] == "not reached"
    assert _starts(runbook) == []
    assert "app02" in _after(stopped, "What failed:")
    assert "Internal Engine Error" in _after(stopped, "What failed:")

    runbook.twin.no_faults()
    completed = runbook.run(on_failure="stop")
    assert completed.code == 0
    assert completed.step("register VMs")["counts"]["done"] == 15 - counts["done"]
    assert len(_starts(runbook)) == completed.step("start VMs")["counts"]["done"] == 14


def _after(run: Run, heading: str) -> str:
    return run.screen[run.screen.index(heading) :]


def _starts(runbook: Runbook) -> list[str]:
    """The names of the VMs whose start was asked for, in the order in which the engine was asked first."""
    names = {vm.id: vm.name for vm in runbook.twin.site("recovery").all("vm")}
    asked = [path.split("/")[2] for path in runbook.writes() if path.endswith("/start")]
    return [names[vm_id] for vm_id in dict.fromkeys(asked)]


def _place(lines: t.Sequence[Json], event: str, name: str) -> int:
    (found,) = [number for number, line in enumerate(lines) if line["event"] == event and line["name"] == name]
    return found
