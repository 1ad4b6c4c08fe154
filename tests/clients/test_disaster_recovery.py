# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role disaster_recovery of ovirt.ovirt fails 30 VMs over on the twin: its fail_over ends well."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import DRILL, load
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.grow import grow
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import PASSWORD, USERNAME, Twin
from ansible_collections.ovirt_dr.storage.scripts.drill import estate as estates
from ansible_collections.ovirt_dr.storage.tests.clients.conftest import play
from ansible_collections.ovirt_dr.storage.tests.clients.recovery import variables

VMS = 30


@pytest.fixture
def grown() -> t.Iterator[Twin]:
    with Twin(grow(load(DRILL), vms=VMS), profile="none", pace=0.002) as twin:
        yield twin
        assert twin.errors == []


def test_its_fail_over_completes(grown: Twin, tmp_path: pathlib.Path) -> None:
    plan = estates.make_plan(grown.estate, {name: grown.url(name) for name in grown.sites}, "estate.json")
    site = grown.site("recovery")
    networks = {network.id: network.name for network in site.all("network")}
    profiles = {(networks[one.ref("network")], one.name): one.id for one in site.all("vnic_profile")}
    given = variables(plan, profiles, USERNAME, PASSWORD)
    # It puts its report below /tmp.
    given["dr_report_file"] = f"..{tmp_path.resolve()}/report.log"
    code, screen = play(grown, "fail_over.yml", tmp_path, "--tags", "fail_over", **given)
    assert code == 0, screen
    assert "failed=0" in screen
    assert "ignored=0" in screen
    came = {vm.name for vm in site.all("vm")}
    there = {vm["name"] for vm in grown.estate["sites"][0]["vms"]}
    assert came == there
    assert len(came) == VMS
    assert {domain["name"] for domain in plan["storage"]} <= {one.name for one in site.all("storage_domain")}
    report = (tmp_path / "report.log").read_text(encoding="utf-8")
    assert "VMs registered successfully" in report
    assert "failed" not in report
    # It starts those that ran at the main site, and does not wait until they are up.
    with site.lock:
        site.settle()
        up = {vm.name for vm in site.all("vm") if vm.data["status"] == "up"}
    assert up == {"db01", "dns01", "web01"}
