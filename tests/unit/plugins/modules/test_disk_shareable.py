# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""unregistered_disk_register and shareable disks: they come back once, and to every VM that had them.

An engine of version 4.5 brings such a disk with each of its VMs, unless its domain was not there then.
"""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import DOMAINS, Bench, Estate
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.disk_bench import (
    ATTACH_DISK,
    DATA_ERP,
    EDIT_DISK,
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

QUORUM = new_id(1)
VMS = ("app01", "app02", "dns02")
EVERY = [f"quorum to {vm}" for vm in VMS]
HOW = {
    "app01": {"interface": "virtio", "active": "true", "read_only": "false"},
    "app02": {"interface": "virtio_scsi", "active": "true", "read_only": "true"},
    "dns02": {"interface": "virtio_scsi", "active": "false", "read_only": "false"},
}


def quorum(estate: Estate) -> None:
    """A shareable disk of three VMs, each having it in a way of its own, on the domain that comes last."""
    add_disk(estate, 1, "quorum", DATA_ERP, shareable="true", sparse="false")
    for vm, how in HOW.items():
        give(estate, vm, QUORUM, **how)


@pytest.fixture
def known(bench: Bench, tmp_path: pathlib.Path) -> dict[str, t.Any]:
    """Domains but data-erp are attached and their templates registered; the options that tell of the source."""
    bench.edit(quorum)
    bench.ready("templates")
    return {"inventory": bench.inventory(tmp_path), "inventory_site": "primary"}


def come(bench: Bench, *vms: str, **known: t.Any) -> None:
    """VMs are registered, without the disk unless its domain is there."""
    given = {"partial": ["*"], **known}
    result = bench.register(*(vms or VMS), **given)
    assert not result.get("failed"), result["msg"]
    bench.forget()


def erp(bench: Bench) -> None:
    """The domain of the disk is attached."""
    result = bench.attach(domains=[ERP], sign_in=True)
    assert not result.get("failed"), result["msg"]
    bench.forget()


def run(bench: Bench, *disks: str, **options: t.Any) -> t.Any:
    return register_disks(bench, *disks, **{"domains": ["data-erp"], **options})


def attached(bench: Bench, vm: str) -> dict[str, str]:
    """How a VM has the disk, nothing when it has not."""
    found = [one for one in attachments(bench, vm) if one["id"] == QUORUM]
    assert len(found) < 2
    return {key: found[0][key] for key in ("interface", "active", "read_only")} if found else {}


def test_it_comes_once_and_to_every_vm_as_it_had_it(bench: Bench, known: dict[str, t.Any]) -> None:
    come(bench, **known)
    assert attached(bench, "app01") == {}
    erp(bench)
    would = run(bench, "*", check=True, **known)
    assert not sent(bench)
    result = run(bench, "*", **known)
    assert not result.get("failed"), result["msg"]
    assert (result["diff"], result["attached"]) == (would["diff"], would["attached"])
    assert result["done"] == {"register": ["quorum"], "edit": ["quorum"], "attach": EVERY}
    assert held(bench, "quorum").data["shareable"] == "true"
    assert {vm: attached(bench, vm) for vm in VMS} == HOW
    assert [len(bench.writes(kind)) for kind in (REGISTER_DISK, EDIT_DISK)] == [1, 1]

    again = run(bench, "*", **known)
    assert (again["changed"], again["counts"]["failed"]) == (False, 0)
    assert again["already"]["attach"] == EVERY
    start = bench.power(*VMS)
    assert not start.get("failed"), start["msg"]


def test_what_its_vms_brought_is_left_as_it_is(bench: Bench, known: dict[str, t.Any]) -> None:
    erp(bench)
    come(bench, domains=[*sorted(DOMAINS), "data-erp"], **known)
    assert {vm: attached(bench, vm) for vm in VMS} == HOW
    result = run(bench, "quorum", **known)
    assert not result.get("failed"), result["msg"]
    assert (result["changed"], result["already"]["attach"]) == (False, EVERY)
    assert not sent(bench)


def test_it_may_come_before_its_vms(bench: Bench, known: dict[str, t.Any]) -> None:
    come(bench, "app01", **known)
    erp(bench)
    first = run(bench, "quorum", **known)
    assert not first.get("failed"), first["msg"]
    assert first["done"]["attach"] == ["quorum to app01"]
    words = "is not registered; it comes with the disk when it is, or run again then"
    assert left_alone(first) == {f"quorum to {vm}": f"quorum: VM {vm} {words}" for vm in ("app02", "dns02")}
    come(bench, "app02", "dns02", domains=[*sorted(DOMAINS), "data-erp"], **known)
    assert {vm: attached(bench, vm) for vm in VMS} == HOW
    assert not run(bench, "quo*", **known)["changed"]


def test_vms_that_come_without_it_get_it_later(bench: Bench, known: dict[str, t.Any]) -> None:
    come(bench, "app01", **known)
    erp(bench)
    assert not run(bench, "quorum", **known).get("failed")
    come(bench, "app02", **known)
    site = bench.twin.site("recovery")
    with site.lock:
        found = site.named("vm", "app02")
        assert found is not None
        found.subs["disk_attachments"] = [one for one in found.subs["disk_attachments"] if one["id"] != QUORUM]
        site.disk_users[QUORUM].discard(found.id)
    second = run(bench, "quo*", **known)
    assert second["done"] == {"attach": ["quorum to app02"]}
    assert attached(bench, "app02") == HOW["app02"]


def test_a_vm_that_runs_gets_none_and_the_others_do(bench: Bench, known: dict[str, t.Any]) -> None:
    come(bench, **known)
    erp(bench)
    assert not bench.power("app02").get("failed")
    result = run(bench, "quorum", **known)
    assert result["failed"]
    assert "VM app02 is up; disks are given to VMs that are down" in failures(result)["quorum to app02"]
    assert result["done"]["attach"] == ["quorum to app01", "quorum to dns02"]
    assert not run(bench, "quorum", best_effort=["app02"], **known).get("failed")


def test_it_is_only_registered_when_that_was_asked_for(bench: Bench, known: dict[str, t.Any]) -> None:
    come(bench, "app01", **known)
    erp(bench)
    result = run(bench, "quorum", attach=False, **known)
    assert result["done"] == {"register": ["quorum"], "edit": ["quorum"]}
    assert result["left_alone"] == []


def test_without_an_inventory_its_owners_are_unknown(bench: Bench, known: dict[str, t.Any]) -> None:
    erp(bench)
    result = run(bench, "quorum")
    assert result["failed"]
    assert [one["name"] for one in result["unknown_owners"]] == ["quorum"]
    assert not sent(bench)


def test_to_complete_a_vm_gives_it_its_shareable_disk_too(bench: Bench, known: dict[str, t.Any]) -> None:
    come(bench, **known)
    erp(bench)
    result = run(bench, complete=["app01"], **known)
    assert result["done"] == {"register": ["quorum"], "edit": ["quorum"], "attach": ["quorum to app01"]}
    assert held(bench, "quorum").data["shareable"] == "true"
    both = run(bench, "*", complete=["app*"], **known)
    assert both["done"] == {"attach": ["quorum to app02", "quorum to dns02"]}
    assert {vm: attached(bench, vm) for vm in VMS} == HOW


@pytest.mark.parametrize(("action", "times"), [("reset_after", 1), ("reset_before", 2)])
@pytest.mark.parametrize("kind", ["register", "edit", "attach"])
def test_a_lost_answer_is_looked_up(bench: Bench, known: dict[str, t.Any], kind: str, action: str, times: int) -> None:
    come(bench, "app01", **known)
    erp(bench)
    paths = {"register": ("/disks/[^/]+/register$", "POST"), "edit": ("/api/disks/", "PUT")}
    path, method = paths.get(kind, ("/diskattachments$", "POST"))
    bench.fail(path, action, method=method)
    result = run(bench, "quorum", **known)
    assert not result.get("failed"), result["msg"]
    counts = {"register": REGISTER_DISK, "edit": EDIT_DISK, "attach": ATTACH_DISK}
    # An attach is refused while the edit goes on, and sent again then.
    assert len(bench.writes(counts[kind])) >= times
    assert kind == "attach" or len(bench.writes(counts[kind])) == times
    assert held(bench, "quorum").data["shareable"] == "true"
    assert attached(bench, "app01") == HOW["app01"]


def test_what_ended_in_the_middle_goes_on(bench: Bench, known: dict[str, t.Any]) -> None:
    come(bench, "app01", "app02", **known)
    erp(bench)
    body = "<fault><detail>[Cannot edit Virtual Disk. General failure.]</detail></fault>"
    bench.fail("/api/disks/", "status", method="PUT", status=400, body=body)
    broken = run(bench, "quorum", **known)
    assert "General failure" in failures(broken)["quorum"]
    assert sorted(entry["name"] for entry in broken["not_run"]) == ["quorum to app01", "quorum to app02"]
    result = run(bench, "quorum", **known)
    assert result["done"] == {"edit": ["quorum"], "attach": ["quorum to app01", "quorum to app02"]}
