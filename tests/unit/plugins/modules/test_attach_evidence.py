# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evidence that a replica may be taken: what passes, what forbids, what shows nothing; told and written down."""

from __future__ import annotations

import pathlib
import time
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.journal import read
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import PASSWORD
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import (
    ATTACH,
    DATA_DB,
    DATA_WEB,
    TAKEOVER,
    Bench,
    Result,
    wanted,
)

Given = dict[str, t.Any]
Prepare = t.Callable[[Bench], object]
HOSTS = ["hv-a1", "hv-a2"]


def at(seconds_ago: float = 10) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - seconds_ago))


def said(kind: str, says: str, ago: float = 10, **more: t.Any) -> Given:
    return {"kind": kind, "says": says, "said_by": "hook-7", "at": at(ago), **more}


def take(bench: Bench, *names: str, **options: t.Any) -> Result:
    return bench.attach(*names or ("data-web",), **{"takeover": None, "list_unregistered": [], **options})


def hosts(*statuses: str) -> Prepare:
    """The hosts of the lost site are in these statuses, in turn."""

    def change(bench: Bench) -> None:
        site = bench.twin.site("primary")
        with site.lock:
            for number, host in enumerate(site.all("host")):
                host.set(status=statuses[number % len(statuses)])

    return change


def domain_is(status: str) -> Prepare:
    """data-web has this status at the engine of the lost site; its storage knows nothing of that."""

    def change(bench: Bench) -> None:
        site = bench.twin.site("primary")
        with site.lock:
            loose = {"data_centers": None} if status == "unattached" else {}
            site.tables["storage_domain"][DATA_WEB].set(status=status, **loose)

    return change


def nothing(bench: Bench) -> None:
    """The lost site is as it was: its hosts are up and use the domain."""


def asked(bench: Bench, **more: t.Any) -> Given:
    """The option that asks the engine of the lost site."""
    return {"other_engine": bench.auth("primary", **more)}


PASSES: dict[str, tuple[Prepare, t.Callable[[Bench], Given], str, str]] = {
    "unattached there": (domain_is("unattached"), asked, "engine", "the domain is unattached there"),
    "in maintenance there": (
        domain_is("maintenance"),
        asked,
        "engine",
        "the domain is in maintenance in data center Production",
    ),
    "its hosts are down": (
        hosts("down", "maintenance"),
        asked,
        "engine",
        "the domain is active in data center Production, whose hosts are all in maintenance, down or fenced",
    ),
    "its hosts are fenced": (
        hosts("up", "non_responsive"),
        lambda bench: {**asked(bench), "evidence": [said("fencing", "fenced", hosts=HOSTS)]},
        "fencing",
        "fencing: fenced hv-a1, hv-a2, said by hook-7 at ",
    ),
    "the array": (
        nothing,
        lambda bench: {"evidence": [said("array", "promoted", details="volume 7")]},
        "array",
        "array: promoted, said by hook-7 at ",
    ),
    "fencing alone": (
        nothing,
        lambda bench: {"evidence": [said("fencing", "fenced", hosts=HOSTS, domains=[DATA_WEB])]},
        "fencing",
        "fencing: fenced hv-a1, hv-a2, said by hook-7 at ",
    ),
    "an earlier look at the engine": (
        nothing,
        lambda bench: {"evidence": [said("engine", "hosts_down")]},
        "engine",
        "engine: hosts down, said by hook-7 at ",
    ),
    "a statement": (
        nothing,
        lambda bench: {"takeover": TAKEOVER},
        "takeover",
        "takeover confirmed by Ada Byron: no power in the other room",
    ),
}


@pytest.mark.parametrize(("prepare", "given", "kind", "words"), PASSES.values(), ids=PASSES)
def test_what_a_domain_passes_with_is_told_and_written_down(
    bench: Bench, tmp_path: pathlib.Path, prepare: Prepare, given: t.Callable[[Bench], Given], kind: str, words: str
) -> None:
    prepare(bench)
    journal = tmp_path / "journal.jsonl"
    result = take(bench, journal=str(journal), **given(bench))
    assert not result.get("failed"), result["msg"]
    (guard,) = result["guards"]
    assert (guard["id"], guard["marked"], guard["passed"], guard["against"]) == (DATA_WEB, True, True, [])
    assert kind == guard["evidence"][0]["kind"]
    assert words in guard["evidence"][0]["text"]
    notes = [line["message"] for line in read(str(journal)) if line["event"] == "note"]
    assert len(notes) == 1
    assert f"domain {DATA_WEB} names another data center and is taken: " in notes[0]
    assert words in notes[0]
    # The engine of the lost site was only read.
    assert bench.writes(site="primary") == []
    assert PASSWORD not in journal.read_text(encoding="utf-8") + str(result)


FORBIDS: dict[str, tuple[t.Callable[[Bench], Given], str]] = {
    "its hosts are up there": (
        asked,
        "the domain is active in data center Production, with hosts hv-a1 (up), hv-a2 (up)",
    ),
    "one host is not fenced": (
        lambda bench: {**asked(bench), "evidence": [said("fencing", "fenced", hosts=["hv-a1"])]},
        "with hosts hv-a2 (up)",
    ),
    "the replica still follows": (
        lambda bench: {"evidence": [said("array", "replicating")]},
        "array: replicating, said by hook-7",
    ),
    "both copies can be written": (
        lambda bench: {"evidence": [said("array", "promoted"), said("array", "writable_on_both")]},
        "array: writable on both, said by hook-7",
    ),
    "fencing failed": (
        lambda bench: {"evidence": [said("fencing", "not_fenced", hosts=HOSTS)]},
        "fencing: not fenced hv-a1, hv-a2",
    ),
    "it was in use a moment ago": (lambda bench: {"evidence": [said("engine", "active")]}, "engine: active"),
}


@pytest.mark.parametrize(("given", "words"), FORBIDS.values(), ids=FORBIDS)
def test_what_stands_against_a_domain_wins_but_for_a_statement_that_says_so(
    bench: Bench, tmp_path: pathlib.Path, given: t.Callable[[Bench], Given], words: str
) -> None:
    for statement in (None, TAKEOVER):
        for check in (True, False):
            refused = take(bench, takeover=statement, check=check, **given(bench))
            assert refused["failed"]
            for told in (f"domain {DATA_WEB}: another side uses it", words, "takeover.overrule"):
                assert told in refused["msg"]
    assert bench.writes() == []

    journal = tmp_path / "journal.jsonl"
    taken = take(bench, takeover={**TAKEOVER, "overrule": True}, journal=str(journal), **given(bench))
    assert not taken.get("failed"), taken["msg"]
    assert words in taken["guards"][0]["against"][0]
    assert f", against: {taken['guards'][0]['against'][0]}" in journal.read_text(encoding="utf-8")


USELESS: dict[str, tuple[Prepare, t.Callable[[Bench], Given], str]] = {
    "stale": (
        nothing,
        lambda bench: {"evidence": [said("array", "promoted", 2000)]},
        "seconds ago, more than the 1800 of 'evidence_max_age'; ask again",
    ),
    "of the future": (
        nothing,
        lambda bench: {"evidence": [said("array", "promoted", -4000)]},
        "seconds in the future; compare the clocks",
    ),
    "hosts that do not respond": (
        hosts("non_responsive", "down"),
        asked,
        "with hosts hv-a1 (non_responsive); they may still write",
    ),
    "fencing that left out a host": (
        hosts("non_responsive"),
        lambda bench: {**asked(bench), "evidence": [said("fencing", "fenced", hosts=["hv-a1"])]},
        "fencing: fenced hv-a1, said by hook-7 at ",
    ),
    "an inactive domain": (domain_is("inactive"), asked, "with hosts hv-a1 (up), hv-a2 (up); they may still write"),
    "nobody there": (
        nothing,
        lambda bench: asked(bench, url="http://127.0.0.1:9/ovirt-engine/api"),
        "engine http://127.0.0.1:9/ovirt-engine/api could not be asked: ",
    ),
    "the wrong password": (nothing, lambda bench: asked(bench, password="guess"), "could not be asked: Sign-in of"),
    "an engine that never had it": (
        lambda bench: bench.twin.site("primary").tables["storage_domain"].pop(DATA_WEB),
        asked,
        "does not know the domain, so it cannot tell who uses it",
    ),
}


@pytest.mark.parametrize(("prepare", "given", "words"), USELESS.values(), ids=USELESS)
def test_what_shows_nothing_takes_no_domain(
    bench: Bench, prepare: Prepare, given: t.Callable[[Bench], Given], words: str
) -> None:
    """Refused before the first write, although the metadata could not be read yet; a statement passes beside it."""
    prepare(bench)
    refused = take(bench, **given(bench))
    assert refused["failed"]
    for told in (f"domain {DATA_WEB}: it is not shown that no other side uses it", words, "takeover: {confirmed_by"):
        assert told in refused["msg"]
    assert bench.writes() == []
    assert "guess" not in str(refused)
    taken = take(bench, takeover=TAKEOVER, **given(bench))
    assert not taken.get("failed"), taken["msg"]
    assert words in taken["guards"][0]["of_no_use"][0]


def test_evidence_about_some_domains_is_none_about_others(bench: Bench) -> None:
    result = take(bench, "data-web", "data-db", evidence=[said("array", "promoted", domains=[DATA_WEB])])
    assert result["failed"]
    assert (result["active"], result["done"]["import"]) == ([DATA_WEB], [DATA_WEB, DATA_DB])
    assert [(one["id"], one["marked"], one["passed"]) for one in result["guards"]] == [
        (DATA_WEB, True, True),
        (DATA_DB, True, False),
    ]
    (failure,) = result["failures"]
    assert f"Domain {DATA_DB}: its metadata says that another data center uses it" in failure["message"]


def test_a_known_domain_without_evidence_is_refused_before_the_first_write(bench: Bench) -> None:
    """It is known since an earlier run, so its metadata is read for the plan, in check mode too."""
    assert take(bench)["failed"]
    bench.forget()
    for check in (True, False):
        refused = take(bench, "data-web", "data-db", check=check)
        assert refused["failed"]
        assert f"domain {DATA_WEB}: its metadata says that another data center uses it" in refused["msg"]
        assert DATA_DB not in refused["msg"]
    assert bench.writes() == []
    # As best effort it fails alone; the other one is imported, and then refused likewise.
    domains = [{**wanted("data-web")[0], "required": False}, *wanted("data-db")]
    alone = take(bench, domains=domains, evidence=[said("array", "promoted", domains=[DATA_DB])])
    assert not alone.get("failed"), alone["msg"]
    assert [(one["name"], one["required"]) for one in alone["failures"]] == [(DATA_WEB, False)]
    assert alone["active"] == [DATA_DB]


def test_check_mode_tells_what_only_an_import_can_show(bench: Bench) -> None:
    told = take(bench, check=True)
    (sentence,) = told["not_proven"]
    assert sentence == (
        f"whether the metadata of {DATA_WEB} names another data center, before it is imported; without evidence it is "
        "not attached then"
    )
    assert (told["guards"][0]["marked"], told["guards"][0]["passed"]) == (None, False)
    stated = take(bench, check=True, takeover=TAKEOVER)
    assert (stated["not_proven"], stated["guards"][0]["passed"]) == ([], True)


def test_no_mark_needs_no_evidence_but_a_live_side_forbids(bench: Bench) -> None:
    bench.quiet_primary()
    assert not bench.detach("data-web").get("failed")
    result = take(bench, **asked(bench))
    assert not result.get("failed"), result["msg"]
    assert (result["guards"][0]["marked"], result["guards"][0]["passed"]) == (False, True)
    assert not bench.writes("iscsilogin")


WRONG: list[tuple[Given, tuple[str, ...]]] = [
    ({"evidence": [{**said("array", "promoted"), "said_by": " "}]}, ("evidence[1]", "'said_by' must not be empty")),
    ({"evidence": [{**said("array", "promoted"), "at": "today"}]}, ("'at' is 'today'", "time zone")),
    ({"evidence": [{**said("array", "promoted"), "at": "2026-11-21T03:12:00"}]}, ("with a time zone",)),
    ({"evidence": [said("array", "fenced")]}, ("'says' is fenced", "promoted, replicating")),
    ({"evidence": [said("fencing", "fenced")]}, ("'hosts' is needed",)),
    ({"evidence": [said("rumour", "promoted")]}, ("kind", "rumour")),
    ({"evidence": [said("array", "promoted")], "evidence_max_age": 0}, ("evidence_max_age must be more than 0",)),
    ({"other_engine": {"username": "x", "password": "y"}}, ("other_engine: 'url' is needed",)),
    ({"takeover": {"confirmed_by": "Ada", "reason": " "}}, ("takeover: reason must not be empty",)),
]


@pytest.mark.parametrize(("given", "words"), WRONG, ids=lambda value: "" if isinstance(value, dict) else value[0])
def test_what_makes_no_sense_is_refused(bench: Bench, given: Given, words: tuple[str, ...]) -> None:
    refused = take(bench, **given)
    assert refused["failed"]
    assert all(word in refused["msg"] for word in words), refused["msg"]
    assert bench.writes() == []


def test_the_engine_that_takes_over_is_no_witness(bench: Bench) -> None:
    """It would say of what it just imported that it is unattached."""
    assert take(bench)["failed"]
    bench.forget()
    refused = take(bench, other_engine=bench.auth("recovery"))
    assert refused["failed"]
    assert "is the engine that takes over; name the one of the other side" in refused["msg"]
    assert not bench.writes(ATTACH)
