# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts have shown decides whether connections may lead to new places."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_targets import targets
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_wishes import wishes
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.probed import unproven
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.connections import Connection
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.coverage import evidence

KNOWN = [
    Connection("00000000-0000-0000-0000-000000000001", "nfs", "nfs-a", "/exports/web"),
    Connection("00000000-0000-0000-0000-000000000002", "iscsi", "192.0.2.1", port=3260, target="iqn.a:san"),
    Connection("00000000-0000-0000-0000-000000000003", "posixfs", "pos", "/x", vfs_type="ceph"),
]


def export(address: str, path: str, ok: bool = True) -> dict[str, t.Any]:
    return {"address": address, "path": path, "ok": ok}


def target(portal: str, name: str, ok: bool = True) -> dict[str, t.Any]:
    visits = [{"target": name, "ok": ok}]
    return {"luns": [], "portals": [{"portal": portal, "addresses": [{"targets": visits}]}]}


def found(nfs: list[t.Any] | None = None, iscsi: list[t.Any] | None = None, *problems: str) -> dict[str, t.Any]:
    told = [{"what": "timeout", "place": "p", "path": "", "message": one} for one in problems]
    return {"problems": told, "nfs": nfs or [], "iscsi": iscsi or []}


def asked(*options: dict[str, t.Any]) -> list[str]:
    """The obstacles of these wishes, after hv1 and hv2 were probed."""
    return unproven(targets(wishes(options, listed=True), KNOWN, [], {}), evidence(HOSTS))


HOSTS: dict[str, t.Any] = {
    "hv1": found([export("nfs-b", "/exports/web/"), export("nfs-d", "/")], [target("192.0.2.9", "iqn.b:san")]),
    "hv2": found(
        [export("nfs-d", "/"), export("nfs-b", "/exports/web"), export("nfs-c", "/exports/web", ok=False)], []
    ),
}
MOVED = {"id": KNOWN[0].id, "address": "nfs-b"}


@pytest.mark.parametrize(
    ("wish", "obstacles"),
    [
        (MOVED, []),
        ({**MOVED, "address": "nfs-c"}, ["host hv1 has not", "host hv2 has not"]),
        ({"id": KNOWN[1].id, "address": "192.0.2.9", "target": "iqn.b:san"}, ["host hv2 has not"]),
        ({"id": KNOWN[1].id, "address": "192.0.2.9", "port": 3261, "target": "iqn.b:san"}, ["host hv1", "host hv2"]),
        ({"type": "nfs", "address": "new", "path": "/y"}, ["host hv1 has not", "host hv2 has not"]),
        ({**MOVED, "address": "nfs-d", "path": "/"}, []),
        # What stays where it is, and what cannot be tried.
        ({"id": KNOWN[0].id, "nfs_timeo": 600}, []),
        ({"id": KNOWN[2].id, "path": "/z"}, []),
    ],
)
def test_every_host_has_to_reach_every_new_place(wish: dict[str, t.Any], obstacles: list[str]) -> None:
    told = asked(wish)
    assert len(told) == len(obstacles)
    assert all(sentence.startswith(begin) for sentence, begin in zip(told, obstacles, strict=True))


def test_what_a_host_lacks_counts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(HOSTS, "hv2", found([export("nfs-b", "/exports/web")], [], "no answer within 10 s"))
    assert asked(MOVED) == ["hv2: p: no answer within 10 s"]
    assert asked({"id": KNOWN[0].id, "nfs_timeo": 600}) == []


@pytest.mark.parametrize("lost", [None, {"unreachable": True, "msg": "no route to host"}])
def test_a_host_without_a_result_has_shown_nothing(monkeypatch: pytest.MonkeyPatch, lost: t.Any) -> None:
    monkeypatch.setitem(HOSTS, "hv2", lost)
    told = asked(MOVED)
    assert told[0].startswith("hv2: ")
    assert told[1] == "host hv2 has not shown that it reaches nfs-b:/exports/web"


def test_no_host_is_no_proof() -> None:
    meant = targets(wishes([MOVED], listed=True), KNOWN, [], {})
    assert unproven(meant, evidence({})) == ["no host has shown that it reaches the new places"]
