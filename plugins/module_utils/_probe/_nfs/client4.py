# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One export by NFS version 4.0, 4.1 or 4.2. There is no portmapper and no mount service: everything is on one port."""

from __future__ import annotations

import os
import time
import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._nfs import nfs4, session4, xdr
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._nfs.facts import (
    ALL_RIGHTS,
    Attributes,
    Space,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._nfs.rpc import Service, User
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.deadline import Deadline
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import Malformed, ProbeError
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.wire import connect

MINORS = (2, 1, 0)
"""The minor versions, in the order in which a mount tries them."""
PAGES = 100
BUSY_PAUSE = 0.2
"""Seconds before a server that is busy is asked again."""
BIG_ANSWER = 32768
"""Bytes that are read at once; a session's answers have a limit."""


def minors(host: str, port: int, deadline: Deadline) -> list[int]:
    """The minor versions that a server speaks, the best first; raises ProbeError, also when it speaks none."""
    spoken = []
    with connect(host, port, deadline, "connecting to the NFS service", reserved=True) as wire:
        service = Service(wire, nfs4.PROGRAM, nfs4.VERSION, "NFS service")
        for minor in MINORS:
            if service.call(nfs4.COMPOUND, nfs4.compound(minor, [])).uint() != nfs4.MINOR_VERSION_MISMATCH:
                spoken.append(minor)
    return spoken


class Made(t.NamedTuple):
    """A new file that is open. ``confirm``: version 4.0 wants its opener confirmed first."""

    handle: bytes
    state: bytes
    confirm: bool


class Client4:
    """The file service, as one user, with the export found. Raises ProbeError where it cannot be."""

    def __init__(self, host: str, port: int, path: str, minor: int, user: User, deadline: Deadline) -> None:
        self._minor = minor
        self._user = user
        self._deadline = deadline
        self._identity = b"ovirt_dr.storage probe " + os.urandom(8).hex().encode()
        self._session = b""
        self._number = 0
        self._client = 0
        self._wire = connect(host, port, deadline, "connecting to the NFS service", reserved=True)
        self.reserved = self._wire.reserved
        try:
            self._service = Service(self._wire, nfs4.PROGRAM, nfs4.VERSION, "NFS service")
            if minor:
                self._begin()
            self._root = self._find(path)
        except BaseException:
            self._wire.close()
            raise

    def __enter__(self) -> Client4:
        return self

    def __exit__(self, *_exc: object) -> None:
        try:
            self._end()
        except ProbeError:
            # The session ends by itself when the server has not heard of it for some time.
            self._session = b""
        finally:
            self._wire.close()

    def attributes(self) -> Attributes:
        """Of the export itself."""
        return nfs4.attributes(self._values(nfs4.A_TYPE, nfs4.A_SIZE, nfs4.A_MODE, nfs4.A_OWNER, nfs4.A_GROUP))

    def space(self) -> Space | None:
        """Of the export, where the server tells it."""
        return nfs4.space(self._values(nfs4.A_AVAILABLE, nfs4.A_TOTAL))

    def rights(self) -> int:
        """What the server says the user may do in the export."""
        step = nfs4.operation(nfs4.OP_ACCESS, xdr.uint(ALL_RIGHTS), "asking for the rights", "read")
        return nfs4.granted(self._at(self._root, step))

    def names(self) -> list[str]:
        """What lies in the export."""
        names: list[str] = []
        cookie, verifier = 0, bytes(8)
        for _number in range(PAGES):
            arguments = nfs4.readdir_arguments(cookie, verifier)
            step = nfs4.operation(nfs4.OP_READDIR, arguments, "listing the directory", "read")
            part = nfs4.page(self._at(self._root, step))
            names += part.names
            if part.end or not part.names:
                return names
            cookie, verifier = part.cookie, part.verifier
        raise Malformed("the directory has no end")

    def read(self, path: t.Sequence[str], most: int) -> bytes:
        """The first ``most`` bytes of a file below the export; Refused where it is not there."""
        doing = f"reading {'/'.join(path)}"
        looks = [nfs4.operation(nfs4.OP_LOOKUP, xdr.string(name), doing, "read") for name in path]
        handle = self._handle([nfs4.operation(nfs4.OP_PUTFH, xdr.opaque(self._root), doing, "read"), *looks])
        data = b""
        while len(data) < most:
            arguments = nfs4.read_arguments(nfs4.ANONYMOUS, len(data), min(BIG_ANSWER, most - len(data)))
            part, end = nfs4.was_read(self._at(handle, nfs4.operation(nfs4.OP_READ, arguments, doing, "read")))
            data += part
            if end or not part:
                break
        return data

    def make(self, name: str) -> Made:
        """Make a new file in the export; what it returns is for fill(). Refused when nothing was made."""
        if not self._minor:
            self._introduce()
        arguments = nfs4.open_arguments(self._minor, 0, self._client, self._identity, name)
        steps = [
            nfs4.operation(nfs4.OP_PUTFH, xdr.opaque(self._root), "making a file", "write"),
            nfs4.operation(nfs4.OP_OPEN, arguments, "making a file", "write"),
            nfs4.operation(nfs4.OP_GETFH, b"", "making a file", "write"),
        ]
        answers = self._compound(steps)
        answers.next()
        opened = nfs4.opened(answers.next())
        return Made(answers.next().opaque(128), opened.state, opened.confirm)

    def fill(self, made: Made, data: bytes) -> None:
        """Write a new file to the disk, read it again, and close it; raises ProbeError."""
        handle, state, sequence = made.handle, made.state, 1
        if made.confirm:
            confirm = nfs4.operation(nfs4.OP_OPEN_CONFIRM, state + xdr.uint(sequence), "making a file", "write")
            state, sequence = self._at(handle, confirm).fixed(16), sequence + 1
        try:
            write = nfs4.operation(nfs4.OP_WRITE, nfs4.write_arguments(state, data), "writing", "write")
            count = self._at(handle, write).uint()
            arguments = nfs4.read_arguments(state, 0, len(data))
            again = nfs4.operation(nfs4.OP_READ, arguments, "reading what was written", "write")
            back, _end = nfs4.was_read(self._at(handle, again))
        finally:
            self._at(handle, nfs4.operation(nfs4.OP_CLOSE, xdr.uint(sequence) + state, "closing the file", "write"))
        if count != len(data) or back != data:
            raise ProbeError("write", "what was written is not what is read")

    def remove(self, name: str) -> None:
        """Remove a file of the export; raises Refused."""
        self._at(self._root, nfs4.operation(nfs4.OP_REMOVE, xdr.string(name), f"removing {name}", "write"))

    def _find(self, path: str) -> bytes:
        steps = [nfs4.operation(nfs4.OP_PUTROOTFH)]
        for name in path.split("/"):
            if name:
                steps.append(nfs4.operation(nfs4.OP_LOOKUP, xdr.string(name), f"finding {name} of the export"))
        return self._handle(steps)

    def _handle(self, steps: list[nfs4.Operation]) -> bytes:
        last = steps[-1]
        answers = self._compound([*steps, nfs4.operation(nfs4.OP_GETFH, b"", last.doing, last.what)])
        for _step in steps:
            answers.next()
        return answers.next().opaque(128)

    def _values(self, *numbers: int) -> dict[int, int | str]:
        step = nfs4.operation(nfs4.OP_GETATTR, nfs4.bitmap(*numbers), "looking at the export", "read")
        return nfs4.read_values(self._at(self._root, step))

    def _at(self, handle: bytes, step: nfs4.Operation) -> xdr.Reader:
        """One operation on what has this handle."""
        answers = self._compound([nfs4.operation(nfs4.OP_PUTFH, xdr.opaque(handle), step.doing, step.what), step])
        answers.next()
        return answers.next()

    def _compound(self, steps: list[nfs4.Operation]) -> nfs4.Answers:
        """One exchange, repeated while the server is busy and there is time."""
        while True:
            answers = self._once(steps)
            if answers.status != nfs4.DELAY:
                return answers
            time.sleep(min(BUSY_PAUSE, self._deadline.left("the server is busy")))

    def _once(self, steps: list[nfs4.Operation]) -> nfs4.Answers:
        if not self._session:
            return self._ask(steps)
        self._number += 1
        arguments = session4.sequence_arguments(self._session, self._number)
        answers = self._ask([nfs4.operation(session4.OP_SEQUENCE, arguments, "using the session"), *steps])
        session4.skip_sequence(answers.next())
        return answers

    def _ask(self, steps: list[nfs4.Operation]) -> nfs4.Answers:
        return nfs4.Answers(
            self._service.call(nfs4.COMPOUND, nfs4.compound(self._minor, steps), self._user),
            steps,
        )

    def _begin(self) -> None:
        """Make a session (version 4.1 and later); raises ProbeError."""
        doing = "making a session"
        arguments = session4.exchange_id_arguments(os.urandom(8), self._identity)
        answers = self._compound([nfs4.operation(session4.OP_EXCHANGE_ID, arguments, doing)])
        self._client, sequence = session4.client(answers.next())
        arguments = session4.create_session_arguments(self._client, sequence)
        answers = self._compound([nfs4.operation(session4.OP_CREATE_SESSION, arguments, doing)])
        self._session = session4.session(answers.next())
        # Nothing is claimed from before a restart of the server: without this word no file may be opened.
        done = nfs4.operation(session4.OP_RECLAIM_COMPLETE, xdr.uint(0), doing)
        self._compound([done]).next()

    def _end(self) -> None:
        """Leave nothing of the session on the server."""
        if not self._session:
            return
        ended, self._session = self._session, b""
        for number, arguments in (
            (session4.OP_DESTROY_SESSION, ended),
            (session4.OP_DESTROY_CLIENTID, xdr.hyper(self._client)),
        ):
            self._ask([nfs4.operation(number, arguments, "ending the session")]).next()

    def _introduce(self) -> None:
        """Become known as a client that may open files (version 4.0); raises Refused."""
        doing = "becoming a client"
        arguments = nfs4.setclientid_arguments(os.urandom(8), self._identity)
        answers = self._compound([nfs4.operation(nfs4.OP_SETCLIENTID, arguments, doing, "write")])
        self._client, proof = nfs4.client_of_version_0(answers.next())
        arguments = xdr.hyper(self._client) + proof
        self._compound([nfs4.operation(nfs4.OP_SETCLIENTID_CONFIRM, arguments, doing, "write")]).next()
