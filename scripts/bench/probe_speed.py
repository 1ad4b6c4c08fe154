# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast a host probes its storage: host_storage_probe on a real target, in the world of tests/hosts."""

from __future__ import annotations

import pathlib
import shutil
import statistics
import time

from ansible_collections.ovirt_dr.storage.tests.hosts.servers import PORTALS, SERVERS, Tgt, portal
from ansible_collections.ovirt_dr.storage.tests.hosts.world import NotHere, World, address, asked, missing

from .catalogue import DARK_TIMEOUT
from .options import BenchError

TARGET = "iqn.2026-11.test.dr:many"
TURNS = 3
Figures = dict[str, float]


class NotMeasured(Exception):
    """This machine has no storage servers, or does not allow namespaces; the text says which."""


def run(luns: int, place: pathlib.Path) -> Figures:
    """The figures that docs/bench.md lists, for a target of so many LUNs at four portals. NotMeasured, BenchError."""
    without = missing(SERVERS)
    if without:
        raise NotMeasured(f"not here: {', '.join(without)}")
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    try:
        world = World(place)
    except NotHere as error:
        raise NotMeasured(str(error)) from error
    try:
        Tgt(world).add_many(9, TARGET, luns)
        whole = statistics.median(_probe(world, luns, 10.0) for _turn in range(TURNS))
        world.rules("stor", f"ip daddr {address('stor', 2)} tcp dport 3260 drop")
        dark = _probe(world, luns, DARK_TIMEOUT)
    finally:
        world.stop()
    return {"all_paths_seconds": round(whole, 3), "dark_portal_seconds": round(dark, 3)}


def _probe(world: World, luns: int, timeout: float) -> float:
    """From the start of Python on the host to the end of it."""
    entry = {"portals": [portal(host) for host in PORTALS], "targets": [TARGET]}
    began = time.monotonic()
    found = world.probe("host1", **asked(iscsi=[entry], timeout=timeout))
    took = time.monotonic() - began
    if len(found["iscsi"][0]["luns"]) != luns:
        raise BenchError(f"of {luns} LUNs {len(found['iscsi'][0]['luns'])} were seen")
    return took
