# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sign-in, versions, unknown paths, search and media types: recorded request lines sent to the twin."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests

Recordings = Callable[[str], dict[int, Any]]
SIGN_IN = [2, 3, 4, 5, 6, 8, 9, 10, 11, 13, 14, 18]


@pytest.mark.parametrize("number", [1, 12, 15, 16, 130, *SIGN_IN])
def test_token_request(recordings: Recordings, primary: Any, number: int) -> None:
    record = recordings("01-auth")[number]
    body = record["request"].replace("PASSWORD", "wrong" if number == 2 else "twin")
    headers = {
        key: record["request_headers"][key] for key in ("Accept", "Content-Type") if key in record["request_headers"]
    }
    headers.setdefault("Accept", None)
    answer = requests.post(primary.root + "/ovirt-engine/sso/oauth/token", data=body, headers=headers, timeout=10)
    theirs, ours = json.loads(record["response"]), answer.json()
    assert answer.status_code == record["status"]
    assert set(ours) == set(theirs)
    if record["status"] == 400:
        assert ours == theirs


@pytest.mark.parametrize("number", [30, 33, 37, 38])
def test_refused_sign_in(recordings: Recordings, primary: Any, number: int) -> None:
    record = recordings("01-auth")[number]
    given = {30: None, 33: "Foo x", 37: "Basic YWRtaW5AaW50ZXJuYWw6d3Jvbmc=", 38: "Basic xx"}[number]
    headers = {"Accept": "application/xml"} | ({"Authorization": given} if given else {})
    answer = requests.get(primary.root + "/ovirt-engine/api", headers=headers, timeout=10)
    assert (answer.status_code, answer.text) == (401, record["response"])
    assert answer.headers["WWW-Authenticate"] == record["response_headers"]["WWW-Authenticate"]
    assert answer.headers["Content-Type"] == record["response_headers"]["Content-Type"]


def test_signed_out_token(recordings: Recordings, primary: Any) -> None:
    record = recordings("01-auth")
    form = {"grant_type": "password", "scope": "ovirt-app-api", "username": "admin@internal", "password": "twin"}
    accept = {"Accept": "application/json"}
    address = primary.root + "/ovirt-engine/sso/oauth/token"
    token = requests.post(address, data=form, headers=accept, timeout=10).json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    api = primary.root + "/ovirt-engine/api"
    assert requests.get(api, headers=bearer, timeout=10).status_code == 200
    out = primary.root + "/ovirt-engine/services/sso-logout"
    for _turn in range(2):
        answer = requests.post(out, data={"scope": "ovirt-app-api", "token": token}, headers=accept, timeout=10)
        assert (answer.status_code, answer.text) == (200, record[132]["response"])
    answer = requests.get(api, headers=bearer, timeout=10)
    assert (answer.status_code, answer.text) == (401, record[133]["response"])


SAME_TEXT = [25, 26, 27, 28, 29, 44, 45, 46, 51, 52, 53, 54, 55, 62, 93, 94]


@pytest.mark.parametrize("number", [*SAME_TEXT, 43, 47, 58, 64, 80, 95, 96, 97, 115, 116, 117, 118, 119])
def test_request_line(recordings: Recordings, primary: Any, number: int) -> None:
    record = recordings("01-auth")[number]
    path = record["path"].removeprefix("/ovirt-engine/api")
    sent = {
        key: value for key, value in record["request_headers"].items() if key in ("Accept", "Version", "Content-Type")
    }
    answer = primary.send(record["method"], path, record["request"] or None, **sent)
    assert answer.status_code == record["status"]
    if number in SAME_TEXT:
        assert "".join(answer.text.split()) == "".join(record["response"].split())
    elif answer.text:
        kind = answer.headers["Content-Type"].split(";")[0]
        assert kind == record["response_headers"]["Content-Type"].split(";")[0]


def test_correlation_id(recordings: Recordings, primary: Any) -> None:
    record = recordings("01-auth")[127]
    sent = record["request_headers"]["Correlation-Id"]
    answer = primary.send("GET", "/datacenters?max=1", **{"Correlation-Id": sent})
    assert answer.headers["Correlation-Id"] == record["response_headers"]["Correlation-Id"]
    assert primary.send("GET", "/datacenters?correlation_id=fromquery").headers["Correlation-Id"] == "fromquery"


@pytest.mark.parametrize(
    ("number", "body"),
    [(104, "<storage_domain><type>nfs"), (105, "not xml at all"), (106, "<foo/>"), (114, "")],
)
def test_unreadable_body(recordings: Recordings, primary: Any, number: int, body: str) -> None:
    record = recordings("01-auth")[number]
    answer = primary.post("/storagedomains", body)
    assert answer.status_code == record["status"]
    assert "<reason>Request syntactically incorrect.</reason>" in answer.text
    assert "<reason>Request syntactically incorrect.</reason>" in record["response"]


@pytest.mark.parametrize(("number", "kind"), [(109, "text/plain"), (110, "")])
def test_media_type(recordings: Recordings, primary: Any, number: int, kind: str) -> None:
    answer = primary.send("POST", "/storagedomains", "<storage_domain/>", **{"Content-Type": kind})
    assert (answer.status_code, answer.text) == (recordings("01-auth")[number]["status"], "")
