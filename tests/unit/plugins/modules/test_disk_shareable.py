# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""unregistered_disk_register and shareable disks: they come back once, and to every VM that had them."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import DATA_DB, Bench, Estate
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.disk_bench import (
    ARCHIVE,
    ATTACH_DISK,
    EDIT_DISK,
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
EVERY = [f"quorum to {vm}" for vm in ("app01", "app02", "dns02")]


def quorum(estate: Estate) -> None:
    """A shareable disk of three VMs, each having it in a way of its own."""
    add_disk(estate, 1, "quorum", DATA_DB, shareable="true", sparse="false")
    give(estate, "app01", QUORUM, interface="virtio")
    give(estate, "app02", QUORUM, read_only="true")
    give(estate, "dns02", QUORUM, active="false")


@pytest.fixture
def known(bench: Bench, tmp_path: pathlib.Path) -> dict[str, t.Any]:
    """The domains are attached and the templates registered; the options that tell of the source."""
    bench.edit(quorum)
    bench.ready("templates")
    return {"inventory": bench.inventory(tmp_path), "inventory_site": "primary"}


def attached(bench: Bench, vm: str) -> dict[str, str]:
    """How a VM has the disk, nothing when it has not."""
    found = [one for one in attachments(bench, vm) if one["id"] == QUORUM]
    return {key: found[0][key] for key in ("interface", "active", "read_only")} if found else {}


def test_it_comes_once_and_to_every_vm_as_it_had_it(bench: Bench, known: dict[str, t.Any]) -> None:
    registered = bench.register(**known)
    assert not registered.get("failed"), registered["msg"]
    assert attached(bench, "app01") == {}
    bench.forget()
    would = register_disks(bench, "*", check=True, **known)
    assert not sent(bench)
    result = register_disks(bench, "*", **known)
    assert not result.get("failed"), result["msg"]
    assert (result["diff"], result["attached"]) == (would["diff"], would["attached"])
    assert sorted(result["done"]["register"]) == [ARCHIVE, "quorum"]
    assert result["done"]["edit"] == ["quorum"]
    assert sorted(result["done"]["attach"]) == EVERY
    assert held(bench, "quorum").data["shareable"] == "true"
    assert attached(bench, "app01") == {"interface": "virtio", "active": "true", "read_only": "false"}
    assert attached(bench, "app02") == {"interface": "virtio_scsi", "active": "true", "read_only": "true"}
    assert attached(bench, "dns02") == {"interface": "virtio_scsi", "active": "false", "read_only": "false"}

    again = register_disks(bench, "*", **known)
    assert (again["changed"], again["counts"]["failed"]) == (False, 0)
    assert sorted(again["already"]["attach"]) == EVERY
    start = bench.power("app01", "app02", "dns02")
    assert not start.get("failed"), start["msg"]


def test_vms_that_come_later_get_it_later(bench: Bench, known: dict[str, t.Any]) -> None:
    assert not bench.register("app01", **known).get("failed")
    first = register_disks(bench, "quorum", **known)
    assert not first.get("failed"), first["msg"]
    assert first["done"]["attach"] == ["quorum to app01"]
    assert left_alone(first) == {
        f"quorum to {vm}": f"quorum: VM {vm} is not registered; when it is, run again" for vm in ("app02", "dns02")
    }
    # The disk does not keep its VMs from coming: it stands in no description.
    assert not bench.register("app02", "dns02", **known).get("failed")
    second = register_disks(bench, "quo*", **known)
    assert second["done"] == {"attach": ["quorum to app02", "quorum to dns02"]}


def test_a_vm_that_runs_gets_none_and_the_others_do(bench: Bench, known: dict[str, t.Any]) -> None:
    assert not bench.register("app01", "app02", "dns02", **known).get("failed")
    assert not bench.power("app02").get("failed")
    result = register_disks(bench, "quorum", **known)
    assert result["failed"]
    assert "VM app02 is up; disks are given to VMs that are down" in failures(result)["quorum to app02"]
    assert result["done"]["attach"] == ["quorum to app01", "quorum to dns02"]
    assert not register_disks(bench, "quorum", best_effort=["app02"], **known).get("failed")


def test_it_is_only_registered_when_that_was_asked_for(bench: Bench, known: dict[str, t.Any]) -> None:
    assert not bench.register("app01", **known).get("failed")
    result = register_disks(bench, "quorum", attach=False, **known)
    assert result["done"] == {"register": ["quorum"], "edit": ["quorum"]}
    assert result["left_alone"] == []


def test_without_an_inventory_its_owners_are_unknown(bench: Bench, known: dict[str, t.Any]) -> None:
    bench.forget()
    result = register_disks(bench, "quorum")
    assert result["failed"]
    assert [one["name"] for one in result["unknown_owners"]] == ["quorum"]
    assert not sent(bench)


def test_a_vm_is_pointed_to_the_option_for_its_shareable_disk(bench: Bench, known: dict[str, t.Any]) -> None:
    assert not bench.register("app01", **known).get("failed")
    result = register_disks(bench, complete=["app01"], **known)
    assert result["not_completable"][0]["why"].startswith("is shareable; name it in 'disks'")
    both = register_disks(bench, "quorum", complete=["app01"], **known)
    assert both["done"]["attach"] == ["quorum to app01"]


@pytest.mark.parametrize(("action", "times"), [("reset_after", 1), ("reset_before", 2)])
@pytest.mark.parametrize("kind", ["register", "edit", "attach"])
def test_a_lost_answer_is_looked_up(bench: Bench, known: dict[str, t.Any], kind: str, action: str, times: int) -> None:
    assert not bench.register("app01", **known).get("failed")
    bench.forget()
    paths = {"register": ("/disks/[^/]+/register$", "POST"), "edit": ("/api/disks/", "PUT")}
    path, method = paths.get(kind, ("/diskattachments$", "POST"))
    bench.fail(path, action, method=method)
    result = register_disks(bench, "quorum", **known)
    assert not result.get("failed"), result["msg"]
    counts = {"register": REGISTER_DISK, "edit": EDIT_DISK, "attach": ATTACH_DISK}
    # An attach during the edit is refused and sent again, so at least as often.
    assert len(bench.writes(counts[kind])) >= times
    assert held(bench, "quorum").data["shareable"] == "true"
    assert attached(bench, "app01")["interface"] == "virtio"


def test_what_ended_in_the_middle_goes_on(bench: Bench, known: dict[str, t.Any]) -> None:
    assert not bench.register("app01", "app02", **known).get("failed")
    body = "<fault><detail>[Cannot edit Virtual Disk. General failure.]</detail></fault>"
    bench.fail("/api/disks/", "status", method="PUT", status=400, body=body)
    broken = register_disks(bench, "quorum", **known)
    assert "General failure" in failures(broken)["quorum"]
    assert sorted(entry["name"] for entry in broken["not_run"]) == ["quorum to app01", "quorum to app02"]
    result = register_disks(bench, "quorum", **known)
    assert result["done"] == {"edit": ["quorum"], "attach": ["quorum to app01", "quorum to app02"]}
