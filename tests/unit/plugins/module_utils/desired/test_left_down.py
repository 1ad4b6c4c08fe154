# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose doing it is that a VM is down, from journals."""

from __future__ import annotations

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.left_down import left_down


def line(event: str, action: str, vm: str, state: str = "") -> dict[str, object]:
    return {"event": event, "action": action, "kind": "vm", "id": vm, **({"state": state} if state else {})}


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        ([], set()),
        ([line("start", "down", "a")], {"a"}),
        ([line("start", "down", "a"), line("end", "down", "a", "failed")], {"a"}),
        ([line("start", "down", "a"), line("end", "down", "a", "done"), line("start", "up", "a")], {"a"}),
        ([line("start", "down", "a"), line("start", "up", "a"), line("end", "up", "a", "failed")], {"a"}),
        ([line("start", "down", "a"), line("start", "up", "a"), line("end", "up", "a", "done")], set()),
        ([line("start", "down", "a"), line("end", "up", "a", "done"), line("start", "down", "a")], {"a"}),
        ([line("start", "down", "a"), line("start", "down", "b"), line("end", "up", "b", "already")], {"a"}),
        ([{**line("start", "down", "a"), "kind": "domain"}, {"event": "note"}, {"event": "plan"}], set()),
    ],
)
def test_who_is_left_down(lines: list[dict[str, object]], left: set[str]) -> None:
    assert left_down(lines) == left
