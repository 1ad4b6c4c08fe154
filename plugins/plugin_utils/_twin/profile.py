# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long things take. ``none``: only a chosen latency per request. ``engine-4.5``: a busy engine with few cores,
whose hosts answer at once; ``engine-4.5-slow-storage``: the same with hosts that wait for their storage."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.clock import Clock
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.costs import INSTANT, SLOW, HostCalls
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.follow import follow_tree
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.latency import Latency
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.processor import CORES, Phase, Processor, phases
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Request
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.work import Work

PACES = {"none": 0.1, "engine-4.5": 1.0, "engine-4.5-slow-storage": 1.0}
"""Profile -> the pace of what runs on behind an answer (statuses, jobs): one tenth, or as long as on an engine."""
HOSTS: Mapping[str, HostCalls] = {"engine-4.5": INSTANT, "engine-4.5-slow-storage": SLOW}
"""Profile of an engine -> what its hosts need."""


class ProcessDied(Exception):
    """The engine died while a request was under way: what it had not done yet is never done."""


class Profile:
    """The profile ``none``: answers at once, after the latency. One profile is one life of an engine's process."""

    def __init__(self, clock: Clock, latency: Latency | None = None) -> None:
        self.clock = clock
        self.latency = latency or Latency()
        self._died = False

    def delay(self) -> None:
        """Waits as long as this request shall take besides its work."""
        seconds = self.latency.draw()
        if seconds:
            self.wait_until(self.clock.now() + seconds)

    def spend(self, work: Work) -> None:
        """Waits until the engine has done a piece of work. Raises ProcessDied."""
        self._live()

    def wait_until(self, moment: float) -> None:
        """Waits for something that happens at a time. Raises ProcessDied."""
        with self.clock.changed:
            while not self.clock.stopped and not self._died and self.clock.now() < moment:
                self.clock.pause(moment)
        self._live()

    def die(self) -> None:
        """Ends everything that is under way."""
        with self.clock.changed:
            self._died = True
            self.clock.notify()

    def _live(self) -> None:
        if self._died:
            raise ProcessDied


class EngineProfile(Profile):
    """The profile ``engine-4.5``: every work shares the cores and goes through the engine's locks.

    The twin's own computing time does not count: a work ends when the model says so. ``pace`` scales all costs."""

    def __init__(
        self,
        clock: Clock,
        latency: Latency | None = None,
        pace: float = 1.0,
        cores: int = CORES,
        hosts: HostCalls = INSTANT,
    ) -> None:
        super().__init__(clock, latency)
        self._pace, self._hosts = pace, hosts
        self._processor = Processor(cores)
        self._held: set[str] = set()

    def spend(self, work: Work) -> None:
        """Waits until the cores and the hosts have done it, under the locks it needs. Raises ProcessDied."""
        for phase in phases(work, self._hosts):
            self._take(phase.lock)
            try:
                if phase.idle:
                    self.wait_until(self.clock.now() + phase.seconds * self._pace)
                else:
                    self._run(phase)
            finally:
                self._give(phase.lock)

    def _take(self, lock: str) -> None:
        with self.clock.changed:
            while lock and lock in self._held and not self.clock.stopped and not self._died:
                self.clock.pause(None)
            if lock:
                self._held.add(lock)
        self._live()

    def _give(self, lock: str) -> None:
        if lock:
            with self.clock.changed:
                self._held.discard(lock)
                self.clock.notify()

    def _run(self, phase: Phase) -> None:
        clock = self.clock
        with clock.changed:
            job = self._processor.add(clock.now(), phase.kind, phase.seconds * self._pace)
            clock.notify()
            while self._processor.running(job) and not clock.stopped and not self._died:
                clock.pause(self._processor.next_done())
                self._processor.advance(clock.now())
            clock.notify()
        self._live()


def read_works(request: Request, count: int) -> list[Work]:
    """What a GET costs the engine, by what it answered (baseline, section 1)."""
    shape = request.shape
    if request.flag("unregistered"):
        kind = {"vms": "unregistered_vms", "templates": "unregistered_templates"}.get(
            request.segments[-1], "unregistered_disks"
        )
        return [Work(kind, count)]
    if len(request.segments) % 2 == 0:
        return [Work("get")]
    works = [Work(shape if shape in ("vms", "disks") else "list", count)]
    for name, below in follow_tree(request.params.get("follow", "")).items():
        works.append(Work("follow_disk" if name == "diskattachments" and "disk" in below else "follow", count))
    return works
