# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever the plan and whatever the answers: the promises of carry_out()."""

from __future__ import annotations

import zlib

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.actions import Done, Failed, Pending, Retry
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import FULFILLED
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Fault, LostAnswer, Unreachable
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.module_utils.carry_out.sim import (
    Script,
    World,
    states,
    step,
)
from hypothesis import given, settings
from hypothesis import strategies as st

ANSWERS = (
    Done(),
    Done(already=True),
    Failed("refused"),
    Retry(1.0, "not yet", 30.0),
    Pending("vms", "x", lambda record: Done() if record == "up" else None, 20.0, "up"),
    Pending("vms", "never", lambda record: Done() if record == "up" else None, 20.0, "up"),
    Fault(409, "Operation Failed", "[Cannot run VM. VM web01 is being imported.]"),
    Fault(400, "Operation Failed", "[no]"),
    LostAnswer("POST", "/vms", why="reset"),
    Unreachable("https://engine", "refused"),
    ValueError("bug"),
)
LOOKS = (True, False, None, Done(), Fault(404, "Not Found"))


@st.composite
def plans(draw):
    """(steps in some order, each after some of those made before it, scripts of do() and look())."""
    count = draw(st.integers(0, 12))
    made = []
    for number in range(count):
        after = draw(st.sets(st.sampled_from(range(number)), max_size=3)) if number else set()
        made.append(step(f"s{number}", *(f"s{other}" for other in after), required=draw(st.booleans())))
    does = {one.id: draw(st.lists(st.sampled_from(ANSWERS), min_size=1, max_size=3)) for one in made}
    looks = {one.id: draw(st.lists(st.sampled_from(LOOKS), min_size=1, max_size=3)) for one in made}
    return draw(st.permutations(made)), does, looks


def up_now_and_then(world: World):
    return lambda keys: {"x": "up" if world.seconds % 10 > 5 else "down"}


@settings(max_examples=150, deadline=None)
@given(plans(), st.integers(1, 8), st.integers(0, 2**16))
def test_order_ends_and_limit(plan, limit, seed) -> None:
    steps, does, looks = plan
    by_id = {one.id: one for one in steps}
    ended: list[str] = []
    begun: list[str] = []

    class Ledger(Script):
        def do(self, step):
            begun.append(step.id)
            assert all(other in ended for other in step.after), "begun before what it needs has ended"
            return super().do(step)

    world = World(work=lambda job: 0.05 + zlib.crc32(f"{job.key} {seed}".encode()) % 100 / 50)

    class Book:
        """Listens where the journal would."""

        path = None
        trouble = ""

        def open(self):
            pass

        def plan(self, *_):
            pass

        def note(self, _unused):
            pass

        def start(self, _unused):
            pass

        def end(self, outcome):
            ended.append(outcome.step_id)

    report = world.run(
        steps,
        Ledger(does, looks),
        limit=limit,
        journal=Book(),
        watches={"vms": up_now_and_then(world)},
        on_busy_timeout=40,
    )
    assert sorted(ended) == sorted(by_id), "every step ends exactly once"
    assert [outcome.step_id for outcome in report.outcomes] == [one.id for one in steps]
    assert world.workers.most <= limit
    found = states(report)
    for one in steps:
        well = all(found[other] in FULFILLED for other in one.after)
        if found[one.id] in ("done", "already", "failed"):
            assert well
            assert one.id in begun
        elif not report.stopped:
            assert found[one.id] == "not_run"
            assert not well
            assert one.id not in begun
    assert report.ok == all(not one.required or found[one.id] in FULFILLED for one in steps)
    assert world.seconds < 60 * (len(steps) + 1) * 3, "nothing waits for ever"


@settings(max_examples=50, deadline=None)
@given(plans())
def test_check_mode_does_nothing(plan) -> None:
    steps, does, looks = plan
    world, action = World(), Script(does, looks)
    report = world.run(steps, action, check_mode=True)
    assert set(states(report).values()) <= {"done"}
    assert len(report.outcomes) == len(steps)
    assert world.workers.log == action.done == action.looked == []
    assert world.seconds == 0
