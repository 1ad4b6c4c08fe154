# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written of a run and shown of it."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.scripts.bench.catalogue import Benchmark
from ansible_collections.ovirt_dr.storage.scripts.bench.records import Record, peer_record, run_record, slope_record
from ansible_collections.ovirt_dr.storage.scripts.bench.table import table

PLAIN = Benchmark("failover", profile="none", latency_ms=25.0, sizes=(30, 100), domains=8)
TIMED = Benchmark("failover-engine-4.5", profile="engine-4.5", latency_ms=0.0, sizes=(30,), domains=3)

HEAD = {"name", "kind", "size", "sizes", "unit", "profile", "latency_ms", "domains", "figures"}
HEAD |= {"ratio_to_peer", "floor_seconds"}


def drill(vms: int, seconds: float, *, floor: float | None = None, **more: t.Any) -> dict[str, t.Any]:
    """What a drill's summary says, as far as the bench looks at it."""
    return {
        "domains": 8,
        "seconds": seconds,
        "floor_seconds": floor,
        "engine_requests": 2 * vms + 60,
        "requests_per_vm": round((2 * vms + 60) / vms, 2),
        "client_cpu_seconds": 8 + vms / 100,
        "peak_mb": {"client": 100.0, "twin": 30.0, "all": 120 + vms / 10},
        "tasks": 11,
        "counts": {"registered": vms, "started": vms - 5, "changed": 2 * vms, "failed": 0},
        "exit_code": 0,
        "recovery": {"steps": {"plan": {"state": "ok"}, "attach": {"seconds": 0.4}, "start": {"seconds": 2.6}}},
    } | more


def run(vms: int, seconds: float, **more: t.Any) -> Record:
    return run_record(PLAIN, vms, drill(vms, seconds, **more), 1.234)


def test_a_run_without_a_floor() -> None:
    record = run(30, 12.0)
    assert set(record) == HEAD | {"ratio_to_floor", "bound_seconds", "within_bound", "good", "load"}
    assert (record["name"], record["kind"], record["size"], record["sizes"]) == ("failover", "run", 30, [30])
    assert (record["unit"], record["profile"], record["latency_ms"], record["domains"]) == ("VMs", "none", 25.0, 8)
    assert [record[key] for key in ("floor_seconds", "ratio_to_floor", "bound_seconds", "within_bound")] == [None] * 4
    assert record["ratio_to_peer"] is None
    assert (record["good"], record["load"]) == (True, 1.23)
    assert record["figures"] == {
        "seconds": 12.0,
        "step_seconds": 3.0,
        "client_cpu_seconds": 8.3,
        "requests": 120,
        "requests_per_vm": 4.0,
        "peak_mb": 123.0,
        "client_peak_mb": 100.0,
        "twin_peak_mb": 30.0,
        "tasks": 11,
        "registered": 30,
        "started": 25,
    }


@pytest.mark.parametrize(("seconds", "met", "words"), [(44.5, True, "met: 44.5 s"), (44.6, False, "NOT met: 44.5 s")])
def test_a_run_with_a_floor_is_told_with_its_bound(seconds: float, met: bool, words: str) -> None:
    record = run_record(TIMED, 100, drill(100, seconds, floor=30.0), 0.5)
    assert record["floor_seconds"] == 30.0
    assert record["bound_seconds"] == pytest.approx(44.5)
    assert record["ratio_to_floor"] == pytest.approx(seconds / 30, abs=0.01)
    assert record["within_bound"] is met
    assert f"  {words}" in table([record])


@pytest.mark.parametrize(
    "wrong",
    [
        {"exit_code": 2},
        {"counts": {"registered": 29, "started": 25, "failed": 0}},
        {"counts": {"registered": 30, "started": 24, "failed": 1}},
    ],
)
def test_a_run_that_recovered_not_all_is_no_figure(wrong: dict[str, t.Any]) -> None:
    record = run(30, 12.0, **wrong)
    assert record["good"] is False
    assert "failover FAILED" in table([record])
    assert slope_record(PLAIN, [record, run(100, 15.0)]) is None


def test_a_play_that_ended_before_its_summary_has_no_seconds_of_steps() -> None:
    assert run(30, 2.0, exit_code=2, recovery={})["figures"]["step_seconds"] == 0


def test_slope_over_the_sizes() -> None:
    record = slope_record(PLAIN, [run(30, 12.6), run(100, 14.0), run(1_000, 32.0)])
    assert record is not None
    assert set(record) == HEAD | {"fixed", "growth"}
    assert (record["kind"], record["size"], record["sizes"]) == ("slope", None, [30, 100, 1_000])
    assert record["unit"] == "per VM"
    assert record["figures"] == {"seconds": 0.02, "client_cpu_seconds": 0.01, "requests": 2.0, "peak_mb": 0.1}
    assert record["fixed"] == {"seconds": 12.0, "client_cpu_seconds": 8.0, "requests": 60.0, "peak_mb": 120.0}
    assert record["growth"]["seconds"] == [0.02, 0.02]


def test_table() -> None:
    runs = [run(30, 12.6), run(100, 14.0)]
    slope = slope_record(PLAIN, runs)
    assert slope is not None
    assert table([*runs, slope]).splitlines() == [
        "benchmark  profile  VMs  wall s  steps s  CPU s  requests  per VM  peak MB  floor s  bound  peer",
        "---------  -------  ---  ------  -------  -----  --------  ------  -------  -------  -----  ----",
        "failover   none      30    12.6      3.0    8.3       120    4.00      123        -      -     -",
        "failover   none     100    14.0      3.0    9.0       260    2.60      130        -      -     -",
        "",
        "cost of one more VM  profile  wall ms  CPU ms  requests  peak MB  wall ms from size to size",
        "-------------------  -------  -------  ------  --------  -------  -------------------------",
        "failover             none        20.0    10.0      2.00    0.100                       20.0",
    ]
    assert "cost of one more VM" not in table(runs)


def test_the_same_failover_with_another_collection() -> None:
    benchmark = Benchmark("peer", profile="none", latency_ms=25.0, sizes=(100,), domains=3, kind="peer")
    here = {"seconds": 20.0, "requests": 300}
    record = peer_record(benchmark, 100, here, {"seconds": 150.0, "requests": 1200}, 0.5)
    assert (record["kind"], record["size"], record["ratio_to_peer"], record["load"]) == ("peer", 100, 7.5, 0.5)
    assert record["ratios"] == {"seconds": 7.5, "requests": 4.0}
    assert (record["figures"], record["peer"]["requests"]) == (here, 1200)
    rows = [line.split() for line in table([record]).splitlines()]
    assert ["peer:", "100", "VMs", "seconds", "20.0", "150.0", "7.5"] in rows
