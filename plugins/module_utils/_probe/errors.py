# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong on the way to storage. Every text names the reason in an administrator's words, never a secret."""

from __future__ import annotations

import errno
import typing as t

REASONS = {
    errno.ECONNREFUSED: ("refused", "connection refused"),
    errno.ECONNRESET: ("reset", "the connection was reset"),
    errno.EPIPE: ("reset", "the connection was closed by the other side"),
    errno.ENETUNREACH: ("unreachable", "no route to the network"),
    errno.EHOSTUNREACH: ("unreachable", "no route to the host"),
    errno.ETIMEDOUT: ("timeout", "no answer in time"),
}


class ProbeError(Exception):
    """A path that does not work. ``what``: a word for programs; ``text``: the reason for people, with no full stop."""

    def __init__(self, what: str, text: str) -> None:
        super().__init__(text)
        self.what = what
        self.text = text


class TimedOut(ProbeError):
    """The deadline of a path passed. ``during``: what was waited for."""

    def __init__(self, during: str, seconds: float) -> None:
        super().__init__("timeout", f"no answer within {seconds:g} s ({during})")


class Malformed(ProbeError):
    """An answer that is not what the protocol says: another service listens there, or it is damaged."""

    def __init__(self, text: str) -> None:
        super().__init__("malformed", f"the answer makes no sense: {text}")


class Refused(ProbeError):
    """The server understood and said no. ``code``: its status in the protocol's own spelling, as C(MNT3ERR_ACCES)."""

    def __init__(self, what: str, text: str, code: str) -> None:
        super().__init__(what, f"{text} ({code})")
        self.code = code


class BadOption(Exception):
    """Options that make no sense; the text names the field and its place."""


def from_os(error: OSError, during: str) -> ProbeError:
    """The reason of a system call that failed."""
    what, text = REASONS.get(error.errno or 0, ("unreachable", error.strerror or str(error)))
    return ProbeError(what, f"{text} ({during})")


class Problem(t.NamedTuple):
    """Something that the host lacks. ``place``: the export or target; ``path``: the address, portal or LUN there."""

    what: str
    place: str
    path: str
    message: str

    def told(self) -> dict[str, str]:
        """As it stands in the result."""
        return dict(self._asdict())
