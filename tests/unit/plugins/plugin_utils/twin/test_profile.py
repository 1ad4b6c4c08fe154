# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The model of the engine against what was measured on one (the baseline: sections 1 to 4)."""

from __future__ import annotations

import threading
import time
from random import Random

import pytest
import requests
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.clock import Clock
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.costs import COSTS
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.floor import floor, rate, until_up
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.power import ONE_IN, POLL_SECONDS, UP_SECONDS
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.processor import Processor, phases
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.profile import EngineProfile
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.work import Work
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.plugin_utils.twin.virtual import simulate
from hypothesis import given
from hypothesis import strategies as st


def registers(count: int) -> list[Work]:
    """Register calls in the measured mix: one in five thin, two disks for two in five."""
    return [
        Work(
            "register", row=f"t{n // 50}" if n % 5 == 0 else "blank", data_center="d", disks=2 if n % 5 in (1, 2) else 1
        )
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("in_flight", "per_second", "median"),
    [(1, 5.1, 0.19), (2, 9.7, 0.19), (4, 9.0, 0.41), (8, 6.2, 1.19), (16, 5.0, 2.92), (32, 6.6, None)],
)
def test_register_rate(in_flight: int, per_second: float, median: float | None) -> None:
    run = simulate(registers(100), in_flight)
    assert 100 / run.seconds == pytest.approx(per_second, rel=0.3)
    if median is not None:
        assert run.percentile(0.5) == pytest.approx(median, rel=0.3)


def test_many_in_flight_are_slower_than_four() -> None:
    four, many = simulate(registers(100), 4), simulate(registers(100), 32)
    assert many.seconds > four.seconds * 1.2
    assert many.percentile(0.99) > 5 * four.percentile(0.99)


@pytest.mark.parametrize(
    ("in_flight", "per_second", "median"),
    [(1, 4.2, 0.23), (2, 7.5, 0.27), (4, 6.3, 0.61), (8, 6.3, 1.27), (32, 6.2, 4.77)],
)
def test_start_rate(in_flight: int, per_second: float, median: float) -> None:
    run = simulate([Work("start", 1000)] * 80, in_flight)
    assert 80 / run.seconds == pytest.approx(per_second, rel=0.3)
    assert run.percentile(0.5) == pytest.approx(median, rel=0.3)


@pytest.mark.parametrize(
    ("works", "in_flight", "seconds"),
    [
        ([Work("attach", 71)] * 2, 2, 2.3),
        ([Work("attach", 215)], 1, 4.9),
        ([Work("attach", 712)] * 2, 2, 20.3),
        ([Work("unregistered_vms", 150)] * 2, 1, 18.3),
        ([Work("unregistered_vms", 500)] * 2, 1, 65.5),
        ([Work("unregistered_vms", 50)] * 2 + [Work("unregistered_templates", 5)] * 2, 4, 3.6),
        ([Work("unregistered_templates", 20)], 1, 1.1),
        ([Work("register_template")] * 20, 4, 1.7),
        ([Work("vms", 1000)], 1, 0.77),
        ([Work("vms", 1000), Work("follow", 1000)], 1, 1.46),
        ([Work("disks", 1400)], 1, 0.16),
    ],
)
def test_single_measurements(works: list[Work], in_flight: int, seconds: float) -> None:
    assert simulate(works, in_flight).seconds == pytest.approx(seconds, rel=0.3)


@pytest.mark.parametrize(("vms", "disks", "templates", "total"), [(30, 46, 3, 17.4), (100, 150, 10, 32.8)])
def test_floor_of_a_whole_failover(vms: int, disks: int, templates: int, total: float) -> None:
    assert floor(vms=vms, templates=templates, domains=2, disks=disks).total == pytest.approx(total, rel=0.3)


def test_floor_by_phase_at_one_hundred() -> None:
    computed = floor(vms=100, templates=10, domains=2, disks=150)
    assert computed.attach == pytest.approx(2.3, rel=0.3)
    assert computed.list == pytest.approx(3.6, rel=0.3)
    assert computed.register == pytest.approx(10.8, rel=0.3)
    assert computed.up == pytest.approx(9.1, rel=0.3)
    assert rate("register")[1] == -2


def test_floor_of_waves() -> None:
    """Only what is started is counted, and each wave is waited for: until the next poll when one of its VMs is late."""
    once = floor(vms=100, templates=10, domains=2, disks=150)
    assert floor(vms=100, templates=10, domains=2, disks=150, waves=[100]) == once
    twice = floor(vms=100, templates=10, domains=2, disks=150, waves=[16, 67])
    assert twice.start == pytest.approx(0.83 * once.start)
    assert (twice.attach, twice.list, twice.register) == (once.attach, once.list, once.register)
    alone = floor(vms=100, templates=10, domains=2, disks=150, waves=[1])
    assert alone.up == pytest.approx(1.5 + 7.5 / 4)
    none = floor(vms=100, templates=10, domains=2, disks=150, waves=[])
    assert (none.start, none.up) == (0.0, 0.0)


@pytest.mark.parametrize("waves", [[100], [16, 67], [16, 16, 67], [1, 40], [3, 0, 3, 3]])
def test_floor_of_waves_is_the_mean_of_many_runs(waves: list[int]) -> None:
    """Runs on a grid of polls whose place in time is anything: late VMs are up with the next poll."""
    chance, rate_of_starts, runs = Random(7), rate("start")[0], 4000
    spent = 0.0
    for _turn in range(runs):
        now = chance.uniform(0, POLL_SECONDS)
        for wave in waves:
            started = [now + number / rate_of_starts for number in range(1, wave + 1)]
            late = [chance.randrange(ONE_IN) == 0 for _vm in started]
            grid = [moment + POLL_SECONDS - moment % POLL_SECONDS for moment in started]
            ups = [
                UP_SECONDS + (poll if waits else moment)
                for moment, waits, poll in zip(started, late, grid, strict=True)
            ]
            ended = max(ups, default=now)
            spent += ended - (started[-1] if started else now)
            now = ended
    assert until_up(waves, rate_of_starts) == pytest.approx(spent / runs, rel=0.1)


@given(st.integers(1, 300), st.integers(1, 8), st.sampled_from([1, 2, 4, 8, 16, 32]))
def test_no_run_beats_the_floor(count: int, cores: int, in_flight: int) -> None:
    run = simulate([Work("start")] * count, in_flight, cores)
    assert run.seconds >= count / rate("start", cores)[0] * 0.999
    assert len(run.calls) == count


@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(COSTS)), st.floats(0.001, 2.0), st.floats(0.0, 1.0)), min_size=1, max_size=20
    )
)
def test_processor_finishes_everything_once_and_in_time(jobs: list[tuple[str, float, float]]) -> None:
    processor, now, ended, added = Processor(2), 0.0, [], []
    for kind, seconds, gap in jobs:
        now += gap
        ended += processor.advance(now)
        added.append(processor.add(now, kind, seconds))
    while (moment := processor.next_done()) is not None:
        ended += processor.advance(moment)
    assert sorted(ended) == added


def test_one_template_is_one_row() -> None:
    cost = COSTS["register"]
    same = simulate([Work("register", row="t")] * 200, 64, cores=64)
    apart = simulate([Work("register", row=str(n)) for n in range(200)], 64, cores=64)
    assert same.seconds > 200 * cost.row_lock
    assert apart.seconds < same.seconds
    assert sum(phase.seconds for phase in phases(Work("register", row="t", disks=3))) == pytest.approx(cost.base)


def test_threads_share_the_model() -> None:
    """In real time: works that share cores take no less than the model says, however many threads bring them."""
    profile = EngineProfile(Clock(), pace=0.05)
    start = time.monotonic()
    threads = [
        threading.Thread(target=profile.spend, args=(Work("register_template", data_center="d"),)) for _n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wanted = simulate([Work("register_template", data_center="d")] * 20, 20).seconds * 0.05
    assert time.monotonic() - start >= wanted * 0.9


def test_the_profile_slows_requests_down() -> None:
    with Twin(profile="engine-4.5", pace=0.2) as twin:
        auth = (twin.username, twin.password)
        domain = next(d.id for d in twin.site("primary").all("storage_domain") if d.name == "data-web")
        start = time.monotonic()
        answer = requests.get(f"{twin.url('primary')}/storagedomains/{domain}/vms;unregistered", auth=auth, timeout=10)
        assert answer.status_code == 200
        assert time.monotonic() - start >= COSTS["unregistered_vms"].base * 0.2
        assert twin.floor("primary").total > 10
