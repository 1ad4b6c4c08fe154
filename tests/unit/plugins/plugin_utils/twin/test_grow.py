# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Growing an estate: consistent, repeatable, fast, and within its MAC pool."""

from __future__ import annotations

import time
from typing import Any

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import DRILL, EstateError, check, load
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.grow import counts, grow
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import mac_number, mac_of
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from hypothesis import given, settings
from hypothesis import strategies as st

Estate = dict[str, Any]


@given(vms=st.integers(15, 90), domains=st.integers(3, 9))
@settings(max_examples=15, deadline=None)
def test_grown_estates_hold_together(vms: int, domains: int) -> None:
    estate = load(DRILL)
    grown = grow(estate, vms=vms, domains=domains)
    check(grown)
    site = grown["sites"][0]
    assert counts(grown, "primary")["vms"] == vms
    assert counts(grown, "primary")["domains"] == domains
    assert site["vms"][:15] == estate["sites"][0]["vms"]
    assert estate == load(DRILL)
    macs = [mac_of(nic) for vm in site["vms"] for nic in vm["nics"]]
    pool = site["mac_pools"][0]["ranges"]["range"]
    assert len(set(macs)) == len(macs)
    assert all(mac_number(pool["from"]) <= mac_number(mac) <= mac_number(pool["to"]) for mac in macs)
    names = [vm["name"] for vm in site["vms"]]
    assert len(set(names)) == len(names)
    ids = [record["id"] for key in ("vms", "disks", "templates") for record in site[key]]
    assert len(set(ids)) == len(ids)


def test_the_same_seed_gives_the_same_estate(estate: Estate) -> None:
    assert grow(estate, vms=40, domains=5) == grow(estate, vms=40, domains=5)
    assert grow(estate, vms=40, seed=2) != grow(estate, vms=40, seed=1)


def test_thin_clones_stand_on_templates_of_their_domain(estate: Estate) -> None:
    site = grow(estate, vms=200, domains=6)["sites"][0]
    disks = {disk["id"]: disk for disk in site["disks"]}
    templates = {template["id"]: template for template in site["templates"]}
    used: dict[str, int] = {}
    for vm in site["vms"][15:]:
        template = templates[vm["template"]["id"]]
        if not template["disk_attachments"]:
            continue
        used[template["id"]] = used.get(template["id"], 0) + 1
        places = {disks[a["id"]]["storage_domains"]["storage_domain"]["id"] for a in vm["disk_attachments"]}
        stands = {disks[a["id"]]["storage_domains"]["storage_domain"]["id"] for a in template["disk_attachments"]}
        assert places == stands
    assert used
    assert max(used.values()) <= 10


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"vms": 3}, "has 15 VMs already"),
        ({"domains": 1}, "data domains already"),
        ({"vms": 20, "site": "x"}, "no site 'x'"),
    ],
)
def test_refused(estate: Estate, wanted: dict[str, Any], words: str) -> None:
    with pytest.raises(EstateError, match=words):
        grow(estate, **wanted)


def test_more_than_the_mac_pool_holds(estate: Estate) -> None:
    estate["sites"][0]["mac_pools"][0]["ranges"]["range"]["to"] = "56:6f:0d:8a:00:2a"
    with pytest.raises(EstateError, match="MAC pool of site primary is used up at VM"):
        grow(estate, vms=60)


def test_ten_thousand_vms_in_ten_seconds() -> None:
    """Of this process: what else the machine does is not what is tested."""
    start = time.process_time()
    grown = grow(load(DRILL), vms=10_000, domains=10)
    twin = Twin(grown)
    assert time.process_time() - start < 10
    assert len(twin.site("primary").tables["vm"]) == 10_000
    held = sum(len(content.ovf) for content in twin.storage.contents.values())
    assert held >= 10_000
