# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long things take. ``none``: only a chosen latency per request. ``engine-4.5``: a busy engine with few cores."""

from __future__ import annotations

import threading
from collections import defaultdict

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.clock import Clock
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.follow import follow_tree
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.processor import CORES, Phase, Processor, phases
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Request
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.work import Work

PACES = {"none": 0.1, "engine-4.5": 1.0}
"""Profile -> the pace of what runs on behind an answer (statuses, jobs): one tenth, or as long as on an engine."""


class Profile:
    """The profile ``none``: answers at once."""

    def __init__(self, clock: Clock, latency: float = 0.0) -> None:
        self.clock = clock
        self.latency = latency

    def spend(self, work: Work) -> None:
        """Waits until the engine has done a piece of work."""

    def wait_until(self, moment: float) -> None:
        """Waits for something that happens at a time."""
        self.clock.sleep(moment - self.clock.now())


class EngineProfile(Profile):
    """The profile ``engine-4.5``: every work shares the cores and goes through the engine's locks.

    The twin's own computing time does not count: a work ends when the model says so. ``pace`` scales all costs."""

    def __init__(self, clock: Clock, latency: float = 0.0, pace: float = 1.0, cores: int = CORES) -> None:
        super().__init__(clock, latency)
        self._pace = pace
        self._processor = Processor(cores)
        self._changed = threading.Condition()
        self._locks: dict[str, threading.Lock] = defaultdict(threading.Lock)

    def spend(self, work: Work) -> None:
        """Waits until the cores have done it, under the locks it needs."""
        for phase in phases(work):
            if phase.lock:
                with self._changed:
                    lock = self._locks[phase.lock]
                with lock:
                    self._run(phase)
            else:
                self._run(phase)

    def _run(self, phase: Phase) -> None:
        with self._changed:
            job = self._processor.add(self.clock.now(), phase.kind, phase.seconds * self._pace)
            self._changed.notify_all()
            while self._processor.running(job) and not self.clock.stopped:
                moment = self._processor.next_done()
                now = self.clock.now()
                if moment is not None and moment > now:
                    self._changed.wait(moment - now)
                self._processor.advance(self.clock.now())
            self._changed.notify_all()


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
