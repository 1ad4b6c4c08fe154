# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The limiter on simulated servers, with the answer times that were measured on a real engine."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.limiter import Limiter
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.module_utils.carry_out.sim import (
    Script,
    World,
    constant,
    cores,
    spread,
    step,
)


def measured(*points: tuple[int, float]) -> Callable[[int], float]:
    """A server by its answer times (number in flight, seconds), interpolated."""

    def seconds(number: int) -> float:
        for (few, fast), (many, slow) in itertools.pairwise(points):
            if few <= number <= many:
                part = math.log(number / few) / math.log(many / few)
                return fast * (slow / fast) ** part
        return points[0][1] if number < points[0][0] else points[-1][1]

    return lambda number: points[0][1] / seconds(number)


ASYNC_REGISTER = measured((1, 0.19), (2, 0.19), (4, 0.41), (8, 1.19), (16, 2.92), (32, 4.06))
SYNC_REGISTER = measured((1, 2.27), (4, 2.29), (8, 2.43), (16, 3.46), (32, 4.78))
SLOW_HOSTS = measured((1, 0.71), (4, 0.98), (16, 2.46))
START = measured((1, 0.23), (2, 0.27), (4, 0.61), (8, 1.27), (16, 2.32), (32, 4.77))


def levels(rate: Callable[[int], float], seconds: float, sigma: float, limit: int, answers: int = 300) -> list[int]:
    """How many were in flight at each answer."""
    world = World(work=spread(seconds, sigma), rate=rate)
    world.run([step(str(number)) for number in range(answers)], Script(), limit=limit)
    assert max(world.workers.levels) <= limit
    return world.workers.levels


def mean(values: list[int]) -> float:
    return sum(values) / len(values)


@pytest.mark.parametrize("sigma", [0.0, 0.15, 0.25])
@pytest.mark.parametrize(
    ("rate", "seconds", "least", "most"),
    [
        pytest.param(constant, 0.025, 7.8, 8, id="answer time does not grow: the limit"),
        pytest.param(SYNC_REGISTER, 2.27, 7.8, 8, id="register and wait: the limit"),
        pytest.param(cores(8), 0.19, 7.8, 8, id="8 processors: the limit"),
        pytest.param(SLOW_HOSTS, 0.71, 6, 8, id="slow storage: near the limit"),
        pytest.param(cores(2), 0.19, 1.9, 4, id="2 processors: 2 to 4"),
        pytest.param(cores(2, 0.05), 0.19, 1.9, 4, id="2 processors that quarrel: 2 to 4"),
        pytest.param(ASYNC_REGISTER, 0.19, 1.9, 4, id="register, instant storage: 2 to 4"),
        pytest.param(START, 0.23, 1.9, 4, id="start: 2 to 4"),
        pytest.param(cores(1), 0.19, 1, 2.5, id="1 processor: hardly more than 1"),
    ],
)
def test_the_best_number_in_flight_is_found(rate, seconds, sigma, least, most) -> None:
    found = levels(rate, seconds, sigma, limit=8)
    assert least <= mean(found[100:-10]) <= most


@pytest.mark.parametrize(("rate", "seconds", "most"), [(constant, 0.025, 8), (ASYNC_REGISTER, 0.19, 3)])
def test_it_is_found_within_a_few_dozen_answers(rate, seconds, most) -> None:
    found = levels(rate, seconds, 0.0, limit=8)
    settled = found[48:-10]
    assert most - 2 < mean(settled) <= most


def test_a_generous_limit_does_no_harm() -> None:
    assert mean(levels(ASYNC_REGISTER, 0.19, 0.15, limit=32, answers=600)[150:-10]) <= 4


def test_an_engine_that_gets_slower_for_all_is_not_taken_for_a_crowded_one_for_long() -> None:
    limiter, chosen = Limiter(8), []
    for number in range(800):
        tickets = [limiter.before() for _turn in range(limiter.free)]
        for ticket in tickets:
            limiter.after(ticket, 0.1 if number < 100 else 0.5, True)
        chosen.append(limiter.current)
    assert chosen[95] == 8
    assert chosen[-1] == 8


def test_trouble_halves_once_for_all_that_were_under_way() -> None:
    limiter = Limiter(8)
    while limiter.current < 8:
        for ticket in [limiter.before() for _turn in range(limiter.free)]:
            limiter.after(ticket, 0.1, True)
    tickets = [limiter.before() for _turn in range(8)]
    for ticket in tickets:
        limiter.after(ticket, 10.0, False)
    assert limiter.current == 5
    assert limiter.in_flight == 0


def test_kinds_of_request_are_compared_with_themselves_only() -> None:
    limiter = Limiter(8)
    for seconds, kind in [(0.1, "register"), (2.0, "start")]:
        for _round in range(60):
            for ticket in [limiter.before(kind) for _turn in range(limiter.free)]:
                limiter.after(ticket, seconds, True)
    assert limiter.current == 8


def test_a_kind_that_was_not_sent_before_begins_where_the_first_did() -> None:
    limiter = Limiter(8)
    while limiter.current < 8:
        for ticket in [limiter.before("start") for _turn in range(limiter.free)]:
            limiter.after(ticket, 0.1, True)
    ticket = limiter.before("register")
    assert limiter.current == 4
    limiter.after(ticket, 1.0, True)
    limiter.after(limiter.before("start"), 0.1, True)
    assert limiter.current == 4, "a kind that was seen is no reason to begin again"


def test_a_kind_is_judged_by_its_own_answers_only() -> None:
    limiter = Limiter(8)
    for turn, kind in enumerate(["start", "register"] * 3):
        tickets = [limiter.before(kind) for _one in range(4)]
        limiter.after(tickets[0], 0.1, True)
        for ticket in tickets[1:]:
            limiter.after(ticket, 0.1, None)
        assert limiter.current == 4, f"after {turn + 1} answers, at most 3 of a kind"
    for ticket in [limiter.before("start") for _one in range(4)]:
        limiter.after(ticket, 0.1, True)
    assert limiter.current == 6


def test_the_number_for_registers_is_found_soon_though_templates_come_first() -> None:
    world = World(work=lambda job: 0.165 if job.key.startswith("t") else 0.19, rate=ASYNC_REGISTER)
    script = Script()
    steps = [step(f"t{number}", action="template") for number in range(7)]
    steps += [step(f"v{number}", *([f"t{number % 7}"] if number % 3 else [])) for number in range(100)]
    world.run(steps, script, actions={"act": script, "template": script}, limit=8)
    assert max(world.workers.levels) == 6
    assert mean(world.workers.levels[32:]) < 2.5


@pytest.mark.parametrize(("limit", "first"), [(1, 1), (3, 3), (4, 4), (64, 4), (0, 1)])
def test_it_starts_at_four_at_most(limit: int, first: int) -> None:
    assert Limiter(limit).current == first


def test_nothing_is_learned_from_answers_when_there_was_too_little_to_do() -> None:
    limiter = Limiter(8)
    for _turn in range(100):
        limiter.after(limiter.before(), 0.1, True)
    assert limiter.current == 4
