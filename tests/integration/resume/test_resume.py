# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Domains go from one data center to another, and at any write the module is killed, or an answer lost. Then all of it
is run again: everything ends as if nothing had happened."""

from __future__ import annotations

import pathlib
import random
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import patience, waits
from ansible_collections.ovirt_dr.storage.tests.integration.resume import estates, flow
from ansible_collections.ovirt_dr.storage.tests.integration.resume.kill import WAYS, impatient
from ansible_collections.ovirt_dr.storage.tests.integration.resume.progress import Progress

CALLS = ("detach", "attach", "templates", "VMs", "disks", "remove", "start")
VMS, POINTS, SEED, WHOLE = 50, 25, 7, 0.2


@pytest.fixture(scope="module", autouse=True)
def quick() -> t.Iterator[None]:
    defaults, pauses = waits.intervals.__defaults__, patience.PAUSES
    impatient()
    yield
    waits.intervals.__defaults__, patience.PAUSES = defaults, pauses


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Progress]:
    # One request at a time: each write of every call has its number.
    estate = estates.small()
    calls = flow.move(estate, [estates.UNWANTED])
    progress = Progress(estate, calls, tmp_path_factory.mktemp("few"), concurrency=1)
    yield progress
    progress.close()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("number", range(len(CALLS)), ids=CALLS)
def test_every_write_of_a_small_estate(few: Progress, number: int, way: str) -> None:
    assert tuple(call.name for call in few.flow) == CALLS
    found = few.at_every_write(number, way)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("way", WAYS)
def test_every_write_of_a_repointing(tmp_path: pathlib.Path, way: str) -> None:
    estate = estates.small()
    progress = Progress(estate, flow.repoint(estate), tmp_path, concurrency=1)
    try:
        found = progress.at_every_write(0, way)
    finally:
        progress.close()
    assert not found, "\n".join(found)


def test_random_writes_of_a_larger_estate(tmp_path: pathlib.Path) -> None:
    """As a module is used: with many requests under way when it is killed."""
    estate = estates.large(VMS)
    many = Progress(estate, flow.move(estate), tmp_path, concurrency=8)
    writes = many.undisturbed.writes
    places = [(number, nth) for number, count in enumerate(writes) for nth in range(1, count + 1)]
    chance = random.Random(SEED)
    found = []
    try:
        for number, nth in sorted(chance.sample(places, POINTS)):
            many.reach(number)
            found += many.after(chance.choice(sorted(WAYS)), nth, whole=chance.random() < WHOLE)
    finally:
        many.close()
    assert not found, "\n".join(found)
