# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which benchmarks run, and at which sizes."""

from __future__ import annotations

import re

import pytest
from ansible_collections.ovirt_dr.storage.scripts.bench.catalogue import BENCHMARKS, Benchmark, bound
from ansible_collections.ovirt_dr.storage.scripts.bench.options import BenchError, chosen

NAMES = ["load", "failover", "failover-engine-4.5"]
LIST = [Benchmark(name, profile="none", latency_ms=0.0, sizes=(30,), domains=3) for name in NAMES]


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("", NAMES),
        ("failover", ["failover"]),
        ("*engine*", ["failover-engine-4.5"]),
        ("failover*", ["failover", "failover-engine-4.5"]),
        ("failover-engine-4.5, load", ["load", "failover-engine-4.5"]),
    ],
)
def test_by_pattern_in_the_order_of_the_list(pattern: str, names: list[str]) -> None:
    assert [found.name for found in chosen({"BENCH": pattern}, LIST)] == names


def test_all_at_their_own_sizes_when_nothing_is_said() -> None:
    assert chosen({}) == list(BENCHMARKS)
    assert {made.name: (made.profile, made.sizes) for made in BENCHMARKS} == {
        "failover": ("none", (30, 100, 1_000, 10_000)),
        "failover-engine-4.5": ("engine-4.5", (30, 100)),
        "twin": ("none", (10_000,)),
        "repoint": ("none", (100,)),
        "register": ("none", (1_000,)),
        "register-engine-4.5": ("engine-4.5", (100,)),
        "probe": ("none", (32,)),
        "peer": ("none", (100,)),
    }


def test_other_sizes_smallest_first_each_once() -> None:
    sizes = {found.kind: found.sizes for found in chosen({"SIZES": "60, 15,60"})}
    assert sizes == dict.fromkeys(("failover", "twin", "repoint", "register", "peer"), (15, 60)) | {"probe": (32,)}


def test_the_other_collection_is_asked_for_no_more_than_it_can_do_in_minutes() -> None:
    assert [made.sizes for made in chosen({"BENCH": "peer", "SIZES": "30,5000"})] == [(30,)]
    assert [made.sizes for made in chosen({"BENCH": "peer", "SIZES": "5000"})] == [(100,)]


@pytest.mark.parametrize("sizes", ["14", "10001", "-30", "many", "30;100", "3.5", "\u0663\u0663"])
def test_no_size(sizes: str) -> None:
    with pytest.raises(BenchError, match=r"SIZES=.*: must be whole numbers from 15 to 10000"):
        chosen({"SIZES": sizes})


def test_a_pattern_that_names_nothing_is_told_with_the_names_there_are() -> None:
    names = "failover, failover-engine-4.5, twin, repoint, register, register-engine-4.5, probe, peer"
    with pytest.raises(BenchError, match=re.escape(f"no benchmark is named failback; there are: {names}")):
        chosen({"BENCH": "failover,failback"})


def test_bound_of_a_floor() -> None:
    assert bound(40.0) == pytest.approx(56.0)
