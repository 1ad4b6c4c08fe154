# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time of the twin: one place, so that it can run faster, leap, or be driven by hand."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

SLOWEST, FASTEST = 0.01, 10_000.0
"""Speeds that make sense."""


class Clock:
    """Seconds since the twin began, and the wall clock text that records carry. ``speed`` is how many of its seconds
    pass in a real one.

    Whoever waits for a time or for somebody else waits on ``changed``, so that a leap wakes everybody."""

    def __init__(self, speed: float = 1.0) -> None:
        self.changed = threading.Condition()
        self._begun = 0.0
        self._since = time.monotonic()
        self._speed = speed
        self._wall = datetime.now(UTC)
        self._stopped = False

    def now(self) -> float:
        """Seconds since the beginning."""
        return self._begun + (time.monotonic() - self._since) * self._speed

    @property
    def speed(self) -> float:
        """How fast it runs."""
        return self._speed

    def run(self, speed: float) -> None:
        """Runs so fast from now on."""
        with self.changed:
            self._begun, self._since, self._speed = self.now(), time.monotonic(), speed
            self.notify()

    def forward(self, seconds: float) -> None:
        """Leaps ahead."""
        with self.changed:
            self._begun += max(0.0, seconds)
            self.notify()

    def notify(self) -> None:
        """Wakes all who wait, to look again. ``changed`` must be held."""
        self.changed.notify_all()

    def pause(self, until: float | None) -> None:
        """Waits until a time (or for ever), but no longer than to the next change. ``changed`` must be held."""
        self.changed.wait(None if until is None else max(0.0, until - self.now()) / self._speed)

    def sleep(self, seconds: float) -> None:
        """Waits; ends early when the twin stops."""
        until = self.now() + seconds
        with self.changed:
            while not self._stopped and self.now() < until:
                self.pause(until)

    @property
    def stopped(self) -> bool:
        """Whether the twin has stopped."""
        return self._stopped

    def stop(self) -> None:
        """Wakes every sleeper."""
        with self.changed:
            self._stopped = True
            self.notify()

    def stamp(self, seconds: float | None = None) -> str:
        """A time as the engine writes it, e.g. 2026-01-01T10:00:05.120Z."""
        moment = self._wall + timedelta(seconds=self.now() if seconds is None else seconds)
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


class ManualClock(Clock):
    """A clock that only moves when told to; sleeping moves it."""

    def __init__(self) -> None:
        super().__init__()
        self._seconds = 0.0

    def now(self) -> float:
        """Seconds moved so far."""
        return self._seconds

    def pause(self, until: float | None) -> None:
        """Moves on to that time at once."""
        if until is None:
            super().pause(until)
        else:
            self.forward(until - self._seconds)

    def forward(self, seconds: float) -> None:
        """Moves on."""
        with self.changed:
            self._seconds += max(0.0, seconds)
            self.notify()
