# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A world for the scheduler without threads and without waiting: a clock, and workers that live on it."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.actions import Done
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.journal import Journal
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.report import Report
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.run import carry_out
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.workers import Ended, Job, perform


class FakeClock:
    """Time passes only when somebody waits."""

    def __init__(self, start: float = 1000.0) -> None:
        self.time = start

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += max(0.0, seconds)


class Stuck(AssertionError):
    """The scheduler waits for something that will never come."""


class SimWorkers:
    """Does each job at once and gives its end back when its simulated time is over.

    rate: (number in flight) -> the share of its work that each job gets done per second; work: job -> seconds of work
    when alone. Polls take no time unless `poll_seconds` says so. most: the most "do" and "look" ever in flight.
    """

    def __init__(
        self,
        clock: FakeClock,
        *,
        work: Callable[[Job], float] = lambda job: 0.1,
        rate: Callable[[int], float] = lambda number: 1.0,
        poll_seconds: float = 0.0,
        at_begin: Callable[[Job], None] = lambda job: None,
    ) -> None:
        self.clock = clock
        self.work = work
        self.rate = rate
        self.poll_seconds = poll_seconds
        self.at_begin = at_begin
        self.most = 0
        self.log: list[tuple[float, str, str]] = []
        self.levels: list[int] = []
        self.closed = False
        self._woken = False
        self._left: dict[int, float] = {}
        self._ended: dict[int, Ended] = {}
        self._count = itertools.count()

    def _requests(self) -> list[int]:
        return [key for key, ended in self._ended.items() if ended.job.what != "poll"]

    def submit(self, job: Job) -> None:
        key = next(self._count)
        self.log.append((self.clock.time, job.what, job.key))
        self.at_begin(job)
        self._left[key] = self.poll_seconds if job.what == "poll" else self.work(job)
        self._ended[key] = perform(job)
        self.most = max(self.most, len(self._requests()))

    def wait(self, timeout: float | None) -> list[Ended]:
        if self._woken:
            self._woken = False
            return []
        if not self._ended and timeout is None:
            raise Stuck
        speed = self.rate(max(1, len(self._requests())))
        pace = {key: 1.0 if self._ended[key].job.what == "poll" else speed for key in self._ended}
        passed = min(
            [left / pace[key] for key, left in self._left.items()] + [math.inf if timeout is None else timeout]
        )
        self.clock.time += passed
        for key in self._left:
            self._left[key] -= passed * pace[key]
        over = [key for key, left in self._left.items() if left <= 1e-9]
        self.levels.extend([len(self._requests())] * len(over))
        for key in over:
            del self._left[key]
        return [self._ended.pop(key) for key in over]

    def wake(self) -> None:
        self._woken = True

    def close(self) -> None:
        self.closed = True


def constant(_number: int) -> float:
    """A server that answers as fast however many ask."""
    return 1.0


def cores(count: int, quarrel: float = 0.0) -> Callable[[int], float]:
    """A server whose work is done by so many processors; quarrel: what each further request costs them all."""

    def rate(number: int) -> float:
        return min(1.0, count / number) / (1.0 + quarrel * max(0, number - count))

    return rate


def spread(seconds: float, sigma: float, seed: int = 1) -> Callable[[Job], float]:
    """Work of log-normally spread length; sigma 0.4: one in six takes 1.5 times the median or more."""
    chance = random.Random(seed)
    return lambda job: seconds * math.exp(chance.gauss(0.0, sigma))


class Script:
    """An action that answers as it is told: step id -> what its do() calls return or raise, one after another.

    The last answer is repeated; a step without a script is done at once. looks: the same for look().
    """

    def __init__(
        self, does: Mapping[str, Sequence[object]] | None = None, looks: Mapping[str, Sequence[object]] | None = None
    ):
        self._does = {key: list(answers) for key, answers in (does or {}).items()}
        self._looks = {key: list(answers) for key, answers in (looks or {}).items()}
        self.done: list[str] = []
        self.looked: list[str] = []

    def do(self, step: Step) -> Any:
        self.done.append(step.id)
        return _play(self._does, step.id, Done())

    def look(self, step: Step) -> Any:
        self.looked.append(step.id)
        return _play(self._looks, step.id, None)


def _play(script: dict[str, list[object]], step_id: str, otherwise: object) -> object:
    answers = script.get(step_id, [otherwise])
    answer = answers.pop(0) if len(answers) > 1 else answers[0]
    if isinstance(answer, BaseException):
        raise answer
    return answer


class World:
    """Everything that carry_out() needs, simulated; keyword arguments go to the workers."""

    def __init__(self, **workers: Any) -> None:
        self.clock = FakeClock()
        self.workers = SimWorkers(self.clock, **workers)
        self.began = self.clock.time

    def run(self, steps: Sequence[Step], action: Any, **arguments: Any) -> Report:
        arguments.setdefault("journal", Journal(None))
        arguments.setdefault("check_mode", False)
        actions = arguments.pop("actions", {"act": action})
        return carry_out(steps, actions, clock=self.clock, workers=self.workers, **arguments)

    @property
    def seconds(self) -> float:
        return self.clock.time - self.began

    def times(self, what: str) -> list[float]:
        """When jobs of a sort began, in seconds from the begin."""
        return [round(at - self.began, 6) for at, job, _key in self.workers.log if job == what]


def step(step_id: str, *after: str, action: str = "act", required: bool = True) -> Step:
    """A step on VM `step_id`."""
    return Step(step_id, action, "vm", step_id, f"id-{step_id}", after=frozenset(after), required=required)


def states(report: Report) -> dict[str, str]:
    """step id -> state."""
    return {outcome.step_id: outcome.state for outcome in report.outcomes}
