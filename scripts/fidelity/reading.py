# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorded exchanges: where they are, what one holds, and at which moment of the day it was sent."""

from __future__ import annotations

import json
import os
import pathlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[2]
_STAMP = re.compile(r"<(?:time|creation_time|start_time|end_time|last_updated|stop_time)>(20[^<]*)<")


class NoRecordings(Exception):
    """The recordings are not on this machine."""


@dataclass(frozen=True)
class Record:
    """One exchange. ``at`` and ``took`` are seconds; ``moment`` is when it was sent, in seconds since the epoch."""

    scene: str
    n: int
    engine: int
    at: float
    took: float
    method: str
    path: str
    auth: str
    request_headers: dict[str, str]
    request: str
    status: int
    response_headers: dict[str, str]
    response: str
    moment: float = field(default=0.0)

    @property
    def short(self) -> str:
        """The path below the API, without its query."""
        return self.path.partition("?")[0].removeprefix("/ovirt-engine/api")

    @property
    def signs_in(self) -> bool:
        """Whether it asks for a token."""
        return self.short.endswith("/sso/oauth/token")


def folder() -> pathlib.Path:
    """Where the recordings are. Raises NoRecordings."""
    shared = pathlib.Path(os.environ.get("OVIRT_DR_SHARED") or ROOT.parent / "shared")
    found = shared / "recordings" / "engine-4.5.8"
    if not found.is_dir():
        raise NoRecordings("recordings are not here")
    return found


def read(scene: str) -> list[Record]:
    """The exchanges of a scene, in order. Raises NoRecordings."""
    lines = (folder() / f"{scene}.jsonl").read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    begin = _begin(entries)
    return [_record(scene, entry, begin) for entry in entries]


def _record(scene: str, entry: dict[str, Any], begin: float) -> Record:
    return Record(
        scene=scene,
        n=entry["n"],
        engine=entry["engine"],
        at=entry["at"],
        took=entry["took"],
        method=entry["method"],
        path=entry["path"],
        auth=entry["auth"] or "",
        request_headers=entry["request_headers"] or {},
        request=entry["request"] or "",
        status=entry["status"],
        response_headers=entry["response_headers"] or {},
        response=entry["response"] or "",
        moment=begin + entry["at"],
    )


def _begin(entries: list[dict[str, Any]]) -> float:
    """When a file's first request was sent.

    An answer cannot tell of a time after it was complete, so every time in it is a lower bound; the highest of those
    bounds is right within some tenths of a second, as answers tell of what they have just done."""
    bounds = [
        datetime.fromisoformat(stamp).timestamp() - entry["at"] - entry["took"]
        for entry in entries
        for stamp in _stamps(entry)
    ]
    return max(bounds, default=0.0)


def _stamps(entry: dict[str, Any]) -> Iterator[str]:
    yield from _STAMP.findall(entry["response"] or "")
