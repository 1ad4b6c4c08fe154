# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where steps are done: a few threads that take jobs and give back how they ended."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Job:
    """What a worker is to do: what: "do", "look" or "poll"; key: the step's id or the watch's name."""

    what: str
    key: str
    call: Callable[[], object]


@dataclass(frozen=True)
class Ended:
    """A job and its end: the value that it returned, or what it raised."""

    job: Job
    value: object = None
    error: BaseException | None = None


def perform(job: Job) -> Ended:
    """Do a job; whatever it raises is handed to the one who waits for it."""
    try:
        return Ended(job, job.call())
    except BaseException as error:  # noqa: BLE001  # handed over, not swallowed
        return Ended(job, error=error)


class Workers(Protocol):
    """What the scheduler needs; tests bring workers that live on a simulated clock."""

    def submit(self, job: Job) -> None:
        """Begin a job."""

    def wait(self, timeout: float | None) -> list[Ended]:
        """The jobs that ended, at least one unless the time-out (seconds) passed or wake() was called."""

    def wake(self) -> None:
        """End the present (or next) wait(). Callable from a signal handler."""

    def close(self) -> None:
        """No further jobs come."""


class Threads:
    """Daemon threads, begun as they are needed: a process that is told to end does not wait for a request."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._ended: queue.SimpleQueue[Ended | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._under_way = 0

    def submit(self, job: Job) -> None:
        """Begin a job as soon as a thread is free; there is one unless more than `most` jobs are under way."""
        self._under_way += 1
        if len(self._threads) < min(self._most, self._under_way):
            thread = threading.Thread(target=self._work, name=f"step-worker-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()
        self._jobs.put(job)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._ended.put(perform(job))

    def wait(self, timeout: float | None) -> list[Ended]:
        """See Workers.wait()."""
        found = []
        try:
            first = self._ended.get(timeout=timeout)
            if first is not None:
                found.append(first)
            while not self._ended.empty():
                further = self._ended.get()
                if further is not None:
                    found.append(further)
        except queue.Empty:
            pass
        self._under_way -= len(found)
        return found

    def wake(self) -> None:
        """See Workers.wake(). SimpleQueue.put() is reentrant, so a signal handler may call this."""
        self._ended.put(None)

    def close(self) -> None:
        """Let the threads end as soon as they have nothing to do."""
        for _thread in self._threads:
            self._jobs.put(None)
