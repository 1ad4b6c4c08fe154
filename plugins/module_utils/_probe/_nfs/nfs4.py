# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""NFS version 4 (RFC 7530 for 4.0, RFC 8881 for 4.1 and later): operations of a compound, and what they answer."""

from __future__ import annotations

import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._nfs import xdr
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._nfs.facts import (
    Attributes,
    Space,
    said,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import Malformed, Refused

PROGRAM, VERSION, PORT = 100003, 4, 2049
COMPOUND = 1

(OP_ACCESS, OP_CLOSE, OP_GETATTR, OP_GETFH, OP_LOOKUP, OP_OPEN) = (3, 4, 9, 10, 15, 18)
(OP_OPEN_CONFIRM, OP_PUTFH, OP_PUTROOTFH, OP_READ, OP_READDIR, OP_REMOVE) = (20, 22, 24, 25, 26, 28)
(OP_SETCLIENTID, OP_SETCLIENTID_CONFIRM, OP_WRITE) = (35, 36, 38)

ANONYMOUS = bytes(16)
"""The state of somebody who opened nothing."""
FILE_SYNC = 2
MINOR_VERSION_MISMATCH, DELAY = 10021, 10008

A_TYPE, A_SIZE, A_MODE, A_OWNER, A_GROUP, A_AVAILABLE, A_TOTAL = 1, 4, 33, 36, 37, 42, 44


class Operation(t.NamedTuple):
    """One step of a compound. ``doing``: what it is for, when it is refused; ``what``: the word of that problem."""

    number: int
    arguments: bytes
    what: str
    doing: str


def operation(number: int, arguments: bytes = b"", doing: str = "finding the export", what: str = "mount") -> Operation:
    """One step."""
    return Operation(number, arguments, what, doing)


def compound(minor: int, operations: t.Sequence[Operation]) -> bytes:
    """The arguments of a COMPOUND call."""
    steps = b"".join(xdr.uint(step.number) + step.arguments for step in operations)
    return xdr.string("") + xdr.uint(minor, len(operations)) + steps


class Answers:
    """The answer of a compound, read operation by operation in the order of the question."""

    def __init__(self, reader: xdr.Reader, operations: t.Sequence[Operation]) -> None:
        self.status = reader.uint()
        reader.opaque()
        self._left = reader.uint()
        self._reader = reader
        self._operations = list(operations)

    def next(self) -> xdr.Reader:
        """The result of the next operation; raises Refused where it is the one that the server refused."""
        if not self._operations:
            raise Malformed("more results than operations")
        step = self._operations.pop(0)
        if not self._left:
            self._refuse(step, self.status)
        self._left -= 1
        number, status = self._reader.uint(), self._reader.uint()
        if number != step.number and status == 0:
            raise Malformed(f"the result of operation {number} where {step.number} is due")
        if status:
            self._refuse(step, status)
        return self._reader

    def _refuse(self, step: Operation, status: int) -> t.NoReturn:
        if not status:
            raise Malformed("a result is missing")
        code, text = said(4, status)
        raise Refused("security" if code == "NFS4ERR_WRONGSEC" else step.what, f"{step.doing}: {text}", code)


def bitmap(*numbers: int) -> bytes:
    """A set of attributes."""
    words = [0] * (max(numbers, default=-1) // 32 + 1)
    for number in numbers:
        words[number // 32] |= 1 << number % 32
    return xdr.uint(len(words), *words)


def read_bitmap(reader: xdr.Reader) -> list[int]:
    """The attributes in a set, in order."""
    words = reader.array(reader.uint, most=8)
    return [32 * place + bit for place, word in enumerate(words) for bit in range(32) if word >> bit & 1]


def read_values(reader: xdr.Reader) -> dict[int, int | str]:
    """The values of a GETATTR answer, of those attributes that this module asks for; Malformed for others."""
    numbers = read_bitmap(reader)
    values = xdr.Reader(reader.opaque())
    found: dict[int, int | str] = {}
    for number in numbers:
        if number in (A_TYPE, A_MODE):
            found[number] = values.uint()
        elif number in (A_SIZE, A_AVAILABLE, A_TOTAL):
            found[number] = values.hyper()
        elif number in (A_OWNER, A_GROUP):
            found[number] = values.string()
        else:
            raise Malformed(f"attribute {number}, which was not asked for")
    return found


def attributes(values: t.Mapping[int, int | str]) -> Attributes:
    """The attributes of something; those that the server leaves out are nothing."""
    return Attributes(
        int(values.get(A_TYPE, 0)),
        int(values.get(A_MODE, 0)) & 0o7777,
        str(values.get(A_OWNER, "")),
        str(values.get(A_GROUP, "")),
        int(values.get(A_SIZE, 0)),
    )


def space(values: t.Mapping[int, int | str]) -> Space | None:
    """The space, where the server tells it."""
    if A_TOTAL not in values or A_AVAILABLE not in values:
        return None
    return Space(int(values[A_TOTAL]), int(values[A_AVAILABLE]))


def granted(reader: xdr.Reader) -> int:
    """The rights that ACCESS grants: those that it does not know count as not granted."""
    supported, rights = reader.uint(), reader.uint()
    return supported & rights


def readdir_arguments(cookie: int, verifier: bytes, most: int = 32768) -> bytes:
    """Arguments of READDIR for names only."""
    return xdr.hyper(cookie) + verifier + xdr.uint(most, most) + bitmap()


class Page(t.NamedTuple):
    """A part of a directory: names, where it goes on, and whether it was the last part."""

    names: list[str]
    cookie: int
    verifier: bytes
    end: bool


def page(reader: xdr.Reader) -> Page:
    """The answer of READDIR."""
    verifier = reader.fixed(8)

    def entry() -> tuple[int, str]:
        cookie, name = reader.hyper(), reader.string()
        read_bitmap(reader)
        reader.opaque()
        return cookie, name

    entries = reader.listed(entry)
    return Page([name for _cookie, name in entries], entries[-1][0] if entries else 0, verifier, reader.boolean())


def read_arguments(state: bytes, offset: int, count: int) -> bytes:
    """Arguments of READ."""
    return state + xdr.hyper(offset) + xdr.uint(count)


def was_read(reader: xdr.Reader) -> tuple[bytes, bool]:
    """What READ read, and whether it is the end of the file."""
    end = reader.boolean()
    return reader.opaque(), end


def write_arguments(state: bytes, data: bytes) -> bytes:
    """Arguments of WRITE at the beginning of a file; the answer comes when it lies on the disk."""
    return state + xdr.hyper(0) + xdr.uint(FILE_SYNC) + xdr.opaque(data)


def open_arguments(minor: int, sequence: int, client: int, owner: bytes, name: str) -> bytes:
    """Arguments of OPEN for a new file that only its owner may open, to read and write it; refused where the name is
    taken. From version 4.1 on it can be said that no delegation is wanted."""
    both, deny_none, create, guarded, by_name = 3 | (0x400 if minor else 0), 0, 1, 1, 0
    mode = bitmap(A_MODE) + xdr.opaque(xdr.uint(0o600))
    head = xdr.uint(sequence, both, deny_none) + xdr.hyper(client) + xdr.opaque(owner)
    return head + xdr.uint(create, guarded) + mode + xdr.uint(by_name) + xdr.string(name)


class Opened(t.NamedTuple):
    """A state, and whether version 4.0 wants the opener confirmed first."""

    state: bytes
    confirm: bool


def opened(reader: xdr.Reader) -> Opened:
    """The answer of OPEN. A delegation is not taken: the probe asks for none, and the file goes at once."""
    state = reader.fixed(16)
    reader.fixed(4 + 8 + 8)
    flags = reader.uint()
    read_bitmap(reader)
    kind = reader.uint()
    if kind in (1, 2):
        raise Malformed("a delegation that nobody asked for")
    if kind == 3 and reader.uint() in (1, 2):
        reader.boolean()
    return Opened(state, bool(flags & 2))


def setclientid_arguments(verifier: bytes, identity: bytes) -> bytes:
    """Arguments of SETCLIENTID of version 4.0, without a way to be called back."""
    callback = xdr.uint(0x40000000) + xdr.string("tcp") + xdr.string("0.0.0.0.0.0")
    return verifier + xdr.opaque(identity) + callback + xdr.uint(1)


def client_of_version_0(reader: xdr.Reader) -> tuple[int, bytes]:
    """The answer of SETCLIENTID: the client's number, and what confirms it."""
    return reader.hyper(), reader.fixed(8)
