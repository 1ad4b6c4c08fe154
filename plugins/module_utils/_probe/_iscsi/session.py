# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A session with a target, or a discovery: signed in on one connection, commands sent many at a time, signed out.

The session has an identifier of its own, drawn at random of the range for that, so that no session which the host's
own initiator holds with the target is taken over. What the target reports to this session stays unread for the others.
"""

from __future__ import annotations

import os
import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._iscsi import keys, pdu, scsi
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._iscsi.login import Login
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.deadline import Deadline
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import Malformed, ProbeError
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.wire import Wire, connect

WINDOW = 64
"""Commands that are under way at most, where the target would take more."""
AGAIN = 4
"""How often a command is sent whose answer was about something that had happened before."""


class Session:
    """Open after construction, which raises ProbeError or Redirected. Use it with ``with``."""

    def __init__(self, host: str, port: int, login: Login, deadline: Deadline) -> None:
        self._login = login
        self._task = 0
        self._command = 1
        self._limit = 1
        self._seen = 0
        self._wire: Wire = connect(host, port, deadline, "connecting")
        try:
            self._sign_in()
        except BaseException:
            self._wire.close()
            raise

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_exc: object) -> None:
        try:
            self._sign_out()
        except ProbeError:
            # A session that cannot be ended in order ends with its connection.
            self._limit = 0
        finally:
            self._wire.close()

    def targets(self) -> bytes:
        """The text of what SendTargets tells, put together."""
        data = b""
        say, transfer = keys.encode([("SendTargets", "All")]), pdu.NOBODY
        while True:
            task = self._next_task()
            self._wire.send(pdu.text(task, transfer, self._command, self._seen, say), "asking for targets")
            self._command += 1
            unit = self._receive("asking for targets")
            if unit.opcode != pdu.TEXT_RESPONSE or unit.task != task:
                raise Malformed(f"a unit of kind {unit.opcode:#04x} where a list of targets is due")
            data += unit.data
            if len(data) > 16 * pdu.MOST:
                raise Malformed("the list of targets has no end")
            if unit.flags & pdu.FINAL:
                return data
            say, transfer = b"", unit.number(20)

    def run(self, commands: t.Sequence[scsi.Command]) -> list[scsi.Result]:
        """What came of each command, in order; raises ProbeError when the session itself breaks."""
        results: dict[int, scsi.Result] = {}
        due = list(range(len(commands)))
        for _attempt in range(AGAIN):
            results.update(self._run([(place, commands[place]) for place in due]))
            due = [place for place in due if results[place].wants_again]
            if not due:
                break
        return [results[place] for place in range(len(commands))]

    def _run(self, due: list[tuple[int, scsi.Command]]) -> list[tuple[int, scsi.Result]]:
        waiting: dict[int, tuple[int, scsi.Command, bytearray]] = {}
        done = []
        due = due[::-1]
        while due or waiting:
            batch = []
            while due and len(waiting) < WINDOW and (self._limit - self._command) % (1 << 32) < 1 << 31:
                place, command = due.pop()
                task = self._next_task()
                waiting[task] = (place, command, bytearray())
                batch.append(
                    pdu.command(command.lun, task, command.most, self._command, self._seen, command.cdb),
                )
                self._command = (self._command + 1) % (1 << 32)
            during = next(iter(waiting.values()))[1].name if waiting else "room for commands"
            if batch:
                self._wire.send(b"".join(batch), during)
            unit = self._receive(during)
            result = self._part(unit, waiting)
            if result is not None:
                done.append((waiting.pop(unit.task)[0], result))
        return done

    def _part(self, unit: pdu.Unit, waiting: dict[int, tuple[int, scsi.Command, bytearray]]) -> scsi.Result | None:
        """What a unit brings to its command: the end of it, or more data."""
        if unit.opcode not in (pdu.RESPONSE, pdu.DATA_IN) or unit.task not in waiting:
            raise Malformed(f"a unit of kind {unit.opcode:#04x} that nobody waits for")
        _place, command, data = waiting[unit.task]
        if unit.opcode == pdu.RESPONSE:
            if unit.head[2]:
                raise ProbeError("protocol", f"the target could not carry out {command.name}")
            return scsi.Result(unit.head[3], bytes(data), scsi.sense(unit.data))
        if unit.number(40) != len(data) or len(data) + len(unit.data) > command.most:
            raise Malformed(f"more or other data than {command.name} asked for")
        data += unit.data
        return scsi.Result(unit.head[3], bytes(data), None) if unit.flags & pdu.HAS_STATUS else None

    def _sign_in(self) -> None:
        isid, session = b"\x80" + os.urandom(3) + bytes(2), 0
        task = self._next_task()
        say = self._login.first()
        while True:
            data = keys.encode(say.pairs)
            request = pdu.login(say.stage, say.following, say.transit, isid, session, task, self._seen, data)
            self._wire.send(request, "signing in")
            unit = self._receive("signing in")
            session = int.from_bytes(unit.head[14:16], "big")
            answer = self._login.following(unit)
            if answer is None:
                return
            say = answer

    def _sign_out(self) -> None:
        self._wire.send(pdu.logout(self._next_task(), self._command, self._seen), "signing out")
        while self._receive("signing out").opcode != pdu.LOGOUT_RESPONSE:
            continue

    def _next_task(self) -> int:
        self._task += 1
        return self._task

    def _receive(self, during: str) -> pdu.Unit:
        """The next unit that is an answer; what the target asks in between is answered."""
        while True:
            head = self._wire.receive(pdu.HEAD, during)
            further, size = pdu.lengths(head)
            self._wire.receive(further, during)
            data = self._wire.receive(size + -size % 4, during)[:size]
            unit = pdu.Unit(head, data)
            self._count(unit)
            if unit.opcode == pdu.NOP_IN:
                if unit.number(20) != pdu.NOBODY:
                    self._wire.send(pdu.nop_out(head[8:16], unit.number(20), self._command, self._seen), during)
                continue
            if unit.opcode == pdu.REJECT:
                raise ProbeError("protocol", f"the target rejects a request (reason {head[2]:#04x}, {during})")
            if unit.opcode == pdu.ASYNC:
                if head[36] in (1, 2, 3, 4):
                    raise ProbeError("signin", f"the target ends the session ({during})")
                continue
            return unit

    def _count(self, unit: pdu.Unit) -> None:
        """Take over the numbers by which both sides know what has come."""
        numbered = unit.flags & pdu.HAS_STATUS if unit.opcode == pdu.DATA_IN else unit.task != pdu.NOBODY
        if numbered:
            self._seen = (unit.number(24) + 1) % (1 << 32)
        self._limit = unit.number(32)
