# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In which order steps may run: which are ready, which never will be. Pure: no I/O, no clock."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Mapping, Sequence

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import FULFILLED, State, Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput


class Order:
    """Hands out ready steps, in the plan's order, as the steps they wait for end well.

    Raises BadInput for an id that is there twice, an unknown id in `after`, an unknown action, or a cycle.
    """

    def __init__(self, steps: Sequence[Step], actions: Mapping[str, object] | None = None) -> None:
        self.steps = {step.id: step for step in steps}
        self._index = {step.id: index for index, step in enumerate(steps)}
        if len(self.steps) < len(steps):
            twice = sorted({step.id for index, step in enumerate(steps) if self._index[step.id] != index})
            raise BadInput(f"The plan names these steps twice: {', '.join(twice)}. Nothing was done.")
        self._missing = {step.id: set(step.after) for step in steps}
        self._next: dict[str, list[str]] = {}
        for step in steps:
            for before in step.after:
                if before not in self.steps:
                    raise BadInput(
                        f"Step {step.id} is to run after {before}, which is not in the plan. Nothing was done."
                    )
                self._next.setdefault(before, []).append(step.id)
            if actions is not None and step.action not in actions:
                raise BadInput(f"Step {step.id} asks for an unknown action '{step.action}'. Nothing was done.")
        self._ready = [(index, step.id) for index, step in enumerate(steps) if not step.after]
        self._unsettled = set(self.steps)
        self._refuse_cycles()

    def _refuse_cycles(self) -> None:
        counts = {step_id: len(before) for step_id, before in self._missing.items()}
        free = [step_id for _index, step_id in self._ready]
        for step_id in free:
            for after in self._next.get(step_id, ()):
                counts[after] -= 1
                if not counts[after]:
                    free.append(after)
        if len(free) < len(self.steps):
            # Walking back from any step that is not free runs into the cycle.
            stuck = set(self.steps) - set(free)
            at, walked = min(stuck, key=self._index.__getitem__), []
            while at not in walked:
                walked.append(at)
                at = min(self._missing[at] & stuck)
            circle = [*walked[walked.index(at) :], at]
            raise BadInput(f"These steps wait for each other: {' after '.join(circle)}. Nothing was done.")

    @property
    def unsettled(self) -> tuple[Step, ...]:
        """The steps without an end, in the plan's order."""
        return tuple(self.steps[step_id] for step_id in sorted(self._unsettled, key=self._index.__getitem__))

    @property
    def finished(self) -> bool:
        """Whether every step has its end."""
        return not self._unsettled

    def has_ready(self) -> bool:
        """Whether take() has something."""
        return bool(self._ready)

    def holds_up(self, step_id: str) -> bool:
        """Whether other steps come after this one."""
        return step_id in self._next

    def take(self) -> Step:
        """The ready step that comes first in the plan. Raises IndexError when there is none."""
        return self.steps[heapq.heappop(self._ready)[1]]

    def put_back(self, step: Step) -> None:
        """A step that was taken may be tried again."""
        heapq.heappush(self._ready, (self._index[step.id], step.id))

    def withdraw(self, kept: Collection[str]) -> list[Step]:
        """Settle every step without an end but those kept, which must not be waiting for others. Returns them."""
        gone = [step for step in self.unsettled if step.id not in kept]
        self._unsettled &= set(kept)
        self._ready = [entry for entry in self._ready if entry[1] in kept]
        heapq.heapify(self._ready)
        return gone

    def settle(self, step_id: str, state: State) -> list[tuple[Step, str]]:
        """A step has its end. Returns the steps that can now never run, each with why; they are settled as well."""
        self._unsettled.discard(step_id)
        if state in FULFILLED:
            for after in self._next.get(step_id, ()):
                self._missing[after].discard(step_id)
                if not self._missing[after] and after in self._unsettled:
                    self.put_back(self.steps[after])
            return []
        why = f"it needs '{self.steps[step_id].sentence()}', which {_ENDED[state]}"
        lost: list[tuple[Step, str]] = []
        queue = list(self._next.get(step_id, ()))
        for after in queue:
            if after in self._unsettled:
                self._unsettled.discard(after)
                lost.append((self.steps[after], why))
                queue.extend(self._next.get(after, ()))
        return lost


_ENDED: Mapping[State, str] = {"failed": "failed", "skipped": "was left out", "not_run": "was not run"}
