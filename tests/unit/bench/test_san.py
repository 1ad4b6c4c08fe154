# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate of the bench that repoints: whole, and of the asked size."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import check
from ansible_collections.ovirt_dr.storage.scripts.bench.san import AFTER, BEFORE, PORTALS, many_domains


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
