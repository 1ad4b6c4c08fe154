# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""unregistered_info: what the lists tell, what only an inventory knows, and what is not known."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import (
    DOMAINS,
    Bench,
    Estate,
    Result,
    record,
    site_of,
)

ALL = ["vms", "templates", "disks"]
CONTENT = ("cluster", "nics", "disks", "missing_disks", "luns", "permissions", "quota", "snapshots")


def look(bench: Bench, folder: pathlib.Path | None = None, **options: t.Any) -> Result:
    """What the module tells of Recovery; folder: where the inventory of the primary site is put, None for none."""
    given = {"inventory": bench.inventory(folder), "inventory_site": "primary"} if folder else {}
    return bench.done("unregistered_info", data_center="Recovery", **given, **options)


def named(found: list[Result]) -> dict[str, Result]:
    return {one["name"]: one for one in found}


def test_what_the_lists_tell_of_a_vm(bench: Bench) -> None:
    def change(estate: Estate) -> None:
        vm = record(estate, "primary", "vms", "db01")
        domain = record(estate, "primary", "storage_domains", "data-db")
        vm.update(delete_protected="true", lease={"storage_domain": {"id": domain["id"]}})

    estate = bench.edit(change)
    bench.ready("attached")
    told = named(look(bench)["vms"])["db01"]
    source = record(estate, "primary", "vms", "db01")
    assert told["description"] == "Customer database, primary"
    assert told["creation_time"].startswith(source["creation_time"][:19])
    assert (told["memory"], told["architecture"], told["os"]) == (268435456, "x86_64", "other_linux")
    assert (told["delete_protected"], told["high_availability"], told["priority"]) == (True, True, 100)
    assert (told["lease_domain"], told["registered"], told["in_inventory"]) == ("data-db", False, False)
    assert {key: told[key] for key in (*CONTENT, "affinity_groups", "affinity_labels")} == dict.fromkeys(
        (*CONTENT, "affinity_groups", "affinity_labels"), "unknown"
    )
    assert (told["complete"], told["problems"]) == ("unknown", [])


def test_disks_and_networks_are_looked_at_before_the_import(bench: Bench, tmp_path: pathlib.Path) -> None:
    """Work flow, step 9: by an inventory, and without a register."""
    bench.ready("attached")
    found = look(bench, tmp_path, vms=["app01", "web01", "db01", "file01", "legacy01"])
    assert found["unmatched"] == {}
    vms = named(found["vms"])
    assert len(vms) == 5
    app = vms["app01"]
    assert (app["cluster"], app["complete"], app["problems"]) == ("prod", True, [])
    (disk,) = app["disks"]
    assert (disk["state"], disk["domains"], disk["interface"], disk["bootable"], disk["active"]) == (
        "listed",
        ["data-web"],
        "virtio_scsi",
        True,
        True,
    )
    source = record(bench.twin.estate, "primary", "vms", "app01")
    assert [nic["mac"] for nic in app["nics"]] == [nic["mac"]["address"] for nic in source["nics"]]
    assert all(nic["network"] and nic["profile"] for nic in app["nics"])
    # One of its disks lies on a domain that is not replicated.
    assert (vms["db01"]["complete"], len(vms["db01"]["missing_disks"])) == (False, 1)
    assert any("data-erp, which is not active here" in words for words in vms["db01"]["problems"])
    assert [lun["state"] for lun in vms["file01"]["luns"]] == ["not_registered"]
    # The engine lists no disk that has snapshots.
    assert [one["description"] for one in vms["legacy01"]["snapshots"]] != []
    assert ([disk["state"] for disk in vms["legacy01"]["disks"]], vms["legacy01"]["complete"]) == (
        ["not_listed"],
        "unknown",
    )
    assert not bench.twin.writes("recovery")


def test_templates_and_what_needs_them(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.ready("attached")
    found = look(bench, tmp_path, kinds=ALL)
    thin = named(found["vms"])["web01"]
    assert (thin["template_name"], thin["template_state"]) == ("tmpl-debian12", "unregistered")
    base, version = (one for one in found["templates"] if one["name"] == "tmpl-debian12")
    if base["version"] != 1:
        base, version = version, base
    assert (base["base_state"], version["base_state"]) == ("none", "unregistered")
    assert version["base_template_id"] == base["id"]
    assert set(base["needed_by"]) >= {"web01", "web02"}
    assert (base["complete"], base["cluster"]) == (True, "prod")
    assert look(bench, kinds=["templates"])["templates"][0]["needed_by"] == "unknown"

    assert not bench.templates().get("failed")
    after = look(bench, tmp_path, kinds=ALL)
    assert after["templates"] == []
    assert named(after["vms"])["web01"]["template_state"] == "registered"


def test_a_template_that_is_nowhere_is_missing(bench: Bench) -> None:
    bench.ready("attached")
    site = bench.twin.site("recovery")
    with site.lock:
        site.settle()
        for rows in site.unregistered.values():
            for identity in [key for key, entry in rows.items() if entry.kind == "template"]:
                rows.pop(identity)
    told = named(look(bench)["vms"])["web01"]
    assert (told["template_state"], told["complete"]) == ("missing", False)
    assert told["problems"] == [f"its template {told['template_id']} is neither registered nor listed"]


def test_what_was_registered_is_no_candidate_any_more(bench: Bench) -> None:
    bench.ready("templates")
    before = set(named(look(bench)["vms"]))
    assert not bench.register("app01", "dns01").get("failed")
    found = look(bench, kinds=ALL, vms=["*"])
    assert set(named(found["vms"])) == before - {"app01", "dns01"}
    assert found["templates"] == []
    source = record(bench.twin.estate, "primary", "vms", "app01")
    assert source["disk_attachments"][0]["id"] not in {disk["id"] for disk in found["disks"]}


def test_what_is_listed_although_it_is_registered(bench: Bench, tmp_path: pathlib.Path) -> None:
    """As a VM whose second domain came later."""
    bench.ready("templates")
    site = bench.twin.site("recovery")
    vm = record(bench.twin.estate, "primary", "vms", "app01")["id"]
    with site.lock:
        site.settle()
        row = site.unregistered[DOMAINS["data-web"]][vm]
    assert not bench.register("app01").get("failed")
    with site.lock:
        site.settle()
        site.unregistered[DOMAINS["data-web"]][vm] = row
    told = named(look(bench, tmp_path)["vms"])["app01"]
    assert (told["registered"], told["complete"], told["disks"][0]["state"]) == (True, False, "registered")
    assert told["problems"][0].startswith("this VM is registered already")


def test_disks_and_whose_they_are(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.ready("attached")
    known = named(look(bench, tmp_path, kinds=["disks"])["disks"])
    assert known["archive2025"]["belongs_to"] == "floating"
    app = record(bench.twin.estate, "primary", "vms", "app01")
    (of_app,) = [one for one in known.values() if one["id"] == app["disk_attachments"][0]["id"]]
    assert (of_app["belongs_to"], of_app["vms"]) == ("vm", [{"id": app["id"], "name": "app01"}])
    assert "template" in {one["belongs_to"] for one in known.values()}
    told = named(look(bench, kinds=["disks"], disks=["archive*"])["disks"])
    assert set(told) == {"archive2025"}
    archive = told["archive2025"]
    assert (archive["belongs_to"], archive["vms"], archive["shareable"]) == ("unknown", "unknown", "unknown")
    assert archive["provisioned_size"] >= archive["actual_size"] > 0
    assert archive["format"] in ("cow", "raw")


def test_names_that_two_carry_are_told_with_their_ids(bench: Bench) -> None:
    def change(estate: Estate) -> None:
        record(estate, "primary", "vms", "app02")["name"] = "app01"

    bench.edit(change)
    bench.ready("attached")
    found = look(bench, vms=["app01"])
    ids = {vm["id"] for vm in found["vms"]}
    assert len(ids) == 2
    (twice,) = [one for one in found["ambiguous_names"] if one["kind"] == "vm"]
    assert (twice["name"], set(twice["ids"])) == ("app01", ids)
    assert all("only the id says which" in " ".join(vm["problems"]) for vm in found["vms"])
    chosen = next(iter(ids))
    assert [vm["id"] for vm in look(bench, vms=[chosen])["vms"]] == [chosen]


def test_a_name_that_a_registered_vm_has(bench: Bench) -> None:
    def change(estate: Estate) -> None:
        vms = site_of(estate, "recovery")["vms"]
        copy = {**record(estate, "primary", "vms", "app02"), "id": "0c1e8f4e-5f0b-4d53-9f5e-6a2f38c3a001"}
        cluster = site_of(estate, "recovery")["clusters"][0]["id"]
        for key in ("cpu_profile", "quota", "host", "affinity_labels", "tags"):
            copy.pop(key, None)
        copy.update(cluster={"id": cluster}, status="down", disk_attachments=[], nics=[], permissions=[])
        vms.append(copy)

    bench.edit(change)
    bench.ready("attached")
    told = named(look(bench)["vms"])["app02"]
    assert told["problems"] == ["its name belongs to a registered VM (0c1e8f4e-5f0b-4d53-9f5e-6a2f38c3a001)"]


def test_what_met_nothing_is_told(bench: Bench) -> None:
    bench.ready("attached")
    found = look(bench, kinds=ALL, vms=["nobody", "web*"], templates=["none-*"], disks=[])
    assert found["unmatched"] == {"vms": ["nobody"], "templates": ["none-*"]}
    assert (found["templates"], found["disks"]) == ([], [])
    assert {vm["name"] for vm in found["vms"]} == {"web01", "web02", "web03", "web04"}


def test_each_domain_is_listed_once_per_kind(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.ready("attached")
    look(bench, tmp_path, kinds=ALL)
    asked = [entry.path for entry in bench.twin._servers["recovery"].log.entries() if "unregistered" in entry.path]
    assert len(asked) == len(set(asked)) == 3 * (len(DOMAINS) + 1)
    bench.forget()
    look(bench, kinds=["disks"])
    asked = [entry.path for entry in bench.twin._servers["recovery"].log.entries() if "unregistered" in entry.path]
    assert len(asked) == len(DOMAINS) + 1


def test_a_domain_in_maintenance_lists_vms_and_no_disks(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.ready("attached")
    site = bench.twin.site("recovery")
    with site.lock:
        site.settle()
        next(one for one in site.all("storage_domain") if one.name == "data-web").set(status="maintenance")
    found = look(bench, tmp_path, kinds=ALL)
    assert found["inactive_domains"] == ["data-web"]
    app = named(found["vms"])["app01"]
    assert "none of the domains that list it is active" in app["problems"]
    assert (app["complete"], [disk["state"] for disk in app["disks"]]) == (False, ["missing"])
    assert not any("data-web" in disk["domains"] for disk in found["disks"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"inventory": "/nowhere.json"}, ("inventory, inventory_site",)),
        ({"inventory": "/nowhere.json", "inventory_site": "primary"}, ("/nowhere.json: cannot be read",)),
        ({"domains": ["nothing"]}, ("no data domain 'nothing'", "Recovery")),
    ],
)
def test_wrong_arguments(bench: Bench, options: dict[str, t.Any], words: tuple[str, ...]) -> None:
    result = bench.run("unregistered_info", data_center="Recovery", **options)
    assert result["failed"]
    assert [word for word in words if word not in result["msg"]] == []
