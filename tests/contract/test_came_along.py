# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VMs that a running engine registered, beside what they were at the other engine: only what was mapped differs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.compare import compare
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.verify import Target, judge
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.data import inside, to_data
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import parse
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import Names, disk_of, vm_of
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory_records import InventoryVm

Recordings = Callable[[str], dict[int, dict[str, Any]]]

PARTS = (("disk_attachments", "disk_attachment"), ("nics", "nic"), ("snapshots", "snapshot"))


def shown(recorded: dict[str, Any]) -> InventoryVm:
    """The VM of a GET with follow, its ids standing for the names of what it is bound to."""
    record = to_data(parse(recorded["response"].encode()))
    for plural, singular in PARTS:
        record[plural] = inside(record, plural, singular)
    cluster = record["cluster"]["id"]
    profiles = {nic["vnic_profile"]["id"] for nic in record["nics"] if "vnic_profile" in nic}
    names = Names(
        {
            "networks": [{"id": "network", "name": "network"}],
            "vnic_profiles": [{"id": one, "name": "profile", "network": {"id": "network"}} for one in profiles],
            "clusters": [{"id": cluster, "name": cluster}],
            "storage_domains": [],
        }
    )
    disks = {one["id"]: disk_of(one["disk"], names) for one in record["disk_attachments"]}
    return vm_of(record, disks, names)


@pytest.mark.parametrize(("there", "here"), [(102, 233), (110, 236), (122, 239)], ids=["web", "db", "thin"])
def test_a_failback(recordings: Recordings, there: int, here: int) -> None:
    scene = recordings("07-dr")
    was, now = shown(scene[there]), shown(scene[here])
    assert was.cluster != now.cluster, "they are of two engines"
    assert [one.field for one in compare(was, now, {})] == ["cluster"]
    assert judge(was, now, Target(), {}).differences == ()
