# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate of the bench that repoints: whole, and of the asked size."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import check
from ansible_collections.ovirt_dr.storage.scripts.bench.catalogue import BENCHMARKS
from ansible_collections.ovirt_dr.storage.scripts.bench.records import bounded_record
from ansible_collections.ovirt_dr.storage.scripts.bench.san import AFTER, BEFORE, PORTALS, many_domains
from ansible_collections.ovirt_dr.storage.scripts.bench.table import table


def test_many_domains() -> None:
    estate = many_domains(7)
    check(estate)
    first = estate["sites"][0]
    blocks = [one for one in first["storage_domains"] if one["storage"]["type"] == "iscsi"]
    connections = [one for one in first["storage_connections"] if one["type"] == "iscsi"]
    assert (len(blocks), len(connections)) == (7, 7 * PORTALS)
    assert {one["address"].rpartition(".")[0] for one in connections} == {BEFORE}
    ways = {way["address"].rpartition(".")[0] for unit in estate["storage"]["luns"] for way in unit["portals"]}
    assert ways == {BEFORE, AFTER}
    assert not first["vms"]


def test_what_it_cost_is_shown_against_its_bounds() -> None:
    (benchmark,) = [one for one in BENCHMARKS if one.kind == "repoint"]
    figures = {"seconds": 10.0, "client_cpu_seconds": 5.5, "requests_per_connection": 6.5, "connections": 200.0}
    record = bounded_record(benchmark, 100, figures, 0.5)
    assert record["met"] == {"client_cpu_seconds": True, "requests_per_connection": False}
    lines = [line.split() for line in table([record]).splitlines()]
    assert ["repoint:", "100", "domains", "client", "cpu", "seconds", "5.500", "at", "most", "15", "yes"] in lines
    assert ["repoint:", "100", "domains", "requests", "per", "connection", "6.500", "at", "most", "6", "NO"] in lines
