# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One TCP connection with a deadline over all that happens on it. Nothing here blocks longer than that."""

from __future__ import annotations

import errno
import os
import random
import select
import socket

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.deadline import Deadline
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import ProbeError, TimedOut, from_os

RESERVED = (600, 1023)
"""Source ports that only root may use; NFS servers want one unless told otherwise."""
TAKEN = (errno.EADDRINUSE, errno.EADDRNOTAVAIL)
GOING_ON = (0, errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EINTR)
ATTEMPTS = 20


class Wire:
    """Bytes to and from one address. Close it, or use it with ``with``."""

    def __init__(self, made: socket.socket, deadline: Deadline, reserved: bool) -> None:
        self._socket = made
        self._deadline = deadline
        self.reserved = reserved
        """Whether the source port is one that only root may use."""

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connection; never fails."""
        self._socket.close()

    def send(self, data: bytes, during: str) -> None:
        """Send all of it; raises ProbeError."""
        rest = memoryview(data)
        while rest:
            self._wait(during, write=True)
            try:
                rest = rest[self._socket.send(rest) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise from_os(error, during) from error

    def receive(self, count: int, during: str) -> bytes:
        """Exactly ``count`` bytes; raises ProbeError, also when the other side ends before."""
        parts = []
        while count > 0:
            self._wait(during, write=False)
            try:
                part = self._socket.recv(min(count, 1 << 18))
            except BlockingIOError:
                continue
            except OSError as error:
                raise from_os(error, during) from error
            if not part:
                raise ProbeError("reset", f"the connection was closed by the other side ({during})")
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def _wait(self, during: str, write: bool) -> None:
        _ready(self._socket, self._deadline, during, write)


def connect(host: str, port: int, deadline: Deadline, during: str, reserved: bool = False) -> Wire:
    """Connect to an address in digits, from a reserved source port where that is wanted and allowed; ProbeError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    target = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, 0, socket.AI_NUMERICHOST)[0][4]
    for _attempt in range(ATTEMPTS):
        made = socket.socket(family, socket.SOCK_STREAM)
        try:
            made.setblocking(False)
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            reserved = reserved and _bind_reserved(made)
            failed = made.connect_ex(target)
            if failed in GOING_ON:
                _ready(made, deadline, during, write=True)
                failed = made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if not failed:
                return Wire(made, deadline, reserved)
        except BaseException:
            made.close()
            raise
        made.close()
        if failed not in TAKEN:
            raise from_os(OSError(failed, os.strerror(failed)), during)
    raise ProbeError("unreachable", f"no free source port ({during})")


def _bind_reserved(made: socket.socket) -> bool:
    """Take a source port that only root may use; False where that is not allowed or none is free."""
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    ports = random.sample(range(RESERVED[0], RESERVED[1] + 1), ATTEMPTS)
    for port in ports:
        try:
            made.bind(("", port))
        except PermissionError:
            return False
        except OSError:
            continue
        return True
    return False


def _ready(made: socket.socket, deadline: Deadline, during: str, write: bool) -> None:
    """Wait until there is something to do; poll and not select, which ends at 1024 open files."""
    poll = select.poll()
    poll.register(made, select.POLLOUT if write else select.POLLIN)
    if not poll.poll(deadline.left(during) * 1000):
        raise TimedOut(during, deadline.seconds)
