# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wished for single entities of a register, and the templates that come along with thin VMs."""

from __future__ import annotations

import pathlib

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions import register
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import parse
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import (
    DATA_DB,
    DATA_WEB,
    REGISTER,
    Bench,
    Estate,
    path_of,
    record,
    site_of,
)

BASE = "642a1c8f-8f39-4ff2-8ebf-3896e0de19b8"
VERSION_2 = "c2a8f4f5-3882-4e9c-9a64-aac5603c26e6"
APP01 = "79c5b65a-7a90-4428-b7d7-c0352db64709"
TEMPLATE = r"/templates/[^/]+/register$"
BARE = "cccccccc-2222-4333-8444-555555555555"
SPARE = "11111111-2222-4333-8444-555555555555"


def two_clusters(estate: Estate) -> None:
    clusters = site_of(estate, "recovery")["clusters"]
    clusters.append({**clusters[0], "id": SPARE, "name": "spare"})


def another_architecture(estate: Estate) -> None:
    two_clusters(estate)
    spare = site_of(estate, "recovery")["clusters"][-1]
    spare["cpu"] = {"architecture": "ppc64", "type": "IBM POWER9"}


def clusters_of(bench: Bench, tag: str) -> dict[str, str]:
    """Name -> cluster of what recovery holds."""
    site = bench.twin.site("recovery")
    names = {one.id: one.name for one in site.all("cluster")}
    return {one.name: names.get(one.ref("cluster"), "") for one in site.all(tag)}


# -- clusters


def test_each_vm_goes_into_the_cluster_that_is_wished_for_it(bench: Bench) -> None:
    bench.edit(two_clusters)
    bench.ready("templates")
    result = bench.register("app0[12]", "dns01", cluster="dr", each=[{"vm": "app01", "cluster": "spare"}])
    assert not result.get("failed"), result["msg"]
    assert clusters_of(bench, "vm") == {"app01": "spare", "app02": "dr", "dns01": "dr"}
    again = bench.register("app0[12]", "dns01", cluster="dr", each=[{"vm": "app01", "cluster": "spare"}])
    assert not again.get("failed"), again["msg"]
    assert not again["changed"]


def test_each_template_goes_into_the_cluster_that_is_wished_for_it(bench: Bench) -> None:
    bench.edit(two_clusters)
    bench.ready("attached")
    result = bench.templates(each=[{"template": "tmpl-debian12", "cluster": SPARE}])
    assert not result.get("failed"), result["msg"]
    assert {**clusters_of(bench, "template"), "Blank": ""} == {
        "tmpl-debian12": "spare",
        "tmpl-win2022": "dr",
        "Blank": "",
    }
    versions = [one.ref("cluster") for one in bench.twin.site("recovery").all("template") if "debian" in one.name]
    assert versions == [SPARE, SPARE]


@pytest.mark.parametrize("way", ["all", "each", "mapped"])
def test_a_cluster_of_another_architecture_is_refused_before_any_write(
    bench: Bench, tmp_path: pathlib.Path, way: str
) -> None:
    bench.edit(another_architecture)
    bench.ready("templates")
    options = {
        "all": {"cluster": "spare"},
        "each": {"each": [{"vm": "app01", "cluster": "spare"}]},
        "mapped": {
            "mappings": {"clusters": [{"from": "prod", "to": "spare"}]},
            "inventory": bench.inventory(tmp_path),
            "inventory_site": "primary",
        },
    }[way]
    for check in (True, False):
        result = bench.register("app01", "app02", check=check, **options)
        assert result["failed"]
        assert f"app01 ({APP01}) is of the architecture x86_64, and cluster spare of ppc64" in result["msg"]
    assert not bench.writes()


# -- names


def test_a_vm_comes_under_a_new_name_and_is_known_again(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.ready("templates")
    given = {"inventory": bench.inventory(tmp_path), "inventory_site": "primary"}
    each = [{"vm": "app01", "name": "app01-dr"}]
    told = bench.register("app01", "app02", each=each, check=True, **given)
    result = bench.register("app01", "app02", each=each, **given)
    assert not result.get("failed"), result["msg"]
    assert result["done"] == told["done"] == {"register": ["app01-dr", "app02"]}
    assert (result["changes"], result["diff"]) == (told["changes"], told["diff"])
    vm = bench.twin.site("recovery").named("vm", "app01-dr")
    assert vm is not None
    assert vm.id == APP01
    again = bench.register("app01", "app02", each=each, **given)
    assert not again.get("failed"), again["msg"]
    assert (again["changed"], again["already"]) == (False, {"register": ["app01-dr", "app02"]})


def test_what_was_wished_is_no_difference_from_the_inventory(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.edit(two_clusters)
    bench.ready("templates")
    given = {"inventory": bench.inventory(tmp_path), "inventory_site": "primary"}
    each = [{"vm": "app01", "name": "app01-dr", "cluster": "spare"}]
    result = bench.register("app01", "app02", each=each, **given)
    assert not result.get("failed"), result["msg"]
    assert result["differences"] == []
    assert (result["verified"]["compared"], result["verified"]["same"]) == (2, 2)


@pytest.mark.parametrize(
    ("each", "words"),
    [
        ([{"vm": "app01", "name": "dns02"}], "is to be named dns02, which is taken in the target by another vm"),
        ([{"vm": "app01", "name": "app02"}], "would both be named app02"),
        ([{"vm": "app01", "name": "x"}, {"vm": "app02", "name": "x"}], "would both be named x"),
        ([{"vm": "app01"}, {"vm": APP01}], f"are the same vm, app01 ({APP01})"),
        ([{"vm": "app01"}, {"vm": "app01"}], "app01 is named twice"),
        ([{"vm": "mail01"}], "mail01 is none of those that are to be registered"),
        ([{"vm": "app03"}], "app03 is left out by 'exclude'"),
        ([{"vm": "app*"}], "app* is a pattern"),
        ([{"vm": "app01", "cluster": "nowhere"}], "no cluster 'nowhere' in data center Recovery"),
    ],
)
def test_wishes_that_cannot_be_are_refused_before_any_write(bench: Bench, each: list[object], words: str) -> None:
    bench.ready("templates")
    assert not bench.register("dns02").get("failed")
    bench.forget()
    result = bench.register("app*", exclude=["app03"], each=each)
    assert result["failed"]
    assert words in result["msg"]
    assert not bench.writes()


def test_in_check_mode_a_wish_may_be_for_what_is_not_attached_yet(bench: Bench) -> None:
    each = [{"vm": "app01", "name": "app01-dr"}]
    told = bench.register("*", each=each, check=True)
    assert not told.get("failed"), told["msg"]
    assert "not attached to Recovery yet" in " ".join(told["not_proven"])
    assert not bench.templates(each=[{"template": "tmpl-win2022", "cluster": "dr"}], check=True).get("failed")


def test_a_template_is_no_clone_and_says_why(bench: Bench) -> None:
    bench.ready("attached")
    result = bench.templates(each=[{"template": "tmpl-win2022", "clone": True}])
    assert result["failed"]
    assert "the engine reads no new name for it and answers with an internal error" in result["msg"]
    assert not bench.writes()


# -- what else is wished


def test_one_vm_may_be_partial_and_another_may_fail(bench: Bench) -> None:
    bench.ready("templates")
    each = [{"vm": "db01", "partial": True}, {"vm": "db02", "best_effort": True}]
    result = bench.register("db01", "db02", partial=[], each=each)
    assert not result.get("failed"), result["msg"]
    assert [entry["name"] for entry in result["partial"]] == ["db01"]
    assert [entry["name"] for entry in result["failures"]] == ["db02"]


# -- users


def other_users(estate: Estate) -> None:
    """Ann of the domain corp may use app01 and tmpl-win2022; recovery knows her in the domain dr-authz only."""
    role = next(one["id"] for one in site_of(estate, "primary")["roles"] if one["name"] == "UserRole")
    for site, place in (("primary", "corp"), ("recovery", "dr-authz")):
        held = site_of(estate, site)
        domain = {"id": f"domain-{place}", "name": place, "users": []}
        held["domains"].append(domain)
        held["users"].append(
            {
                **held["users"][0],
                "id": f"aaaaaaaa-2222-4333-8444-{len(place):012}",
                "name": "ann",
                "principal": "ann",
                "user_name": f"ann@{place}",
                "domain": {"id": domain["id"], "name": place},
            }
        )
    ann = site_of(estate, "primary")["users"][-1]["id"]
    for collection, name in (("vms", "app01"), ("templates", "tmpl-win2022")):
        held = record(estate, "primary", collection, name)["permissions"]
        held.append({"id": f"bbbbbbbb-2222-4333-8444-{len(name):012}", "role": {"id": role}, "user": {"id": ann}})


def users_of(bench: Bench, tag: str, name: str) -> set[str]:
    site = bench.twin.site("recovery")
    names = {one.id: str(one.data["user_name"]) for one in site.all("user")}
    found = next(one for one in site.all(tag) if one.name == name)
    return {names.get((one.get("user") or {}).get("id", ""), "") for one in found.subs["permissions"]}


@pytest.mark.parametrize("way", ["inventory", "users", "login"])
def test_permissions_come_back_where_the_domain_of_users_is_mapped(
    bench: Bench, tmp_path: pathlib.Path, way: str
) -> None:
    bench.edit(other_users)
    bench.ready("attached")
    pair: dict[str, object] = {
        "inventory": {"from": "corp", "to": "dr-authz"},
        "users": {"from": "corp", "to": "dr-authz", "users": ["ann"]},
        "login": {"from": "ann", "to": "dr-authz"},
    }[way]
    given = {"inventory": bench.inventory(tmp_path), "inventory_site": "primary"} if way == "inventory" else {}
    mapped = {"clusters": [{"from": "prod", "to": "dr"}], "user_domains": [pair]}
    assert not bench.templates("tmpl-win2022", mappings=mapped, **given).get("failed")
    result = bench.register("app01", mappings=mapped, **given)
    assert not result.get("failed"), result["msg"]
    assert result["dropped"] == []
    assert "ann@dr-authz" in users_of(bench, "vm", "app01")
    assert "ann@dr-authz" in users_of(bench, "template", "tmpl-win2022")


def test_a_domain_of_users_that_is_not_mapped_is_told_as_dropped(bench: Bench) -> None:
    bench.edit(other_users)
    bench.ready("templates")
    result = bench.register("app01")
    assert not result.get("failed"), result["msg"]
    assert "ann@corp" in str(result["dropped"])


# -- templates that come along


def test_thin_vms_bring_their_templates_in_one_call(bench: Bench) -> None:
    bench.ready("attached")
    told = bench.register("web01", "app03", templates="needed", check=True)
    assert not bench.writes()
    result = bench.register("web01", "app03", templates="needed")
    assert not result.get("failed"), result["msg"]
    assert result["done"] == told["done"]
    assert set(result["done"]["register_template"]) == {"tmpl-debian12"}
    assert sorted(result["done"]["register"]) == ["app03", "web01"]
    order = [path_of(one).split("/")[-2] for one in bench.writes("/register$")]
    assert order.index(BASE) < order.index(VERSION_2)
    assert len(order) == len(set(order)) == 4
    assert bench.names("template") == {"Blank", "tmpl-debian12"}
    again = bench.register("web01", "app03", templates="needed")
    assert (again["changed"], again["already"]) == (False, {"register": ["web01", "app03"]})


def test_a_template_that_lies_elsewhere_is_named_with_its_domain(bench: Bench, tmp_path: pathlib.Path) -> None:
    def no_template(estate: Estate) -> None:
        name = "tmpl-debian12"
        held = record(estate, "primary", "templates", name)["disk_attachments"][0]["id"]
        (disk,) = [one for one in site_of(estate, "primary")["disks"] if one["id"] == held]
        assert disk["storage_domains"]["storage_domain"]["id"] == DATA_WEB

    bench.edit(no_template)
    bench.ready("attached")
    site = bench.twin.site("recovery")
    with site.lock:
        for rows in site.unregistered.values():
            rows.pop(BASE, None)
    given = {"inventory": bench.inventory(tmp_path), "inventory_site": "primary"}
    result = bench.register("web01", templates="needed", **given)
    assert result["failed"]
    assert f"its template tmpl-debian12 ({BASE}), which lies on data-web, is neither registered nor" in result["msg"]
    assert not bench.writes()


def test_a_version_brings_its_base(bench: Bench) -> None:
    bench.ready("attached")
    result = bench.templates(VERSION_2, bases="needed")
    assert not result.get("failed"), result["msg"]
    assert [path_of(one).split("/")[-2] for one in bench.writes(TEMPLATE)] == [BASE, VERSION_2]


# -- templates with several copies of their disks, and with none


def two_copies(estate: Estate) -> None:
    """The disk of tmpl-win2022 lies on data-web and on data-db; another template has no disk at all."""
    template = record(estate, "primary", "templates", "tmpl-win2022")
    (disk,) = [one for one in site_of(estate, "primary")["disks"] if one["id"] == template["disk_attachments"][0]["id"]]
    disk["storage_domains"] = {"storage_domain": [{"id": DATA_WEB}, {"id": DATA_DB}]}
    bare = {**template, "id": BARE, "name": "tmpl-bare", "disk_attachments": [], "nics": []}
    bare["version"] = {"version_name": "base version", "version_number": "1", "base_template": {"id": BARE}}
    site_of(estate, "primary")["templates"].append(bare)


def copies_of(bench: Bench, name: str) -> set[str]:
    site = bench.twin.site("recovery")
    with site.lock:
        site.settle()
        (template,) = [one for one in site.all("template") if one.name == name]
        return {domain for disk in site.disks_of(template) for domain in site.domains_of(disk)}


def test_a_template_with_copies_on_two_domains_is_registered_once(bench: Bench) -> None:
    bench.edit(two_copies)
    bench.ready("attached")
    result = bench.templates("tmpl-win2022")
    assert not result.get("failed"), result["msg"]
    assert len(bench.writes(TEMPLATE)) == 1
    assert copies_of(bench, "tmpl-win2022") == {DATA_WEB, DATA_DB}
    assert not bench.templates("tmpl-win2022").get("warnings")


def test_copies_on_a_domain_that_comes_later_are_told(bench: Bench) -> None:
    bench.edit(two_copies)
    assert not bench.attach("data-web").get("failed")
    assert not bench.templates("tmpl-win2022", domains=["data-web"]).get("failed")
    assert copies_of(bench, "tmpl-win2022") == {DATA_WEB}
    assert not bench.attach("data-db").get("failed")
    bench.forget()
    result = bench.templates("tmpl-win2022", domains=["data-web", "data-db"])
    assert not result.get("failed"), result["msg"]
    assert (result["changed"], result["already"]) == (False, {"register": ["tmpl-win2022"]})
    (warning,) = [str(one) for one in result["warnings"]]
    assert "tmpl-win2022" in warning
    assert "without the copies of its disks on data-db" in warning
    assert not bench.writes()


def test_a_template_without_disks_comes_with_every_domain(bench: Bench) -> None:
    bench.edit(two_copies)
    assert not bench.attach("data-db").get("failed")
    listed = bench.run("unregistered_info", data_center="Recovery", kinds=["templates"])
    assert "tmpl-bare" in {one["name"] for one in listed["templates"]}
    result = bench.templates("tmpl-bare", domains=["data-db"])
    assert not result.get("failed"), result["msg"]
    assert result["done"] == {"register": ["tmpl-bare"]}
    assert "tmpl-bare" in bench.names("template")


# -- locks


BUSY = "<fault><detail>[{}]</detail><reason>Operation Failed</reason></fault>"


@pytest.mark.parametrize(
    "words",
    [
        "Cannot import VM. VM app01 is being imported.",
        "Cannot import VM. VM Template Image is locked. Please try again in a few minutes.",
        "Cannot import VM. Related operation is currently in progress. Please try again later.",
        "Cannot import VM. The VM name is already in use, please choose a unique name and try again.",
    ],
)
def test_a_register_waits_for_what_the_engine_is_busy_with(
    bench: Bench, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register, "NAME_PAUSE", 0.01)
    bench.ready("templates")
    bench.fail(f"{APP01}/register$", "status", nth=1, status=409, body=BUSY.format(words))
    bench.fail(f"{APP01}/register$", "status", nth=2, status=409, body=BUSY.format(words))
    result = bench.register("app01", partial=["*"])
    assert not result.get("failed"), result["msg"]
    posts = [parse(one.body.encode()) for one in bench.writes(REGISTER)]
    assert [one.findtext("allow_partial_import") for one in posts] == ["false"] * 3
    assert bench.imports() == {"app01": 1}
