# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wrong input: told on one screen, with a way out, and without a write."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import PASSWORD, USERNAME
from ansible_collections.ovirt_dr.storage.tests.integration.playbooks.runbook import Run, Runbook

Edit = t.Callable[[Runbook], object]
# Lines from the task that failed to the end of the play: what an operator sees without scrolling back much.
SCREEN = 60


def _plan(*keys: str | int, value: object) -> Edit:
    """An edit that sets one place of the plan."""

    def edit(book: Runbook) -> None:
        place: t.Any = book.plan
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = value

    return edit


def _without(*keys: str) -> Edit:
    def edit(book: Runbook) -> None:
        place: t.Any = book.plan
        for key in keys[:-1]:
            place = place[key]
        del place[keys[-1]]

    return edit


def _damaged_inventory(book: Runbook) -> None:
    (book.folder / "estate.json").write_text('{"format": "ovirt-dr-estate", "version": 1, "sites": [{"name": "pri')


def _two_vms_of_one_name(book: Runbook) -> None:
    inventory = json.loads((book.folder / "estate.json").read_text(encoding="utf-8"))
    for site in inventory["sites"]:
        for vm in site["vms"]:
            vm["name"] = "web01" if vm["name"] == "web02" else vm["name"]
    (book.folder / "estate.json").write_text(json.dumps(inventory), encoding="utf-8")


def _leave_behind(name: str) -> Edit:
    def edit(book: Runbook) -> None:
        book.plan["storage"] = [domain for domain in book.plan["storage"] if domain["name"] != name]

    return edit


def _all(*edits: Edit) -> Edit:
    return lambda book: [edit(book) for edit in edits]


def _told_well(run: Run) -> None:
    """What every refusal has in common."""
    assert run.code != 0
    assert "Traceback" not in run.screen
    assert "run the same command again" in run.text
    assert len(run.screen[run.screen.rindex("TASK [ovirt_dr.storage.dr_failover : Tell") :].splitlines()) <= SCREEN


@pytest.mark.parametrize(
    ("edit", "step", "words"),
    [
        pytest.param(
            _all(_plan("storge", value=[]), _plan("groups", 0, "prio", value=1)),
            "plan",
            ["storge: unknown key, did you mean storage?", "groups[1].prio: unknown key"],
            id="unknown-keys",
        ),
        pytest.param(_without("groups"), "plan", ["groups: is missing"], id="missing-key"),
        pytest.param(
            lambda book: book.plan["groups"].append({"name": "again", "vms": ["web01"]}),
            "plan",
            ["VM web01 is in applications and in again"],
            id="vm-in-two-groups",
        ),
        pytest.param(_damaged_inventory, "plan", ["estate.json", "not valid JSON"], id="damaged-inventory"),
        pytest.param(
            _without("mappings", "clusters"),
            "preflight",
            ["mappings.clusters: prod", "is not mapped, and the target has no cluster of this name"],
            id="missing-mapping",
        ),
        pytest.param(
            _all(
                _plan("mappings", "clusters", 0, "recovery", value="nosuch"),
                _plan("mappings", "vnic_profiles", 0, "recovery", value={"network": "no", "profile": "where"}),
                lambda book: book.plan["groups"][0]["vms"].append("ghost01"),
            ),
            "preflight",
            [
                "mappings.clusters: prod is mapped to nosuch, which does not exist in the target",
                "is mapped to no/where (network/profile), which does not exist",
                "VM ghost01 is not in the inventory of site primary",
            ],
            id="all-that-is-missing-at-once",
        ),
        pytest.param(
            _two_vms_of_one_name,
            "preflight",
            ["VM web01 stands 2 times in the inventory of site primary", "name it by its id"],
            id="name-of-two-vms",
        ),
        pytest.param(
            _leave_behind("data-erp"),
            "preflight",
            ["VMs db01, db02 have a disk that lies on data-erp, which the plan does not bring"],
            id="disk-that-does-not-come",
        ),
        pytest.param(
            _plan("sites", "recovery", "data_center", value="Nowhere"),
            "preflight",
            ["There is no data center 'Nowhere'"],
            id="unknown-data-center",
        ),
        pytest.param(
            _plan("sites", "recovery", "url", value="http://127.0.0.1:1/ovirt-engine/api"),
            "preflight",
            ["http://127.0.0.1:1/ovirt-engine/api could not be reached", "Connection refused"],
            id="unreachable-engine",
        ),
    ],
)
def test_refused_without_a_write(runbook: Runbook, edit: Edit, step: str, words: list[str]) -> None:
    edit(runbook)
    run = runbook.run()
    _told_well(run)
    for sentence in words:
        assert sentence in run.text
    assert f"STOPPED at '{step}'" in run.screen
    assert "Nothing was changed." in run.text
    assert run.step(step)["state"] == "stopped"
    assert run.step("attach domains")["state"] == "not reached"
    assert runbook.writes() == []
    assert not runbook.journal.exists()


def test_wrong_password(runbook: Runbook) -> None:
    run = runbook.run(env={"OVIRT_USERNAME": "admin@internal", "OVIRT_PASSWORD": "wr0ng%one"})
    _told_well(run)
    assert "Sign-in of user 'admin@internal'" in run.text
    assert "wr0ng" not in run.screen
    assert runbook.writes() == []
    # One try: an engine locks accounts.
    assert runbook.twin.stats("recovery")["sign_ins"] == 1


def test_nothing_lies_on_the_path(runbook: Runbook) -> None:
    """The import is the only write; the engine made no domain of it."""
    del runbook.plan["storage"][1:]
    runbook.plan["storage"][0]["at"]["recovery"]["path"] = "/exports/empty"
    runbook.plan["groups"] = [{"name": "all", "vms": ["*"], "partial": "allow"}]
    before = {domain.id for domain in runbook.twin.site("recovery").all("storage_domain")}
    run = runbook.run()
    _told_well(run)
    assert "No storage domain lies on nfs-b.example:/exports/empty. Nothing was created." in run.text
    assert runbook.writes() == ["POST /storagedomains"]
    assert {domain.id for domain in runbook.twin.site("recovery").all("storage_domain")} == before
    assert run.step("register VMs")["state"] == "not reached"


def test_another_domain_lies_on_the_path(runbook: Runbook) -> None:
    """It is forgotten again, and never formatted."""
    first, second = runbook.plan["storage"][:2]
    first["at"]["recovery"] = dict(second["at"]["recovery"])
    runbook.plan["storage"] = [first]
    runbook.plan["groups"] = [{"name": "all", "vms": ["*"], "partial": "allow"}]
    run = runbook.run()
    _told_well(run)
    assert f"holds another domain: {second['name']} ({second['id']}), expected was {first['id']}" in run.text
    wrote, forgot = runbook.writes()
    assert wrote == "POST /storagedomains"
    assert forgot.startswith(f"DELETE /storagedomains/{second['id']}?")
    assert "format=true" not in forgot


def test_no_statement_that_the_other_side_is_dead(runbook: Runbook) -> None:
    """Domains that carry another side's mark are imported, and nothing is taken away without a statement."""
    run = runbook.run(takeover=None)
    _told_well(run)
    assert "takeover: {confirmed_by: ..., reason: ...}" in run.text
    sign_in, *imports = sorted(runbook.writes())
    assert sign_in.endswith("/iscsilogin")
    assert imports == ["POST /storagedomains"] * 4
    assert run.step("attach domains")["counts"]["failed"] == 4
    assert run.step("register VMs")["state"] == "not reached"
    assert '"failures"' not in run.screen, "a raw result fills the screen"

    stated = runbook.run(takeover={"confirmed_by": " ", "reason": "power"})
    _told_well(stated)
    assert "takeover: confirmed_by must not be empty" in stated.text
    assert len(runbook.writes()) == 5


def test_evidence_of_a_lost_site_that_is_alive(runbook: Runbook) -> None:
    """Its engine is asked and its hosts are up: nothing is written, for all that an array says."""
    said = {"kind": "array", "says": "promoted", "said_by": "hook-7", "at": "2026-01-01T00:00:00Z"}
    asked = {"username": USERNAME, "password": PASSWORD}
    run = runbook.run(takeover=None, source_auth=asked, evidence=[said], evidence_max_age=1e9)
    _told_well(run)
    assert "another side uses it" in run.text
    assert "with hosts hv-a1 (up), hv-a2 (up)" in run.text
    assert runbook.writes() == []
    assert run.step("attach domains")["state"] == "not reached"
    assert PASSWORD not in run.screen


def test_a_failover_by_evidence_alone(runbook: Runbook) -> None:
    """All hosts of the lost site are down, as its engine says; the verdict tells that it was so."""
    site = runbook.twin.site("primary")
    with site.lock:
        for host in site.all("host"):
            host.set(status="down")
    run = runbook.run(takeover=None, source_auth={"username": USERNAME, "password": PASSWORD})
    assert run.code == 0, run.screen
    assert "whose hosts are all in maintenance, down or fenced" in run.text
    notes = [line["message"] for line in runbook.journal_lines() if line["event"] == "note"]
    assert len([note for note in notes if "names another data center and is taken" in note]) == 4
