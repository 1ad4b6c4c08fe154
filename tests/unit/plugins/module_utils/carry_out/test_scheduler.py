# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scheduler on a simulated clock: what happens to steps that wait, are busy, get lost, or fail."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.actions import Done, Failed, Pending, Retry
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.journal import Journal, read
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.run import Interrupted
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import (
    BadInput,
    Fault,
    LostAnswer,
    SignInFailed,
    UnexpectedAnswer,
    Unreachable,
)
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.module_utils.carry_out.sim import (
    FakeClock,
    Script,
    World,
    states,
    step,
)

BUSY = Fault(409, "Operation Failed", "[Cannot run VM. VM web01 is being imported.]")
REFUSED = Fault(400, "Operation Failed", "[Cannot import VM. The relevant Cluster doesn't exist.]", subject="vm web01")
LOST = LostAnswer("POST", "/vms/1/start", why="the connection was reset")
DOWN = Unreachable("https://engine/ovirt-engine/api", "connection refused")


def until_up(timeout: float = 60.0, key: str = "a") -> Pending:
    def verdict(record: object) -> Done | Failed | None:
        return {"up": Done("is up"), "broken": Failed("broke")}.get(str(record))

    return Pending("vms", key, verdict, timeout, "status up")


def _one_up(world: World, at: float) -> Callable[[object], dict[str, str]]:
    return lambda _keys: {"a": "up" if world.seconds >= at else "powering_up"}


# -- order and ends


def test_steps_run_after_those_they_need() -> None:
    world, action = World(), Script()
    report = world.run([step("c", "b"), step("b", "a"), step("a")], action)
    assert action.done == ["a", "b", "c"]
    assert [outcome.step_id for outcome in report.outcomes] == ["c", "b", "a"], "the report keeps the plan's order"
    assert report.ok
    assert report.changed


def test_a_failed_step_stops_only_those_that_need_it() -> None:
    world, action = World(), Script({"a": [REFUSED]})
    report = world.run([step("a"), step("b", "a"), step("c", "b"), step("d")], action)
    assert states(report) == {"a": "failed", "b": "not_run", "c": "not_run", "d": "done"}
    failed, not_run, further, _done = report.outcomes
    assert "The relevant Cluster doesn't exist" in failed.message
    assert failed.failure is not None
    assert failed.failure["status"] == 400
    assert not_run.message == further.message == "not run: it needs 'act vm a', which failed"
    assert not report.ok


def test_a_failure_may_stop_all_that_was_not_begun() -> None:
    """What was begun, be it waiting or put off, goes on; what a best effort step comes to stops nothing."""
    world = World(work=lambda job: 0.01)
    action = Script(
        {"a": [until_up()], "b": [Retry(1.0, "not yet", 60.0), Done("late")], "c": [REFUSED], "d": [REFUSED]}
    )
    steps = [step("a"), step("b"), step("c", required=False), step("d"), step("e"), step("f", "a"), step("g", "d")]
    watches = {"vms": lambda _keys: {"a": "up" if world.seconds > 5 else "powering_up"}}
    report = world.run(steps, action, limit=1, watches=watches, stop_at_failure=True)
    assert states(report) == {
        "a": "done",
        "b": "done",
        "c": "failed",
        "d": "failed",
        "e": "not_run",
        "f": "not_run",
        "g": "not_run",
    }
    assert action.done == ["a", "b", "c", "d", "b"]
    told = {outcome.step_id: outcome.message for outcome in report.outcomes}
    assert told["e"] == told["f"] == "not run: act of d failed, and a failure stops the run ('on_failure')"
    assert told["g"] == "not run: it needs 'act vm d', which failed"
    assert not report.stopped


def test_best_effort_that_fails_is_told_and_fails_nothing() -> None:
    report = World().run([step("a", required=False), step("b")], Script({"a": [REFUSED]}))
    assert report.counts() == {"done": 1, "already": 0, "skipped": 0, "failed": 1, "not_run": 0}
    assert report.ok


def test_already_so_is_no_change() -> None:
    report = World().run([step("a"), step("b", "a")], Script({"a": [Done(already=True)], "b": [Done(already=True)]}))
    assert states(report) == {"a": "already", "b": "already"}
    assert not report.changed


def test_a_bug_in_one_step_is_that_steps_failure_without_values() -> None:
    report = World().run([step("a"), step("b")], Script({"a": [KeyError("pass-word")]}))
    assert states(report) == {"a": "failed", "b": "done"}
    assert "KeyError at" in report.outcomes[0].message
    assert "sim.py" in report.outcomes[0].message
    assert "pass-word" not in str(report.outcomes[0])


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([step("a", "b"), step("b", "c"), step("c", "a"), step("d", "a")], "a after b after c after a"),
        ([step("a", "a")], "a after a"),
        ([step("a", "x")], "x, which is not in the plan"),
        ([step("a"), step("a")], "twice: a"),
        ([step("a", action="fly")], "unknown action 'fly'"),
    ],
)
@pytest.mark.parametrize("check_mode", [False, True])
def test_a_plan_that_cannot_run_is_refused_before_anything_is_done(steps, words, check_mode) -> None:
    action = Script()
    with pytest.raises(BadInput, match=words):
        World().run([step("z"), *steps], action, check_mode=check_mode)
    assert action.done == []


def test_an_empty_plan_is_done_at_once() -> None:
    world = World()
    assert world.run([], Script()).ok
    assert world.seconds == 0


# -- waiting


def test_waiting_steps_hold_no_worker_and_share_the_readings() -> None:
    world = World(work=lambda job: 0.01)
    names = [f"vm{number}" for number in range(100)]
    asked: list[frozenset[str]] = []

    def vms(keys):
        asked.append(keys)
        return dict.fromkeys(names, "up" if world.seconds > 20 else "powering_up")

    action = Script({name: [until_up(key=name)] for name in names})
    report = world.run([step(name) for name in names], action, limit=4, watches={"vms": vms})
    assert report.counts()["done"] == 100
    assert all(outcome.message == "is up" for outcome in report.outcomes)
    assert max(world.times("do")) < 2, "steps that wait do not keep others from being begun"
    assert len(asked) < 20
    assert asked[-1] == frozenset(names)


def test_readings_begin_early_and_get_rarer() -> None:
    world = World(work=lambda job: 0.0)
    ready = {"a": "down"}

    def vms(_keys):
        return {"a": "up" if world.seconds > 30 else ready["a"]}

    world.run([step("a")], Script({"a": [until_up()]}), watches={"vms": vms}, poll_interval=5)
    times = world.times("poll")
    pauses = [round(after - before, 3) for before, after in itertools.pairwise(times)]
    assert times[0] == 0.3
    assert pauses[:5] == [0.3, 0.48, 0.768, 1.229, 1.966]
    assert max(pauses) == 5


def test_a_new_waiting_step_draws_the_next_reading_nearer() -> None:
    world = World(work=lambda job: {"old": 0.0, "new": 20.0}[job.key])

    def vms(_keys):
        return {"old": "up" if world.seconds > 40 else "down", "new": "up"}

    script = Script({name: [until_up(key=name)] for name in ("old", "new")})
    world.run([step("old"), step("new")], script, watches={"vms": vms}, poll_interval=10)
    times = world.times("poll")
    assert times[-1] > 40
    assert 20.3 in times, "new began to wait at 20, when readings had become rare"
    assert len([time for time in times if 10 < time < 20]) <= 3


@pytest.mark.parametrize(
    ("followed", "pause", "most"),
    [
        pytest.param(False, 2.0, 6, id="nothing comes after what waits: readings must not slow down what is begun"),
        pytest.param(True, 0.3, 40, id="a step comes after what waits: it is to begin soon"),
    ],
)
def test_however_many_begin_to_wait_readings_keep_their_distance(followed: bool, pause: float, most: int) -> None:
    world = World(work=lambda job: 0.01)
    names = [f"s{number}" for number in range(1000)]
    script = Script({name: [until_up(key=name)] for name in names})
    steps = [*map(step, names), *([step("after", *names)] if followed else [])]
    report = world.run(steps, script, limit=1, watches={"vms": lambda keys: dict.fromkeys(keys, "up")})
    assert report.counts()["done"] == len(steps)
    # The first reading after the last request need not keep the distance.
    times = [time for time in world.times("poll") if time < 9.9]
    assert most / 2 <= len(times) <= most
    assert all(after - before >= pause - 1e-6 for before, after in itertools.pairwise(times))
    assert world.seconds < 11, "when there is nothing else to do, a reading comes soon"


def test_what_waits_is_read_at_once_when_the_last_request_has_failed() -> None:
    world = World(work=lambda job: {"a": 0.0, "b": 1.0}[job.key])
    world.run([step("a"), step("b")], Script({"a": [until_up()], "b": [REFUSED]}), watches={"vms": _one_up(world, 0.5)})
    assert world.times("poll") == [0.3, 1.0]


def test_a_slow_reading_is_made_rarely() -> None:
    world = World(work=lambda job: 0.0, poll_seconds=1.0)
    script = Script({"a": [until_up()]})
    world.run([step("a")], script, watches={"vms": lambda keys: {"a": "up" if world.seconds > 30 else "down"}})
    times = world.times("poll")
    assert all(after - before >= 5 - 1e-6 for before, after in itertools.pairwise(times))


def test_a_reading_that_began_before_the_step_waited_does_not_judge_it() -> None:
    world = World(work=lambda job: {"a": 0.0, "b": 1.0}[job.key], poll_seconds=1.5)
    seen: list[object] = []

    def verdict(record):
        seen.append(record)
        return Done()

    late = Pending("vms", "b", verdict, 60, "status up")
    # The first reading begins at 0.3, b begins to wait at 1.0, the reading comes at 1.8 and says nothing of b.
    world.run(
        [step("a"), step("b")],
        Script({"a": [until_up()], "b": [late]}),
        watches={"vms": lambda keys: {"a": "up", "b": len(seen)}},
    )
    assert len(world.times("poll")) == 2


def test_time_over_tells_the_last_state_seen() -> None:
    world = World(work=lambda job: 0.0)
    report = world.run([step("a")], Script({"a": [until_up(10)]}), watches={"vms": lambda keys: {"a": "powering_up"}})
    (outcome,) = report.outcomes
    assert outcome.state == "failed"
    assert outcome.failure is not None
    assert outcome.failure["kind"] == "wait_timeout"
    assert outcome.failure["last_seen"] == "powering_up"
    assert "vm a: waited 10 s for 'status up', last seen: powering_up" in outcome.message
    assert world.times("poll")[-1] == 10.0, "the last reading is made at the deadline"


@pytest.mark.parametrize("timeout", [0.0, 0.1])
def test_even_the_shortest_wait_gets_one_reading(timeout: float) -> None:
    world = World(work=lambda job: 0.0)
    report = world.run([step("a")], Script({"a": [until_up(timeout)]}), watches={"vms": lambda keys: {"a": "up"}})
    assert states(report) == {"a": "done"}


def test_readings_that_fail_are_tried_again_until_the_deadline() -> None:
    world = World(work=lambda job: 0.0)

    def vms(_keys):
        if world.seconds < 20:
            raise DOWN
        return {"a": "up"}

    report = world.run([step("a")], Script({"a": [until_up(60)]}), watches={"vms": vms})
    assert states(report) == {"a": "done"}

    world = World(work=lambda job: 0.0)
    report = world.run([step("a")], Script({"a": [until_up(10)]}), watches={"vms": vms})
    assert "last seen: nothing; then the engine could not be read: The engine at" in report.outcomes[0].message


def test_a_reading_that_hangs_does_not_hold_up_the_deadline_for_ever() -> None:
    world = World(work=lambda job: 0.0, poll_seconds=500.0)
    report = world.run([step("a")], Script({"a": [until_up(10)]}), watches={"vms": lambda keys: {"a": "up"}})
    assert states(report) == {"a": "failed"}
    assert world.seconds == pytest.approx(20)


def test_what_breaks_while_it_is_waited_for_fails_with_its_words() -> None:
    report = World().run([step("a")], Script({"a": [until_up()]}), watches={"vms": lambda keys: {"a": "broken"}})
    assert report.outcomes[0].message == "broke"
    assert states(report) == {"a": "failed"}


def test_a_wait_for_an_unknown_watch_is_a_bug_of_the_step() -> None:
    report = World().run([step("a"), step("b")], Script({"a": [until_up()]}))
    assert states(report) == {"a": "failed", "b": "done"}


# -- put off


def test_busy_is_tried_again_without_holding_a_worker() -> None:
    world, action = World(work=lambda job: 0.1), Script({"a": [BUSY, BUSY, Done("started")]})
    report = world.run([step("a"), step("b")], action, limit=1)
    assert states(report) == {"a": "done", "b": "done"}
    assert action.done == ["a", "b", "a", "a"]
    assert report.outcomes[0].message == "started"


def test_busy_for_too_long_fails_with_the_engines_words() -> None:
    world = World()
    report = world.run([step("a")], Script({"a": [BUSY]}), on_busy_timeout=30)
    assert states(report) == {"a": "failed"}
    assert "is being imported" in report.outcomes[0].message
    assert 20 < world.seconds <= 31


def test_retry_says_when_and_for_how_long() -> None:
    world, action = World(work=lambda job: 0.0), Script({"a": [Retry(7, "OVF store is old", 20)]})
    report = world.run([step("a")], action)
    assert world.times("do") == [0, 7, 14]
    assert report.outcomes[0].message == "OVF store is old (tried again for 14 s)"


def test_another_refusal_is_not_repeated() -> None:
    action = Script({"a": [REFUSED]})
    World().run([step("a")], action)
    assert action.done == ["a"]


# -- the engine cannot be reached


def test_an_engine_that_is_away_for_a_while_is_waited_for_with_single_requests() -> None:
    world = World(work=lambda job: 0.01)
    steps = [step(f"s{number}") for number in range(50)]

    class Flaky(Script):
        def do(self, step):
            super().do(step)
            if 0.05 < world.seconds < 20:
                raise DOWN
            return Done()

    action = Flaky()
    report = world.run(steps, action)
    assert report.counts()["done"] == 50
    assert len(action.done) < 50 + 20, "an outage is not met by every step on its own"


def test_an_engine_that_stays_away_ends_the_run() -> None:
    world, action = World(work=lambda job: 0.01), Script({f"s{number}": [DOWN] for number in range(50)})
    report = world.run([step(f"s{number}") for number in range(50)], action, on_busy_timeout=60)
    assert 60 < world.seconds < 75
    counts = report.counts()
    assert counts["failed"] + counts["not_run"] == 50
    assert counts["failed"] <= 8
    assert "connection refused" in report.stopped
    assert report.outcomes[-1].message.startswith("not run: The engine at")


def test_a_refused_sign_in_stops_the_run_instead_of_locking_the_account() -> None:
    refused = SignInFailed("https://engine", "admin@internal", "access_denied", "locked")
    world, action = World(), Script({f"s{number}": [refused] for number in range(50)})
    report = world.run([step(f"s{number}") for number in range(50)], action, limit=2)
    assert len(action.done) <= 2
    assert "locked" in report.stopped
    assert not report.ok


# -- lost answers


@pytest.mark.parametrize("error", [LOST, Fault(503, "Service Unavailable"), UnexpectedAnswer("HTML", status=502)])
def test_a_lost_answer_is_looked_after_and_not_repeated_when_it_was_done(error: Exception) -> None:
    action = Script({"a": [error]}, {"a": [None, True]})
    report = World().run([step("a"), step("b", "a")], action)
    assert states(report) == {"a": "done", "b": "done"}
    assert action.done == ["a", "b"]
    assert action.looked == ["a", "a"]


def test_a_lost_write_is_repeated_only_after_it_was_denied_twice_in_a_row() -> None:
    action = Script({"a": [LOST, Done()]}, {"a": [False, None, False, False]})
    report = World().run([step("a")], action)
    assert states(report) == {"a": "done"}
    assert len(action.looked) == 4
    assert action.done == ["a", "a"]


def test_a_look_may_find_that_its_end_is_still_to_come() -> None:
    action = Script({"a": [LOST]}, {"a": [until_up()]})
    report = World().run([step("a")], action, watches={"vms": lambda keys: {"a": "up"}})
    assert report.outcomes[0].message == "is up"


def test_what_cannot_be_told_fails_with_the_lost_answer() -> None:
    world, action = World(), Script({"a": [LOST]}, {"a": [DOWN, None]})
    report = world.run([step("a")], action, on_busy_timeout=60)
    assert states(report) == {"a": "failed"}
    assert "its answer was lost" in report.outcomes[0].message
    assert 60 < world.seconds < 75


def test_answers_that_get_lost_again_and_again_fail_the_step() -> None:
    action = Script({"a": [LOST]}, {"a": [False]})
    report = World().run([step("a")], action)
    assert action.done == ["a"] * 3
    assert states(report) == {"a": "failed"}


# -- check mode


def test_check_mode_calls_nothing_and_writes_nothing(tmp_path) -> None:
    world, action, path = World(), Script(), tmp_path / "new" / "journal"

    def vms(_keys):
        raise AssertionError

    report = world.run(
        [step("a"), step("b", "a")], action, check_mode=True, journal=Journal(str(path)), watches={"vms": vms}
    )
    assert states(report) == {"a": "done", "b": "done"}
    assert report.outcomes[0].message == "would act vm a"
    assert action.done == action.looked == world.workers.log == []
    assert not path.parent.exists()


# -- interrupts


def test_an_interrupt_lets_what_is_under_way_finish_and_tells_the_rest(tmp_path) -> None:
    path = str(tmp_path / "journal")

    world = World(work=lambda job: 1.0)
    names = [f"s{number}" for number in range(6)]

    class Breaking(Script):
        def do(self, step):
            if step.id == "s1":
                raise KeyboardInterrupt
            return super().do(step)

    with pytest.raises(Interrupted) as caught:
        world.run([*map(step, names), step("z", "s0")], Breaking(), limit=2, journal=Journal(path, "run1"))
    report = caught.value.report
    assert states(report)["s0"] == "done"
    assert states(report)["s1"] == "failed"
    assert {states(report)[name] for name in ("s2", "s3", "s4", "s5", "z")} == {"not_run"}
    lines = read(path)
    assert [line["message"] for line in lines if line["event"] == "note"] == ["Stopped: interrupted"]
    assert sorted(line["step"] for line in lines if line["event"] == "end") == sorted([*names, "z"])
    assert world.workers.closed


def test_an_interrupted_wait_tells_what_was_waited_for() -> None:
    world = World(work=lambda job: 0.0 if job.key == "a" else 5.0)

    class Breaking(Script):
        def do(self, step):
            if step.id == "b":
                raise KeyboardInterrupt
            return super().do(step)

    with pytest.raises(Interrupted) as caught:
        world.run(
            [step("a"), step("b")], Breaking({"a": [until_up(600)]}), watches={"vms": lambda keys: {"a": "powering_up"}}
        )
    waiting = caught.value.report.outcomes[0]
    assert waiting.state == "failed"
    assert "interrupted; vm a: waited 5 s for 'status up', last seen: powering_up" in waiting.message


# -- journal


def test_the_journal_has_a_line_per_begin_and_end(tmp_path) -> None:
    path = str(tmp_path / "journal")
    journal = Journal(path, "run1", correlate=lambda step_id: f"run1-{step_id}", wall=lambda: 0.25)
    World().run([step("a"), step("b", "a")], Script({"a": [BUSY, REFUSED]}), journal=journal)
    lines = read(path)
    assert [(line["event"], line.get("step"), line.get("state")) for line in lines] == [
        ("plan", None, None),
        ("start", "a", None),
        ("end", "a", "failed"),
        ("end", "b", "not_run"),
    ]
    assert lines[0]["total"] == 2
    assert lines[0]["actions"] == {"act": 2}
    end = lines[2]
    assert {key: end[key] for key in ("at", "run", "action", "kind", "name", "id", "correlation_id")} == {
        "at": "1970-01-01T00:00:00.250Z",
        "run": "run1",
        "action": "act",
        "kind": "vm",
        "name": "a",
        "id": "id-a",
        "correlation_id": "run1-a",
    }


def test_a_journal_that_cannot_be_written_is_refused_before_anything_is_done(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    action = Script()
    with pytest.raises(BadInput, match="cannot be written"):
        World().run([step("a")], action, journal=Journal(str(tmp_path / "file" / "journal")))
    assert action.done == []


def test_a_clock_that_stands_still_unless_slept_on_is_enough_with_real_threads() -> None:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.run import carry_out

    clock = FakeClock()
    action = Script({"a": [BUSY, until_up()]})
    report = carry_out(
        [step("a")],
        {"act": action},
        journal=Journal(None),
        check_mode=False,
        clock=clock,
        watches={"vms": lambda keys: {"a": "up" if clock.time > 1030 else "down"}},
    )
    assert states(report) == {"a": "done"}
