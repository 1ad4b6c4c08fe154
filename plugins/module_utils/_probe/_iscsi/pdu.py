# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Units of the iSCSI protocol (RFC 7143, chapter 11): a head of 48 bytes, and data padded to four."""

from __future__ import annotations

import struct
import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import Malformed

HEAD = 48
MOST = 1 << 18
"""The most data that one unit may carry to this side, as the sign-in says."""
NOBODY = 0xFFFFFFFF

NOP_OUT, COMMAND, LOGIN, TEXT, LOGOUT = 0x00, 0x01, 0x03, 0x04, 0x06
NOP_IN, RESPONSE, LOGIN_RESPONSE, TEXT_RESPONSE, DATA_IN, LOGOUT_RESPONSE = 0x20, 0x21, 0x23, 0x24, 0x25, 0x26
ASYNC, REJECT = 0x32, 0x3F
IMMEDIATE, FINAL, CONTINUED = 0x40, 0x80, 0x40
READS, SIMPLE = 0x40, 0x01
HAS_STATUS = 0x01


class Unit(t.NamedTuple):
    """A unit that came. ``head``: its 48 bytes."""

    head: bytes
    data: bytes

    @property
    def opcode(self) -> int:
        return self.head[0] & 0x3F

    @property
    def flags(self) -> int:
        return self.head[1]

    @property
    def task(self) -> int:
        """The number of the request that it answers."""
        return self.number(16)

    def number(self, at: int) -> int:
        """The number of four bytes at a place of the head."""
        return int.from_bytes(self.head[at : at + 4], "big")


def lengths(head: bytes) -> tuple[int, int]:
    """Bytes to pass over behind a head (further heads), and bytes of data after them, without padding; Malformed."""
    further, size = head[4] * 4, int.from_bytes(head[5:8], "big")
    if size > MOST:
        raise Malformed(f"a unit with {size} bytes where at most {MOST} may be")
    return further, size


def padded(data: bytes) -> bytes:
    """Data with its padding."""
    return data + bytes(-len(data) % 4)


def _head(opcode: int, flags: int, size: int, at_8: bytes, task: int, behind: bytes) -> bytes:
    return struct.pack(">BBxxI8sI", opcode, flags, size, at_8, task) + behind.ljust(28, b"\0")


def login(
    stage: int, following: int, transit: bool, isid: bytes, session: int, task: int, seen: int, data: bytes
) -> bytes:
    """A login request. ``following``: the stage that ``transit`` asks for; ``seen``: the number that the next answer
    should have."""
    flags = (FINAL if transit else 0) | stage << 2 | (following if transit else 0)
    at_8 = isid + struct.pack(">H", session)
    return _head(LOGIN | IMMEDIATE, flags, len(data), at_8, task, struct.pack(">HxxII", 0, 1, seen)) + padded(data)


def text(task: int, transfer: int, command: int, seen: int, data: bytes) -> bytes:
    """A text request. ``transfer``: NOBODY, or the number with which the target wants it continued."""
    return _head(TEXT, FINAL, len(data), bytes(8), task, struct.pack(">III", transfer, command, seen)) + padded(data)


def command(lun: bytes, task: int, count: int, number: int, seen: int, cdb: bytes) -> bytes:
    """A SCSI command that reads up to ``count`` bytes, or nothing."""
    flags = FINAL | (READS if count else 0) | SIMPLE
    return _head(COMMAND, flags, 0, lun, task, struct.pack(">III16s", count, number, seen, cdb))


def nop_out(lun: bytes, transfer: int, number: int, seen: int) -> bytes:
    """The answer to a target that asks whether somebody is there."""
    behind = struct.pack(">III", transfer, number, seen)
    return _head(NOP_OUT | IMMEDIATE, FINAL, 0, lun, NOBODY, behind)


def logout(task: int, number: int, seen: int) -> bytes:
    """The request to end the session."""
    return _head(LOGOUT | IMMEDIATE, FINAL, 0, bytes(8), task, struct.pack(">HxxII", 0, number, seen))
