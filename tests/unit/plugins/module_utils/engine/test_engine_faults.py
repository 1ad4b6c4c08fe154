# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults in every layout, and those that pass by themselves."""

from __future__ import annotations

import json

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import faults, xml
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Fault, LostAnswer
from hypothesis import given
from hypothesis import strategies as st

XML = "application/xml;charset=UTF-8"
HTML = "text/html;charset=UTF-8"
DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@pytest.mark.parametrize(
    ("status", "kind", "body", "reason", "detail"),
    [
        (409, XML, f"{DECLARED}<fault><detail>[It is used.]</detail><reason>R</reason></fault>", "R", "[It is used.]"),
        (400, XML, "<action><fault><detail>[No.]</detail><reason>R</reason></fault></action>", "R", "[No.]"),
        (400, XML, "<fault><reason>host parameter is missing</reason></fault>", "host parameter is missing", ""),
        (400, XML, "<fault><detail>[]</detail><reason>R</reason></fault>", "R", "[]"),
        (400, "", f"{DECLARED}<fault><detail>d</detail></fault>", "Bad Request", "d"),
        (404, "", "", "Not Found", ""),
        (415, "", "  \n", "Unsupported Media Type", ""),
        (
            405,
            HTML,
            "<html><head><title>Error</title></head><body>GET is not it</body></html>",
            "Method Not Allowed",
            "GET is not it",
        ),
        (404, HTML, "RESTEASY003210: Could not find /x", "Not Found", "RESTEASY003210: Could not find /x"),
        (500, HTML, "java.lang.ClassCastException@1", "Internal Server Error", "java.lang.ClassCastException@1"),
        (400, HTML, "Field &quot;x&quot;\n unknown", "Bad Request", 'Field "x" unknown'),
        (
            500,
            HTML,
            "<html><style>b{}</style><div>Query:</div><pre>java.lang.X: follow 'y'.\n\tat a.b(C.java:1)\n</pre></html>",
            "Internal Server Error",
            "java.lang.X: follow 'y'.",
        ),
        (500, XML, "<fault", "Internal Server Error", "<fault"),
        (500, XML, "<other/>", "Internal Server Error", ""),
        (599, "", "", "unknown status", ""),
        (400, "application/json", '{"reason": "R"}', "Bad Request", '{"reason": "R"}'),
    ],
)
def test_layouts(status: int, kind: str, body: str, reason: str, detail: str) -> None:
    fault = faults.from_answer(status, body.encode(), kind, "POST", "/vms", "run-1", "VM web01")
    assert (fault.status, fault.reason, fault.detail) == (status, reason, detail)
    assert (fault.method, fault.path, fault.correlation_id, fault.subject) == ("POST", "/vms", "run-1", "VM web01")
    text = str(fault)
    assert text.startswith("VM web01: the engine refused POST /vms with ")
    for words in (str(status), reason, detail.strip("[]"), "run-1"):
        assert words in text
    assert text.endswith(".")
    shown = fault.failure()
    assert shown["kind"] == "fault"
    assert json.loads(json.dumps(shown))["status"] == status


@pytest.mark.parametrize(
    ("detail", "items"),
    [
        ("", ()),
        ("[]", ()),
        ("Entity not found: x", ("Entity not found: x",)),
        ("[One.]", ("One.",)),
        ("[Cannot detach: a,b., Cannot detach: c, d.]", ("Cannot detach: a,b.", "Cannot detach: c, d.")),
        ("[Is required, Attribute: bean.field]", ("Is required", "Attribute: bean.field")),
        ("[Host h. Not up., two]", ("Host h. Not up.", "two")),
        ("[a list, of words]", ("a list, of words",)),
    ],
)
def test_items_of_a_detail(detail: str, items: tuple[str, ...]) -> None:
    body = f"<fault><detail>{detail}</detail><reason>Operation Failed</reason></fault>".encode()
    assert faults.from_answer(409, body, XML).items == items


def test_items_are_sentences_in_the_text() -> None:
    body = b"<fault><detail>[Is required, Attribute: bean.field]</detail><reason>R</reason></fault>"
    assert " 400, R: Is required. Attribute: bean.field. " in str(faults.from_answer(400, body, XML))


def test_long_pages_are_cut() -> None:
    fault = faults.from_answer(500, b"<html>" + b"word " * 5000, HTML)
    assert len(fault.detail) <= faults.LONGEST_TEXT + 3


@given(st.integers(400, 599), st.binary(max_size=200), st.sampled_from(["", XML, HTML, "application/json"]))
def test_any_body_becomes_a_fault(status: int, body: bytes, kind: str) -> None:
    assert faults.from_answer(status, body, kind).status == status


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<action><status>complete</status></action>", None),
        ("<action><fault><reason>Fence failed</reason></fault><status>failed</status></action>", "Fence failed"),
        ("<action><fault/></action>", "Operation Failed"),
        ("<fault><reason>R</reason></fault>", "R"),
        ("<vms><fault/></vms>", None),
    ],
)
def test_refusals_inside_answers(body: str, reason: str | None) -> None:
    fault = faults.inner(xml.parse(body.encode()), 200, "POST", "/x")
    assert (fault.reason if fault else None) == reason


@pytest.mark.parametrize(
    ("status", "detail", "busy"),
    [
        (409, "[Cannot activate Storage. Related operation is currently in progress. Please try again later.]", True),
        (
            409,
            "[Cannot edit Virtual Disk: The following disks are locked: ${diskAliases}. Please try again.]",
            True,
        ),
        (409, "[Cannot run VM. VM web01 is being imported.]", True),
        (409, "[Cannot deactivate Storage. The OVF data is being updated.]", True),
        (409, "[Cannot move Virtual Disk. Disk a is being moved or copied.]", True),
        (409, "[Template's Image is locked (temporarily).]", True),
        (409, "[Cannot add Virtual Disk. The relevant Storage Domain's status is Locked.]", True),
        (409, "[Tasks running.\n-Please wait until tasks will finish and try again.]", True),
        (
            409,
            (
                "[You are trying to deactivate a Master storage domain while there are locked domains in the Data "
                "Center. Please wait for the operations on those domains to finish first.]"
            ),
            True,
        ),
        (
            409,
            (
                "[Cannot deactivate Storage while there are running tasks on this Storage.\n-Tasks running: "
                "CreateSnapshot\n-Please wait until tasks will finish and try again.]"
            ),
            True,
        ),
        (
            409,
            "[Cannot deactivate Storage. Please pause or cancel all active disk uploads and downloads first.]",
            False,
        ),
        (409, "[The Storage Domain has ISO image(s) attached to the following VM(s): v_iso.]", False),
        (409, "[Cannot run VM because the VM is in Image Locked status.]", True),
        (400, "[Related operation is currently in progress.]", False),
        (
            409,
            "[Cannot import Virtual Disk: The following disks are locked: d. Please try again.]",
            False,
        ),
        (409, "[Cannot add Template. VM is locked or still running, try again once VM is in the Down state.]", False),
        (409, "[Cannot add Storage. The Storage Domain name is already in use.]", False),
        (409, "[Cannot run VM. The relevant Storage Domain's status is Maintenance.]", False),
        (409, "[Cannot attach Storage. There is no active Host in the Data Center.]", False),
        (409, "", False),
    ],
)
def test_what_passes_by_itself(status: int, detail: str, busy: bool) -> None:
    body = f"<fault><detail>{detail}</detail><reason>Operation Failed</reason></fault>".encode()
    fault = faults.from_answer(status, body, XML)
    assert faults.is_busy(fault) is busy
    assert ("run again when that has ended" in str(fault)) is busy


def test_other_errors_are_not_busy() -> None:
    assert not faults.is_busy(LostAnswer("POST", "/vms", why="it is locked"))
    assert not faults.is_busy(ValueError("in progress"))
    assert faults.is_busy(Fault(409, "Operation Failed", "[in progress]"))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 415, 500, 502])
def test_every_refusal_says_what_next(status: int) -> None:
    texts = {str(faults.from_answer(status, b"", "", "GET", "/x")).split(". ", 1)[1]}
    assert all(len(text) > 20 for text in texts)
