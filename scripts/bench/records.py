# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The records of .build/bench/summary.json, whose keys docs/bench.md describes and which stay."""

from __future__ import annotations

import typing as t

from .catalogue import (
    ENGINE_BOUNDS,
    PLAN_BOUNDS,
    PROBE_BOUNDS,
    REGISTER_BOUNDS,
    REPOINT_BOUNDS,
    TWIN_BOUNDS,
    Benchmark,
    bound,
)
from .slope import growth, least_squares

Record = dict[str, t.Any]

PER_VM = ("seconds", "client_cpu_seconds", "requests", "peak_mb")
"""The figures that grow with the size, so that a slope says something."""


def run_record(benchmark: Benchmark, size: int, drill: t.Mapping[str, t.Any], load: float) -> Record:
    """One run. ``drill``: the summary of the drill that was run (docs/drill.md), and the role's as ``recovery``;
    ``load``: processes that were ready to run on this machine just before."""
    floor = drill["floor_seconds"]
    counts = drill["counts"]
    figures = {
        "seconds": drill["seconds"],
        "step_seconds": round(
            sum(step.get("seconds") or 0.0 for step in drill["recovery"].get("steps", {}).values()), 1
        ),
        "client_cpu_seconds": drill["client_cpu_seconds"],
        "requests": drill["engine_requests"],
        "requests_per_vm": drill["requests_per_vm"],
        "peak_mb": drill["peak_mb"]["all"],
        "client_peak_mb": drill["peak_mb"]["client"],
        "twin_peak_mb": drill["peak_mb"]["twin"],
        "tasks": drill["tasks"],
        "registered": counts["registered"],
        "started": counts["started"],
    }
    return {
        **_head(benchmark, "run", [size], drill["domains"]),
        "figures": figures,
        "floor_seconds": floor,
        "ratio_to_floor": None if floor is None else round(drill["seconds"] / floor, 2),
        "bound_seconds": None if floor is None else round(bound(floor), 2),
        "within_bound": None if floor is None else drill["seconds"] <= bound(floor),
        "good": drill["exit_code"] == 0 and counts["failed"] == 0 and counts["registered"] == size,
        "load": round(load, 2),
    }


def bounded_record(benchmark: Benchmark, size: int, figures: t.Mapping[str, float], load: float) -> Record:
    """What is measured without a playbook; each figure with its bound and whether it keeps to it."""
    registering = REGISTER_BOUNDS | (PLAN_BOUNDS if benchmark.profile == "none" else ENGINE_BOUNDS)
    kinds = {"probe": PROBE_BOUNDS, "repoint": REPOINT_BOUNDS, "register": registering}
    bounds = kinds.get(benchmark.kind, TWIN_BOUNDS)
    met = {
        name: figures[name] >= bound if name == "requests_per_second" else figures[name] <= bound
        for name, bound in bounds.items()
    }
    return {
        **_head(benchmark, benchmark.kind, [size], benchmark.domains),
        "figures": dict(figures),
        "bounds": dict(bounds),
        "met": met,
        "within_bound": all(met.values()),
        "load": round(load, 2),
    }


def peer_record(
    benchmark: Benchmark, size: int, here: t.Mapping[str, float], there: t.Mapping[str, float], load: float
) -> Record:
    """The same failover with this collection (figures) and with another one (peer); ratios: there through here."""
    ratios = {name: round(there[name] / here[name], 2) for name in here}
    return {
        **_head(benchmark, "peer", [size], benchmark.domains),
        "figures": dict(here),
        "peer": dict(there),
        "ratios": ratios,
        "ratio_to_peer": ratios["seconds"],
        "load": round(load, 2),
    }


def slope_record(benchmark: Benchmark, runs: t.Sequence[Record]) -> Record | None:
    """What one more VM costs, over the good runs of a benchmark; None with fewer than two sizes."""
    good = [run for run in runs if run["good"]]
    each: dict[str, float] = {}
    fixed: dict[str, float] = {}
    steps: dict[str, list[float]] = {}
    for name in PER_VM:
        points = [(run["size"], run["figures"][name]) for run in good]
        line = least_squares(points)
        if line is None:
            return None
        each[name], fixed[name] = round(line.each, 5), round(line.fixed, 2)
        steps[name] = [round(step, 5) for step in growth(points)]
    head = _head(benchmark, "slope", [run["size"] for run in good], good[0]["domains"])
    return {**head, "unit": f"per {benchmark.unit.removesuffix('s')}", "figures": each, "fixed": fixed, "growth": steps}


def _head(benchmark: Benchmark, kind: str, sizes: list[int], domains: int) -> Record:
    return {
        "name": benchmark.name,
        "kind": kind,
        "size": None if kind == "slope" else sizes[0],
        "sizes": sizes,
        "unit": benchmark.unit,
        "profile": benchmark.profile,
        "latency_ms": benchmark.latency_ms,
        "domains": domains,
        "figures": {},
        "ratio_to_peer": None,
        "floor_seconds": None,
    }
