# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an engine spends on each kind of work: the one table behind the profile ``engine-4.5`` and its floor.

Measured on an engine 4.5.8 with two cores, and hosts without latency unless said otherwise; the numbers are seconds of
one core."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Cost:
    """Seconds per call and per item; ``crowd`` says how much dearer a call gets with how many of its kind at once."""

    base: float
    each: float = 0.0
    crowd: tuple[tuple[int, float], ...] = ((1, 1.0),)
    row_lock: float = 0.0
    spm_lock: float = 0.0

    def seconds(self, count: int) -> float:
        """For a call over so many items."""
        return self.base + self.each * count

    def factor(self, busy: int) -> float:
        """How much dearer with so many calls of the kind at once, between the measured points."""
        points = self.crowd
        for (low, cheap), (high, dear) in pairwise(points):
            if busy <= high:
                return cheap + (dear - cheap) * max(0, busy - low) / (high - low)
        return points[-1][1]


@dataclass(frozen=True)
class HostCalls:
    """Seconds that a host's storage takes for a call about a volume and for one about an image. Per disk two of each
    are waited for: one volume call through the storage manager, the others at any host (baseline, section 5)."""

    volume: float = 0.0
    image: float = 0.0


INSTANT = HostCalls()
"""The hosts of the measurements."""
SLOW = HostCalls(0.05, 0.2)
"""The hosts of the measurements "hosts slow"."""

_REGISTER_CROWD = ((1, 1.0), (2, 1.06), (4, 1.14), (8, 1.65), (16, 2.05), (32, 1.35))
_START_CROWD = ((1, 1.0), (2, 1.13), (4, 1.34), (8, 1.34), (32, 1.34))

COSTS: dict[str, Cost] = {
    "import": Cost(0.15),
    "attach": Cost(0.35, 0.025),
    "unregistered_vms": Cost(0.02, 0.062),
    "unregistered_templates": Cost(0.02, 0.055),
    "unregistered_disks": Cost(0.03, 0.002),
    "register": Cost(0.195, crowd=_REGISTER_CROWD, row_lock=0.02, spm_lock=0.004),
    "register_template": Cost(0.165, crowd=((1, 1.0), (32, 1.0)), spm_lock=0.004),
    "start": Cost(0.097, 0.00014, crowd=_START_CROWD),
    "vms": Cost(0.03, 0.0007),
    "follow": Cost(0.0, 0.0007),
    "follow_disk": Cost(0.0, 0.0052),
    "disks": Cost(0.03, 0.0001),
    "list": Cost(0.02, 0.0001),
    "get": Cost(0.008),
}
"""Kind of work -> its cost. register, start: crowd from the throughput at 1 to 32 in flight.
start: each is for every VM that the engine knows; between the starts among 1000 VMs (section 3) and those among 30 and
100 (section 4)."""
