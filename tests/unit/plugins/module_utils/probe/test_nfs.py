# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe's NFS: bytes of arguments, and what is read from answers, of versions 3, 4.0 and 4.1."""

from __future__ import annotations

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._nfs import facts, nfs3, nfs4, session4, xdr
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import Malformed, Refused

ATTRIBUTES_3 = xdr.uint(2, 0o40755, 3, 36, 36) + xdr.hyper(4096) + bytes(8 + 8 + 8 + 8 + 24)


def answer(data: bytes) -> xdr.Reader:
    return xdr.Reader(data)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (nfs3.lookup_arguments(b"hand", "ab"), "00000004 68616e64 00000002 61620000"),
        (nfs3.access_arguments(b"hand", 0x3F), "00000004 68616e64 0000003f"),
        (nfs3.read_arguments(b"hand", 8, 16), "00000004 68616e64 0000000000000008 00000010"),
        (
            nfs3.create_arguments(b"hand", "ab"),
            "00000004 68616e64 00000002 61620000 00000001 00000001 00000180" + "00000000" * 5,
        ),
        (
            nfs3.write_arguments(b"hand", b"xy"),
            "00000004 68616e64" + "00" * 8 + "00000002 00000002 00000002 78790000",
        ),
        (
            nfs3.readdir_arguments(b"hand", 1, b"verifier", 256),
            "00000004 68616e64" + "00" * 7 + "01" + b"verifier".hex() + "00000100",
        ),
        (nfs4.bitmap(), "00000000"),
        (nfs4.bitmap(1, 33), "00000002 00000002 00000002"),
        (nfs4.read_arguments(bytes(16), 8, 16), "00" * 16 + "0000000000000008 00000010"),
        (nfs4.write_arguments(bytes(16), b"xy"), "00" * 24 + "00000002 00000002 78790000"),
        (nfs4.readdir_arguments(0, bytes(8), 256), "00" * 16 + "00000100 00000100 00000000"),
        (
            nfs4.open_arguments(0, 5, 9, b"me", "ab"),
            (
                "00000005 00000003 00000000 0000000000000009 00000002 6d650000"
                "00000001 00000001 00000002 00000000 00000002 00000004 00000180"
                "00000000 00000002 61620000"
            ),
        ),
        (session4.sequence_arguments(b"s" * 16, 3), "73" * 16 + "00000003" + "00000000" * 3),
        (session4.exchange_id_arguments(b"verifier", b"me"), b"verifier".hex() + "00000002 6d650000" + "00000000" * 3),
    ],
)
def test_arguments_as_bytes(made: bytes, expected: str) -> None:
    assert made == bytes.fromhex(expected)


def test_a_delegation_is_declined_where_that_can_be_said() -> None:
    assert nfs4.open_arguments(1, 0, 9, b"me", "ab")[4:8] == bytes.fromhex("00000403")


def test_a_session_has_one_slot_and_no_way_back() -> None:
    made = session4.create_session_arguments(9, 2)
    channel = "00000000" + "00010000" * 3 + "000000100000000100000000"
    assert made == bytes.fromhex("00000000000000090000000200000000" + channel * 2 + "400000000000000100000000")


def test_answers_of_version_3() -> None:
    assert nfs3.attributes(answer(ATTRIBUTES_3)) == (2, 0o755, "36", "36", 4096)
    assert nfs3.found(answer(xdr.uint(0) + xdr.opaque(b"hand") + xdr.uint(0, 0)), "looking") == b"hand"
    assert nfs3.granted(answer(xdr.uint(0, 1) + ATTRIBUTES_3 + xdr.uint(0x1F))) == 0x1F
    assert nfs3.was_read(answer(xdr.uint(0, 0, 3, 1) + xdr.opaque(b"abc")), "reading") == (b"abc", True)
    assert nfs3.created(answer(xdr.uint(0, 1) + xdr.opaque(b"hand"))) == b"hand"
    assert nfs3.written(answer(xdr.uint(0, 1) + bytes(24) + xdr.uint(0, 4096, 2))) == 4096
    sizes = xdr.hyper(100) + xdr.hyper(60) + xdr.hyper(50)
    assert nfs3.space(answer(xdr.uint(0, 0) + sizes)) == (100, 50)
    entry = xdr.uint(1) + xdr.hyper(11) + xdr.string("name") + xdr.hyper(7)
    page = nfs3.page(answer(xdr.uint(0, 0) + b"verifier" + entry + xdr.uint(0, 0)))
    assert page == (["name"], 7, b"verifier", False)


def test_a_new_file_without_a_handle_is_no_answer() -> None:
    with pytest.raises(Malformed):
        nfs3.created(answer(xdr.uint(0, 0)))


@pytest.mark.parametrize(
    ("version", "status", "code", "text"),
    [
        (3, 13, "NFS3ERR_ACCES", "permission denied"),
        (4, 13, "NFS4ERR_ACCESS", "permission denied"),
        (3, 30, "NFS3ERR_ROFS", "the export is read-only"),
        (4, 10016, "NFS4ERR_WRONGSEC", "the export is not for sec=sys"),
        (4, 31337, "status 31337", "the server refused it"),
    ],
)
def test_statuses_in_words(version: int, status: int, code: str, text: str) -> None:
    assert facts.said(version, status) == (code, text)


def test_that_nothing_is_there_is_told_from_other_refusals() -> None:
    with pytest.raises(Refused) as absent:
        nfs3.found(answer(xdr.uint(2)), "looking")
    with pytest.raises(Refused) as denied:
        nfs3.found(answer(xdr.uint(13)), "looking")
    assert facts.not_there(absent.value)
    assert not facts.not_there(denied.value)


LOOKS = [nfs4.operation(nfs4.OP_PUTROOTFH), nfs4.operation(nfs4.OP_LOOKUP, xdr.string("a"), "finding a")]


def test_a_compound_and_its_answers() -> None:
    assert nfs4.compound(1, LOOKS) == bytes.fromhex("000000000000000100000002000000180000000f0000000161000000")
    answers = nfs4.Answers(answer(xdr.uint(0, 0, 2, 24, 0, 15, 0) + b"BEHIND"), LOOKS)
    answers.next()
    assert answers.next().rest() == b"BEHIND"
    with pytest.raises(Malformed):
        answers.next()


@pytest.mark.parametrize(
    ("data", "kind", "text"),
    [
        (xdr.uint(2, 0, 2, 24, 0, 15, 2), Refused, r"finding a: there is nothing of this name \(NFS4ERR_NOENT\)"),
        (xdr.uint(10021, 0, 0), Refused, "MINOR_VERS_MISMATCH"),
        (xdr.uint(0, 0, 1, 24, 0), Malformed, "missing"),
        (xdr.uint(0, 0, 2, 24, 0, 9, 0), Malformed, "operation 9 where 15 is due"),
    ],
)
def test_a_compound_that_stops(data: bytes, kind: type[Exception], text: str) -> None:
    answers = nfs4.Answers(answer(data), LOOKS)
    with pytest.raises(kind, match=text):
        answers.next() and answers.next()


def test_attributes_of_version_4() -> None:
    numbers = nfs4.bitmap(nfs4.A_TYPE, nfs4.A_MODE, nfs4.A_OWNER, nfs4.A_GROUP, nfs4.A_AVAILABLE, nfs4.A_TOTAL)
    values = xdr.uint(2, 0o755) + xdr.string("36") + xdr.string("kvm@site") + xdr.hyper(50) + xdr.hyper(100)
    found = nfs4.read_values(answer(numbers + xdr.opaque(values)))
    assert nfs4.attributes(found) == (2, 0o755, "36", "kvm@site", 0)
    assert nfs4.space(found) == (100, 50)
    assert nfs4.space({}) is None
    with pytest.raises(Malformed, match="attribute 5"):
        nfs4.read_values(answer(nfs4.bitmap(5) + xdr.opaque(bytes(8))))


def test_rights_that_the_server_does_not_know_are_not_granted() -> None:
    assert nfs4.granted(answer(xdr.uint(0x0F, 0x3F))) == 0x0F


@pytest.mark.parametrize(
    ("delegation", "confirm"),
    [(xdr.uint(0), False), (xdr.uint(0), True), (xdr.uint(3, 0), False), (xdr.uint(3, 1, 1), False)],
)
def test_a_file_that_was_opened(delegation: bytes, confirm: bool) -> None:
    head = b"s" * 16 + bytes(20) + xdr.uint(2 if confirm else 0) + nfs4.bitmap(33)
    reader = answer(head + delegation + b"BEHIND00")
    assert nfs4.opened(reader) == (b"s" * 16, confirm)
    assert reader.rest() == b"BEHIND00"


def test_a_delegation_that_nobody_asked_for() -> None:
    with pytest.raises(Malformed, match="delegation"):
        nfs4.opened(answer(b"s" * 16 + bytes(20) + xdr.uint(0) + nfs4.bitmap() + xdr.uint(1)))


def test_directories_of_version_4() -> None:
    entry = xdr.uint(1) + xdr.hyper(7) + xdr.string("name") + nfs4.bitmap() + xdr.opaque(b"")
    assert nfs4.page(answer(b"verifier" + entry + xdr.uint(0, 1))) == (["name"], 7, b"verifier", True)
