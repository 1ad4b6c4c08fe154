# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A flow under way: what it asks for and where it ends when nothing happens to it, and what comes of it otherwise.

The flow goes on once, undisturbed, in this process. Before each of its calls as many copies of the process as there are
things that can happen to that call try one of them each, and then the whole flow from its beginning.
"""

from __future__ import annotations

import json
import pathlib
import typing as t
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Estate
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from ansible_collections.ovirt_dr.storage.tests.integration.resume.flow import Call
from ansible_collections.ovirt_dr.storage.tests.integration.resume.kill import PACE, Stage, aside
from ansible_collections.ovirt_dr.storage.tests.integration.resume.state import State, differences, known_ids


@dataclass(frozen=True)
class Undisturbed:
    """writes: how many each call of the flow asks for; ends: what the engine holds after each."""

    writes: tuple[int, ...]
    ends: tuple[State, ...]


class Progress:
    """A flow on a twin of an estate with one engine, begun and not yet ended. Its files lie in ``folder``."""

    def __init__(self, estate: Estate, flow: t.Sequence[Call], folder: pathlib.Path, concurrency: int) -> None:
        (folder / "estate.json").write_text(json.dumps(estate), encoding="utf-8")
        self.flow = flow
        self._known = known_ids(estate)
        self._twin = Twin(estate, profile="none", pace=PACE).start()
        self._since = self._twin.clock.stamp(0)
        self._stage = Stage(self._twin, folder, concurrency)
        self._reached = 0
        self.undisturbed = aside(self._stage, self._whole)

    def close(self) -> None:
        """Ends the twin."""
        self._twin.stop()

    def reach(self, number: int) -> None:
        """Go on until so many calls are behind."""
        for call in self.flow[self._reached : number]:
            result = self._stage.run(call)
            assert not result.get("failed"), f"{call.name}: {result['msg']}"
        self._reached = max(self._reached, number)

    def after(self, way: str, nth: int, *, whole: bool = True) -> list[str]:
        """How the end differs from the undisturbed one when the nth write of the next call meets with this; empty when
        all is well.

        whole: then the flow is run again from its beginning, and once more to see that nothing is left to do; else only
        the call that was disturbed, after which everything must be as it is then."""
        return aside(self._stage, lambda: self._resumed(way, nth, whole))

    def at_every_write(self, number: int, way: str) -> list[str]:
        """How the end differs when any write of a call meets with this. The whole flow is run again for the last write,
        else that call."""
        self.reach(number)
        writes = self.undisturbed.writes[number]
        assert writes, f"{self.flow[number].name} asks for nothing"
        return [line for nth in range(1, writes + 1) for line in self.after(way, nth, whole=nth == writes)]

    def _whole(self) -> Undisturbed:
        writes, ends = [], []
        for call in self.flow:
            before = self._stage.writes()
            result = self._stage.run(call)
            assert not result.get("failed"), f"{call.name}: {result['msg']}"
            writes.append(self._stage.writes() - before)
            ends.append(aside(self._stage, self._end))
        assert not self._twin.errors, self._twin.errors
        return Undisturbed(tuple(writes), tuple(ends))

    def _resumed(self, way: str, nth: int, whole: bool) -> list[str]:
        request = self._stage.disturbed(self.flow[self._reached], way, nth)
        where = f"write {nth}, {request}, {way}"
        for call in self.flow if whole else (self.flow[self._reached],):
            result = self._stage.run(call)
            if result.get("failed"):
                return [f"{where}: then {call.name} fails: {result['msg']}"]
        writes = self._stage.writes()
        for call in self.flow if whole else ():
            result = self._stage.run(call)
            if result.get("failed") or result["changed"]:
                return [f"{where}: a third time {call.name} is not done yet: {result['msg']}"]
        found = [f"{where}: a third time there are writes"] if self._stage.writes() != writes else []
        found += [f"{where}: error of the twin: {error}" for error in self._twin.errors]
        end = self.undisturbed.ends[-1 if whole else self._reached]
        return found + [f"{where}: {line}" for line in differences(end, self._end())]

    def _end(self) -> State:
        return self._stage.state(self._known, self._since)
