# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing in, renewing, signing out, and keeping secrets."""

from __future__ import annotations

import json
import threading
import time
import traceback
import typing as t
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import errors
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.auth import Credentials
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.module_utils.engine.scripted import (
    API,
    LOGOUT,
    RESET,
    TOKEN,
    Asked,
    FakeClock,
    Reply,
    Server,
    json_reply,
)

Connect = t.Callable[..., Client]
VMS = Reply(body=b"<vms><vm id='1'/></vms>")
EXPIRED = Reply(401, b"<html><body>invalid_grant: The grant has expired.</body></html>", "text/html;charset=UTF-8")
PASSWORD = "s3cret%&word"


def sign_ins(server: Server) -> list[Asked]:
    return [asked for asked in server.asked if asked.path == TOKEN]


def sign_outs(server: Server) -> list[dict[str, str]]:
    return [dict(urllib.parse.parse_qsl(asked.body.decode())) for asked in server.asked if asked.path == LOGOUT]


def accepts(server: Server, *tokens: str) -> None:
    """The API takes these tokens only."""

    def check(asked: Asked) -> Reply | None:
        wanted = {f"Bearer {token}" for token in tokens}
        return EXPIRED if asked.path.startswith(API) and asked.headers.get("authorization") not in wanted else None

    server.on_request = check


def test_password_sign_in_and_sign_out(server: Server, connect: Connect) -> None:
    server.answer("GET", "/vms", VMS)
    with connect(username="admin@ovirt@internalsso") as client:
        assert sign_ins(server) == []
        client.get("/vms")
        client.get("/vms")
    (asked,) = sign_ins(server)
    assert asked.headers["accept"] == "application/json"
    assert dict(urllib.parse.parse_qsl(asked.body.decode())) == {
        "grant_type": "password",
        "scope": "ovirt-app-api",
        "username": "admin@ovirt@internalsso",
        "password": PASSWORD,
    }
    assert sign_outs(server) == [{"scope": "ovirt-app-api", "token": "token-1"}]
    assert client.warnings == []
    client.close()
    assert len(sign_outs(server)) == 1


def test_a_given_token_is_used_and_left_valid(server: Server, connect: Connect) -> None:
    server.answer("GET", "/vms", VMS)
    accepts(server, "t0ken")
    with connect(token="t0ken", password=None) as client:
        client.get("/vms")
    assert sign_ins(server) == []
    assert sign_outs(server) == []


def test_an_unused_client_asks_nothing(server: Server, connect: Connect) -> None:
    connect().close()
    assert server.asked == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_expired_token_is_renewed_once(server: Server, connect: Connect, method: str) -> None:
    server.answer(method, "/vms/1/start", Reply(body=b"<action/>"))
    accepts(server, "token-1")
    with connect(token="t0ken") as client:
        client.get("/vms/1/start") if method == "GET" else client.post("/vms/1/start")
    assert [asked.headers["authorization"] for asked in server.seen(method)] == ["Bearer t0ken", "Bearer token-1"]
    assert sign_outs(server) == [{"scope": "ovirt-app-api", "token": "token-1"}]


def test_threads_renew_together(server: Server, connect: Connect) -> None:
    everybody = threading.Barrier(16, timeout=10)

    def check(asked: Asked) -> Reply | None:
        if asked.headers.get("authorization") != "Bearer t0ken":
            return None
        everybody.wait()
        return EXPIRED

    server.answer("GET", "/vms", VMS)
    server.on_request = check
    client = connect(token="t0ken", concurrency=16)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _number: client.get("/vms"), range(16)))
    assert len(sign_ins(server)) == 1


def test_a_lone_token_that_expired_ends_clearly(server: Server, connect: Connect) -> None:
    accepts(server)
    client = connect(token="t0ken", password=None)
    with pytest.raises(errors.TokenExpired) as caught:
        client.post("/vms/1/start", subject="VM web01")
    for words in ("VM web01", "401 on POST /vms/1/start", "was not carried out", "goes on where it stopped"):
        assert words in str(caught.value)
    assert len(server.seen("POST")) == 1
    assert caught.value.failure()["kind"] == "token_expired"


def test_a_fresh_token_that_is_refused(server: Server, connect: Connect) -> None:
    accepts(server)
    with pytest.raises(errors.SignInFailed, match=r"401.*grant has expired"):
        connect().get("/vms")
    assert len(sign_ins(server)) == 2
    assert len(server.seen("GET")) == 2


@pytest.mark.parametrize(
    ("said", "code", "detail"),
    [
        ({"error_code": "access_denied", "error": "Cannot authenticate.."}, "access_denied", "Cannot authenticate"),
        ({"error": "access_denied", "error_description": "Locked."}, "access_denied", "Locked"),
        ([{"error": "invalid_grant", "error_description": "Old."}, {"error": "x"}], "invalid_grant", "Old"),
        ({"error": "server_error"}, "server_error", "no reason given"),
    ],
)
def test_refused_sign_in(server: Server, connect: Connect, said: object, code: str, detail: str) -> None:
    server.answer("POST", TOKEN, json_reply(400, said))
    with pytest.raises(errors.SignInFailed) as caught:
        connect().get("/vms")
    assert (caught.value.code, caught.value.detail) == (code, detail)
    for words in ("admin@internal", server.url, code, detail):
        assert words in str(caught.value)
    assert ("the account" in str(caught.value)) == (code != "server_error")


def test_a_wrong_password_is_tried_once(server: Server, connect: Connect) -> None:
    """Each further try brings the account nearer to being locked."""
    server.answer("POST", TOKEN, json_reply(400, {"error_code": "access_denied", "error": "No."}))
    client = connect(concurrency=16)

    def attempt(_number: int) -> type[Exception]:
        with pytest.raises(errors.SignInFailed) as caught:
            client.get("/vms")
        return caught.type

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(attempt, range(32))) == {errors.SignInFailed}
    assert len(sign_ins(server)) == 1
    assert sign_outs(server) == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Reply(404, b"<html><body>Not Found</body></html>", "text/html"), "Not Found"),
        (Reply(302, b"", "", {"Location": "https://other.example/x?secret=1"}), "https://other.example/x"),
        (Reply(200, b"{}", "application/json"), "token"),
        (Reply(200, b"[1]", "application/json"), "token"),
    ],
)
def test_no_engine_there(server: Server, connect: Connect, answer: Reply, words: str) -> None:
    server.answer("POST", TOKEN, answer)
    with pytest.raises(errors.UnexpectedAnswer, match=words) as caught:
        connect().get("/vms")
    assert "secret=1" not in str(caught.value)


def test_sign_in_is_repeated_while_the_engine_starts(server: Server, connect: Connect) -> None:
    starting = Reply(503, b"<html>Starting</html>", "text/html")
    server.answer("GET", "/vms", VMS)
    server.answer("POST", TOKEN, starting, RESET, json_reply(200, {"access_token": "late"}))
    client = connect()
    assert len(client.get("/vms")) == 1
    server.answer("POST", TOKEN, starting)
    with pytest.raises(errors.Unreachable, match="503"):
        connect().get("/vms")


@pytest.mark.parametrize("answer", [RESET, Reply(500, b"", ""), json_reply(200, {"error": "x"})])
def test_a_failed_sign_out_is_a_warning(server: Server, connect: Connect, clock: FakeClock, answer: Reply) -> None:
    server.answer("GET", "/vms", VMS)
    server.answer("POST", LOGOUT, answer)
    client = connect()
    client.get("/vms")
    client.close()
    (warning,) = client.warnings
    assert "Sign-out" in warning
    assert "token-1" not in warning
    assert clock.slept == []


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "ümlaut"])
def test_a_token_that_cannot_be_one(connect: Connect, token: str) -> None:
    with pytest.raises(errors.BadInput, match="token") as caught:
        connect(token=token)
    assert token not in str(caught.value)


def test_no_secret_is_ever_shown(server: Server, connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever goes wrong, and even if the engine prints them back."""
    token = "t0p+secret/token"
    printed = f"s3cret%&amp;word {token} {urllib.parse.quote(token, safe='')}"
    echo = Reply(409, f"<fault><detail>{printed}</detail></fault>".encode())
    page = Reply(500, f"<html><body>{PASSWORD} {token}</body></html>".encode(), "text/html")
    refused = json_reply(400, {"error": "access_denied", "error_description": f"not {PASSWORD}"})
    server.answer("POST", "/vms", echo, page, RESET, Reply(301, b"", "", {"Location": f"/x?{token}"}), EXPIRED)
    server.answer("POST", TOKEN, refused)
    client = connect(token=token)
    shown = [repr(client), repr(client._session.__class__)]
    kinds = set()
    for _turn in range(5):
        with pytest.raises(errors.EngineError) as caught:
            client.post("/vms", subject="VM web01")
        error = caught.value
        kinds.add(error.kind)
        shown += [str(error), repr(error), json.dumps(error.failure()), "".join(traceback.format_exception(error))]
    assert kinds == {"fault", "lost_answer", "unexpected_answer", "sign_in_failed"}
    credentials = Credentials(server.url, "admin@internal", PASSWORD, token, ca_content="-----BEGIN")
    shown += [repr(credentials), str(credentials), caplog.text]
    for text in shown:
        for secret in (PASSWORD, token, "s3cret", "t0p", "-----BEGIN"):
            assert secret not in text


def test_client_cpu_per_request(server: Server, connect: Connect) -> None:
    """A small request costs well below 2 ms of this process, the test's own server included."""
    server.answer("GET", "/vms", VMS)
    client = connect(token="t0ken")
    client.get("/vms")
    begin = time.process_time()
    for _turn in range(200):
        client.get("/vms")
    assert (time.process_time() - begin) / 200 < 0.004
