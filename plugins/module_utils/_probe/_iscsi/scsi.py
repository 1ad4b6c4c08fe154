# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SCSI commands that only look (SPC-4, SBC-3), and what their answers hold."""

from __future__ import annotations

import struct
import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import Malformed

GOOD, BUSY, CONFLICT, TASK_SET_FULL = 0x00, 0x08, 0x18, 0x28
NOT_READY, UNIT_ATTENTION = 0x2, 0x6
DISK = 0
MOST_LUNS = 16384

STATUSES = {
    BUSY: "the unit is busy",
    CONFLICT: "the unit is reserved by another initiator",
    TASK_SET_FULL: "the unit is busy",
    0x30: "the unit is in use by others (ACA)",
}
CAUSES = {
    (0x2, 0x04, 0x00): "not ready",
    (0x2, 0x04, 0x01): "not ready, becoming ready",
    (0x2, 0x04, 0x02): "not ready, has to be started",
    (0x2, 0x04, 0x03): "not ready, somebody has to see to it",
    (0x2, 0x04, 0x0B): "standby path (ALUA)",
    (0x2, 0x04, 0x0C): "path unavailable (ALUA)",
    (0x2, 0x04, 0x12): "offline",
    (0x2, 0x3A, 0x00): "no medium",
    (0x5, 0x25, 0x00): "there is no such LUN",
    (0x7, 0x27, 0x00): "write protected",
}


class Command(t.NamedTuple):
    """A command to a LUN. ``lun``: its address in eight bytes; ``most``: the bytes that it may answer at most."""

    name: str
    lun: bytes
    cdb: bytes
    most: int


class Sense(t.NamedTuple):
    """Why a command was not carried out."""

    key: int
    code: int
    qualifier: int

    def __str__(self) -> str:
        words = CAUSES.get((self.key, self.code, self.qualifier), "not ready" if self.key == NOT_READY else "refused")
        return f"{words} (sense {self.key:x}/{self.code:02x}/{self.qualifier:02x})"


class Result(t.NamedTuple):
    """What came of a command."""

    status: int
    data: bytes
    sense: Sense | None

    @property
    def good(self) -> bool:
        return self.status == GOOD

    @property
    def standby(self) -> bool:
        """Whether the path is one that the storage keeps for later."""
        return self.sense == Sense(NOT_READY, 0x04, 0x0B)

    @property
    def wants_again(self) -> bool:
        """Whether the unit only had something to say that happened before."""
        return self.sense is not None and self.sense.key == UNIT_ATTENTION

    def why(self) -> str:
        """The reason in words, where it is not good."""
        if self.sense is not None:
            return str(self.sense)
        return STATUSES.get(self.status, f"refused (status {self.status:#04x})")


def report_luns(count: int = 16 + 8 * MOST_LUNS) -> Command:
    """Which LUNs there are."""
    return Command("REPORT LUNS", bytes(8), struct.pack(">BxBxxxIxx", 0xA0, 0, count), count)


def test_unit_ready(lun: bytes) -> Command:
    """Whether a LUN would take commands for its data."""
    return Command("TEST UNIT READY", lun, bytes(6), 0)


def inquiry(lun: bytes, page: int | None = None) -> Command:
    """What a LUN is, or one page about it."""
    count = 96 if page is None else 1024
    cdb = struct.pack(">BBBHx", 0x12, 0 if page is None else 1, page or 0, count)
    return Command(f"INQUIRY {page or 0:#04x}", lun, cdb, count)


def read_capacity_16(lun: bytes) -> Command:
    """How large a LUN is."""
    return Command("READ CAPACITY", lun, struct.pack(">BBQIxx", 0x9E, 0x10, 0, 32), 32)


def read_capacity_10(lun: bytes) -> Command:
    """How large a LUN is, for those that do not know the longer command."""
    return Command("READ CAPACITY", lun, struct.pack(">BxIxxxx", 0x25, 0), 8)


def mode_sense(lun: bytes) -> Command:
    """The mode of a LUN, of which the head says whether it is write protected."""
    return Command("MODE SENSE", lun, struct.pack(">BBBBBx", 0x1A, 0x08, 0x3F, 0, 192), 192)


def read(lun: bytes, block: int, blocks: int, block_size: int) -> Command:
    """The data of some blocks."""
    return Command("READ", lun, struct.pack(">BxQIxx", 0x88, block, blocks), blocks * block_size)


def sense(data: bytes) -> Sense | None:
    """The sense in the data of an answer, which begins with its length; None where there is none."""
    body = data[2:]
    kind = body[0] & 0x7F if body else 0
    if kind in (0x70, 0x71) and len(body) >= 14:
        return Sense(body[2] & 0x0F, body[12], body[13])
    if kind in (0x72, 0x73) and len(body) >= 4:
        return Sense(body[1] & 0x0F, body[2], body[3])
    return None


def luns(data: bytes) -> list[bytes]:
    """The addresses of the LUNs in the answer to REPORT LUNS; Malformed."""
    if len(data) < 8:
        raise Malformed("a list of LUNs that is too short")
    size = int.from_bytes(data[:4], "big")
    body = data[8 : 8 + size]
    return [body[at : at + 8] for at in range(0, len(body) - 7, 8)]


def lun_number(address: bytes) -> int:
    """The number by which people call a LUN; Malformed for ways of addressing that no host uses."""
    method, high = address[0] >> 6, address[0] & 0x3F
    if method in (0, 1):
        return high << 8 | address[1]
    if method == 3 and address[0] == 0xD2:
        return int.from_bytes(address[1:4], "big")
    raise Malformed(f"the LUN address {address.hex()}")


class Identity(t.NamedTuple):
    """What INQUIRY says a LUN is. ``device``: 0 for disks; ``there``: whether anything is connected at this number."""

    device: int
    there: bool
    vendor: str
    product: str
    revision: str


def identity(data: bytes) -> Identity:
    """The answer to INQUIRY; Malformed."""
    if len(data) < 36:
        raise Malformed("an INQUIRY answer that is too short")
    words = (data[start:end].decode("ascii", "replace").strip(" \0") for start, end in ((8, 16), (16, 32), (32, 36)))
    return Identity(data[0] & 0x1F, data[0] >> 5 == 0, *words)


class Size(t.NamedTuple):
    """Of a LUN, in bytes."""

    size: int
    block_size: int


def size_16(data: bytes) -> Size:
    """The answer to READ CAPACITY (16); Malformed."""
    if len(data) < 12:
        raise Malformed("a capacity that is too short")
    last, block = struct.unpack(">QI", data[:12])
    return _size(last, block)


def size_10(data: bytes) -> Size:
    """The answer to READ CAPACITY (10); Malformed."""
    if len(data) < 8:
        raise Malformed("a capacity that is too short")
    last, block = struct.unpack(">II", data[:8])
    return _size(last, block)


def _size(last: int, block: int) -> Size:
    if block not in (512, 1024, 2048, 4096):
        raise Malformed(f"blocks of {block} bytes")
    return Size((last + 1) * block, block)


def write_protected(data: bytes) -> bool:
    """The answer to MODE SENSE (6); Malformed."""
    if len(data) < 4:
        raise Malformed("a mode that is too short")
    return bool(data[2] & 0x80)
