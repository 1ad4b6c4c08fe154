# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A point in time that everything on one path has to keep, however many exchanges it takes."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import TimedOut


class Deadline:
    """``seconds`` from its creation on. ``now``: a clock that never goes back, in seconds."""

    def __init__(self, seconds: float, now: t.Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._now = now
        self._began = now()

    def left(self, during: str) -> float:
        """The seconds that are left, more than none; raises TimedOut, which names what was waited for."""
        left = self._began + self.seconds - self._now()
        if left <= 0:
            raise TimedOut(during, self.seconds)
        return left

    def spent(self) -> float:
        """The seconds since the beginning, to the millisecond."""
        return round(self._now() - self._began, 3)
