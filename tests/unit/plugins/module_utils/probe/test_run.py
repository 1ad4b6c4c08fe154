# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which paths a plan leads to: every address of every name, once, and the portals that others tell of."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe import iscsi_probe, nfs_probe, run
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._iscsi import keys
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._nfs.rpc import User
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.plan import Plan

TARGET, OTHER = "iqn.2026-11.test:t", "iqn.2026-11.test:o"
NAMES = {"nas": ["10.0.0.9", "fd00::9"], "san": ["10.0.0.1", "10.0.0.2"]}
TOLD = {
    "10.0.0.1": [
        (TARGET, "10.0.0.1:3260"),
        (TARGET, "10.0.0.2:3260"),
        (TARGET, "hidden:3261"),
        (OTHER, "10.0.0.3:3260"),
    ],
    "10.0.0.2": [(TARGET, "10.0.0.1:3260"), (TARGET, "hidden:3261")],
}


@pytest.fixture
def visited(monkeypatch: pytest.MonkeyPatch) -> list[tuple[t.Any, ...]]:
    """What would have been asked."""
    asked: list[tuple[t.Any, ...]] = []

    def addresses(name: str, _deadline: object) -> list[str]:
        asked.append(("name", name))
        return NAMES.get(name, [name] if name[0].isdigit() else ["10.0.0.7"])

    def nfs(wanted: nfs_probe.Wanted, host: str, family: str, *_more: object) -> dict[str, t.Any]:
        asked.append((wanted.path, host, family))
        return {"ok": True, "version": family}

    def discover(_wanted: object, host: str, port: int, _seconds: float) -> dict[str, t.Any]:
        asked.append(("discovery", host, port))
        told = [{"target": target, "portal": portal, "tag": 1} for target, portal in TOLD.get(host, [])]
        problem = {"what": "timeout"} if host == "10.0.0.8" else {"what": "chap"} if host == "10.0.0.7" else None
        return {"ok": not problem, "problem": problem, "told": told}

    def visit(_wanted: object, host: str, port: int, target: str, _seconds: float) -> dict[str, t.Any]:
        asked.append((target, host, port))
        return {"target": target, "ok": True}

    monkeypatch.setattr(run, "resolve", addresses)
    monkeypatch.setattr(nfs_probe, "probe", nfs)
    monkeypatch.setattr(iscsi_probe, "discover", discover)
    monkeypatch.setattr(iscsi_probe, "visit", visit)
    return asked


def planned(portals: t.Sequence[str], targets: tuple[str, ...] = (TARGET,), **more: t.Any) -> Plan:
    made = tuple(keys.portal(word) for word in portals)
    wanted = iscsi_probe.Wanted(made, targets, True, None, None, (), True, None, "iqn.2026-11.test:me")
    plan = Plan([], [wanted], User(36, 36), 5.0, False, False)
    return plan._replace(**more)


def test_every_address_of_a_name_by_every_version(visited: list[t.Any]) -> None:
    exports = [
        nfs_probe.Wanted("nas", path, version, None, True, None) for path, version in (("/a", "auto"), ("/b", "v3"))
    ]
    nfs, _iscsi = run.run(planned([], nfs=exports, iscsi=[]))
    assert visited.count(("name", "nas")) == 1
    paths = [(path, host, family) for path in ("/a",) for host in NAMES["nas"] for family in ("v4", "v3")]
    assert sorted(visited[1:]) == sorted([*paths, ("/b", "10.0.0.9", "v3"), ("/b", "fd00::9", "v3")])
    assert [[one["address"] for one in entry["addresses"]] for entry in nfs] == [NAMES["nas"]] * 2
    assert [[len(one["versions"]) for one in entry["addresses"]] for entry in nfs] == [[2, 2], [1, 1]]


def test_a_silent_portal_is_not_asked_for_its_targets(visited: list[t.Any]) -> None:
    run.run(planned(["10.0.0.8", "10.0.0.7"]))
    assert (TARGET, "10.0.0.8", 3260) not in visited
    assert (TARGET, "10.0.0.7", 3260) in visited


def test_all_that_a_portal_tells_where_no_target_is_named(visited: list[t.Any]) -> None:
    run.run(planned(["10.0.0.1"], ()))
    assert sorted(asked for asked in visited if asked[0].startswith("iqn")) == [
        (OTHER, "10.0.0.1", 3260),
        (TARGET, "10.0.0.1", 3260),
    ]


def test_portals_that_others_tell_of(visited: list[t.Any]) -> None:
    """Each once, by address or name, for the targets that matter; those that were asked are not asked again."""
    _nfs, (entry,) = run.run(planned(["san"], follow=True))
    assert [(one["portal"], one["asked"]) for one in entry["portals"]] == [("san:3260", True), ("hidden:3261", False)]
    assert sorted(one for one in visited if one[0] == "discovery") == [
        ("discovery", "10.0.0.1", 3260),
        ("discovery", "10.0.0.2", 3260),
        ("discovery", "10.0.0.7", 3261),
    ]
    visited.clear()
    _nfs, (entry,) = run.run(planned(["san"], (), follow=True))
    assert [one["portal"] for one in entry["portals"]] == ["san:3260", "hidden:3261", "10.0.0.3:3260"]


def test_a_host_without_a_name_asks_nobody(visited: list[t.Any]) -> None:
    plan = planned(["10.0.0.1"])
    _nfs, (entry,) = run.run(plan._replace(iscsi=[plan.iscsi[0]._replace(initiator="")]))
    assert visited == [("name", "10.0.0.1")]
    assert entry["portals"][0]["addresses"][0]["discovery"]["problem"]["what"] == "initiator"
