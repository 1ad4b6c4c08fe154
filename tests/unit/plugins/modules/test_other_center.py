# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stays registered in the other data center of an engine when a domain that lists it goes to this one."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import DRILL, load
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from ansible_collections.ovirt_dr.storage.scripts.drill.ways import two_centers
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import Bench, record
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.meanwhile import TEMPLATE
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.test_attach_centers import leave, to


@pytest.fixture
def moved(tmp_path: pathlib.Path) -> t.Iterator[tuple[Bench, str]]:
    """data-web went from Production, which counts quotas as Recovery does; and the inventory of before."""
    estate = two_centers(load(DRILL))
    (site,) = estate["sites"]
    for center in site["data_centers"]:
        center["quota_mode"] = "audit"
    quota = {one["data_center"]["id"]: one for one in site["quotas"]}[site["data_centers"][0]["id"]]
    record(estate, "primary", "vms", "pxe01")["quota"] = {"id": quota["id"]}
    inventory = tmp_path / "before.json"
    inventory.write_text(json.dumps(estate), encoding="utf-8")
    with Twin(estate, pace=0.01) as twin:
        bench = Bench(twin)
        bench.quiet_primary()
        leave(bench, "Production")
        assert not to(bench, "Recovery").get("failed")
        bench.forget()
        yield bench, str(inventory)
        assert twin.errors == []


def test_a_vm_without_disks_that_stays_there_is_not_compared(moved: tuple[Bench, str]) -> None:
    """Every domain lists it, and of its quota and its affinities nothing is known in this data center."""
    bench, inventory = moved
    given = {"site": "primary", "domains": ["data-web"], "inventory": inventory, "inventory_site": "primary"}
    result = bench.register("pxe01", **given)
    assert not result.get("failed"), result["msg"]
    assert (result["already"], result["differences"]) == ({"register": ["pxe01"]}, [])
    assert result["verified"] == {"compared": 0, "same": 0, "different": 0, "unknown": [], "elsewhere": ["pxe01"]}


def test_a_template_that_stays_there_is_not_there_already(moved: tuple[Bench, str]) -> None:
    """The engine's list of templates is one of all its data centers."""
    bench, _inventory = moved
    leave(bench, "Recovery")
    assert not to(bench, "Production").get("failed")
    given: dict[str, t.Any] = {"site": "primary", "cluster": "prod", "domains": ["data-web"]}
    came = bench.run("unregistered_template_register", data_center="Production", templates=["*"], **given)
    assert not came.get("failed"), came["msg"]
    bench.forget()
    here = {"site": "primary", "data_center": "Recovery", "cluster": "dr", "templates": ["tmpl-debian12"]}
    told = bench.run("unregistered_template_register", check=True, domains=["data-web"], **here)
    assert [one["name"] for one in told["left_alone"]] == ["tmpl-debian12"]
    assert "not proven" in told["left_alone"][0]["message"]
    leave(bench, "Production", "data-db")
    moved_on = to(bench, "Recovery", "data-db")
    assert not moved_on.get("failed"), moved_on["msg"]
    refused = bench.run("unregistered_template_register", domains=["data-db"], **here)
    assert refused["failed"]
    assert "is registered in another data center of the engine" in refused["msg"]
    assert not bench.writes(TEMPLATE, "primary")
