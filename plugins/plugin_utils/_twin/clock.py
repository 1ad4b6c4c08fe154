# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time of the twin: one place, so that a test can run it faster or by hand."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Seconds since the twin began, and the wall clock text that records carry."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._wall = datetime.now(UTC)
        self._stopped = threading.Event()

    def now(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._start

    def sleep(self, seconds: float) -> None:
        """Waits; ends early when the twin stops."""
        if seconds > 0:
            self._stopped.wait(seconds)

    @property
    def stopped(self) -> bool:
        """Whether the twin has stopped."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Wakes every sleeper."""
        self._stopped.set()

    def stamp(self, seconds: float | None = None) -> str:
        """A time as the engine writes it, e.g. 2026-01-01T10:00:05.120Z."""
        moment = self._wall + timedelta(seconds=self.now() if seconds is None else seconds)
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


class ManualClock(Clock):
    """A clock that only moves when told to; sleeping moves it."""

    def __init__(self) -> None:
        super().__init__()
        self._seconds = 0.0
        self._lock = threading.Lock()

    def now(self) -> float:
        """Seconds moved so far."""
        return self._seconds

    def sleep(self, seconds: float) -> None:
        """Moves on at once."""
        self.move(seconds)

    def move(self, seconds: float) -> None:
        """Moves on."""
        with self._lock:
            self._seconds += max(0.0, seconds)
