# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""unregistered_remove: what is deleted, what never is, and that it is looked at in the end."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import (
    DATA_DB,
    DATA_WEB,
    DOMAINS,
    TAKEOVER,
    Bench,
    Estate,
    Result,
    record,
)

BASE = "642a1c8f-8f39-4ff2-8ebf-3896e0de19b8"
VERSION = "c2a8f4f5-3882-4e9c-9a64-aac5603c26e6"
ANSWERED = {"confirm": TAKEOVER}


def remove(bench: Bench, folder: pathlib.Path | None = None, **options: t.Any) -> Result:
    """The module on Recovery; folder: where the inventory of the primary site is put, None for none."""
    given = {"inventory": bench.inventory(folder), "inventory_site": "primary"} if folder else {}
    return bench.run("unregistered_remove", data_center="Recovery", **given, **options)


def removed(bench: Bench, folder: pathlib.Path | None = None, **options: t.Any) -> Result:
    result = remove(bench, folder, **options)
    assert not result.get("failed"), result["msg"]
    return result


def refused(bench: Bench, folder: pathlib.Path | None = None, **options: t.Any) -> str:
    """The words of a removal that was refused before the first write, in check mode and without."""
    told = [remove(bench, folder, check=check, **options) for check in (True, False)]
    assert all(one["failed"] for one in told), told
    assert told[0]["msg"] == told[1]["msg"]
    assert not bench.writes()
    return str(told[1]["msg"])


def listed(bench: Bench) -> dict[str, set[str]]:
    """Kind -> names or, without a name, ids of what is listed now."""
    found = bench.done("unregistered_info", data_center="Recovery", kinds=["vms", "templates", "disks"])
    return {kind: {one["name"] or one["id"] for one in found[kind]} for kind in ("vms", "templates", "disks")}


def stored(bench: Bench, disk_id: str) -> set[str]:
    """The names of the replicated domains on whose storage a disk lies."""
    contents = bench.twin.site("recovery").storage.contents
    return {name for name, domain in DOMAINS.items() if disk_id in contents[domain].disks}


def disks_of(bench: Bench, vm: str) -> list[str]:
    return [one["id"] for one in record(bench.twin.estate, "primary", "vms", vm)["disk_attachments"]]


def split(estate: Estate) -> None:
    """db01 has its first disk on data-db and its second on data-web."""
    second = record(estate, "primary", "vms", "db01")["disk_attachments"][1]["id"]
    disk = next(one for one in estate["sites"][0]["disks"] if one["id"] == second)
    disk["storage_domains"] = {"storage_domain": {"id": DATA_WEB}}


def with_snapshot(estate: Estate) -> None:
    """Likewise, and it has a snapshot of both."""
    split(estate)
    record(estate, "primary", "vms", "db01")["snapshots"].append(
        {
            "id": "5e1f2a5c-6c0a-4f5a-9f0e-000000000001",
            "description": "before the upgrade",
            "snapshot_type": "regular",
        }
    )


def test_a_vm_goes_with_its_disks_and_check_mode_tells_their_sizes(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.ready("attached")
    (disk,) = disks_of(bench, "app01")
    assert stored(bench, disk) == {"data-web"}
    would = removed(bench, tmp_path, check=True, vms=["app01"])
    assert not bench.twin.writes("recovery")
    (told,) = would["removals"]
    assert (told["kind"], told["name"], told["domain"], told["listed_by"]) == ("vm", "app01", "data-web", ["data-web"])
    assert told["disks"] == [
        {
            "id": disk,
            "name": "app01_os",
            "domain": "data-web",
            "provisioned_size": 1073741824,
            "actual_size": told["disks"][0]["actual_size"],
        }
    ]
    assert told["disks"][0]["actual_size"] > 0
    assert "app01_os" in would["diff"]["before"]
    assert would["diff"]["after"] == ""

    real = removed(bench, tmp_path, vms=["app01"])
    assert (real["removals"], real["diff"], real["changes"]) == (would["removals"], would["diff"], would["changes"])
    assert [one.method for one in bench.writes()] == ["DELETE"]
    assert stored(bench, disk) == set()
    assert "app01" not in listed(bench)["vms"]
    again = removed(bench, tmp_path, vms=["app01"])
    assert (again["changed"], again["already"], again["removals"]) == (False, {"remove": ["app01"]}, [])


def test_a_template_goes_after_what_needs_it(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.ready("attached")
    words = refused(bench, tmp_path, templates=[BASE])
    assert f"template tmpl-debian12 ({BASE}): VMs need it: web01" in words
    assert f"it is the base of version 2 ({VERSION})" in words
    assert "'exclude'" in words
    assert "could be any of 2" in refused(bench, tmp_path, templates=["tmpl-debian12"])

    thin = [vm for vm in bench.twin.estate["sites"][0]["vms"] if vm["template"]["id"] in (BASE, VERSION)]
    names = [vm["name"] for vm in thin]
    result = removed(bench, tmp_path, templates=[BASE, VERSION], vms=names)
    assert result["counts"]["done"] == len(names) + 2
    sent = [one.path.rpartition("/")[2] for one in bench.writes()]
    assert sent[-1] == BASE
    assert sent.index(VERSION) > max(
        (sent.index(vm["id"]) for vm in thin if vm["template"]["id"] == VERSION), default=-1
    )
    assert listed(bench)["templates"] == {"tmpl-win2022"}


def test_a_disk_that_belongs_to_nothing_goes_by_the_address_of_its_data_center(
    bench: Bench, tmp_path: pathlib.Path
) -> None:
    bench.ready("attached")
    assert "archive2025" in listed(bench)["disks"]
    result = removed(bench, tmp_path, disks=["archive2025"])
    assert result["done"] == {"remove": ["archive2025"]}
    (sent,) = bench.writes()
    assert "/datacenters/" in sent.path
    assert "archive2025" not in listed(bench)["disks"]
    again = removed(bench, tmp_path, disks=["archive2025"])
    assert (again["changed"], again["already"]) == (False, {"remove": ["archive2025"]})


@pytest.mark.parametrize(("accept", "words"), [([], "no inventory is given"), (["unknown_disks"], "")])
@pytest.mark.parametrize("what", [{"vms": ["app01"]}, {"disks": ["archive2025"]}])
def test_without_an_inventory_it_must_be_accepted_that_nothing_is_known(
    bench: Bench, what: dict[str, t.Any], accept: list[str], words: str
) -> None:
    bench.ready("attached")
    if words:
        assert words in refused(bench, **what, accept=accept, **ANSWERED)
        return
    told = removed(bench, **what, accept=accept, **ANSWERED)
    assert told["counts"]["done"] == 1
    assert told["confirmed"] == f"confirmed by {TAKEOVER['confirmed_by']}: {TAKEOVER['reason']}"
    if "vms" in what:
        assert (told["removals"][0]["disks"], told["removals"][0]["left_disks"]) == ("unknown", [])


def test_a_vm_that_several_domains_list_leaves_what_nobody_knows(bench: Bench) -> None:
    bench.edit(split)
    bench.ready("attached")
    words = refused(bench, vms=["db01"], accept=["unknown_disks"], **ANSWERED)
    assert "lists it too, and disks of it there would stay behind" in words
    first, second = disks_of(bench, "db01")
    told = removed(bench, domains=["data-db"], vms=["db01"], accept=["unknown_disks", "left_disks"], **ANSWERED)
    assert (told["removals"][0]["domain"], told["removals"][0]["left_disks"]) == ("data-db", "unknown")
    assert "db01" not in listed(bench)["vms"]
    assert (stored(bench, first), stored(bench, second)) == (set(), {"data-web"})
    # The engine lists it still and does not delete it any more.
    left = remove(bench, disks=[second], accept=["unknown_disks"], **ANSWERED)
    assert "the engine lists it and yet knows nothing to delete (404)" in left["msg"]


def test_disks_on_other_domains_go_first(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.edit(split)
    bench.ready("attached")
    first, second = disks_of(bench, "db01")
    words = refused(bench, tmp_path, domains=["data-db"], vms=["db01"])
    assert "lies on data-web, which 'domains' does not name" in words
    told = removed(bench, tmp_path, vms=["db01"])
    assert [one["kind"] for one in told["removals"]] == ["disk", "vm"]
    sent = [one.path for one in bench.writes()]
    assert [path.split("/")[-2] for path in sent] == ["disks", "vms"]
    assert (stored(bench, first), stored(bench, second)) == (set(), set())


def test_a_run_that_was_broken_off_after_the_disks_is_completed(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.edit(split)
    bench.ready("attached")
    first, second = disks_of(bench, "db01")
    bench.fail("/vms/", "status", method="DELETE", status=400, body="")
    assert remove(bench, tmp_path, vms=["db01"])["counts"]["done"] == 1
    assert "db01" in listed(bench)["vms"]
    told = removed(bench, tmp_path, vms=["db01"])
    assert [one["kind"] for one in told["removals"]] == ["vm"]
    assert (stored(bench, first), stored(bench, second)) == (set(), set())


def test_a_vm_goes_where_its_disk_with_snapshots_lies(bench: Bench, tmp_path: pathlib.Path) -> None:
    """The engine lists no such disk, so it goes with the VM only, and the other disk before."""
    bench.edit(with_snapshot)
    bench.ready("attached")
    first, second = disks_of(bench, "db01")
    bench.twin.site("recovery").storage.contents[DATA_DB].layered.discard(first)
    told = removed(bench, tmp_path, vms=["db01"])
    assert [(one["kind"], one["domain"]) for one in told["removals"]] == [("disk", "data-db"), ("vm", "data-web")]
    assert (stored(bench, first), stored(bench, second)) == (set(), set())


def test_with_snapshots_on_two_domains_one_of_them_stays(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.edit(with_snapshot)
    bench.ready("attached")
    first, second = disks_of(bench, "db01")
    assert "it goes only with a VM that is removed there" in refused(bench, tmp_path, vms=["db01"])
    told = removed(bench, tmp_path, vms=["db01"], accept=["left_disks"], **ANSWERED)
    assert len(told["removals"][0]["left_disks"]) == 1
    assert len(stored(bench, first) | stored(bench, second)) == 1


def test_disks_that_cannot_be_reached_stay_and_that_is_accepted_or_refused(
    bench: Bench, tmp_path: pathlib.Path
) -> None:
    bench.ready("attached")
    assert "lies on data-erp, which is not active here" in refused(bench, tmp_path, vms=["db01"])
    assert "needs 'confirm'" in refused(bench, tmp_path, vms=["db01"], accept=["left_disks"])
    told = removed(bench, tmp_path, vms=["db01"], accept=["left_disks"], **ANSWERED)
    assert [disk["domain"] for disk in told["removals"][0]["left_disks"]] == ["data-erp"]


def test_what_is_wanted_is_not_removed(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.ready("attached")
    for keep in (["app01"], ["app*"], [record(bench.twin.estate, "primary", "vms", "app01")["id"]]):
        words = refused(bench, tmp_path, vms=["app01", "app02"], keep={"vms": keep})
        assert "VM app01" in words
        assert "is wanted both registered and removed" in words
    assert "VM gone is wanted both" in refused(bench, tmp_path, vms=["gone"], keep={"vms": ["gone"]})
    assert removed(bench, tmp_path, check=True, vms=["app01"], keep={"vms": ["web*"]})["counts"]["done"] == 1


def test_disks_of_what_stays_are_refused(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.ready("attached")
    (disk,) = disks_of(bench, "app01")
    assert "it belongs to VM app01" in refused(bench, tmp_path, disks=[disk])
    # Together with its VM it is no removal of its own.
    told = removed(bench, tmp_path, disks=[disk], vms=["app01"])
    assert [one["kind"] for one in told["removals"]] == ["vm"]
    (of_template,) = (
        one["disk_attachments"][0]["id"] for one in bench.twin.estate["sites"][0]["templates"] if one["id"] == BASE
    )
    bench.forget()
    assert "it belongs to template tmpl-debian12" in refused(bench, tmp_path, disks=[of_template])


def test_a_vm_whose_disk_was_registered_is_refused(bench: Bench, tmp_path: pathlib.Path) -> None:
    """The engine would delete the registered disk's data."""
    bench.ready("attached")
    (disk,) = disks_of(bench, "app01")
    site = bench.twin.site("recovery")
    with site.lock:
        site.settle()
        other = next(iter(site.all("disk")))
        image = site.storage.contents[DATA_WEB].disks[disk]
        where = {"storage_domains": {"storage_domain": {"id": DATA_WEB}}}
        site.add(type(other)("disk", {**image, "alias": "app01_os", "name": "app01_os", **where}))
    assert "its disk app01_os" in refused(bench, tmp_path, vms=["app01"])
    words = refused(bench, vms=["app02"], accept=["unknown_disks"], **ANSWERED)
    assert "registered disks on data-web belong to no VM and may be its own" in words
    assert "app01_os" in words


def test_what_is_registered_and_listed_all_the_same_is_refused(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.ready("templates")
    site = bench.twin.site("recovery")
    vm = record(bench.twin.estate, "primary", "vms", "app01")["id"]
    with site.lock:
        site.settle()
        row = site.unregistered[DATA_WEB][vm]
    assert not bench.register("app01").get("failed")
    with site.lock:
        site.settle()
        site.unregistered[DATA_WEB][vm] = row
    bench.forget()
    assert "it is registered; a domain that came later lists it again" in refused(bench, tmp_path, vms=["app01"])
    with site.lock:
        site.unregistered[DATA_WEB].pop(vm)
    assert "is registered, not unregistered" in refused(bench, tmp_path, vms=[vm])
    told = removed(bench, tmp_path, vms=["app01"])
    assert (told["changed"], told["counts"]["already"]) == (False, 1)


SHARED = "0c1e8f4e-5f0b-4d53-9f5e-6a2f38c3a0aa"


def share(estate: Estate) -> None:
    """app01 and app02 have a shareable disk in common."""
    first, second = (record(estate, "primary", "vms", name) for name in ("app01", "app02"))
    own = first["disk_attachments"][0]
    disks = estate["sites"][0]["disks"]
    disk = next(one for one in disks if one["id"] == own["id"])
    extra = {"format": "raw", "name": "shared", "alias": "shared", "shareable": "true"}
    disks.append({**disk, **extra, "id": SHARED, "image_id": "0c1e8f4e-5f0b-4d53-9f5e-6a2f38c3a0ab"})
    for vm in (first, second):
        vm["disk_attachments"].append({**own, "id": SHARED, "disk": {"id": SHARED}, "bootable": "false"})


def test_a_disk_that_two_vms_share_goes_only_with_both(bench: Bench, tmp_path: pathlib.Path) -> None:
    """It stands in the description of either, and the engine deletes it with any of them."""
    bench.edit(share)
    bench.ready("attached")
    assert stored(bench, SHARED) == {"data-web"}
    words = refused(bench, tmp_path, vms=["app01"])
    assert f"disk shared ({SHARED}) would go with it, and app02" in words
    told = removed(bench, tmp_path, vms=["app01", "app02"])
    assert told["counts"]["done"] == 2
    assert stored(bench, SHARED) == set()


def test_delete_protection_is_heeded(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.edit(lambda estate: record(estate, "primary", "vms", "app01").update(delete_protected="true"))
    bench.ready("attached")
    assert "protected against deletion" in refused(bench, tmp_path, vms=["app01"])
    assert removed(bench, tmp_path, vms=["app01"], accept=["delete_protected"], **ANSWERED)["changed"]


@pytest.mark.parametrize("pattern", ["*", "**", "?*"])
def test_no_pattern_ever_meets_everything(bench: Bench, tmp_path: pathlib.Path, pattern: str) -> None:
    bench.ready("attached")
    words = refused(bench, tmp_path, vms=[pattern], accept=["patterns"], **ANSWERED)
    assert "would meet everything" in words


def test_patterns_are_accepted_knowingly(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.ready("attached")
    assert "needs 'patterns' in 'accept'" in refused(bench, tmp_path, vms=["app*"])
    told = removed(bench, tmp_path, vms=["app*"], exclude=["app03"], accept=["patterns"], **ANSWERED)
    assert {one["name"] for one in told["removals"]} == {"app01", "app02"}
    again = removed(bench, tmp_path, vms=["app*"], exclude=["app03"], accept=["patterns"], **ANSWERED)
    assert (again["changed"], again["counts"]["already"]) == (False, 0)


def test_two_of_one_name_go_by_their_ids(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.edit(lambda estate: record(estate, "primary", "vms", "app02").update(name="app01"))
    bench.ready("attached")
    ids = [one["id"] for one in bench.twin.estate["sites"][0]["vms"] if one["name"] == "app01"]
    words = refused(bench, tmp_path, vms=["app01"])
    assert all(one in words for one in ids)
    assert removed(bench, tmp_path, vms=ids[:1])["counts"]["done"] == 1
    assert listed(bench)["vms"] >= {"app01"}
    assert removed(bench, tmp_path, vms=ids)["counts"] | {"skipped": 0} == {
        "done": 1,
        "already": 1,
        "skipped": 0,
        "failed": 0,
        "not_run": 0,
    }


def test_domains_say_from_where(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.ready("attached")
    words = refused(bench, tmp_path, domains=["data-db"], vms=["app01"])
    assert "VM app01 lies on data-web, which 'domains' does not name" in words
    site = bench.twin.site("recovery")
    with site.lock:
        site.settle()
        next(one for one in site.all("storage_domain") if one.name == "data-web").set(status="maintenance")
    assert "domain data-web is maintenance, it must be active" in refused(
        bench, tmp_path, domains=["data-web"], vms=["app01"]
    )
    assert "data-web, which 'domains' does not name or which is not active" in refused(bench, tmp_path, vms=["app01"])


def test_best_effort_is_told_and_the_rest_goes(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.ready("attached")
    told = removed(bench, tmp_path, vms=["app01", "db01"], best_effort=["db*"])
    assert told["done"] == {"remove": ["app01"]}
    (failure,) = told["failures"]
    assert (failure["name"], failure["required"]) == ("db01", False)
    assert "data-erp" in failure["message"]


def test_a_removal_that_the_engine_does_not_carry_out_is_found_in_the_end(bench: Bench, tmp_path: pathlib.Path) -> None:
    """Its tasks fail without a word (contract 04, 4.8)."""
    bench.ready("attached")
    body = "<action><status>complete</status></action>"
    bench.twin.fail({"action": "status", "method": "DELETE", "path": "/vms/", "status": 200, "body": body}, "recovery")
    result = remove(bench, tmp_path, vms=["app01", "app02"], concurrency=1)
    assert result["failed"]
    assert "data-web lists it still" in result["msg"]
    assert (result["counts"]["done"], result["counts"]["failed"]) == (1, 1)
    assert [one["state"] for one in result["removals"]] == ["failed", "done"]
    assert len(result["changes"]) == 1


def test_a_disk_that_stayed_is_found_in_the_end(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.ready("attached")
    (disk,) = disks_of(bench, "app01")
    site = bench.twin.site("recovery")
    with site.lock:
        site.settle()
        row = site.unregistered[DATA_WEB][record(bench.twin.estate, "primary", "vms", "app01")["id"]]
        object.__setattr__(row, "disks", ())
    result = remove(bench, tmp_path, vms=["app01"])
    assert result["failed"]
    assert f"the engine did not delete app01_os ({disk}) on data-web" in result["msg"]
    assert "detach the domain, attach it again" in result["msg"]


def test_a_disk_that_the_engine_has_forgotten(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.ready("attached")
    bench.fail("/disks/", "status", method="DELETE", status=404, body="")
    result = remove(bench, tmp_path, disks=["archive2025"])
    assert result["failed"]
    assert "the engine lists it and yet knows nothing to delete (404)" in result["msg"]
    assert "register it as a floating disk and delete that, or detach the domain, attach it again" in result["msg"]


@pytest.mark.parametrize("what", [{"vms": ["app01"]}, {"disks": ["archive2025"]}])
def test_something_that_is_gone_by_then_was_removed_before(
    bench: Bench, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, what: dict[str, list[str]]
) -> None:
    """Somebody else deletes it between the list and the request: 404, and it is not listed any more."""
    bench.ready("attached")
    name = next(iter(what.values()))[0]
    real, calls = Client.delete, list[str]()

    def late(client: Client, path: str, **more: t.Any) -> t.Any:
        calls.append(path)
        real(client, path, **more)
        return real(client, path, **more)

    monkeypatch.setattr(Client, "delete", late)
    result = removed(bench, tmp_path, **what)
    assert len(calls) == 1
    assert (result["already"], result["changed"]) == ({"remove": [name]}, False)


def test_the_journal_says_who_answers_for_it(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.ready("attached")
    path = tmp_path / "journal"
    removed(bench, tmp_path, vms=["app*"], accept=["patterns"], **ANSWERED, journal=str(path))
    notes = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    said = [one["message"] for one in notes if one["event"] == "note"]
    assert said[0] == f"removal confirmed by Ada Byron: {TAKEOVER['reason']}, taking in: patterns"
    assert len(said) == 4
    assert all("goes with disks" in one and "_os" in one for one in said[1:])


def test_without_waiting_nothing_is_looked_at_in_the_end(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.ready("attached")
    told = removed(bench, tmp_path, vms=["app01"], wait=False)
    assert told["done"] == {"remove": ["app01"]}
    asked = [one.path for one in bench.twin._servers["recovery"].log.entries() if "vms;unregistered" in one.path]
    assert len(asked) == len(DOMAINS) + 1


def test_disks_alone_need_no_list_of_vms(bench: Bench, tmp_path: pathlib.Path) -> None:
    """Such a list costs the engine 60 ms for each VM in it."""
    bench.ready("attached")
    removed(bench, tmp_path, disks=["archive2025"])
    asked = [one.path for one in bench.twin._servers["recovery"].log.entries() if ";unregistered" in one.path]
    assert len(asked) == len(DOMAINS) + 2
    assert all("/disks;unregistered" in path for path in asked)
