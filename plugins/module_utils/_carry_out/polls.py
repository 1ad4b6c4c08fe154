# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for many steps by reading one collection for all of them, now and then."""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.actions import Done, Failed, Pending
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.bugs import bug
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import DrError, WaitTimeout

FIRST = 0.3
"""Seconds from the begin of a wait to its first reading, and the least between two readings."""
FACTOR = 1.6
SHARE = 4.0
"""A pause is at least this many times as long as the reading before it took: reading must not keep an engine busy."""
UNHURRIED = 2.0
"""Seconds between two readings, at least, while there is other work and nothing that waits holds up any of it."""
GRACE = 10.0
"""Seconds that a reading under way may hold up a deadline."""
_NOTHING: Any = object()


@dataclass
class _Waiting:
    pending: Pending
    subject: str
    since: float
    holds_up: bool
    covered: bool = False
    record: Any = field(default=_NOTHING)

    @property
    def deadline(self) -> float:
        return self.since + self.pending.timeout


class Poll:
    """One watch: who waits for it, when to read next. Told the time, it never reads a clock."""

    def __init__(self, longest: float) -> None:
        self._longest = longest
        self._unhurried = min(UNHURRIED, longest)
        self._first = min(FIRST, longest)
        self._pause = self._first
        self._waiting: dict[str, _Waiting] = {}
        # (deadline, step), soonest first; entries of steps that wait no longer are passed over.
        self._deadlines: list[tuple[float, str]] = []
        self._next = 0.0
        self._began = -math.inf
        self._reading = False
        self._earliest = 0.0
        self._trouble = ""

    def add(self, now: float, step_id: str, subject: str, pending: Pending, *, holds_up: bool = True) -> None:
        """A step begins to wait: what comes is mostly quick to come, so the next reading is drawn nearer.

        holds_up: whether other steps wait for this one.
        """
        idle = not self._waiting
        waiting = self._waiting[step_id] = _Waiting(pending, subject, now, holds_up)
        heapq.heappush(self._deadlines, (waiting.deadline, step_id))
        self._pause = self._first
        soon = max(now + self._first, self._earliest)
        self._next = soon if idle else min(self._next, soon)

    def keys(self) -> frozenset[str]:
        """The keys that somebody waits for."""
        return frozenset(waiting.pending.key for waiting in self._waiting.values())

    def when(self, *, busy: bool = False) -> float | None:
        """When something is to be done: the next reading, or, while one is under way, the end of its grace.

        busy: there are other requests to make, which readings slow down.
        """
        deadline = self._deadline()
        if deadline is None:
            return None
        if self._reading:
            return deadline + GRACE
        soon = self._next
        if busy and not any(waiting.holds_up for waiting in self._waiting.values()):
            soon = max(soon, self._began + self._unhurried)
        # The last reading of a wait is made at its deadline.
        return max(self._earliest, min(soon, deadline))

    def _deadline(self) -> float | None:
        """The soonest deadline of those who wait."""
        while self._deadlines:
            deadline, step_id = self._deadlines[0]
            waiting = self._waiting.get(step_id)
            if waiting is not None and waiting.deadline == deadline:
                return deadline
            heapq.heappop(self._deadlines)
        return None

    def due(self, now: float, *, busy: bool = False) -> bool:
        """Whether to read now."""
        when = self.when(busy=busy)
        return when is not None and not self._reading and when <= now

    def begin(self, now: float) -> frozenset[str]:
        """A reading begins, for these keys; those who come later are not judged by it."""
        self._reading = True
        self._began = now
        for waiting in self._waiting.values():
            waiting.covered = True
        return self.keys()

    def answer(self, now: float, records: Mapping[str, Any]) -> list[tuple[str, Done | Failed]]:
        """A reading has come: who need not wait any longer, and why."""
        self._trouble = ""
        ended: list[tuple[str, Done | Failed]] = []
        for step_id, waiting in self._waiting.items():
            if not waiting.covered:
                continue
            waiting.record = records.get(waiting.pending.key)
            try:
                verdict = waiting.pending.verdict(waiting.record)
            except DrError as error:
                verdict = Failed(str(error), error.failure())
            except Exception as error:  # noqa: BLE001  # told as the step's failure
                verdict = bug(error)
            if verdict is not None:
                ended.append((step_id, verdict))
        self._ended(now, [step_id for step_id, _verdict in ended])
        return ended

    def trouble(self, now: float, error: DrError) -> None:
        """A reading failed: the next one may do, as long as those who wait have time."""
        self._trouble = str(error)
        self._ended(now, [])

    def waiting(self) -> list[str]:
        """The steps that wait."""
        return list(self._waiting)

    def _ended(self, now: float, step_ids: list[str]) -> None:
        self._reading = False
        for step_id in step_ids:
            del self._waiting[step_id]
        self._earliest = max(self._began + self._first, now + SHARE * (now - self._began))
        if any(not waiting.covered for waiting in self._waiting.values()):
            # Somebody came while this was being read.
            self._pause = self._first
        self._next = max(self._earliest, now + self._pause)
        self._pause = min(self._longest, self._pause * FACTOR)

    def expired(self, now: float) -> list[tuple[str, WaitTimeout]]:
        """Those whose time is over and who had a last reading, with the last state seen; they wait no longer."""
        over: list[tuple[str, WaitTimeout]] = []
        while (deadline := self._deadline()) is not None and deadline <= now:
            last_reading_made = not self._reading and self._began >= deadline
            if not last_reading_made and now < deadline + GRACE:
                break
            step_id = self._deadlines[0][1]
            over.append((step_id, self.given_up(now, step_id)))
        return over

    def given_up(self, now: float, step_id: str) -> WaitTimeout:
        """End one wait: what was wanted and what was seen last."""
        waiting = self._waiting.pop(step_id)
        try:
            seen = "nothing" if waiting.record is _NOTHING else waiting.pending.describe(waiting.record)
        except Exception as error:  # noqa: BLE001  # told in place of the state
            seen = bug(error).message
        if self._trouble:
            seen = f"{seen}; then the engine could not be read: {self._trouble}"
        return WaitTimeout(waiting.subject, waiting.pending.wanted, seen, now - waiting.since)
