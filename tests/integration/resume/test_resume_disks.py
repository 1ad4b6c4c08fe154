# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VMs came without a domain that is attached later: floating and shareable disks come back, a VM gets its disk, and at
any write the module is killed or an answer lost."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import patience, waits
from ansible_collections.ovirt_dr.storage.tests.integration.resume import estates
from ansible_collections.ovirt_dr.storage.tests.integration.resume.flow import ESTATE, Call, move
from ansible_collections.ovirt_dr.storage.tests.integration.resume.kill import WAYS, impatient
from ansible_collections.ovirt_dr.storage.tests.integration.resume.progress import Progress
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.disk_bench import DATA_ERP, add_disk, give


def calls(estate: estates.Estate) -> tuple[Call, ...]:
    """The move of the domains, one of them after the VMs, and then the disks."""
    site = estate["sites"][0]
    detach, attach, templates, vms, _disks, _start = move(estate)
    wanted = attach.options["domains"]
    early = [domain["id"] for domain in wanted if domain["id"] != DATA_ERP]
    disks = {
        "data_center": site["data_centers"][1]["name"],
        "domains": [domain["id"] for domain in wanted],
        "disks": ["*"],
        "complete": ["db*"],
        "quota": "silver",
        "rename": [{"from": "archive2025", "to": "archive"}],
        "inventory": ESTATE,
        "inventory_site": site["name"],
    }

    def of(call: Call, name: str, **options: t.Any) -> Call:
        return Call(name, call.module, {**call.options, **options})

    return (
        detach,
        of(attach, "attach", domains=[domain for domain in wanted if domain["id"] != DATA_ERP]),
        of(templates, "templates", domains=early),
        of(vms, "VMs", domains=early, partial=["*"]),
        of(attach, "attach the last", domains=[domain for domain in wanted if domain["id"] == DATA_ERP]),
        Call("disks", "unregistered_disk_register", disks),
    )


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Progress]:
    defaults, pauses = waits.intervals.__defaults__, patience.PAUSES
    impatient()
    estate = estates.small()
    late_one = add_disk(estate, 2, "late-quorum", DATA_ERP, shareable="true", sparse="false")
    give(estate, "db01", late_one, interface="virtio")
    give(estate, "web01", late_one, active="false")
    progress = Progress(estate, calls(estate), tmp_path_factory.mktemp("disks"), concurrency=1)
    progress.reach(len(progress.flow) - 1)
    yield progress
    progress.close()
    waits.intervals.__defaults__, patience.PAUSES = defaults, pauses


@pytest.mark.parametrize("way", WAYS)
def test_every_write_of_disks_that_come_back(late: Progress, way: str) -> None:
    writes = late.undisturbed.writes[-1]
    # Three disks are registered and edited, and one of them is attached twice, one once.
    assert writes >= 9
    found = late.at_every_write(len(late.flow) - 1, way)
    assert not found, "\n".join(found)
