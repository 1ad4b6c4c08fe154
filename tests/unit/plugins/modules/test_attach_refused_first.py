# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an engine would refuse of storage_domain_attach is found by reading, named, and nothing is written.

The keys are those of tests/contract/refusals.yml, where the recorded refusals stand that are spared so.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import DATA_WEB, Bench, wanted
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.meanwhile import (
    NOWHERE,
    Change,
    every,
    master,
    nothing,
    site,
    that,
)

FRESH = {"create": True, "address": "nfs-b.example", "path": "/exports/fresh"}
WEB = wanted("data-web")[0]


def other_kind(kind: str) -> Change:
    """The engine knows a domain of another kind, which is in no data center."""

    def change(bench: Bench) -> None:
        (known,) = site(bench, "recovery").all("storage_domain")
        made = Entity("storage_domain", {**known.data, "id": NOWHERE, "name": "images"})
        made.set(type=kind, status="unattached", master="false", data_centers=None)
        site(bench, "recovery").add(made)

    return change


def in_another(bench: Bench) -> None:
    """data-web is attached to another data center of the engine."""
    bench.ready("attached")
    that(data_centers={"data_center": {"id": NOWHERE}})(bench)


@dataclass(frozen=True)
class Found:
    """domain: the option; words: of the message. more: further options of the module."""

    words: str
    domain: t.Mapping[str, t.Any]
    before: Change = nothing
    more: t.Mapping[str, t.Any] | None = None


IMAGES = {"id": NOWHERE, "address": "nfs-b.example", "path": "/exports/dr-master"}
CASES: dict[str, Found] = {
    "a name that is too long": Found("'name' must be 1 to 50 of the characters", {**FRESH, "name": "n" * 51}),
    "a name of other characters": Found("'name' must be 1 to 50 of the characters", {**WEB, "name": "data web"}),
    "a name that is taken": Found("the name is taken by another domain", {**WEB, "name": "dr-master"}),
    "a new domain of a name that is taken": Found(
        "domain dr-master: the engine knows it on", {**FRESH, "name": "dr-master"}
    ),
    "no place": Found("'path' is needed for type nfs", {"id": DATA_WEB, "address": "nfs-b.example"}),
    "no server": Found("'address' is needed for type nfs", {"id": DATA_WEB, "path": "/exports/data-web"}),
    "no file system type": Found("'vfs_type' is needed for type posixfs", {**WEB, "type": "posixfs"}),
    "a path that is none": Found("'path' of type nfs begins with '/', not as exports", {**WEB, "path": "exports"}),
    "a time-out out of range": Found("'nfs_timeo' must be from 1 to 6000, not 70000", {**WEB, "nfs_timeo": 70000}),
    "repeats out of range": Found("'nfs_retrans' must be from 0 to 32767, not -1", {**WEB, "nfs_retrans": -1}),
    "a local domain in shared storage": Found(
        "data center Recovery is one of shared storage, so it takes no local domain",
        {"name": "local", "create": True, "type": "localfs", "path": "/data"},
    ),
    "an ISO domain": Found("is of type iso; only data domains are brought", IMAGES, other_kind("iso")),
    "an export domain": Found("is of type export; only data domains are brought", IMAGES, other_kind("export")),
    "no host": Found("data center Recovery has no host that is up", WEB, every("host", status="maintenance")),
    "a host that is not up": Found(
        "Host hv-b1 is maintenance, it must be up", WEB, every("host", status="maintenance"), {"host": "hv-b1"}
    ),
    "a host that is not there": Found("no host 'nohost'", WEB, nothing, {"host": "nohost"}),
    "a data center that is not there": Found("no data center 'Nowhere'", WEB, nothing, {"data_center": "Nowhere"}),
    "a master that rests": Found(
        "domain dr-master, the master of data center Recovery, is maintenance, and nothing can be attached",
        WEB,
        master("maintenance"),
    ),
    "another data center": Found(f"is attached to another data center of this engine ({NOWHERE})", WEB, in_another),
}


@pytest.mark.parametrize("key", CASES)
def test_it_is_told_before_anything_is_written(bench: Bench, key: str) -> None:
    case = CASES[key]
    with site(bench, "recovery").lock:
        site(bench, "recovery").settle()
    case.before(bench)
    bench.forget()
    for check in (True, False):
        refused = bench.attach(domains=[dict(case.domain)], check=check, **(case.more or {}))
        assert refused["failed"]
        assert case.words in refused["msg"]
    assert bench.writes() == []


def test_a_master_that_rests_comes_first_when_it_is_asked_for(bench: Bench) -> None:
    (known,) = site(bench, "recovery").all("storage_domain")
    storage = known.data["storage"]
    master("maintenance")(bench)
    domains = [WEB, {"id": known.id, "address": storage["address"], "path": storage["path"]}]
    result = bench.attach(domains=domains)
    assert not result.get("failed"), result["msg"]
    assert (set(result["active"]), result["done"]["activate"]) == ({DATA_WEB, known.id}, [known.id])
