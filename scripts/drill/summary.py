# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The drill's own account: .build/drill/summary.json, whose keys docs/drill.md describes and which stay."""

from __future__ import annotations

import json
import pathlib
import typing as t

from play import Played
from settings import Settings


def make_summary(
    settings: Settings,
    numbers: t.Mapping[str, int],
    played: Played,
    engine: t.Mapping[str, int],
    recovery: t.Mapping[str, t.Any],
    floor_seconds: float | None,
    journal: pathlib.Path,
) -> dict[str, t.Any]:
    """Put together what was measured (played), what the twin counted (engine) and what the role told (recovery).

    journal: where it would be; a run that changed nothing may have written none.
    """
    steps = recovery.get("steps") or {}
    totals = recovery.get("counts") or {}
    asked = engine["reads"] + engine["writes"] + engine["sign_ins"]
    return {
        "profile": settings.profile,
        "latency_ms": settings.latency * 1000,
        "vms": numbers["vms"],
        "domains": numbers["domains"],
        "seconds": round(played.seconds, 2),
        "floor_seconds": floor_seconds,
        "engine_requests": asked,
        "reads": engine["reads"],
        "writes": engine["writes"],
        "requests_per_vm": round(asked / numbers["vms"], 2),
        "client_cpu_seconds": round(played.cpu_seconds, 2),
        "peak_mb": played.peak_mb,
        "tasks": played.tasks,
        "counts": {
            "registered": _done(steps, "register VMs", "register"),
            "started": _done(steps, "start VMs", "up"),
            "changed": totals.get("done", 0),
            "failed": totals.get("failed", 0) + totals.get("not_run", 0),
        },
        "verdict": recovery.get("verdict", "none"),
        "exit_code": played.exit_code,
        "journal": str(journal) if journal.exists() else None,
    }


def write_summary(path: pathlib.Path, summary: t.Mapping[str, t.Any]) -> None:
    """Write the summary where other tools look for it."""
    path.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")


def _done(steps: t.Mapping[str, t.Any], name: str, action: str) -> int:
    return int(((steps.get(name) or {}).get("done") or {}).get(action, 0))
