# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The twin alone: the estate that it is measured with, and when a figure keeps to its bound."""

from __future__ import annotations

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import DRILL, check, load
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.grow import grow
from ansible_collections.ovirt_dr.storage.scripts.bench.catalogue import TWIN_BOUNDS, Benchmark
from ansible_collections.ovirt_dr.storage.scripts.bench.records import bounded_record
from ansible_collections.ovirt_dr.storage.scripts.bench.table import table
from ansible_collections.ovirt_dr.storage.scripts.bench.twin_speed import with_two_disks

TWIN = Benchmark("twin", profile="none", latency_ms=0.0, sizes=(15,), domains=8, kind="twin")


def test_every_vm_with_a_disk_has_two() -> None:
    grown = grow(load(DRILL), vms=200, domains=8)
    estate = with_two_disks(grown)
    check(estate)
    counts = [len(vm["disk_attachments"]) for vm in estate["sites"][0]["vms"]]
    assert min(count for count in counts if count) == 2
    assert sum(counts) >= 2 * 195
    assert estate["sites"][1:] == grown["sites"][1:]


@pytest.mark.parametrize("name", TWIN_BOUNDS)
def test_a_figure_keeps_to_its_bound_or_is_told(name: str) -> None:
    better = 1 if name == "requests_per_second" else -1
    good = dict(TWIN_BOUNDS)
    kept = bounded_record(TWIN, 15, {**good, name: good[name] * (1 + 0.1 * better)}, 0.5)
    assert (kept["within_bound"], kept["kind"], kept["size"]) == (True, "twin", 15)
    missed = bounded_record(TWIN, 15, {**good, name: good[name] * (1 - 0.1 * better)}, 0.5)
    assert missed["within_bound"] is False
    assert [key for key, met in missed["met"].items() if not met] == [name]
    assert [line.split()[-1] for line in table([kept, missed]).splitlines()].count("NO") == 1
