# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An engine's cores, shared by what runs on them: pure arithmetic over time, no clock and no threads of its own.

Every job gets its share of the cores, and calls of one kind hinder each other as measured (costs.py). So many calls at
once make each of them slower, and beyond a point all of them together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.costs import COSTS, INSTANT, HostCalls
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.work import Work

CORES = 2
_NOTHING = 1e-9


@dataclass(frozen=True)
class Phase:
    """A part of a work: seconds of one core, under a lock or (empty) under none. ``idle``: the engine only waits for a
    host, which takes no core."""

    kind: str
    seconds: float
    lock: str = ""
    idle: bool = False


def phases(work: Work, hosts: HostCalls = INSTANT) -> list[Phase]:
    """What a work does in turn: its free part, its calls to the storage manager and to hosts, its row in the database.

    One storage manager per data center, and one row per template: all VMs of one template, and all without one, insert
    one after another. What hosts are asked is asked disk by disk (baseline, sections 1, 2 and 5)."""
    cost = COSTS[work.kind]
    whole = cost.seconds(work.count)
    spm, row = cost.spm_lock * work.disks, cost.row_lock if work.row else 0.0
    manager = f"spm {work.data_center}"
    disks = work.count if work.kind == "attach" else work.disks
    parts = [
        Phase(work.kind, max(0.0, whole - spm - row)),
        Phase(work.kind, spm, manager),
        Phase(work.kind, hosts.volume * disks, manager, idle=True),
        Phase(work.kind, (hosts.volume + 2 * hosts.image) * disks, idle=True),
        Phase(work.kind, row, f"row {work.row}"),
    ]
    return [part for part in parts if part.seconds > 0]


class Processor:
    """The jobs on the cores, and when the next one is done."""

    def __init__(self, cores: int = CORES) -> None:
        self._cores = cores
        self._now = 0.0
        self._left: dict[int, float] = {}
        self._kinds: dict[int, str] = {}
        self._busy: Counter[str] = Counter()
        self._next = 0

    def add(self, now: float, kind: str, seconds: float) -> int:
        """A further job from now on; returns its number."""
        self.advance(now)
        self._next += 1
        self._left[self._next] = seconds
        self._kinds[self._next] = kind
        self._busy[kind] += 1
        return self._next

    def _rate(self, job: int) -> float:
        kind = self._kinds[job]
        return min(1.0, self._cores / len(self._left)) / COSTS[kind].factor(self._busy[kind])

    def next_done(self) -> float | None:
        """When the next job ends if nothing is added before."""
        if not self._left:
            return None
        return self._now + min(left / self._rate(job) for job, left in self._left.items())

    def advance(self, now: float) -> list[int]:
        """Lets time pass; returns the jobs that ended, in order."""
        done: list[int] = []
        while (moment := self.next_done()) is not None and moment <= now + _NOTHING:
            done += self._step(moment)
        self._step(now)
        return done

    def _step(self, moment: float) -> list[int]:
        passed = max(0.0, moment - self._now)
        rates = {job: self._rate(job) for job in self._left}
        done = []
        for job, rate in rates.items():
            self._left[job] -= passed * rate
            if self._left[job] <= _NOTHING:
                done.append(job)
        for job in done:
            del self._left[job]
            self._busy[self._kinds.pop(job)] -= 1
        self._now = max(self._now, moment)
        return done

    def running(self, job: int) -> bool:
        """Whether a job has not ended yet."""
        return job in self._left
