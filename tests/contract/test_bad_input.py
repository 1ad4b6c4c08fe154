# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Input that is none: the engine's kind of answer, or the end of the connection; never a hung thread or a traceback."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from urllib.parse import urlsplit

import pytest
import requests
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import wire
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.router import ROUTES
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

BASIC = "Authorization: Basic YWRtaW5AaW50ZXJuYWw6dHdpbg==\r\n"
API = "/ovirt-engine/api"
UNKNOWN = "33333333-3333-3333-3333-333333333333"


def talk(twin: Twin, data: bytes, *, half_closed: bool = False) -> bytes:
    """Sends bytes on a connection of their own; returns whatever comes back until it ends."""
    place = urlsplit(twin.url("primary"))
    with socket.create_connection((str(place.hostname), int(place.port or 0)), timeout=10) as raw:
        found = b""
        with contextlib.suppress(ConnectionError):
            raw.sendall(data)
            if half_closed:
                raw.shutdown(socket.SHUT_WR)
            while part := raw.recv(65536):
                found += part
        return found


def post(body: str, path: str = "/storageconnections", more: str = "Content-Type: application/xml\r\n") -> bytes:
    """A POST that ends its connection."""
    head = f"POST {API}{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{BASIC}{more}"
    return f"{head}Content-Length: {len(body.encode())}\r\n\r\n{body}".encode()


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("NONSENSE\r\n\r\n", b"400"),
        ("FLY /ovirt-engine/api HTTP/1.1\r\nHost: x\r\n\r\n", b"405"),
        ("GET / HTTP/9.9\r\n\r\n", b"505"),
        (f"GET /{'x' * 70000} HTTP/1.1\r\n\r\n", b"414"),
        (f"GET / HTTP/1.1\r\nA: {'x' * 70000}\r\n\r\n", b"431"),
        ("POST /ovirt-engine/api/vms HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"400"),
        ("POST /ovirt-engine/api/vms HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"400"),
        ("POST /ovirt-engine/api/vms HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", b"413"),
        ("POST /ovirt-engine/api/vms HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n", b"400"),
        ("POST /ovirt-engine/api/vms HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffffff\r\n", b"413"),
    ],
)
def test_what_is_no_request_gets_a_page_and_the_end_of_the_connection(twin: Twin, head: str, status: bytes) -> None:
    answer = talk(twin, head.encode())
    assert answer.split(b" ", 2)[1] == status
    assert b"<html><head><title>Error</title></head><body>" in answer
    assert b"Python" not in answer


def test_a_body_in_chunks_is_a_body(twin: Twin) -> None:
    head = f"POST {API}/storageconnections HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{BASIC}"
    head += "Content-Type: application/xml\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert b"Request syntactically incorrect." in talk(twin, f"{head}5\r\n<foo/\r\n1;x=y\r\n>\r\n0\r\n\r\n".encode())


def test_a_client_that_closes_its_side_gets_its_answer(twin: Twin) -> None:
    request = f"GET {API}/datacenters HTTP/1.1\r\nHost: x\r\n{BASIC}\r\n".encode()
    assert talk(twin, request, half_closed=True).startswith(b"HTTP/1.1 200")


def test_half_a_body_is_no_body(twin: Twin) -> None:
    request = post("<storage_connection><type>localfs</type><path>/x</path></storage_connection>")
    before = len(list(twin.site("primary").all("storage_connection")))
    assert talk(twin, request[:-10], half_closed=True) == b""
    assert len(list(twin.site("primary").all("storage_connection"))) == before


def test_a_client_that_says_no_more_does_not_hold_a_thread(twin: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "BODY_SECONDS", 0.2)
    threads = threading.active_count()
    place = urlsplit(twin.url("primary"))
    with socket.create_connection((str(place.hostname), int(place.port or 0)), timeout=10) as raw:
        raw.sendall(post("<a/>")[:-2])
        assert raw.recv(100) == b""
    for _turn in range(100):
        if threading.active_count() <= threads:
            break
        time.sleep(0.02)
    assert threading.active_count() <= threads


DEEP = "<a>" * 5000 + "</a>" * 5000
JSON = "Content-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<", "Content-Type: application/xml\r\n"),
        (DEEP, "Content-Type: application/xml\r\n"),
        ("<a>&undefined;</a>", "Content-Type: application/xml\r\n"),
        ('<?xml version="1.0" encoding="nonsense"?><a/>', "Content-Type: application/xml\r\n"),
        ("\x00", "Content-Type: application/xml\r\n"),
        ('{"a":' * 5000 + "1" + "}" * 5000, JSON),
        ("[1]", JSON),
        ('{"a b": 1}', JSON),
        ("\udcff".encode("utf-8", "surrogatepass").decode("latin-1"), JSON),
    ],
)
def test_an_unreadable_body_is_a_syntax_error(twin: Twin, body: str, kind: str) -> None:
    answer = talk(twin, post(body, more=kind))
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"Request syntactically incorrect." in answer


ADDRESSES = {"vm": "/vms", "disk": "/disks", "data_center": "/datacenters", "cluster": "/clusters", "host": "/hosts"}


@pytest.mark.parametrize("tag", ADDRESSES)
def test_an_element_that_the_model_does_not_have_is_a_syntax_error(twin: Twin, tag: str) -> None:
    for body in (f"<{tag}><name>x</name><nosuch/></{tag}>", f"<{tag}><name>x</name><vm><nosuch/></vm></{tag}>"):
        answer = talk(twin, post(body, ADDRESSES[tag]))
        assert answer.startswith(b"HTTP/1.1 400")
        assert b"Request syntactically incorrect." in answer


@pytest.mark.parametrize("path", ["/vms", "/disks", "/datacenters", "/clusters", "/hosts", "/networks", "/templates"])
def test_whatever_the_twin_shows_may_be_sent_back(twin: Twin, path: str) -> None:
    auth = (twin.username, twin.password)
    shown = requests.get(twin.url("primary") + path, auth=auth, timeout=20).content
    for member in etree.fromstring(shown):
        answer = talk(twin, post(etree.tostring(member).decode(), path))
        assert b"Request syntactically incorrect." not in answer


@pytest.mark.parametrize(
    "path",
    [
        "/%00",
        "/%ff%fe",
        "/vms/%2e%2e/%2e%2e",
        "//////",
        "/vms;;;=;max=;=1",
        "/vms?max=99999999999999999999999",
        "/vms?search=page%2099999999999999999999",
        "/vms?search=" + "%28" * 2000,
        "/vms?search=name%3D" + "*a" * 500,
        "/events?from=99999999999999999999999",
        "/vms?follow=" + ".".join(["nics"] * 500),
        "/vms?follow=" + ",".join(["nics"] * 500),
        f"/{'vms/' * 3000}",
        f"/vms/{UNKNOWN}?follow=a.b.c,,,..",
    ],
)
def test_strange_addresses_are_answered(twin: Twin, path: str) -> None:
    answer = requests.get(twin.url("primary") + path, auth=(twin.username, twin.password), timeout=20)
    assert answer.status_code in (200, 400, 404, 500)


@pytest.mark.parametrize("header", ["Authorization", "Cookie", "Accept", "Content-Type", "Version", "Correlation-Id"])
@pytest.mark.parametrize("value", ["", "x", ";;;===", "Basic " + "A" * 5000, "\xe4", "application/json;q=x,,,"])
def test_strange_headers_are_answered(twin: Twin, header: str, value: str) -> None:
    name, password = twin.username, twin.password
    auth = None if header == "Authorization" else (name, password)
    headers = {header: value.encode("latin-1")}
    answer = requests.get(twin.url("primary") + "/datacenters", auth=auth, headers=headers, timeout=20)
    assert answer.status_code in (200, 400, 401, 406)


WORDS = st.sampled_from(
    [
        "action",
        "vm",
        "disk",
        "storage_domain",
        "storage_connection",
        "host",
        "cluster",
        "template",
        "data_center",
        "name",
        "id",
        "type",
        "size",
        "status",
        "path",
        "address",
        "storage",
        "logical_unit",
        "logical_units",
        "lun_storage",
        "disk_attachments",
        "disk_attachment",
        "snapshot",
        "async",
        "force",
        "registration_configuration",
        "cluster_mappings",
        "registration_cluster_mapping",
        "from",
        "to",
        "connection",
        "nic",
        "mac",
        "vnic_profile",
        "network",
        "storage_domains",
        "iscsi",
        "target",
        "iscsi_targets",
    ]
)
TREES = st.recursive(
    st.sampled_from(["", "x", "1", "-1", "true", UNKNOWN, "Default"]),
    lambda inner: st.lists(st.tuples(WORDS, inner), max_size=4),
    max_leaves=12,
)


def xml(tag: str, value: object) -> str:
    inner = "".join(xml(*child) for child in value) if isinstance(value, list) else str(value)
    return f"<{tag}>{inner}</{tag}>"


@pytest.fixture(scope="module")
def standing() -> Twin:
    """One twin for all the nonsense."""
    return Twin(pace=0.01)


ROOTS = {"storagedomains": "storage_domain", "storageconnections": "storage_connection", "disks": "disk", "vms": "vm"}


@settings(max_examples=250, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(route=st.sampled_from(sorted(ROUTES)), value=TREES, known=st.integers(0, 30))
def test_any_body_at_any_address_is_answered_without_an_error_of_our_own(
    standing: Twin, route: str, value: object, known: int
) -> None:
    with standing:
        standing.reset()
        method, _unused, pattern = route.partition(" ")
        parts = pattern.split("/")
        for place, part in enumerate(parts):
            if part == "*":
                tag = {"vms": "vm", "disks": "disk", "storagedomains": "storage_domain"}.get(parts[place - 1], "host")
                there = [entity.id for entity in standing.site("primary").all(tag)]
                parts[place] = there[known % len(there)] if known else UNKNOWN
        root = ROOTS.get(parts[-1], parts[-1].rstrip("s")) if len(parts) % 2 else "vm"
        root = "action" if route.count("*") and len(parts) % 2 and parts[-1] not in ROOTS else root
        answer = requests.request(
            method,
            f"{standing.url('primary')}/{'/'.join(parts)}",
            data=xml(root, value).encode(),
            headers={"Content-Type": "application/xml"},
            auth=(standing.username, standing.password),
            timeout=20,
        )
        errors, standing._servers["primary"].errors = standing.errors, []
        assert errors == [], route
        assert 200 <= answer.status_code < 600
