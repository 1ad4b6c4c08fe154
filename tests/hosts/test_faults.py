# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong between host and storage: silence, refusals, lost packets, pulled plugs. Each path is told by itself,
and none takes longer than its time."""

from __future__ import annotations

import time
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.across import lacks
from ansible_collections.ovirt_dr.storage.tests.hosts.conftest import whats
from ansible_collections.ovirt_dr.storage.tests.hosts.servers import PORTALS, REPLICA, Ganesha, Tgt, portal
from ansible_collections.ovirt_dr.storage.tests.hosts.world import World, address, asked

V4 = address("stor")
FIRST, SECOND = (portal(host) for host in PORTALS if ":" not in host)
BOTH: dict[str, t.Any] = {"portals": [FIRST, SECOND], "targets": [REPLICA]}
SECONDS = 1.5
START = 1.5
"""Seconds that a Python takes to start and end on a busy machine."""


def in_time(world: World, host: str, options: dict[str, t.Any], limit: float) -> dict[str, t.Any]:
    """What is found, which may not take longer than the limit and the start of Python."""
    began = time.monotonic()
    found = world.probe(host, **options)
    assert time.monotonic() - began < limit + START
    assert found["seconds"] < limit + 0.5
    return found


@pytest.mark.parametrize(
    ("rule", "what", "limit"),
    [
        ("tcp dport 3260 drop", "timeout", SECONDS),
        ("tcp dport 3260 reject with tcp reset", "refused", 0.5),
        ("tcp dport 3260 reject with icmpx host-unreachable", "unreachable", SECONDS),
    ],
)
def test_a_portal_that_is_cut_off(faults: World, tgt: Tgt, rule: str, what: str, limit: float) -> None:
    """Its time is spent once, not once for each target."""
    faults.rules("stor", f"ip daddr {address('stor', 2)} {rule}")
    found = in_time(faults, "host1", asked(iscsi=[BOTH], timeout=SECONDS), limit)
    assert whats(found) == [(what, SECOND)]
    assert [[path["portal"] for path in lun["paths"]] for lun in found["iscsi"][0]["luns"]] == [[FIRST]] * 3
    old = faults.run("host1", "timeout", "1", "iscsi-ls", f"iscsi://{SECOND}", check=False)
    assert old.returncode != 0


@pytest.mark.parametrize(
    ("rule", "what"),
    [("drop", "timeout"), ("reject with tcp reset", "reset")],
)
def test_a_portal_that_falls_silent_after_the_connection(faults: World, tgt: Tgt, rule: str, what: str) -> None:
    faults.rules(
        "stor", f"ip daddr {address('stor', 2)} tcp dport 3260 ct state established ct original packets > 3 {rule}"
    )
    found = in_time(faults, "host1", asked(iscsi=[BOTH], timeout=SECONDS), SECONDS)
    assert {path for _what, path in whats(found)} == {SECOND}
    assert {one for one, _path in whats(found)} <= {what, "timeout"}


def test_lost_packets_change_nothing_but_the_time(faults: World, tgt: Tgt) -> None:
    whole = faults.probe("host1", **asked(iscsi=[BOTH]))
    faults.rules("stor", "tcp dport 3260 numgen random mod 100 < 20 drop")
    found = in_time(faults, "host1", asked(iscsi=[BOTH], timeout=20), 20)
    assert found["problems"] == []
    assert found["iscsi"][0]["luns"] == whole["iscsi"][0]["luns"]


def test_most_packets_lost(faults: World, tgt: Tgt) -> None:
    """Whatever comes of it, the time holds."""
    faults.rules("stor", "tcp dport 3260 numgen random mod 100 < 80 drop")
    in_time(faults, "host1", asked(iscsi=[BOTH], timeout=SECONDS), 2 * SECONDS)


def test_a_pulled_plug(faults: World, tgt: Tgt) -> None:
    faults.link("host2", 2, up=False)
    results = {
        host: in_time(faults, host, asked(iscsi=[BOTH], timeout=SECONDS), SECONDS) for host in ("host1", "host2")
    }
    assert results["host1"]["ok"]
    assert [(lack.host, lack.path) for lack in lacks(results)] == [("host2", SECOND)]


@pytest.mark.parametrize(
    ("rule", "works", "problems", "notes"),
    [
        ("tcp dport 111 drop", True, [], ["portmapper"]),
        ("tcp dport 20048 drop", True, [], ["timeout"]),
        ("tcp dport 2049 drop", False, ["timeout", "timeout"], []),
        ("tcp dport 2049 reject with tcp reset", False, ["refused", "refused"], []),
        ("ip saddr 10.99.1.0/24 drop", False, ["timeout", "portmapper"], []),
    ],
)
def test_nfs_services_that_are_cut_off(
    faults: World, nas: Ganesha, rule: str, works: bool, problems: list[str], notes: list[str]
) -> None:
    faults.rules("stor", rule)
    options = asked([{"address": V4, "path": f"{nas.folder}/data"}], timeout=SECONDS, write_test=True)
    found = in_time(faults, "host1", options, SECONDS)
    assert found["ok"] is works
    assert sorted(what for what, _path in whats(found)) == sorted(problems)
    assert [one["what"] for one in found["notes"]] == notes


def left_in(world: World, export: str) -> list[str]:
    """The test files that lie in an export, which are removed then."""
    names = world.run("stor", "ls", "-A", export).stdout.split()
    world.run("stor", "sh", "-c", f"rm -f {export}/.ovirt*")
    return [name for name in names if name.startswith(".ovirt")]


@pytest.mark.parametrize(("version", "points"), [("v3", (12, 13, 14)), ("v4_0", (10, 14, 18)), ("v4_1", (14, 16, 18))])
def test_a_write_whose_answer_is_lost_leaves_nothing(
    faults: World, nas: Ganesha, version: str, points: tuple[int, ...]
) -> None:
    """Whichever packet is the first to be lost: the file is removed on a further connection."""
    entry = {"address": V4, "path": f"{nas.folder}/data", "nfs_version": version}
    written = []
    for point in points:
        faults.rules("host1", f"tcp sport 2049 ct original packets > {point} drop")
        found = in_time(faults, "host1", asked([entry], timeout=0.7, write_test=True), 2.7)
        (path,) = found["nfs"][0]["addresses"][0]["versions"]
        assert [what for what, _path in whats(found)] == ["timeout"]
        assert path["left_behind"] is None
        assert left_in(faults, entry["path"]) == []
        written.append(path["written"])
    assert False in written


def test_a_file_that_cannot_be_removed_is_told(faults: World, nas: Ganesha) -> None:
    """From some point on nothing comes through any more, on no connection."""
    entry = {"address": V4, "path": f"{nas.folder}/data", "nfs_version": "v4_0"}
    for quota in (3400, 3000, 3800, 4000):
        faults.rules("host1", f"tcp sport 2049 quota over {quota} bytes drop")
        found = in_time(faults, "host1", asked([entry], timeout=0.5, write_test=True), 2.5)
        (path,) = found["nfs"][0]["addresses"][0]["versions"]
        lies = left_in(faults, entry["path"])
        assert lies == ([path["left_behind"]] if path["left_behind"] else [])
        assert [one["what"] for one in found["notes"]] == ["left_behind"] * len(lies)
        if lies:
            return
    pytest.fail("no point was met at which a file lay there")
