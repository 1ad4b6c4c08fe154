# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan with an iSCSI domain, and the same plan without it: what then is missing is allowed to be, and told."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.tests.integration.playbooks.runbook import Runbook

SAN = "iqn.2026-01.example.site-b:san"
SECRET = "ch4p-s3cret-of-the-san"


def leave_behind(runbook: Runbook) -> None:
    """The plan brings the NFS domains only."""
    runbook.plan["storage"] = [domain for domain in runbook.plan["storage"] if domain["name"] != "data-erp"]


def test_without_the_iscsi_domain_the_databases_come_partially_when_that_is_allowed(runbook: Runbook) -> None:
    leave_behind(runbook)
    stopped = runbook.run()
    assert stopped.code != 0
    assert stopped.summary["verdict"] == "stopped"
    assert "VMs db01, db02 have a disk that lies on data-erp" in stopped.text
    assert runbook.writes() == []

    (databases,) = [group for group in runbook.plan["groups"] if group["name"] == "databases"]
    databases.update(partial="allow", start=False)
    run = runbook.run()
    assert run.code == 0
    assert run.summary["verdict"] == "warnings"
    assert run.step("attach domains")["counts"]["failed"] == 0
    assert (run.step("register VMs")["counts"]["done"], run.step("start VMs")["counts"]["done"]) == (15, 12)
    assert "db01_erp" in run.text
    assert not any(path.endswith("iscsilogin") for path in runbook.writes())


def test_a_sign_in_that_is_not_allowed_stops_before_the_first_write(runbook: Runbook) -> None:
    run = runbook.run(sign_in=False)
    assert run.code != 0
    assert f"host hv-b1 is not signed in to {SAN} at 192.0.2.150:3260" in run.text
    assert runbook.writes() == []


def test_chap_comes_from_a_variable_and_stands_nowhere(runbook: Runbook) -> None:
    runbook.twin.fail(f"chap:{SAN}")
    runbook.twin.storage.chap[SAN] = ("erp-user", SECRET)
    wrong = runbook.run("-vvv", chap={SAN: {"username": "erp-user", "password": f"not-{SECRET}"}})
    assert wrong.code != 0
    assert "as CHAP user erp-user: check user and password" in wrong.text
    assert wrong.step("attach domains")["counts"]["done"] == 6, "the NFS domains are not held back"
    assert wrong.step("register VMs")["counts"]["done"] > 0
    right = runbook.run("-vvv", chap={SAN: {"username": "erp-user", "password": SECRET}})
    assert right.code == 0
    for run in (wrong, right):
        assert SECRET not in run.screen
    assert SECRET not in runbook.journal.read_text(encoding="utf-8")
    assert SECRET not in runbook.summary.read_text(encoding="utf-8")
