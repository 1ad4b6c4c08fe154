# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module estate_export: what an engine holds becomes a file that a twin loads and that says the same again."""

from __future__ import annotations

import json
import os
import pathlib
import socket
import stat
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import follow
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.auth import Credentials
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.clock import Clock
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Unreachable
from ansible_collections.ovirt_dr.storage.plugins.module_utils._estate import merge, read
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.export import Wanted, export
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import read_inventory
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import follow as twin_follow
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import DRILL, load
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.grow import grow
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import PASSWORD, USERNAME, Twin
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import (
    Bench,
    Estate,
    Result,
    path_of,
    record,
    run_module,
    site_of,
)

SITES = ("primary", "recovery")
LEGACY01 = "4c0af870-c7fa-4a72-85fb-e57abdd91533"
"""The one VM with a snapshot."""


def run(bench: Bench, engine: str = "primary", *, check: bool = False, **options: t.Any) -> Result:
    given: dict[str, t.Any] = {"auth": bench.auth(engine), "site": engine, **options}
    return run_module("estate_export", {**given, "_ansible_check_mode": check, "_ansible_diff": True})


def done(bench: Bench, engine: str = "primary", **options: t.Any) -> Result:
    result = run(bench, engine, **options)
    assert not result.get("failed"), result["msg"]
    return result


def whole(bench: Bench, path: pathlib.Path) -> Estate:
    """All sites of the twin in one file."""
    for site in SITES:
        done(bench, site, into=str(path))
    return load(path)


def same_site(one: Estate, other: Estate, site: str) -> bool:
    return merge.same(site_of(one, site), site_of(other, site))


def test_an_export_of_the_drill_is_the_drill(bench: Bench, tmp_path: pathlib.Path) -> None:
    # The shipped estate was made from reads of single members of running engines: bulk reads give the same.
    found = whole(bench, tmp_path / "estate.json")
    for site in SITES:
        assert same_site(found, load(DRILL), site)
    assert found["storage"]["replicas"] == []
    assert {lun["id"]: lun.get("domain") for lun in found["storage"]["luns"]} == {
        lun["id"]: lun.get("domain") for lun in load(DRILL)["storage"]["luns"] if lun["hosts"]
    }


@pytest.mark.parametrize("state", ["attached", "registered"])
def test_export_load_export_again_gives_the_same(bench: Bench, tmp_path: pathlib.Path, state: str) -> None:
    bench.ready(state)
    first = whole(bench, tmp_path / "first.json")
    assert any(domain["name"] == "data-web" for domain in site_of(first, "recovery")["storage_domains"])
    bench.use(load(tmp_path / "first.json"))
    second = whole(bench, tmp_path / "second.json")
    assert merge.same(first, second)
    assert not bench.writes()
    assert not bench.writes(site="primary")


def test_an_export_is_an_inventory(bench: Bench, tmp_path: pathlib.Path) -> None:
    done(bench, path=str(tmp_path / "estate.json"))
    inventory = read_inventory(str(tmp_path / "estate.json"), "primary")
    assert len(inventory.vms) == 15
    file01 = next(vm for vm in inventory.vms if vm.name == "file01")
    assert any(disk.lun_id for disk in file01.disks)


def test_what_is_told(bench: Bench, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "estate.json"
    told = done(bench, path=str(path))
    assert (told["changed"], told["path"], told["site"], told["left_out"]) == (True, str(path), "primary", [])
    assert told["counts"]["vms"] == 15
    assert set(told["counts"]) == set(merge.counts(None))
    assert told["diff"]["before"] == ""
    assert "vms: 15\n" in told["diff"]["after"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(file.name for file in tmp_path.iterdir()) == ["estate.json"]


def test_again_changes_nothing(bench: Bench, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "estate.json"
    done(bench, path=str(path))
    before = path.stat().st_mtime_ns
    with bench.twin.site("primary").lock:
        domain = bench.twin.site("primary").named("storage_domain", "data-web")
        assert domain is not None
        domain.set(available="1", used="2")
    told = done(bench, path=str(path))
    assert not told["changed"]
    assert told["diff"]["before"] == told["diff"]["after"]
    assert path.stat().st_mtime_ns == before


def test_what_changed_is_seen(bench: Bench, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "estate.json"
    done(bench, path=str(path))
    with bench.twin.site("primary").lock:
        site = bench.twin.site("primary")
        vm = site.named("vm", "web04")
        assert vm is not None
        site.remove(vm)
    told = done(bench, path=str(path))
    assert told["changed"]
    assert "vms: 15" in told["diff"]["before"]
    assert "vms: 14" in told["diff"]["after"]


def test_check_mode_reads_and_writes_no_file(bench: Bench, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "estate.json"
    told = done(bench, check=True, path=str(path))
    assert told["changed"]
    assert told["counts"]["vms"] == 15
    assert list(tmp_path.iterdir()) == []
    done(bench, path=str(path))
    assert not done(bench, check=True, path=str(path))["changed"]


def test_into_keeps_the_other_sites_and_the_replicas(bench: Bench, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "estate.json"
    drill = load(DRILL)
    path.write_text(json.dumps(drill), encoding="utf-8")
    for site in SITES:
        assert not done(bench, site, into=str(path))["changed"], site
    bench.edit(lambda estate: record(estate, "primary", "vms", "web04").update(description="moved"))
    assert done(bench, "primary", into=str(path))["changed"]
    after = load(path)
    assert after["storage"] == drill["storage"]
    assert site_of(after, "recovery") == site_of(drill, "recovery")
    assert record(after, "primary", "vms", "web04")["description"] == "moved"


def test_a_file_with_other_sites_is_not_written_over(bench: Bench, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "estate.json"
    path.write_text(DRILL.read_text(encoding="utf-8"), encoding="utf-8")
    bench.forget()
    told = run(bench, path=str(path))
    assert told["failed"]
    assert "holds the site recovery as well" in told["msg"]
    assert path.read_text(encoding="utf-8") == DRILL.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "no valid JSON"),
        ("my diary", "no valid JSON"),
        ("[]", "no estate file"),
        ('{"format": "ovirt-dr-estate", "version": 2}', "no estate file"),
        ('{"format": "ovirt-dr-estate", "version": 1, "sites": 3, "storage": {}}', "is damaged"),
        ('{"format": "ovirt-dr-estate", "version": 1, "sites": [], "storage": {"luns": [1]}}', "is damaged"),
    ],
)
def test_a_file_that_is_no_estate_is_not_written_over(
    bench: Bench, tmp_path: pathlib.Path, content: str, words: str
) -> None:
    path = tmp_path / "estate.json"
    path.write_text(content, encoding="utf-8")
    for place in ("path", "into"):
        told = run(bench, **{place: str(path)})
        assert told["failed"]
        assert words in told["msg"]
    assert path.read_text(encoding="utf-8") == content


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "one of the following is required: path, into"),
        ({"path": "{tmp}/a", "into": "{tmp}/b"}, "mutually exclusive"),
        ({"path": "{tmp}"}, "is a folder"),
        ({"path": "{tmp}/nowhere/estate.json"}, "does not exist"),
        ({"path": "{tmp}/a", "site": " "}, "site is empty"),
        ({"path": "{tmp}/a", "data_centers": ["Nowhere"]}, "no data center 'Nowhere'"),
        ({"path": "{tmp}/a", "concurrency": 0}, "concurrency must be from 1 to 64"),
    ],
)
def test_wrong_arguments(bench: Bench, tmp_path: pathlib.Path, options: dict[str, t.Any], words: str) -> None:
    given = {key: value.format(tmp=tmp_path) if isinstance(value, str) else value for key, value in options.items()}
    told = run(bench, **given)
    assert told["failed"]
    assert words in told["msg"]
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told_before_the_engine_is_read(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.forget()
    told = run(bench, path=str(tmp_path / "nowhere" / "estate.json"))
    assert told["failed"]
    assert not [entry for entry in bench.twin.requests("primary") if "/vms" in entry.path]


def test_one_data_center(bench: Bench, tmp_path: pathlib.Path) -> None:
    def second(estate: Estate) -> None:
        site = site_of(estate, "primary")
        site["data_centers"].append({**site["data_centers"][0], "id": "d" * 8, "name": "Lab"})
        site["clusters"].append({**site["clusters"][0], "id": "c" * 8, "name": "lab", "data_center": {"id": "d" * 8}})
        vm = next(vm for vm in site["vms"] if vm["name"] == "pxe01")
        site["vms"].append({**vm, "id": "e" * 8, "name": "lab01", "cluster": {"id": "c" * 8}, "nics": []})
        unattached = {**record(estate, "primary", "storage_domains", "data-web"), "id": "f" * 8, "name": "spare"}
        unattached.update(status="unattached", data_centers="", storage_connections=[])
        unattached["storage"] = {**unattached["storage"], "path": "/exports/spare"}
        site["storage_domains"].append(unattached)
        estate["storage"]["exports"].append({"address": "nfs-a.example", "path": "/exports/spare", "domain": "f" * 8})

    bench.edit(second)
    path = tmp_path / "estate.json"
    done(bench, path=str(path), data_centers=["Production"])
    assert merge.same(site_of(load(path), "primary"), site_of(load(DRILL), "primary"))
    done(bench, path=str(path), data_centers=["Lab"])
    lab = site_of(load(path), "primary")
    assert [vm["name"] for vm in lab["vms"]] == ["lab01"]
    assert (lab["storage_domains"], lab["disks"], lab["hosts"]) == ([], [], [])
    assert [template["name"] for template in lab["templates"]] == ["Blank"]
    done(bench, path=str(path))
    everything = site_of(load(path), "primary")
    assert len(everything["data_centers"]) == 2
    assert record(load(path), "primary", "storage_domains", "spare")["status"] == "unattached"


def test_requests_grow_with_pages_only(bench: Bench, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = done(bench, path=str(tmp_path / "few.json"))["requests"]
    assert few <= 26
    bench.use(grow(load(DRILL), vms=120))
    assert done(bench, path=str(tmp_path / "many.json"))["requests"] <= few + 120 // 15
    snapshots = [entry for entry in bench.twin.requests("primary") if entry.path.endswith("/snapshots")]
    monkeypatch.setattr(follow, "PAGE_SIZE", 40)
    paged = done(bench, path=str(tmp_path / "paged.json"))
    assert paged["requests"] <= few + len(snapshots) + 20
    assert paged["counts"]["vms"] == 120
    assert merge.same(load(tmp_path / "many.json"), load(tmp_path / "paged.json"))


def test_disks_come_in_one_piece_as_an_engine_gives_no_second_page(
    bench: Bench, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "PAGE_SIZE", 3)
    done(bench, path=str(tmp_path / "estate.json"))
    assert same_site(load(tmp_path / "estate.json"), load(DRILL), "primary")
    asked = [entry.path for entry in bench.twin.requests("primary") if path_of(entry).endswith("api/disks")]
    assert asked == ["/ovirt-engine/api/disks"]


def test_secrets_stay_out(bench: Bench, tmp_path: pathlib.Path) -> None:
    def told(estate: Estate) -> None:
        connection = site_of(estate, "primary")["storage_connections"][0]
        connection.update(username="chap-user", password="s3cret-chap", mount_options="vers=3,password=s3cret-cifs,ro")
        vm = record(estate, "primary", "vms", "web01")
        vm["initialization"] = {"root_password": "s3cret-root", "custom_script": "s3cret-script", "host_name": "web01"}

    bench.edit(told)
    path = tmp_path / "estate.json"
    result = done(bench, path=str(path))
    text = path.read_text(encoding="utf-8")
    assert "s3cret" not in text
    assert "s3cret" not in json.dumps({key: value for key, value in result.items() if key != "invocation"})
    assert PASSWORD not in json.dumps(result.get("diff"))
    assert "chap-user" in text
    assert '"vers=3,ro"' in text
    assert "host_name" in text


@pytest.mark.parametrize("link", ["vms/snapshots", "vms/nics", "storagedomains/disksnapshots", "hosts/nics"])
def test_a_link_that_cannot_be_followed_is_read_member_by_member(
    bench: Bench, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, link: str
) -> None:
    monkeypatch.setattr(twin_follow, "UNFOLLOWED", frozenset({link, "hosts/storage"}))
    told = done(bench, path=str(tmp_path / "estate.json"))
    assert told["left_out"] == []
    assert same_site(load(tmp_path / "estate.json"), load(DRILL), "primary")


def test_one_bad_answer_to_follow_costs_a_few_requests(bench: Bench, tmp_path: pathlib.Path) -> None:
    plain = done(bench, path=str(tmp_path / "plain.json"))["requests"]
    fault = {"action": "status", "method": "GET", "path": "api/vms$", "status": 500, "body": "<html>oops</html>"}
    bench.twin.fail(fault, "primary")
    told = done(bench, path=str(tmp_path / "estate.json"))
    assert told["left_out"] == []
    # The plain list, one for each of the seven sub-collections, and the list again to see what went meanwhile.
    assert told["requests"] == plain + 9
    assert same_site(load(tmp_path / "estate.json"), load(DRILL), "primary")


def test_what_one_member_refuses_is_told(
    bench: Bench, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(twin_follow, "UNFOLLOWED", frozenset({"vms/cdroms", "hosts/storage"}))
    bench.twin.fail({"action": "engine_error", "method": "GET", "path": f"/vms/{LEGACY01}/cdroms$"}, "primary")
    told = done(bench, path=str(tmp_path / "estate.json"))
    assert len(told["left_out"]) == 1
    assert told["left_out"][0].startswith("VM legacy01: cdroms could not be read (")
    # Where Ansible's controller code is loaded in the same process, a module's warning goes to its screen at once.
    screen = " ".join(capsys.readouterr().err.split())
    assert told["left_out"][0] in json.dumps(told.get("warnings", [])) + screen
    assert record(load(tmp_path / "estate.json"), "primary", "vms", "legacy01")["cdroms"] == []


def test_a_link_that_an_engine_does_not_have_is_told_and_takes_nothing_away(
    bench: Bench, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An unknown name in follow is a 500 as well, and its address a 404: that says nothing of the VM.
    monkeypatch.setattr(read, "VM_PARTS", (*read.VM_PARTS, follow.Part("nosuch", "nosuch", "nosuch")))
    told = done(bench, path=str(tmp_path / "estate.json"))
    assert told["counts"]["vms"] == 15
    assert len([sentence for sentence in told["left_out"] if "nosuch could not be read (404" in sentence]) == 15


@pytest.mark.parametrize("broken", [False, True])
def test_a_vm_that_goes_away_meanwhile_is_told(
    bench: Bench, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, broken: bool
) -> None:
    if broken:
        monkeypatch.setattr(twin_follow, "UNFOLLOWED", frozenset({"vms/snapshots", "hosts/storage"}))
    gone = {"action": "status", "method": "GET", "path": f"/vms/{LEGACY01}(/snapshots)?$", "status": 404, "times": 0}
    bench.twin.fail(gone, "primary")
    told = done(bench, path=str(tmp_path / "estate.json"))
    assert told["left_out"] == ["VM legacy01 is not in it: it went away while it was read"]
    assert told["counts"]["vms"] == 14
    assert "legacy01" not in {vm["name"] for vm in site_of(load(tmp_path / "estate.json"), "primary")["vms"]}


def test_a_vm_whose_snapshots_are_empty_is_gone_only_if_it_is(bench: Bench, tmp_path: pathlib.Path) -> None:
    # The sub-collections of what is not there are empty (findings 1); of what is there they may be refused.
    empty = {"action": "status", "method": "GET", "path": f"/vms/{LEGACY01}/snapshots$", "status": 200}
    bench.twin.fail({**empty, "body": "<snapshots/>"}, "primary")
    told = done(bench, path=str(tmp_path / "estate.json"))
    assert told["counts"]["vms"] == 15
    snapshots = record(load(tmp_path / "estate.json"), "primary", "vms", "legacy01")["snapshots"]
    assert [snapshot["snapshot_type"] for snapshot in snapshots] == ["active", "regular"]


def test_hosts_that_are_not_up_are_told(bench: Bench, tmp_path: pathlib.Path) -> None:
    def down(estate: Estate) -> None:
        for host in site_of(estate, "primary")["hosts"]:
            host["status"] = "maintenance"

    bench.edit(down)
    told = done(bench, path=str(tmp_path / "estate.json"))
    assert len(told["left_out"]) == 2
    assert all("is maintenance: its block devices cannot be read" in sentence for sentence in told["left_out"])
    luns = {lun["id"]: lun for lun in load(tmp_path / "estate.json")["storage"]["luns"]}
    # What the domain data-erp and the disk of file01 need is known all the same.
    assert set(luns) == {"360014055a5a5a5a0000000100000001", "360014055a5a5a5a0000000200000002"}
    erp = luns["360014055a5a5a5a0000000100000001"]
    assert (len(erp["hosts"]), erp["type"], erp["target"]) == (2, "iscsi", "iqn.2026-01.example.site-a:san")


def test_a_broken_device_list_is_told(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.twin.fail({"action": "engine_error", "method": "GET", "path": "/storage$", "times": 0}, "primary")
    told = done(bench, path=str(tmp_path / "estate.json"))
    assert len(told["left_out"]) == 2
    assert all("storages could not be read" in sentence for sentence in told["left_out"])


def test_a_lun_disk_that_goes_away_takes_nothing_with_it(bench: Bench, tmp_path: pathlib.Path) -> None:
    lun = next(disk for disk in site_of(load(DRILL), "primary")["disks"] if "lun_storage" in disk)
    fault = {"action": "status", "method": "GET", "path": f"/disks/{lun['id']}$", "status": 404}
    bench.twin.fail(fault, "primary")
    told = done(bench, path=str(tmp_path / "estate.json"))
    assert told["counts"]["disks"] == 28
    assert any(f"its disk {lun['id']} is not there any more" in sentence for sentence in told["left_out"])
    assert record(load(tmp_path / "estate.json"), "primary", "vms", "file01")


def test_a_lun_disk_that_cannot_be_shown_is_taken_from_the_list(bench: Bench, tmp_path: pathlib.Path) -> None:
    lun = next(disk for disk in site_of(load(DRILL), "primary")["disks"] if "lun_storage" in disk)
    bench.twin.fail({"action": "status", "method": "GET", "path": f"/disks/{lun['id']}$", "status": 400}, "primary")
    told = done(bench, path=str(tmp_path / "estate.json"))
    assert told["counts"]["disks"] == 29
    assert [sentence for sentence in told["left_out"] if "how its LUN is reached could not be read" in sentence]


def test_directories_that_do_not_answer_are_told(bench: Bench, tmp_path: pathlib.Path) -> None:
    def broken(nth: int) -> dict[str, t.Any]:
        return {"action": "engine_error", "method": "GET", "path": "/domains$", "nth": nth}

    bench.twin.fail(broken(1), "primary")
    told = done(bench, path=str(tmp_path / "estate.json"))
    assert [sentence for sentence in told["left_out"] if "users of the directories" in sentence]
    assert told["counts"]["domains"] == 1


class Hasty(Clock):
    """Does not wait."""

    def sleep(self, seconds: float) -> None:
        return


def hasty(bench: Bench) -> Client:
    credentials = Credentials(bench.twin.url("primary"), username=USERNAME, password=PASSWORD)
    return Client(credentials, read_only=True, clock=Hasty())


@pytest.mark.parametrize("action", ["truncate", "reset_before", "reset_after"])
def test_an_export_that_is_cut_off_leaves_the_old_file(bench: Bench, tmp_path: pathlib.Path, action: str) -> None:
    path = tmp_path / "estate.json"
    done(bench, path=str(path))
    before = path.read_bytes()
    bench.edit(lambda estate: record(estate, "primary", "vms", "web04").update(description="changed"))
    bench.twin.fail({"action": action, "method": "GET", "path": "/disks$", "times": 0}, "primary")
    with hasty(bench) as client, pytest.raises(Unreachable, match="/disks"):
        export(client, Wanted("primary", str(path), None))
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["estate.json"]


def test_a_disk_that_is_full_leaves_the_old_file(
    bench: Bench, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "estate.json"
    done(bench, path=str(path))
    before = path.read_bytes()
    bench.edit(lambda estate: record(estate, "primary", "vms", "web04").update(description="changed"))

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    told = run(bench, path=str(path))
    assert told["failed"]
    assert "cannot be written: No space left on device" in told["msg"]
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["estate.json"]


def test_a_link_to_a_file_stays_a_link(bench: Bench, tmp_path: pathlib.Path) -> None:
    (tmp_path / "real").mkdir()
    link = tmp_path / "estate.json"
    link.symlink_to(tmp_path / "real" / "estate.json")
    done(bench, path=str(link))
    assert link.is_symlink()
    assert load(tmp_path / "real" / "estate.json")["sites"]


def test_an_engine_that_is_not_there(bench: Bench, tmp_path: pathlib.Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        auth = {**bench.auth(), "url": f"http://127.0.0.1:{taken.getsockname()[1]}/ovirt-engine/api"}
        told = run(bench, auth=auth, path=str(tmp_path / "estate.json"))
    assert told["failed"]
    assert told["failure"]["kind"] == "unreachable"
    assert list(tmp_path.iterdir()) == []


def test_an_exported_estate_can_be_rehearsed(bench: Bench, tmp_path: pathlib.Path) -> None:
    # Replicas are the one thing to be added by hand; a failover then runs on the export as on the engines.
    estate = whole(bench, tmp_path / "estate.json")
    drill = load(DRILL)
    ends = [replica["to"] for replica in drill["storage"]["replicas"]]
    held = {(export.get("address"), export.get("path")) for export in estate["storage"]["exports"]}
    luns = {lun["id"]: lun for lun in drill["storage"]["luns"]}
    estate["storage"]["exports"] += [
        {**end, "domain": None} for end in ends if "path" in end and (end["address"], end["path"]) not in held
    ]
    estate["storage"]["luns"] += [luns[end["lun"]] for end in ends if "lun" in end]
    estate["storage"]["replicas"] = drill["storage"]["replicas"]
    bench.use(estate)
    bench.ready("registered")
    assert "web01" in bench.names("vm")


def test_only_reads_are_sent(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.forget()
    done(bench, path=str(tmp_path / "estate.json"))
    methods = {entry.method for entry in bench.twin.requests("primary") if "/api" in path_of(entry)}
    assert methods == {"GET"}


def test_a_fresh_twin_loads_it(bench: Bench, tmp_path: pathlib.Path) -> None:
    done(bench, path=str(tmp_path / "estate.json"))
    with Twin(tmp_path / "estate.json") as twin:
        assert twin.url("primary")
        assert twin.errors == []
