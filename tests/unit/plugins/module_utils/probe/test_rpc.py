# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe's RPC: bytes of calls and replies, portmapper and mount service."""

from __future__ import annotations

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._nfs import mountd, portmap, rpc, xdr
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import Malformed, ProbeError, Refused
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (xdr.uint(1, 0xFFFFFFFF), "00000001ffffffff"),
        (xdr.hyper(1 << 32), "0000000100000000"),
        (xdr.opaque(b""), "00000000"),
        (xdr.opaque(b"abcde"), "00000005" + "6162636465" + "000000"),
        (xdr.string("\u00e4"), "00000002" + "c3a4" + "0000"),
        (xdr.fixed(b"abc"), "61626300"),
    ],
)
def test_values_as_bytes(made: bytes, expected: str) -> None:
    assert made == bytes.fromhex(expected)


@given(st.lists(st.binary(max_size=40), max_size=5), st.integers(0, 2**64 - 1), st.text(max_size=20))
def test_what_is_written_is_read(parts: list[bytes], number: int, text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    listed = b"".join(xdr.uint(1) + xdr.opaque(part) for part in parts) + xdr.uint(0)
    counted = xdr.uint(len(parts)) + b"".join(xdr.opaque(part) for part in parts)
    reader = xdr.Reader(listed + counted + xdr.hyper(number) + xdr.string(text) + b"rest")
    assert reader.listed(reader.opaque) == parts
    assert reader.array(reader.opaque) == parts
    assert reader.hyper() == number
    assert reader.string() == text
    assert reader.rest() == b"rest"


@pytest.mark.parametrize(
    ("data", "read"),
    [
        ("", "uint"),
        ("000000", "uint"),
        ("00000005616263", "opaque"),
        ("7fffffff", "opaque"),
        ("ffffffff", "string"),
    ],
)
def test_too_short_or_too_long_is_said_so(data: str, read: str) -> None:
    with pytest.raises(Malformed):
        getattr(xdr.Reader(bytes.fromhex(data)), read)()


def test_a_list_has_an_end() -> None:
    reader = xdr.Reader(xdr.uint(1, 1) * 20_000)
    with pytest.raises(Malformed, match="more than"):
        reader.listed(reader.uint)
    with pytest.raises(Malformed, match="at most"):
        xdr.Reader(xdr.uint(0xFFFFFFFF)).array(reader.uint)


def test_a_call_as_nobody_and_as_the_hypervisors_user() -> None:
    nobody = rpc.call(7, 100000, 2, 4, None, b"")
    assert nobody == bytes.fromhex("000000070000000000000002000186a00000000200000004" + "00000000" * 4)
    user = rpc.call(7, 100003, 3, 0, rpc.User(36, 36, "h"), b"ARGS")
    assert user == bytes.fromhex(
        "00000007 00000000 00000002 000186a3 00000003 00000000 00000001 00000018"
        "00000000 00000001 68000000 00000024 00000024 00000000 00000000 00000000" + b"ARGS".hex()
    )
    assert rpc.marked(b"abcd") == bytes.fromhex("80000004" + b"abcd".hex())


def test_a_reply_that_was_accepted() -> None:
    reader = rpc.reply(7, xdr.uint(7, 1, 0, 0) + xdr.opaque(b"verf") + xdr.uint(0) + b"RESULT")
    assert reader.rest() == b"RESULT"


@pytest.mark.parametrize(
    ("record", "kind", "text"),
    [
        (xdr.uint(8, 1, 0, 0, 0, 0), Malformed, "another call"),
        (xdr.uint(7, 0, 0, 0, 0, 0), Malformed, "a call where"),
        (xdr.uint(7, 1, 1, 0, 2, 2), Refused, "RPC_MISMATCH"),
        (xdr.uint(7, 1, 1, 1, 5), Refused, "stronger security"),
        (xdr.uint(7, 1, 1, 1, 99), Refused, "AUTH_ERROR"),
        (xdr.uint(7, 1, 0, 0, 0, 1), Refused, "PROG_UNAVAIL"),
        (xdr.uint(7, 1, 0, 0, 0, 2), Refused, "PROG_MISMATCH"),
        (xdr.uint(7, 1, 0, 0, 0, 99), Refused, "status 99"),
        (xdr.uint(7, 1, 0), Malformed, "bytes are due"),
    ],
)
def test_a_reply_that_was_not(record: bytes, kind: type[ProbeError], text: str) -> None:
    with pytest.raises(kind, match=text):
        rpc.reply(7, record)


def test_what_the_portmapper_lists() -> None:
    entry = xdr.uint(1, 100003, 3, 6, 2049) + xdr.uint(1, 100003, 3, 17, 2049) + xdr.uint(1, 100005, 3, 6, 20048)
    listed = portmap.from_dump_2(xdr.Reader(entry + xdr.uint(0)))
    assert listed == [(100003, 3, 2049), (100005, 3, 20048)]
    assert portmap.port(listed, 100005, 3) == 20048
    assert portmap.port(listed, 100005, 1) is None


def test_what_the_portmapper_lists_for_ipv6() -> None:
    def entry(network: str, address: str) -> bytes:
        return xdr.uint(1, 100003, 3) + xdr.string(network) + xdr.string(address) + xdr.string("superuser")

    data = entry("tcp", "0.0.0.0.8.1") + entry("tcp6", "::.8.1") + entry("local", "/run/x.sock") + xdr.uint(0)
    assert portmap.from_dump_3(xdr.Reader(data)) == [(100003, 3, 2049)]


@pytest.mark.parametrize(
    ("address", "port"),
    [("::.8.1", 2049), ("10.0.0.1.0.111", 111), ("::.8.256", 0), ("/run/x", 0), ("", 0), ("::.a.b", 0), ("1.-1", 0)],
)
def test_ports_of_universal_addresses(address: str, port: int) -> None:
    assert portmap.port_of(address) == port


def test_exports_and_their_clients() -> None:
    data = xdr.uint(1) + xdr.string("/a") + xdr.uint(1) + xdr.string("10.0.0.0/8") + xdr.uint(0)
    data += xdr.uint(1) + xdr.string("/b") + xdr.uint(0) + xdr.uint(0)
    assert mountd.exports(xdr.Reader(data)) == [("/a", ("10.0.0.0/8",)), ("/b", ())]


def test_a_mount_and_its_refusals() -> None:
    assert mountd.mounted(xdr.Reader(xdr.uint(0) + xdr.opaque(b"handle") + xdr.uint(2, 390003, 1))) == b"handle"
    assert mountd.mounted(xdr.Reader(xdr.uint(0) + xdr.opaque(b"handle") + xdr.uint(0))) == b"handle"
    with pytest.raises(Refused, match=r"sec=sys \(flavours 390003\)"):
        mountd.mounted(xdr.Reader(xdr.uint(0) + xdr.opaque(b"handle") + xdr.uint(1, 390003)))
    with pytest.raises(Refused, match="MNT3ERR_ACCES"):
        mountd.mounted(xdr.Reader(xdr.uint(13)))
    with pytest.raises(Refused, match="status 77"):
        mountd.mounted(xdr.Reader(xdr.uint(77)))
