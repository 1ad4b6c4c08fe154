# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module: what check mode says, that the real run does just that, and that a further run finds nothing to do."""

from __future__ import annotations

import pathlib
import typing as t
from dataclasses import dataclass, field

import pytest
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import (
    DATA_WEB,
    DOMAINS,
    TAKEOVER,
    Bench,
    Result,
    mappings,
    wanted,
)

Prepare = t.Callable[[Bench], object]


@dataclass(frozen=True)
class Life:
    """A module's call. done: action -> names; before, after: lines of the diff; writes: how many leave."""

    module: str
    options: t.Mapping[str, t.Any]
    done: t.Mapping[str, t.Collection[str]]
    writes: int
    before: str
    after: str
    prepare: Prepare = lambda bench: None
    site: str = "recovery"
    again: t.Mapping[str, t.Collection[str]] = field(default_factory=dict)


def vm_options(bench: Bench) -> dict[str, t.Any]:
    return {"mappings": mappings(bench.twin.estate)}


def to_maintenance(bench: Bench) -> None:
    """data-web of the primary site in maintenance: the detach is refused after it was deactivated."""
    bench.quiet_primary()
    bench.fail(r"/storagedomains/[^/]+$", "status", site="primary", method="DELETE", status=400)
    assert bench.detach("data-web")["done"] == {"refresh": ["data-web"], "deactivate": ["data-web"]}
    bench.twin.no_faults()


WEB_IMPORTED = "nfs-b.example:/exports/data-web"
LIVES = {
    "attach imports, attaches and names": Life(
        "storage_domain_attach",
        {"data_center": "Recovery", "takeover": TAKEOVER, "domains": wanted("data-web", name="web-at-dr")},
        {"import": {"web-at-dr"}, "attach": {"web-at-dr"}, "rename": {"web-at-dr"}},
        3,
        "domain web-at-dr:\n  status: unattached\n",
        f"domain web-at-dr:\n  storage: {WEB_IMPORTED}\n  status: active\n  name: web-at-dr\n",
        again={"attach": {"web-at-dr"}},
    ),
    "attach activates": Life(
        "storage_domain_attach",
        {
            "data_center": "Production",
            "domains": [{"id": DATA_WEB, "address": "nfs-a.example", "path": "/exports/data-web"}],
        },
        {"activate": {DATA_WEB}},
        1,
        f"domain {DATA_WEB}:\n  status: maintenance\n",
        f"domain {DATA_WEB}:\n  status: active\n",
        to_maintenance,
        "primary",
        {"attach": {DATA_WEB}},
    ),
    "detach": Life(
        "storage_domain_detach",
        {"data_center": "Production", "domains": ["data-web"]},
        {"refresh": {"data-web"}, "deactivate": {"data-web"}, "detach": {"data-web"}},
        3,
        "domain data-web:\n  status: active\n  data center: Production\n",
        "domain data-web:\n  status: maintenance\n",
        Bench.quiet_primary,
        "primary",
        {"detach": {"data-web"}},
    ),
    "detach and remove": Life(
        "storage_domain_detach",
        {"data_center": "Production", "domains": ["data-web", "data-db"], "remove": True},
        {action: {"data-web", "data-db"} for action in ("refresh", "deactivate", "detach", "remove")},
        8,
        "",
        "domain data-web:\n  status: maintenance\ndomain data-db:\n  status: maintenance\n",
        Bench.quiet_primary,
        "primary",
        {"detach": {"data-web", "data-db"}},
    ),
    "register templates": Life(
        "unregistered_template_register",
        {"data_center": "Recovery", "domains": ["data-web"], "templates": ["tmpl-debian12"], "cluster": "dr"},
        {"register": {"tmpl-debian12"}},
        2,
        "",
        "template tmpl-debian12:\n  registered: 642a1c8f-8f39-4ff2-8ebf-3896e0de19b8\n"
        "template tmpl-debian12 version 2:\n  registered: c2a8f4f5-3882-4e9c-9a64-aac5603c26e6\n",
        lambda bench: bench.ready("attached"),
        again={"register": {"tmpl-debian12"}},
    ),
    "register VMs": Life(
        "unregistered_vm_register",
        {"data_center": "Recovery", "domains": sorted(DOMAINS), "vms": ["app01", "dns02", "pxe01"], "cluster": "dr"},
        {"register": {"app01", "dns02", "pxe01"}},
        3,
        "",
        "vm app01:\n  registered: 79c5b65a-7a90-4428-b7d7-c0352db64709\n",
        lambda bench: bench.ready("templates"),
        again={"register": {"app01", "dns02", "pxe01"}},
    ),
    "register disks": Life(
        "unregistered_disk_register",
        {"data_center": "Recovery", "domains": ["data-db"], "disks": ["*"], "quota": "Default"},
        {"register": {"archive2025"}, "edit": {"archive2025"}},
        2,
        "",
        "disk archive2025:\n  registered: 338efff6-e6ad-48cf-bb63-363de55c6f75\n  quota: Default\n",
        lambda bench: bench.ready("registered"),
        again={"register": {"archive2025"}},
    ),
    "remove what is unregistered": Life(
        "unregistered_remove",
        {
            "data_center": "Recovery",
            "vms": ["app01"],
            "disks": ["archive2025"],
            "accept": ["unknown_disks"],
            "confirm": TAKEOVER,
        },
        {"remove": {"app01", "archive2025"}},
        2,
        "vm app01 (79c5b65a-7a90-4428-b7d7-c0352db64709) on data-web:\n",
        "",
        lambda bench: bench.ready("attached"),
        again={"remove": {"app01", "archive2025"}},
    ),
    "start": Life(
        "vm_power",
        {"waves": [{"name": "first", "vms": ["dns*"]}, {"name": "rest", "vms": ["web01"]}]},
        {"up": {"dns01", "dns02", "web01"}},
        3,
        "vm dns01:\n  status: down\nvm dns02:\n  status: down\nvm web01:\n  status: down\n",
        "vm dns01:\n  status: up\nvm dns02:\n  status: up\nvm web01:\n  status: up\n",
        lambda bench: bench.ready("registered"),
        again={"up": {"dns01", "dns02", "web01"}},
    ),
    "stop": Life(
        "vm_power",
        {"vms": ["db01", "web01"], "state": "down", "data_center": "Production"},
        {"down": {"db01", "web01"}},
        2,
        "vm db01:\n  status: up\nvm web01:\n  status: up\n",
        "vm db01:\n  status: down\nvm web01:\n  status: down\n",
        site="primary",
        again={"down": {"db01", "web01"}},
    ),
}


def names(shown: Result) -> dict[str, set[str]]:
    return {action: set(found) for action, found in shown.items()}


@pytest.mark.parametrize("life", LIVES.values(), ids=LIVES)
def test_check_mode_tells_what_the_run_does_and_a_further_run_finds_it_done(bench: Bench, life: Life) -> None:
    life.prepare(bench)
    bench.forget()

    would = bench.done(life.module, site=life.site, check=True, **life.options)
    assert (names(would["done"]), would["changed"]) == (life.done, True)
    assert "would be done" in would["msg"]
    assert would["requests"]["writes"] == 0
    assert not bench.twin.writes(life.site)
    assert life.before in would["diff"]["before"]
    assert life.after in would["diff"]["after"]

    real = bench.done(life.module, site=life.site, **life.options)
    assert (names(real["done"]), real["changed"]) == (life.done, True)
    assert (real["diff"], real["changes"]) == (would["diff"], would["changes"])
    assert len(bench.writes(site=life.site)) == life.writes == real["requests"]["writes"]

    bench.forget()
    for check in (True, False):
        again = bench.done(life.module, site=life.site, check=check, **life.options)
        assert (again["changed"], again["changes"], again["done"]) == (False, [], {})
        assert names(again["already"]) == life.again
        assert again["diff"] == {"before": "", "after": ""}
    assert not bench.twin.writes(life.site)


def every_module(bench: Bench) -> t.Iterator[tuple[str, str, dict[str, t.Any]]]:
    """(module, site, options): all modules, with the options that do most."""
    target = {"data_center": "Recovery", "domains": sorted(DOMAINS)}
    plan = {"domains": wanted(), "data_center": "Recovery", "cluster": "dr", "strict": False}
    yield "storage_domain_attach", "recovery", {"data_center": "Recovery", "domains": wanted(name=None)}
    yield "storage_domain_attach", "recovery", {"data_center": "Recovery", "domains": wanted("data-web", name="new")}
    yield "storage_domain_attach", "recovery", {"data_center": "Recovery", "domains": wanted(), "takeover": TAKEOVER}
    for site, center in (("primary", "Production"), ("recovery", "Recovery")):
        for more in ({}, {"remove": True, "force": True}):
            yield "storage_domain_detach", site, {"data_center": center, "domains": ["data-*"], **more}
    yield "unregistered_info", "recovery", {"data_center": "Recovery", "kinds": ["vms", "templates", "disks"]}
    yield "unregistered_template_register", "recovery", {**target, "partial": ["*"]}
    for policy in ("refuse", "keep", "remove"):
        yield (
            "unregistered_vm_register",
            "recovery",
            {**target, **vm_options(bench), "vms": ["*"], "partial": ["*"], "leftover_luns": policy},
        )
    accept = {"accept": ["delete_protected", "left_disks", "patterns", "unknown_disks"], "confirm": TAKEOVER}
    for more in ({"best_effort": ["*"]}, {}):
        unwanted = {"vms": ["[a-z]*"], "templates": ["t*"], "disks": ["[a-z]*"]}
        yield "unregistered_remove", "recovery", {"data_center": "Recovery", **unwanted, **accept, **more}
    for state in ("up", "down"):
        for site in ("primary", "recovery"):
            yield "vm_power", site, {"vms": ["*"], "state": state}
    yield "preflight_info", "recovery", plan


def leave_lun_disk(bench: Bench) -> None:
    """Recovery holds the record of a LUN disk that no VM uses."""
    disk = next(one for one in bench.twin.site("primary").all("disk") if "lun_storage" in one.data)
    bench.twin.site("recovery").tables["disk"][disk.id] = disk


@pytest.mark.parametrize("state", ["", "attached", "templates", "registered", "up"])
def test_in_check_mode_nothing_is_ever_written(bench: Bench, state: str, tmp_path: pathlib.Path) -> None:
    if state:
        bench.ready(state)
    if state == "templates":
        leave_lun_disk(bench)
    bench.quiet_primary()
    calls = 0
    for module, site_name, options in every_module(bench):
        journal = {} if module.endswith("_info") else {"journal": str(tmp_path / "journal")}
        result = bench.run(module, site=site_name, check=True, **options, **journal)
        assert isinstance(result.get("changed", False), bool), module
        assert "is a bug" not in str(result), (module, result["msg"])
        calls += 1
    assert calls == 19
    for site_name in bench.twin.sites:
        assert bench.writes(site=site_name) == []
    assert not (tmp_path / "journal").exists()


def test_info_modules_change_nothing_and_tell_all(bench: Bench) -> None:
    bench.ready("attached")
    for check in (False, True):
        found = bench.done(
            "unregistered_info", check=check, data_center="Recovery", kinds=["vms", "templates", "disks"]
        )
        assert (found["changed"], sorted(found["domains"])) == (
            False,
            ["data-db", "data-master", "data-web", "dr-master"],
        )
        by_name = {vm["name"]: vm for vm in found["vms"]}
        assert len(by_name) == 15
        assert sorted(by_name["pxe01"]["domains"]) == sorted(DOMAINS)
        assert by_name["web01"]["template_id"] == "642a1c8f-8f39-4ff2-8ebf-3896e0de19b8"
        assert by_name["app01"]["template_id"] == ""
        assert sorted(one["name"] for one in found["templates"]) == ["tmpl-debian12", "tmpl-debian12", "tmpl-win2022"]
        assert "archive2025" in {disk["name"] for disk in found["disks"]}
    assert not bench.twin.writes("recovery")


def test_info_of_one_domain_names_only_what_lies_there(bench: Bench) -> None:
    bench.ready("attached")
    found = bench.done("unregistered_info", data_center="Recovery", domains=["data-d*"], kinds=["vms"])
    assert {vm["name"] for vm in found["vms"]} == {"db01", "db02", "dns02", "legacy01", "pxe01"}
    assert "templates" not in found


def test_preflight_tells_whether_a_plan_can_run(bench: Bench, tmp_path: pathlib.Path) -> None:
    plan: dict[str, t.Any] = {
        "data_center": "Recovery",
        "domains": wanted(),
        "vms": ["web01", "db01", "file01"],
        "partial": ["db01"],
        "inventory": bench.inventory(tmp_path),
        "inventory_site": "primary",
        "mappings": mappings(bench.twin.estate),
    }
    for check in (False, True):
        good = bench.done("preflight_info", check=check, **plan)
        assert (good["ready"], good["problems"], good["changed"]) == (True, [], False)
        assert any("db01" in note and "data-erp" in note for note in good["notes"])
    bad: dict[str, t.Any] = {**plan, "partial": [], "mappings": {}, "vms": ["web01", "db01", "nobody"]}
    told = bench.run("preflight_info", **bad)
    assert told["failed"]
    assert "nothing was changed" in told["msg"]
    problems = bench.done("preflight_info", **bad, strict=False)["problems"]
    assert all(problem in told["msg"] for problem in problems)
    for words in ("nobody is not in the inventory", "prod (of VMs web01, db01) is not mapped", "VMs db01 have a disk"):
        assert any(words in problem for problem in problems), problems
    assert not bench.twin.writes("recovery")
