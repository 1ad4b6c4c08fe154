# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names to addresses, within a deadline: the system's own look-up has none and may take minutes."""

from __future__ import annotations

import queue
import socket
import threading
import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.deadline import Deadline
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import ProbeError, TimedOut

Look = t.Callable[[str], t.Sequence[str]]


def look_up(name: str) -> list[str]:
    """The addresses of a name or address, in the system's order, each once. OSError where there are none."""
    found = socket.getaddrinfo(name, None, 0, socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def resolve(name: str, deadline: Deadline, look: Look = look_up) -> list[str]:
    """All addresses of a name; raises ProbeError ``unresolved`` or TimedOut.

    The look-up runs in a thread that ends with the process, so that one without an answer holds up nothing.
    """
    answers: queue.Queue[list[str] | OSError] = queue.Queue()

    def ask() -> None:
        try:
            answers.put(list(look(name)))
        except OSError as error:
            answers.put(error)
        except UnicodeError:
            answers.put(OSError(0, "this is no name"))

    threading.Thread(target=ask, daemon=True).start()
    during = f"looking up {name}"
    try:
        answer = answers.get(timeout=deadline.left(during))
    except queue.Empty:
        raise TimedOut(during, deadline.seconds) from None
    if isinstance(answer, OSError):
        raise ProbeError("unresolved", f"the name {name} has no address: {answer.strerror or answer}") from answer
    if not answer:
        raise ProbeError("unresolved", f"the name {name} has no address")
    return answer
