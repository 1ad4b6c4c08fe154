# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""storage_connection and storage_connection_info on the twin: life, maintenance, dead storage, lost answers."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import (
    DATA_WEB,
    DOMAINS,
    FILE01_LUN,
    Bench,
    Estate,
    Result,
    path_of,
    record,
    site_of,
)

ALLOW: dict[str, t.Any] = {"maintenance": "allow", "stop_vms": "poweroff"}
KEEP: dict[str, t.Any] = {**ALLOW, "start_stopped": False, "on_activation_failure": "keep"}
NEW: dict[str, t.Any] = {"type": "nfs", "address": "nfs-b.example", "path": "/exports/new"}
SAN = "iqn.2026-01.example.site-a:san"
UP = {"data-db": ["db01"], "data-web": ["dns01", "web01"]}


def repoint(*names: str) -> list[dict[str, t.Any]]:
    """The replicas of these domains, or of all that lie on NFS."""
    return [
        {"domains": [name], "address": "nfs-b.example", "path": f"/exports/{name}"} for name in names or sorted(DOMAINS)
    ]


def connect(bench: Bench, **options: t.Any) -> Result:
    return bench.run("storage_connection", **{"site": "primary", **options})


def info(bench: Bench, **options: t.Any) -> list[dict[str, t.Any]]:
    found: list[dict[str, t.Any]] = bench.done("storage_connection_info", site="primary", **options)["connections"]
    return found


def shown(bench: Bench, place: str) -> dict[str, t.Any]:
    (found,) = [one for one in info(bench) if one["place"] == place]
    return found


def asked(bench: Bench) -> list[str]:
    """What primary was asked to change, as "METHOD last part", with names of domains and VMs."""
    site = bench.twin.site("primary")
    names = {one.id: one.name for tag in ("vm", "storage_domain") for one in site.all(tag)}
    told = []
    for entry in bench.writes(site="primary"):
        parts = path_of(entry).split("/")
        told.append(f"{entry.method} {parts[-1]} {names.get(parts[-2], '')}".strip())
    return told


def test_it_is_made_once_edited_and_removed(bench: Bench) -> None:
    made = connect(bench, **NEW, nfs_version="v4_1", nfs_timeo=600)
    assert (made["changed"], made["done"]) == (True, {"create": ["nfs-b.example:/exports/new"]})
    found = shown(bench, "nfs-b.example:/exports/new")
    assert made["connections"][0]["id"] == found["id"]
    assert (found["nfs_version"], found["nfs_timeo"], found["domains"], found["lun_disks"]) == ("v4_1", 600, [], [])
    assert connect(bench, **NEW, nfs_version="v4_1")["changed"] is False

    edited = connect(bench, id=found["id"], address="nfs-c.example", nfs_retrans=5)
    assert edited["changed"]
    assert edited["diff"]["before"].splitlines()[1:] == ["  address: nfs-b.example"]
    now = shown(bench, "nfs-c.example:/exports/new")
    assert (now["id"], now["nfs_retrans"], now["nfs_version"]) == (found["id"], 5, "v4_1")
    assert connect(bench, id=found["id"], address="nfs-c.example", nfs_retrans=5)["changed"] is False

    gone = connect(bench, id=found["id"], state="absent")
    assert gone["done"] == {"remove": ["nfs-c.example:/exports/new"]}
    assert connect(bench, id=found["id"], state="absent")["changed"] is False
    assert connect(bench, **{**NEW, "address": "nfs-c.example"}, state="absent")["changed"] is False


@pytest.mark.parametrize(
    "details",
    [
        {"type": "posixfs", "address": "pos", "path": "/dev/x", "vfs_type": "xfs", "mount_options": "noatime"},
        {"type": "glusterfs", "address": "glu", "path": "vol1"},
        {"type": "localfs", "path": "/data/local"},
        {"type": "iscsi", "address": "192.0.2.99", "target": "iqn.2026-01.example:new", "username": "chap"},
    ],
)
def test_each_type_is_made_and_found_again(bench: Bench, details: dict[str, t.Any]) -> None:
    def reachable(estate: Estate) -> None:
        estate["storage"]["exports"].append({"address": "glu", "path": "vol1"})

    bench.edit(reachable)
    options = {**details, **({"host": "hv-a1"} if details["type"] == "glusterfs" else {})}
    made = connect(bench, **options)
    assert not made.get("failed"), made["msg"]
    assert made["changed"]
    (found,) = info(bench, id=made["connections"][0]["id"])
    assert {name: found[name] for name in details} == details
    assert connect(bench, **options)["changed"] is False


def test_secrets_go_out_and_nowhere_else(bench: Bench, tmp_path: pathlib.Path) -> None:
    journal = tmp_path / "journal"
    options = {"where": {"target": SAN}, "username": "chap", "password": "hush-secret", "journal": str(journal)}
    refused = connect(bench, **options)
    assert "data-erp" in refused["msg"]
    done = connect(bench, **options, **ALLOW)
    assert not done.get("failed"), done["msg"]
    (sent,) = bench.writes("^PUT ", site="primary")
    assert "hush-secret" in sent.body
    told = {key: value for key, value in done.items() if key != "invocation"}
    assert "hush-secret" not in str(told) + str(refused["msg"]) + journal.read_text(encoding="utf-8")
    assert connect(bench, **options, **ALLOW)["changed"] is False
    again = connect(bench, **options, **ALLOW, update_secret="always")
    assert (again["changed"], again["done"]["edit"]) == (True, [f"{SAN} at 192.0.2.50:3260"])


def test_who_uses_a_connection_is_told_when_it_shall_go(bench: Bench) -> None:
    for found in info(bench):
        for used in found["domains"]:
            result = connect(bench, id=found["id"], state="absent")
            assert result["failed"]
            assert used["name"] in result["msg"]
            assert found["place"] in result["msg"]
    assert not bench.writes(site="primary")


def test_a_lun_disk_is_told_too(bench: Bench) -> None:
    estate = bench.twin.estate
    unit = next(one for one in estate["storage"]["luns"] if one["id"] == FILE01_LUN)
    (found,) = [one for one in info(bench) if one.get("target") == unit["target"]]
    assert [disk["lun"] for disk in found["lun_disks"]] == [FILE01_LUN]
    assert found["lun_vms"] == ["file01"]


def test_the_connections_of_a_lun_disk(bench: Bench) -> None:
    site = bench.twin.site("primary")
    disk = next(one for one in site.all("disk") if one.data.get("storage_type") == "lun")
    found = info(bench, lun_disks=[disk.name])
    assert found == info(bench, lun_disks=[disk.id])
    assert [one["target"] for one in found] == [SAN]
    assert [one["id"] for one in found[0]["lun_disks"]] == [disk.id]
    wrong = bench.run("storage_connection_info", site="primary", lun_disks=["nothing"])
    assert "no LUN disk 'nothing'" in wrong["msg"]


def test_whether_an_edit_would_be_accepted(bench: Bench) -> None:
    """The twin decides: it refuses the edit of just those connections of which the list says so."""
    connect(bench, **NEW)
    bench.done("vm_power", site="primary", vms=["web01", "dns01"], state="down", method="poweroff")
    bench.quiet_domain("data-web")
    told = {one["id"]: one for one in info(bench)}
    accepted = [one["place"] for one in told.values() if not one["edit_refused"]]
    assert sorted(accepted) == ["nfs-a.example:/exports/data-web", "nfs-b.example:/exports/new"]
    for number, (key, one) in enumerate(told.items()):
        body = f"<storage_connection><address>192.0.2.{number + 1}</address></storage_connection>"
        answer = bench.put("primary", f"/storageconnections/{key}", body)
        assert (answer == 200) is (one["edit_refused"] == []), (one["place"], answer)


def test_info_of_one_domain_and_of_none(bench: Bench) -> None:
    (found,) = info(bench, domains=["data-web"])
    assert (found["place"], found["domains"][0]["running_vms"]) == ("nfs-a.example:/exports/data-web", UP["data-web"])
    assert info(bench, id=found["id"], vms=False)[0]["domains"][0]["status"] == "active"
    for wrong in ({"id": DATA_WEB}, {"domains": ["nothing"]}):
        result = bench.run("storage_connection_info", site="primary", **wrong)
        assert result["failed"]
        assert next(iter(wrong.values()))[0] in result["msg"]


def test_without_leave_everything_that_holds_them_is_named_and_nothing_is_written(bench: Bench) -> None:
    refused = connect(bench, connections=repoint())
    held = connect(bench, connections=repoint(), maintenance="allow")
    for result in (refused, held):
        assert result["failed"]
        assert all(name in result["msg"] for names in UP.values() for name in names)
        assert "Nothing was changed" in result["msg"]
    assert all(name in refused["msg"] for name in DOMAINS)
    assert "stop_vms: poweroff" in held["msg"]
    assert not bench.writes(site="primary")


def test_a_planned_move_in_one_call(bench: Bench) -> None:
    check = connect(bench, connections=repoint(), **ALLOW, check=True)
    assert not bench.writes(site="primary")
    assert "only the activation" in check["not_proven"][0]
    done = connect(bench, connections=repoint(), **ALLOW)
    assert not done.get("failed"), done["msg"]
    assert done["diff"] == check["diff"]
    assert done["stopped_vms"] == ["db01", "dns01", "web01"]
    assert {one["address"] for one in info(bench) if one["type"] == "nfs"} == {"nfs-b.example"}
    statuses = {one["name"]: one["status"] for found in info(bench) for one in found["domains"]}
    assert set(statuses.values()) == {"active"}
    bench.forget()
    again = connect(bench, connections=repoint(), **ALLOW)
    assert (again["changed"], bench.writes(site="primary")) == (False, [])


SERVER = [{"from": {"address": "nfs-a.example", "path": "/exports/*"}, "to": {"address": "nfs-b.example"}}]


def test_one_rule_for_a_whole_server_and_all_of_it_taken_back(bench: Bench, tmp_path: pathlib.Path) -> None:
    journal = tmp_path / "journal"
    before = info(bench)
    check = connect(bench, repoint=SERVER, **ALLOW, check=True)
    done = connect(bench, repoint=SERVER, **ALLOW, journal=str(journal))
    assert not done.get("failed"), done["msg"]
    assert check["diff"] == done["diff"]
    assert check["undo"] == done["undo"]
    assert len(done["done"]["edit"]) == len(done["undo"]) == 3
    assert {one["address"] for one in info(bench) if one["type"] == "nfs"} == {"nfs-b.example"}
    assert done["undo"][0]["id"] in journal.read_text(encoding="utf-8")
    bench.forget()
    again = connect(bench, repoint=SERVER, **ALLOW)
    assert (again["changed"], again["undo"], bench.writes(site="primary")) == (False, [], [])

    back = connect(bench, connections=done["undo"], **ALLOW)
    assert not back.get("failed"), back["msg"]
    assert info(bench) == before


def test_a_rule_for_some_domains(bench: Bench) -> None:
    done = connect(bench, repoint=[{**SERVER[0], "domains": ["data-w*"]}], **ALLOW)
    assert done["done"]["edit"] == ["nfs-b.example:/exports/data-web"]
    wrong = connect(bench, repoint=[{**SERVER[0], "domains": ["nothing"]}], **ALLOW)
    assert "no storage domain nothing" in wrong["msg"]
    wrong = connect(bench, repoint=SERVER, state="absent")
    assert "leave 'state: absent' out" in wrong["msg"]


@pytest.mark.parametrize("how", ["shutdown", "poweroff"])
def test_what_was_stopped_is_started_again(bench: Bench, how: str) -> None:
    done = connect(bench, connections=repoint("data-web"), **{**ALLOW, "stop_vms": how})
    assert not done.get("failed"), done["msg"]
    assert done["stopped_vms"] == done["started_vms"] == UP["data-web"]
    order = asked(bench)
    verb = "shutdown" if how == "shutdown" else "stop"
    assert [line.split()[1] for line in order] == [
        verb,
        verb,
        "deactivate",
        edited_one(order),
        "activate",
        "start",
        "start",
    ]
    statuses = {vm.name: vm.data["status"] for vm in bench.twin.site("primary").all("vm")}
    assert [statuses[name] for name in UP["data-web"]] == ["up", "up"]
    bench.forget()
    left = connect(bench, connections=repoint("data-db"), **ALLOW, start_stopped=False)
    assert (left["stopped_vms"], left["started_vms"]) == (UP["data-db"], [])


def edited_one(order: list[str]) -> str:
    """The last part of the path of the only PUT: the connection's id."""
    (put,) = [line for line in order if line.startswith("PUT ")]
    return put.split()[1]


def test_a_run_that_was_broken_off_leaves_no_vm_down(bench: Bench, tmp_path: pathlib.Path) -> None:
    """The stop was done, then nothing more: a further run with the same journal starts what that run had stopped."""
    options = {"connections": repoint("data-web"), **ALLOW, "journal": str(tmp_path / "journal")}
    bench.twin.fail("storage:nfs-b.example:/exports/data-web")
    broken = connect(bench, **options, on_activation_failure="keep")
    assert broken["failed"]
    assert (broken["stopped_vms"], broken["started_vms"]) == (UP["data-web"], [])
    bench.twin.no_faults()
    bench.forget()
    stranger = connect(bench, **{**options, "journal": None}, check=True)
    assert stranger["started_vms"] == []
    again = connect(bench, **options)
    assert not again.get("failed"), again["msg"]
    assert again["started_vms"] == UP["data-web"]
    assert [line.split()[1] for line in asked(bench)] == ["activate", "start", "start"]
    bench.forget()
    assert connect(bench, **options)["changed"] is False
    assert not bench.writes(site="primary")


def test_the_master_goes_last_and_comes_first(bench: Bench) -> None:
    connections = [*repoint(), {"domains": ["data-erp"], "where": {"target": SAN}, "username": "chap"}]
    done = connect(bench, connections=connections, **ALLOW)
    assert not done.get("failed"), done["msg"]
    order = asked(bench)
    down = [line for line in order if " deactivate " in line]
    up = [line for line in order if " activate " in line]
    assert (down[-1], up[0]) == ("POST deactivate data-master", "POST activate data-master")
    assert len(down) == len(up) == 4


def test_dead_storage_needs_to_be_told(bench: Bench) -> None:
    bench.twin.fail("storage:nfs-a.example")
    fallen = connect(bench, connections=repoint("data-web"), **ALLOW)
    assert fallen["failed"]
    assert "Domain data-web did not go to maintenance" in fallen["msg"]
    assert "storage_lost: true" in fallen["msg"]
    assert not bench.writes("^PUT ", site="primary")
    lost = connect(bench, connections=repoint(), **ALLOW, storage_lost=True)
    assert not lost.get("failed"), lost["msg"]
    assert sorted(lost["done"]["activate"]) == sorted(DOMAINS)


def test_the_activation_is_the_proof(bench: Bench) -> None:
    """The engine saves an edit to a place that nobody reaches, and answers 200."""
    bench.twin.fail("storage:nfs-b.example:/exports/data-web")
    result = connect(bench, connections=repoint("data-web", "data-db"), **KEEP)
    assert result["failed"]
    assert [one["name"] for one in result["failures"]] == ["data-web"]
    assert result["failures"][0]["action"] == "activate"
    assert result["done"]["activate"] == ["data-db"]
    # Running again goes on where it stopped, once the place is there.
    bench.twin.no_faults()
    bench.forget()
    again = connect(bench, connections=repoint("data-web", "data-db"), **KEEP)
    assert not again.get("failed"), again["msg"]
    assert asked(bench) == ["POST activate data-web"]


def test_what_did_not_become_active_goes_back_to_where_it_worked(bench: Bench) -> None:
    before = {one["id"]: one["place"] for one in info(bench)}
    bench.twin.fail("storage:nfs-b.example:/exports/data-web")
    result = connect(bench, connections=repoint("data-web", "data-db"), **ALLOW)
    assert result["failed"]
    assert [one["name"] for one in result["failures"]] == ["data-web"]
    assert (result["taken_back"], result["kept"]) == (["nfs-a.example:/exports/data-web"], [])
    now = {one["id"]: one["place"] for one in info(bench)}
    moved = {before[key]: now[key] for key in before if before[key] != now[key]}
    assert moved == {"nfs-a.example:/exports/data-db": "nfs-b.example:/exports/data-db"}
    assert shown(bench, "nfs-a.example:/exports/data-web")["domains"][0]["status"] == "active"
    assert result["started_vms"] == result["stopped_vms"] == sorted([*UP["data-web"], *UP["data-db"]])
    # Only what really changed is told as a difference.
    assert "data-web" not in str(result["diff"])
    assert not any("data-web" in sentence for sentence in result["changes"])


def test_a_place_that_did_not_work_before_is_not_gone_back_to(bench: Bench) -> None:
    bench.twin.fail("storage:nfs-a.example")
    bench.twin.fail("storage:nfs-b.example:/exports/data-web")
    result = connect(bench, connections=repoint("data-web"), **ALLOW, storage_lost=True)
    assert result["failed"]
    assert result["taken_back"] == []
    assert "stays, as the storage at nfs-a.example:/exports/data-web is lost" in result["kept"][0]
    assert shown(bench, "nfs-b.example:/exports/data-web")["domains"][0]["status"] != "active"


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", r"/storageconnections/"), ("POST", r"/deactivate$"), ("POST", r"/activate$"), ("POST", r"/stop$")],
)
def test_a_lost_answer_is_looked_up(bench: Bench, method: str, path: str) -> None:
    bench.fail(path, site="primary", method=method)
    done = connect(bench, connections=repoint("data-web"), **ALLOW)
    assert not done.get("failed"), done["msg"]
    assert (done["counts"]["failed"], done["counts"]["not_run"]) == (0, 0)
    # An engine shows a stopped VM as up for many seconds, so the lost stop may be sent again, which harms nothing.
    assert len(bench.writes(f"^{method} .*{path}", site="primary")) == (2 if path == r"/stop$" else 1)


@pytest.mark.parametrize("action", ["reset_after", "reset_before"])
def test_a_lost_create_and_delete(bench: Bench, action: str) -> None:
    bench.fail(r"/storageconnections$", action, site="primary")
    made = connect(bench, **NEW)
    assert not made.get("failed"), made["msg"]
    assert made["connections"][0]["id"] == shown(bench, "nfs-b.example:/exports/new")["id"]
    bench.fail(r"/storageconnections/", action, site="primary", method="DELETE")
    gone = connect(bench, **NEW, state="absent")
    assert not gone.get("failed"), gone["msg"]
    assert [one for one in info(bench) if one["place"] == made["connections"][0]["place"]] == []


def test_best_effort_connections_do_not_fail_the_task(bench: Bench) -> None:
    bench.twin.fail("storage:nfs-b.example:/exports/data-web")
    connections = [{**repoint("data-web")[0], "required": False}, *repoint("data-db")]
    result = connect(bench, connections=connections, **ALLOW)
    assert not result.get("failed"), result["msg"]
    assert result["counts"]["failed"] == 1


def test_hosts_are_found_before_anything_is_written(bench: Bench) -> None:
    def ill(estate: Estate) -> None:
        record(estate, "primary", "hosts", "hv-a1")["status"] = "maintenance"
        assert site_of(estate, "primary")

    assert "no host 'nobody'" in connect(bench, **NEW, host="nobody")["msg"]
    bench.edit(ill)
    assert "Host hv-a1 is maintenance" in connect(bench, **NEW, host="hv-a1")["msg"]
    assert not bench.writes(site="primary")
