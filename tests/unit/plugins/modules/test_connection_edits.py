# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""storage_connection: every detail of every type is edited, with and without a host, and what holds an edit up."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import Bench, Estate, Result, record
from lxml import etree

DETAILS: dict[str, dict[str, t.Any]] = {
    "nfs": {"address": "nas", "path": "/exports/old"},
    "posixfs": {"address": "pos", "path": "/old", "vfs_type": "ceph"},
    "glusterfs": {"address": "glu", "path": "vol1"},
    "localfs": {"path": "/data/old"},
    "iscsi": {"address": "192.0.2.90", "target": "iqn.2026-01.example:old"},
}
EDITS = [
    ("nfs", {"address": "nas2"}),
    ("nfs", {"path": "/exports/new"}),
    ("nfs", {"nfs_retrans": 6, "nfs_timeo": 900}),
    ("nfs", {"nfs_version": "v4_2", "mount_options": "noatime,soft"}),
    ("posixfs", {"address": "pos2"}),
    ("posixfs", {"path": "/new"}),
    ("posixfs", {"vfs_type": "xfs", "mount_options": "noatime"}),
    ("glusterfs", {"address": "glu2", "path": "vol2"}),
    ("glusterfs", {"mount_options": "backup-volfile-servers=glu3"}),
    ("localfs", {"path": "/data/new"}),
    ("iscsi", {"address": "192.0.2.91"}),
    ("iscsi", {"port": 3261}),
    ("iscsi", {"target": "iqn.2026-01.example:new"}),
    ("iscsi", {"username": "chap", "password": "hush-secret"}),
]


def connect(bench: Bench, **options: t.Any) -> Result:
    return bench.run("storage_connection", **{"site": "primary", **options})


def told(bench: Bench, identity: str) -> dict[str, t.Any]:
    (found,) = bench.done("storage_connection_info", site="primary", id=identity)["connections"]
    return t.cast("dict[str, t.Any]", found)


@pytest.mark.parametrize(("kind", "edit"), EDITS)
def test_every_detail_of_every_type(bench: Bench, kind: str, edit: dict[str, t.Any]) -> None:
    def reachable(estate: Estate) -> None:
        estate["storage"]["exports"] += [{"address": "glu", "path": "vol1"}, {"address": "glu2", "path": "vol2"}]

    bench.edit(reachable)
    host = {"host": "hv-a1"} if kind == "glusterfs" else {}
    made = connect(bench, type=kind, **DETAILS[kind], **host)
    assert not made.get("failed"), made["msg"]
    identity = made["connections"][0]["id"]
    before = told(bench, identity)
    bench.forget()
    edited = connect(bench, id=identity, **edit, **host)
    assert not edited.get("failed"), edited["msg"]
    (sent,) = bench.writes("^PUT ", site="primary")
    body = etree.fromstring(sent.body.encode())
    assert all(body.findtext(name) == str(value) for name, value in edit.items())
    after = told(bench, identity)
    changed = {name for name in after if after[name] != before[name]} - {"place"}
    assert changed == {name for name in edit if name != "password"}
    assert all(after[name] == edit[name] for name in changed)
    bench.forget()
    assert connect(bench, id=identity, **edit, **host)["changed"] is False
    assert not bench.writes(site="primary")


def test_a_new_connection_is_tried_from_the_host_that_is_given(bench: Bench) -> None:
    """By name and by id; without one the engine only stores the details, wherever they lead."""
    nowhere = {"type": "nfs", "address": "nas", "path": "/nowhere"}
    host = next(one for one in bench.twin.site("primary").all("host") if one.name == "hv-a1")
    for asked in (host.name, host.id):
        refused = connect(bench, **nowhere, host=asked)
        assert refused["failed"]
        assert "nas:/nowhere" in refused["msg"]
        (sent,) = bench.writes("^POST /ovirt-engine/api/storageconnections", site="primary")
        assert f'<host id="{host.id}"/>' in sent.body
        bench.forget()
    stored = connect(bench, **nowhere)
    assert not stored.get("failed"), stored["msg"]
    assert "<host" not in bench.writes(site="primary")[0].body


def test_a_host_connects_to_the_new_place(bench: Bench) -> None:
    """With it the domain's sizes are read there; without one only the details are stored."""
    host = next(one for one in bench.twin.site("primary").all("host") if one.name == "hv-a1")
    move = {"domains": ["data-web"], "address": "nfs-b.example", "path": "/exports/data-web"}
    allowed = {"maintenance": "allow", "stop_vms": "poweroff"}
    for options, sent in (({"host": "hv-a1"}, True), ({}, False)):
        done = connect(bench, connections=[move], **allowed, **options)
        assert not done.get("failed"), done["msg"]
        (edit,) = bench.writes("^PUT ", site="primary")
        assert (f'<host id="{host.id}"/>' in edit.body) is sent
        bench.edit(lambda estate: None)


def test_all_domains_that_share_a_target_are_told(bench: Bench) -> None:
    san = "iqn.2026-01.example.site-a:san"
    primary = bench.twin.site("primary")
    found = [
        one for one in bench.done("storage_connection_info", site="primary")["connections"] if one.get("target") == san
    ]
    blocks = sorted(one.name for one in primary.all("storage_domain") if one.data["storage"]["type"] == "iscsi")
    assert [[domain["name"] for domain in one["domains"]] for one in found] == [blocks]


@pytest.mark.parametrize("plugged", ["true", "false"])
def test_a_lun_disk_holds_an_edit_up_only_while_it_is_plugged(bench: Bench, plugged: str) -> None:
    def running(estate: Estate) -> None:
        for name in ("db01", "db02"):
            record(estate, "primary", "vms", name)["status"] = "down"
        vm = record(estate, "primary", "vms", "file01")
        vm["status"] = "up"
        for attachment in vm["disk_attachments"]:
            attachment["active"] = plugged

    bench.edit(running)
    edit = {"where": {"target": "iqn.2026-01.example.site-a:san"}, "username": "chap", "maintenance": "allow"}
    result = connect(bench, **edit)
    if plugged == "true":
        assert "LUN disks on it are plugged into VMs that are not down: file01" in result["msg"]
        assert not bench.writes(site="primary")
    else:
        assert not result.get("failed"), result["msg"]
        assert (result["stopped_vms"], result["done"]["edit"]) == (
            [],
            ["iqn.2026-01.example.site-a:san at 192.0.2.50:3260"],
        )


def test_a_posix_domain_goes_on_at_another_server(bench: Bench) -> None:
    """Maintenance, the path on another server to which the data went before, active again."""

    def places(estate: Estate) -> None:
        estate["storage"]["exports"] += [{"address": "pos", "path": "/one"}, {"address": "pos2", "path": "/two"}]

    bench.edit(places)
    posix = {"name": "fresh", "create": True, "type": "posixfs", "address": "pos", "path": "/one", "vfs_type": "ceph"}
    made = bench.run("storage_domain_attach", site="primary", data_center="Production", domains=[posix])
    assert not made.get("failed"), made["msg"]
    bench.twin.storage.clone("pos:/one", "pos2:/two")
    move = {"domains": ["fresh"], "address": "pos2", "path": "/two"}
    assert "bring it to maintenance" in connect(bench, **move)["msg"]
    done = connect(bench, **move, maintenance="allow")
    assert not done.get("failed"), done["msg"]
    (found,) = bench.done("storage_connection_info", site="primary", domains=["fresh"])["connections"]
    assert (found["place"], found["vfs_type"], found["domains"][0]["status"]) == ("pos2:/two", "ceph", "active")
    bench.forget()
    assert connect(bench, **move, maintenance="allow")["changed"] is False


def test_after_an_edit_the_sizes_are_those_of_the_new_place(bench: Bench) -> None:
    bench.twin.storage.fill("nfs-b.example:/exports/data-web", 7 * 2**30)
    move = {"domains": ["data-web"], "address": "nfs-b.example", "path": "/exports/data-web"}
    done = connect(bench, **move, host="hv-a1", maintenance="allow", stop_vms="poweroff")
    assert not done.get("failed"), done["msg"]
    domain = next(one for one in bench.twin.site("primary").all("storage_domain") if one.name == "data-web")
    assert (domain.data["status"], domain.data["available"]) == ("active", str(7 * 2**30))


def test_a_host_lets_go_of_what_is_removed(bench: Bench) -> None:
    """By name and by id; without one only the details are forgotten, and the hosts keep what they have mounted."""
    host = next(one for one in bench.twin.site("primary").all("host") if one.name == "hv-a1")
    for asked, query in ((host.name, f"host={host.id}"), (host.id, f"host={host.id}"), (None, "")):
        connect(bench, type="nfs", address="nas", path="/exports/old")
        bench.forget()
        gone = connect(bench, type="nfs", address="nas", path="/exports/old", state="absent", host=asked)
        assert not gone.get("failed"), gone["msg"]
        (sent,) = bench.writes("^DELETE ", site="primary")
        assert sent.path.partition("?")[2] == query
    # The engine forgets the record before it finds that there is no such host, so that is looked at first.
    connect(bench, type="nfs", address="nas", path="/exports/old")
    bench.forget()
    refused = connect(bench, type="nfs", address="nas", path="/exports/old", state="absent", host="nobody")
    assert "no host 'nobody'" in refused["msg"]
    assert not bench.writes(site="primary")


def test_who_disconnects_is_chosen(bench: Bench) -> None:
    old = {"type": "nfs", "address": "nas", "path": "/exports/old"}
    connect(bench, **old)
    bench.forget()
    gone = {**old, "state": "absent"}
    alone = connect(bench, **gone, disconnect="all")
    assert "is done over SSH" in alone["msg"]
    unshown = connect(bench, **gone, disconnect="all", disconnect_hosts=["hv1"], disconnect_evidence={"hv1": None})
    assert "host hv1 has not shown that it let go of nas:/exports/old" in unshown["msg"]
    assert "needs 'host'" in connect(bench, **gone, disconnect="host")["msg"]
    assert not bench.writes(site="primary")
    shown = {"hv1": ["nas:/exports/old"]}
    done = connect(bench, **gone, disconnect="all", disconnect_hosts=["hv1"], disconnect_evidence=shown)
    assert not done.get("failed"), done["msg"]
    assert connect(bench, **gone, disconnect="none")["changed"] is False
