# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Leftover LUN disks: a register beside the old record of its own LUN disk breaks the engine's storage listing."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.journal import read
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import (
    FILE01_LUN,
    REGISTER,
    Bench,
    path_of,
)
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.meanwhile import Write, gone, in_between, nothing

FORGET = r"^DELETE .*/api/disks/"
SITE = "primary"


@pytest.fixture
def leftover(bench: Bench) -> t.Any:
    """data-web left the primary site with file01 and came back: file01's LUN disk stayed behind as a record."""
    bench.quiet_primary()
    assert not bench.detach("data-web").get("failed")
    disk = next(one for one in bench.twin.site(SITE).all("disk") if "lun_storage" in one.data)
    back = [{"id": "f892eb5c-6c83-428c-acc1-9cfb8caac9c0", "address": "nfs-a.example", "path": "/exports/data-web"}]
    done = bench.run("storage_domain_attach", site=SITE, data_center="Production", domains=back)
    assert not done.get("failed"), done["msg"]
    result = bench.run(
        "unregistered_template_register", site=SITE, data_center="Production", domains=["data-web"], cluster="prod"
    )
    assert not result.get("failed"), result["msg"]
    bench.forget()
    return disk


def register(bench: Bench, *vms: str, **options: t.Any) -> dict[str, t.Any]:
    return bench.run(
        "unregistered_vm_register",
        site=SITE,
        data_center="Production",
        domains=["data-web"],
        cluster="prod",
        vms=list(vms),
        **options,
    )


def is_sound(bench: Bench) -> bool:
    """Whether the engine's storage listing can still be made."""
    return not bench.twin.site(SITE).doubled


def test_an_unknown_owner_stops_everything_and_lists_the_disks_by_id(bench: Bench, leftover: t.Any) -> None:
    for vms in (["file01"], ["app01"], ["*"]):
        result = register(bench, *vms)
        assert result["failed"]
        for words in (leftover.id, FILE01_LUN, "leftover_luns: remove", "leftover_luns: keep", "inventory"):
            assert words in result["msg"]
        assert not bench.writes(site=SITE)
    assert register(bench, "file01", check=True)["failed"]


def test_a_tied_disk_is_saved_and_forgotten_before_the_register(
    bench: Bench, leftover: t.Any, tmp_path: pathlib.Path
) -> None:
    journal = tmp_path / "journal.jsonl"
    inventory = {"inventory": bench.inventory(tmp_path), "inventory_site": SITE}
    would = register(bench, "file01", "app01", check=True, **inventory)
    assert not bench.writes(site=SITE)
    result = register(bench, "file01", "app01", journal=str(journal), **inventory)
    assert not result.get("failed"), result["msg"]
    assert result["diff"] == would["diff"]
    assert leftover.id in result["diff"]["before"]

    sent = [f"{entry.method} {path_of(entry)}" for entry in bench.writes(site=SITE)]
    forgotten = next(number for number, line in enumerate(sent) if line.endswith(f"/disks/{leftover.id}"))
    file01 = bench.twin.site(SITE).named("vm", "file01")
    assert file01 is not None
    registered = next(number for number, line in enumerate(sent) if line.endswith(f"/vms/{file01.id}/register"))
    assert forgotten < registered
    assert len(sent) == 3
    assert is_sound(bench)

    notes = [line["message"] for line in read(str(journal)) if line["event"] == "note"]
    (saved,) = [note for note in notes if leftover.id in note]
    for words in (leftover.name, FILE01_LUN, "192.0.2.50", "iqn.2026-01.example.site-a:san"):
        assert words in saved
    (entry,) = result["forgotten_luns"]
    assert (entry["id"], entry["name"]) == (leftover.id, leftover.name)
    assert entry["saved"]["lun"] == FILE01_LUN
    assert entry["saved"]["target"] == "iqn.2026-01.example.site-a:san"


def test_an_inventory_that_ties_it_to_no_chosen_vm_leaves_it_alone(
    bench: Bench, leftover: t.Any, tmp_path: pathlib.Path
) -> None:
    result = register(bench, "app01", inventory=bench.inventory(tmp_path), inventory_site=SITE)
    assert not result.get("failed"), result["msg"]
    assert not bench.writes(FORGET, SITE)
    assert bench.twin.site(SITE).get("disk", leftover.id) is not None


def test_a_disk_of_a_vm_that_cannot_come_keeps_its_record(
    bench: Bench, leftover: t.Any, tmp_path: pathlib.Path
) -> None:
    """The name of file01 belongs to another VM by now, so it is not registered and its disk is nobody's business."""
    assert not register(bench, "app01", leftover_luns="keep").get("failed")
    site = bench.twin.site(SITE)
    app01 = site.named("vm", "app01")
    assert app01 is not None
    app01.set(name="file01")
    site.vm_names["file01"] = site.vm_names.pop("app01")
    bench.forget()
    result = register(bench, "file01", inventory=bench.inventory(tmp_path), inventory_site=SITE)
    assert result["failed"]
    assert "the name belongs to another vm" in result["msg"]
    assert not bench.writes(site=SITE)


def test_remove_forgets_what_has_no_known_owner_first(bench: Bench, leftover: t.Any) -> None:
    result = register(bench, "file01", "app01", leftover_luns="remove")
    assert not result.get("failed"), result["msg"]
    sent = [f"{entry.method} {path_of(entry)}" for entry in bench.writes(site=SITE)]
    assert sent[0].endswith(f"/disks/{leftover.id}")
    assert len(sent) == 3
    assert is_sound(bench)
    assert result["forgotten_luns"][0]["saved"]["lun"] == FILE01_LUN


def test_keep_registers_and_leaves_the_record(bench: Bench, leftover: t.Any) -> None:
    result = register(bench, "app01", leftover_luns="keep")
    assert not result.get("failed"), result["msg"]
    assert not bench.writes(FORGET, SITE)
    assert bench.twin.site(SITE).get("disk", leftover.id) is not None
    assert is_sound(bench)


def test_when_the_record_cannot_be_removed_its_vm_is_not_registered(
    bench: Bench, leftover: t.Any, tmp_path: pathlib.Path
) -> None:
    bench.fail(
        r"/disks/", "status", site=SITE, method="DELETE", status=409, body="<fault><detail>[no]</detail></fault>"
    )
    result = register(bench, "file01", "app01", inventory=bench.inventory(tmp_path), inventory_site=SITE)
    assert result["failed"]
    assert result["done"] == {"register": ["app01"]}
    assert [entry["name"] for entry in result["not_run"]] == ["file01"]
    assert leftover.name in result["msg"]
    assert is_sound(bench)
    assert len(bench.writes(REGISTER, SITE)) == 1


def test_a_lost_answer_of_the_removal_is_looked_up(bench: Bench, leftover: t.Any, tmp_path: pathlib.Path) -> None:
    bench.fail(r"/disks/", site=SITE, method="DELETE")
    result = register(bench, "file01", inventory=bench.inventory(tmp_path), inventory_site=SITE)
    assert not result.get("failed"), result["msg"]
    assert len(bench.writes(FORGET, SITE)) == 1
    assert [entry["saved"]["lun"] for entry in result["forgotten_luns"]] == [FILE01_LUN]
    assert bench.names("vm", SITE) >= {"file01"}
    assert is_sound(bench)
    assert leftover.id in {one.id for one in bench.twin.site(SITE).all("disk")}


def test_a_record_that_somebody_else_removes_meanwhile_is_gone(
    bench: Bench, leftover: t.Any, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"inventory": bench.inventory(tmp_path), "inventory_site": SITE}
    write = Write(nothing, lambda held: register(held, "file01", **given), "DELETE", r"/disks/", leftover.name, SITE)
    happened = in_between(monkeypatch, bench, write, gone("disk", SITE, leftover.name))
    result = write.call(bench)
    assert not result.get("failed"), result["msg"]
    assert len(happened) == 2, "the removal was not refused"
    assert result["already"]["forget_lun"] == [leftover.name]
    assert result["forgotten_luns"] == []
    assert result["done"] == {"register": ["file01"]}
