# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scheduler: one loop that hands steps to workers, keeps the waits, and gives every step exactly one end.

All decisions are made in the thread that calls run(); workers only call actions and watches. The loop reads the time
from the clock that it was given and waits through its workers, so that a test can run it on a simulated clock.
"""

from __future__ import annotations

import heapq
import itertools
from collections import Counter, deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.actions import (
    Action,
    Done,
    Failed,
    Pending,
    Retry,
    Watch,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.attempts import Try, engine_is_well, failed
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.bugs import bug
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.journal import Journal
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.limiter import Limiter
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.order import Order
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.polls import Poll
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Outcome, State, Step, outcome_of
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.workers import Ended, Job, Workers
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.clock import Clock
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import (
    DrError,
    EngineError,
    SignInFailed,
    TokenExpired,
    Unreachable,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.faults import is_busy
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.waits import intervals

HEED = 0.2
"""Seconds after which an idle loop looks whether it was interrupted."""
LOSSES = 3
"""How often one step's answer may be lost before the step counts as failed."""


class Scheduler:
    """Runs the steps of an Order once."""

    def __init__(
        self,
        order: Order,
        actions: Mapping[str, Action],
        *,
        journal: Journal,
        limiter: Limiter,
        clock: Clock,
        workers: Workers,
        watches: Mapping[str, Watch],
        poll_interval: float,
        patience: float,
        stop_at_failure: bool = False,
    ) -> None:
        self.outcomes: dict[str, Outcome] = {}
        self.stopped = ""
        self.interrupted = False
        self._order = order
        self._actions = actions
        self._journal = journal
        self._limiter = limiter
        self._clock = clock
        self._workers = workers
        self._watches = watches
        self._polls = {name: Poll(poll_interval) for name in watches}
        self._patience = patience
        self._stop_at_failure = stop_at_failure
        self._tries: dict[str, Try] = {}
        self._looks: deque[Try] = deque()
        self._timers: list[tuple[float, int, Try]] = []
        self._sequence = itertools.count()
        self._under_way: Counter[str] = Counter()
        self._outage_since: float | None = None
        self._outage_pauses = intervals()
        self._hold_until = 0.0

    def interrupt(self, why: str) -> None:
        """Begin nothing further. Callable from a signal handler."""
        self.interrupted = True
        self.stopped = self.stopped or why
        self._workers.wake()

    def run(self) -> None:
        """Until every step has its end, or, once stopped, until what is under way has."""
        try:
            while not self._finished():
                self._begin_what_may()
                for ended in self._wait():
                    self._take_in(ended)
                self._expire()
        except KeyboardInterrupt:
            # A second signal, or one that nobody heeds: what is under way is left alone.
            self.interrupt("interrupted")
        self._end_the_rest()

    def _finished(self) -> bool:
        if self.stopped:
            return not (self._under_way["do"] or self._under_way["look"])
        return self._order.finished

    # -- beginning

    def _begin_what_may(self) -> None:
        now = self._clock.now()
        while self._timers and self._timers[0][0] <= now:
            attempt = heapq.heappop(self._timers)[2]
            if attempt.lost:
                self._looks.append(attempt)
            else:
                self._order.put_back(attempt.step)
        if self.stopped:
            return
        for name, poll in self._polls.items():
            if poll.due(now, busy=self._busy()):
                self._submit("poll", name, partial(self._watches[name], poll.begin(now)))
        while (self._looks or self._order.has_ready()) and self._may_begin(now):
            if self._looks:
                self._look(self._looks.popleft())
            else:
                self._do(self._order.take(), now)

    def _busy(self) -> bool:
        """Whether requests are under way or can be made."""
        return bool(self._under_way["do"] or self._order.has_ready()) and not self.stopped

    def _may_begin(self, now: float) -> bool:
        if self._outage_since is not None:
            # One request at a time finds out whether the engine is back.
            return now >= self._hold_until and self._limiter.in_flight == 0
        return self._limiter.free > 0

    def _do(self, step: Step, now: float) -> None:
        attempt = self._tries.get(step.id)
        if attempt is None:
            attempt = self._tries[step.id] = Try(step, now)
            self._journal.start(step)
        attempt.ticket = self._limiter.before(step.action)
        attempt.sent = now
        self._submit("do", step.id, partial(self._actions[step.action].do, step))

    def _look(self, attempt: Try) -> None:
        step = attempt.step
        attempt.ticket = self._limiter.before("look")
        self._submit("look", step.id, partial(self._actions[step.action].look, step))

    def _submit(self, what: str, key: str, call: Callable[[], object]) -> None:
        self._under_way[what] += 1
        self._workers.submit(Job(what, key, call))

    def _wait(self) -> list[Ended]:
        now = self._clock.now()
        busy = self._busy()
        times = [when for poll in self._polls.values() if (when := poll.when(busy=busy)) is not None]
        if self._timers:
            times.append(self._timers[0][0])
        if self._outage_since is not None and self._limiter.in_flight == 0:
            times.append(self._hold_until)
        timeout = max(0.0, min(times) - now) if times else None
        if any(self._under_way.values()):
            return self._workers.wait(timeout)
        if timeout is None and not self._finished():
            raise RuntimeError("steps are left, and nothing will ever begin them")
        self._clock.sleep(min(timeout or 0.0, HEED))
        return []

    # -- taking in

    def _take_in(self, ended: Ended) -> None:
        what, key, error = ended.job.what, ended.job.key, ended.error
        self._under_way[what] -= 1
        if isinstance(error, (SignInFailed, TokenExpired)):
            self._stop(str(error))
        elif error is not None and not isinstance(error, Exception):
            self.interrupt("interrupted")
        if self._outage_since is not None and not isinstance(error, Unreachable):
            self._outage_since = None
            self._journal.note("The engine answers again.")
        if what == "poll":
            self._polled(key, ended)
            return
        attempt = self._tries[key]
        if what == "do":
            self._done(attempt, ended)
        else:
            self._looked(attempt, ended)

    def _polled(self, name: str, ended: Ended) -> None:
        now, poll = self._clock.now(), self._polls[name]
        if isinstance(ended.error, DrError):
            poll.trouble(now, ended.error)
            return
        if ended.error is not None:
            poll.trouble(now, DrError(bug(ended.error).message))
            return
        records: Any = ended.value
        for step_id, verdict in poll.answer(now, records):
            self._end(self._tries[step_id], verdict)

    def _done(self, attempt: Try, ended: Ended) -> None:
        now, error = self._clock.now(), ended.error
        well = engine_is_well(error, ended.value)
        if attempt.ticket:
            self._limiter.after(attempt.ticket, now - attempt.sent, well)
        if error is None:
            self._answered(attempt, ended.value)
        elif isinstance(error, Unreachable):
            self._unreachable(attempt, error)
        elif well is False and isinstance(error, EngineError):
            self._lost(attempt, error)
        elif is_busy(error):
            self._put_off(attempt, next(attempt.pauses), str(error), self._patience)
        else:
            self._end(attempt, failed(error))

    def _answered(self, attempt: Try, answer: object) -> None:
        if isinstance(answer, (Done, Failed)):
            self._end(attempt, answer)
        elif isinstance(answer, Retry):
            self._put_off(attempt, answer.after, answer.why, answer.until)
        elif isinstance(answer, Pending) and answer.watch in self._polls:
            attempt.lost = None
            subject = f"{attempt.step.kind} {attempt.step.name}".strip()
            holds_up = self._order.holds_up(attempt.step.id)
            self._polls[answer.watch].add(self._clock.now(), attempt.step.id, subject, answer, holds_up=holds_up)
        else:
            asked = f"watch '{answer.watch}'" if isinstance(answer, Pending) else type(answer).__name__
            self._end(attempt, bug(TypeError(asked)))

    def _put_off(self, attempt: Try, after: float, why: str, patience: float) -> None:
        now = self._clock.now()
        if attempt.hindered is None:
            attempt.hindered = now
        attempt.why = why
        if now + after > attempt.hindered + patience:
            tried = now - attempt.hindered
            self._end(attempt, Failed(f"{why} (tried again for {tried:.0f} s)", {"kind": "busy", "message": why}))
        else:
            self._later(attempt, after)

    def _later(self, attempt: Try, after: float) -> None:
        heapq.heappush(self._timers, (self._clock.now() + after, next(self._sequence), attempt))

    def _unreachable(self, attempt: Try, error: Unreachable) -> None:
        """Nothing was sent, so it may be sent again; when for everybody, not for this step alone."""
        now = self._clock.now()
        attempt.why = str(error)
        self._order.put_back(attempt.step)
        if self._outage_since is None:
            self._outage_since, self._outage_pauses = now, intervals()
            self._journal.note(f"{error} Trying again for up to {self._patience:g} s.")
        elif now < self._hold_until:
            return
        elif now - self._outage_since > self._patience:
            self._stop(str(error))
        self._hold_until = now + next(self._outage_pauses)

    # -- lost answers

    def _lost(self, attempt: Try, error: EngineError) -> None:
        attempt.lost, attempt.lost_at, attempt.denials = error, self._clock.now(), 0
        attempt.losses += 1
        attempt.pauses = intervals()
        self._journal.note(f"{attempt.step.sentence()}: {error}")
        self._later(attempt, next(attempt.pauses))

    def _looked(self, attempt: Try, ended: Ended) -> None:
        if attempt.ticket:
            self._limiter.after(attempt.ticket, 0.0, None)
        found, error, lost = ended.value, ended.error, attempt.lost
        if isinstance(error, EngineError):
            found, attempt.why = None, str(error)
        elif error is not None:
            self._end(attempt, failed(error))
            return
        if found is True:
            self._end(attempt, Done("done, as was seen after its answer was lost"))
        elif found is None or found is False:
            attempt.denials = attempt.denials + 1 if found is False else 0
            if attempt.denials >= 2 and attempt.losses < LOSSES:
                attempt.lost = None
                self._order.put_back(attempt.step)
            elif attempt.denials >= 2 or self._clock.now() - attempt.lost_at > self._patience:
                self._end(attempt, failed(lost) if lost else Failed(attempt.why))
            else:
                self._later(attempt, next(attempt.pauses))
        else:
            self._answered(attempt, found)

    # -- ending

    def _expire(self) -> None:
        now = self._clock.now()
        for poll in self._polls.values():
            for step_id, error in poll.expired(now):
                self._end(self._tries[step_id], failed(error))

    def _end(self, attempt: Try, answer: Done | Failed) -> None:
        seconds = self._clock.now() - attempt.began
        if isinstance(answer, Failed):
            failure = answer.failure or {"kind": "failed", "message": answer.message}
            self._settle(outcome_of(attempt.step, "failed", answer.message, seconds=seconds, failure=failure))
        else:
            state: State = "already" if answer.already else "done"
            details = answer.details
            self._settle(outcome_of(attempt.step, state, answer.message, seconds=seconds, details=details))

    def _settle(self, outcome: Outcome) -> None:
        self._tries.pop(outcome.step_id, None)
        self._note_end(outcome)
        for step, why in self._order.settle(outcome.step_id, outcome.state):
            self._note_end(outcome_of(step, "not_run", f"not run: {why}"))
        if self._stop_at_failure and outcome.required and outcome.state == "failed":
            # What was begun has a try, and goes on to its end.
            name = outcome.name or outcome.target_id
            why = f"not run: {outcome.action} of {name} failed, and a failure stops the run ('on_failure')"
            for step in self._order.withdraw(self._tries):
                self._note_end(outcome_of(step, "not_run", why))

    def _note_end(self, outcome: Outcome) -> None:
        self.outcomes[outcome.step_id] = outcome
        self._journal.end(outcome)

    def _stop(self, why: str) -> None:
        self.stopped = self.stopped or why

    def _end_the_rest(self) -> None:
        """Once stopped: what was begun and has no end failed; what was not begun was not run."""
        if self.stopped and not self._order.finished:
            self._journal.note(f"Stopped: {self.stopped}")
        now = self._clock.now()
        for poll in self._polls.values():
            for step_id in poll.waiting():
                error = poll.given_up(now, step_id)
                self._end(self._tries[step_id], Failed(f"{self.stopped}; {error}", error.failure()))
        for attempt in list(self._tries.values()):
            last = str(attempt.lost or attempt.why or "its answer was not waited for")
            text = self.stopped if last == self.stopped else f"{self.stopped}; {attempt.step.sentence()}: {last}"
            self._end(attempt, Failed(text, {"kind": "stopped", "message": text}))
        for step in self._order.unsettled:
            self._order.settle(step.id, "not_run")
            if step.id not in self.outcomes:
                self._note_end(outcome_of(step, "not_run", f"not run: {self.stopped}"))
