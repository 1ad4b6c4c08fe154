# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control surface: faults that take more than an answer, the clock, latencies, the log's questions."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
import requests
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.clock import Clock
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.faults import ACTIONS, BadRule
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.log import BadQuery
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from lxml import etree

XML = {"Content-Type": "application/xml"}


def vm_id(twin: Twin, name: str = "web02") -> str:
    """The id of a VM of the main site."""
    return next(vm.id for vm in twin.site("primary").all("vm") if vm.name == name)


def status(twin: Twin, name: str = "web02") -> str:
    """A VM's status as the site holds it."""
    return str(twin.site("primary").tables["vm"][vm_id(twin, name)].data["status"])


def start(twin: Twin, session: requests.Session, name: str = "web02", body: str = "<action/>") -> requests.Response:
    """A start call."""
    return session.post(f"{twin.url('primary')}/vms/{vm_id(twin, name)}/start", data=body, headers=XML, timeout=10)


def control(twin: Twin, what: str, data: object = None, **query: str) -> requests.Response:
    """Asks, or with data tells, the control address of the main site."""
    address = f"{twin.url('primary').removesuffix('/ovirt-engine/api')}/_twin/{what}"
    if data is None:
        return requests.get(address, params=query, timeout=10)
    return requests.post(address, json=data, timeout=10)


def token(twin: Twin, session: requests.Session) -> str:
    """Signs in; the session has no Basic credentials afterwards."""
    form = {"grant_type": "password", "scope": "ovirt-app-api", "username": twin.username, "password": twin.password}
    address = twin.url("primary").removesuffix("/api") + "/sso/oauth/token"
    answer = session.post(address, data=form, headers={"Accept": "application/json"}, timeout=5)
    session.auth = None
    return str(answer.json()["access_token"])


@pytest.mark.parametrize(("action", "became"), [("die_before", "down"), ("die_after", "wait_for_launch")])
def test_an_engine_dies_and_comes_back(twin: Twin, session: requests.Session, action: str, became: str) -> None:
    bearer = {"Authorization": f"Bearer {token(twin, session)}"}
    assert session.get(twin.url("primary"), headers=bearer, timeout=5).status_code == 200
    session.auth = (twin.username, twin.password)
    twin.fail({"action": action, "path": "/start$", "nth": 2, "seconds": 0, "site": "primary"})
    assert start(twin, session, "web03").status_code == 200
    with pytest.raises(requests.ConnectionError):
        start(twin, session)
    assert status(twin) == became
    with pytest.raises(requests.ConnectionError):
        session.get(twin.url("primary"), timeout=5)
    assert session.get(twin.url("recovery"), timeout=5).status_code == 200
    twin.live("primary")
    assert session.get(twin.url("primary"), timeout=5).status_code == 200
    session.auth = None
    assert session.get(twin.url("primary"), headers=bearer, timeout=5).status_code == 401
    assert [entry.fault for entry in twin.requests("primary", path="/start")] == ["", action]


def test_a_dead_engine_is_back_when_its_time_has_come(twin: Twin, session: requests.Session) -> None:
    assert control(twin, "die", 300).status_code == 200
    with pytest.raises(requests.ConnectionError):
        session.get(twin.url("primary"), timeout=5)
    twin.clock.forward(300)
    assert session.get(twin.url("primary"), timeout=5).status_code == 200


def test_what_was_under_way_when_the_engine_died_is_never_done() -> None:
    """A register that waits for its job is cut off, and its job is of unknown outcome."""
    with Twin(profile="engine-4.5", pace=1.0) as twin, requests.Session() as session:
        session.auth = (twin.username, twin.password)
        outcome: list[object] = []

        def attempt() -> None:
            try:
                outcome.append(start(twin, session).status_code)
            except requests.ConnectionError:
                outcome.append("cut")

        twin.fail({"action": "delay", "path": "/start$", "seconds": 1000})
        thread = threading.Thread(target=attempt)
        thread.start()
        until = time.monotonic() + 10
        while not twin.stats("primary")["open"] and time.monotonic() < until:
            time.sleep(0.005)
        site = twin.site("primary")
        with site.lock:
            job = site.job("Importing VM", "c", "started")
        twin.die("primary")
        thread.join(timeout=10)
        assert outcome == ["cut"]
        assert status(twin) == "down"
        assert job.data["status"] == "unknown"
        assert twin.errors == []


def test_reset_brings_a_dead_engine_back(twin: Twin, session: requests.Session) -> None:
    twin.die("primary")
    twin.reset()
    assert session.get(twin.url("primary"), timeout=5).status_code == 200


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [("<action/>", 200, "complete"), ("<action><async>true</async></action>", 202, "in_progress")],
)
def test_a_job_that_fails_behind_the_answer(
    twin: Twin, session: requests.Session, body: str, code: int, said: str
) -> None:
    twin.fail({"action": "job_failure", "path": "/start$", "seconds": 20})
    answer = start(twin, session, body=body)
    action = etree.fromstring(answer.content)
    assert (answer.status_code, action.findtext("status")) == (code, said)
    job = f"{twin.url('primary')}/jobs/{action.find('job').get('id')}"
    assert etree.fromstring(session.get(job, timeout=5).content).findtext("status") == "started"
    twin.clock.forward(20)
    assert etree.fromstring(session.get(job, timeout=5).content).findtext("status") == "failed"
    assert status(twin) == "down"
    assert start(twin, session).status_code == 200


def test_a_job_failure_of_what_answers_with_an_entity_is_a_refusal(twin: Twin, session: requests.Session) -> None:
    twin.fail({"action": "job_failure", "method": "POST", "path": "/storageconnections$"})
    body = "<storage_connection><type>nfs</type><address>a</address><path>/p</path></storage_connection>"
    answer = session.post(twin.url("primary") + "/storageconnections", data=body, headers=XML, timeout=5)
    assert (answer.status_code, "[Internal Engine Error]" in answer.text) == (400, True)
    jobs = session.get(twin.url("primary") + "/jobs", timeout=5).text
    assert "<status>failed</status>" in jobs


def test_every_action_is_taken(twin: Twin) -> None:
    for action in ACTIONS:
        twin.fail({"action": action, "path": "/nothing"})


@pytest.mark.parametrize(
    "rule",
    [
        {"action": "status", "status": "400"},
        {"action": "delay", "seconds": "long"},
        {"action": "status", "nth": True},
        {"action": "status", "path": 3},
        {"action": "status", "site": "elsewhere"},
    ],
)
def test_a_rule_with_a_wrong_value_is_told(twin: Twin, rule: dict[str, Any]) -> None:
    assert "error" in control(twin, "fail", rule).json()
    with pytest.raises(BadRule):
        twin.fail(rule)


def test_the_clock_runs_faster_and_leaps() -> None:
    with Twin(clock=Clock(speed=50.0)) as twin, requests.Session() as session:
        session.auth = (twin.username, twin.password)
        before = time.monotonic()
        twin.fail({"action": "delay", "seconds": 20, "path": "/api$"})
        assert session.get(twin.url("primary"), timeout=5).status_code == 200
        assert 0.4 <= time.monotonic() - before < 5
        assert control(twin, "clock").json()["speed"] == 50.0
        assert control(twin, "clock", {"speed": 1, "forward": 1000}).json()["seconds"] > 1000
        start_ = twin.clock.now()
        time.sleep(0.02)
        assert twin.clock.now() - start_ < 1


def test_a_leap_wakes_who_waits(twin: Twin, session: requests.Session) -> None:
    twin.fail({"action": "delay", "seconds": 1000, "path": "/api$"})
    thread = threading.Thread(target=lambda: session.get(twin.url("primary"), timeout=30))
    thread.start()
    until = time.monotonic() + 10
    while not twin.stats("primary")["open"] and time.monotonic() < until:
        time.sleep(0.005)
    while thread.is_alive() and time.monotonic() < until:
        control(twin, "clock", {"forward": 1000})
        thread.join(0.05)
    assert not thread.is_alive()


def test_tokens_end_with_the_clock(session: requests.Session) -> None:
    with Twin(token_seconds=600) as twin:
        session.auth = (twin.username, twin.password)
        bearer = {"Authorization": f"Bearer {token(twin, session)}"}
        assert session.get(twin.url("primary"), headers=bearer, timeout=5).status_code == 200
        twin.clock.forward(600)
        assert session.get(twin.url("primary"), headers=bearer, timeout=5).status_code == 401


@pytest.mark.parametrize(
    ("what", "data", "words"),
    [
        ("clock", {"speed": 0}, "speed must be from"),
        ("clock", {"speed": "fast"}, "speed must be 0 or more"),
        ("clock", {"forward": -1}, "forward must be 0 or more"),
        ("clock", {}, "the clock takes"),
        ("clock", [1], "the clock takes"),
        ("latency", "soon", "'soon' is no number"),
        ("die", "now", "seconds must be 0 or more"),
        ("fail", "nonsense", "is none of"),
    ],
)
def test_what_makes_no_sense_is_told(twin: Twin, what: str, data: object, words: str) -> None:
    answer = control(twin, what, data)
    assert answer.status_code == 400
    assert words in answer.json()["error"]


def test_an_unknown_control_is_told(twin: Twin) -> None:
    assert (control(twin, "nothing").status_code, "no such control" in control(twin, "nothing").text) == (404, True)


def test_the_latency_can_change(twin: Twin, session: requests.Session) -> None:
    assert control(twin, "latency", "uniform:0.1:0.2").status_code == 200
    session.get(twin.url("primary"), timeout=5)
    assert twin.requests("primary")[-1].seconds >= 0.1
    control(twin, "latency", 0)
    session.get(twin.url("primary"), timeout=5)
    assert twin.requests("primary")[-1].seconds < 0.1


def test_the_log_answers_questions(twin: Twin, session: requests.Session) -> None:
    token(twin, session)
    session.auth = (twin.username, twin.password)
    session.get(twin.url("primary") + "/vms?max=1", headers={"Correlation-Id": "mine"}, timeout=5)
    start(twin, session)
    start(twin, session)

    def numbers(**wanted: str) -> list[int]:
        found = [entry.n for entry in twin.requests("primary", **wanted)]
        assert [entry["n"] for entry in control(twin, "requests", **wanted).json()] == found
        return found

    assert numbers() == [1, 2, 3, 4]
    assert numbers(kind="sign-in") == [1]
    assert numbers(kind="read") == [2]
    assert numbers(kind="write") == [3, 4]
    assert numbers(method="POST", path="/start$") == [3, 4]
    assert numbers(status="409") == [4]
    assert numbers(correlation_id="mine", path=r"max=1") == [2]
    assert numbers(after="2", status="200") == [3]
    assert numbers(fault="delay") == []


@pytest.mark.parametrize("wanted", [{"colour": "red"}, {"path": "("}, {"after": "x"}, {"kind": "both"}])
def test_a_question_that_makes_no_sense_is_told(twin: Twin, wanted: dict[str, str]) -> None:
    with pytest.raises(BadQuery):
        twin.requests("primary", **wanted)
    assert control(twin, "requests", **wanted).status_code == 400
