# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark of registering: its estate, what it counts, and which bounds hold for it."""

from __future__ import annotations

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import members
from ansible_collections.ovirt_dr.storage.scripts.bench import register_speed
from ansible_collections.ovirt_dr.storage.scripts.bench.catalogue import BENCHMARKS
from ansible_collections.ovirt_dr.storage.scripts.bench.records import bounded_record

DOMAIN, OTHER = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"


@pytest.mark.parametrize(("vms", "domains"), [(20, 2), (60, 8)])
def test_the_estate_has_so_many_whole_vms_on_so_many_domains(vms: int, domains: int) -> None:
    estate = register_speed.make_estate(vms, domains)
    first = estate.sites["sites"][0]
    inside = {one["id"] for one in estate.domains}
    assert (len(estate.whole), len(set(estate.whole)), len(inside)) == (vms, vms, domains)
    disks = {disk["id"]: members(disk, "storage_domains", "storage_domain") for disk in first["disks"]}
    for vm in first["vms"]:
        held = [place["id"] for one in vm["disk_attachments"] for place in disks[one["id"]]]
        whole = bool(held) and set(held) <= inside and all(disks[one["id"]] for one in vm["disk_attachments"])
        assert whole == (vm["name"] in estate.whole)


def test_the_same_list_of_a_domain_counts() -> None:
    paths = [f"/storagedomains/{DOMAIN}/vms;unregistered", f"/storagedomains/{DOMAIN}/templates;unregistered"]
    paths += [f"/storagedomains/{OTHER}/vms;unregistered", "/vms", f"/storagedomains/{DOMAIN}/vms"]

    def ran(*more: str) -> register_speed.Ran:
        return register_speed.Ran({}, 0.0, 0.0, [{"path": f"/ovirt-engine/api{path}"} for path in (*paths, *more)])

    assert register_speed.listings(ran()) == 1
    assert register_speed.listings(ran(paths[2])) == 2
    assert register_speed.listings(register_speed.Ran({}, 0.0, 0.0, [])) == 0


def test_the_profile_decides_on_the_bounds() -> None:
    client, engine = (made for made in BENCHMARKS if made.kind == "register")
    figures = {"requests_per_entity": 1.0, "reads_per_entity": 0.1, "listings": 1.0, "client_peak_mb": 300.0}
    first = bounded_record(client, 1_000, figures | {"plan_cpu_seconds": 5.1}, 0.5)
    assert [name for name, met in first["met"].items() if not met] == ["plan_cpu_seconds"]
    second = bounded_record(engine, 100, figures | {"ratio_to_floor": 1.2, "floor_seconds": 17.0}, 0.5)
    assert second["within_bound"]
    assert "ratio_to_floor" in second["bounds"]
