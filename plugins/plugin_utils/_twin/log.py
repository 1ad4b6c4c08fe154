# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was asked of a site, in order."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

ASKING = frozenset({"isattached", "discoveriscsi", "iscsidiscover", "unregisteredstoragedomainsdiscover"})
"""Questions that an engine takes as POST."""
SIGN_IN = ("/ovirt-engine/sso/", "/ovirt-engine/services/")
KINDS = ("read", "write", "sign-in")


@dataclass(frozen=True)
class LoggedRequest:
    """One request and its answer. ``start`` and ``seconds`` are seconds on the twin's clock; ``body`` is empty for
    sign-ins; ``status`` is 0 when no answer came of it; ``fault`` is the action of the rule that hit it."""

    n: int
    site: str
    method: str
    path: str
    status: int
    correlation_id: str
    start: float
    seconds: float
    body: str
    fault: str = ""

    @property
    def is_write(self) -> bool:
        """Whether it may change something: neither a read nor a question, nor a sign-in or sign-out."""
        if self.method == "POST" and self.path.split("?", maxsplit=1)[0].rstrip("/").rpartition("/")[2] in ASKING:
            return False
        return self.method not in ("GET", "HEAD", "OPTIONS") and not self.path.startswith(SIGN_IN)

    @property
    def kind(self) -> str:
        """One of KINDS."""
        return "write" if self.is_write else "sign-in" if self.path.startswith(SIGN_IN) else "read"


class BadQuery(ValueError):
    """A question to the log that cannot be understood."""


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

    def query(self, wanted: Mapping[str, str]) -> list[LoggedRequest]:
        """The finished requests with this ``method``, ``status``, ``correlation_id`` or ``fault``, whose ``path`` (with
        its query) the pattern is found in, of the ``kind`` read, write or sign-in, that came ``after`` a number.

        Raises BadQuery."""
        unknown = set(wanted) - {"method", "status", "correlation_id", "fault", "path", "kind", "after"}
        if unknown:
            raise BadQuery(f"the log cannot be asked by '{min(unknown)}'")
        if wanted.get("kind", "read") not in KINDS:
            raise BadQuery(f"kind {wanted['kind']!r} is none of {', '.join(KINDS)}")
        try:
            path, after = re.compile(wanted.get("path", "")), int(wanted.get("after", "0"))
        except (re.error, ValueError) as error:
            raise BadQuery(f"path or after: {error}") from error
        same = [key for key in ("method", "status", "correlation_id", "fault") if key in wanted]
        return [
            entry
            for entry in self.entries()
            if entry.n > after
            and path.search(entry.path)
            and all(str(getattr(entry, key)) == wanted[key] for key in same)
            and wanted.get("kind", entry.kind) == entry.kind
        ]

    def clear(self) -> None:
        """Forgets them."""
        with self._lock:
            self._cleared += len(self._entries)
            self._entries.clear()

    def stats(self) -> dict[str, int]:
        """How many reads, writes and sign-ins were answered, and how many requests still wait for their answer."""
        held = self.entries()
        kinds = Counter(entry.kind for entry in held)
        return {
            "requests": len(held),
            "reads": kinds["read"],
            "writes": kinds["write"],
            "sign_ins": kinds["sign-in"],
            "open": self._next - self._cleared - len(held),
        }
