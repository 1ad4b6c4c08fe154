# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes that were still under way while somebody read what they did: they stay under way here too.

Such a write runs on a thread of its own and is held where the twin takes time, until the clock is moved on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.clock import ManualClock

from .compare import Answer
from .reading import Record

ROUNDING = 0.03
"""Seconds by which recorded moments may be wrong."""
_TICK = 0.0005


class HeldClock(ManualClock):
    """A clock that only moves when told to. While ``hold`` is set whoever sleeps waits for that, and is in
    ``sleepers`` with the time until which; otherwise sleeping moves it."""

    def __init__(self) -> None:
        super().__init__()
        self.hold = False
        self.sleepers: list[float] = []

    def pause(self, until: float | None) -> None:
        """Waits for a move when held, else moves on. ``changed`` must be held."""
        if until is None or not self.hold:
            super().pause(until)
            return
        self.sleepers.append(until)
        self.changed.wait()
        self.sleepers.remove(until)


@dataclass
class Flight:
    """A write under way: until which recorded moment, and what came of it."""

    record: Record
    thread: threading.Thread
    found: list[tuple[str, Answer]] = field(default_factory=list)

    @property
    def ends(self) -> float:
        """The recorded moment of its answer."""
        return self.record.moment + self.record.took


def read_meanwhile(timeline: Iterable[Record]) -> set[tuple[str, int]]:
    """The writes (scene, number) that were under way while the same engine was read."""
    found: set[tuple[str, int]] = set()
    under_way: list[Record] = []
    for record in timeline:
        under_way = [r for r in under_way if r.moment + r.took - ROUNDING > record.moment]
        if record.method == "GET":
            found |= {(r.scene, r.n) for r in under_way if r.engine == record.engine and r.scene == record.scene}
        else:
            under_way.append(record)
    return found


class Flights:
    """The writes under way in one world."""

    def __init__(self, clock: HeldClock) -> None:
        self._clock = clock
        self._flights: list[Flight] = []

    def start(self, record: Record, send: Callable[[], tuple[str, Answer]]) -> None:
        """Sends a write, and goes on when it is held or answered."""
        found: list[tuple[str, Answer]] = []
        thread = threading.Thread(target=lambda: found.append(send()), daemon=True)
        self._flights.append(Flight(record, thread, found))
        self._clock.hold = True
        thread.start()
        self.settle()

    def settle(self) -> None:
        """Waits until each write is answered or held again."""
        while any(f.thread.is_alive() for f in self._flights) and not self.due():
            time.sleep(_TICK)

    def due(self) -> list[float]:
        """The moments of the twin's clock until which writes are held."""
        now = self._clock.now()
        return [until for until in self._clock.sleepers if until > now]

    def landed(self, moment: float) -> list[Flight]:
        """The writes that were answered by a recorded moment; they are not held any longer."""
        done = [flight for flight in self._flights if flight.ends - ROUNDING <= moment]
        while any(flight.thread.is_alive() for flight in done):
            due = self.due()
            if due:
                self._clock.forward(min(due) - self._clock.now())
            time.sleep(_TICK)
        self._flights = [flight for flight in self._flights if flight not in done]
        self._clock.hold = bool(self._flights)
        return done
