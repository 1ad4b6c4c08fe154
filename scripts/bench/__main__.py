# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bench: failovers of several sizes are run one after another, and what they cost is told and written.

Run by ``make bench``; docs/bench.md tells the variables and what is written.
"""

from __future__ import annotations

import json
import os
import pathlib
import sys

from . import peer_speed, probe_speed, register_speed, repoint_speed, twin_speed
from .catalogue import Benchmark
from .failover import run
from .options import BenchError, chosen
from .records import Record, bounded_record, peer_record, run_record, slope_record
from .table import table

BUILD = pathlib.Path(__file__).resolve().parents[2] / ".build"


def main() -> int:
    """Run what was asked for; returns 0, 1 when a failover was not good, 2 with one line when the bench cannot run."""
    folder = pathlib.Path(os.environ.get("OVIRT_DR_BENCH_DIR") or BUILD / "bench")
    try:
        records = [record for benchmark in chosen(os.environ) for record in measure(benchmark, folder)]
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nbench: interrupted", file=sys.stderr)
        return 130
    summary = folder / "summary.json"
    summary.write_text(json.dumps(records, indent=2) + "\n", encoding="utf-8")
    print(f"\n{table(records)}\n\nsummary: {summary}")
    return 0 if all(record["good"] for record in records if record["kind"] == "run") else 1


def measure(benchmark: Benchmark, folder: pathlib.Path) -> list[Record]:
    """The runs of a benchmark, smallest first, and the slope over them. BenchError."""
    if benchmark.kind == "peer":
        return [record for size in benchmark.sizes for record in measure_peer(benchmark, size, folder)]
    if benchmark.kind != "failover":
        return [record for size in benchmark.sizes for record in measure_alone(benchmark, size, folder)]
    runs = []
    for size in benchmark.sizes:
        place = folder / f"{benchmark.name}-{size}"
        print(f"{benchmark.name}: {size} {benchmark.unit} ... ", end="", flush=True)
        load = os.getloadavg()[0]
        record = run_record(benchmark, size, run(benchmark, size, place), load)
        print(f"{record['figures']['seconds']:.1f} s{'' if record['good'] else f', FAILED: see {place}'}", flush=True)
        runs.append(record)
    slope = slope_record(benchmark, runs)
    return [*runs, slope] if slope else runs


def measure_alone(benchmark: Benchmark, size: int, folder: pathlib.Path) -> list[Record]:
    """What is measured without a playbook. A host's probe this machine may not be able to run. BenchError."""
    print(f"{benchmark.name}: {size} {benchmark.unit} ... ", end="", flush=True)
    load = os.getloadavg()[0]
    run_alone = {"probe": probe_speed.run, "repoint": repoint_speed.run}.get(benchmark.kind, twin_speed.run)
    place = folder / f"{benchmark.name}-{size}"
    try:
        registering = benchmark.kind == "register"
        figures = register_speed.run(benchmark, size, place) if registering else run_alone(size, place)
    except probe_speed.NotMeasured as reason:
        print(f"not measured ({reason})", flush=True)
        return []
    record = bounded_record(benchmark, size, figures, load)
    print("within all bounds" if record["within_bound"] else "NOT within all bounds", flush=True)
    return [record]


def measure_peer(benchmark: Benchmark, size: int, folder: pathlib.Path) -> list[Record]:
    """A failover beside that of another collection, which may not be here. BenchError."""
    print(f"{benchmark.name}: {size} {benchmark.unit} ... ", end="", flush=True)
    load = os.getloadavg()[0]
    try:
        here, there = peer_speed.run(benchmark, size, folder / f"{benchmark.name}-{size}")
    except probe_speed.NotMeasured as reason:
        print(f"not measured ({reason})", flush=True)
        return []
    print(f"{here['seconds']:.1f} s, ovirt.ovirt {there['seconds']:.1f} s", flush=True)
    return [peer_record(benchmark, size, here, there, load)]


if __name__ == "__main__":
    sys.exit(main())
