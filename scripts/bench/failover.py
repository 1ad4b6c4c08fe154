# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of a benchmark: a drill on a twin of its own, which ends with it.

The drill is the one that users run, in a process of its own, so that what is measured is what they get. Its files
``settings`` and ``twin`` are found by plain names, as in the drill itself.
"""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import typing as t

import settings as drill_settings
import twin as drill_twin

from .catalogue import Benchmark
from .options import BenchError

DRILL = pathlib.Path(drill_settings.__file__).parent
# What a shell may hold for a drill, and a benchmark decides itself.
VARIABLES = ("WAY", "VMS", "DOMAINS", "PROFILE", "LATENCY", "FAIL", "RESET", "CHECK")


def run(benchmark: Benchmark, size: int, place: pathlib.Path) -> dict[str, t.Any]:
    """The drill's own summary of one run, begun with nothing recovered, with the role's summary of it as ``recovery``
    (empty when the play ended before); what was said stands in ``place``/drill.log.

    Raises BenchError when the drill came to no summary or took longer than the benchmark allows.
    """
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    environ = _environ(benchmark, size, place)
    try:
        _drill(environ, place / "drill.log", benchmark.limit_seconds)
    finally:
        drill_twin.stop(drill_settings.from_environment(environ, place))
    try:
        summary: dict[str, t.Any] = json.loads((place / "summary.json").read_text(encoding="utf-8"))
        told = place / "recovery.json"
        summary["recovery"] = json.loads(told.read_text(encoding="utf-8")) if told.exists() else {}
    except FileNotFoundError as error:
        raise BenchError(f"{benchmark.name} at {size} was not run, see {place / 'drill.log'}") from error
    return summary


def _environ(benchmark: Benchmark, size: int, place: pathlib.Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    return kept | {
        "VMS": str(size),
        "DOMAINS": str(benchmark.domains),
        "PROFILE": benchmark.profile,
        "LATENCY": str(benchmark.latency_ms),
        "OVIRT_DR_DRILL_DIR": str(place),
        "OVIRT_DR_PROGRESS": "never",
    }


def _drill(environ: t.Mapping[str, str], log: pathlib.Path, limit: float) -> None:
    """Run the drill with its output in a log. Its exit code is in its summary; one that takes too long is ended with
    all that it started."""
    with open(log, "w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [sys.executable, str(DRILL)],
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            process.wait(timeout=limit)
        except subprocess.TimeoutExpired as error:
            raise BenchError(f"ended after its limit of {limit:.0f} s, see {log}") from error
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
