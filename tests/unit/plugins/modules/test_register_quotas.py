# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The quotas of what is registered: given after it, to each entity and each disk, and read back."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import (
    REGISTER,
    Bench,
    Estate,
    mappings,
    path_of,
    record,
    site_of,
    wanted,
)
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.disk_bench import add_disk, give

SILVER, GOLD = (f"{digit * 8}-2222-4333-8444-555555555555" for digit in "12")
EDIT = r"^PUT .*/(vms|templates|disks)/[^/]+$"


def two_quotas(estate: Estate, mode: str = "audit") -> None:
    """Recovery has the quotas Default, silver and gold."""
    site = site_of(estate, "recovery")
    default = site["quotas"][0]
    site["quotas"] += [{**default, "id": SILVER, "name": "silver"}, {**default, "id": GOLD, "name": "gold"}]
    next(one for one in site["data_centers"] if one["name"] == "Recovery")["quota_mode"] = mode


def enforced(estate: Estate) -> None:
    two_quotas(estate, "enabled")


@pytest.fixture
def quotas(bench: Bench) -> Bench:
    """Recovery with quotas, the domains attached and the templates registered."""
    bench.edit(two_quotas)
    bench.ready("templates")
    return bench


def shown(bench: Bench, tag: str = "vm") -> dict[str, tuple[str, list[str]]]:
    """Name -> quota of each VM or template and of its disks, by the names of the quotas."""
    site = bench.twin.site("recovery")
    with site.lock:
        site.settle()
        names = {one.id: one.name for one in site.all("quota")}
        return {
            one.name: (
                names.get(one.ref("quota"), ""),
                [names.get(disk.ref("quota"), "") for disk in site.disks_of(one) if "lun_storage" not in disk.data],
            )
            for one in site.all(tag)
        }


def test_a_quota_for_all_is_given_to_vms_and_their_disks_and_read_back(quotas: Bench) -> None:
    told = quotas.register("app0[12]", "dns01", quota="silver", check=True)
    assert not quotas.writes()
    assert "which disks have what is about to be registered" in " ".join(told["not_proven"])
    assert "vm app01: quota is added: silver" in told["changes"]
    result = quotas.register("app0[12]", "dns01", quota="silver")
    assert not result.get("failed"), result["msg"]
    found = shown(quotas)
    assert set(found) == {"app01", "app02", "dns01"}
    assert all(own == "silver" and set(disks) == {"silver"} for own, disks in found.values())
    assert result["done"]["register"] == ["app01", "app02", "dns01"]
    assert set(told["done"]["set_quota"]) <= set(result["done"]["set_quota"])
    again = quotas.register("app0[12]", "dns01", quota="silver")
    assert not again.get("failed"), again["msg"]
    assert not again["changed"]


def test_with_an_inventory_check_mode_tells_every_edit(quotas: Bench, tmp_path: pathlib.Path) -> None:
    given = {"inventory": quotas.inventory(tmp_path), "inventory_site": "primary", "quota": "silver"}
    told = quotas.register("app0[12]", "web01", check=True, **given)
    result = quotas.register("app0[12]", "web01", **given)
    assert (told["done"], told["changes"], told["diff"]) == (result["done"], result["changes"], result["diff"])
    assert told["not_proven"] == []


def test_check_mode_tells_the_quota_of_a_shareable_disk_once(bench: Bench, tmp_path: pathlib.Path) -> None:
    """It comes with the first of its VMs; once it is there it has its quota."""

    def shared(estate: Estate) -> None:
        two_quotas(estate)
        quorum = add_disk(estate, 1, "quorum", shareable="true", sparse="false")
        for vm in ("app01", "app02", "app03"):
            give(estate, vm, quorum)

    bench.edit(shared)
    bench.ready("templates")
    given = {"inventory": bench.inventory(tmp_path), "inventory_site": "primary", "quota": "silver"}
    for vms, edited in ((("app01", "app02"), True), (("app03",), False)):
        told = bench.register(*vms, check=True, **given)
        result = bench.register(*vms, **given)
        assert not result.get("failed"), result["msg"]
        assert ("quorum" in told["done"]["set_quota"]) is edited
        assert (told["done"], told["changes"], told["not_proven"]) == (result["done"], result["changes"], [])


def test_each_vm_and_each_disk_can_have_its_own(quotas: Bench) -> None:
    disk = record(quotas.twin.estate, "primary", "vms", "app01")["disk_attachments"][0]["id"]
    each: list[dict[str, t.Any]] = [
        {"vm": "app01", "quota": "gold", "disk_quotas": [{"disk": disk, "quota": SILVER}]},
        {"vm": "app02", "name": "app02-dr", "quota": "gold"},
    ]
    result = quotas.register("app0[12]", "dns01", quota="Default", each=each)
    assert not result.get("failed"), result["msg"]
    found = shown(quotas)
    assert found["app01"] == ("gold", ["silver"])
    assert found["app02-dr"][0] == "gold"
    assert set(found["app02-dr"][1]) == {"gold"}
    assert found["dns01"][0] == "Default"


def test_each_template_and_each_of_its_disks_can_have_its_own(bench: Bench) -> None:
    bench.edit(two_quotas)
    bench.ready("attached")
    disk = record(bench.twin.estate, "primary", "templates", "tmpl-win2022")["disk_attachments"][0]["id"]
    each = [{"template": "tmpl-win2022", "quota": "gold", "disk_quotas": [{"disk": disk, "quota": "silver"}]}]
    result = bench.templates(quota="silver", each=each)
    assert not result.get("failed"), result["msg"]
    found = shown(bench, "template")
    assert found["tmpl-win2022"] == ("gold", ["silver"])
    assert found["tmpl-debian12"][0] == "silver"
    again = bench.templates("tmpl-win2022", "tmpl-debian12", quota="silver", each=each)
    assert not again["changed"], again["changes"]


def test_quotas_are_mapped_by_the_names_that_the_source_has(bench: Bench, tmp_path: pathlib.Path) -> None:
    def of_the_source(estate: Estate) -> None:
        two_quotas(estate)
        primary = site_of(estate, "primary")
        primary["quotas"].append({**primary["quotas"][0], "id": GOLD.replace("2222", "9999"), "name": "bronze"})
        vm = record(estate, "primary", "vms", "app01")
        vm["quota"] = {"id": GOLD.replace("2222", "9999")}

    bench.edit(of_the_source)
    bench.ready("templates")
    given = {"inventory": bench.inventory(tmp_path), "inventory_site": "primary"}
    pairs = [{"from": "bronze", "to": "gold"}, {"from": "Default", "to": "silver"}]
    mapped = {"clusters": [{"from": "prod", "to": "dr"}], "quotas": pairs}
    result = bench.register("app01", "app02", mappings=mapped, **given)
    assert not result.get("failed"), result["msg"]
    found = shown(bench)
    assert (found["app01"][0], set(found["app01"][1])) == ("gold", {"silver"})
    assert (found["app02"][0], set(found["app02"][1])) == ("silver", {"silver"})
    refused = bench.register("app01", mappings=mapped)
    assert "mappings.quotas needs an 'inventory'" in refused["msg"]


def test_what_is_registered_with_another_quota_is_brought_to_this_one(quotas: Bench) -> None:
    assert not quotas.register("app01", quota="silver").get("failed")
    quotas.forget()
    result = quotas.register("app01", quota="gold")
    assert result["changed"]
    assert result["already"] == {"register": ["app01"]}
    assert "vm app01: quota goes from silver to gold" in result["changes"]
    assert shown(quotas)["app01"] == ("gold", ["gold"])
    assert not quotas.writes(REGISTER)


def test_a_run_that_ended_before_the_quotas_is_completed_though_only_a_pattern_asks(quotas: Bench) -> None:
    assert not quotas.register("app0[12]", "dns01").get("failed")
    site = quotas.twin.site("recovery")
    with site.lock:
        other = site.named("vm", "app02")
        assert other is not None
        other.set(quota={"id": GOLD})
    quotas.forget()
    result = quotas.register("*", exclude=["[!ad]*", "app03", "d[!n]*"], quota="silver")
    assert not result.get("failed"), result["msg"]
    found = shown(quotas)
    assert found["app01"] == ("silver", ["silver"])
    assert found["app02"][0] == "gold", "what has a quota keeps it when only a pattern means it"
    assert found["dns01"][0] == "silver"


def test_an_edit_of_a_disk_that_is_locked_is_tried_again(quotas: Bench) -> None:
    disk = record(quotas.twin.estate, "primary", "vms", "app01")["disk_attachments"][0]["id"]
    words = (
        "[Cannot edit Virtual Disk: The following disks are locked: ${diskAliases}. Please try again in a few minutes.]"
    )
    body = f"<fault><detail>{words}</detail><reason>Operation Failed</reason></fault>"
    for nth in (1, 2):
        quotas.fail(f"/disks/{disk}$", "status", nth=nth, method="PUT", status=409, body=body)
    result = quotas.register("app01", quota="silver")
    assert not result.get("failed"), result["msg"]
    assert shown(quotas)["app01"] == ("silver", ["silver"])
    assert len([one for one in quotas.writes(EDIT) if path_of(one).endswith(disk)]) == 3


EDITS = {"vm": r"/vms/[^/]+$", "disk": r"/disks/[^/]+$", "template": r"/templates/[^/]+$"}
REFUSED = "<fault><detail>[no]</detail><reason>Operation Failed</reason></fault>"


@pytest.mark.parametrize("kind", EDITS)
@pytest.mark.parametrize("action", ["reset_before", "reset_after", "status"])
def test_a_lost_answer_is_looked_up_and_what_was_refused_is_completed(bench: Bench, kind: str, action: str) -> None:
    bench.edit(two_quotas)
    bench.ready("attached")
    more = {"status": 400, "body": REFUSED} if action == "status" else {}
    bench.fail(EDITS[kind], action, method="PUT", **more)
    options = {"quota": "silver", "templates": "needed", "vms": ["web01", "app01"]}
    first = bench.register(**options)
    assert bool(first.get("failed")) is (action == "status"), first["msg"]
    if kind != "template" or action != "status":
        again = bench.register(**options)
        assert not again.get("failed"), again["msg"]
        found = shown(bench)
        assert all(own == "silver" and set(disks) == {"silver"} for own, disks in found.values())
    if action != "status":
        assert shown(bench, "template")["tmpl-debian12"] == ("silver", ["silver"])


def test_a_quota_that_is_used_up_fails_with_the_engines_words(quotas: Bench) -> None:
    disk = record(quotas.twin.estate, "primary", "vms", "app01")["disk_attachments"][0]["id"]
    words = "[Cannot edit Virtual Disk. Quota has insufficient storage resources.]"
    body = f"<fault><detail>{words}</detail><reason>Operation Failed</reason></fault>"
    quotas.fail(f"/disks/{disk}$", "status", method="PUT", status=409, body=body)
    result = quotas.register("app01", "dns01", quota="silver")
    assert result["failed"]
    assert "Quota has insufficient storage resources" in result["msg"]
    assert shown(quotas)["dns01"][0] == "silver"
    assert len([one for one in quotas.writes(EDIT) if path_of(one).endswith(disk)]) == 1


@pytest.mark.parametrize("check", [True, False])
def test_an_enforcing_data_center_wants_a_quota_before_any_write(
    bench: Bench, check: bool, tmp_path: pathlib.Path
) -> None:
    bench.edit(enforced)
    bench.ready("attached")
    for result in (
        bench.register("app01", check=check),
        bench.register("web01", templates="needed", each=[{"vm": "web01", "quota": "gold"}], check=check),
        bench.templates("tmpl-win2022", check=check),
    ):
        assert result["failed"]
        assert "data center Recovery enforces quotas, and none is named for" in result["msg"]
        assert result["msg"].endswith("Default, gold, silver")
    assert not bench.writes()
    assert not bench.register("app01", quota="Default", check=check).get("failed")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"quota": "tin"}, "data center Recovery has no quota tin; it has Default, gold, silver"),
        ({"each": [{"vm": "app01", "quota": "tin"}]}, "has no quota tin"),
        ({"each": [{"vm": "app01", "disk_quotas": [{"disk": "x", "quota": "tin"}]}]}, "has no quota tin"),
        (
            {"each": [{"vm": "app01", "disk_quotas": [{"disk": "x", "quota": "gold"}] * 2}]},
            "each: app01: disk x has two quotas",
        ),
        ({"quota": "gold", "wait": False}, "'wait: false' cannot be said with one"),
        (
            {"mappings": {"quotas": [{"from": "Default", "to": "tin"}]}},
            "mappings.quotas: Default is mapped to tin, which does not exist",
        ),
    ],
)
def test_quotas_that_make_no_sense_are_refused_before_any_write(
    quotas: Bench, options: dict[str, t.Any], words: str
) -> None:
    result = quotas.register("app01", **options)
    assert result["failed"]
    assert words in result["msg"]
    assert not quotas.writes()


def test_without_a_quota_nothing_is_read_or_written_for_one(quotas: Bench) -> None:
    assert not quotas.register("app01").get("failed")
    assert not quotas.writes(EDIT)
    asked = [one.path for one in quotas.twin._servers["recovery"].log.entries() if "quotas" in one.path]
    assert asked == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "data center Recovery enforces quotas, and none is named for vm app01"),
        ({"quota": "silver"}, ""),
        ({"quota": "tin"}, "data center Recovery has no quota tin; it has Default, gold, silver"),
        ({"mappings": {"quotas": [{"from": "Default", "to": "gold"}]}}, ""),
        ({"mappings": {"quotas": [{"from": "other", "to": "gold"}]}}, "none is named for vm app01"),
        ({"inventory": None, "inventory_site": None}, "none is named for vm app01"),
        ({"inventory": None, "inventory_site": None, "quota": "gold"}, ""),
    ],
)
def test_the_preflight_tells_what_a_data_center_that_enforces_quotas_would_refuse(
    bench: Bench, tmp_path: pathlib.Path, options: dict[str, t.Any], words: str
) -> None:
    bench.edit(enforced)
    given = {
        "data_center": "Recovery",
        "domains": wanted(),
        "vms": ["app01"],
        "inventory": bench.inventory(tmp_path),
        "inventory_site": "primary",
        **options,
    }
    given["mappings"] = {**mappings(bench.twin.estate), **options.get("mappings", {})}
    told = bench.done("preflight_info", strict=False, **given)
    assert [one for one in told["problems"] if "quota" in one] == [
        one for one in told["problems"] if words and words in one
    ]
    assert told["ready"] is not bool(words), told["problems"]


def test_the_preflight_asks_for_no_quota_where_none_is_enforced(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.edit(two_quotas)
    bench.forget()
    given = {"inventory": bench.inventory(tmp_path), "inventory_site": "primary"}
    mapped = mappings(bench.twin.estate)
    assert bench.done(
        "preflight_info", data_center="Recovery", domains=wanted(), vms=["app01"], mappings=mapped, **given
    )["ready"]
    assert not [entry.path for entry in bench.twin.requests("recovery") if "quotas" in entry.path]
