# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""NFS version 3 (RFC 1813): arguments of its procedures, and what their answers hold."""

from __future__ import annotations

import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._nfs import xdr
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._nfs.facts import Attributes, Space, said
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import Malformed, Refused

PROGRAM, VERSION = 100003, 3
GETATTR, LOOKUP, ACCESS, READ, WRITE, CREATE, REMOVE = 1, 3, 4, 6, 7, 8, 12
READDIR, FSSTAT = 16, 18
FILE_SYNC, GUARDED = 2, 1


def status(reader: xdr.Reader, what: str, doing: str) -> None:
    """The status that begins every answer; raises Refused with what was being done."""
    number = reader.uint()
    if number:
        code, text = said(3, number)
        raise Refused(what, f"{doing}: {text}", code)


def attributes(reader: xdr.Reader) -> Attributes:
    """The attributes of something."""
    kind, mode, _links, owner, group = (reader.uint() for _number in range(5))
    size = reader.hyper()
    reader.fixed(8 + 8 + 8 + 8 + 24)
    return Attributes(kind, mode & 0o7777, str(owner), str(group), size)


def maybe_attributes(reader: xdr.Reader) -> Attributes | None:
    """Attributes that an answer may leave out."""
    return attributes(reader) if reader.boolean() else None


def lookup_arguments(folder: bytes, name: str) -> bytes:
    """Arguments of LOOKUP and of REMOVE: a name in a directory."""
    return xdr.opaque(folder) + xdr.string(name)


def found(reader: xdr.Reader, doing: str) -> bytes:
    """The handle that LOOKUP found; raises Refused."""
    status(reader, "read", doing)
    return reader.opaque(64)


def access_arguments(handle: bytes, rights: int) -> bytes:
    """Arguments of ACCESS."""
    return xdr.opaque(handle) + xdr.uint(rights)


def granted(reader: xdr.Reader) -> int:
    """The rights that ACCESS grants."""
    status(reader, "read", "asking for the rights")
    maybe_attributes(reader)
    return reader.uint()


def read_arguments(handle: bytes, offset: int, count: int) -> bytes:
    """Arguments of READ."""
    return xdr.opaque(handle) + xdr.hyper(offset) + xdr.uint(count)


def was_read(reader: xdr.Reader, doing: str) -> tuple[bytes, bool]:
    """What READ read, and whether it is the end of the file."""
    status(reader, "read", doing)
    maybe_attributes(reader)
    reader.uint()
    end = reader.boolean()
    return reader.opaque(), end


def create_arguments(folder: bytes, name: str) -> bytes:
    """Arguments of CREATE for a new file that only its owner may open; refused where the name is taken."""
    mode = xdr.uint(1, 0o600)
    return lookup_arguments(folder, name) + xdr.uint(GUARDED) + mode + xdr.uint(0, 0, 0, 0, 0)


def created(reader: xdr.Reader) -> bytes:
    """The handle of the file that CREATE made; raises Refused."""
    status(reader, "write", "making a file")
    if not reader.boolean():
        raise Malformed("a new file without a handle")
    return reader.opaque(64)


def write_arguments(handle: bytes, data: bytes) -> bytes:
    """Arguments of WRITE at the beginning of a file; the answer comes when it lies on the disk."""
    return xdr.opaque(handle) + xdr.hyper(0) + xdr.uint(len(data), FILE_SYNC) + xdr.opaque(data)


def skip_wcc(reader: xdr.Reader) -> None:
    """Pass over what an answer tells of before and after."""
    if reader.boolean():
        reader.fixed(8 + 8 + 8)
    maybe_attributes(reader)


def written(reader: xdr.Reader) -> int:
    """How many bytes WRITE wrote; raises Refused."""
    status(reader, "write", "writing")
    skip_wcc(reader)
    return reader.uint()


def readdir_arguments(folder: bytes, cookie: int, verifier: bytes, most: int = 32768) -> bytes:
    """Arguments of READDIR."""
    return xdr.opaque(folder) + xdr.hyper(cookie) + xdr.fixed(verifier) + xdr.uint(most)


class Page(t.NamedTuple):
    """A part of a directory: names, where it goes on, and whether it was the last part."""

    names: list[str]
    cookie: int
    verifier: bytes
    end: bool


def page(reader: xdr.Reader) -> Page:
    """The answer of READDIR; raises Refused."""
    status(reader, "read", "listing the directory")
    maybe_attributes(reader)
    verifier = reader.fixed(8)

    def entry() -> tuple[str, int]:
        reader.hyper()
        return reader.string(), reader.hyper()

    entries = reader.listed(entry)
    return Page([name for name, _cookie in entries], entries[-1][1] if entries else 0, verifier, reader.boolean())


def space(reader: xdr.Reader) -> Space:
    """The answer of FSSTAT; raises Refused."""
    status(reader, "read", "asking for the space")
    maybe_attributes(reader)
    total, _free, available = reader.hyper(), reader.hyper(), reader.hyper()
    return Space(total, available)
