# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the engine itself needs for a failover, whatever the client does: the physical limit that a run is compared
with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.costs import COSTS
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.power import ONE_IN, POLL_SECONDS, UP_SECONDS
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.processor import CORES

IN_FLIGHT = (1, 2, 3, 4, 6, 8, 16, 32)


@dataclass(frozen=True)
class Floor:
    """Seconds per phase at the best concurrency, one phase after another. ``up`` is a mean: the engine's own poll
    decides."""

    attach: float
    list: float
    templates: float
    register: float
    start: float
    up: float

    @property
    def total(self) -> float:
        """All phases."""
        return self.attach + self.list + self.templates + self.register + self.start + self.up


def rate(kind: str, cores: int = CORES, count: int = 0) -> tuple[float, int]:
    """The best calls per second of a kind over so many items each, and with how many in flight (less than none)."""
    cost = COSTS[kind]
    return max((min(k, cores) / (cost.seconds(count) * cost.factor(k)), -k) for k in IN_FLIGHT)


def floor(
    *,
    vms: int,
    templates: int,
    domains: int,
    disks: int,
    waves: Sequence[int] | None = None,
    cores: int = CORES,
) -> Floor:
    """The floor for so many VMs, templates and images on so many domains.

    Attach and lists are one thread each per domain, so they gain from as many cores as there are domains. ``waves``:
    how many VMs are started together, each wave when the one before it is up; all at once when not given."""
    side_by_side = max(1, min(domains, cores))
    attach = COSTS["attach"].seconds(0) * domains + COSTS["attach"].each * disks
    listing = (
        COSTS["unregistered_vms"].each * vms
        + COSTS["unregistered_templates"].each * templates
        + (COSTS["unregistered_vms"].base + COSTS["unregistered_templates"].base) * domains
    )
    waves = [vms] if waves is None else waves
    return Floor(
        attach / side_by_side,
        listing / side_by_side,
        templates / rate("register_template", cores)[0],
        vms / rate("register", cores)[0],
        sum(waves) / rate("start", cores, vms)[0],
        until_up(waves, rate("start", cores, vms)[0]),
    )


def until_up(waves: Sequence[int], starts_per_second: float) -> float:
    """The mean time from the last start of each wave until all of its VMs are up, summed.

    A late VM is seen by the engine's own poll only. That comes 0 to 15 s after the last start of the first wave; but a
    wave that was let go by a poll begins right behind it, and its late VMs wait for the whole rest until the next one.
    """
    total = polled = 0.0
    for wave in waves:
        late = 1 - (1 - 1 / ONE_IN) ** wave if wave else 0.0
        behind_a_poll = POLL_SECONDS - (UP_SECONDS + wave / starts_per_second) % POLL_SECONDS
        total += (UP_SECONDS if wave else 0.0) + late * (polled * behind_a_poll + (1 - polled) * POLL_SECONDS / 2)
        polled = late if wave else polled
    return total
