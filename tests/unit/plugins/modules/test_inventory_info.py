# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""inventory_info: what lies on domains, told from a file alone."""

from __future__ import annotations

import copy
import json
import pathlib
import typing as t
from collections.abc import Callable

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.wanted_domains import wanted_domains
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import DRILL, load
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import (
    DATA_WEB,
    FILE01_LUN,
    Estate,
    Result,
    record,
    run_module,
    site_of,
)

Ask = Callable[..., Result]


@pytest.fixture
def ask(tmp_path: pathlib.Path) -> Ask:
    """Asks the module about the drill's main site, after a change of it."""

    def asked(change: Callable[[Estate], object] | None = None, **options: t.Any) -> Result:
        estate = copy.deepcopy(load(DRILL))
        if change is not None:
            change(estate)
        path = tmp_path / "estate.json"
        path.write_text(json.dumps(estate), encoding="utf-8")
        return run_module("inventory_info", {"inventory": str(path), "inventory_site": "primary", **options})

    return asked


def names(found: list[dict[str, t.Any]]) -> set[str]:
    return {one["name"] for one in found}


def test_what_lies_on_one_domain(ask: Ask) -> None:
    found = ask(domains=["data-web"])
    (domain,) = found["domains"]
    assert domain == {
        "id": DATA_WEB,
        "name": "data-web",
        "type": "nfs",
        "address": "nfs-a.example",
        "path": "/exports/data-web",
    }
    assert names(found["vms"]) == {
        *("app01", "app02", "app03", "dns01", "file01", "mail01", "web01", "web02", "web03", "web04"),
    }
    vms = {vm["name"]: vm for vm in found["vms"]}
    assert found["running"] == sorted(vms[name]["id"] for name in ("dns01", "web01"))
    assert (vms["web01"]["runs"], vms["web01"]["status"], vms["web02"]["runs"]) == (True, "up", False)
    assert [vm["name"] for vm in found["vms"] if vm["luns"]] == ["file01"]
    assert vms["file01"]["luns"] == [FILE01_LUN]
    assert names(found["templates"]) == {"tmpl-debian12"}
    assert sorted(one["version"] for one in found["templates"]) == [1, 2]
    assert found["shared"] == []
    assert (found["clusters"], found["disks"], found["unattached"]) == (["prod"], [], [])
    assert found["changed"] is False


def test_what_lies_on_two_domains_and_what_floats(ask: Ask) -> None:
    alone = ask(domains=["data-db"])
    assert names(alone["disks"]) == {"archive2025"}
    assert {vm["name"]: vm["further_domains"] for vm in alone["vms"]} == {
        "db01": ["data-erp"],
        "db02": ["data-erp"],
        "dns02": [],
        "legacy01": [],
    }
    both = ask(domains=["data-[de]*"])
    assert names(both["domains"]) == {"data-db", "data-erp"}
    assert not any(vm["further_domains"] for vm in both["vms"])


def test_disks_that_several_vms_may_have(ask: Ask) -> None:
    def shareable(estate: Estate) -> None:
        for name in ("web01_os", "archive2025"):
            record(estate, "primary", "disks", name)["shareable"] = "true"

    found = ask(shareable, domains=["data-web"])
    assert (len(found["shared"]), found["disks"]) == (1, [])
    assert len(ask(shareable, domains=["data-db"])["shared"]) == 1


def test_domains_are_told_as_they_are_attached(ask: Ask) -> None:
    found = ask(domains=["data-erp", DATA_WEB])
    assert found["domains"][0]["targets"] == [
        {"address": "192.0.2.50", "port": 3260, "target": "iqn.2026-01.example.site-a:san"}
    ]
    assert [one.label for one in wanted_domains(found["domains"])] == ["data-erp", "data-web"]


def test_what_a_connection_tells_of_a_place(ask: Ask) -> None:
    def gluster(estate: Estate) -> None:
        domain = record(estate, "primary", "storage_domains", "data-web")
        domain["storage"] = {"type": "glusterfs", "path": "srv:/web"}
        held = {one["id"]: one for one in site_of(estate, "primary")["storage_connections"]}
        held[domain["storage_connections"][0]["id"]].update(vfs_type="glusterfs", mount_options="ro")

    (domain,) = ask(gluster, domains=["data-web"])["domains"]
    assert (domain["path"], domain["vfs_type"], domain["mount_options"]) == ("srv:/web", "glusterfs", "ro")
    assert wanted_domains([domain])


def test_a_domain_that_was_in_no_data_center(ask: Ask) -> None:
    def loose(estate: Estate) -> None:
        record(estate, "primary", "storage_domains", "data-web").pop("data_centers")

    assert ask(loose, domains=["data-web", "data-db"])["unattached"] == ["data-web"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"domains": ["data-wep"]}, "there is no data domain data-wep in site primary, only data-db, data-erp"),
        ({"inventory_site": "moon"}, "holds no site moon, only primary, recovery"),
        ({"inventory": "/nowhere.json"}, "/nowhere.json: cannot be read"),
    ],
)
def test_what_is_not_there_is_told(ask: Ask, options: dict[str, t.Any], words: str) -> None:
    result = ask(**options)
    assert result["failed"]
    assert words in result["msg"]


def test_a_damaged_record_is_told(ask: Ask) -> None:
    def damage(estate: Estate) -> None:
        del record(estate, "primary", "storage_domains", "data-web")["storage"]

    assert "site primary is damaged: 'storage' is missing" in ask(damage, domains=["data-web"])["msg"]
