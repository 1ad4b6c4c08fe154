# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clones: a VM of two domains becomes two VMs with one disk each, and nothing is copied."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
import requests
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import parse
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import PASSWORD, USERNAME
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import (
    DATA_DB,
    REGISTER,
    Bench,
    Estate,
    Result,
    record,
    site_of,
)
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.disk_bench import (
    add_disk,
    attachments,
    give,
    new_id,
    sent,
)

APP01 = "79c5b65a-7a90-4428-b7d7-c0352db64709"
FIRST = "344edce3-6bc4-4c8b-9ca3-052da2285175"
SECOND = new_id(1)
SILVER = "11111111-2222-4333-8444-555555555555"
EACH = [{"vm": "app01", "clone": True, "name": "app01-b"}]


def second_disk(estate: Estate) -> None:
    """app01 has a disk on data-db besides its own on data-web."""
    add_disk(estate, 1, "app01_archive", DATA_DB)
    give(estate, "app01", SECOND, interface="virtio", read_only="true")


def one_more_quota(estate: Estate) -> None:
    second_disk(estate)
    quotas = site_of(estate, "recovery")["quotas"]
    quotas.append({**quotas[0], "id": SILVER, "name": "silver"})


class Case:
    """The seed's case, until the second domain is there."""

    def __init__(self, bench: Bench, folder: pathlib.Path) -> None:
        self.bench = bench
        self.inventory = {"inventory": bench.inventory(folder), "inventory_site": "primary"}

    def first(self) -> None:
        """data-web comes, and app01 with the disk that lies there; then data-db comes."""
        assert not self.bench.attach("data-web").get("failed")
        came = self.bench.register("app01", domains=["data-web"], partial=["app01"], **self.inventory)
        assert not came.get("failed"), came["msg"]
        assert came["partial"][0]["missing_disks"] == ["app01_archive"]
        assert not self.bench.attach("data-db").get("failed")
        self.bench.forget()

    def clone(self, **options: t.Any) -> Result:
        """The second register, from data-db."""
        given = {"domains": ["data-db"], "each": EACH, **self.inventory, **options}
        return self.bench.register("app01", **given)


@pytest.fixture
def case(bench: Bench, tmp_path: pathlib.Path) -> Case:
    bench.edit(one_more_quota)
    return Case(bench, tmp_path)


def vm_of(bench: Bench, name: str) -> t.Any:
    site = bench.twin.site("recovery")
    with site.lock:
        site.settle()
        found = site.named("vm", name)
        assert found is not None
        return found


def test_a_vm_of_two_domains_becomes_two_vms_with_one_disk_each(case: Case) -> None:
    case.first()
    listed = case.bench.run("unregistered_info", data_center="Recovery", domains=["data-db"], kinds=["vms"])
    assert "app01" in {vm["name"] for vm in listed["vms"]}
    told = case.clone(check=True)
    assert not case.bench.writes()
    result = case.clone()
    assert not result.get("failed"), result["msg"]
    assert (told["done"], told["changes"], told["diff"]) == (result["done"], result["changes"], result["diff"])
    assert result["done"] == {
        "register_disk": ["app01_archive"],
        "register_clone": ["app01-b"],
        "attach_disk": ["app01_archive"],
    }
    clone = vm_of(case.bench, "app01-b")
    (entry,) = result["clones"]
    assert (entry["name"], entry["id"], entry["of"]) == ("app01-b", clone.id, APP01)
    assert [one["disk"] for one in entry["left_out"]] == ["app01_os"]
    assert [one["id"] for one in attachments(case.bench, "app01")] == [FIRST]
    (second,) = attachments(case.bench, "app01-b")
    assert (second["id"], second["interface"], second["read_only"]) == (SECOND, "virtio", "true")
    site = case.bench.twin.site("recovery")
    held = {disk.id: disk for disk in site.all("disk")}
    assert set(site.storage.contents[DATA_DB].disks) >= {SECOND}, "the data is where it was"
    assert held[SECOND].data["image_id"] == new_id(500001), "and it is the same image"
    assert result["dropped"] == [], "its disks are left out on purpose, and one of them is there now"
    assert not [one for one in sent(case.bench) if "/copy" in one or "/move" in one]
    macs = [nic["mac"]["address"] for name in ("app01", "app01-b") for nic in vm_of(case.bench, name).subs["nics"]]
    assert len(macs) == len(set(macs)) == 4


def test_again_there_is_nothing_to_do(case: Case) -> None:
    case.first()
    assert not case.clone().get("failed")
    case.bench.forget()
    for again in (case.clone(), case.clone(vms=["*"], exclude=["[!a]*", "app0[23]"])):
        assert not again.get("failed"), again["msg"]
        assert (again["changed"], again["already"]) == (False, {"register_clone": ["app01-b"]})
    assert not case.bench.writes()


WRITES = [r"/disks/[^/]+/register$", REGISTER, r"/diskattachments$"]
REFUSED = "<fault><detail>[no]</detail><reason>Operation Failed</reason></fault>"


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("action", ["reset_before", "reset_after"])
def test_a_lost_answer_is_looked_up(case: Case, write: str, action: str) -> None:
    case.first()
    case.bench.fail(write, action)
    result = case.clone()
    assert not result.get("failed"), result["msg"]
    assert [one["id"] for one in attachments(case.bench, "app01-b")] == [SECOND]
    assert case.bench.names("vm") == {"app01", "app01-b"}


@pytest.mark.parametrize("write", WRITES)
def test_what_was_interrupted_is_completed(case: Case, write: str) -> None:
    case.first()
    case.bench.fail(write, "status", status=400, body=REFUSED)
    stopped = case.clone()
    assert stopped["failed"]
    result = case.clone()
    assert not result.get("failed"), result["msg"]
    assert [one["id"] for one in attachments(case.bench, "app01-b")] == [SECOND]
    assert case.bench.names("vm") == {"app01", "app01-b"}
    assert not case.clone()["changed"]


def test_a_clone_comes_in_place_of_a_vm_that_is_not_registered(case: Case) -> None:
    case.bench.ready("attached")
    result = case.clone(domains=["data-db", "data-web"])
    assert not result.get("failed"), result["msg"]
    assert {one["id"] for one in attachments(case.bench, "app01-b")} == {FIRST, SECOND}
    assert case.bench.names("vm") == {"app01-b"}
    assert vm_of(case.bench, "app01-b").id != APP01


def test_the_quota_of_a_clone_and_its_disk_is_given(case: Case) -> None:
    case.first()
    told = case.clone(check=True, quota="silver")
    result = case.clone(quota="silver")
    assert not result.get("failed"), result["msg"]
    assert told["done"] == result["done"]
    clone = vm_of(case.bench, "app01-b")
    disk = next(one for one in case.bench.twin.site("recovery").all("disk") if one.id == SECOND)
    assert (clone.ref("quota"), disk.ref("quota")) == (SILVER, SILVER)
    assert vm_of(case.bench, "app01").ref("quota") == ""


def test_the_register_of_a_clone_says_so_and_is_partial(case: Case) -> None:
    case.first()
    assert not case.clone().get("failed")
    (post,) = case.bench.writes(REGISTER)
    body = parse(post.body.encode())
    asked = {key: body.findtext(key) for key in ("clone", "name", "allow_partial_import", "async")}
    assert asked == {"clone": "true", "name": "app01-b", "allow_partial_import": "true", "async": "true"}


def test_a_vm_of_which_a_disk_was_registered_by_itself_comes_as_a_clone_of_its_own_name(case: Case) -> None:
    case.bench.ready("attached")
    center = next(one["id"] for one in site_of(case.bench.twin.estate, "recovery")["data_centers"])
    answer = requests.post(
        f"{case.bench.twin.url('recovery')}/datacenters/{center}/storagedomains/{DATA_DB}/disks/{SECOND}/register",
        data="<action/>",
        headers={"Content-Type": "application/xml"},
        auth=(USERNAME, PASSWORD),
        timeout=20,
    )
    assert answer.status_code == 200
    case.bench.forget()
    given = {"domains": ["data-db", "data-web"], "partial": ["*"], **case.inventory}
    refused = case.bench.register("app01", **given)
    assert refused["failed"]
    assert "The following disks already exist: app01_archive" in refused["msg"]
    assert f"each: [{{vm: {APP01}, clone: true, name: app01}}]" in refused["msg"]
    assert len(case.bench.writes(REGISTER)) == 1, "to ask for a part is of no use then"
    result = case.bench.register("app01", each=[{"vm": APP01, "clone": True, "name": "app01"}], **given)
    assert not result.get("failed"), result["msg"]
    assert {one["id"] for one in attachments(case.bench, "app01")} == {FIRST, SECOND}
    again = case.bench.register("app01", each=[{"vm": APP01, "clone": True, "name": "app01"}], **given)
    assert (again["changed"], again["already"]) == (False, {"register_clone": ["app01"]})


# -- refused


def test_without_an_inventory_no_clone_is_made(case: Case) -> None:
    case.first()
    result = case.clone(inventory=None, inventory_site=None)
    assert result["failed"]
    assert "each: app01: a clone needs an 'inventory'" in result["msg"]
    assert not case.bench.writes()


def test_a_clone_needs_a_name(case: Case) -> None:
    case.first()
    result = case.clone(each=[{"vm": "app01", "clone": True}])
    assert "each: app01: a clone needs a new 'name'" in result["msg"]
    assert not case.bench.writes()


def test_a_name_that_another_vm_has_is_refused(case: Case) -> None:
    case.first()
    assert not case.bench.register("dns01", domains=["data-web"]).get("failed")
    case.bench.forget()
    result = case.clone(each=[{"vm": "app01", "clone": True, "name": "dns01"}])
    assert result["failed"]
    assert "is to be cloned as dns01, which is taken in the target by another vm" in result["msg"]
    assert not case.bench.writes()


def test_a_vm_of_which_nothing_is_left_is_not_cloned(case: Case) -> None:
    case.bench.ready("attached")
    assert not case.bench.register("app01").get("failed")
    site = case.bench.twin.site("recovery")
    entry = next(entry for entry in site.storage.contents[DATA_DB].ovf.values() if entry.id == APP01)
    with site.lock:
        site.unregistered[DATA_DB][APP01] = entry
    case.bench.forget()
    result = case.clone()
    assert result["failed"]
    assert "nothing is left for a clone: app01_os belongs to VM app01" in result["msg"]
    assert not case.bench.writes()


def test_a_disk_that_would_come_without_data_is_refused(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.edit(second_disk)
    bench.ready("attached")
    case = Case(bench, tmp_path)
    # The disk of app01 on data-web would get a new id, because data-web is active and not looked through.
    result = case.clone()
    assert result["failed"]
    assert "its clone would get app01_os without data" in result["msg"]
    assert not bench.writes()


def test_a_disk_that_is_nowhere_is_left_out_only_when_that_is_said(case: Case) -> None:
    assert not case.bench.attach("data-db").get("failed")
    case.bench.forget()
    result = case.clone()
    assert result["failed"]
    assert "a clone would lack disks: app01_os" in result["msg"]
    assert not case.bench.writes()
    each = [{**EACH[0], "partial": True}]
    assert not case.clone(each=each).get("failed")
    assert [one["id"] for one in attachments(case.bench, "app01-b")] == [SECOND]


def test_a_clone_into_a_cluster_of_its_own(bench: Bench, tmp_path: pathlib.Path) -> None:
    def clusters(estate: Estate) -> None:
        second_disk(estate)
        held = site_of(estate, "recovery")["clusters"]
        held.append({**held[0], "id": SILVER, "name": "spare"})
        held.append({**held[0], "id": new_id(77), "name": "power", "cpu": {"architecture": "ppc64"}})

    bench.edit(clusters)
    case = Case(bench, tmp_path)
    case.first()
    refused = case.clone(each=[{**EACH[0], "cluster": "power"}])
    assert "is of the architecture x86_64, and cluster power of ppc64" in refused["msg"]
    assert not bench.writes()
    assert not case.clone(each=[{**EACH[0], "cluster": "spare"}]).get("failed")
    assert vm_of(bench, "app01-b").ref("cluster") == SILVER
    assert record(bench.twin.estate, "primary", "vms", "app01")["id"] == APP01
