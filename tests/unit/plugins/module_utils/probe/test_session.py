# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A session with a target that does what real ones may do and tgtd does not: asks back, lets only a few commands in,
says what happened before, sends data in parts, goes away."""

from __future__ import annotations

import socket
import struct
import threading
import typing as t
from collections.abc import Callable, Iterator

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe import luns
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._iscsi import (
    discovery,
    keys,
    login,
    pdu,
    scsi,
    session,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.deadline import Deadline
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import ProbeError
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.wire import Wire

LUN = b"\0\1" + bytes(6)
ATTENTION = struct.pack(">H", 18) + bytes([0x70, 0, 6, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x29, 0, 0, 0, 0, 0])
ILLEGAL = ATTENTION.replace(b"\x70\0\6", b"\x70\0\5").replace(b"\x29\0", b"\x20\0")


class Target:
    """The other side. ``commands``: the CDBs that came; ``lun``: where the last one went; ``window``: commands that it
    lets in at once; ``answer``: what it says to a command, given its CDB and how often the same came before."""

    def __init__(self, wire: socket.socket) -> None:
        self._wire = wire
        self._stat = 100
        self.commands: list[bytes] = []
        self.identifier = self.lun = b""
        self.window = 1
        self.replied: list[bytes] = []
        self.before: Callable[[], None] = lambda: None
        self.answer: Callable[[bytes, int], list[tuple[int, bytes, int, bytes]]] = lambda _cdb, _times: [
            (0, b"", 0, b"")
        ]
        self.text: list[bytes] = [b""]
        self._came: dict[bytes, int] = {}
        self._expected = 1

    def send(self, opcode: int, flags: int, task: int, *, data: bytes = b"", at_2: bytes = b"\0\0", at_20: int = 0,
             at_36: bytes = b"", numbered: bool = True) -> None:  # fmt: skip
        """One unit."""
        head = bytes([opcode, flags]) + at_2 + b"\0" + len(data).to_bytes(3, "big") + bytes(8)
        head += struct.pack(">III", task, at_20, self._stat)
        head += struct.pack(">II", self._expected, self._expected + self.window - 1) + at_36
        self._wire.sendall(head.ljust(48, b"\0") + pdu.padded(data))
        self._stat += numbered

    def serve(self) -> None:
        """Answer until the other side goes."""
        while True:
            head = self._wire.recv(48, socket.MSG_WAITALL)
            if len(head) < 48:
                return
            size = int.from_bytes(head[5:8], "big")
            self._wire.recv(size + -size % 4, socket.MSG_WAITALL)
            opcode, task = head[0] & 0x3F, int.from_bytes(head[16:20], "big")
            if opcode == pdu.LOGIN:
                self.identifier = head[8:14]
                self.send(pdu.LOGIN_RESPONSE, head[1], task)
            elif opcode == pdu.TEXT:
                self._expected += 1
                part = self.text.pop(0)
                self.send(pdu.TEXT_RESPONSE, 0x80 if not self.text else 0x40, task, data=part, at_20=77)
            elif opcode == pdu.COMMAND:
                self._command(head, task)
            elif opcode == pdu.LOGOUT:
                self.send(pdu.LOGOUT_RESPONSE, 0x80, task)
            else:
                self.replied.append(head)

    def _command(self, head: bytes, task: int) -> None:
        cdb = head[32:48]
        assert int.from_bytes(head[24:28], "big") == self._expected
        self._expected += 1
        self.commands.append(cdb)
        self.lun = head[8:16]
        self._came[cdb] = self._came.get(cdb, 0) + 1
        self.before()
        at = 0
        for status, data, last, sense in self.answer(cdb, self._came[cdb] - 1):
            if sense or not data:
                self.send(pdu.RESPONSE, 0x80, task, data=sense, at_2=bytes([0, status]))
            else:
                self.send(pdu.DATA_IN, 0x80 | last, task, data=data, at_2=bytes([0, status]),
                          at_36=struct.pack(">II", 0, at), numbered=bool(last))  # fmt: skip
                at += len(data)


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> Iterator[Target]:
    """A target, to which the next session goes."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    made = Target(theirs)
    monkeypatch.setattr(session, "connect", lambda _host, _port, deadline, _during: Wire(ours, deadline, False))
    thread = threading.Thread(target=made.serve)
    thread.start()
    yield made
    ours.close()
    thread.join()
    theirs.close()


def opened(name: str | None = "iqn.2026-11.test:t") -> session.Session:
    return session.Session("10.0.0.1", 3260, login.Login("iqn.2026-11.test:me", name, None, None), Deadline(5))


def whole(data: bytes) -> list[tuple[int, bytes, int, bytes]]:
    """All of an answer at once."""
    return [(0, data, pdu.HAS_STATUS, b"")]


def test_its_identifier_is_of_the_range_for_random_ones(target: Target) -> None:
    """The host's own initiator uses another range, so neither takes over the other's session."""
    with opened():
        assert target.identifier[0] >> 6 == 2
        assert target.identifier[1:4] != bytes(3)


@pytest.mark.parametrize("window", [1, 3, 200])
def test_no_more_commands_than_the_target_lets_in(target: Target, window: int) -> None:
    target.window = window
    target.answer = lambda cdb, _times: whole(cdb[4:8])
    asked = [scsi.read(LUN, number, 1, 512) for number in range(100)]
    with opened() as made:
        results = made.run(asked)
    assert [result.data for result in results] == [command.cdb[4:8] for command in asked]


def test_what_happened_before_is_heard_and_asked_again(target: Target) -> None:
    target.answer = lambda _cdb, times: [(2, b"", 0, ATTENTION)] if times < 2 else [(0, b"", 0, b"")]
    with opened() as made:
        assert made.run([scsi.test_unit_ready(LUN)])[0].good
    assert len(target.commands) == 3


def test_a_unit_that_never_ends_to_say_what_happened(target: Target) -> None:
    target.answer = lambda _cdb, _times: [(2, b"", 0, ATTENTION)]
    with opened() as made:
        (result,) = made.run([scsi.test_unit_ready(LUN)])
    assert result.wants_again
    assert len(target.commands) == session.AGAIN


def test_data_in_parts(target: Target) -> None:
    target.answer = lambda _cdb, _times: [(0, b"abcd", 0, b""), (0, b"efgh", 0, b""), (0, b"ij", pdu.HAS_STATUS, b"")]
    with opened() as made:
        assert made.run([scsi.inquiry(LUN)])[0].data == b"abcdefghij"


def test_a_target_that_asks_whether_somebody_is_there(target: Target) -> None:
    def ask() -> None:
        target.send(pdu.NOP_IN, 0x80, pdu.NOBODY, at_20=7, numbered=False)
        target.send(pdu.NOP_IN, 0x80, pdu.NOBODY, at_20=pdu.NOBODY, numbered=False)
        target.send(pdu.ASYNC, 0x80, pdu.NOBODY, at_36=b"\0", numbered=True)

    target.before = ask
    with opened() as made:
        assert made.run([scsi.test_unit_ready(LUN)])[0].good
    (reply,) = target.replied
    assert (reply[0] & 0x3F, int.from_bytes(reply[20:24], "big")) == (pdu.NOP_OUT, 7)


@pytest.mark.parametrize(
    ("opcode", "more", "what"),
    [
        (pdu.REJECT, {"at_2": b"\4\0"}, "protocol"),
        (pdu.ASYNC, {"at_36": b"\1"}, "signin"),
        (pdu.RESPONSE, {}, "malformed"),
        (pdu.TEXT_RESPONSE, {}, "malformed"),
    ],
)
def test_units_that_end_it(target: Target, opcode: int, more: dict[str, t.Any], what: str) -> None:
    target.before = lambda: target.send(opcode, 0x80, 0x7777, **more)
    with opened() as made, pytest.raises(ProbeError) as refused:
        made.run([scsi.test_unit_ready(LUN)])
    assert refused.value.what == what


@pytest.mark.parametrize(
    "parts",
    [
        [(0, bytes(97), pdu.HAS_STATUS, b"")],
        [(0, bytes(60), 0, b""), (0, bytes(60), pdu.HAS_STATUS, b"")],
    ],
)
def test_more_data_than_was_asked_for(target: Target, parts: list[t.Any]) -> None:
    target.answer = lambda _cdb, _times: parts
    with opened() as made, pytest.raises(ProbeError, match="more or other data"):
        made.run([scsi.inquiry(LUN)])


def test_a_long_list_of_targets(target: Target) -> None:
    whole_text = keys.encode([pair for number in range(5) for pair in [("TargetName", f"iqn.{number}")]])
    target.window = 10
    target.text = [whole_text[:11], whole_text[11:30], whole_text[30:]]
    with opened(None) as made:
        found = discovery.targets(made.targets())
    assert [one.target for one in found] == [f"iqn.{number}" for number in range(5)]


def test_luns_of_an_old_and_an_odd_kind(target: Target) -> None:
    """All know the short capacity only; one is no disk, one is reserved by others, one is addressed in no known way."""
    target.window = 50
    addresses = [b"\0\1", b"\0\2", b"\0\3", b"\x80\4"]
    inquiry = bytes([0, 0, 5, 2, 61, 0, 0, 0]) + b"DRTEST  REPLICA         0001" + bytes(24)

    def answer(cdb: bytes, _times: int) -> list[tuple[int, bytes, int, bytes]]:
        number = target.lun[1]
        if cdb[0] == 0xA0:
            return whole(struct.pack(">Ixxxx", 32) + b"".join(address + bytes(6) for address in addresses))
        if cdb[0] == 0x12:
            return whole(bytes([0x0C if number == 2 else 0]) + inquiry[1:]) if not cdb[1] else [(2, b"", 0, ILLEGAL)]
        if cdb[0] == 0x9E:
            return [(2, b"", 0, ILLEGAL)]
        if cdb[0] == 0x25:
            return whole(struct.pack(">II", 2097151, 512))
        if cdb[0] == 0x1A:
            return whole(bytes([3, 0, 0x80, 0]))
        if cdb[0] == 0x88:
            return [(0x18, b"", 0, b"")] if number == 3 else whole(bytes(2048))
        return [(0, b"", 0, b"")]

    target.answer = answer
    found: dict[str, t.Any] = {}
    with opened() as made:
        luns.look(made, found)
    old, reserved, odd = found["luns"]
    assert (old["lun"], old["size"], old["wwid"], old["write_protected"]) == (1, 1 << 30, None, True)
    assert old["problem"] is None
    assert reserved["problem"]["message"] == "it cannot be read: the unit is reserved by another initiator"
    assert odd["problem"]["what"] == "malformed"
    assert found["domains"] == []
