# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unregistered VMs, with disks on two domains, are deleted, and at any write the module is killed or an answer lost."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import patience, waits
from ansible_collections.ovirt_dr.storage.tests.integration.resume import estates
from ansible_collections.ovirt_dr.storage.tests.integration.resume.flow import ESTATE, Call, move
from ansible_collections.ovirt_dr.storage.tests.integration.resume.kill import WAYS, impatient
from ansible_collections.ovirt_dr.storage.tests.integration.resume.progress import Progress

CONFIRM = {"confirmed_by": "Ada Byron", "reason": "a copy that nobody wants"}


@pytest.fixture(scope="module")
def removal(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Progress]:
    defaults, pauses = waits.intervals.__defaults__, patience.PAUSES
    impatient()
    estate = estates.small()
    site = estate["sites"][0]
    unwanted = Call(
        "removal",
        "unregistered_remove",
        {
            "data_center": site["data_centers"][1]["name"],
            "domains": [domain["id"] for domain in estates.moved(estate)],
            # Without any disk it stays registered where it is, and is listed all the same.
            "vms": sorted(vm["id"] for vm in site["vms"] if vm["name"] != "pxe01"),
            "templates": sorted(one["id"] for one in site["templates"] if one["name"] != "Blank"),
            "accept": ["left_disks", "delete_protected"],
            "confirm": CONFIRM,
            "inventory": ESTATE,
            "inventory_site": site["name"],
        },
    )
    progress = Progress(estate, (*move(estate)[:2], unwanted), tmp_path_factory.mktemp("removal"), concurrency=1)
    yield progress
    progress.close()
    waits.intervals.__defaults__, patience.PAUSES = defaults, pauses


@pytest.mark.parametrize("way", WAYS)
def test_every_write_of_a_removal(removal: Progress, way: str) -> None:
    assert removal.undisturbed.writes[2] > 5
    found = removal.at_every_write(2, way)
    assert not found, "\n".join(found)
