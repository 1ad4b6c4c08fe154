# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""iSCSI from a hypervisor host, on a real target, with the tools of libiscsi for comparison."""

from __future__ import annotations

import json
import pathlib
import re
import sys
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.across import lacks
from ansible_collections.ovirt_dr.storage.tests.hosts.conftest import whats
from ansible_collections.ovirt_dr.storage.tests.hosts.servers import (
    BLOCK_DOMAIN,
    PASSWORD,
    POOL,
    PORTALS,
    PRIVATE,
    REPLICA,
    SECURED,
    SIZE,
    TARGET_PASSWORD,
    TARGET_USER,
    USER,
    Tgt,
    portal,
    wwid,
)
from ansible_collections.ovirt_dr.storage.tests.hosts.world import TREE, World, asked, initiator

FIRST, SECOND = (portal(host) for host in PORTALS if ":" not in host)
CHAP = {"username": USER, "password": PASSWORD}
MUTUAL = {"mutual_username": TARGET_USER, "mutual_password": TARGET_PASSWORD}


def visits(found: t.Mapping[str, t.Any]) -> list[dict[str, t.Any]]:
    """What was found behind each target through each portal of the first entry."""
    return [
        visit for one in found["iscsi"][0]["portals"] for address in one["addresses"] for visit in address["targets"]
    ]


def libiscsi(world: World, tool: str, *words: str) -> str:
    """What a tool of libiscsi says, of whatever it may."""
    name = ("-i", initiator("host1"))
    return world.run("host1", tool, *name, *words, check=False).stdout


def test_all_that_libiscsi_sees_is_seen(world: World, tgt: Tgt) -> None:
    entry = {"portals": [portal(host) for host in PORTALS], "targets": [REPLICA]}
    found = world.probe("host1", **asked(iscsi=[entry]))
    assert found["problems"] == []
    assert found["initiator_name"] == initiator("host1")
    luns = found["iscsi"][0]["luns"]
    assert [lun["wwid"] for lun in luns] == [wwid(1), wwid(2), wwid(3)]
    for number, lun in enumerate(luns, start=1):
        url = f"iscsi://{FIRST}/{REPLICA}/{number}"
        said = libiscsi(world, "iscsi-inq", url)
        told = {key: re.search(rf"{key}:(.*)", said).group(1).strip() for key in ("Vendor", "Product", "Revision")}
        assert (lun["vendor"], lun["product"], lun["revision"]) == tuple(told.values())
        serial = libiscsi(world, "iscsi-inq", "-e", "1", "-c", "128", url)
        assert f"[{lun['serial']:>36}]" in serial
        assert lun["size"] == int(libiscsi(world, "iscsi-readcapacity16", "-s", url)) == SIZE
        assert [path["portal"] for path in lun["paths"]] == [portal(host) for host in PORTALS]
        assert lun["ready"]
        assert not lun["write_protected"]


def _told(found: t.Mapping[str, t.Any]) -> list[dict[str, t.Any]]:
    """What the first portal told."""
    told: list[dict[str, t.Any]] = found["iscsi"][0]["portals"][0]["addresses"][0]["discovery"]["told"]
    return told


def test_what_each_portal_tells(world: World, tgt: Tgt) -> None:
    for host in PORTALS:
        entry = {"portals": [portal(host)], "sign_in": False}
        found = world.probe("host1", **asked(iscsi=[entry]))
        told = sorted(_told(found), key=lambda one: str(one["target"]))
        listed = re.findall(r"Target:(\S+) Portal:(\S+),(\d+)", libiscsi(world, "iscsi-ls", f"iscsi://{portal(host)}"))
        assert [(one["target"], one["portal"], str(one["tag"])) for one in told] == sorted(listed)
        assert visits(found) == []
        assert found["ok"]


@pytest.mark.parametrize(
    ("secrets", "what", "how"),
    [
        ({}, "chap", None),
        (CHAP, None, "chap"),
        ({**CHAP, "password": "hidden-another-1"}, "chap", None),
        ({**CHAP, **MUTUAL}, None, "mutual_chap"),
        ({**CHAP, **MUTUAL, "mutual_password": "hidden-another-2"}, "mutual_chap", None),
    ],
)
def test_passwords(world: World, tgt: Tgt, secrets: dict[str, str], what: str | None, how: str | None) -> None:
    entry = {"portals": [FIRST], "targets": [SECURED], **secrets}
    found = world.probe("host1", **asked(iscsi=[entry]))
    assert whats(found) == ([(what, FIRST)] if what else [])
    assert visits(found)[0]["authentication"] == how
    assert "hidden" not in json.dumps(found)
    user = f"{secrets['username']}%{secrets['password']}@" if secrets else ""
    if "mutual_username" not in secrets:
        listed = world.run("host1", "iscsi-inq", f"iscsi://{user}{FIRST}/{SECURED}/1", check=False)
        assert (listed.returncode == 0) is (what is None)


def test_a_target_without_passwords_proves_nothing(world: World, tgt: Tgt) -> None:
    entry = {"portals": [FIRST], "targets": [REPLICA], **CHAP, **MUTUAL}
    assert [what for what, _path in whats(world.probe("host1", **asked(iscsi=[entry])))] == ["chap"]


def test_a_target_for_one_host_only(world: World, tgt: Tgt) -> None:
    entry = {"portals": [FIRST], "targets": [PRIVATE], "luns": [wwid(5)]}
    results = {host: world.probe(host, **asked(iscsi=[entry])) for host in ("host1", "host2")}
    assert results["host1"]["ok"]
    assert whats(results["host2"]) == [("target", FIRST)]
    assert [(lack.host, lack.what) for lack in lacks(results)] == [("host2", "target")]
    named = world.probe("host2", **asked(iscsi=[entry], initiator_name=initiator("host1")))
    assert named["ok"]


def test_write_protection_and_its_end(world: World, tgt: Tgt) -> None:
    entry = {"portals": [FIRST, SECOND], "targets": [REPLICA], "luns": [wwid(3)]}
    tgt.change(1, 3, readonly=1)
    try:
        found = world.probe("host1", **asked(iscsi=[entry]))
        assert whats(found) == [("write_protected", FIRST), ("write_protected", SECOND)]
        assert [lun["write_protected"] for lun in found["iscsi"][0]["luns"]] == [False, False, True]
        assert world.probe("host1", **asked(iscsi=[{**entry, "access": "read"}]))["ok"]
        assert world.probe("host1", **asked(iscsi=[{**entry, "luns": [wwid(1)]}]))["ok"]
    finally:
        tgt.change(1, 3, readonly=0)
    assert world.probe("host1", **asked(iscsi=[entry]))["ok"]


def test_a_lun_that_is_not_ready(world: World, tgt: Tgt) -> None:
    entry = {"portals": [FIRST], "targets": [REPLICA]}
    tgt.change(1, 3, online=0)
    try:
        found = world.probe("host1", **asked(iscsi=[entry]))
        assert [(one["what"], one["place"]) for one in found["problems"]] == [("not_ready", wwid(3))]
        assert [lun["ready"] for lun in found["iscsi"][0]["luns"]] == [True, True, False]
    finally:
        tgt.change(1, 3, online=1)


def test_a_target_that_is_offline(world: World, tgt: Tgt) -> None:
    tgt.target(1, "state", "offline")
    try:
        found = world.probe("host1", **asked(iscsi=[{"portals": [FIRST], "targets": [REPLICA]}]))
        assert whats(found) == [("offline", FIRST)]
    finally:
        tgt.target(1, "state", "ready")


def test_luns_come_and_go(world: World, tgt: Tgt) -> None:
    entry = {"portals": [FIRST], "targets": [REPLICA], "luns": [wwid(9)]}
    assert [what for what, _path in whats(world.probe("host1", **asked(iscsi=[entry])))] == ["lun_missing"]
    tgt.add(1, 9, "/run/lun3.img")
    try:
        assert world.probe("host1", **asked(iscsi=[entry]))["ok"]
    finally:
        tgt.remove(1, 9)


@pytest.mark.parametrize(
    ("domain", "what"),
    [
        ({"id": BLOCK_DOMAIN}, None),
        ({"id": BLOCK_DOMAIN, "pool": POOL}, None),
        ({"id": BLOCK_DOMAIN, "pool": ""}, "pool"),
        ({"id": POOL}, "domain"),
    ],
)
def test_the_domain_that_lvm_made(world: World, with_domain: Tgt, domain: dict[str, str], what: str | None) -> None:
    entry = {"portals": [FIRST, SECOND], "targets": [REPLICA], "domain": {"pool": None, **domain}}
    found = world.probe("host1", **asked(iscsi=[entry]))
    assert [one for one, _path in whats(found)] == ([what] if what else [])
    (told,) = found["iscsi"][0]["domains"]
    assert (told["id"], told["pool"], told["name"]) == (BLOCK_DOMAIN, POOL, "block data")
    assert (told["luns"], told["luns_expected"]) == ([wwid(1), wwid(2)], 2)


def test_a_domain_of_which_a_lun_is_missing(world: World, with_domain: Tgt) -> None:
    entry = {"portals": [FIRST], "targets": [REPLICA], "domain": {"id": BLOCK_DOMAIN, "pool": None}}
    with_domain.remove(1, 2)
    try:
        found = world.probe("host1", **asked(iscsi=[entry]))
        assert [one["message"] for one in found["problems"]] == ["the domain lies on 2 LUNs, of which 1 are seen"]
    finally:
        with_domain.add(1, 2, "/run/lun2.img")


def redirect(tgt: Tgt, address: str, port: str) -> None:
    """Whoever asks for the private target is sent elsewhere."""
    for name, value in (("RedirectAddress", address), ("RedirectPort", port), ("RedirectReason", "Temporary")):
        tgt.target(3, name, value)


def test_a_redirection(world: World, tgt: Tgt) -> None:
    first, second = (host for host in PORTALS if ":" not in host)
    entry = {"portals": [first], "targets": [PRIVATE]}
    tgt.second(second)
    try:
        redirect(tgt, second, "3261")
        found = world.probe("host1", **asked(iscsi=[entry]))
        assert found["problems"] == []
        assert visits(found)[0]["redirected_to"] == f"{second}:3261"
        assert len(visits(found)[0]["luns"]) == 1
        redirect(tgt, second, "3260")
        found = world.probe("host1", **asked(iscsi=[entry]))
        assert [what for what, _path in whats(found)] == ["redirect"]
        assert visits(found)[0]["redirected_to"] == SECOND
    finally:
        tgt.target(3, "RedirectAddress", "")


def test_portals_that_others_told_of(world: World, tgt: Tgt) -> None:
    """tgtd tells only of the portal that is asked: by a name that stands for two of them each tells of itself."""
    found = world.probe("host1", **asked(iscsi=[{"portals": ["nas"], "targets": [REPLICA]}], follow_portals=True))
    assert found["ok"]
    (one,) = found["iscsi"][0]["portals"]
    assert sorted(address["address"] for address in one["addresses"]) == sorted(PORTALS[:2])


HOLD = """
import sys
sys.path.insert(0, sys.argv[1])
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe import iscsi_probe
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._iscsi import keys, login, scsi, session
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.deadline import Deadline
host, target, name = sys.argv[2:]
with session.Session(host, 3260, login.Login(name, target, None, None), Deadline(5)) as held:
    wanted = iscsi_probe.Wanted((), (), True, None, None, (), True, None, name)
    print(iscsi_probe.visit(wanted, host, 3260, target, 5)["ok"])
    print(held.run([scsi.test_unit_ready(bytes([0, 1]) + bytes(6))])[0].good)
"""


def test_other_sessions_of_the_same_host_stay(world: World, tgt: Tgt) -> None:
    words = (sys.executable, "-I", "-S", "-c", HOLD, TREE)
    done = world.run("host1", *words, PORTALS[0], REPLICA, initiator("host1"))
    assert done.stdout.split() == ["True", "True"]
    assert "I_T nexus:" not in tgt.admin("--op", "show", "--mode", "conn", "--tid", "1")


def test_many_luns_through_many_portals_in_no_time(world: World, tgt: Tgt) -> None:
    name = "iqn.2026-11.test.dr:many"
    tgt.add_many(9, name, 32)
    found = world.probe("host1", **asked(iscsi=[{"portals": [portal(host) for host in PORTALS], "targets": [name]}]))
    assert found["ok"]
    assert [len(lun["paths"]) for lun in found["iscsi"][0]["luns"]] == [4] * 32
    assert found["seconds"] < 2


def test_a_promoted_lun_that_the_host_still_takes_for_read_only(world: World, tgt: Tgt, tmp_path: pathlib.Path) -> None:
    """The host's tools tell of the time before the promotion; the target tells of now."""
    path = {"dev": "sda", "dm_st": "active", "chk_st": "ready", "target_wwnn": REPLICA}
    one = {"uuid": wwid(3), "sysfs": "dm-0", "vend": "DRTEST", "prod": "REPLICA", "write_prot": "ro"}
    tools = {
        "multipathd": json.dumps({"maps": [{**one, "path_groups": [{"paths": [path]}]}]}),
        "lsblk": json.dumps({"blockdevices": [{"kname": "dm-0", "size": SIZE}]}),
        "iscsiadm": f"Target: {REPLICA} (non-flash)\n\tCurrent Portal: {FIRST},1\n\t\tiSCSI Session State: LOGGED_IN\n",
    }
    for name, said in tools.items():
        (tmp_path / f"{name}.txt").write_text(said, encoding="utf-8")
        (tmp_path / name).write_text(f"#!/bin/sh\ncat '{tmp_path}/{name}.txt'\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    entry = {"portals": [FIRST], "targets": [REPLICA]}
    found = world.probe("host1", tools=str(tmp_path), **asked(iscsi=[entry], known=True))
    assert found["known"]["unknown"] == {}
    assert found["rescan_needed"]
    told = {one["wwid"]: one["what"] for one in found["rescans"]}
    assert told == {wwid(1): "unseen", wwid(2): "unseen", wwid(3): "read_only"}
    tgt.change(1, 3, readonly=1)
    try:
        found = world.probe("host1", tools=str(tmp_path), **asked(iscsi=[entry], known=True))
        assert wwid(3) not in {one["wwid"] for one in found["rescans"]}
    finally:
        tgt.change(1, 3, readonly=0)
