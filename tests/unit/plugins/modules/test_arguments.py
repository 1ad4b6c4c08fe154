# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wrong arguments of every module: the text says what is wrong, and no write leaves."""

from __future__ import annotations

import pathlib
import socket
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import (
    DATA_DB,
    DATA_WEB,
    DOMAINS,
    Bench,
    Estate,
    record,
    site_of,
    wanted,
)

NOBODY = "11111111-2222-4333-8444-555555555555"
WEB = wanted("data-web")[0]
ATTACH = {"data_center": "Recovery", "domains": [WEB]}
CONNECTION = {"type": "nfs", "address": "nfs-b.example", "path": "/exports/new"}
DETACH = {"data_center": "Recovery", "domains": ["dr-master"]}
TEMPLATES = {"data_center": "Recovery", "domains": ["data-web"], "cluster": "dr"}
VMS = {**TEMPLATES, "vms": ["app01"]}
DISKS: dict[str, t.Any] = {"data_center": "Recovery", "domains": ["data-web"], "disks": ["*"]}
POWER = {"vms": ["app01"]}
REMOVAL = {
    "data_center": "Recovery",
    "vms": ["app01"],
    "accept": ["unknown_disks"],
    "confirm": {"confirmed_by": "Ada", "reason": "old"},
}
INFO = {"data_center": "Recovery"}
PREFLIGHT: dict[str, t.Any] = {"data_center": "Recovery", "domains": [WEB], "cluster": "dr"}

GOOD: dict[str, dict[str, t.Any]] = {
    "storage_connection": CONNECTION,
    "storage_connection_info": {},
    "storage_domain_attach": ATTACH,
    "storage_domain_detach": DETACH,
    "unregistered_disk_register": DISKS,
    "unregistered_info": INFO,
    "unregistered_remove": REMOVAL,
    "unregistered_template_register": TEMPLATES,
    "unregistered_vm_register": VMS,
    "vm_power": POWER,
    "preflight_info": PREFLIGHT,
}
CHANGING = [module for module in GOOD if not module.endswith("_info")]


def domain(**change: t.Any) -> dict[str, t.Any]:
    """The options of storage_domain_attach with one domain that is changed; None takes an option away."""
    changed = {key: value for key, value in {**WEB, **change}.items() if value is not None}
    return {**ATTACH, "domains": [changed]}


def mapped(**mappings: t.Any) -> dict[str, t.Any]:
    return {**VMS, "mappings": mappings}


PAIR = {"from": "prod", "to": "dr"}
FRONTEND = {"network": "frontend", "profile": "frontend"}
LUN = {"id": "36001", "type": "iscsi", "address": "192.0.2.9", "target": "iqn.x"}

# (module, options, words of the message)
WRONG: list[tuple[str, dict[str, t.Any], tuple[str, ...]]] = [
    ("storage_connection", {}, ("say which one is meant",)),
    ("storage_connection", {**CONNECTION, "type": "fcp"}, ("type", "fcp")),
    ("storage_connection", {**CONNECTION, "connections": []}, ("mutually exclusive",)),
    ("storage_connection", {**CONNECTION, "host": "hv-z"}, ("no host 'hv-z'",)),
    ("storage_connection", {**CONNECTION, "maintenance": "perhaps"}, ("maintenance", "refuse, allow")),
    ("storage_connection", {**CONNECTION, "nfs_timeo": 70000}, ("'nfs_timeo' must be from 1 to 6000, not 70000",)),
    ("storage_connection", {"connections": [{"id": NOBODY}]}, ("connections[1]", NOBODY)),
    ("storage_connection_info", {"id": NOBODY}, (f"no storage connection '{NOBODY}'",)),
    ("storage_connection_info", {"domains": ["nothing"]}, ("no storage domain 'nothing'",)),
    ("storage_domain_attach", {}, ("missing required arguments", "data_center", "domains")),
    ("storage_domain_attach", {**ATTACH, "surprise": 1}, ("Unsupported parameters", "surprise")),
    ("storage_domain_attach", {**ATTACH, "data_center": "Nowhere"}, ("no data center 'Nowhere'",)),
    ("storage_domain_attach", {**ATTACH, "domains": ["data-web"]}, ("dictionary requested",)),
    ("storage_domain_attach", {**ATTACH, "host": "hv-z"}, ("no host 'hv-z'", "data center Recovery")),
    ("storage_domain_attach", {**ATTACH, "host": "hv-a1"}, ("no host 'hv-a1'", "data center Recovery")),
    ("storage_domain_attach", {**ATTACH, "timeout": 0}, ("timeout must be more than 0",)),
    ("storage_domain_attach", {**ATTACH, "timeout": "soon"}, ("timeout",)),
    ("storage_domain_attach", {**ATTACH, "poll_interval": -1}, ("poll_interval must be more than 0",)),
    ("storage_domain_attach", {**ATTACH, "concurrency": 0}, ("concurrency must be from 1 to 64",)),
    ("storage_domain_attach", {**ATTACH, "concurrency": 65}, ("concurrency must be from 1 to 64",)),
    ("storage_domain_attach", {**ATTACH, "run_id": "Run 1"}, ("run id 'Run 1'",)),
    ("storage_domain_attach", {**ATTACH, "journal": "/proc/nowhere/journal"}, ("journal", "/proc/nowhere")),
    ("storage_domain_attach", {**ATTACH, "takeover": {"confirmed_by": "Ada"}}, ("reason", "takeover")),
    ("storage_domain_attach", {**ATTACH, "takeover": {"confirmed_by": " ", "reason": "x"}}, ("confirmed_by",)),
    ("storage_domain_attach", domain(id=None), ("'id' is needed", "inventory")),
    ("storage_domain_attach", domain(id=""), ("'id' is needed",)),
    ("storage_domain_attach", domain(path=""), ("'path' is needed",)),
    ("storage_domain_attach", domain(address=None), ("'address' is needed for type nfs", DATA_WEB)),
    ("storage_domain_attach", domain(type="posixfs"), ("'vfs_type' is needed for type posixfs",)),
    ("storage_domain_attach", domain(type="ceph"), ("value of type must be one of", "ceph")),
    (
        "storage_domain_attach",
        domain(type="iscsi"),
        ("'path' is for file storage; a domain of type iscsi is found by its id", "'targets' is needed for type iscsi"),
    ),
    ("storage_domain_attach", domain(nfs_timeo="often"), ("nfs_timeo",)),
    ("storage_domain_attach", domain(name="dr-master"), ("the name is taken by another domain", "dr-master")),
    ("storage_domain_attach", {**ATTACH, "domains": [WEB, WEB]}, (DATA_WEB, "given for 2 domains")),
    (
        "storage_domain_attach",
        {**ATTACH, "domains": [{**WEB, "name": "same"}, {**wanted("data-db")[0], "name": "same"}]},
        ("name same", "given for 2 domains"),
    ),
    ("storage_domain_detach", {"data_center": "Recovery"}, ("missing required arguments", "domains")),
    ("storage_domain_detach", {**DETACH, "data_center": NOBODY}, (f"no data center '{NOBODY}'",)),
    ("storage_domain_detach", {**DETACH, "remove": "perhaps"}, ("remove",)),
    ("storage_domain_detach", {**DETACH, "domains": ["nothing"]}, ("nothing", "no storage domain of this name or id")),
    ("storage_domain_detach", {**DETACH, "host": "hv-z", "remove": True}, ("no host 'hv-z'",)),
    ("unregistered_info", {}, ("missing required arguments", "data_center")),
    ("unregistered_info", {"data_center": "Nowhere"}, ("no data center 'Nowhere'",)),
    ("unregistered_info", {**INFO, "domains": ["nothing"]}, ("no data domain 'nothing'", "Recovery")),
    ("unregistered_info", {**INFO, "kinds": ["hosts"]}, ("kinds", "hosts")),
    ("unregistered_info", {**INFO, "concurrency": "many"}, ("concurrency",)),
    ("unregistered_info", {**INFO, "inventory": "/nowhere.json"}, ("inventory, inventory_site",)),
    ("unregistered_remove", {"data_center": "Recovery"}, ("one of the following is required", "vms", "disks")),
    ("unregistered_remove", {**REMOVAL, "data_center": "Nowhere"}, ("no data center 'Nowhere'",)),
    ("unregistered_remove", {**REMOVAL, "domains": ["nothing"]}, ("no data domain 'nothing'", "Recovery")),
    ("unregistered_remove", {**REMOVAL, "accept": ["everything"]}, ("accept", "everything")),
    ("unregistered_remove", {**REMOVAL, "confirm": None}, ("unknown_disks needs 'confirm'",)),
    ("unregistered_remove", {**REMOVAL, "confirm": {"confirmed_by": "Ada"}}, ("reason", "confirm")),
    ("unregistered_remove", {**REMOVAL, "confirm": {"confirmed_by": " ", "reason": "x"}}, ("confirmed_by must not",)),
    ("unregistered_remove", {**REMOVAL, "inventory": "/nowhere.json"}, ("inventory, inventory_site",)),
    ("unregistered_remove", {**REMOVAL, "keep": {"hosts": ["x"]}}, ("keep", "hosts")),
    ("unregistered_remove", {**REMOVAL, "keep": {"vms": ["app*"]}}, ("app01", "both registered and removed")),
    ("unregistered_remove", {**REMOVAL, "accept": None}, ("VM app01", "no inventory is given")),
    ("unregistered_remove", {**REMOVAL, "vms": ["app*"]}, ("app* is a pattern", "'patterns'")),
    ("unregistered_disk_register", {"data_center": "Recovery"}, ("missing required arguments", "domains")),
    ("unregistered_disk_register", {**DISKS, "disks": None}, ("one of the following is required: disks, complete",)),
    ("unregistered_disk_register", {**DISKS, "complete": ["db01"]}, ("required by 'complete'", "inventory")),
    ("unregistered_disk_register", {**DISKS, "inventory": "/nowhere.json"}, ("inventory, inventory_site",)),
    ("unregistered_disk_register", {**DISKS, "data_center": "Nowhere"}, ("no data center 'Nowhere'",)),
    ("unregistered_disk_register", {**DISKS, "domains": ["nothing"]}, ("no storage domain 'nothing'",)),
    ("unregistered_disk_register", {**DISKS, "owners": "guess"}, ("owners", "refuse, unknown_is_floating, any")),
    ("unregistered_disk_register", {**DISKS, "rename": [{"from": "a"}]}, ("to", "rename")),
    ("unregistered_disk_register", {**DISKS, "disks": ["nothing"]}, ("nothing: no disk of this name or id",)),
    ("unregistered_disk_register", {**DISKS, "quota": "gold"}, ("no quota 'gold'", "data center Recovery")),
    ("unregistered_template_register", {**TEMPLATES, "data_center": "Nowhere"}, ("no data center 'Nowhere'",)),
    ("unregistered_template_register", {**TEMPLATES, "cluster": "prod"}, ("no cluster 'prod'", "data center Recovery")),
    ("unregistered_template_register", {**TEMPLATES, "domains": ["nothing"]}, ("no storage domain 'nothing'",)),
    ("unregistered_template_register", {**TEMPLATES, "templates": ["nothing"]}, ("no template of this name",)),
    ("unregistered_vm_register", {"data_center": "Recovery"}, ("missing required arguments", "domains", "vms")),
    ("unregistered_vm_register", {**VMS, "data_center": "Nowhere"}, ("no data center 'Nowhere'",)),
    ("unregistered_vm_register", {**VMS, "cluster": "prod"}, ("no cluster 'prod'", "data center Recovery")),
    ("unregistered_vm_register", {**VMS, "domains": ["data-erp"]}, ("no storage domain 'data-erp'",)),
    ("unregistered_vm_register", {**VMS, "vms": ["nobody"]}, ("nobody", "no VM of this name is registered")),
    ("unregistered_vm_register", {**VMS, "vms": ["app01", "nobody"], "exclude": ["app01"]}, ("nobody",)),
    ("unregistered_vm_register", {**VMS, "templates": "all"}, ("templates", "registered, needed")),
    ("unregistered_vm_register", {**VMS, "each": [{"name": "x"}]}, ("missing required arguments: vm",)),
    ("unregistered_vm_register", {**VMS, "each": [{"vm": "nobody"}]}, ("each: nobody is none of those",)),
    ("unregistered_template_register", {**TEMPLATES, "bases": "all"}, ("bases", "registered, needed")),
    ("unregistered_template_register", {**TEMPLATES, "each": [{"cluster": "dr"}]}, ("required arguments: template",)),
    ("unregistered_template_register", {**TEMPLATES, "inventory_site": "primary"}, ("inventory, inventory_site",)),
    ("unregistered_vm_register", {**VMS, "leftover_luns": "ask"}, ("leftover_luns", "refuse, keep, remove")),
    ("unregistered_vm_register", {**VMS, "inventory": "/nowhere.json"}, ("inventory, inventory_site",)),
    (
        "unregistered_vm_register",
        {**VMS, "inventory": "/nowhere.json", "inventory_site": "primary"},
        ("/nowhere.json: cannot be read",),
    ),
    ("unregistered_vm_register", mapped(colours=[PAIR]), ("colours",)),
    ("unregistered_vm_register", mapped(clusters=[{"from": "prod"}]), ("to", "clusters")),
    ("unregistered_vm_register", mapped(clusters=[PAIR, {**PAIR, "to": "x"}]), ("clusters: prod is mapped twice",)),
    ("unregistered_vm_register", mapped(clusters=[{**PAIR, "to": "x"}]), ("prod is mapped to x", "does not exist")),
    ("unregistered_vm_register", mapped(roles=[{"from": "A", "to": "B"}]), ("roles: A is mapped to B", "not exist")),
    ("unregistered_vm_register", mapped(affinity_groups=[PAIR]), ("affinity_groups: prod is mapped to dr",)),
    ("unregistered_vm_register", mapped(affinity_labels=[PAIR]), ("affinity_labels: prod is mapped to dr",)),
    ("unregistered_vm_register", mapped(user_domains=[PAIR]), ("user_domains: prod is mapped to dr",)),
    (
        "unregistered_vm_register",
        mapped(vnic_profiles=[{"from": FRONTEND, "to": {**FRONTEND, "profile": "fast"}}]),
        ("frontend/frontend is mapped to frontend/fast", "does not exist"),
    ),
    (
        "unregistered_vm_register",
        mapped(luns=[{"from": "36000", "to": {**LUN, "target": None}}]),
        ("luns: 36000: 'address' and 'target' are needed",),
    ),
    ("vm_power", {}, ("one of the following is required", "vms", "waves")),
    ("vm_power", {**POWER, "waves": []}, ("mutually exclusive",)),
    ("vm_power", {**POWER, "state": "sideways"}, ("state", "sideways")),
    ("vm_power", {**POWER, "data_center": "Nowhere"}, ("no data center 'Nowhere'",)),
    ("vm_power", {"vms": ["nobody"]}, ("nobody: the engine has no VM of this name or id",)),
    ("vm_power", {"waves": [{"name": "one"}]}, ("vms", "waves")),
    ("preflight_info", {**PREFLIGHT, "data_center": "Nowhere"}, ("no data center 'Nowhere'",)),
    ("preflight_info", {**PREFLIGHT, "cluster": "prod"}, ("no cluster 'prod'",)),
    ("preflight_info", {**PREFLIGHT, "domains": [{**WEB, "address": ""}]}, ("'address' is needed",)),
    ("preflight_info", {**PREFLIGHT, "host": "hv-z"}, ("no host 'hv-z'",)),
    ("preflight_info", {**PREFLIGHT, "cluster": None}, ("no 'cluster' is given",)),
    ("preflight_info", {**PREFLIGHT, "inventory": "/nowhere.json"}, ("inventory, inventory_site",)),
]


def nothing_was_written(bench: Bench) -> bool:
    return not any(bench.writes(site=site) for site in bench.twin.sites)


@pytest.fixture
def ready(bench: Bench, request: pytest.FixtureRequest) -> Bench:
    """Recovery has data-web, so that only the argument under test is wrong."""
    module = request.node.callspec.params["module"]
    if module.startswith("unregistered"):
        assert not bench.attach("data-web").get("failed")
    bench.forget()
    return bench


@pytest.mark.parametrize(("module", "options", "words"), WRONG)
def test_wrong_arguments(ready: Bench, module: str, options: dict[str, t.Any], words: tuple[str, ...]) -> None:
    result = ready.run(module, **{"run_id": None, **options})
    assert result["failed"], result
    assert [word for word in words if word not in result["msg"]] == [], result["msg"]
    assert not result.get("changed")
    assert nothing_was_written(ready)


# -- the engine

WRONG_AUTH: list[tuple[dict[str, t.Any], tuple[str, ...]]] = [
    ({"url": None}, ("url",)),
    ({"url": "ftp://engine/ovirt-engine/api"}, ("ftp",)),
    ({"password": None}, ("password",)),
    ({"password": "wrong-secret"}, ("Sign-in", "admin@internal", "Unable to log in")),
    ({"username": "admin"}, ("Sign-in", "'admin'", "No valid profile")),
    ({"username": "admin@elsewhere"}, ("Sign-in", "admin@elsewhere")),
    ({"password": None, "username": None, "token": "stale-secret"}, ("does not accept the token", "Get a new token")),
    ({"url": "https://127.0.0.1:1", "ca_file": "/nowhere/ca.pem"}, ("/nowhere/ca.pem",)),
]


@pytest.mark.parametrize("module", GOOD)
@pytest.mark.parametrize(("change", "words"), WRONG_AUTH)
def test_an_engine_that_cannot_be_signed_in_to(
    bench: Bench, module: str, change: dict[str, t.Any], words: tuple[str, ...]
) -> None:
    auth = {key: value for key, value in {**bench.auth(), **change}.items() if value is not None}
    result = bench.run(module, auth=auth, **GOOD[module])
    assert result["failed"], result
    assert [word for word in words if word not in result["msg"]] == [], result["msg"]
    assert "secret" not in str({key: value for key, value in result.items() if key != "invocation"})
    assert nothing_was_written(bench)


@pytest.mark.parametrize("module", GOOD)
def test_an_engine_that_does_not_answer(bench: Bench, module: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/ovirt-engine/api"
        result = bench.run(module, auth=bench.auth() | {"url": url}, **GOOD[module])
    assert result["failed"]
    assert url in result["msg"]
    assert "could not be reached" in result["msg"]
    assert "Nothing was done" in result["msg"]


@pytest.mark.parametrize("module", GOOD)
def test_an_engine_that_is_too_old_is_refused_by_its_version(bench: Bench, module: str) -> None:
    def older(estate: Estate) -> None:
        version = site_of(estate, "recovery")["engine"]["product_info"]["version"]
        version.update(major="4", minor="3", build="11")

    bench.edit(older)
    result = bench.run(module, **GOOD[module])
    assert result["failed"]
    assert "version 4.3.11; 4.4 or later is needed" in result["msg"]
    assert nothing_was_written(bench)


# -- what is there speaks against it


def second_data_center(estate: Estate) -> None:
    site = site_of(estate, "recovery")
    site["data_centers"].append({**site["data_centers"][0], "id": NOBODY})


@pytest.mark.parametrize("module", [module for module, good in GOOD.items() if "data_center" in good])
def test_a_name_that_two_carry_is_never_guessed(bench: Bench, module: str) -> None:
    estate = bench.edit(second_data_center)
    result = bench.run(module, **GOOD[module])
    assert result["failed"]
    assert "could be any of 2" in result["msg"]
    for center in site_of(estate, "recovery")["data_centers"]:
        assert f"Recovery ({center['id']})" in result["msg"]
    assert nothing_was_written(bench)


def test_an_unregistered_name_that_two_carry_is_told_with_ids(bench: Bench) -> None:
    ids: list[str] = []

    def namesakes(estate: Estate) -> None:
        ids.extend(record(estate, "primary", "vms", name)["id"] for name in ("app01", "app02"))
        record(estate, "primary", "vms", "app02")["name"] = "app01"

    bench.edit(namesakes)
    bench.ready("attached")
    for vms in (["app01"], ["app*"], ["*"]):
        result = bench.register(*vms)
        assert result["failed"]
        assert "could be any of 2" in result["msg"]
        assert all(one in result["msg"] for one in ids)
    assert nothing_was_written(bench)
    by_id = bench.register(ids[1])
    assert (by_id["done"], len(bench.writes())) == ({"register": ["app01"]}, 1)


def test_a_registered_name_that_two_carry_is_not_started(bench: Bench) -> None:
    def namesakes(estate: Estate) -> None:
        record(estate, "primary", "vms", "app02")["name"] = "app01"

    bench.edit(namesakes)
    result = bench.run("vm_power", site="primary", vms=["app01"])
    assert result["failed"]
    assert "could be any of 2" in result["msg"]
    assert nothing_was_written(bench)


def test_a_vm_in_two_waves_is_refused(bench: Bench) -> None:
    waves = [{"name": "first", "vms": ["app01"]}, {"name": "second", "vms": ["app*"]}]
    result = bench.run("vm_power", site="primary", waves=waves)
    assert result["failed"]
    assert "app01" in result["msg"]
    assert "wave" in result["msg"]
    assert nothing_was_written(bench)


def test_a_host_that_is_not_up_is_refused_by_name(bench: Bench) -> None:
    def ill(estate: Estate) -> None:
        record(estate, "recovery", "hosts", "hv-b1")["status"] = "non_operational"

    bench.edit(ill)
    named = bench.attach("data-web", host="hv-b1")
    assert named["failed"]
    assert "Host hv-b1 is non_operational" in named["msg"]
    any_host = bench.attach("data-web")
    assert any_host["failed"]
    assert "no host that is up" in any_host["msg"]
    assert nothing_was_written(bench)


def test_a_domain_known_on_another_path_is_not_touched(bench: Bench) -> None:
    here = {"id": DATA_DB, "address": "nfs-a.example", "path": "/exports/data-db"}
    other = {**here, "path": "/exports/elsewhere"}
    result = bench.run("storage_domain_attach", site="primary", data_center="Production", domains=[other])
    assert result["failed"]
    assert "nfs-a.example:/exports/data-db" in result["msg"]
    assert "nfs-a.example:/exports/elsewhere" in result["msg"]
    assert nothing_was_written(bench)


def test_one_bad_domain_keeps_all_from_being_written(bench: Bench) -> None:
    domains = [*wanted("data-web", "data-master"), {**wanted("data-db")[0], "name": "dr-master"}]
    result = bench.run("storage_domain_attach", data_center="Recovery", domains=domains)
    assert result["failed"]
    assert "the name is taken" in result["msg"]
    assert nothing_was_written(bench)


def test_a_domain_in_maintenance_is_not_registered_from(bench: Bench) -> None:
    bench.ready("attached")
    bench.twin.site("recovery").tables["storage_domain"][DATA_WEB].set(status="maintenance")
    for result in (bench.register("app01"), bench.templates()):
        assert result["failed"]
        assert "data-web is maintenance, it must be active" in result["msg"]
    assert nothing_was_written(bench)


def test_a_name_that_belongs_to_another_vm_of_the_data_center(bench: Bench) -> None:
    """The same name in another data center of the engine is no hindrance and is not taken for the VM."""
    bench.ready("templates")
    site = bench.twin.site("recovery")
    mine = bench.twin.site("primary").named("vm", "app01")
    assert mine is not None
    assert bench.register("app02")["done"] == {"register": ["app02"]}
    known = site.named("vm", "app02")
    assert known is not None
    known.set(name="app01")
    bench.forget()
    refused = bench.register("app01", "app03")
    assert refused["failed"]
    assert f"app01 ({mine.id}): the name belongs to another vm of the engine ({known.id})" in refused["msg"]
    assert refused["done"] == {"register": ["app03"]}
    elsewhere = next(iter(site.all("cluster")))
    known.set(cluster={"id": NOBODY})
    assert elsewhere.id != NOBODY
    del site.vm_names["app02"]
    assert bench.register("app01")["done"] == {"register": ["app01"]}


# -- inventories


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not valid JSON"),
        ("{", "is not valid JSON"),
        ("[]", "is not an estate file"),
        ('{"format": "ovirt-dr-estate", "version": 99}', "is not an estate file"),
        ('{"format": "ovirt-dr-estate", "version": 1, "sites": []}', "holds no site primary"),
        ('{"format": "ovirt-dr-estate", "version": 1, "sites": [{"name": "primary"}]}', "is damaged"),
        ('{"format": "ovirt-dr-estate", "version": 1, "sites": 7}', "is damaged"),
        ('{"format": "ovirt-dr-estate", "version": 1, "sites": ["primary"]}', "is damaged"),
    ],
)
def test_a_malformed_inventory(bench: Bench, tmp_path: pathlib.Path, text: str, words: str) -> None:
    bench.ready("templates")
    path = tmp_path / "inventory.json"
    path.write_text(text, encoding="utf-8")
    given: dict[str, t.Any] = {"inventory": str(path), "inventory_site": "primary"}
    for result in (bench.register(**given), bench.run("preflight_info", **PREFLIGHT, **given)):
        assert result["failed"]
        assert str(path) in result["msg"]
        assert words in result["msg"]
    assert nothing_was_written(bench)


def test_all_documented_domains_are_those_of_the_estate(bench: Bench) -> None:
    names = {name: one for one, name in ((d.id, d.name) for d in bench.twin.site("primary").all("storage_domain"))}
    assert {name: names[name] for name in DOMAINS} == DOMAINS
