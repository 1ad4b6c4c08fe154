# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""unregistered_disk_register with ``complete``: a VM that was registered partially gets its disks when their domain
comes."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import Bench, Estate, Result, record
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.disk_bench import (
    ATTACH_DISK,
    DATA_ERP,
    ERP,
    REGISTER_DISK,
    add_disk,
    attachments,
    failures,
    give,
    held,
    left_alone,
    new_id,
    register_disks,
    sent,
)

Known = dict[str, t.Any]


def partial(bench: Bench, folder: pathlib.Path, change: t.Callable[[Estate], object] | None = None) -> Known:
    """The databases were registered without their disks on data-erp, which came after them; the options for that."""
    if change is not None:
        bench.edit(lambda estate: (change(estate), None)[1])
    bench.ready("registered")
    attached = bench.attach(domains=[ERP], sign_in=True)
    assert not attached.get("failed"), attached["msg"]
    bench.forget()
    return {"domains": ["data-erp"], "inventory": bench.inventory(folder), "inventory_site": "primary"}


def recorded(bench: Bench, vm: str) -> list[dict[str, t.Any]]:
    """The attachments that a VM had at the primary site."""
    found: list[dict[str, t.Any]] = record(bench.twin.estate, "primary", "vms", vm)["disk_attachments"]
    return found


def how(attachment: dict[str, t.Any]) -> dict[str, str]:
    keys = ("id", "interface", "active", "bootable", "read_only", "pass_discard", "uses_scsi_reservation")
    return {key: str(attachment.get(key, "false")) for key in keys}


def test_a_disk_comes_to_its_vm_as_it_was(bench: Bench, tmp_path: pathlib.Path) -> None:
    known = partial(bench, tmp_path)
    assert len(attachments(bench, "db01")) == 1
    would = register_disks(bench, complete=["db01"], check=True, **known)
    assert not sent(bench)
    result = register_disks(bench, complete=["db01"], **known)
    assert not result.get("failed"), result["msg"]
    assert result["diff"] == would["diff"]
    assert result["attached"] == would["attached"]
    assert result["done"] == {"register": ["db01_erp"], "attach": ["db01_erp to db01"]}
    assert [how(one) for one in attachments(bench, "db01")] == [how(one) for one in recorded(bench, "db01")]
    assert len(attachments(bench, "db02")) == 1
    assert [line.rpartition("/")[2] for line in sent(bench)] == ["register", "diskattachments"]

    again = register_disks(bench, complete=["db01"], **known)
    assert (again["changed"], again["already"]) == (False, {"complete": ["db01"]})
    start = bench.power("db01")
    assert not start.get("failed"), start["msg"]


def test_all_vms_are_completed_at_once_whatever_their_flags(bench: Bench, tmp_path: pathlib.Path) -> None:
    def more(estate: Estate) -> None:
        for number, flags in (
            (1, {"interface": "virtio", "active": "false"}),
            (2, {"interface": "virtio_scsi", "read_only": "true", "pass_discard": "true"}),
            (3, {"interface": "sata"}),
        ):
            add_disk(estate, number, f"db01_more{number}", DATA_ERP)
            give(estate, "db01", new_id(number), **flags)

    known = partial(bench, tmp_path, more)
    result = register_disks(bench, complete=["*"], **known)
    assert not result.get("failed"), result["msg"]
    for vm in ("db01", "db02"):
        assert [how(one) for one in attachments(bench, vm)] == [how(one) for one in recorded(bench, vm)]
    assert len(result["attached"]) == 5
    assert not register_disks(bench, complete=["*"], **known)["changed"]


def test_disks_and_vms_in_one_call(bench: Bench, tmp_path: pathlib.Path) -> None:
    known = partial(bench, tmp_path, lambda estate: add_disk(estate, 1, "scratch", DATA_ERP))
    result = register_disks(bench, "*", complete=["*"], **known)
    assert not result.get("failed"), result["msg"]
    assert sorted(result["done"]["register"]) == ["db01_erp", "db02_erp", "scratch"]
    assert len(result["done"]["attach"]) == 2
    assert result["left_alone"] == []


def test_without_complete_a_disk_of_a_registered_vm_is_pointed_to_it(bench: Bench, tmp_path: pathlib.Path) -> None:
    known = partial(bench, tmp_path)
    result = register_disks(bench, "*", **known)
    assert not sent(bench)
    assert (
        "belongs to VM db01, which was registered without it; name the VM in 'complete'"
        in (left_alone(result)["db01_erp"])
    )
    # Without an inventory the domain is asked, which still lists the VM; that pxe01 has no disk no list tells.
    bare = register_disks(bench, "*", domains=["data-erp"])
    assert {one["name"]: one["may_belong_to"] for one in bare["unknown_owners"]} == {
        "db01_erp": ["db01", "db02", "pxe01"],
        "db02_erp": ["db01", "db02", "pxe01"],
    }
    assert not sent(bench)


# -- only if the VM did not change


def changed(bench: Bench, vm: str) -> None:
    """Somebody took a snapshot of the VM after its register."""
    site = bench.twin.site("recovery")
    with site.lock:
        found = site.named("vm", vm)
        assert found is not None
        made = {**found.subs["snapshots"][0], "id": new_id(900), "snapshot_type": "regular", "description": "before"}
        found.subs["snapshots"] = [*found.subs["snapshots"], made]


def test_a_vm_with_a_new_snapshot_gets_nothing(bench: Bench, tmp_path: pathlib.Path) -> None:
    known = partial(bench, tmp_path)
    changed(bench, "db01")
    result = register_disks(bench, complete=["db*"], **known)
    assert result["failed"]
    told = failures(result)["db01_erp to db01"]
    assert f"VM db01 was changed since the inventory was made: it has the new snapshot {new_id(900)}" in told
    assert result["done"] == {"register": ["db02_erp"], "attach": ["db02_erp to db02"]}
    assert held(bench, "db01_erp") is None
    assert [one["vm"] for one in result["not_completable"]] == ["db01"]
    assert not register_disks(bench, complete=["db*"], best_effort=["db01"], **known).get("failed")


def with_a_snapshot(estate: Estate) -> None:
    """db01 has a snapshot."""
    vm = record(estate, "primary", "vms", "db01")
    made = {**vm["snapshots"][0], "id": new_id(901), "snapshot_type": "regular", "description": "monthly"}
    vm["snapshots"].append(made)


def added_later(bench: Bench) -> None:
    """The disk of db01 on data-erp was added after the snapshot, so it has one volume only."""
    disk = record(bench.twin.estate, "primary", "disks", "db01_erp")["id"]
    bench.twin.storage.contents[DATA_ERP].layered.discard(disk)


def test_a_vm_that_lost_a_snapshot_gets_nothing(bench: Bench, tmp_path: pathlib.Path) -> None:
    known = partial(bench, tmp_path, with_a_snapshot)
    added_later(bench)
    site = bench.twin.site("recovery")
    with site.lock:
        found = site.named("vm", "db01")
        assert found is not None
        found.subs["snapshots"] = [one for one in found.subs["snapshots"] if one["id"] != new_id(901)]
    result = register_disks(bench, complete=["db01"], **known)
    assert "its snapshot monthly is gone" in result["msg"]
    assert not sent(bench)


def test_a_vm_keeps_its_old_snapshots_and_a_disk_without_one_follows(bench: Bench, tmp_path: pathlib.Path) -> None:
    known = partial(bench, tmp_path, with_a_snapshot)
    added_later(bench)
    result = register_disks(bench, complete=["db01"], **known)
    assert not result.get("failed"), result["msg"]
    assert len(attachments(bench, "db01")) == 2


def test_an_inventory_that_tells_no_snapshots_proves_nothing(bench: Bench, tmp_path: pathlib.Path) -> None:
    known = partial(bench, tmp_path)
    record(bench.twin.estate, "primary", "vms", "db01")["snapshots"] = []
    known["inventory"] = bench.inventory(tmp_path)
    result = register_disks(bench, complete=["db01"], **known)
    assert "its snapshots are not told; export the site again" in result["msg"]
    assert not sent(bench)


def test_an_inventory_that_tells_no_interface_is_no_guide(bench: Bench, tmp_path: pathlib.Path) -> None:
    known = partial(bench, tmp_path)
    for attachment in recorded(bench, "db01"):
        attachment.pop("interface")
    known["inventory"] = bench.inventory(tmp_path)
    result = register_disks(bench, complete=["db01"], **known)
    assert "does not tell the interface of the disk in VM db01" in result["msg"]
    assert not sent(bench)


# -- what cannot be completed


def test_a_disk_with_snapshots_is_told_as_not_completable(bench: Bench, tmp_path: pathlib.Path) -> None:
    known = partial(bench, tmp_path, with_a_snapshot)
    disk = record(bench.twin.estate, "primary", "disks", "db01_erp")["id"]
    result = register_disks(bench, complete=["db01"], **known)
    assert not result.get("failed"), result["msg"]
    (told,) = result["not_completable"]
    assert (told["vm"], told["disk"], told["id"]) == ("db01", "db01_erp", disk)
    assert "has snapshots: the engine does not list such a disk" in told["why"]
    assert not sent(bench)


def test_a_domain_that_is_not_there_yet_is_waited_for(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.ready("registered")
    known = {"inventory": bench.inventory(tmp_path), "inventory_site": "primary"}
    result = register_disks(bench, complete=["db01", "app01"], **known)
    assert not result.get("failed"), result["msg"]
    (told,) = result["not_completable"]
    assert told["why"] == "lies on data-erp, which is not attached yet; when it is, run again"
    assert result["already"] == {"complete": ["app01"]}
    assert not bench.attach(domains=[ERP], sign_in=True).get("failed")
    result = register_disks(bench, complete=["db01"], **known)
    assert result["not_completable"][0]["why"] == "lies on data-erp, which is not among the given domains"


def test_a_disk_that_is_nowhere_and_a_lun_are_told(bench: Bench, tmp_path: pathlib.Path) -> None:
    known = partial(bench, tmp_path)
    bench.twin.storage.contents[DATA_ERP].disks.pop(record(bench.twin.estate, "primary", "disks", "db01_erp")["id"])
    site = bench.twin.site("recovery")
    with site.lock:
        found = site.named("vm", "file01")
        assert found is not None
        lun = record(bench.twin.estate, "primary", "disks", "file01_shares")["id"]
        found.subs["disk_attachments"] = [one for one in found.subs["disk_attachments"] if one["id"] != lun]
    result = register_disks(bench, complete=["db01", "file01"], **known)
    assert not result.get("failed"), result["msg"]
    told = {one["vm"]: one["why"] for one in result["not_completable"]}
    assert told["db01"] == "does not lie on data-erp: it was removed, or is newer than the replica"
    assert "is a direct LUN" in told["file01"]


def test_a_vm_that_runs_gets_nothing(bench: Bench, tmp_path: pathlib.Path) -> None:
    known = partial(bench, tmp_path)
    assert not bench.power("db01").get("failed")
    bench.forget()
    result = register_disks(bench, complete=["db01"], **known)
    assert result["failed"]
    assert "VM db01 is up; disks are given to VMs that are down" in result["msg"]
    assert not sent(bench)


@pytest.mark.parametrize(
    ("vms", "words"),
    [
        (["nobody"], "nobody: no VM of this name or id is registered"),
        (["db01", "stranger"], "the inventory holds no VM of the id"),
    ],
)
def test_vms_that_cannot_be_completed(bench: Bench, tmp_path: pathlib.Path, vms: list[str], words: str) -> None:
    known = partial(bench, tmp_path)
    site = bench.twin.site("recovery")
    with site.lock:
        app01 = site.named("vm", "app01")
        assert app01 is not None
        clone = {**app01.data, "id": new_id(800), "name": "stranger"}
        site.add(type(app01)("vm", clone, {key: [] for key in app01.subs}))
    result = register_disks(bench, complete=vms, **known)
    assert result["failed"]
    assert words in result["msg"]
    assert ("attach" in result["done"]) == ("db01" in vms)


def test_excluded_disks_stay(bench: Bench, tmp_path: pathlib.Path) -> None:
    known = partial(bench, tmp_path)
    result = register_disks(bench, complete=["db*"], exclude=["db01_*"], **known)
    assert result["done"]["attach"] == ["db02_erp to db02"]


# -- crashes, lost answers, refusals


def test_what_ended_between_register_and_attach_goes_on(bench: Bench, tmp_path: pathlib.Path) -> None:
    known = partial(bench, tmp_path)
    body = "<fault><detail>[Cannot attach Virtual Disk. VM is not found.]</detail></fault>"
    bench.fail("/diskattachments", "status", status=400, body=body)
    broken = register_disks(bench, complete=["db01"], **known)
    assert "VM is not found" in failures(broken)["db01_erp to db01"]
    assert held(bench, "db01_erp") is not None
    result = register_disks(bench, complete=["db01"], **known)
    assert not result.get("failed"), result["msg"]
    assert result["done"] == {"attach": ["db01_erp to db01"]}
    assert len(attachments(bench, "db01")) == 2


def test_a_disk_that_another_vm_has_by_now_stays_there(bench: Bench, tmp_path: pathlib.Path) -> None:
    known = partial(bench, tmp_path)
    done = register_disks(bench, complete=["db01"], **known)
    assert not done.get("failed"), done["msg"]
    site = bench.twin.site("recovery")
    with site.lock:
        db01, db02 = site.named("vm", "db01"), site.named("vm", "db02")
        assert db01 is not None
        assert db02 is not None
        moved = db01.subs["disk_attachments"].pop()
        db02.subs["disk_attachments"].append(moved)
        site.disk_users[moved["id"]] = {db02.id}
    result = register_disks(bench, complete=["db01"], **known)
    assert result["not_completable"][0]["why"] == "is attached to VM db02 by now"
    assert not result["changed"]


@pytest.mark.parametrize(("action", "times"), [("reset_after", 1), ("reset_before", 2), ("truncate", 1)])
@pytest.mark.parametrize("path", ["/disks/[^/]+/register$", "/diskattachments$"])
def test_a_lost_answer_is_looked_up(bench: Bench, tmp_path: pathlib.Path, path: str, action: str, times: int) -> None:
    known = partial(bench, tmp_path)
    bench.fail(path, action)
    result = register_disks(bench, complete=["db01"], **known)
    assert not result.get("failed"), result["msg"]
    counts = [len(bench.writes(pattern)) for pattern in (REGISTER_DISK, ATTACH_DISK)]
    assert counts == ([times, 1] if "register" in path else [1, times])
    assert len(attachments(bench, "db01")) == 2


@pytest.mark.parametrize(
    ("status", "detail", "words"),
    [
        (
            409,
            "[Cannot attach Virtual Disk. Disk db01_os in VM db01 is already marked as boot.]",
            "is already marked as boot",
        ),
        (
            403,
            "[User is not authorized to perform this action.]",
            "lacks the permit attach_disk on the disk, and configure_vm_storage on the VM",
        ),
    ],
)
def test_a_refused_attach_is_told_in_the_engines_words(
    bench: Bench, tmp_path: pathlib.Path, status: int, detail: str, words: str
) -> None:
    known = partial(bench, tmp_path)
    body = f"<fault><detail>{detail}</detail><reason>Operation Failed</reason></fault>"
    bench.fail("/diskattachments", "status", status=status, body=body)
    result: Result = register_disks(bench, complete=["db01"], **known)
    assert words in failures(result)["db01_erp to db01"]
    assert held(bench, "db01_erp") is not None


def test_what_is_needed_is_asked_for(bench: Bench) -> None:
    assert "missing parameter(s) required by 'complete': inventory" in register_disks(bench, complete=["db01"])["msg"]
    assert "one of the following is required: disks, complete" in register_disks(bench)["msg"]
