# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that make no sense, by chance or on purpose: each reader says so, and none ends in another way."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
import typing as t
from collections.abc import Callable, Iterator, Sequence

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe import domain, iscsi_probe, nfs_probe, run
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._iscsi import (
    discovery,
    keys,
    login,
    lvm,
    pdu,
    scsi,
    vpd,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._known import devices, mounts, multipath, sessions
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._nfs import (
    mountd,
    nfs3,
    nfs4,
    portmap,
    rpc,
    session4,
    xdr,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._nfs.rpc import User
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import ProbeError
from hypothesis import given
from hypothesis import strategies as st

LOOKS = [nfs4.operation(nfs4.OP_PUTROOTFH), nfs4.operation(nfs4.OP_LOOKUP)]
XDR: list[Callable[[xdr.Reader], object]] = [
    portmap.from_dump_2,
    portmap.from_dump_3,
    mountd.mounted,
    mountd.exports,
    nfs3.attributes,
    nfs3.granted,
    nfs3.created,
    nfs3.written,
    nfs3.page,
    nfs3.space,
    lambda reader: nfs3.was_read(reader, "reading"),
    lambda reader: nfs3.found(reader, "looking"),
    nfs4.page,
    nfs4.opened,
    nfs4.granted,
    nfs4.was_read,
    lambda reader: nfs4.attributes(nfs4.read_values(reader)),
    lambda reader: nfs4.Answers(reader, LOOKS).next(),
    nfs4.client_of_version_0,
    session4.client,
    session4.session,
    session4.skip_sequence,
]
BYTES: list[Callable[[bytes], object]] = [
    lambda data: rpc.reply(1, data),
    lambda data: pdu.lengths(data.ljust(48, b"\0")),
    keys.decode,
    discovery.targets,
    lambda data: login.Login("iqn.me", "iqn.there", None, None).following(
        pdu.Unit(b"\x23" + data[:47].ljust(47, b"\0"), data[47:])
    ),
    scsi.sense,
    scsi.luns,
    lambda data: [scsi.lun_number(lun) for lun in scsi.luns(data)],
    scsi.identity,
    scsi.size_16,
    scsi.size_10,
    scsi.write_protected,
    vpd.serial,
    lambda data: vpd.wwid(vpd.designators(data), "V", "P", "S"),
    lvm.label,
    lambda data: lvm.text_place(data, 4096),
    lvm.group,
    domain.from_lines,
]
TEXTS: list[Callable[[str], object]] = [
    keys.from_binary,
    keys.target_address,
    portmap.port_of,
    multipath.maps,
    devices.sizes,
    sessions.sessions,
    mounts.mounts,
]

# Numbers that begin what comes, so that readers get behind the first of them.
NUMBERS = st.lists(st.sampled_from([0, 1, 2, 3, 4, 6, 16, 0xFFFFFFFF]), max_size=12)
DATA = st.one_of(
    st.binary(max_size=300), st.builds(lambda head, rest: xdr.uint(*head) + rest, NUMBERS, st.binary(max_size=80))
)


def survives(reads: Sequence[Callable[[t.Any], object]], make: Callable[[], object]) -> None:
    """Each reader gets through, or says that it makes no sense."""
    for read in reads:
        with contextlib.suppress(ProbeError):
            read(make())


@given(data=DATA)
def test_readers_of_numbers(data: bytes) -> None:
    survives(XDR, lambda: xdr.Reader(data))


@given(data=DATA)
def test_readers_of_bytes(data: bytes) -> None:
    survives(BYTES, lambda: data)


@pytest.mark.parametrize("magic", [b"LABELONE" + bytes(12) + b"\x20\0\0\0LVM2 001", b"1234" + lvm.MAGIC])
@given(data=DATA)
def test_readers_of_labels(magic: bytes, data: bytes) -> None:
    survives([lvm.label, lambda whole: lvm.text_place(whole, 4096)], lambda: magic + data)


@given(data=DATA, number=st.sampled_from([vpd.SERIAL, vpd.IDENTIFICATION]))
def test_readers_of_pages(number: int, data: bytes) -> None:
    whole = bytes([0, number]) + len(data).to_bytes(2, "big") + data
    survives([vpd.serial, lambda page: vpd.wwid(vpd.designators(page), "V", "P", "")], lambda: whole)


@given(text=st.one_of(st.text(max_size=80), st.text('0xb1:[],.{}" \n=/\\', max_size=60)))
def test_readers_of_texts(text: str) -> None:
    survives(TEXTS, lambda: text)


@given(text=st.text('tags = ["MDT_SDUUID\\",]{}\n', max_size=300))
def test_readers_of_descriptions(text: str) -> None:
    survives([lvm.group], text.encode)


SECONDS = 0.4
GARBAGE = {
    "nothing": b"",
    "a web server": b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n" * 4,
    "zeros": bytes(4096),
    "ones": b"\xff" * 4096,
    "a record of no end": xdr.uint(0x7FFFFFFF) * 64,
    "empty fragments": bytes(4) * 4096,
    "a sign-in of no end": (bytes([0x23, 0x40]) + bytes(46)) * 64,
}


@pytest.fixture(params=["stays", "goes"])
def stays(request: pytest.FixtureRequest) -> bool:
    """Whether the other side keeps its connection when it has said what it says."""
    return bool(request.param == "stays")


@pytest.fixture(params=sorted(GARBAGE))
def port(request: pytest.FixtureRequest, stays: bool) -> Iterator[int]:
    """Somebody on this machine who listens, and says something else than is expected."""
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)

    def serve() -> None:
        open_ones = []
        while not over.is_set():
            try:
                made, _address = listener.accept()
            except TimeoutError:
                continue
            with contextlib.suppress(OSError):
                made.recv(1)
                made.sendall(GARBAGE[request.param])
            open_ones.append(made)
            if not stays:
                made.close()
        for made in open_ones:
            made.close()

    thread = threading.Thread(target=serve)
    thread.start()
    yield listener.getsockname()[1]
    over.set()
    thread.join()
    listener.close()


def test_whoever_else_listens_is_told_in_time(port: int) -> None:
    wanted = nfs_probe.Wanted("127.0.0.1", "/a", "v4", port, True, None)
    targets = iscsi_probe.Wanted(
        (keys.Portal("127.0.0.1", port),), ("iqn.2026-11.test:a", "iqn.2026-11.test:b"),
        True, None, None, (), True, None, "iqn.2026-11.test:me",
    )  # fmt: skip
    began = time.monotonic()
    nfs = nfs_probe.probe(wanted, "127.0.0.1", "v4", User(36, 36), False, SECONDS)
    iscsi = run.visit_portal(targets, "127.0.0.1", port, SECONDS)
    words = {"timeout", "malformed", "reset", "protocol", "signin"}
    assert nfs["problem"]["what"] in words
    assert iscsi["discovery"]["problem"]["what"] in words
    assert not any(visit["ok"] for visit in iscsi["targets"])
    assert time.monotonic() - began < 3 * SECONDS + 2
