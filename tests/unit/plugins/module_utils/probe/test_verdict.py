# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What findings mean: for one host, and for many."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe import across, iscsi_probe, nfs_probe, verdict
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._iscsi import keys
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.domain import Expected

ID = "0f1c5a4e-9d4b-4a59-8c0e-2d0f5c3b7a11"
DARK = {"what": "timeout", "message": "no answer within 5 s (connecting)"}
A, B = "10.0.0.1:3260", "10.0.0.2:3260"
TARGET = "iqn.2026-11.test:t"


def version(name: str, problem: dict[str, str] | None = None, **more: t.Any) -> dict[str, t.Any]:
    return {"version": name, "ok": problem is None, "problem": problem, "left_behind": None, **more}


def export(*addresses: list[dict[str, t.Any]]) -> dict[str, t.Any]:
    return {
        "place": "nas:/a",
        "problem": None,
        "addresses": [
            {"address": f"10.0.0.{number}", "ok": any(one["ok"] for one in versions), "versions": versions}
            for number, versions in enumerate(addresses, start=1)
        ],
    }


NFS = nfs_probe.Wanted("nas", "/a", "auto", None, True, None)


@pytest.mark.parametrize(
    ("found", "write_test", "problems", "notes"),
    [
        (export([version("v4_2"), version("v3")]), True, [], []),
        (export([version("v4_2")]), False, [], ["unproven"]),
        (export([version("v4_2"), version("v3", DARK)]), True, [], ["timeout"]),
        (export([version("v4_2", DARK), version("v3", DARK)]), True, ["timeout", "timeout"], []),
        (export([version("v4_2", DARK)], [version("v4_2")]), True, [], ["timeout"]),
        (export([version("v4_2", left_behind=".x")]), True, [], ["left_behind"]),
        (export([version("v4_2", DARK, left_behind=".x")]), True, ["timeout"], ["left_behind"]),
        (export([version("v4_2", reserved_port=False)]), True, [], ["port"]),
        ({**export(), "problem": DARK}, True, ["timeout"], []),
    ],
)
def test_what_an_export_lacks(found: dict[str, t.Any], write_test: bool, problems: list[str], notes: list[str]) -> None:
    told = verdict.of_nfs(NFS, found, write_test)
    assert [one.what for one in told.problems] == problems
    assert [one.what for one in told.notes] == notes
    assert {one.place for one in (*told.problems, *told.notes)} <= {"nas:/a"}


def test_what_only_has_to_be_read_need_not_be_proven() -> None:
    assert verdict.of_nfs(NFS._replace(write=False), export([version("v3")]), False).notes == []


def lun(number: int = 1, **more: t.Any) -> dict[str, t.Any]:
    facts = {
        "wwid": f"3600{number}", "vendor": "V", "product": "P", "revision": "1", "serial": "S", "size": 1 << 30,
        "lun": number, "ready": True, "write_protected": False, "problem": None,
    }  # fmt: skip
    return {**facts, **more}


def seen(*luns: dict[str, t.Any], problem: dict[str, str] | None = None, **more: t.Any) -> dict[str, t.Any]:
    return {"target": TARGET, "ok": not problem, "problem": problem, "luns": list(luns), "domains": [], **more}


def at(place: str, *visits: dict[str, t.Any], problem: dict[str, str] | None = None) -> dict[str, t.Any]:
    discovery = {"ok": problem is None, "problem": problem, "told": []}
    address = {"address": place.rpartition(":")[0], "discovery": discovery, "targets": list(visits)}
    return {"portal": place, "asked": True, "problem": None, "addresses": [address]}


ISCSI = iscsi_probe.Wanted(
    (keys.portal(A), keys.portal(B)), (TARGET,), True, None, None, (), True, None, "iqn.2026-11.test:me"
)
SLOW = {"what": "not_ready", "message": "not ready, becoming ready (sense 2/04/01)"}
BLOCK = {
    "id": ID,
    "pool": "",
    "name": "",
    "version": "5",
    "type": "",
    "role": "",
    "luns": ["36001"],
    "luns_expected": 2,
}
OTHER = {**BLOCK, "luns": ["36002"]}


@pytest.mark.parametrize(
    ("portals", "changes", "expected"),
    [
        ([at(A, seen(lun())), at(B, seen(lun()))], {}, []),
        ([at(A, seen(lun())), at(B, problem=DARK)], {}, [("timeout", "discovery", B)]),
        ([at(A, seen(lun())), at(B, seen(problem=DARK))], {}, [("timeout", TARGET, B)]),
        ([at(A, seen(lun())), at(B)], {}, [("target", "discovery", B)]),
        ([at(A), at(B)], {"sign_in": False}, []),
        ([at(A, seen(lun()), problem=DARK)], {}, []),
        ([at(A, seen(lun(), lun(2))), at(B, seen(lun()))], {}, [("lun_missing", "36002", B)]),
        ([at(A, seen(lun()))], {"luns": ("36009",)}, [("lun_missing", "36009", "all paths")]),
        ([at(A, seen(lun(write_protected=True)))], {}, [("write_protected", "36001", A)]),
        ([at(A, seen(lun(write_protected=True)))], {"write": False}, []),
        ([at(A, seen(lun(), lun(2, write_protected=True)))], {"luns": ("36001",)}, []),
        ([at(A, seen(lun(ready=False, problem=SLOW)))], {}, [("not_ready", "36001", A)]),
        ([at(A, seen(lun(wwid=None, ready=False, problem=SLOW)))], {}, [("not_ready", f"LUN 1 of {TARGET}", A)]),
        ([at(A, seen(lun()))], {"expected": Expected(ID, None)}, [("domain", ID, "all paths")]),
        ([at(A, seen(lun(), domains=[BLOCK]))], {"expected": Expected(ID, "")}, [("domain", ID, "all paths")]),
        ([at(A, seen(lun(), lun(2), domains=[BLOCK, OTHER]))], {"expected": Expected(ID, "")}, []),
        (
            [at(A, seen(lun(), lun(2), lun(3, write_protected=True), domains=[{**BLOCK, "luns": ["36001", "36002"]}]))],
            {"expected": Expected(ID, ID)},
            [("pool", ID, "all paths")],
        ),
        ([{**at(A), "problem": DARK}], {}, [("timeout", A, A)]),
    ],
)
def test_what_iscsi_storage_lacks(
    portals: list[dict[str, t.Any]], changes: dict[str, t.Any], expected: list[tuple[str, str, str]]
) -> None:
    told = verdict.of_iscsi(ISCSI._replace(**changes), {"portals": portals})
    assert [one[:3] for one in told.problems] == expected


REST = {"what": "standby", "message": "standby path (ALUA) (sense 2/04/0b)"}


def test_paths_that_rest_lack_nothing_where_others_are_ready() -> None:
    resting = lun(ready=False, problem=REST)
    told = verdict.of_iscsi(ISCSI, {"portals": [at(A, seen(lun())), at(B, seen(resting))]})
    assert told.problems == []
    assert [one[:3] for one in told.notes] == [("standby", "36001", B)]
    told = verdict.of_iscsi(ISCSI, {"portals": [at(A, seen(resting)), at(B, seen(resting))]})
    assert [one[:3] for one in told.problems] == [("standby", "36001", A), ("standby", "36001", B)]


def test_of_several_addresses_of_a_portal_one_has_to_work() -> None:
    both = at(A, seen(lun()))
    both["addresses"] += at(B, problem=DARK)["addresses"]
    told = verdict.of_iscsi(ISCSI, {"portals": [both]})
    assert told.problems == []
    assert [(one.what, one.path) for one in told.notes] == [("timeout", f"{A} (10.0.0.2)")]


def test_a_lun_stands_once_with_all_its_paths() -> None:
    found: dict[str, t.Any] = {"portals": [at(A, seen(lun())), at(B, seen(lun(write_protected=True)))]}
    verdict.of_iscsi(ISCSI, found)
    (one,) = found["luns"]
    assert [path["portal"] for path in one["paths"]] == [A, B]
    assert (one["ready"], one["write_protected"]) == (True, True)


def result(*problems: dict[str, str], portals: t.Sequence[t.Any] = ()) -> dict[str, t.Any]:
    found: dict[str, t.Any] = {"portals": list(portals)}
    verdict.of_iscsi(ISCSI, found)
    return {"ok": not problems, "problems": list(problems), "iscsi": [found]}


GONE = {"what": "timeout", "place": "nas:/a", "path": "10.0.0.1 v3", "message": "no answer"}


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ({}, []),
        ({"h1": result(), "h2": result()}, []),
        ({"h1": result(), "h2": result(GONE)}, ["h2: nas:/a, 10.0.0.1 v3: no answer"]),
        ({"h1": None}, ["h1: the host was not probed"]),
        ({"h1": {"unreachable": True, "msg": "Failed\nto connect\n"}}, ["h1: Failed to connect"]),
        ({"h1": {"skipped": True}}, ["h1: the probe brought no result"]),
        (
            {"h1": result(portals=[at(A, seen(lun(), lun(2)))]), "h2": result(portals=[at(A, seen(lun()))])},
            [f"h2: 36002, {TARGET}: the LUN is not seen, but by h1"],
        ),
        ({"h1": result(portals=[at(A, seen(lun()))]), "h2": result(portals=[at(A, seen(problem=DARK))])}, []),
    ],
)
def test_which_host_lacks_what(results: dict[str, t.Any], expected: list[str]) -> None:
    assert [one.sentence() for one in across.lacks(results)] == expected


def test_what_several_lack_alike_is_told_once() -> None:
    found = across.lacks({"h1": result(GONE), "h2": result(GONE), "h3": None})
    assert across.alike(found) == [
        {**GONE, "hosts": ["h1", "h2"]},
        {"what": "no_result", "place": "", "path": "", "message": "the host was not probed", "hosts": ["h3"]},
    ]
