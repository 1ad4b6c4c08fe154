# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The comparison of two answers: above all, that it finds what differs."""

from __future__ import annotations

import uuid

import pytest
from ansible_collections.ovirt_dr.storage.scripts.fidelity.compare import Answer, Context, compare
from ansible_collections.ovirt_dr.storage.scripts.fidelity.ids import Pairs
from ansible_collections.ovirt_dr.storage.scripts.fidelity.volatile import PARTS, VALUES

XML = {"Content-Type": "application/xml;charset=UTF-8", "Correlation-Id": "x"}
JSON = {"Content-Type": "application/json"}
ID = [str(uuid.UUID(int=n)) for n in range(10)]


def found(
    theirs: str, ours: str, *, of_all: bool = False, window: bool = False, headers: dict[str, str] | None = None
) -> list[str]:
    headers = headers or XML
    context = Context(Pairs(), ("rec_",), frozenset(), of_all, window)
    return compare(Answer(200, headers, theirs), Answer(200, headers, ours), context)


VM = f'<vm id="{ID[1]}" href="/vms/{ID[1]}"><name>web</name><status>up</status><cluster id="{ID[2]}"/></vm>'


@pytest.mark.parametrize(
    ("ours", "path"),
    [
        (VM.replace("up", "down"), "vm/status"),
        (VM.replace("web", "app"), "vm/name"),
        (VM.replace("<status>up</status>", ""), "vm/status"),
        (VM.replace("<status>up</status>", "<status>up</status><memory>1</memory>"), "vm/memory"),
        (VM.replace("<status>up</status>", "<status>up</status><status>up</status>"), "vm/status"),
        (VM.replace(f' href="/vms/{ID[1]}"', ""), "vm/@href"),
        (VM.replace("/vms/", "/disks/"), "vm/@href"),
        (VM.replace(ID[2], ID[1]), "vm/cluster/@id"),
        (VM.replace("vm>", "template>").replace("<vm", "<template"), "root vm"),
    ],
)
def test_a_difference_is_found_and_named(ours: str, path: str) -> None:
    differences = found(VM, ours)
    assert differences
    assert any(text.startswith(path) for text in differences)


def test_other_ids_throughout_are_no_difference() -> None:
    assert found(VM, VM.replace(ID[1], ID[8]).replace(ID[2], ID[9])) == []


def test_the_order_of_elements_does_not_count() -> None:
    assert found("<a><b>1</b><c>2</c></a>", "<a><c>2</c><b>1</b></a>") == []


@pytest.mark.parametrize(
    ("header", "value"),
    [("Content-Type", "text/html"), ("Location", "/vms/x"), ("WWW-Authenticate", "Basic"), ("Correlation-Id", "")],
)
def test_headers_count(header: str, value: str) -> None:
    theirs, ours = Answer(200, XML, ""), Answer(200, {**XML, header: value}, "")
    assert [text.partition(":")[0] for text in compare(theirs, ours, Context(Pairs()))] == [f"header {header}"]


def test_a_correlation_id_that_was_sent_comes_back() -> None:
    ours = Answer(200, {**XML, "Correlation-Id": "y"}, "")
    assert compare(Answer(200, XML, ""), ours, Context(Pairs())) == []
    assert compare(Answer(200, XML, ""), ours, Context(Pairs()), "x")


def test_status_and_words_of_a_fault_count() -> None:
    said = ["status 409 | 400 [b]", "fault/detail"]
    fault = "<fault><detail>[{}]</detail><reason>Operation Failed</reason></fault>"
    theirs, ours = Answer(409, XML, fault.format("a")), Answer(400, XML, fault.format("b"))
    assert [text.split(":")[0] for text in compare(theirs, ours, Context(Pairs()))] == said


LIST = '<vms><vm id="{}"><name>rec_a</name></vm><vm id="{}"><name>{}</name></vm></vms>'


def test_foreign_members_of_a_list_of_all_are_of_no_concern() -> None:
    theirs = LIST.format(ID[1], ID[2], "jdc")
    ours = LIST.format(ID[3], ID[4], "Blank")
    assert found(theirs, ours, of_all=True) == []
    assert found(theirs, ours)


@pytest.mark.parametrize("other", ["rec_b", "rec_c"])
def test_an_own_member_that_is_missing_or_extra_is_found(other: str) -> None:
    theirs, ours = LIST.format(ID[1], ID[2], other), f'<vms><vm id="{ID[3]}"><name>rec_a</name></vm></vms>'
    assert found(theirs, ours, of_all=True)
    assert found(ours, theirs, of_all=True)


def test_in_a_window_own_members_may_stand_where_foreign_ones_were() -> None:
    theirs, ours = LIST.format(ID[1], ID[2], "jdc"), LIST.format(ID[3], ID[4], "rec_b")
    assert found(theirs, ours, of_all=True, window=True) == []
    assert found(theirs, ours, of_all=True)


def test_members_are_matched_by_what_they_are_like() -> None:
    links = '<vm><link rel="a" href="/1"/><link rel="b" href="/2"/></vm>'
    assert found(links, '<vm><link rel="b" href="/2"/><link rel="a" href="/1"/></vm>') == []
    assert found(links, '<vm><link rel="b" href="/1"/><link rel="a" href="/2"/></vm>')


@pytest.mark.parametrize(
    ("theirs", "ours", "same"),
    [
        ('{"vm": [{"name": "a"}]}', '{"vm" : [ {"name" : "a"} ]}', True),
        ('{"vm": [{"name": "a"}]}', '{"vm": [{"name": "b"}]}', False),
        ('{"detail": "x"}', '{"reason": "x"}', False),
        ('{"detail": "x"}', "<fault/>", False),
    ],
)
def test_json_is_compared_as_json(theirs: str, ours: str, same: bool) -> None:
    assert (found(theirs, ours, headers=JSON) == []) is same


@pytest.mark.parametrize(
    ("theirs", "ours", "same"),
    [
        ("Not  Found", "Not Found", True),
        ("Not Found", "Bad Request", False),
        ("java.lang.X@1a2b3c4d", "java.lang.X@deadbeef", True),
        ("<pre>words\n\tat org.x...[cut]", "<pre>words</pre></body>", True),
        ("<pre>words\n\tat org.x...[cut]", "<pre>other</pre></body>", False),
    ],
)
def test_other_text_is_compared_as_text(theirs: str, ours: str, same: bool) -> None:
    assert (found(theirs, ours, headers={"Content-Type": "text/html"}) == []) is same


def test_a_configuration_is_compared_as_the_document_that_it_is() -> None:
    text = "<vm><data>&lt;?xml version='1.0'?>&lt;a>&lt;b>{}&lt;/b>&lt;/a></data></vm>"
    assert found(text.format(1), text.format("1").replace("'", '"')) == []
    assert found(text.format(1), text.format(2))


@pytest.mark.parametrize("path", [*VALUES, *PARTS])
def test_the_reviewed_list_holds_no_status_fault_reason_or_reference(path: str) -> None:
    assert path.rpartition("/")[2] not in ("status", "fault", "detail", "reason", "external_status")
    assert not path.endswith("@id") or path.endswith("event/@id")
    assert (VALUES | PARTS)[path]


def disks(*sizes: int, first: int) -> str:
    each = (f'<disk id="{ID[first + n]}"><name>d</name><size>{size}</size></disk>' for n, size in enumerate(sizes))
    return f"<disks>{''.join(each)}</disks>"


def test_namesakes_are_told_apart_by_what_they_are() -> None:
    context = Context(Pairs())
    assert compare(Answer(200, XML, disks(1, 2, first=1)), Answer(200, XML, disks(2, 1, first=5)), context) == []
    assert [context.pairs.ours(ID[1]), context.pairs.ours(ID[2])] == [ID[6], ID[5]]


def test_which_of_several_like_ones_is_meant_stays_open() -> None:
    context = Context(Pairs())
    assert compare(Answer(200, XML, disks(1, 1, first=1)), Answer(200, XML, disks(1, 1, first=5)), context) == []
    assert context.pairs.ours(ID[1]) is None
    assert found(disks(1, 1, first=1), disks(1, 2, first=5)) == ["disks/disk/size: '1' | '2'"]
