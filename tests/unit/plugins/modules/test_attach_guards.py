# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guards of storage_domain_attach: nothing is created, no other domain is kept, none is taken away unasked."""

from __future__ import annotations

import json
import pathlib

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.journal import read
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import (
    ATTACH,
    DATA_DB,
    DATA_WEB,
    IMPORT,
    TAKEOVER,
    Bench,
    path_of,
    wanted,
)

EMPTY = {"id": DATA_WEB, "address": "nfs-b.example", "path": "/exports/nothing-here"}


def known(bench: Bench) -> tuple[set[str], set[str]]:
    """The names of the domains and the paths of the connections that recovery knows."""
    site = bench.twin.site("recovery")
    paths = {str(one.data.get("path")) for one in site.all("storage_connection")}
    return {one.name for one in site.all("storage_domain")}, paths


def test_an_import_never_carries_a_name(bench: Bench) -> None:
    """With a name the engine would make an empty domain where nothing is."""
    assert not bench.attach("data-web", domains=wanted("data-web", name="web-at-dr")).get("failed")
    (sent,) = bench.writes(IMPORT)
    assert "<name>" not in sent.body
    assert "<import>true</import>" in sent.body
    assert known(bench)[0] == {"dr-master", "web-at-dr"}


def test_an_empty_path_leaves_nothing_behind(bench: Bench) -> None:
    before = known(bench)
    result = bench.attach(domains=[EMPTY, *wanted("data-db")])
    assert result["failed"]
    assert "No storage domain lies on nfs-b.example:/exports/nothing-here. Nothing was created" in result["msg"]
    assert result["done"]["attach"] == [DATA_DB]
    assert [entry["action"] for entry in result["not_run"]] == ["attach"]
    assert result["active"] == [DATA_DB]
    names, paths = known(bench)
    assert (names - before[0], paths - before[1]) == ({"data-db"}, {"/exports/data-db"})
    assert bench.twin.storage.exports["nfs-b.example", "/exports/nothing-here"].content is None


def test_after_a_wrong_path_nothing_more_is_begun_when_a_failure_stops(bench: Bench) -> None:
    before = known(bench)
    domains = [EMPTY, *wanted("data-db")]
    result = bench.attach(domains=domains, on_failure="stop", concurrency=1)
    assert result["failed"]
    assert "No storage domain lies on nfs-b.example:/exports/nothing-here" in result["msg"]
    assert (result["counts"]["failed"], result["counts"]["done"], result["counts"]["not_run"]) == (1, 0, 3)
    assert "a failure stops the run ('on_failure')" in result["not_run"][-1]["message"]
    assert len(bench.writes()) == 1
    assert known(bench)[0] == before[0]


def test_a_vm_that_cannot_come_stops_the_register_before_it_begins(bench: Bench) -> None:
    bench.ready("templates")
    for check in (True, False):
        result = bench.register("web01", "nobody", on_failure="stop", check=check)
        assert result["failed"]
        assert result["counts"] == {"done": 0, "already": 0, "skipped": 0, "failed": 1, "not_run": 1}
        assert result["not_run"][0]["message"] == "not run: nobody cannot succeed ('on_failure')"
    assert bench.writes() == []
    assert bench.register("web01", "nobody")["done"] == {"register": ["web01"]}


def test_an_unreachable_path_is_told_in_the_engines_words(bench: Bench) -> None:
    before = known(bench)
    bench.twin.fail("storage:data-web")
    result = bench.attach("data-web", "data-db")
    assert result["failed"]
    assert "Problem while trying to mount target" in result["msg"]
    assert DATA_WEB in result["msg"]
    assert result["active"] == [DATA_DB]
    assert known(bench)[1] - before[1] == {"/exports/data-db"}


def test_another_domain_on_the_path_is_forgotten_again_unformatted(bench: Bench) -> None:
    before = known(bench)
    swapped = {**wanted("data-web")[0], "path": "/exports/data-db"}
    result = bench.attach(domains=[swapped])
    assert result["failed"]
    for words in ("holds another domain: data-db", DATA_DB, f"expected was {DATA_WEB}", "was not touched"):
        assert words in result["msg"]
    assert known(bench) == before
    (removal,) = bench.writes("^DELETE ")
    assert path_of(removal).endswith(f"/storagedomains/{DATA_DB}")
    assert "format" not in removal.path
    assert "destroy" not in removal.path
    assert not bench.writes(ATTACH)
    content = bench.twin.storage.exports["nfs-b.example", "/exports/data-db"].content
    assert content is not None
    assert content.disks
    assert not bench.attach("data-db").get("failed")


def test_another_domain_whose_import_was_lost_is_forgotten_too(bench: Bench) -> None:
    before = known(bench)
    bench.fail(IMPORT)
    result = bench.attach(domains=[{**wanted("data-web")[0], "path": "/exports/data-db"}])
    assert result["failed"]
    assert f"expected was {DATA_WEB}" in result["msg"]
    assert known(bench) == before
    assert len(bench.writes(IMPORT)) == 1


def test_a_domain_of_another_data_center_is_not_taken_away_unasked(bench: Bench, tmp_path: pathlib.Path) -> None:
    journal = tmp_path / "journal.jsonl"
    refused = bench.attach("data-web", takeover=None, journal=str(journal))
    assert refused["failed"]
    assert "says that another data center uses it" in refused["msg"]
    assert "takeover" in refused["msg"]
    assert (refused["done"], refused["active"]) == ({"import": [DATA_WEB]}, [])
    assert not bench.writes(ATTACH)
    assert "takeover confirmed" not in journal.read_text(encoding="utf-8")

    taken = bench.attach("data-web", journal=str(journal))
    assert not taken.get("failed"), taken["msg"]
    assert (taken["done"], taken["active"]) == ({"attach": [DATA_WEB]}, [DATA_WEB])
    notes = [line["message"] for line in read(str(journal)) if line["event"] == "note"]
    said = f"takeover confirmed by {TAKEOVER['confirmed_by']}: {TAKEOVER['reason']}"
    assert notes == [f"domain {DATA_WEB} names another data center and is taken: {said}"]
    assert journal.stat().st_mode & 0o777 == 0o600


def test_a_statement_that_is_not_needed_is_not_recorded(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.ready("attached")
    journal = tmp_path / "journal.jsonl"
    assert bench.attach(journal=str(journal))["changed"] is False
    assert "takeover" not in journal.read_text(encoding="utf-8")


def test_a_domain_that_no_data_center_claims_needs_no_statement(bench: Bench) -> None:
    bench.quiet_primary()
    assert not bench.detach("data-web").get("failed")
    result = bench.attach("data-web", takeover=None)
    assert not result.get("failed"), result["msg"]
    assert result["active"] == [DATA_WEB]


def test_an_uninitialized_data_center_gets_no_imported_master(bench: Bench) -> None:
    bench.twin.site("recovery").named("data_center", "Recovery").set(status="uninitialized")  # type: ignore[union-attr]
    result = bench.attach("data-web")
    assert result["failed"]
    assert "data center Recovery is uninitialized" in result["msg"]
    assert not bench.writes()


def test_a_domain_of_another_data_center_of_this_engine_is_named(bench: Bench) -> None:
    bench.ready("attached")
    site = bench.twin.site("recovery")
    other = "11111111-2222-4333-8444-555555555555"
    site.tables["storage_domain"][DATA_WEB].set(data_centers={"data_center": {"id": other}})
    result = bench.attach("data-web")
    assert result["failed"]
    assert f"is attached to another data center of this engine ({other})" in result["msg"]
    assert not bench.writes()


def test_names_are_given_only_when_asked_for_and_only_once(bench: Bench) -> None:
    assert bench.attach("data-web")["done"] == {"import": [DATA_WEB], "attach": [DATA_WEB]}
    assert bench.names("storage_domain") == {"dr-master", "data-web"}
    named = bench.attach("data-web", domains=wanted("data-web", name="web-at-dr"))
    assert (named["done"], named["already"]) == ({"rename": ["web-at-dr"]}, {})
    assert bench.names("storage_domain") == {"dr-master", "web-at-dr"}
    again = bench.attach("data-web", domains=wanted("data-web", name="web-at-dr"))
    assert (again["changed"], again["already"]) == (False, {"attach": ["web-at-dr"]})
    assert json.dumps(again["diff"]) == '{"before": "", "after": ""}'
