# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""make bench, as its files and its screen show it, at the smallest size."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys

import pytest
from ansible_collections.ovirt_dr.storage.tests.integration.playbooks.runbook import (
    ROOT,
    TREE,
    environment,
    finish,
)

BENCH = "ansible_collections.ovirt_dr.storage.scripts.bench"


def bench(folder: pathlib.Path, **variables: str) -> tuple[int, str]:
    """Run the bench with these variables; its exit code and screen."""
    paths = os.pathsep.join([str(TREE), str(ROOT / "scripts" / "drill")])
    given = {"PYTHONPATH": paths, "OVIRT_DR_BENCH_DIR": str(folder / "bench"), **variables}
    process = subprocess.Popen(
        [sys.executable, "-m", BENCH],
        env=environment(folder / "home", **given),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return finish(process)


def test_one_run_is_measured_told_and_leaves_no_process(tmp_path: pathlib.Path) -> None:
    # What a shell holds for a drill does not reach the bench: with this fault the run would fail.
    code, screen = bench(tmp_path, BENCH="failover", SIZES="15", FAIL="register:web02")
    assert code == 0, screen
    (record,) = json.loads((tmp_path / "bench" / "summary.json").read_text(encoding="utf-8"))
    assert (record["name"], record["kind"], record["size"], record["profile"]) == ("failover", "run", 15, "none")
    assert (record["latency_ms"], record["good"]) == (25.0, True)
    assert record["domains"] >= 8
    assert record["figures"]["registered"] == 15
    assert record["figures"]["requests"] > 30
    assert 0 < record["figures"]["step_seconds"] < record["figures"]["seconds"]
    assert 0 < record["figures"]["client_peak_mb"] < record["figures"]["peak_mb"] < 500
    assert ["failover", "none", "15"] in [line.split()[:3] for line in screen.splitlines()]

    place = tmp_path / "bench" / "failover-15"
    assert "Verdict: RECOVERED" in (place / "drill.log").read_text(encoding="utf-8")
    assert not (place / "twin.json").exists()
    twins = [path for path in pathlib.Path("/proc").glob("[0-9]*/cmdline") if os.fsencode(place) in _read(path)]
    assert twins == []


def test_the_twin_alone_is_measured_against_its_bounds(tmp_path: pathlib.Path) -> None:
    code, screen = bench(tmp_path, BENCH="twin", SIZES="15")
    assert code == 0, screen
    (record,) = json.loads((tmp_path / "bench" / "summary.json").read_text(encoding="utf-8"))
    assert (record["name"], record["kind"], record["size"]) == ("twin", "twin", 15)
    figures = record["figures"]
    assert figures["list_vms"] >= 1000
    assert 20 < figures["load_mb"] < 300
    assert figures["requests_per_second"] > 50
    assert set(record["met"]) == set(record["bounds"])
    assert not (tmp_path / "bench" / "twin-15" / "twin.json").exists()


def test_registering_is_measured_against_its_bounds(tmp_path: pathlib.Path) -> None:
    code, screen = bench(tmp_path, BENCH="register", SIZES="20")
    assert code == 0, screen
    (record,) = json.loads((tmp_path / "bench" / "summary.json").read_text(encoding="utf-8"))
    assert (record["name"], record["kind"], record["size"], record["domains"]) == ("register", "register", 20, 8)
    figures = record["figures"]
    assert figures["registered"] > 20
    assert (figures["requests_per_entity"], figures["listings"]) == (1, 1)
    assert 20 < figures["client_peak_mb"] < 300
    assert figures["plan_cpu_seconds"] > 0
    assert set(record["met"]) == set(record["bounds"])
    assert not (tmp_path / "bench" / "register-20" / "twin.json").exists()


@pytest.mark.parametrize("variables", [{"BENCH": "failback"}, {"SIZES": "3"}])
def test_what_cannot_be_run_is_told_in_a_line_and_nothing_is_written(
    tmp_path: pathlib.Path, variables: dict[str, str]
) -> None:
    code, screen = bench(tmp_path, **variables)
    assert code == 2
    assert screen.startswith("bench: ")
    assert screen.count("\n") == 1
    assert not (tmp_path / "bench").exists()


def _read(path: pathlib.Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
