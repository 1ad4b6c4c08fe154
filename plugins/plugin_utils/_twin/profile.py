# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long things take. ``none``: nothing but a chosen latency per request. ``engine-4.5``: a busy engine with few cores."""
from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.clock import Clock
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Request
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.work import Work

PACES = {"none": 0.1, "engine-4.5": 1.0}
"""Profile -> the pace of what runs on behind an answer (statuses, jobs): one tenth, or as long as on an engine."""


class Profile:
    """The profile ``none``: answers at once."""

    def __init__(self, clock: Clock, latency: float = 0.0) -> None:
        self.clock = clock
        self.latency = latency

    def read_work(self, site: Site, request: Request) -> Work | None:
        """What a GET costs the engine."""
        return None

    def spend(self, work: Work | None) -> None:
        """Waits until the engine has done a piece of work."""

    def wait_until(self, moment: float) -> None:
        """Waits for something that happens at a time."""
        self.clock.sleep(moment - self.clock.now())
