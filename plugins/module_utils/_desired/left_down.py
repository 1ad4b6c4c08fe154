# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VMs that an earlier run stopped and never started again, because it was broken off in between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def left_down(lines: Iterable[Mapping[str, object]]) -> frozenset[str]:
    """The ids of the VMs that the runs of a journal stopped and did not start again; lines: oldest first.

    Whether such a VM is down now is for the engine to say; this only tells whose doing it was. So a stop counts from
    its beginning, whatever is written of its end: it may have been sent, and a guest may take its time.
    """
    found: dict[str, None] = {}
    for line in lines:
        if line.get("kind") != "vm":
            continue
        vm, event, state = str(line.get("id", "")), line.get("event"), line.get("state")
        if line.get("action") == "down" and event == "start":
            found[vm] = None
        elif line.get("action") == "up" and state in ("done", "already"):
            found.pop(vm, None)
    return frozenset(found)
