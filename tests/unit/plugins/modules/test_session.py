# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens that expire, secrets that are never told, and what a result and its journal hold."""

from __future__ import annotations

import json
import pathlib
import typing as t
from collections import Counter

import pytest
import requests
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.journal import read
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import PASSWORD, USERNAME
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import (
    REGISTER,
    RUN_ID,
    Bench,
    Estate,
    Result,
    mappings,
)

SIGN_IN = "/ovirt-engine/sso/oauth/token"
CHAP = "chap-s3cret-of-the-lun"


def token_of(bench: Bench) -> str:
    url = bench.twin.url("recovery").removesuffix("/ovirt-engine/api") + SIGN_IN
    form = {"grant_type": "password", "scope": "ovirt-app-api", "username": USERNAME, "password": PASSWORD}
    answer = requests.post(url, data=form, headers={"Accept": "application/json"}, timeout=10)
    return str(answer.json()["access_token"])


def expire(bench: Bench, nth: int) -> None:
    """The nth register finds the token expired; so does everything that is sent with it from there on."""
    rule = {"action": "status", "method": "POST", "path": REGISTER, "status": 401, "nth": nth}
    bench.twin.fail(rule, "recovery")


def test_a_password_renews_the_token_in_the_middle(bench: Bench) -> None:
    bench.ready("templates")
    expire(bench, 5)
    result = bench.register("app*", "web*", "mail01")
    assert not result.get("failed"), result["msg"]
    assert result["counts"]["done"] == 8
    sign_ins = [one for one in bench.twin.requests("recovery") if one.path.startswith(SIGN_IN)]
    assert len(sign_ins) == 2


def test_a_lone_token_that_expires_ends_in_one_error_and_a_rerun_completes(
    bench: Bench, tmp_path: pathlib.Path
) -> None:
    bench.ready("templates")
    token, journal = token_of(bench), tmp_path / "journal.jsonl"
    expire(bench, 5)
    lone = {"url": bench.twin.url("recovery"), "token": token}
    result = bench.register("app*", "web*", "mail01", auth=lone, journal=str(journal), concurrency=1)
    assert result["failed"]
    assert result["msg"].count("does not accept the token that was given") == 1
    assert "Get a new token" in result["msg"]
    assert result["stopped"] != ""
    assert (result["counts"]["not_run"], sum(result["counts"].values())) == (3, 8)
    assert len(bench.names("vm")) == 4
    assert Counter(line["event"] for line in read(str(journal)))["end"] == 8

    bench.twin.no_faults()
    again = bench.register("app*", "web*", "mail01", auth={**lone, "token": token_of(bench)}, journal=str(journal))
    assert not again.get("failed"), again["msg"]
    assert again["counts"]["done"] == 4
    assert sorted(bench.imports().values()) == [1] * 8


def test_a_given_token_is_not_signed_out(bench: Bench) -> None:
    token = token_of(bench)
    auth = {"url": bench.twin.url("recovery"), "token": token}
    for _turn in range(2):
        bench.done("unregistered_info", auth=auth, data_center="Recovery")
    paths = [one.path for one in bench.twin.requests("recovery")]
    assert sum(path.startswith(SIGN_IN) for path in paths) == 1
    assert not any(path.startswith("/ovirt-engine/services/") for path in paths)


def test_what_signed_in_signs_out(bench: Bench) -> None:
    bench.done("unregistered_info", data_center="Recovery")
    paths = [one.path for one in bench.twin.requests("recovery")]
    assert sum(path.startswith("/ovirt-engine/services/") for path in paths) == 1


# -- secrets


def said(result: Result) -> str:
    """Everything a result says; what Ansible repeats of the arguments must not hold secrets either."""
    return json.dumps(result)


def chap_mappings(estate: Estate) -> dict[str, t.Any]:
    mapped = mappings(estate)
    mapped["luns"][0]["to"].update(username="chap-user", password=CHAP)
    return mapped


def test_no_secret_is_told_when_all_goes_well(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.ready("templates")
    journal, token = tmp_path / "journal.jsonl", token_of(bench)
    given = {"mappings": chap_mappings(bench.twin.estate), "journal": str(journal)}
    result = bench.register("file01", auth=bench.auth(token=token), **given)
    assert not result.get("failed"), result["msg"]
    (sent,) = bench.writes(REGISTER)
    assert f"<password>{CHAP}</password>" in sent.body
    for text in (said(result), journal.read_text(encoding="utf-8")):
        for secret in (CHAP, token):
            assert secret not in text


@pytest.mark.parametrize(
    "echo",
    [
        {"action": "status", "status": 400, "body": "<fault><detail>[{0}]</detail><reason>{0}</reason></fault>"},
        {"action": "status", "status": 500, "body": "<html><body>{0}</body></html>"},
        {"action": "status", "status": 503, "body": "<html><body>{0}</body></html>", "times": 9},
        {"action": "truncate", "times": 9},
        {"action": "status", "status": 302, "body": "{0}"},
    ],
    ids=["fault", "page", "proxy", "cut", "redirect"],
)
def test_no_secret_is_told_when_an_answer_repeats_it(
    bench: Bench, tmp_path: pathlib.Path, echo: dict[str, t.Any]
) -> None:
    """An engine, or a proxy, that puts what it was sent into its error text."""
    bench.ready("templates")
    secret, journal = "pa55-of-the-admin", tmp_path / "journal.jsonl"
    accounts = bench.twin._servers["recovery"].accounts
    accounts._password = secret
    try:
        token = "t0ken-" + "of-the-session" * 3
        accounts._tokens[token] = float("inf")
        words = f"{secret} {token} {CHAP}"
        rule = {**echo, "body": echo.get("body", "").format(words)} if "body" in echo else echo
        bench.twin.fail({"method": "POST", "path": REGISTER, **rule}, "recovery")
        given = {"mappings": chap_mappings(bench.twin.estate), "journal": str(journal)}
        auth = {"url": bench.twin.url("recovery"), "username": USERNAME, "password": secret, "token": token}
        result = bench.register("file01", auth=auth, best_effort=["*"], **given)
    finally:
        accounts._password = PASSWORD
    assert len(bench.writes(REGISTER)) >= 1
    for text in (said(result), journal.read_text(encoding="utf-8")):
        for hidden in (secret, token, CHAP):
            assert hidden not in text


# -- the journal


def test_the_journal_has_a_line_per_begin_and_end_with_the_engines_ids(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.ready("templates")
    journal = tmp_path / "deep" / "journal.jsonl"
    result = bench.register("app01", "db01", journal=str(journal))
    assert result["journal"] == str(journal)
    lines = read(str(journal))
    assert [line["event"] for line in lines].count("plan") == 1
    for event in ("start", "end"):
        assert sorted(line["name"] for line in lines if line["event"] == event) == ["app01", "db01"]
    assert {line["run"] for line in lines} == {RUN_ID}
    marks = {line["correlation_id"] for line in lines if "correlation_id" in line}
    assert marks == {one.correlation_id for one in bench.writes(REGISTER)}
    assert journal.stat().st_mode & 0o777 == 0o600
    assert journal.parent.stat().st_mode & 0o777 == 0o700


def test_correlation_ids_are_short_and_the_same_in_every_run(bench: Bench) -> None:
    bench.ready("templates")
    bench.fail(REGISTER, "status", status=400, body="<fault><detail>[no]</detail></fault>")
    bench.register("app01", run_id=None)
    bench.register("app01", run_id=None)
    first, second = (one.correlation_id for one in bench.writes(REGISTER))
    assert first != second
    assert first.split("-")[1] == second.split("-")[1]
    assert all(len(one) <= 36 for one in (first, second))
