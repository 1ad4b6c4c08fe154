# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks of a plan: floating ones come back, and VMs get the disks whose domain came later, before they start."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.tests.integration.playbooks.runbook import Runbook

NONE = {"done": 0, "already": 0, "skipped": 0, "failed": 0, "not_run": 0}


def test_floating_disks_of_the_plan_come_back_before_any_start(runbook: Runbook) -> None:
    runbook.plan["disks"] = ["arch*"]
    looked = runbook.run("--check")
    assert looked.code == 0, looked.screen
    assert runbook.writes() == []
    run = runbook.run()
    assert run.code == 0, run.screen
    assert run.step("register disks")["counts"] == {**NONE, "done": 1}
    written = runbook.writes()
    (disk,) = [number for number, path in enumerate(written) if "/disks/" in path and path.endswith("/register")]
    assert disk < min(number for number, path in enumerate(written) if path.endswith("/start"))
    assert runbook.twin.site("recovery").named("disk", "archive2025") is not None

    again = runbook.run()
    assert again.code == 0
    assert again.step("register disks")["counts"] == {**NONE, "already": 1}


def test_without_the_key_no_disk_is_looked_for(runbook: Runbook) -> None:
    run = runbook.run()
    assert run.code == 0
    assert "register disks" not in run.summary["steps"]
    assert not any("/disks" in path for path in runbook.writes())


def test_a_domain_that_comes_later_completes_its_vms(runbook: Runbook) -> None:
    storage = runbook.plan["storage"]
    runbook.plan["storage"] = [domain for domain in storage if domain["name"] != "data-erp"]
    (databases,) = [group for group in runbook.plan["groups"] if group["name"] == "databases"]
    databases.update(partial="allow", start=False)
    assert runbook.run().code == 0

    early = runbook.run(complete=["db*"])
    assert early.code == 0, early.screen
    assert "which lies on data-erp, which is not attached yet" in early.text

    runbook.plan["storage"] = storage
    databases["start"] = True
    run = runbook.run(complete=["db*"])
    assert run.code == 0, run.screen
    assert run.step("register disks")["counts"] == {**NONE, "done": 4}
    assert run.step("start VMs")["counts"]["done"] == 2
    again = runbook.run(complete=["db*"])
    assert again.code == 0
    assert again.step("register disks")["counts"] == {**NONE, "already": 2}
