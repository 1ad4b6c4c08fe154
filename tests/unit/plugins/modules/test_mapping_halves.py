# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mappings of which one half is missing: the engine would say so only with a register; here it is said before."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import Bench

NAMES = {"from": "Production", "to": "Recovery"}
LUN = {"from": "36001", "to": {"id": "36002", "type": "fcp"}}
HALVES: dict[str, tuple[str, dict[str, t.Any], str]] = {
    f"{kind} {what}": (kind, {key: value for key, value in pair.items() if key != half}, half)
    for kind, pair in (
        ("clusters", NAMES),
        ("roles", NAMES),
        ("user_domains", NAMES),
        ("affinity_groups", NAMES),
        ("affinity_labels", NAMES),
        ("luns", LUN),
    )
    for what, half in (("without source", "from"), ("without destination", "to"))
}


@pytest.mark.parametrize("module", ["unregistered_vm_register", "preflight_info"])
@pytest.mark.parametrize("key", HALVES)
def test_a_mapping_has_two_halves(bench: Bench, module: str, key: str) -> None:
    kind, pair, half = HALVES[key]
    domains: list[t.Any] = ["data-web"] if module == "unregistered_vm_register" else []
    result = bench.run(module, data_center="Recovery", domains=domains, vms=["app01"], mappings={kind: [pair]})
    assert result["failed"]
    for words in ("missing required arguments", half, kind):
        assert words in result["msg"]
    assert bench.writes() == []
