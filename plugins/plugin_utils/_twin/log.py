# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was asked of a site, in order."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from typing import Any

ASKING = frozenset({"isattached", "discoveriscsi", "iscsidiscover", "unregisteredstoragedomainsdiscover"})
"""Questions that an engine takes as POST."""
SIGN_IN = ("/ovirt-engine/sso/", "/ovirt-engine/services/")


@dataclass(frozen=True)
class LoggedRequest:
    """One request and its answer. ``start`` and ``seconds`` are seconds on the twin's clock; ``body`` is empty for
    sign-ins."""

    n: int
    site: str
    method: str
    path: str
    status: int
    correlation_id: str
    start: float
    seconds: float
    body: str

    @property
    def is_write(self) -> bool:
        """Whether it may change something: neither a read nor a question, nor a sign-in or sign-out."""
        if self.method == "POST" and self.path.split("?", maxsplit=1)[0].rstrip("/").rpartition("/")[2] in ASKING:
            return False
        return self.method not in ("GET", "HEAD", "OPTIONS") and not self.path.startswith(SIGN_IN)


class RequestLog:
    """The requests of one site. ``open`` numbers a request when it comes, ``close`` records it when it is answered."""

    def __init__(self) -> None:
        self._entries: list[LoggedRequest] = []
        self._next = 0
        self._cleared = 0
        self._lock = threading.Lock()

    def open(self) -> int:
        """The number of a request that has just come in."""
        with self._lock:
            self._next += 1
            return self._next

    def close(self, entry: LoggedRequest) -> None:
        """Takes a finished request in."""
        with self._lock:
            self._entries.append(entry)

    def entries(self) -> list[LoggedRequest]:
        """All finished requests, in the order they came in."""
        with self._lock:
            return sorted(self._entries, key=lambda entry: entry.n)

    def clear(self) -> None:
        """Forgets them."""
        with self._lock:
            self._cleared += len(self._entries)
            self._entries.clear()

    def stats(self) -> dict[str, int]:
        """How many reads, writes and sign-ins were answered, and how many requests still wait for their answer."""
        held = self.entries()
        writes = sum(entry.is_write for entry in held)
        sign_ins = sum(entry.path.startswith(SIGN_IN) for entry in held)
        return {
            "requests": len(held),
            "reads": len(held) - writes - sign_ins,
            "writes": writes,
            "sign_ins": sign_ins,
            "open": self._next - self._cleared - len(held),
        }

    def as_dicts(self) -> list[dict[str, Any]]:
        """For the control address."""
        return [asdict(entry) for entry in self.entries()]
