# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of the age of a domain's descriptions from what earlier runs wrote down. Pure."""

from __future__ import annotations

import calendar
import time
from collections.abc import Iterable, Mapping

# How often an engine writes its OVF stores by itself, unless its administrator changed that (contract 03, 3.9).
INTERVAL_MINUTES = 60
UNKNOWN = f"unknown, at most the engine's own interval ({INTERVAL_MINUTES} minutes by default)"


def last_refreshed(lines: Iterable[Mapping[str, object]]) -> dict[str, float]:
    """Domain id -> when its stores were last proven written, in seconds since the epoch; lines: of a journal."""
    found: dict[str, float] = {}
    for line in lines:
        fresh = str(line.get("message", "")).startswith("fresh")
        if line.get("action") == "refresh" and line.get("event") == "end" and line.get("state") == "done" and fresh:
            try:
                stamp = time.strptime(str(line.get("at", ""))[:19], "%Y-%m-%dT%H:%M:%S")
            except ValueError:
                continue
            found[str(line.get("id", ""))] = float(calendar.timegm(stamp))
    return found


def age_of(domain_id: str, refreshed: Mapping[str, float], now: float) -> tuple[int | None, str]:
    """Seconds since the last update that was seen, None when none was; and the same in words."""
    if domain_id not in refreshed:
        return None, UNKNOWN
    age = max(0, int(now - refreshed[domain_id]))
    return age, f"{age} s, from the journal"
