# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Domains and data centers: between two of one engine, of different versions, and the first domain of one."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import DRILL, load
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from ansible_collections.ovirt_dr.storage.scripts.drill.ways import two_centers
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import (
    ATTACH,
    DATA_DB,
    DATA_WEB,
    DOMAINS,
    IMPORT,
    Bench,
    Estate,
    Result,
    path_of,
    site_of,
    wanted,
)


@pytest.fixture
def moving() -> t.Iterator[Bench]:
    """An engine with two data centers."""
    with Twin(two_centers(load(DRILL)), pace=0.01) as twin:
        bench = Bench(twin)
        bench.quiet_primary()
        yield bench
        assert twin.errors == []


def there(*names: str) -> list[dict[str, t.Any]]:
    """The domains where they always were."""
    return [{"id": DOMAINS[name], "address": "nfs-a.example", "path": f"/exports/{name}"} for name in names]


def to(bench: Bench, center: str, *names: str, check: bool = False, **options: t.Any) -> Result:
    given = {"data_center": center, "domains": there(*names or ("data-web",)), **options}
    return bench.run("storage_domain_attach", site="primary", check=check, **given)


def leave(bench: Bench, center: str, *names: str) -> None:
    bench.done("storage_domain_detach", site="primary", data_center=center, domains=list(names) or ["data-web"])
    bench.forget()


def formats(bench: Bench, domain: str, **centers: str) -> None:
    """The storage format of data-web, and those of data centers."""
    site = bench.twin.site("primary")
    with site.lock:
        site.tables["storage_domain"][DATA_WEB].set(storage_format=domain)
        for center in site.all("data_center"):
            if center.name in centers:
                center.set(storage_format=centers[center.name])


def test_domains_with_entities_go_to_another_data_center_and_back(moving: Bench) -> None:
    """Detached cleanly their metadata names none, so nothing needs to be shown; what came with each is told."""
    for here, center in (("Production", "Recovery"), ("Recovery", "Production")):
        leave(moving, here, "data-web", "data-db")
        would = to(moving, center, "data-web", "data-db", check=True)
        assert (would["done"], would["came_with"]) == ({"attach": [DATA_WEB, DATA_DB]}, [])
        result = to(moving, center, "data-web", "data-db")
        assert not result.get("failed"), result["msg"]
        assert result["active"] == sorted([DATA_WEB, DATA_DB])
        assert [(one["marked"], one["passed"]) for one in result["guards"]] == [(False, True)] * 2
        came = {one["domain"]: one for one in result["came_with"]}
        assert came["data-web"]["id"] == DATA_WEB
        assert {"web01", "app01", "pxe01"} <= set(came["data-web"]["vms"]["names"])
        assert came["data-web"]["vms"]["count"] == len(came["data-web"]["vms"]["names"])
        assert "web01" not in came["data-db"]["vms"]["names"]
        assert came["data-web"]["templates"]["names"].count("tmpl-debian12") == 2
        assert came["data-db"]["disks"]["count"] == len(came["data-db"]["disks"]["names"])
        again = to(moving, center, "data-web", "data-db")
        assert (again["changed"], again["came_with"], again["guards"]) == (False, [], [])


def test_what_came_is_listed_only_as_far_as_it_was_asked_for(moving: Bench) -> None:
    """A list costs the engine 60 ms for every VM that it tells."""
    leave(moving, "Production")
    result = to(moving, "Recovery", list_unregistered=["disks"])
    assert set(result["came_with"][0]) == {"domain", "id", "disks"}
    lists = [path_of(entry) for entry in moving.twin.requests("primary") if "unregistered" in entry.path]
    assert lists == [f"/ovirt-engine/api/storagedomains/{DATA_WEB}/disks;unregistered"]


def test_a_list_that_cannot_be_read_fails_no_attach(moving: Bench) -> None:
    leave(moving, "Production")
    moving.fail("/vms;unregistered", "status", site="primary", method="GET", status=400)
    result = to(moving, "Recovery", list_unregistered=["vms", "templates"])
    assert not result.get("failed"), result["msg"]
    assert result["came_with"][0]["vms"] is None
    assert result["came_with"][0]["templates"]["count"] == 2
    assert "what vms came with the domains could not be listed" in str(result["warnings"])


def test_a_domain_goes_to_a_newer_data_center_and_its_format_with_it(moving: Bench) -> None:
    leave(moving, "Production")
    formats(moving, "v4", Production="v4", Recovery="v5")
    would, result = (to(moving, "Recovery", check=check) for check in (True, False))
    assert not result.get("failed"), result["msg"]
    assert "storage format: v5" in result["diff"]["after"]
    assert would["diff"] == result["diff"]
    sentence = (
        f"attaching them to data center Recovery raises the storage format of domains to v5, for good: {DATA_WEB} (v4)"
    )
    # What modules warn of gathers in this process, so it is looked for and not counted.
    assert sentence in str(result["warnings"])
    found = moving.twin.site("primary").tables["storage_domain"][DATA_WEB]
    assert found.data["storage_format"] == "v5"

    # The format does not go back, and that is known before anything is written.
    leave(moving, "Recovery")
    for check in (True, False):
        refused = to(moving, "Production", check=check)
        assert refused["failed"]
        assert f"domain {DATA_WEB}: its storage format is v5, and data center Production is too old" in refused["msg"]
        assert "Raise the compatibility version" in refused["msg"]
    assert moving.writes(site="primary") == []


def test_a_move_to_an_older_data_center_is_refused_before_the_domain_leaves(moving: Bench) -> None:
    formats(moving, "v5", Recovery="v4")
    told = moving.run(
        "preflight_info",
        site="primary",
        data_center="Recovery",
        source_data_center="Production",
        leaving=[DATA_WEB],
        domains=there("data-web"),
        cluster="dr",
        strict=False,
    )
    (problem,) = told["problems"]
    assert problem.startswith(
        f"domain {DATA_WEB}: its storage format is v5, and data center Recovery is too old for it"
    )
    assert moving.writes(site="primary") == []


@pytest.mark.parametrize("version", ["4.2", "4.8"])
def test_versions_of_data_centers_do_not_matter_while_the_format_fits(moving: Bench, version: str) -> None:
    site = moving.twin.site("primary")
    major, minor = version.split(".")
    with site.lock:
        center = site.named("data_center", "Recovery")
        assert center is not None
        center.set(version={"major": major, "minor": minor})
    for here, other in (("Production", "Recovery"), ("Recovery", "Production")):
        leave(moving, here)
        result = to(moving, other)
        assert not result.get("failed"), result["msg"]
        assert "storage format" not in result["diff"]["after"]


def test_the_format_of_a_domain_that_is_not_known_yet_shows_after_the_import(bench: Bench) -> None:
    bench.edit(lambda estate: site_of(estate, "recovery")["data_centers"][0].update(storage_format="v4"))
    result = bench.attach("data-web")
    assert result["failed"]
    assert f"Domain {DATA_WEB}: its storage format is v5, and data center Recovery is too old for it" in result["msg"]
    assert (len(bench.writes(IMPORT)), bench.writes(ATTACH)) == (1, [])


def bare(estate: Estate) -> None:
    """Recovery has a data center without any domain."""
    recovery = site_of(estate, "recovery")
    for kind in ("storage_domains", "disks", "storage_connections", "disk_profiles"):
        recovery[kind] = []
    recovery["data_centers"][0].update(status="uninitialized")
    exports = [one for one in estate["storage"]["exports"] if "dr-master" not in one["path"]]
    estate["storage"]["exports"] = [*exports, {"address": "nfs-b.example", "path": "/exports/fresh"}]


def master(bench: Bench) -> set[str]:
    return bench.names("storage_domain", master="true", status="active")


def test_a_data_center_without_a_domain_gets_one_only_when_asked(bench: Bench) -> None:
    """One that was detached cleanly becomes the master; replicas that carry a mark come after it."""
    bench.edit(bare)
    bench.quiet_primary()
    assert not bench.detach("data-web").get("failed")
    bench.forget()
    for check in (True, False):
        refused = bench.attach("data-web", "data-db", check=check)
        assert refused["failed"]
        assert "data center Recovery is uninitialized" in refused["msg"]
        assert "'initialize: true'" in refused["msg"]
    assert bench.writes() == []
    # data-db was cut while it was attached. It is known since a run that did not attach it, so it is known not to come
    # first, though it is named first.
    site = bench.twin.site("recovery")
    assert bench.attach("data-db", initialize=True, takeover=None)["failed"]
    assert site.tables["storage_domain"][DATA_DB].data["status"] == "unattached"
    bench.forget()
    result = bench.attach("data-db", "data-web", initialize=True)
    assert not result.get("failed"), result["msg"]
    assert (result["active"], master(bench)) == (sorted([DATA_WEB, DATA_DB]), {"data-web"})
    assert [path_of(entry).rpartition("/")[2] for entry in bench.writes(ATTACH)] == ["storagedomains"] * 2
    assert DATA_WEB in bench.writes(ATTACH)[0].body


def test_a_replica_that_carries_a_mark_never_initializes(bench: Bench) -> None:
    """No such domain is the first of a data center; it shows after the import, and in a next run before any write."""
    bench.edit(bare)
    first = bench.attach("data-web", "data-db", initialize=True)
    assert first["failed"]
    words = "whose metadata names another data center cannot be its first one"
    assert words in first["msg"]
    assert bench.writes(ATTACH) == []
    assert first["counts"]["not_run"] == 1
    bench.forget()
    again = bench.attach("data-web", "data-db", initialize=True)
    assert again["failed"]
    assert f"{words}: {DATA_WEB}, {DATA_DB}" in again["msg"]
    assert bench.writes() == []


def test_a_new_domain_comes_first_and_replicas_after_it(bench: Bench) -> None:
    bench.edit(bare)
    fresh = {"name": "fresh", "create": True, "address": "nfs-b.example", "path": "/exports/fresh"}
    result = bench.attach(domains=[*wanted("data-web"), fresh])
    assert not result.get("failed"), result["msg"]
    assert (len(result["active"]), master(bench)) == (2, {"fresh"})
