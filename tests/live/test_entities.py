# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two domains that share VMs leave a running engine and come back one after the other, with everything on them: what
blocks, the inventory, templates that are needed, partial imports and their completion, clones, quotas, disks.

It makes two domains of its own on ``live.example``, which the hosts of a test engine must be able to mount, and removes
them at its end. See test_round_trip.py for how it is started.
"""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.tests.live.workshop import LIVE, Workshop, done, run

pytestmark = pytest.mark.skipif(not all(LIVE.values()), reason="no running engine was named (OVIRT_LIVE_*)")
A, B = "live-a", "live-b"
SHARED = "<format>raw</format><shareable>true</shareable>"
Places = dict[str, dict[str, str]]


@pytest.fixture
def workshop() -> Workshop:
    return Workshop()


@pytest.fixture
def places(workshop: Workshop) -> t.Iterator[Places]:
    """The two domains, which are formatted at the end whatever is on them then."""
    made = {name: workshop.domain(name) for name in (A, B)}
    yield made
    for vm in workshop.ask("GET", "/vms"):
        if vm.findtext("name").startswith("live-"):
            workshop.ask("PUT", f"/vms/{vm.get('id')}", "<vm><delete_protected>false</delete_protected></vm>")
    wipe = {"remove": True, "format": True, "format_confirmed": [A, B]}
    gone = run("storage_domain_detach", domains=[A, B], stop_vms="poweroff", ovf="as_is", **wipe)
    assert gone.get("ok"), gone["msg"]
    assert not {A, B} & workshop.names("storagedomains")


def furnish(workshop: Workshop, places: Places) -> dict[str, str]:
    """VMs by name: pair and part have a disk on each domain, thin stands on a template, snap has a snapshot."""
    a, b = places[A]["id"], places[B]["id"]
    vms = {
        name: workshop.vm(name, workshop.disk(f"{name}-a", a), workshop.disk(f"{name}-b", b))
        for name in ("live-pair", "live-part")
    }
    vms["live-snap"] = workshop.vm("live-snap", workshop.disk("live-snap-a", a))
    workshop.ask("POST", f"/vms/{vms['live-snap']}/snapshots", "<snapshot><description>kept</description></snapshot>")
    vms["live-base"] = workshop.vm("live-base", workshop.disk("live-base-a", a))
    body = f'<template><name>live-template</name><vm id="{vms["live-base"]}"/></template>'
    template = workshop.ask("POST", "/templates", body).get("id")
    workshop.wait(f"/templates/{template}", "ok")
    vms["live-thin"] = workshop.vm("live-thin", template="live-template")
    vms["live-one"] = workshop.vm("live-one", workshop.disk("live-one-a", a), workshop.disk("live-shared", a, SHARED))
    workshop.disk("live-floating", a)
    workshop.disk("live-lonely", a, SHARED)
    workshop.wait(f"/vms/{vms['live-snap']}", "down")
    return vms


def test_what_lies_on_two_domains_leaves_and_comes_back(
    workshop: Workshop, places: Places, tmp_path: pathlib.Path
) -> None:
    vms = furnish(workshop, places)
    inventory = {"inventory": str(tmp_path / "live.json"), "inventory_site": "live"}
    quotas = f"/datacenters/{workshop.center}/quotas"
    if "live-quota" not in {one.findtext("name") for one in workshop.ask("GET", quotas)}:
        workshop.ask("POST", quotas, "<quota><name>live-quota</name></quota>")

    workshop.ask("PUT", f"/vms/{vms['live-base']}", "<vm><delete_protected>true</delete_protected></vm>")
    workshop.ask("POST", f"/vms/{vms['live-one']}/start", "<action/>")
    workshop.wait(f"/vms/{vms['live-one']}", "up")
    blocked = run("storage_domain_detach", check=True, domains=[A, B])
    assert run("storage_domain_detach", domains=[A, B])["failed"]
    assert {"live-base", "live-one"} <= {name for one in blocked["blockers"] for name in one["names"]}
    workshop.ask("PUT", f"/vms/{vms['live-base']}", "<vm><delete_protected>false</delete_protected></vm>")

    left = done("storage_domain_detach", domains=[A, B], stop_vms="poweroff", ovf="require_fresh", **inventory)
    assert [one["ovf"]["state"] for one in left["leaving"]] == ["fresh", "fresh"]
    assert not set(vms) & workshop.names("vms")
    site = next(one for one in json.loads((tmp_path / "live.json").read_text())["sites"] if one["name"] == "live")
    assert set(vms) <= {vm["name"] for vm in site["vms"]}

    came = done("storage_domain_attach", domains=[places[A]])
    assert {one["vms"]["count"] for one in came["came_with"]} == {len(vms)}
    listed = run("unregistered_info", domains=[A], **inventory)
    told = {vm["name"]: vm for vm in listed["vms"] if vm["name"] in vms}
    assert {name for name, vm in told.items() if vm["missing_disks"]} == {"live-pair", "live-part"}

    wanted = ["live-thin", "live-snap", "live-one", "live-part", "live-pair", "live-base"]
    registered = done(
        "unregistered_vm_register",
        domains=[A],
        vms=wanted,
        templates="needed",
        partial=["live-pa*"],
        quota="live-quota",
        reassign_bad_macs=True,
        **inventory,
    )
    found = {one["name"]: [part["says"] for part in one["differences"]] for one in registered["differences"]}
    assert found == {name: [f"disk {name}-b is missing"] for name in ("live-pair", "live-part")}
    assert registered["verified"]["compared"] == len(wanted) + 1
    assert {one["name"] for one in registered["partial"]} == {"live-pair", "live-part"}
    assert workshop.attached(vms["live-one"]) == {"live-one-a", "live-shared"}
    assert len(workshop.ask("GET", f"/vms/{vms['live-snap']}/snapshots")) == 2
    assert "live-template" in workshop.names("templates")

    done("storage_domain_attach", domains=[places[B]])
    done("unregistered_disk_register", domains=[B], complete=["live-part"], **inventory)
    assert workshop.attached(vms["live-part"]) == {"live-part-a", "live-part-b"}
    clone = [{"vm": "live-pair", "clone": True, "name": "live-second"}]
    done("unregistered_vm_register", domains=[B], vms=["live-pair"], each=clone, quota="live-quota", **inventory)
    assert workshop.attached(vms["live-pair"]) == {"live-pair-a"}
    assert workshop.attached(workshop.id("vms", "live-second")) == {"live-pair-b"}

    done("unregistered_disk_register", domains=[A], disks=["live-*"], quota="live-quota", **inventory)
    disks = {one.findtext("name"): one for one in workshop.ask("GET", "/disks")}
    quota = next(one.get("id") for one in workshop.ask("GET", quotas) if one.findtext("name") == "live-quota")
    assert {disks[name].find("quota").get("id") for name in ("live-floating", "live-lonely", "live-one-a")} == {quota}
    assert disks["live-lonely"].findtext("shareable") == "true"


def test_what_nobody_wants_is_removed(workshop: Workshop, places: Places, tmp_path: pathlib.Path) -> None:
    a, b = places[A]["id"], places[B]["id"]
    workshop.vm("live-old", workshop.disk("live-old-a", a), workshop.disk("live-old-b", b))
    workshop.disk("live-rubbish", a)
    inventory = {"inventory": str(tmp_path / "live.json"), "inventory_site": "live"}
    done("storage_domain_detach", domains=[A, B], **inventory)
    done("storage_domain_attach", domains=[places[A], places[B]])
    sure = {"confirm": {"confirmed_by": "the live tests", "reason": "they made it"}}
    done("unregistered_remove", domains=[A, B], vms=["live-old"], disks=["live-rubbish"], **inventory, **sure)
    listed = run("unregistered_info", domains=[A, B], kinds=["vms", "disks"])
    left = {one["name"] for kind in ("vms", "disks") for one in listed[kind]}
    assert not {"live-old", "live-old-a", "live-old-b", "live-rubbish"} & left
