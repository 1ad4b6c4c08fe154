# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""storage_domain_detach: what is in the way is found before any write, as the engine finds it after some."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import DATA_WEB, Bench, Result


def of(site: Site, tag: str, name: str) -> Entity:
    found = next(one for one in site.all(tag) if one.name == name)
    assert isinstance(found, Entity)
    return found


def primary(bench: Bench) -> Site:
    """The primary site, where nothing runs."""
    bench.quiet_primary()
    return bench.twin.site("primary")


def disk_of(site: Site, vm: str, name: str) -> dict[str, t.Any]:
    """The attachment of a VM's disk."""
    disk = of(site, "disk", name)
    found: dict[str, t.Any] = next(one for one in of(site, "vm", vm).subs["disk_attachments"] if one["id"] == disk.id)
    return found


def preview(site: Site) -> None:
    of(site, "vm", "web04").subs["snapshots"][0]["snapshot_status"] = "in_preview"


def pool(site: Site) -> None:
    site.add(Entity("vm_pool", {"id": "7d1f8a0e-0000-4000-8000-000000000001", "name": "desks", "stateful": "false"}))
    of(site, "vm", "web03").set(vm_pool={"id": "7d1f8a0e-0000-4000-8000-000000000001"})


def lease(site: Site) -> None:
    of(site, "vm", "dns02").set(status="up", lease={"storage_domain": {"id": DATA_WEB}})


def iso(site: Site) -> None:
    """The image in the drive of a running VM that has no disk on data-web."""
    of(site, "disk", "web02_os").set(content_type="iso")
    disk = of(site, "disk", "web02_os")
    for vm in site.all("vm"):
        vm.subs["disk_attachments"] = [one for one in vm.subs["disk_attachments"] if one["id"] != disk.id]
    site.disk_users.pop(disk.id, None)
    dns02 = of(site, "vm", "dns02")
    dns02.set(status="up")
    dns02.subs["cdroms"] = [{"id": "00000000-0000-0000-0000-000000000000", "file": {"id": disk.id}}]


def transfer(site: Site) -> None:
    disk = of(site, "disk", "web02_os")
    identity = "7d1f8a0e-0000-4000-8000-000000000002"
    site.add(Entity("image_transfer", {"id": identity, "phase": "transferring", "disk": {"id": disk.id}}))


def locked(site: Site) -> None:
    of(site, "disk", "web02_os").set(status="locked")


def held(site: Site) -> None:
    of(site, "vm", "web02").set(status="image_locked")


CASES: dict[str, tuple[t.Callable[[Site], None], str, list[str]]] = {
    "previews": (preview, "previews", ["web04"]),
    "pool VMs": (pool, "pool_vms", ["web03"]),
    "leases": (lease, "leases", ["dns02"]),
    "an ISO image": (iso, "iso", ["dns02"]),
    "image transfers": (transfer, "image_transfers", ["web02_os"]),
    "disks that a task holds": (locked, "locked_disks", ["web02_os"]),
    "VMs that a task holds": (held, "locked_vms", ["web02"]),
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_data_in_check_mode_and_an_error_before_any_write_otherwise(bench: Bench, case: str) -> None:
    change, kind, names = CASES[case]
    site = primary(bench)
    with site.lock:
        change(site)
    looked = bench.detach("data-web", check=True)
    assert not looked.get("failed"), looked["msg"]
    assert (looked["ok"], looked["changed"]) == (False, False)
    (found,) = looked["blockers"]
    assert (found["domain"], found["domain_id"], found["kind"], found["names"]) == (
        "data-web",
        DATA_WEB,
        kind,
        names,
    )
    refused = bench.detach("data-web")
    assert refused["failed"]
    assert refused["failure"]["kind"] == "blocked"
    assert refused["failure"]["blockers"] == looked["blockers"]
    assert refused["msg"] == looked["msg"]
    assert all(name in refused["msg"] for name in names)
    assert found["clear"] in refused["msg"]
    assert not bench.writes(site="primary")


@pytest.mark.parametrize("case", ["previews", "pool VMs", "leases", "an ISO image", "image transfers"])
def test_the_engine_would_refuse_it_too(bench: Bench, case: str) -> None:
    """Without our look the engine refuses, after the domain or others went to maintenance."""
    site = primary(bench)
    with site.lock:
        CASES[case][0](site)
    of(site, "storage_domain", "data-web").set(status="maintenance")
    if case in ("leases", "an ISO image", "image transfers"):
        of(site, "storage_domain", "data-web").set(status="active")
        assert post(bench, f"/datacenters/{center(site)}/storagedomains/{DATA_WEB}/deactivate") == 409
    else:
        assert delete(bench, f"/datacenters/{center(site)}/storagedomains/{DATA_WEB}") == 409


def center(site: Site) -> str:
    return site.data_center_of(of(site, "storage_domain", "data-web"))


def post(bench: Bench, path: str) -> int:
    return bench.send("POST", path, "<action/>", "primary")


def delete(bench: Bench, path: str) -> int:
    return bench.send("DELETE", path, "", "primary")


def test_an_inactive_disk_of_a_running_vm_does_not_hinder(bench: Bench) -> None:
    """db01 runs from data-db and has an inactive disk on data-erp: data-erp leaves, and db01 stays up."""
    site = bench.twin.site("primary")
    with site.lock:
        disk_of(site, "db01", "db01_erp")["active"] = "false"
    result = bench.detach("data-erp")
    assert not result.get("failed"), result["msg"]
    assert "data-erp" in result["done"]["detach"]
    with site.lock:
        site.settle()
        db01 = of(site, "vm", "db01")
        assert (db01.data["status"], len(db01.subs["disk_attachments"])) == ("up", 1)
    kinds = {loss["kind"]: loss["names"] for loss in result["losses"]}
    assert kinds["running_vms_staying"] == ["db01"]
    assert kinds["vms_losing_disks"] == ["db01 (db01_erp)", "db02 (db02_erp)"]


def test_an_active_disk_of_a_running_vm_does(bench: Bench) -> None:
    result = bench.detach("data-erp", check=True)
    assert [(one["kind"], one["names"]) for one in result["blockers"]] == [("running_vms", ["db01"])]


def test_a_running_vm_that_would_leave_is_refused_though_its_disk_is_inactive(bench: Bench) -> None:
    site = bench.twin.site("primary")
    with site.lock:
        for name in ("web01", "dns01"):
            disk_of(site, name, f"{name}_os")["active"] = "false"
    result = bench.detach("data-web", check=True)
    assert [(one["kind"], one["names"]) for one in result["blockers"]] == [("running_vms_leaving", ["dns01", "web01"])]


@pytest.mark.parametrize("stop", ["shutdown", "poweroff"])
def test_what_is_in_the_way_is_stopped_when_that_is_said(bench: Bench, stop: str) -> None:
    looked = bench.detach("data-web", stop_vms=stop, check=True)
    assert looked["blockers"] == []
    assert looked["leaving"][0]["stopping"] == looked["stopped_vms"] == ["dns01", "web01"]
    assert not bench.writes(site="primary")
    result = bench.detach("data-web", stop_vms=stop)
    assert not result.get("failed"), result["msg"]
    assert (result["stopped_vms"], result["still_up"]) == (["dns01", "web01"], [])
    verb = {"shutdown": "shutdown", "poweroff": "stop"}[stop]
    sent = {one.path.rpartition("/")[2] for one in bench.writes("^POST .*/vms/", "primary")}
    assert sent == {verb}


def test_a_vm_that_does_not_shut_down_in_time_is_told_and_never_powered_off(bench: Bench) -> None:
    site = bench.twin.site("primary")
    site.pace = 1000.0
    result = bench.detach("data-web", stop_vms="shutdown", timeout=0.3)
    assert result["failed"]
    assert result["still_up"] == ["dns01", "web01"]
    assert result["stopped_vms"] == []
    assert re.search(r"waited [\d.]+ s for 'status down'", result["msg"])
    sent = {one.path.rpartition("/")[2] for one in bench.writes(site="primary")}
    assert sent == {"shutdown"}


def test_a_master_that_is_not_active_holds_all_others(bench: Bench) -> None:
    site = primary(bench)
    of(site, "storage_domain", "data-master").set(status="inactive")
    result = bench.detach("data-web", "data-db")
    assert result["failed"]
    assert [one["kind"] for one in result["failure"]["blockers"]] == ["master_not_active", "master_not_active"]
    assert not bench.writes(site="primary")


def test_the_number_of_requests_does_not_grow_with_the_vms(bench: Bench) -> None:
    def reads(*names: str) -> int:
        bench.forget()
        result: Result = bench.detach(*names, check=True)
        assert not result.get("failed"), result["msg"]
        return int(result["requests"]["reads"])

    primary(bench)
    few = reads("data-db")
    assert reads("data-web") == few
    assert reads("data-web", "data-db", "data-erp") == few
    assert few <= 14
