# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time in the replay: how far the twin's clock may be from the recorded moment, and what a wait may excuse.

The recorded engine's durations are those of fake hosts and of one machine, so the *order* of what happens counts, not
its moment. The twin's clock stays up to LAG behind the recorded moment and moves to it only when it must; when an
answer differs only in what time changes, the clock moves on, from one thing that happens in the twin to the next, at
most LEAD
beyond the recorded moment."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence as Series
from dataclasses import dataclass, field

from .compare import Answer
from .reading import Record

LAG = 45.0
"""Seconds that the twin may take longer than the engine did, with nobody noticing."""
LEAD = 30.0
"""Seconds that the twin may take more than that, while somebody asks."""
EARLY = 30.0
"""Seconds by which something may be over here before the recording shows it so at the same address."""
UNSEEN = 1.0
"""Seconds in which a status may come and go without the recording showing it, when nobody looked in them."""
TRIES = 40
"""How often a request is sent at most, however much happens in that time."""
_STATUS = re.compile(r"<status>([a-z_]+)</status>")
_PRESENCE = re.compile(r"^status (200|404) \| (404|200)\b")
_IN_TIME = re.compile(
    r"(^|/)(status|external_status|locked|snapshot_status|progress|provisioned_size)(:|$)"
    r"|is (missing|extra)$|: none \||\| none$"
)


def may_wait(method: str, differences: list[str], expected: Answer, ours: Answer) -> bool:
    """Whether a difference may be one of time alone.

    A read may wait for a status, for the size of what is being written, for a member, or for an object to come or
    go. A write may wait only when it was refused here by a lock, and the recorded one was not: 409 against success,
    or another 409."""
    if method == "GET":
        if any(_PRESENCE.match(text) or _IN_TIME.search(text.split(" | ")[0]) for text in differences):
            return True
        return statuses(expected.body) != statuses(ours.body)
    return ours.status == 409 and (expected.status < 300 or expected.status != ours.status or bool(differences))


def statuses(body: str) -> list[str]:
    """The statuses in a body, in order."""
    return _STATUS.findall(body)


def same_reads(timeline: Series[Record]) -> dict[tuple[str, int], list[Record]]:
    """For each read (scene, n) the later ones of the same address within EARLY seconds, next first."""
    found: dict[tuple[str, int], list[Record]] = {}
    series: dict[tuple[str, int, str], list[Record]] = defaultdict(list)
    for record in reversed(timeline):
        if record.method != "GET":
            continue
        key = (record.scene, record.engine, record.path)
        series[key] = [other for other in series[key] if other.moment - record.moment <= EARLY]
        found[(record.scene, record.n)] = list(series[key])
        series[key].insert(0, record)
    return found


@dataclass
class Sequence:
    """The statuses that the recording showed of one object, and those that ours passed through since."""

    shown: list[str] = field(default_factory=list)

    def passed_over(self, seen: list[str], expected: str, unseen: float = 0.0) -> list[str]:
        """Statuses that ours had on the way to the expected one, and that the recording did not show before it. A first
        look does not tell what was before, nor does one after ``unseen`` seconds in which nobody looked."""
        if not self.shown or unseen >= UNSEEN:
            return []
        allowed = {*self.shown[-1:], expected}
        return [status for status in dict.fromkeys(seen) if status not in allowed]

    def ahead(self, expected: str, ours: str) -> bool:
        """Whether ours has left the status that the recording still shows: waiting will not bring it back."""
        return bool(expected and ours) and expected != ours and self.shown[-1:] == [expected]

    def show(self, status: str) -> None:
        """Takes a recorded status in."""
        if status and self.shown[-1:] != [status]:
            self.shown.append(status)


class Looked:
    """When the recording last read an object, or wrote to it or to its collection."""

    def __init__(self) -> None:
        self._moments: dict[tuple[int, str], float] = {}

    def at(self, record: Record) -> None:
        """Takes an exchange in."""
        path = record.path.partition("?")[0]
        moment = record.moment + (0.0 if record.method == "GET" else record.took)
        self._moments[(record.engine, path)] = moment
        if record.method != "GET":
            self._moments[(record.engine, path.rpartition("/")[0])] = moment

    def last(self, record: Record) -> float:
        """The moment before a read of an object; its own when none is known."""
        path = record.path.partition("?")[0]
        found = [self._moments.get((record.engine, each), 0.0) for each in (path, path.rpartition("/")[0])]
        return max(found) or record.moment
