# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many requests at once: found out from the answer times, while the work goes on.

An engine answers two or four requests at once as fast as one; with more it may get slower in step with their number,
or slower still, because they wait for each other in it. Whether and where that begins depends on its processors, its
database and its storage. So: more in flight as long as that costs little answer time (additive increase; until it was
too much for the first time, straight from one level that can be compared to the next), clearly fewer when answer times
grow in step with the number in flight (multiplicative decrease). What is well for one kind of request says nothing of
another: a further kind begins where the first did, and is judged by its own answers.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from dataclasses import dataclass, field

IN_STEP = 0.75
"""Elasticity of the answer time to the number in flight (0: none, 1: twice as many take twice as long) from which more
in flight is not worth it. At 0.75, one and a half times as many in flight give 10 % more answers in the same time."""
SHRINK = 0.7
APART = 1.5
"""Two levels must differ by this factor to be compared: nearer ones differ less than single answers do."""
KEPT = 32
"""Answers that are kept per level and kind."""
STALE = 400
"""Answers after which what was seen at another level no longer counts: an engine changes while it works."""
PATIENCE = (2, 32)
"""Rounds (of about as many answers as are in flight) before a level that was too much is tried again: first, most."""
FEWEST = 4
FIRST = 4
"""How many may be in flight of a kind of request that was not sent before."""


@dataclass(frozen=True)
class Ticket:
    """What before() hands out for after(). kind: answer times are compared within a kind only."""

    kind: str
    epoch: int
    number: int


@dataclass
class _Level:
    """Logarithms of the answer times seen at one level, by kind."""

    answers: dict[str, deque[float]] = field(default_factory=dict)
    seen_at: int = 0


class Limiter:
    """Additive increase, multiplicative decrease between 1 and `limit`, starting at FIRST at most. Not thread-safe.

    current: how many may be in flight now; in_flight: how many are.
    """

    def __init__(self, limit: int) -> None:
        self._limit = max(1, limit)
        self.current = min(FIRST, self._limit)
        self.in_flight = 0
        self._kinds: set[str] = set()
        self._levels: dict[int, _Level] = {}
        self._epoch = 0
        self._sent = 0
        self._full_at = 0
        self._count = 0
        self._round: Counter[str] = Counter()
        self._ceiling = 0
        self._patience = PATIENCE[0]
        self._wait = 0

    @property
    def free(self) -> int:
        """How many more may be sent now."""
        return max(0, self.current - self.in_flight)

    def before(self, kind: str = "") -> Ticket:
        """A request is being sent."""
        if kind not in self._kinds:
            self._kinds.add(kind)
            self._go(min(FIRST, self.current))
        self.in_flight += 1
        self._sent += 1
        if self.in_flight >= self.current:
            self._full_at = self._sent
        return Ticket(kind, self._epoch, self._sent)

    def after(self, ticket: Ticket, seconds: float, ok: bool | None) -> None:
        """Its answer has come. ok: True: it did its work; False: the engine is in trouble; None: says nothing."""
        self.in_flight -= 1
        if ticket.epoch != self._epoch:
            # It was under way while another number was in flight, and says nothing of this one.
            return
        if ok is False:
            self._refuse(self.current)
            self._go(max(1, int(self.current * SHRINK)))
        elif ok and self._full_at >= ticket.number:
            # While it was under way, as many were as may be: its time belongs to this level.
            self._note(ticket.kind, seconds)
            self._judge(ticket.kind)

    def _note(self, kind: str, seconds: float) -> None:
        self._count += 1
        self._round[kind] += 1
        level = self._levels.setdefault(self.current, _Level())
        if self._count - level.seen_at > STALE:
            level.answers.clear()
        level.seen_at = self._count
        level.answers.setdefault(kind, deque(maxlen=KEPT)).append(math.log(max(seconds, 1e-6)))

    def _judge(self, kind: str) -> None:
        if self._round[kind] < max(FEWEST, self.current):
            return
        lower, upper = self._near(kind, below=True), self._near(kind, below=False)
        other = lower or upper
        if other:
            slope, doubt = self._slope(other)
            if abs(slope - IN_STEP) < doubt and self._round[kind] < 4 * max(FEWEST, self.current):
                return
            if slope > IN_STEP and self.current > 1:
                if lower:
                    self._refuse(self.current)
                self._go(max(lower, 1, int(self.current * SHRINK)))
                return
        self._up()

    def _up(self) -> None:
        self._round.clear()
        if self.current >= self._limit:
            return
        above = self.current + 1
        if not self._ceiling:
            # Nothing was too much yet: straight to the next level that can be compared with this one.
            above = min(self._limit, math.ceil(self.current * APART))
        if above >= self._ceiling > 0 and self._wait > 0:
            self._wait -= 1
            return
        if self.current >= self._ceiling > 0:
            # What was too much before is well now.
            self._ceiling, self._patience = 0, PATIENCE[0]
        self._go(above)

    def _refuse(self, level: int) -> None:
        """This level was too much: stay away from it for a while, longer each time."""
        self._ceiling = level
        self._wait = self._patience
        self._patience = min(PATIENCE[1], 2 * self._patience)

    def _go(self, level: int) -> None:
        self._round.clear()
        if level != self.current:
            self.current = level
            self._epoch += 1
            self._full_at = 0

    def _near(self, kind: str, *, below: bool) -> int:
        """The nearest level known for a kind that is far enough from this one to compare with; 0 if there is none."""
        known = [
            level
            for level, seen in self._levels.items()
            if (self.current >= level * APART if below else level >= self.current * APART)
            and self._count - seen.seen_at <= STALE
            and len(seen.answers.get(kind, ())) >= 2
        ]
        return 0 if not known else max(known) if below else min(known)

    def _slope(self, other: int) -> tuple[float, float]:
        """(elasticity of the answer times between this level and another one, its standard error)."""
        here, there = self._levels[self.current].answers, self._levels[other].answers
        distance = math.log(self.current / other)
        weights = slope = variance = 0.0
        for kind, answers in here.items():
            compared = there.get(kind, ())
            if len(answers) < 2 or len(compared) < 2:
                continue
            (mean, error), (mean_there, error_there) = _middle(answers), _middle(compared)
            weight = float(min(len(answers), len(compared)))
            weights += weight
            slope += weight * (mean - mean_there) / distance
            variance += (weight / distance) ** 2 * (error**2 + error_there**2)
        return slope / weights, math.sqrt(variance) / weights


def _middle(values: deque[float] | tuple[float, ...]) -> tuple[float, float]:
    """(mean of the values without the fifth at either end, its standard error)."""
    ordered = sorted(values)
    cut = len(ordered) // 5
    inner = ordered[cut : len(ordered) - cut]
    mean = sum(inner) / len(inner)
    spread = sum((value - mean) ** 2 for value in inner) / max(1, len(inner) - 1)
    return mean, math.sqrt(spread / len(inner))
