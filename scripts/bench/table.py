# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bench on the screen: a row per run, and what one more VM costs."""

from __future__ import annotations

import typing as t

from .records import PER_VM, Record

RUNS = (
    "benchmark",
    "profile",
    "VMs",
    "wall s",
    "steps s",
    "CPU s",
    "requests",
    "per VM",
    "peak MB",
    "floor s",
    "bound",
    "peer",
)
PEERS = ("beside ovirt.ovirt", "figure", "here", "there", "there : here")
ALONE = ("alone", "figure", "measured", "bound", "met")
SLOPES = ("cost of one more VM", "profile", "wall ms", "CPU ms", "requests", "peak MB", "wall ms from size to size")


def table(records: t.Sequence[Record]) -> str:
    """The tables as lines: of runs, of slopes, of what is measured alone, those that have rows."""
    runs = [_run(record) for record in records if record["kind"] == "run"]
    slopes = [_slope(record) for record in records if record["kind"] == "slope"]
    alone = [
        row
        for record in records
        if record["kind"] in ("twin", "probe", "repoint", "register")
        for row in _alone(record)
    ]
    peers = [row for record in records if record["kind"] == "peer" for row in _peer(record)]
    tables = ((RUNS, runs), (SLOPES, slopes), (PEERS, peers), (ALONE, alone))
    return "\n\n".join(_lay_out(head, rows) for head, rows in tables if rows)


def _peer(record: Record) -> list[list[str]]:
    return [
        [
            f"{record['name']}: {record['size']} {record['unit']}",
            name.replace("_", " "),
            _number(record["figures"][name], 1),
            _number(record["peer"][name], 1),
            _number(ratio, 1),
        ]
        for name, ratio in record["ratios"].items()
    ]


def _alone(record: Record) -> list[list[str]]:
    return [
        [
            f"{record['name']}: {record['size']} {record['unit']}",
            name.replace("_", " "),
            _number(record["figures"][name], 3),
            f"{'at least' if name == 'requests_per_second' else 'at most'} {bound:g}",
            "yes" if record["met"][name] else "NO",
        ]
        for name, bound in record["bounds"].items()
    ]


def _run(record: Record) -> list[str]:
    figures = record["figures"]
    return [
        record["name"] if record["good"] else f"{record['name']} FAILED",
        record["profile"],
        str(record["size"]),
        *(_number(figures[name], 1) for name in ("seconds", "step_seconds", "client_cpu_seconds")),
        str(figures["requests"]),
        _number(figures["requests_per_vm"], 2),
        _number(figures["peak_mb"], 0),
        _number(record["floor_seconds"], 1),
        _bound(record),
        _number(record["ratio_to_peer"], 2),
    ]


def _bound(record: Record) -> str:
    if record["within_bound"] is None:
        return "-"
    words = "met" if record["within_bound"] else "NOT met"
    return f"{words}: {record['bound_seconds']:.1f} s"


def _slope(record: Record) -> list[str]:
    wall, processor, requests, memory = (record["figures"][name] for name in PER_VM)
    return [
        record["name"],
        record["profile"],
        *(_number(seconds * 1000, 1) for seconds in (wall, processor)),
        _number(requests, 2),
        _number(memory, 3),
        ", ".join(_number(seconds * 1000, 1) for seconds in record["growth"]["seconds"]),
    ]


def _number(value: float | None, places: int) -> str:
    return "-" if value is None else f"{value:.{places}f}"


def _lay_out(head: t.Sequence[str], rows: t.Sequence[t.Sequence[str]]) -> str:
    """Columns as wide as they must be: the first two to the left, the others to the right."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [head, ["-" * width for width in widths], *rows]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
