# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""storage_domain_detach: what it tells, how fresh it leaves the descriptions, what it removes and formats."""

from __future__ import annotations

import json
import os
import pathlib
import stat
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import ovf_stores
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import (
    DATA_DB,
    DATA_WEB,
    DETACH,
    REFRESH,
    Bench,
    path_of,
    site_of,
)


def primary(bench: Bench) -> Site:
    """The primary site, where nothing runs."""
    bench.quiet_primary()
    return bench.twin.site("primary")


def domain(site: Site, name: str) -> Entity:
    return next(one for one in site.all("storage_domain") if one.name == name)


# -- what is lost


def test_what_is_lost_is_told_before(bench: Bench) -> None:
    site = primary(bench)
    with site.lock:
        shared = next(one for one in site.all("disk") if one.name == "mail01_os")
        shared.set(shareable="true")
        site.named("vm", "web03").set(lease={"storage_domain": {"id": DATA_WEB}})  # type: ignore[union-attr]
        site.named("vm", "dns02").set(lease={"storage_domain": {"id": DATA_WEB}})  # type: ignore[union-attr]
    result = bench.detach("data-web", check=True)
    assert result["ok"]
    told = {loss["kind"]: loss["names"] for loss in result["losses"]}
    assert told["direct_luns"] == ["file01 (file01_shares)"]
    assert told["shareable_disks"] == ["mail01 (mail01_os)"]
    assert told["permissions"] == [
        "app01 (UserVmManager of admin@internal-authz)",
        "tmpl-debian12 (TemplateOwner of admin@internal-authz)",
        "tmpl-debian12 (UserTemplateBasedVm of admin@internal-authz)",
        "tmpl-debian12 version 2 (TemplateOwner of admin@internal-authz)",
        "tmpl-debian12 version 2 (UserTemplateBasedVm of admin@internal-authz)",
        "web01 (UserVmManager of admin@internal-authz)",
    ]
    assert told["leases_going"] == ["web03"]
    assert told["leases_lost"] == ["dns02"]
    warned = json.dumps(result["warnings"])
    assert all(f"domain data-web: {loss['text']}" in warned for loss in result["losses"])


def test_a_thin_vm_leaves_with_its_template_though_it_has_a_disk_elsewhere(bench: Bench) -> None:
    site = primary(bench)
    template = next(one for one in site.all("template") if one.data.get("name") == "tmpl-debian12")
    thin = site.named("vm", "db02")
    assert thin is not None
    thin.set(template={"id": template.id})
    held = thin.subs["disk_attachments"]
    other = next(one for one in site.all("disk") if one.name == "app03_os")
    held.append({**held[0], "id": other.id, "disk": {"id": other.id}})
    site.disk_users.setdefault(other.id, set()).add(thin.id)
    owner = site.named("vm", "app03")
    assert owner is not None
    owner.subs["disk_attachments"] = []
    looked = bench.detach("data-web", check=True)
    told = {loss["kind"]: loss["names"] for loss in looked["losses"]}
    assert told["vms_leaving_with_template"] == ["db02"]
    assert bench.done("storage_domain_detach", site="primary", data_center="Production", domains=["data-web"])
    with site.lock:
        site.settle()
        assert site.named("vm", "db02") is None
        assert {one.name for one in site.all("disk")} >= {"db02_os", "db02_erp"}


def test_check_mode_shows_which_vms_have_disks_on_a_domain(bench: Bench) -> None:
    result = bench.detach("data-db", "data-erp", check=True)
    shown = {one["domain"]: one for one in result["leaving"]}
    assert shown["data-erp"]["vms"] == ["db01", "db02"]
    assert shown["data-db"]["vms"] == ["db01", "db02", "dns02", "legacy01"]
    assert shown["data-db"]["templates"] == ["tmpl-win2022"]
    assert shown["data-db"]["staying"] == []


def test_templates_leave_and_are_found_again(bench: Bench) -> None:
    site = primary(bench)
    place = {"id": DATA_DB, "address": "nfs-a.example", "path": "/exports/data-db"}
    result = bench.detach("data-db", "data-erp")
    assert not result.get("failed"), result["msg"]
    with site.lock:
        site.settle()
        assert "tmpl-win2022" not in bench.names("template", "primary")
    bench.done("storage_domain_attach", site="primary", data_center="Production", domains=[place])
    options = {"site": "primary", "data_center": "Production", "domains": ["data-db"]}
    found = bench.done("unregistered_info", **options)
    assert [one["name"] for one in found["templates"]] == ["tmpl-win2022"]
    registered = bench.done("unregistered_template_register", cluster="prod", **options)
    assert registered["done"] == {"register": ["tmpl-win2022"]}


@pytest.mark.parametrize(("here", "there"), [("8", "3"), ("3", "8")])
def test_domains_move_between_data_centers_of_other_versions(bench: Bench, here: str, there: str) -> None:
    """From a newer to an older data center and the other way round: a version is never asked for."""

    def change(estate: dict[str, t.Any]) -> None:
        for site, minor in (("primary", here), ("recovery", there)):
            for center in site_of(estate, site)["data_centers"]:
                center["version"] = {"major": "4", "minor": minor}
                center["supported_versions"] = {"version": {"major": "4", "minor": minor}}

    bench.edit(change)
    primary(bench)
    left = bench.detach("data-web")
    assert not left.get("failed"), left["msg"]
    came = bench.attach("data-web")
    assert not came.get("failed"), came["msg"]
    assert bench.templates(domains=["data-web"])["done"]["register"]
    assert "web01" in bench.register("web*", domains=["data-web"])["done"]["register"]


# -- how fresh the descriptions are


def test_the_stores_are_written_and_seen_before_the_domain_goes(bench: Bench) -> None:
    primary(bench)
    result = bench.detach("data-web")
    assert not result.get("failed"), result["msg"]
    sent = [path_of(one).rpartition("/")[2] for one in bench.writes(site="primary")]
    assert sent[:2] == ["updateovfstore", "deactivate"]
    (leaving,) = result["leaving"]
    assert (leaving["ovf"]["state"], leaving["ovf"]["age"]) == ("fresh", 0)
    assert "was updated by" in leaving["ovf"]["says"]
    assert bench.detach("data-web")["leaving"] == []


@pytest.mark.parametrize("mode", ["refresh", "require_fresh"])
def test_stores_that_are_not_there_yet_are_waited_for(bench: Bench, mode: str) -> None:
    """Their job is over at once; the disks appear later, and are ok later still."""
    site = primary(bench)
    with site.lock:
        for disk in [one for one in site.all("disk") if one.data.get("content_type") == "ovf_store"]:
            site.remove(disk)
    result = bench.detach("data-web", ovf=mode)
    assert not result.get("failed"), result["msg"]
    assert result["leaving"][0]["ovf"]["state"] == "fresh"


def test_as_is_asks_for_nothing_and_tells_the_age_from_the_journal(bench: Bench, tmp_path: pathlib.Path) -> None:
    primary(bench)
    unknown = bench.detach("data-web", ovf="as_is", check=True)["leaving"][0]["ovf"]
    assert (unknown["state"], unknown["age"]) == ("as_is", None)
    assert "at most the engine's own interval (60 minutes by default)" in unknown["says"]
    journal = str(tmp_path / "run.journal")
    bench.fail(DETACH, "status", site="primary", method="DELETE", status=400)
    assert bench.detach("data-web", journal=journal)["failed"]
    bench.twin.no_faults()
    bench.forget()
    result = bench.detach("data-web", ovf="as_is", journal=journal)
    assert not result.get("failed"), result["msg"]
    assert not bench.writes(REFRESH, "primary")
    assert 0 <= result["leaving"][0]["ovf"]["age"] < 60


def test_require_fresh_refuses_a_domain_that_cannot_be_proven_fresh(bench: Bench, tmp_path: pathlib.Path) -> None:
    """One in maintenance is refused, unless the journal of a run that was broken off proves it."""
    primary(bench)
    journal = str(tmp_path / "run.journal")
    bench.fail(DETACH, "status", site="primary", method="DELETE", status=400)
    assert bench.detach("data-web", ovf="require_fresh", journal=journal)["failed"]
    bench.twin.no_faults()
    bench.forget()
    refused = bench.detach("data-web", ovf="require_fresh")
    assert refused["failed"]
    assert [one["kind"] for one in refused["failure"]["blockers"]] == ["ovf_not_fresh"]
    assert "activate it and run again" in refused["msg"]
    assert not bench.writes(site="primary")
    again = bench.detach("data-web", ovf="require_fresh", journal=journal)
    assert not again.get("failed"), again["msg"]
    assert again["done"] == {"detach": ["data-web"]}


@pytest.mark.parametrize(("mode", "states"), [("require_fresh", ("failed",)), ("refresh", ("not_proven",))])
def test_an_update_that_fails_is_no_proof(bench: Bench, mode: str, states: tuple[str, ...]) -> None:
    primary(bench)
    bench.twin.fail("storage:data-web", "primary")
    result = bench.detach("data-web", ovf=mode)
    assert result["failed"]
    assert result["leaving"][0]["ovf"]["state"] in states
    assert "Failed to update VMs/Templates OVF data for Storage Domain data-web" in json.dumps(result)
    deactivated = bench.writes("/deactivate$", "primary")
    assert bool(deactivated) is (mode == "refresh"), "what is not proven fresh stays where it is"
    assert not bench.writes("^DELETE", "primary")


def test_an_engine_that_tells_nothing_proves_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ovf_stores, "_tell", lambda site, domain: None)
    primary(bench)
    refused = bench.detach("data-web", ovf="require_fresh", timeout=1)
    assert refused["failed"]
    assert "no event tells that they were written" in refused["msg"]
    assert not bench.writes("/deactivate$|^DELETE", "primary")
    result = bench.detach("data-web", timeout=1)
    assert not result.get("failed"), result["msg"]
    assert result["leaving"][0]["ovf"]["state"] == "not_proven"


def test_force_sends_no_update_and_cannot_be_asked_for_with_require_fresh(bench: Bench) -> None:
    primary(bench)
    refused = bench.detach("data-web", ovf="require_fresh", force=True)
    assert refused["failed"]
    assert "say one of them" in refused["msg"]
    result = bench.detach("data-web", force=True)
    assert not result.get("failed"), result["msg"]
    assert not bench.writes(REFRESH, "primary")
    assert result["leaving"][0]["ovf"]["state"] == "as_is"


def test_domains_that_share_vms_are_all_at_rest_before_one_is_detached(bench: Bench) -> None:
    primary(bench)
    result = bench.detach("data-db", "data-erp", "data-web")
    assert not result.get("failed"), result["msg"]
    ends = [path_of(one) for one in bench.writes(site="primary")]
    site = bench.twin.estate["sites"][0]
    names = {one["id"]: one["name"] for one in site["storage_domains"]}
    first = min(
        number for number, path in enumerate(ends) if names.get(path.rpartition("/")[2]) in ("data-db", "data-erp")
    )
    for name in ("data-db", "data-erp"):
        key = next(key for key, value in names.items() if value == name)
        assert any(path.endswith(f"{key}/deactivate") for path in ends[:first])


# -- the inventory


def test_the_inventory_is_written_before_anything_leaves(bench: Bench, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "before.json"
    told = bench.detach("data-web", stop_vms="poweroff", inventory=str(path), check=True)
    assert told["inventory"] == {"path": str(path), "state": "would be written", "site": "Production"}
    assert not path.exists()
    result = bench.detach("data-web", stop_vms="poweroff", inventory=str(path), inventory_site="primary")
    assert not result.get("failed"), result["msg"]
    assert result["inventory"]["state"] == "written"
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    (site,) = json.loads(path.read_text(encoding="utf-8"))["sites"]
    assert site["name"] == "primary"
    assert {one["name"]: one["status"] for one in site["vms"]}["web01"] == "up"


def test_the_inventory_of_a_run_that_was_broken_off_is_kept(bench: Bench, tmp_path: pathlib.Path) -> None:
    """It shows VMs up that are stopped by now, and domains that have left."""
    path = tmp_path / "before.json"
    options: dict[str, t.Any] = {"stop_vms": "poweroff", "inventory": str(path)}
    bench.fail(r"/deactivate$", "status", site="primary", status=400)
    assert bench.detach("data-web", **options)["failed"]
    bench.twin.no_faults()
    held = path.read_bytes()
    again = bench.detach("data-web", **options)
    assert not again.get("failed"), again["msg"]
    assert (again["inventory"]["state"], path.read_bytes()) == ("kept", held)
    gone = bench.detach("data-web", **options)
    assert (gone["inventory"], path.read_bytes()) == (None, held)
    later = bench.detach("data-web", "data-db", "data-erp", **options)
    assert not later.get("failed"), later["msg"]
    assert (later["inventory"]["state"], path.read_bytes()) == ("kept", held)


def test_a_month_later_the_inventory_is_written_anew(bench: Bench, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "before.json"
    options: dict[str, t.Any] = {"inventory": str(path)}
    bench.fail(r"/deactivate$", "status", site="primary", status=400)
    assert bench.detach("data-web", stop_vms="poweroff", **options)["failed"]
    bench.twin.no_faults()
    os.utime(path, (1_600_000_000, 1_600_000_000))
    result = bench.detach("data-web", **options)
    assert not result.get("failed"), result["msg"]
    assert result["inventory"]["state"] == "written"
    (site,) = json.loads(path.read_text(encoding="utf-8"))["sites"]
    assert {one["name"]: one["status"] for one in site["vms"]}["web01"] == "down"


def test_an_inventory_is_never_written_over_with_less(bench: Bench, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "before.json"
    primary(bench)
    assert not bench.detach("data-web", inventory=str(path)).get("failed")
    estate = json.loads(path.read_text(encoding="utf-8"))
    (site,) = estate["sites"]
    site["storage_domains"] = [one for one in site["storage_domains"] if one["name"] != "data-db"]
    path.write_text(json.dumps(estate), encoding="utf-8")
    held = path.read_bytes()
    bench.forget()
    result = bench.detach("data-web", "data-db", "data-erp", inventory=str(path))
    assert result["failed"]
    assert "it holds data-web, which left before, but not data-db" in result["msg"]
    assert path.read_bytes() == held
    assert not bench.writes(site="primary")


@pytest.mark.parametrize("content", ["no JSON", '{"format": "something else"}'])
def test_a_file_that_is_no_inventory_stops_everything(bench: Bench, tmp_path: pathlib.Path, content: str) -> None:
    path = tmp_path / "mine.txt"
    path.write_text(content, encoding="utf-8")
    primary(bench)
    result = bench.detach("data-web", inventory=str(path))
    assert result["failed"]
    assert "It is not written over" in result["msg"]
    assert path.read_text(encoding="utf-8") == content
    assert not bench.writes(site="primary")


# -- removal and format


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"format": True, "format_confirmed": ["data-web"]}, "say 'remove: true' too"),
        ({"format": True, "remove": True}, "name each of them once more in 'format_confirmed'"),
        ({"remove": True, "format_confirmed": ["data-web"]}, "without 'format: true'"),
        ({"format": True, "remove": True, "format_confirmed": ["data-*"]}, "takes no patterns"),
        (
            {"format": True, "remove": True, "format_confirmed": ["data-db"]},
            "domain data-web would be formatted too; name it in 'format_confirmed'",
        ),
        (
            {"format": True, "remove": True, "format_confirmed": ["data-web", "data-db"]},
            "'format_confirmed' names data-db, which is not among 'domains'",
        ),
        ({"inventory_site": "primary"}, "which is not given"),
    ],
)
def test_what_is_not_said_twice_is_not_formatted(bench: Bench, options: dict[str, t.Any], words: str) -> None:
    primary(bench)
    for check in (True, False):
        result = bench.detach("data-web", check=check, **options)
        assert result["failed"]
        assert words in result["msg"]
    assert not bench.writes(site="primary")


def test_what_is_said_twice_is_formatted(bench: Bench) -> None:
    primary(bench)
    options: dict[str, t.Any] = {"remove": True, "format": True, "format_confirmed": ["data-web", DATA_WEB]}
    looked = bench.detach("data-web", check=True, **options)
    told = {loss["kind"]: loss["names"] for loss in looked["losses"]}
    assert "web01_os" in told["destroyed_disks"]
    result = bench.detach("data-web", **options)
    assert not result.get("failed"), result["msg"]
    (sent,) = [one for one in bench.writes("^DELETE", "primary") if "/datacenters/" not in one.path]
    assert "format=true" in sent.path
    again = bench.detach("data-web", **options)
    assert not again.get("failed"), again["msg"]
    assert again["changed"] is False


def test_what_belongs_to_a_data_center_is_never_formatted(bench: Bench) -> None:
    site = primary(bench)
    assert not bench.detach("data-web").get("failed")
    with site.lock:
        bench.twin.storage.contents[DATA_WEB].pool = "another-data-center"
    bench.forget()
    result = bench.detach("data-web", remove=True, format=True, format_confirmed=["data-web"])
    assert result["failed"]
    assert "metadata of domain data-web says that it is attached to a data center" in result["msg"]
    assert not bench.writes(site="primary")


# -- the engine at work


@pytest.mark.parametrize("path", [REFRESH, r"/deactivate$", DETACH])
def test_related_operations_are_waited_out_at_every_step(bench: Bench, path: str) -> None:
    primary(bench)
    words = "[Cannot perform the action. Related operation is currently in progress. Please try again later.]"
    method = "DELETE" if path == DETACH else "POST"
    body = f"<fault><detail>{words}</detail></fault>"
    bench.twin.fail(
        {"action": "status", "status": 409, "body": body, "method": method, "path": path, "times": 3}, "primary"
    )
    result = bench.detach("data-web")
    assert not result.get("failed"), result["msg"]
    assert result["done"]["detach"] == ["data-web"]


def test_that_the_data_is_being_updated_is_waited_out(bench: Bench) -> None:
    primary(bench)
    words = "[Cannot deactivate Storage. The Storage Domain's OVF data is being updated. Please try again later.]"
    body = f"<fault><detail>{words}</detail></fault>"
    bench.twin.fail(
        {"action": "status", "status": 409, "body": body, "method": "POST", "path": r"/deactivate$", "times": 2},
        "primary",
    )
    assert not bench.detach("data-web").get("failed")


@pytest.mark.parametrize(("path", "method"), [(REFRESH, "POST"), (r"/deactivate$", "POST"), (DETACH, "DELETE")])
def test_a_right_that_is_missing_is_named(bench: Bench, path: str, method: str) -> None:
    primary(bench)
    words = "[User is not authorized to perform this action.]"
    body = f"<fault><detail>{words}</detail><reason>Operation Failed</reason></fault>"
    bench.fail(path, "status", site="primary", method=method, status=403, body=body, times=0)
    result = bench.detach("data-web")
    assert result["failed"]
    assert (
        "the permit manipulate_storage_domain on the storage domain, which the role StorageAdmin holds" in result["msg"]
    )


def test_a_name_that_is_wrong_leaves_nothing_half_done(bench: Bench) -> None:
    """What is in the way of the others is told with it."""
    for check in (True, False):
        result = bench.detach("data-wbe", "data-db", check=check)
        assert result["failed"]
        assert result["msg"].startswith("Nothing was changed. data-wbe: the engine knows no storage domain")
        assert "VMs with active disks here are not down: db01" in result["msg"]
        assert not bench.writes(site="primary")
