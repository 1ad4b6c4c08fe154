# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server: connections, faults on demand, the request log, the control address, TLS, paging."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.faults import NAMES, BadRule
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from lxml import etree

STARTABLE = "web02"


def vm_id(twin: Twin, name: str = STARTABLE) -> str:
    """The id of a VM of the main site."""
    return next(vm.id for vm in twin.site("primary").all("vm") if vm.name == name)


def start(twin: Twin, session: requests.Session, name: str = STARTABLE) -> requests.Response:
    """A start call."""
    url = f"{twin.url('primary')}/vms/{vm_id(twin, name)}/start"
    return session.post(url, data="<action/>", headers={"Content-Type": "application/xml"}, timeout=10)


def status(twin: Twin, name: str = STARTABLE) -> Any:
    """A VM's status as the site holds it."""
    return twin.site("primary").tables["vm"][vm_id(twin, name)].data["status"]


def test_reset_before_does_nothing(twin: Twin, session: requests.Session) -> None:
    twin.fail({"action": "reset_before", "method": "POST", "path": "/start$"})
    with pytest.raises(requests.ConnectionError):
        start(twin, session)
    assert status(twin) == "down"
    assert start(twin, session).status_code == 200


def test_reset_after_does_the_work(twin: Twin, session: requests.Session) -> None:
    twin.fail({"action": "reset_after", "method": "POST", "path": "/start$"})
    with pytest.raises(requests.ConnectionError):
        start(twin, session)
    assert status(twin) != "down"
    assert [entry.status for entry in twin.writes("primary")] == [0]


def test_truncated_answer(twin: Twin, session: requests.Session) -> None:
    twin.fail({"action": "truncate", "path": "/vms$"})
    with pytest.raises(requests.exceptions.RequestException):
        session.get(twin.url("primary") + "/vms", headers={"Accept-Encoding": "identity"}, timeout=5)
    assert session.get(twin.url("primary") + "/vms", timeout=5).status_code == 200


def test_status_rule_counts_its_matches(twin: Twin, session: requests.Session) -> None:
    twin.fail({"action": "status", "status": 503, "path": "/datacenters", "nth": 2, "times": 2})
    seen = [session.get(twin.url("primary") + "/datacenters", timeout=5).status_code for _turn in range(4)]
    assert seen == [200, 503, 503, 200]


def test_delay_engine_error_and_401(twin: Twin, session: requests.Session) -> None:
    address = twin.url("primary") + "/hosts"
    twin.fail({"action": "delay", "seconds": 0.1, "path": "/hosts"})
    before = time.monotonic()
    assert session.get(address, timeout=5).status_code == 200
    assert time.monotonic() - before >= 0.1
    twin.fail({"action": "engine_error", "path": "/hosts", "nth": 1})
    assert "[Internal Engine Error]" in session.get(address, timeout=5).text
    twin.fail({"action": "status", "status": 401, "path": "/hosts", "nth": 1})
    assert "WWW-Authenticate" in session.get(address, timeout=5).headers


def test_hang_ends_when_the_twin_stops() -> None:
    twin = Twin().start()
    url, auth = twin.url("primary"), (twin.username, twin.password)
    twin.fail({"action": "hang", "path": "/api$"})
    outcome: list[str] = []

    def wait() -> None:
        try:
            requests.get(url, auth=auth, timeout=30)
        except requests.exceptions.RequestException as error:
            outcome.append(type(error).__name__)

    thread = threading.Thread(target=wait)
    thread.start()
    until = time.monotonic() + 10
    while not twin.stats("primary")["open"] and time.monotonic() < until:
        time.sleep(0.005)
    twin.stop()
    thread.join(timeout=10)
    assert outcome == ["ConnectionError"]


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_a_fault(name: str) -> None:
    for blank, subject in (
        ("<place>", "nfs-b.example:/exports/data-web"),
        ("<vm>", "web02"),
        ("<domain>", "data-web"),
        ("<target>", "iqn.2026-01.example.site-b:san"),
        ("<what>", "copy"),
    ):
        name = name.replace(blank, subject)
    with Twin() as twin:
        twin.fail(name)


@pytest.mark.parametrize(
    "rule",
    [
        "nonsense",
        "register-all",
        {"action": "explode"},
        {"action": "status", "colour": 1},
        {"action": "status", "path": "("},
    ],
)
def test_bad_rules(twin: Twin, rule: Any) -> None:
    with pytest.raises(BadRule):
        twin.fail(rule)


def test_a_named_vm_never_starts(twin: Twin, session: requests.Session) -> None:
    twin.fail(f"start:{STARTABLE}")
    assert [start(twin, session).status_code for _turn in range(2)] == [409, 409]
    assert start(twin, session, "web03").status_code == 200


def test_storage_of_a_domain_cut_off(twin: Twin, session: requests.Session) -> None:
    twin.fail("storage:data-web")
    body = (
        "<storage_domain><type>data</type><storage><type>nfs</type><address>nfs-b.example</address>"
        "<path>/exports/data-web</path></storage><host><name>hv-b1</name></host></storage_domain>"
    )
    answer = session.post(
        twin.url("recovery") + "/storagedomains", data=body, headers={"Content-Type": "application/xml"}, timeout=5
    )
    assert (answer.status_code, "Problem while trying to mount target" in answer.text) == (400, True)
    twin.no_faults()
    answer = session.post(
        twin.url("recovery") + "/storagedomains", data=body, headers={"Content-Type": "application/xml"}, timeout=5
    )
    assert answer.status_code == 201


def test_log_holds_no_password(twin: Twin) -> None:
    form = {"grant_type": "password", "scope": "ovirt-app-api", "username": twin.username, "password": twin.password}
    root = twin.url("primary").removesuffix("/api")
    requests.post(root + "/sso/oauth/token", data=form, headers={"Accept": "application/json"}, timeout=5)
    requests.get(root + "/sso/oauth/token", params=form, headers={"Accept": "application/json"}, timeout=5)
    entries = twin.requests("primary")
    assert [entry.body for entry in entries] == ["", ""]
    assert all("twin" not in entry.path and "password" not in entry.path for entry in entries)
    assert twin.stats("primary") == {"requests": 2, "reads": 0, "writes": 0, "sign_ins": 2, "open": 0}


def test_log_and_stats(twin: Twin, session: requests.Session) -> None:
    start(twin, session)
    session.get(twin.url("primary") + "/vms?max=1", headers={"Correlation-Id": "abc/d"}, timeout=5)
    first, second = twin.requests("primary")
    assert (first.method, first.status, first.body, first.is_write) == ("POST", 200, "<action/>", True)
    assert (second.path, second.correlation_id, second.is_write) == ("/ovirt-engine/api/vms?max=1", "abcd", False)
    assert [entry.n for entry in (first, second)] == [1, 2]
    assert twin.writes("primary") == [first]
    assert twin.requests("recovery") == []


def test_control_address(twin: Twin, session: requests.Session) -> None:
    root = twin.url("primary").removesuffix("/ovirt-engine/api") + "/_twin/"
    start(twin, session)
    assert requests.get(root + "stats", timeout=5).json()["writes"] == 1
    assert requests.get(root + "requests", timeout=5).json()[0]["method"] == "POST"
    assert set(requests.get(root + "faults", timeout=5).json()) == set(NAMES)
    assert requests.get(root + "floor", timeout=5).json()["primary"]["register"] > 0
    assert requests.post(root + "fail", data=json.dumps("down"), timeout=5).status_code == 200
    assert requests.post(root + "fail", data=json.dumps("nope"), timeout=5).status_code == 400
    assert requests.post(root + "reset", timeout=5).status_code == 200
    assert status(twin) == "down"
    assert twin.requests("primary") == []
    assert requests.get(root + "nothing", timeout=5).status_code == 404


def test_expired_token(twin: Twin) -> None:
    form = {"grant_type": "password", "scope": "ovirt-app-api", "username": twin.username, "password": twin.password}
    root = twin.url("primary").removesuffix("/api")
    token = requests.post(
        root + "/sso/oauth/token", data=form, headers={"Accept": "application/json"}, timeout=5
    ).json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert requests.get(twin.url("primary"), headers=bearer, timeout=5).status_code == 200
    assert twin.expire_tokens("primary") == 1
    assert requests.get(twin.url("primary"), headers=bearer, timeout=5).status_code == 401


def test_many_requests_on_one_connection_and_gzip(twin: Twin) -> None:
    place = urlsplit(twin.url("primary"))
    connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=5)
    headers = {"Authorization": "Basic YWRtaW5AaW50ZXJuYWw6dHdpbg==", "Accept-Encoding": "gzip"}
    for _turn in range(3):
        connection.request("GET", place.path + "/vms", headers=headers)
        answer = connection.getresponse()
        assert answer.getheader("Content-Encoding") == "gzip"
        assert len(answer.read()) < 30_000
    connection.close()


def test_a_body_too_large_is_refused_unread(twin: Twin, session: requests.Session) -> None:
    place = urlsplit(twin.url("primary"))
    with socket.create_connection((str(place.hostname), int(place.port or 0)), timeout=5) as raw:
        raw.sendall(b"POST /ovirt-engine/api/vms HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n")
        assert raw.recv(100).startswith(b"HTTP/1.1 413 ")
    assert session.get(twin.url("primary"), timeout=5).status_code == 200


@pytest.mark.parametrize(
    "line",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /x HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    ],
)
def test_nonsense_leaves_no_thread_and_no_traceback(twin: Twin, line: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    place = urlsplit(twin.url("primary"))
    with socket.create_connection((str(place.hostname), int(place.port or 0)), timeout=5) as raw:
        raw.sendall(line)
        raw.shutdown(socket.SHUT_WR)
        answer = b""
        with contextlib.suppress(ConnectionResetError):
            answer = raw.recv(4096)
    assert b"Traceback" not in answer
    assert "Traceback" not in capfd.readouterr().err


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[str, str]:
    """A self-signed certificate for the loopback address."""
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            str(key),
            "-out",
            str(cert),
            "-days",
            "1",
            "-subj",
            "/CN=127.0.0.1",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
        ],
        check=True,
        capture_output=True,
    )
    return str(cert), str(key)


def test_tls(certificate: tuple[str, str]) -> None:
    with Twin(tls=certificate) as twin:
        url = twin.url("recovery")
        assert url.startswith("https://")
        auth = (twin.username, twin.password)
        assert requests.get(url, auth=auth, verify=certificate[0], timeout=5).status_code == 200
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(url, auth=auth, timeout=5)


def names(session: requests.Session, url: str) -> list[str]:
    """The names of a collection's members."""
    return [str(node.findtext("name")) for node in etree.fromstring(session.get(url, timeout=5).content)]


def test_pages_cover_everything_once(twin: Twin, session: requests.Session) -> None:
    base = twin.url("primary") + "/vms?max=4&search=sortby name page "
    pages = [names(session, base + str(number)) for number in range(1, 6)]
    assert [len(page) for page in pages] == [4, 4, 4, 3, 0]
    assert sorted(name for page in pages for name in page) == sorted(vm.name for vm in twin.site("primary").all("vm"))
    assert names(session, twin.url("primary") + "/vms;max=2") == pages[0][:2]


def test_follow_two_levels_equals_single_reads(twin: Twin, session: requests.Session) -> None:
    url = twin.url("primary")
    followed = etree.fromstring(session.get(url + "/vms?follow=disk_attachments.disk,nics", timeout=5).content)
    for vm in followed:
        single = etree.fromstring(session.get(f"{url}/vms/{vm.get('id')}/nics", timeout=5).content)
        assert (
            etree.tostring(single, method="c14n", strip_text=True).split()
            == etree.tostring(vm.find("nics"), method="c14n", strip_text=True).split()
        )
        for disk in vm.iterfind("disk_attachments/disk_attachment/disk"):
            alone = etree.fromstring(session.get(f"{url}/disks/{disk.get('id')}", timeout=5).content)
            assert disk.findtext("alias") == alone.findtext("alias")
            assert len(disk) == len(alone)


def test_two_sites_do_not_share_tokens(twin: Twin) -> None:
    form = {"grant_type": "password", "scope": "ovirt-app-api", "username": twin.username, "password": twin.password}
    root = twin.url("primary").removesuffix("/api")
    token = requests.post(
        root + "/sso/oauth/token", data=form, headers={"Accept": "application/json"}, timeout=5
    ).json()
    bearer = {"Authorization": f"Bearer {token['access_token']}"}
    assert requests.get(twin.url("recovery"), headers=bearer, timeout=5).status_code == 401


def test_five_hundred_small_requests_a_second(twin: Twin) -> None:
    """Server and client share a core here, so half of the aim is asked for."""
    place = urlsplit(twin.url("primary"))
    connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=5)
    headers = {"Authorization": "Basic YWRtaW5AaW50ZXJuYWw6dHdpbg=="}
    before = time.thread_time()
    begun = time.process_time()
    for _turn in range(300):
        connection.request("GET", place.path + "/datacenters", headers=headers)
        connection.getresponse().read()
    server_seconds = (time.process_time() - begun) - (time.thread_time() - before)
    assert 300 / max(server_seconds, 0.001) > 500


def test_a_fault_may_be_added_before_the_start() -> None:
    twin = Twin()
    twin.fail({"action": "status", "status": 503})
    with twin:
        assert requests.get(twin.url("primary"), auth=(twin.username, twin.password), timeout=5).status_code == 503


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/vms/{vm}/start", "<action><flowers/></action>"),
        ("/storagedomains", "<storage_domain><nmae>x</nmae></storage_domain>"),
        ("/vms/{vm}/start", "<action><registration_configuration><mappings/></registration_configuration></action>"),
    ],
)
def test_an_unknown_element_spoils_the_body(twin: Twin, session: requests.Session, path: str, body: str) -> None:
    url = twin.url("primary") + path.format(vm=vm_id(twin))
    answer = session.post(url, data=body, headers={"Content-Type": "application/xml"}, timeout=5)
    assert (answer.status_code, "Request syntactically incorrect." in answer.text) == (400, True)
    assert status(twin) == "down"
