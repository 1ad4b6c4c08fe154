# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From journal lines to what an operator sees while a task runs. Pure: told the time, it never reads a clock.

A few steps get a line each as they end. Many get a counter line now and then, rarer the longer it takes. What fails is
shown at once in either case, in the engine's words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

FEW = 20
"""Up to so many steps of an action, each gets its own line."""
LEAST_PAUSE = 1.0
"""Seconds between two counter lines at first; later a thirtieth of the time that has passed."""
SILENCE = 10.0
"""Seconds without a line, while something is under way, after which the counters are shown though nothing ended."""
LONGEST = 1000
SHORT = 300


@dataclass(frozen=True)
class Shown:
    """A line for the operator. bad: it tells of a failure."""

    text: str
    bad: bool = False


@dataclass
class _Counter:
    """How far the steps of one action are. shown: what ended when it was last shown."""

    began: float
    total: int = 0
    under_way: set[str] = field(default_factory=set)
    well: int = 0
    failed: int = 0
    others: int = 0
    shown: int = 0

    @property
    def ended(self) -> int:
        return self.well + self.failed + self.others


class Lines:
    """Fed with the lines of one run's journal. run: only lines of that run count; "" takes the first one that comes."""

    def __init__(self, began: float, run: str = "") -> None:
        self._run = run
        self._began = began
        self._last = began
        self._last_note = -LEAST_PAUSE
        self._counters: dict[str, _Counter] = {}

    def feed(self, line: Mapping[str, object], now: float) -> list[Shown]:
        """What is to be shown at once because of a journal line."""
        self._run = self._run or str(line.get("run", ""))
        if line.get("run") != self._run:
            return []
        event = line.get("event")
        if event == "plan":
            self._plan(line, now)
        elif event == "start":
            self._counter(line, now).under_way.add(str(line.get("step")))
        elif event == "end":
            return self._show(self._end(line, now), now)
        elif event == "note" and now - self._last_note >= LEAST_PAUSE:
            self._last_note = now
            return self._show([Shown(_plain(line.get("message"), SHORT))], now)
        return []

    def tick(self, now: float) -> list[Shown]:
        """The counter lines that are due; to be called several times a second."""
        since = now - self._last
        if since < max(LEAST_PAUSE, (now - self._began) / 30):
            return []
        busy = [name for name, counter in self._counters.items() if counter.under_way]
        moved = [name for name in self._counters if self._moved(name)]
        return self._show([self._count(name, now) for name in moved or (busy if since >= SILENCE else [])], now)

    def close(self, now: float) -> list[Shown]:
        """The last counter lines."""
        return [self._count(name, now) for name in self._counters if self._moved(name)]

    def _moved(self, name: str) -> bool:
        counter = self._counters[name]
        return counter.total > FEW and counter.ended > counter.shown

    def _plan(self, line: Mapping[str, object], now: float) -> None:
        actions = line.get("actions")
        for name, count in actions.items() if isinstance(actions, Mapping) else ():
            self._counters.setdefault(str(name), _Counter(now)).total += int(count)

    def _counter(self, line: Mapping[str, object], now: float) -> _Counter:
        return self._counters.setdefault(str(line.get("action")), _Counter(now))

    def _end(self, line: Mapping[str, object], now: float) -> list[Shown]:
        counter, state = self._counter(line, now), str(line.get("state"))
        counter.under_way.discard(str(line.get("step")))
        if state in ("done", "already"):
            counter.well += 1
        elif state == "failed":
            counter.failed += 1
        else:
            counter.others += 1
        bad = state == "failed"
        if counter.total > FEW and not bad:
            return []
        name = _plain(line.get("name") or line.get("id"), SHORT)
        word = ("failed: " if line.get("required", True) else "failed (best effort): ") if bad else ""
        message = _plain(line.get("message"), LONGEST) or state.replace("_", " ")
        seconds = line.get("seconds")
        took = f" ({_seconds(seconds)})" if isinstance(seconds, (int, float)) and seconds > 0 else ""
        head = f"[{line.get('action')} {counter.ended}/{max(counter.total, counter.ended)}]"
        return [Shown(f"{head} {name}: {word}{message}{took}", bad)]

    def _count(self, name: str, now: float) -> Shown:
        counter = self._counters[name]
        counter.shown = counter.ended
        parts = [f"{counter.well}/{max(counter.total, counter.ended)} done"]
        if counter.failed:
            parts.append(f"{counter.failed} failed")
        if counter.others:
            parts.append(f"{counter.others} not run")
        return Shown(f"{name}: {', '.join(parts)}, {now - counter.began:.0f} s")

    def _show(self, shown: list[Shown], now: float) -> list[Shown]:
        if any(not one.bad for one in shown):
            self._last = now
        return shown


def _plain(value: object, longest: int) -> str:
    """A value on one line, without what could steer a terminal."""
    text = " ".join("".join(part if part.isprintable() else " " for part in str(value or "")).split())
    return text if len(text) <= longest else text[:longest] + "..."


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds:.0f} s"
