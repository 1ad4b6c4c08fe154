# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""storage_connection: iSCSI connections go only to targets that show the same LUNs; CHAP for new targets."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.places import Portal
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import (
    FILE01_LUN,
    Bench,
    Estate,
    Result,
    last_part,
    mappings,
    path_of,
)

OLD, NEW = "iqn.2026-01.example.site-a:san", "iqn.2026-01.example.site-b:san"
LUN, REPLICA = "360014055a5a5a5a0000000100000001", "360014055b5b5b5b0000000100000001"
SECRET = "ch4p-s3cret-of-the-san"


def connection(**more: t.Any) -> dict[str, t.Any]:
    place = {"address": "192.0.2.150", "port": 3260, "target": NEW}
    return {"domains": ["data-erp"], "type": "iscsi", "where": {"target": OLD}, **place, **more}


def point(bench: Bench, **options: t.Any) -> Result:
    """Point the connection of data-erp, whose storage is lost, at the other target."""
    given: dict[str, t.Any] = {
        "connections": [connection()],
        "maintenance": "allow",
        "stop_vms": "poweroff",
        "storage_lost": True,
        "sign_in": True,
    }
    return bench.run("storage_connection", site="primary", **{**given, **options})


def sent(bench: Bench) -> list[str]:
    return [last_part(path_of(one)) for one in bench.writes(site="primary")]


def same_array(bench: Bench) -> None:
    """The array of the other site took over: the same LUNs under the same ids, at its own portal."""
    for place in bench.twin.storage.luns.values():
        if place.record.get("target") == OLD:
            place.record = {**place.record, "address": "192.0.2.150", "target": NEW, "portal": "192.0.2.150:3260,1"}
            place.portals = [Portal("192.0.2.150", "3260", NEW)]
            place.hosts.clear()
    bench.twin._look()


def test_a_replica_with_other_lun_ids_stops_it_before_anything_is_stopped(bench: Bench) -> None:
    for _round in ("the host signs in", "it is signed in already"):
        result = point(bench)
        assert result["failed"]
        for words in (f"domain data-erp lies on LUN {LUN}", REPLICA, f"{NEW} at 192.0.2.150:3260", "import it instead"):
            assert words in result["msg"]
        assert sent(bench) == ["iscsilogin"]
    assert "Nothing was changed" in result["msg"]
    assert bench.names("vm", "primary", status="up") >= {"db01"}


def test_what_cannot_be_known_is_refused(bench: Bench) -> None:
    result = point(bench, sign_in=False)
    assert "data-erp: host hv-a1 is not signed in to" in result["msg"]
    assert "sign_in: true" in result["msg"]
    result = point(bench, connections=[connection(address="192.0.2.199")])
    assert "cannot reach portal 192.0.2.199:3260" in result["msg"]
    result = point(bench, connections=[connection(target="iqn.2026-01.example:nobody")])
    assert "does not offer iqn.2026-01.example:nobody" in result["msg"]
    assert sent(bench) == []


def test_check_mode_does_not_sign_in_and_says_what_it_cannot_know(bench: Bench) -> None:
    result = point(bench, check=True)
    assert not result.get("failed"), result["msg"]
    assert any(
        "shows the LUNs of domain data-erp, before host hv-a1 has signed in" in one for one in result["not_proven"]
    )
    assert sent(bench) == []


def test_the_same_luns_behind_another_target(bench: Bench) -> None:
    same_array(bench)
    result = point(bench)
    assert not result.get("failed"), result["msg"]
    assert result["done"]["sign_in"] == [f"{NEW} at 192.0.2.150:3260"]
    assert "data-erp" in result["already"]["compare"]
    assert result["not_proven"] == []
    assert sent(bench)[0] == "iscsilogin"
    assert "data-erp" in bench.names("storage_domain", "primary", status="active")
    again = point(bench)
    assert (again["changed"], len(again["connections"])) == (False, 1)


def test_chap_of_the_new_target_reaches_the_host_and_the_connection(bench: Bench) -> None:
    same_array(bench)
    bench.twin.chap(NEW, "dr", SECRET)
    chap = [{"target": NEW, "login": {"username": "dr", "password": SECRET}}]
    result = point(bench, chap=chap)
    assert not result.get("failed"), result["msg"]
    assert SECRET not in json.dumps(result)
    (edit,) = bench.writes("^PUT .*/storageconnections/", site="primary")
    assert "<username>dr</username>" in edit.body
    assert f"<password>{SECRET}</password>" in edit.body
    assert point(bench, chap=chap)["changed"] is False
    twice = point(bench, chap=chap * 2)
    assert f"chap: target {NEW} is given twice" in twice["msg"]


def test_a_lun_disk_is_compared_too(bench: Bench) -> None:
    def without_domain(estate: Estate) -> None:
        for pair in list(estate["storage"]["replicas"]):
            if pair["from"].get("lun") == FILE01_LUN:
                estate["storage"]["replicas"].remove(pair)

    bench.edit(without_domain)
    result = point(bench)
    assert result["failed"]
    assert f"LUN disk file01_shares lies on LUN {FILE01_LUN}" in result["msg"]


@pytest.mark.parametrize("module_chap", [True, False])
def test_chap_reaches_the_luns_of_a_register(bench: Bench, module_chap: bool) -> None:
    bench.ready("templates")
    login = {"username": "dr", "password": SECRET}
    given = mappings(bench.twin.estate)
    if not module_chap:
        given["luns"][0]["to"] |= login
    chap = [{"target": NEW, "login": login if module_chap else {"username": "x", "password": "y"}}]
    result = bench.register("file01", mappings=given, chap=chap)
    assert not result.get("failed"), result["msg"]
    (sent_register,) = bench.writes("/register$")
    assert f"<username>dr</username><password>{SECRET}</password>" in sent_register.body
    assert SECRET not in json.dumps(result)
