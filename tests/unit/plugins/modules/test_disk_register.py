# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""unregistered_disk_register and floating disks: whose a disk is, names, quota, refusals, lost answers."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
import requests
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import PASSWORD, USERNAME
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import (
    DATA_DB,
    DATA_WEB,
    Bench,
    Estate,
    path_of,
    record,
    site_of,
)
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.disk_bench import (
    ARCHIVE,
    EDIT_DISK,
    REGISTER_DISK,
    add_disk,
    failures,
    held,
    left_alone,
    new_id,
    register_disks,
    sent,
)


def three_floating(estate: Estate) -> None:
    """Two floating disks more, one on each domain."""
    add_disk(estate, 1, "scratch")
    add_disk(estate, 2, "backup", DATA_DB)


def inventory(bench: Bench, folder: pathlib.Path) -> dict[str, str]:
    return {"inventory": bench.inventory(folder), "inventory_site": "primary"}


# -- whose a disk is


def test_all_floating_disks_come_at_once_and_others_stay_with_their_vms(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.edit(three_floating)
    bench.ready("attached")
    known = inventory(bench, tmp_path)
    would = register_disks(bench, "*", check=True, **known)
    assert not sent(bench)
    result = register_disks(bench, "*", **known)
    assert not result.get("failed"), result["msg"]
    assert result["diff"] == would["diff"]
    assert (would["changed"], result["changed"]) == (True, True)
    assert sorted(result["done"]["register"]) == [ARCHIVE, "backup", "scratch"]
    assert {one.split("/")[-2] for one in sent(bench)} == {new_id(1), new_id(2), held(bench, ARCHIVE).id}
    assert all("/datacenters/" in one for one in sent(bench))
    told = left_alone(result)
    assert "belongs to VM app01 and comes with it" in told["app01_os"]
    assert "is a disk of template tmpl-win2022" in told["tmpl-win2022_os"]
    assert result["unknown_owners"] == []
    listings = [path_of(one) for one in bench.twin.requests("recovery") if ";unregistered" in one.path]
    assert sorted(set(listings)) == sorted(
        f"/ovirt-engine/api/storagedomains/{one}/disks;unregistered" for one in (DATA_DB, DATA_WEB)
    )

    again = register_disks(bench, "*", **known)
    assert (again["changed"], again["counts"]["done"]) == (False, 0)
    assert sorted(again["already"]["register"]) == [ARCHIVE, "backup", "scratch"]


def test_vms_of_which_no_disk_was_taken_can_be_registered(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.ready("templates")
    result = register_disks(bench, "*", **inventory(bench, tmp_path))
    assert result["done"] == {"register": [ARCHIVE]}
    after = bench.register()
    assert not after.get("failed"), after["msg"]


def test_without_an_inventory_nothing_is_taken_while_vms_may_own_it(bench: Bench) -> None:
    bench.ready("templates")
    result = register_disks(bench, "*")
    assert not result.get("failed"), result["msg"]
    assert not sent(bench)
    (told,) = [one for one in result["unknown_owners"] if one["name"] == ARCHIVE]
    assert told["domains"] == ["data-db"]
    assert {"db01", "db02", "dns02", "legacy01"} <= set(told["may_belong_to"])
    assert "its owner is not known. Give an 'inventory' that holds it" in left_alone(result)[ARCHIVE]

    named = register_disks(bench, ARCHIVE)
    assert named["failed"]
    assert "owners: unknown_is_floating" in failures(named)[ARCHIVE]
    assert not sent(bench)

    said = register_disks(bench, ARCHIVE, owners="unknown_is_floating")
    assert said["done"] == {"register": [ARCHIVE]}


def test_without_an_inventory_what_is_left_after_all_vms_is_floating(bench: Bench) -> None:
    bench.ready("registered")
    result = register_disks(bench, "*", domains=["data-db", "data-web"])
    assert not result.get("failed"), result["msg"]
    assert result["done"] == {"register": [ARCHIVE]}


def test_a_disk_of_a_vm_is_taken_only_when_it_is_named_and_allowed(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.ready("attached")
    known = inventory(bench, tmp_path)
    result = register_disks(bench, "mail01_os", **known)
    assert "belongs to VM mail01 and comes with it" in failures(result)["mail01_os"]
    assert "owners: any" in result["msg"]
    result = register_disks(bench, "mail*", owners="any", **known)
    assert "belongs to VM mail01" in left_alone(result)["mail01_os"]
    assert not sent(bench)
    result = register_disks(bench, "mail01_os", owners="any", **known)
    assert result["done"] == {"register": ["mail01_os"]}
    # That is the trap: its VM is refused from now on.
    assert "already exist" in bench.register("mail01")["msg"]


def test_a_further_copy_of_a_registered_disk_of_a_template_is_told(bench: Bench) -> None:
    def copied(estate: Estate) -> None:
        disk = record(estate, "primary", "disks", "tmpl-win2022_os")
        disk["storage_domains"] = {"storage_domain": [{"id": DATA_DB}, {"id": DATA_WEB}]}

    bench.edit(copied)
    bench.ready("attached")
    bench.done("unregistered_template_register", data_center="Recovery", domains=["data-db"], cluster="dr")
    site = bench.twin.site("recovery")
    disk = held(bench, "tmpl-win2022_os")
    with site.lock:
        disk.set(storage_domains={"storage_domain": {"id": DATA_DB}})
    bench.forget()
    result = register_disks(bench, "tmpl-win*")
    assert left_alone(result) == {
        "tmpl-win2022_os": "tmpl-win2022_os: is one more copy of disk tmpl-win2022_os, which is registered"
    }
    assert not sent(bench)


# -- choosing


@pytest.mark.parametrize(
    ("disks", "exclude", "names"),
    [
        (["*"], ["back*"], {ARCHIVE, "scratch"}),
        (["scratch", "backup"], [], {"scratch", "backup"}),
        ([new_id(1)], [], {"scratch"}),
        (["[sb]*"], [new_id(2)], {"scratch"}),
        ([], [], set()),
    ],
)
def test_which_disks_are_chosen(
    bench: Bench, tmp_path: pathlib.Path, disks: list[str], exclude: list[str], names: set[str]
) -> None:
    bench.edit(three_floating)
    bench.ready("attached")
    options: dict[str, t.Any] = {"disks": disks, "exclude": exclude, **inventory(bench, tmp_path)}
    result = register_disks(bench, **options)
    assert not result.get("failed"), result["msg"]
    assert set(result["done"].get("register", [])) == names


def test_a_name_of_two_disks_is_refused_with_their_ids_and_a_pattern_takes_both(
    bench: Bench, tmp_path: pathlib.Path
) -> None:
    def twice(estate: Estate) -> None:
        add_disk(estate, 1, "data")
        add_disk(estate, 2, "data", DATA_DB)

    bench.edit(twice)
    bench.ready("attached")
    known = inventory(bench, tmp_path)
    result = register_disks(bench, "data", **known)
    assert result["failed"]
    assert new_id(1) in result["msg"]
    assert new_id(2) in result["msg"]
    assert not sent(bench)
    result = register_disks(bench, "dat*", **known)
    assert sorted(result["done"]["register"]) == [f"data ({new_id(1)})", f"data ({new_id(2)})"]


def test_an_unknown_name_is_told_with_what_it_may_be(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.ready("attached")
    known = inventory(bench, tmp_path)
    result = register_disks(bench, "nothing", "db01_erp", ARCHIVE, **known)
    assert result["failed"]
    assert "no disk of this name or id is registered" in failures(result)["nothing"]
    assert "lies on data-erp, which is not among the given domains" in failures(result)["db01_erp"]
    assert result["done"] == {"register": [ARCHIVE]}
    relaxed = register_disks(bench, "nothing", best_effort=["noth*"], **known)
    assert not relaxed.get("failed"), relaxed["msg"]


def test_a_registered_disk_of_a_vm_is_already_there(bench: Bench) -> None:
    bench.ready("registered")
    result = register_disks(bench, "app01_os")
    assert not result.get("failed"), result["msg"]
    assert result["already"] == {"register": ["app01_os"]}


def test_in_check_mode_a_domain_that_is_not_attached_yet_is_not_proven(bench: Bench) -> None:
    result = register_disks(bench, ARCHIVE, check=True)
    assert not result.get("failed"), result["msg"]
    assert "not attached to Recovery yet" in " ".join(result["not_proven"])
    assert "not proven" in left_alone(result)[ARCHIVE]


# -- names


def test_a_disk_gets_another_name_on_its_way_in(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.ready("attached")
    given: dict[str, t.Any] = {"rename": [{"from": ARCHIVE, "to": "archive-dr"}], **inventory(bench, tmp_path)}
    result = register_disks(bench, ARCHIVE, **given)
    assert not result.get("failed"), result["msg"]
    assert held(bench, "archive-dr") is not None
    (line,) = sent(bench)
    assert line.endswith(f"/storagedomains/{DATA_DB}/disks;unregistered")
    again = register_disks(bench, ARCHIVE, **given)
    assert not again.get("failed"), again["msg"]
    assert (again["changed"], again["already"]) == (False, {"register": ["archive-dr"]})


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([(ARCHIVE, "same"), ("scratch", "same")], "2 disks would be called same"),
        ([(ARCHIVE, "one"), (ARCHIVE, "two")], "is given two names"),
        ([("nothing", "one")], "no disk nothing on the given domains"),
    ],
)
def test_renames_that_cannot_be(bench: Bench, tmp_path: pathlib.Path, pairs: list[tuple[str, str]], words: str) -> None:
    bench.edit(three_floating)
    bench.ready("attached")
    rename = [{"from": before, "to": after} for before, after in pairs]
    result = register_disks(bench, "*", rename=rename, **inventory(bench, tmp_path))
    assert result["failed"]
    assert words in result["msg"]
    assert not sent(bench)


def nameless(bench: Bench, name: str = ARCHIVE, domain: str = DATA_DB) -> None:
    """The storage of a disk tells no name."""
    content = bench.twin.storage.contents[domain]
    disk = record(bench.twin.estate, "primary", "disks", name)["id"]
    content.disks[disk] = {**content.disks[disk], "name": "", "alias": ""}


def test_a_disk_without_a_name_gets_that_of_the_inventory(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.ready("attached")
    nameless(bench)
    result = register_disks(bench, ARCHIVE, **inventory(bench, tmp_path))
    assert not result.get("failed"), result["msg"]
    assert held(bench, ARCHIVE) is not None
    assert result["unnamed"] == []


def test_a_disk_without_any_name_is_told_with_the_one_that_the_engine_made_up(bench: Bench) -> None:
    bench.ready("attached")
    nameless(bench)
    disk = record(bench.twin.estate, "primary", "disks", ARCHIVE)["id"]
    alone = register_disks(bench, disk)
    assert "it has no name, as disks that stand on those of templates" in failures(alone)[disk]
    result = register_disks(bench, disk, owners="unknown_is_floating")
    assert not result.get("failed"), result["msg"]
    assert result["unnamed"] == [{"id": disk, "name": held(bench, disk).name}]
    assert held(bench, disk).name.startswith("RegisteredDisk_")


def test_a_disk_without_a_name_is_taken_only_by_its_id(bench: Bench) -> None:
    """The disk of web01 stands on that of its template, and tells no name therefore."""
    bench.ready("attached")
    nameless(bench, "web01_os", DATA_WEB)
    disk = record(bench.twin.estate, "primary", "disks", "web01_os")["id"]
    result = register_disks(bench, "*", exclude=["*_os"], owners="unknown_is_floating")
    assert not result.get("failed"), result["msg"]
    assert result["done"] == {"register": [ARCHIVE]}
    assert "name it by its id" in left_alone(result)[disk]
    assert disk in [one["id"] for one in result["unknown_owners"]]


# -- quota and profile


def enforced(estate: Estate) -> None:
    site = site_of(estate, "recovery")
    (center,) = [one for one in site["data_centers"] if one["name"] == "Recovery"]
    center["quota_mode"] = "enabled"
    first = next(one for one in site["quotas"] if one["data_center"]["id"] == center["id"])
    site["quotas"].append({**first, "id": new_id(77), "name": "silver"})


def test_a_data_center_that_enforces_quotas_needs_one_before_any_write(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.edit(enforced)
    bench.ready("attached")
    known = inventory(bench, tmp_path)
    result = register_disks(bench, ARCHIVE, **known)
    assert result["failed"]
    assert "data center Recovery enforces quotas" in result["msg"]
    assert "silver" in result["msg"]
    assert not sent(bench)
    result = register_disks(bench, ARCHIVE, quota="gold", **known)
    assert "no quota 'gold'" in result["msg"]

    would = register_disks(bench, ARCHIVE, quota="silver", check=True, **known)
    result = register_disks(bench, ARCHIVE, quota="silver", **known)
    assert not result.get("failed"), result["msg"]
    assert would["diff"] == result["diff"]
    assert result["done"] == {"register": [ARCHIVE], "edit": [ARCHIVE]}
    assert f"disk {ARCHIVE}: quota is added: silver" in result["changes"]
    assert held(bench, ARCHIVE).ref("quota") == new_id(77)
    again = register_disks(bench, ARCHIVE, quota="silver", **known)
    assert not again["changed"]


def test_an_edit_that_did_not_follow_its_register_follows_later(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.edit(enforced)
    bench.ready("attached")
    body = "<fault><detail>[Cannot edit Virtual Disk. Quota has insufficient storage resources.]</detail></fault>"
    bench.fail("/api/disks/", "status", method="PUT", status=409, body=body)
    given: dict[str, t.Any] = {"quota": "silver", **inventory(bench, tmp_path)}
    result = register_disks(bench, "*", **given)
    assert "Quota has insufficient storage resources" in failures(result)[ARCHIVE]
    assert result["done"] == {"register": [ARCHIVE]}
    result = register_disks(bench, "*", **given)
    assert result["done"] == {"edit": [ARCHIVE]}
    assert held(bench, ARCHIVE).ref("quota") == new_id(77)


def test_a_disk_gets_its_disk_profile(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.ready("attached")
    site = bench.twin.site("recovery")
    own = next(one for one in site.all("disk_profile") if one.ref("storage_domain") == DATA_DB)
    options: dict[str, t.Any] = {"domains": ["data-db"], **inventory(bench, tmp_path)}
    refused = register_disks(bench, ARCHIVE, disk_profile="fast", **options)
    assert "no disk profile 'fast'" in refused["msg"]
    assert not sent(bench)
    result = register_disks(bench, ARCHIVE, disk_profile=own.name, **options)
    assert not result.get("failed"), result["msg"]
    assert held(bench, ARCHIVE).ref("disk_profile") == own.id
    assert len(bench.writes(EDIT_DISK)) == 1


# -- refusals of the engine, and lost answers


def fault(detail: str) -> str:
    return f"<fault><detail>{detail}</detail><reason>Operation Failed</reason></fault>"


@pytest.mark.parametrize(
    ("status", "detail", "words"),
    [
        (404, "Entity not found: 123", "Entity not found: 123"),
        (400, "Storage Domain doesn't exist.", "Storage Domain doesn't exist"),
        (
            409,
            "[Cannot import Virtual Disk: The following disks are locked: x. Please try again in a few minutes.]",
            "The following disks are locked",
        ),
        (
            400,
            "[Cannot import Virtual Disk. The disk's QCOW compatibility level is not supported.]",
            "QCOW compatibility",
        ),
        (409, "[Cannot import Virtual Disk. Quota has insufficient storage resources.]", "Quota has insufficient"),
        (
            403,
            "[User is not authorized to perform this action.]",
            "lacks the permit create_disk on the storage domain, which the role DiskCreator holds",
        ),
    ],
)
def test_a_refusal_is_told_in_the_engines_words_and_the_others_come(
    bench: Bench, tmp_path: pathlib.Path, status: int, detail: str, words: str
) -> None:
    bench.edit(three_floating)
    bench.ready("attached")
    bench.fail(new_id(1), "status", status=status, body=fault(detail), times=0)
    result = register_disks(bench, "*", **inventory(bench, tmp_path))
    assert result["failed"]
    assert words in failures(result)["scratch"]
    assert "disk scratch" in failures(result)["scratch"]
    assert sorted(result["done"]["register"]) == [ARCHIVE, "backup"]


def test_a_disk_that_somebody_registers_meanwhile_is_already_there(
    bench: Bench, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine calls such a disk locked, and to wait would not help (04b recording 185)."""
    bench.ready("attached")
    center = bench.twin.site("recovery").named("data_center", "Recovery")
    assert center is not None
    disk = record(bench.twin.estate, "primary", "disks", ARCHIVE)["id"]
    path = f"/datacenters/{center.id}/storagedomains/{DATA_DB}/disks/{disk}/register"
    read = reads.unregistered_disks

    def then_registered(*given: t.Any) -> t.Any:
        found = read(*given)
        answer = requests.post(
            bench.twin.url("recovery") + path,
            data="<action/>",
            headers={"Content-Type": "application/xml"},
            auth=(USERNAME, PASSWORD),
            timeout=20,
        )
        assert answer.status_code == 200, answer.text
        return found

    monkeypatch.setattr(reads, "unregistered_disks", then_registered)
    result = register_disks(bench, ARCHIVE, **inventory(bench, tmp_path))
    assert not result.get("failed"), result["msg"]
    assert (result["changed"], result["already"]) == (False, {"register": [ARCHIVE]})
    assert len(bench.writes(REGISTER_DISK)) == 2


ONE_DISK = r"/disks/[^/]+/register$"


@pytest.mark.parametrize(("action", "times"), [("reset_after", 1), ("reset_before", 2), ("truncate", 1)])
def test_a_lost_answer_is_looked_up(bench: Bench, tmp_path: pathlib.Path, action: str, times: int) -> None:
    bench.ready("attached")
    bench.fail(ONE_DISK, action)
    result = register_disks(bench, ARCHIVE, **inventory(bench, tmp_path))
    assert not result.get("failed"), result["msg"]
    assert result["done"] == {"register": [ARCHIVE]}
    assert len(bench.writes(REGISTER_DISK)) == times
    assert held(bench, ARCHIVE) is not None


def test_domains_that_hold_no_disks_to_register_are_refused(bench: Bench) -> None:
    bench.ready("attached")
    site = bench.twin.site("recovery")
    with site.lock:
        domain = site.named("storage_domain", "data-web")
        assert domain is not None
        domain.set(type="iso")
    result = register_disks(bench, "*")
    assert result["failed"]
    assert "domain data-web is of type iso: only data domains" in result["msg"]
    assert not sent(bench)
