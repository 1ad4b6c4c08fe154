# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remote procedure calls (RFC 5531) over TCP: calls as a certain user, replies, records."""

from __future__ import annotations

import random
import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._nfs import xdr
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import Malformed, ProbeError, Refused
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.wire import Wire

CALL, REPLY, VERSION = 0, 1, 2
AUTH_NONE, AUTH_SYS = 0, 1
LAST = 0x80000000
MOST = 4 << 20
"""The largest record that is taken, in bytes."""

ACCEPTED = {
    1: ("PROG_UNAVAIL", "the service is not there"),
    2: ("PROG_MISMATCH", "the service does not speak this version"),
    3: ("PROC_UNAVAIL", "the service does not know this procedure"),
    4: ("GARBAGE_ARGS", "the service did not understand the call"),
    5: ("SYSTEM_ERR", "the service has trouble of its own"),
}
AUTHENTICATION = {
    1: ("AUTH_BADCRED", "the credentials were not taken"),
    2: ("AUTH_REJECTEDCRED", "the credentials were not taken"),
    3: ("AUTH_BADVERF", "the credentials were not taken"),
    4: ("AUTH_REJECTEDVERF", "the credentials were not taken"),
    5: ("AUTH_TOOWEAK", "the server wants stronger security than sec=sys"),
}


class User(t.NamedTuple):
    """Who a call is made as, the AUTH_SYS way."""

    uid: int
    gid: int
    machine: str = "localhost"


ROOT = User(0, 0)


def call(xid: int, program: int, version: int, procedure: int, user: User | None, arguments: bytes) -> bytes:
    """A call without its record mark. ``user``: None for AUTH_NONE."""
    credentials = xdr.uint(AUTH_NONE, 0)
    if user is not None:
        body = xdr.uint(0) + xdr.string(user.machine) + xdr.uint(user.uid, user.gid, 0)
        credentials = xdr.uint(AUTH_SYS) + xdr.opaque(body)
    head = xdr.uint(xid, CALL, VERSION, program, version, procedure)
    return head + credentials + xdr.uint(AUTH_NONE, 0) + arguments


def reply(xid: int, record: bytes) -> xdr.Reader:
    """The results in a reply; raises Refused for what the server did not accept, Malformed for what is no reply."""
    reader = xdr.Reader(record)
    if reader.uint() != xid:
        raise Malformed("a reply to another call")
    if reader.uint() != REPLY:
        raise Malformed("a call where a reply is due")
    if reader.uint():
        if reader.uint() == 0:
            raise Refused("protocol", "the server speaks another version of RPC", "RPC_MISMATCH")
        code, text = AUTHENTICATION.get(reader.uint(), ("AUTH_ERROR", "the credentials were not taken"))
        raise Refused("security", text, code)
    reader.uint()
    reader.opaque()
    status = reader.uint()
    if status:
        code, text = ACCEPTED.get(status, (f"status {status}", "the call was not accepted"))
        raise Refused("protocol", text, code)
    return reader


def marked(record: bytes) -> bytes:
    """A record as one fragment."""
    return xdr.uint(LAST | len(record)) + record


class Service:
    """One program of a server on one connection. ``title``: what it is called when something is wrong with it."""

    def __init__(self, wire: Wire, program: int, version: int, title: str) -> None:
        self._wire = wire
        self._program = program
        self._version = version
        self._title = title
        self._xid = random.getrandbits(32)

    def call(self, procedure: int, arguments: bytes = b"", user: User | None = None) -> xdr.Reader:
        """One exchange; raises ProbeError."""
        self._xid = (self._xid + 1) & 0xFFFFFFFF
        during = f"asking the {self._title}"
        self._wire.send(marked(call(self._xid, self._program, self._version, procedure, user, arguments)), during)
        try:
            return reply(self._xid, self._record(during))
        except (Malformed, Refused) as error:
            raise _named(error, self._title) from error

    def _record(self, during: str) -> bytes:
        parts: list[bytes] = []
        size = 0
        while True:
            mark = int.from_bytes(self._wire.receive(4, during), "big")
            size += mark & ~LAST
            if size > MOST or len(parts) > MOST // 1024:
                raise Malformed(f"a reply of more than {MOST >> 20} MiB")
            parts.append(self._wire.receive(mark & ~LAST, during))
            if mark & LAST:
                return b"".join(parts)


def _named(error: ProbeError, title: str) -> ProbeError:
    error.text = f"{title}: {error.text}"
    error.args = (error.text,)
    return error
