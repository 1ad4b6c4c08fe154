# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a register needs before it and leaves out: templates, versions, disks, networks, exclusions."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import parse
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import (
    DATA_DB,
    DATA_MASTER,
    REGISTER,
    Bench,
    Estate,
    path_of,
    record,
    site_of,
)

BASE = "642a1c8f-8f39-4ff2-8ebf-3896e0de19b8"
VERSION_2 = "c2a8f4f5-3882-4e9c-9a64-aac5603c26e6"
TEMPLATE = r"/templates/[^/]+/register$"
DATA_ERP = "6c7f9f66-a04b-4a61-9646-f03b541bc20e"


def asked_whole(bench: Bench) -> list[tuple[str, bool]]:
    """(name, whether the whole was asked for) of each register, in order."""
    names = {one["id"]: one["name"] for one in site_of(bench.twin.estate, "primary")["vms"]}
    return [
        (names[path_of(one).split("/")[-2]], parse(one.body.encode()).findtext("allow_partial_import") == "false")
        for one in bench.writes(REGISTER)
    ]


# -- templates


def test_thin_vms_before_their_template_are_told_without_a_request(bench: Bench) -> None:
    bench.ready("attached")
    result = bench.register("web01", "app03", "app01")
    assert result["failed"]
    told = {entry["name"]: entry["message"] for entry in result["failures"]}
    assert set(told) == {"web01", "app03"}
    assert f"its template {BASE} is not registered" in told["web01"]
    assert f"its template {VERSION_2} is not registered" in told["app03"]
    assert all("register the templates of all domains first" in words for words in told.values())
    assert asked_whole(bench) == [("app01", True)]

    assert not bench.templates().get("failed")
    after = bench.register("web01", "app03")
    assert not after.get("failed"), after["msg"]


def test_versions_come_after_their_base(bench: Bench) -> None:
    bench.ready("attached")
    result = bench.templates("tmpl-debian12")
    assert not result.get("failed"), result["msg"]
    order = [path_of(one).split("/")[-2] for one in bench.writes(TEMPLATE)]
    assert order == [BASE, VERSION_2]


def test_a_version_does_not_come_when_its_base_fails(bench: Bench) -> None:
    bench.ready("attached")
    bench.twin.fail({"action": "status", "path": BASE, "method": "POST", "status": 400, "body": "no"}, "recovery")
    result = bench.templates()
    assert result["failed"]
    assert [entry["name"] for entry in result["not_run"]] == ["tmpl-debian12"]
    assert result["done"] == {"register": ["tmpl-win2022"]}
    assert VERSION_2 not in str([one.path for one in bench.writes(TEMPLATE)])


def test_a_version_alone_is_told_that_its_base_is_missing(bench: Bench) -> None:
    bench.ready("attached")
    result = bench.templates(VERSION_2)
    assert result["failed"]
    assert f"its template {BASE} is not registered" in result["msg"]
    assert not bench.writes()
    assert not bench.templates(BASE).get("failed")
    assert bench.templates(VERSION_2)["done"] == {"register": ["tmpl-debian12"]}


# -- partial


def test_the_whole_is_tried_first_and_what_is_missing_is_named(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.ready("templates")
    given = {"inventory": bench.inventory(tmp_path), "inventory_site": "primary"}
    result = bench.register("db01", "app01", partial=["*"], concurrency=1, **given)
    assert not result.get("failed"), result["msg"]
    assert asked_whole(bench) == [("db01", True), ("db01", False), ("app01", True)]
    disks = site_of(bench.twin.estate, "primary")["disks"]
    held = {one["id"]: one for one in disks}
    attached = [held[one["id"]] for one in record(bench.twin.estate, "primary", "vms", "db01")["disk_attachments"]]
    missing = [one["name"] for one in attached if one["storage_domains"]["storage_domain"]["id"] == DATA_ERP]
    (entry,) = result["partial"]
    assert entry == {
        "name": "db01",
        "id": bench.twin.site("recovery").vm_names["db01"],
        "why": "[Cannot import VM. Storage Domain doesn't exist.]",
        "missing_disks": missing,
    }
    assert len(missing) == 1


def test_without_an_inventory_missing_disks_are_not_guessed(bench: Bench) -> None:
    bench.ready("templates")
    (entry,) = bench.register("db02", "dns02")["partial"]
    assert (entry["name"], entry["missing_disks"]) == ("db02", None)


def test_a_vm_that_may_not_be_partial_is_refused_whole(bench: Bench) -> None:
    bench.ready("templates")
    result = bench.register("db01", "dns02", partial=[])
    assert result["failed"]
    assert "Storage Domain doesn't exist" in result["msg"]
    assert (result["done"], result["partial"]) == ({"register": ["dns02"]}, [])
    assert bench.names("vm") == {"dns02"}


def test_a_vm_of_which_nothing_can_come_fails_with_the_second_refusal(bench: Bench) -> None:
    bench.ready("templates")
    body = "<fault><detail>[{}]</detail><reason>Operation Failed</reason></fault>"
    for nth, words in ((1, "first"), (2, "second")):
        bench.fail(REGISTER, "status", nth=nth, status=400, body=body.format(words))
    result = bench.register("db01")
    assert result["failed"]
    assert "second" in result["msg"]
    assert [whole for _unused, whole in asked_whole(bench)] == [True, False]


# -- choosing


@pytest.mark.parametrize(
    ("vms", "exclude", "names"),
    [
        (["*"], ["*"], set()),
        (["app*", "mail01"], [], {"app01", "app02", "app03", "mail01"}),
        (["app0[12]"], ["app02"], {"app01"}),
        (["*"], ["web*", "app*", "db*", "file01", "mail01"], {"dns01", "dns02", "legacy01", "pxe01"}),
        (["79c5b65a-7a90-4428-b7d7-c0352db64709"], [], {"app01"}),
        (["app01", "app01", "app*"], ["app03"], {"app01", "app02"}),
    ],
)
def test_who_is_chosen(bench: Bench, vms: list[str], exclude: list[str], names: set[str]) -> None:
    bench.ready("templates")
    result = bench.register(*vms, exclude=exclude)
    assert not result.get("failed"), result["msg"]
    assert bench.names("vm") == names
    assert bench.imports() == dict.fromkeys(names, 1)


def test_a_vm_on_two_domains_is_registered_once(bench: Bench) -> None:
    bench.ready("templates")
    assert not bench.register("pxe01").get("failed")
    assert len(bench.writes(REGISTER)) == 1


def test_only_the_domains_asked_for_are_looked_through(bench: Bench) -> None:
    bench.ready("templates")
    result = bench.register("*", domains=[DATA_DB, DATA_MASTER], partial=["db*"])
    assert not result.get("failed"), result["msg"]
    assert bench.names("vm") == {"db01", "db02", "dns02", "legacy01", "pxe01"}


def test_in_check_mode_a_domain_that_is_not_attached_yet_is_not_proven(bench: Bench) -> None:
    result = bench.register("app01", check=True)
    assert not result.get("failed"), result["msg"]
    assert "not attached to Recovery yet" in " ".join(result["not_proven"])
    assert [entry["name"] for entry in result["left_alone"]] == ["app01"]
    assert bench.register("app01")["failed"]
    assert not bench.writes()


@pytest.mark.parametrize("module", ["vm", "template", "disk"])
def test_in_check_mode_a_domain_that_the_engine_does_not_know_is_warned_of(bench: Bench, module: str) -> None:
    """It may be about to be imported, or a mistake; one that the engine knows may be about to be attached."""
    bench.ready("attached")
    bench.done("storage_domain_detach", site="recovery", data_center="Recovery", domains=["data-web"])
    given: dict[str, t.Any] = {"data_center": "Recovery", "domains": ["data-db", "data-web", "no-such"]}
    told = bench.run(f"unregistered_{module}_register", check=True, **given, **{f"{module}s": ["*"]})
    assert not told.get("failed"), told["msg"]
    assert told["not_proven"] == [
        "what lies on 2 domains, which are not attached to Recovery yet: data-web, no-such",
    ]
    (warning,) = [one for one in map(str, told["warnings"]) if "is known to the engine" in one]
    assert "known to the engine: no-such. If an earlier task imports it" in warning
    assert bench.run(f"unregistered_{module}_register", **given, **{f"{module}s": ["*"]})["failed"]


# -- mappings


def test_networks_are_mapped_or_left_unplugged_on_purpose(bench: Bench) -> None:
    bench.ready("templates")
    side = {name: {"network": name, "profile": name} for name in ("frontend", "backend", "ovirtmgmt")}
    pairs: list[dict[str, t.Any]] = [{"from": side["frontend"], "to": side["backend"]}, {"from": side["backend"]}]
    options = {"mappings": {"clusters": [{"from": "prod", "to": "dr"}], "vnic_profiles": pairs}}
    result = bench.register("app01", **options)
    assert not result.get("failed"), result["msg"]
    site = bench.twin.site("recovery")
    profiles = {one.id: one.name for one in site.all("vnic_profile")}
    vm = site.named("vm", "app01")
    assert vm is not None
    bound = [profiles[nic["vnic_profile"]["id"]] if "vnic_profile" in nic else None for nic in vm.subs["nics"]]
    source = {one["id"]: one["name"] for one in site_of(bench.twin.estate, "primary")["vnic_profiles"]}
    nics = record(bench.twin.estate, "primary", "vms", "app01")["nics"]
    expected = {"frontend": "backend", "backend": None, "ovirtmgmt": "ovirtmgmt"}
    assert bound == [expected[source[nic["vnic_profile"]["id"]]] for nic in nics]


def test_one_cluster_for_all_wins_over_the_mapping(bench: Bench) -> None:
    def two_clusters(estate: Estate) -> None:
        clusters = site_of(estate, "recovery")["clusters"]
        clusters.append({**clusters[0], "id": "11111111-2222-4333-8444-555555555555", "name": "spare"})

    bench.edit(two_clusters)
    bench.ready("templates")
    assert not bench.register("app01", cluster="spare").get("failed")
    assert not bench.register("app02").get("failed")
    site = bench.twin.site("recovery")
    clusters = {one.id: one.name for one in site.all("cluster")}
    placed = {one.name: clusters[one.ref("cluster")] for one in site.all("vm")}
    assert placed == {"app01": "spare", "app02": "dr"}
