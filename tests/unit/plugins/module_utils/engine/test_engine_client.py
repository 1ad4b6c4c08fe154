# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client against a server that drops, cuts, resets and stays silent."""

from __future__ import annotations

import errno
import gzip
import http.client
import pathlib
import re
import socket
import threading
import typing as t
from concurrent.futures import ThreadPoolExecutor

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import errors, transport, xml
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.auth import Credentials
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import READ_POSTS, Client
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.module_utils.engine.scripted import (
    API,
    RESET,
    Asked,
    FakeClock,
    Reply,
    Server,
)
from hypothesis import given
from hypothesis import strategies as st

Connect = t.Callable[..., Client]
VMS = Reply(body=b"<vms><vm id='1'/></vms>")
CUT_BETWEEN_CHUNKS = len(Reply(body=b"<action></action>", chunked=True).encoded()) - len(b"0\r\n\r\n")


def reply_html(status: int, words: str) -> Reply:
    return Reply(status, f"<html><head><title>Error</title></head><body>{words}</body></html>".encode(), "text/html")


# --- what is sent


def test_headers_of_a_read(server: Server, connect: Connect) -> None:
    server.answer("GET", "/vms", VMS)
    root = connect(run_id="abcd1234").get("/vms", query={"search": "name=web 1&x", "max": "5"})
    assert [xml.ident(node) for node in root] == ["1"]
    (asked,) = server.seen("GET")
    assert asked.target == f"{API}/vms?search=name%3Dweb%201%26x&max=5"
    wanted = {
        "accept": "application/xml",
        "version": "4",
        "accept-encoding": "gzip",
        "authorization": "Bearer token-1",
        "correlation-id": "abcd1234",
    }
    assert {name: asked.headers.get(name) for name in wanted} == wanted
    assert "content-type" not in asked.headers


def test_body_and_content_type_of_writes(server: Server, connect: Connect) -> None:
    server.answer("PUT", "/vms/1", Reply(body=b"<vm id='1'/>"))
    server.answer("POST", "/vms/1/start", Reply(body=b"<action><status>complete</status></action>"))
    server.answer("DELETE", "/vms/1", Reply(202, b"", ""))
    client = connect()
    assert client.put("/vms/1", xml.element("vm", xml.element("name", text="ä"))) is not None
    assert client.post("/vms/1/start") is not None
    assert client.delete("/vms/1", query={"async": "true"}) is None
    put, post, delete = server.seen("PUT") + server.seen("POST") + server.seen("DELETE")
    assert put.body == "<vm><name>ä</name></vm>".encode()
    assert put.headers["content-type"] == "application/xml"
    assert post.body == b"<action/>"
    assert post.headers["content-type"] == "application/xml"
    assert delete.body == b""
    assert delete.target.endswith("/vms/1?async=true")
    assert (client.counts.reads, client.counts.writes) == (0, 3)


def test_matrix_parameters_and_hrefs_pass(server: Server, connect: Connect) -> None:
    client = connect()
    for path in ("/storagedomains/1/vms;unregistered", f"{API}/jobs/1", "/vms/a b"):
        with pytest.raises(errors.Fault):
            client.get(path)
    assert [asked.target for asked in server.seen("GET")] == [
        f"{API}/storagedomains/1/vms;unregistered",
        f"{API}/jobs/1",
        f"{API}/vms/a%20b",
    ]


@given(st.text(max_size=80))
def test_correlation_id_is_what_the_engine_keeps(step: str) -> None:
    client = Client(Credentials("http://127.0.0.1:1/ovirt-engine/api", token="x"), run_id="0123abcd")
    mark = client.correlation_id(step)
    assert re.fullmatch(r"0123abcd-[0-9A-Za-z_-]{1,27}", mark)
    assert mark == client.correlation_id(step) != client.correlation_id(step + ".")


def test_step_makes_the_correlation_id(server: Server, connect: Connect) -> None:
    server.answer("POST", "/vms/1/start", Reply(body=b"<action/>"))
    client = connect()
    client.post("/vms/1/start", step="start web01")
    assert server.seen("POST")[0].headers["correlation-id"] == client.correlation_id("start web01")


def test_run_id_is_made_or_checked(connect: Connect) -> None:
    assert re.fullmatch("[0-9a-z]{8}", connect().run_id)
    assert connect().run_id != connect().run_id
    with pytest.raises(errors.BadInput, match="Upper"):
        connect(run_id="Upper--1")


# --- what comes back


def test_gzip_and_chunks(server: Server, connect: Connect) -> None:
    packed = gzip.compress(b"<vms><vm id='1'/></vms>")
    server.answer("GET", "/vms", Reply(body=packed, headers={"Content-Encoding": "gzip"}, chunked=True))
    client = connect()
    assert len(client.get("/vms")) == 1
    assert client.counts.bytes_in >= len(packed)


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(RESET, id="reset"),
        pytest.param(Reply(send=0, end="close"), id="closed"),
        pytest.param(Reply(send=40, end="close"), id="cut in the head"),
        pytest.param(Reply(body=b"<vms><vm id='1'/>", end="close", framed=False), id="cut XML, length unknown"),
        pytest.param(Reply(body=b"<vms>" + b" " * 500 + b"</vms>", send=300, end="close"), id="cut body"),
        pytest.param(
            Reply(body=b"<vms>" + b" " * 500 + b"</vms>", send=300, end="close", chunked=True), id="cut chunk"
        ),
        pytest.param(
            Reply(body=b"<action></action>", send=CUT_BETWEEN_CHUNKS, end="close", chunked=True),
            id="last chunk missing",
        ),
        pytest.param(
            Reply(body=gzip.compress(b"<vms/>" * 50)[:-9], headers={"Content-Encoding": "gzip"}), id="cut gzip"
        ),
        pytest.param(reply_html(502, "Bad Gateway"), id="502"),
        pytest.param(reply_html(503, "Service Unavailable"), id="503"),
        pytest.param(reply_html(504, "Gateway Timeout"), id="504"),
    ],
)
def test_a_read_is_repeated(server: Server, connect: Connect, clock: FakeClock, first: Reply) -> None:
    server.answer("GET", "/vms", first, first, VMS)
    client = connect(token="t0ken")
    assert len(client.get("/vms")) == 1
    assert len(server.seen("GET")) == 3
    assert client.counts.retried == 2
    assert clock.slept == [0.5, 1.0]


def test_reads_are_not_repeated_for_ever(server: Server, connect: Connect, clock: FakeClock) -> None:
    server.answer("GET", "/vms", RESET)
    with pytest.raises(errors.Unreachable, match=r"GET /vms.*reset"):
        connect(token="t0ken").get("/vms")
    assert clock.slept == [0.5, 1.0, 2.0, 4.0]
    server.answer("GET", "/hosts", reply_html(503, "Service Unavailable"))
    with pytest.raises(errors.Fault, match="503"):
        connect().get("/hosts")


def test_a_silent_engine(server: Server, connect: Connect) -> None:
    server.answer("GET", "/vms", Reply(send=0, end="silent"), VMS)
    server.answer("POST", "/vms/1/start", Reply(send=0, end="silent"))
    client = connect(read_timeout=0.2)
    assert len(client.get("/vms")) == 1
    with pytest.raises(errors.LostAnswer, match=r"no answer within 0.1 s"):
        client.post("/vms/1/start", timeout=0.1)


def test_slow_reads_are_repeated_only_once(server: Server, connect: Connect, clock: FakeClock) -> None:
    def silence(asked: Asked) -> Reply | None:
        if asked.path != f"{API}/vms":
            return None
        clock.time += 120
        return RESET

    server.on_request = silence
    with pytest.raises(errors.Unreachable):
        connect(token="t0ken").get("/vms")
    assert len(server.seen("GET")) == 2


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (RESET, "reset"),
        (Reply(send=0, end="close"), "closed the connection"),
        (Reply(send=40, end="close"), "too early"),
        (Reply(body=b"<action>" + b" " * 500 + b"</action>", send=300, end="close"), "too early"),
        (Reply(body=b"<action>" + b" " * 500 + b"</action>", send=300, end="close", chunked=True), "too early"),
        (Reply(body=b"<action></action>", send=CUT_BETWEEN_CHUNKS, end="close", chunked=True), "too early"),
        (Reply(body=b"<action", framed=False, end="close"), "not well-formed"),
        (Reply(body=b"nothing\x00gzip", headers={"Content-Encoding": "gzip"}), "unpacked"),
        (reply_html(502, "Bad Gateway"), "502 Bad Gateway"),
        (reply_html(503, "Service Unavailable"), "503"),
        (reply_html(504, "Gateway Timeout"), "504"),
        (reply_html(200, "Log in to the hotel network"), "HTML"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_write_is_never_repeated_in_doubt(
    server: Server, connect: Connect, method: str, answer: Reply, why: str
) -> None:
    server.answer(method, "/vms/1/start", answer)
    client = connect()
    call = {
        "POST": lambda: client.post("/vms/1/start", step="s", subject="VM web01"),
        "PUT": lambda: client.put("/vms/1/start", xml.element("vm"), step="s", subject="VM web01"),
        "DELETE": lambda: client.delete("/vms/1/start", step="s", subject="VM web01"),
    }[method]
    with pytest.raises(errors.LostAnswer) as caught:
        call()
    assert len(server.seen(method)) == 1
    lost = caught.value
    assert (lost.method, lost.path, lost.subject) == (method, "/vms/1/start", "VM web01")
    assert why in lost.why
    assert lost.correlation_id == client.correlation_id("s")
    for words in ("VM web01", method, "/vms/1/start", why, lost.correlation_id, "Look at the object"):
        assert words in str(lost)


def test_an_idle_connection_that_was_closed_loses_no_write(server: Server, connect: Connect) -> None:
    server.answer("GET", "/vms", VMS)
    server.answer("POST", "/vms/1/start", Reply(body=b"<action/>"))
    server.answer("DELETE", "/vms/1", Reply(body=b"<action/>"))
    client = connect()
    for _turn in range(3):
        client.get("/vms")
        server.drop_idle()
        assert client.post("/vms/1/start") is not None
        server.drop_idle()
        assert client.delete("/vms/1") is not None
        server.drop_idle()
    assert len(server.seen("POST")) == len(server.seen("DELETE")) == 3
    assert client.counts.retried == 0


def test_writes_use_only_connections_that_were_just_busy(server: Server, connect: Connect, clock: FakeClock) -> None:
    server.answer("GET", "/vms", VMS)
    server.answer("POST", "/vms/1/start", Reply(body=b"<action/>"))
    client = connect()
    client.get("/vms")
    client.post("/vms/1/start")
    clock.time += 10
    client.get("/vms")
    assert server.connections == 1
    clock.time += 10
    client.post("/vms/1/start")
    assert server.connections == 2


@pytest.mark.parametrize("known", [False, True], ids=["new connection", "kept connection"])
def test_a_write_on_a_connection_that_breaks_while_sending_is_in_doubt(
    server: Server, connect: Connect, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    """Nothing tells how much the engine got, so the write is not repeated; the next one has a new connection."""
    server.answer("GET", "/vms", VMS)
    server.answer("PUT", "/vms/1", Reply(body=b"<vm/>"))
    client = connect(token="t0ken")
    if known:
        client.get("/vms")

    def send(connection: http.client.HTTPConnection, data: bytes) -> None:
        if data == b"<vm/>":
            raise OSError(errno.EHOSTUNREACH, "No route to host")
        http.client.HTTPConnection.send(connection, data)

    with monkeypatch.context() as patched:
        patched.setattr(transport._PlainConnection, "send", send, raising=False)
        with pytest.raises(errors.LostAnswer, match="No route to host"):
            client.put("/vms/1", xml.element("vm"))
    assert client.counts.retried == 0
    assert client.put("/vms/1", xml.element("vm")) is not None
    assert server.connections == 2
    assert [asked.body for asked in server.seen("PUT") if asked.body] == [b"<vm/>"]


def test_a_write_that_found_its_connections_closed_was_not_sent(server: Server, connect: Connect) -> None:
    """Another thread's write after a silence closes them; older versions of urllib3 then refuse to take one."""
    server.answer("GET", "/vms", VMS)
    server.answer("PUT", "/vms/1", Reply(body=b"<vm/>"))
    client = connect(token="t0ken")
    client.get("/vms")
    adapter = client._transport._adapter
    assert adapter is not None
    adapter.poolmanager.connection_from_url(server.url).close()
    assert client.put("/vms/1", xml.element("vm")) is not None
    assert client.counts.retried > 0
    assert len(server.seen("PUT")) == 1


def test_a_read_on_a_connection_closed_in_that_moment(server: Server, connect: Connect, clock: FakeClock) -> None:
    server.answer("GET", "/vms", VMS, Reply(send=0, end="close"), VMS)
    client = connect()
    client.get("/vms")
    client.get("/vms")
    assert len(server.seen("GET")) == 3
    assert client.counts.retried == 1
    assert clock.slept == [0.5]


def test_nothing_listens(clock: FakeClock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    client = Client(Credentials(f"http://127.0.0.1:{port}{API}", token="t0ken"), clock=clock)
    with pytest.raises(errors.Unreachable, match=r"refused.*Nothing was done.*Check the address") as caught:
        client.post("/vms/1/start")
    assert caught.value.url.endswith(f":{port}{API}")
    assert clock.slept == [0.5]


def test_unknown_host_is_told_at_once(clock: FakeClock) -> None:
    client = Client(Credentials(f"http://no-such-host.invalid{API}", token="t0ken"), clock=clock)
    with pytest.raises(errors.Unreachable, match=r"no-such-host\.invalid"):
        client.get("/vms")


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "*.ümlaut.example"])
def test_what_is_no_host_name_is_told_at_once(clock: FakeClock, host: str) -> None:
    client = Client(Credentials(f"http://{host}{API}", token="t0ken"), clock=clock)
    with pytest.raises(errors.Unreachable, match="host"):
        client.post("/vms")
    assert clock.slept == []


def test_a_write_waits_for_an_engine_that_restarts(server: Server, connect: Connect, clock: FakeClock) -> None:
    """Refused connections carry nothing: the write is tried again, and done once."""
    server.answer("POST", "/vms/1/start", Reply(body=b"<action/>"))
    client = connect()
    client.post("/vms/1/start")
    server.stop()

    def come_back(seconds: float) -> None:
        clock.slept.append(seconds)
        if seconds == 2.0:
            server.start_again()

    clock.sleep = come_back  # type: ignore[method-assign]
    assert client.post("/vms/1/start") is not None
    assert len(server.seen("POST")) == 2
    assert clock.slept == [0.5, 1.0, 2.0]
    assert client.counts.retried == 3


def test_words_on_a_failure_are_about_that_failure(server: Server, connect: Connect) -> None:
    """Looking after a lost answer is done while that is being handled; what goes wrong then has its own words."""
    server.answer("POST", "/vms/1/start", Reply(send=0, end="silent"))
    server.answer("POST", "/vms/1/stop", RESET)
    client = connect()
    with pytest.raises(errors.LostAnswer, match="no answer within"):
        client.post("/vms/1/start", timeout=0.1)
    try:
        client.post("/vms/1/start", timeout=0.1)
    except errors.LostAnswer:
        with pytest.raises(errors.LostAnswer, match="reset"):
            client.post("/vms/1/stop")


def test_nothing_but_what_was_asked_goes_along(
    server: Server, connect: Connect, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    """No cookie of the engine comes back to it, and no password of a netrc file goes anywhere."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password hunter22\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server.answer("GET", "/vms", Reply(body=VMS.body, headers={"Set-Cookie": "JSESSIONID=1; Path=/"}))
    client = connect()
    client.get("/vms")
    client.get("/vms")
    client.close()
    assert len(server.asked) == 4
    assert all("cookie" not in asked.headers for asked in server.asked)
    assert [asked.headers.get("authorization") for asked in server.asked] == [
        None,
        "Bearer token-1",
        "Bearer token-1",
        None,
    ]


def test_a_redirect_of_a_write_is_not_followed(server: Server, connect: Connect) -> None:
    for place in (f"{server.url}/elsewhere", "http://[::1", ""):
        server.answer("POST", "/vms", Reply(307, b"", "", {"Location": place}))
        with pytest.raises(errors.UnexpectedAnswer, match="redirects"):
            connect().post("/vms", xml.element("vm"))
    assert len(server.seen("POST")) == len(server.seen("POST", "/vms")) == 3


# --- refusals


def test_a_fault_names_everything(server: Server, connect: Connect) -> None:
    body = (
        b"<fault><detail>[Cannot run VM. Related operation is currently in progress.]</detail>"
        b"<reason>Operation Failed</reason></fault>"
    )
    server.answer("POST", "/vms/1/start", Reply(409, body, headers={"Correlation-Id": "echoed"}))
    with pytest.raises(errors.Fault) as caught:
        connect().post("/vms/1/start", subject="VM web01")
    fault = caught.value
    assert (fault.status, fault.reason, fault.subject, fault.correlation_id) == (
        409,
        "Operation Failed",
        "VM web01",
        "echoed",
    )
    for words in ("VM web01", "POST /vms/1/start", "409", "Operation Failed", "Cannot run VM", "echoed", "run again"):
        assert words in str(fault)


def test_a_fault_inside_an_action_that_says_200(server: Server, connect: Connect) -> None:
    body = b"<action><fault><reason>Fence status failed</reason></fault><status>failed</status></action>"
    server.answer("POST", "/hosts/1/fence", Reply(200, body))
    with pytest.raises(errors.Fault, match="Fence status failed") as caught:
        connect().post("/hosts/1/fence")
    assert caught.value.status == 200


def test_a_503_of_the_engine_itself_is_a_fault(server: Server, connect: Connect) -> None:
    server.answer("POST", "/vms", Reply(503, b"<fault><reason>Busy</reason></fault>"))
    with pytest.raises(errors.Fault, match="Busy"):
        connect().post("/vms", xml.element("vm"))


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (reply_html(200, "Log in to the hotel network"), "HTML"),
        (Reply(body=b"<vms>"), "not well-formed"),
        (Reply(body=b"<!DOCTYPE vms [<!ENTITY a 'b'>]><vms>&a;</vms>"), "document type"),
        (Reply(body=b""), "empty"),
        (Reply(301, b"", "", {"Location": "https://other.example/ovirt-engine/api/vms?token=x"}), "other.example"),
    ],
)
def test_answers_that_no_engine_gives(server: Server, connect: Connect, answer: Reply, why: str) -> None:
    server.answer("GET", "/vms", answer)
    with pytest.raises(errors.UnexpectedAnswer, match=why) as caught:
        connect().get("/vms", subject="the VMs")
    assert "token=x" not in str(caught.value)
    assert "the VMs" in str(caught.value)
    assert "Check that the URL" in str(caught.value)


def test_an_answer_that_is_too_large(server: Server, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LARGEST_ANSWER", 10_000)
    bomb = gzip.compress(b"<vms>" + b" " * 1_000_000 + b"</vms>")
    server.answer("GET", "/vms", Reply(body=bomb, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(errors.UnexpectedAnswer, match="larger than"):
        connect().get("/vms")
    for chunked in (False, True):
        server.answer("GET", "/vms", Reply(body=b"<vms>" + b" " * 10_000 + b"</vms>", chunked=chunked))
        with pytest.raises(errors.UnexpectedAnswer, match="larger than"):
            connect().get("/vms")


# --- reading only


@given(
    method=st.sampled_from(["post", "put", "delete"]),
    path=st.sampled_from(["/vms", "/vms/1/start", "/hosts/1/iscsilogin", "/vms/isattached/register", "/isattached/1"]),
)
def test_nothing_is_written_in_check_mode(method: str, path: str) -> None:
    client = Client(Credentials("http://127.0.0.1:1/ovirt-engine/api", token="x"), read_only=True)
    arguments = (path,) if method == "delete" else (path, None)
    with pytest.raises(errors.WriteRefused):
        getattr(client, method)(*arguments)


@pytest.mark.parametrize("action", sorted(READ_POSTS))
def test_reading_actions_are_reads(server: Server, connect: Connect, action: str) -> None:
    server.answer("POST", f"/x/1/{action}", RESET, Reply(body=b"<action/>"))
    client = connect(read_only=True)
    assert client.post(f"/x/1/{action}", query={"async": "false"}) is not None
    assert client.counts.writes == 0
    assert client.counts.reads == 1
    assert len(server.seen("POST")) == 2
    with pytest.raises(errors.WriteRefused):
        client.put(f"/x/1/{action}", None)


# --- threads


def test_sixteen_threads_share_connections_and_one_sign_in(server: Server, connect: Connect) -> None:
    server.answer("GET", "/vms", VMS)
    client = connect(concurrency=16)
    with ThreadPoolExecutor(16) as pool:
        roots = list(pool.map(lambda _number: client.get("/vms"), range(160)))
    assert all(len(root) == 1 for root in roots)
    assert server.tokens == 1
    assert client.counts.sign_ins == 1
    assert client.counts.reads == 160
    assert server.connections <= 16


def kept(client: Client) -> list[socket.socket]:
    """The sockets that the client keeps open without using them."""
    adapter = client._transport._adapter
    assert adapter is not None
    pools = adapter.poolmanager.pools
    return [held.sock for key in list(pools.keys()) for held in pools[key].pool.queue if held and held.sock]


def test_no_more_connections_are_kept_than_wanted(server: Server, connect: Connect) -> None:
    gate = threading.Barrier(6, timeout=10)

    def all_at_once(asked: Asked) -> Reply | None:
        if asked.path == f"{API}/vms":
            gate.wait()
            return VMS
        return None

    server.on_request = all_at_once
    client = connect(concurrency=1)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _number: client.get("/vms"), range(6)))
    sockets = kept(client)
    assert len(sockets) == 3
    client.close()
    assert [sock.fileno() for sock in sockets] == [-1, -1, -1]


# --- version


def test_version(server: Server, connect: Connect) -> None:
    numbers = b"<major>4</major><minor>5</minor><build>8</build><revision>0</revision>"
    api = b"<api><product_info><version>%s</version></product_info></api>" % numbers
    server.answer("GET", "", Reply(body=api))
    client = connect()
    assert client.version() == client.version() == (4, 5, 8)
    assert len(server.seen("GET")) == 1
    client.require()
    client.require((4, 5, 8))
    with pytest.raises(errors.UnsupportedVersion, match=r"4\.5\.8; 4\.6 or later"):
        client.require((4, 6))


def test_version_is_missing(server: Server, connect: Connect) -> None:
    server.answer("GET", "", Reply(body=b"<api/>"))
    with pytest.raises(errors.UnexpectedAnswer, match="no version"):
        connect().version()
