# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual time: clients are threads, and the clock moves on only when all of them wait for it. Hours pass in no time,
and how busy the machine is makes no difference."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.clock import Clock
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.costs import INSTANT, HostCalls
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.processor import CORES
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.profile import EngineProfile
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.work import Work

STUCK_SECONDS = 60.0


class VirtualClock(Clock):
    """Leaps to the next moment that anybody waits for, as soon as nobody has anything left to do before it."""

    def __init__(self) -> None:
        super().__init__()
        self._seconds = 0.0
        self._threads = 1
        self._waiting: list[float | None] = []
        self._epoch = 0

    def now(self) -> float:
        return self._seconds

    def join(self, threads: int) -> None:
        """So many threads more (or fewer) use the clock."""
        with self.changed:
            self._threads += threads
            self._leap()

    def notify(self) -> None:
        # Whoever waits looks again, and may have something to do before time goes on.
        self._epoch += 1
        self._waiting.clear()
        super().notify()

    def pause(self, until: float | None) -> None:
        epoch = self._epoch
        self._waiting.append(until)
        self._leap()
        deadline = time.monotonic() + STUCK_SECONDS
        while epoch == self._epoch:
            assert time.monotonic() < deadline, "everybody waits, for nothing"
            self.changed.wait(STUCK_SECONDS)

    def _leap(self) -> None:
        moments = [moment for moment in self._waiting if moment is not None]
        if len(self._waiting) == self._threads and moments:
            self._seconds = max(self._seconds, min(moments))
            self.notify()


@dataclass(frozen=True)
class Run:
    """How long calls took together, and each of them, in seconds."""

    seconds: float
    calls: tuple[float, ...]

    @property
    def rate(self) -> float:
        """Calls per second."""
        return len(self.calls) / self.seconds

    def percentile(self, share: float) -> float:
        """The call time that this share of the calls did not exceed."""
        ordered = sorted(self.calls)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def in_flight(clock: VirtualClock, calls: Iterable[Callable[[], object]], threads: int) -> Run:
    """Makes calls, so many at a time."""
    rest, took, errors, began = iter(list(calls)), [], [], clock.now()

    def client() -> None:
        try:
            while (call := next(rest, None)) is not None:
                start = clock.now()
                call()
                took.append(clock.now() - start)
        except BaseException as error:  # noqa: BLE001 - raised again below
            errors.append(error)
        finally:
            clock.join(-1)

    clients = [threading.Thread(target=client, daemon=True) for _number in range(threads)]
    clock.join(threads)
    for thread in clients:
        thread.start()
    # This thread waits for the others without using the clock.
    clock.join(-1)
    for thread in clients:
        thread.join()
    clock.join(1)
    if errors:
        raise errors[0]
    return Run(clock.now() - began, tuple(took))


def simulate(works: Iterable[Work], threads: int, cores: int = CORES, hosts: HostCalls = INSTANT) -> Run:
    """Lets an engine do works, so many at a time."""
    clock = VirtualClock()
    profile = EngineProfile(clock, cores=cores, hosts=hosts)
    return in_flight(clock, [lambda work=work: profile.spend(work) for work in works], threads)
