# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps domains from being detached: each kind with its names, and nothing that does not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.detach_blockers import find_blockers
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.leaving import Leaving
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.leaving import Contents, Image, Machine
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.module_utils.desired.making import domain

WEB, DB, OTHER, MASTER = domain("web"), domain("db"), domain("other"), domain("master", master=True)


def vm(name, *disks, **more):
    """A VM with these disks: "d@web" lies on web and is active, "-d@web" is not."""
    held = {disk.lstrip("-").partition("@")[0]: not disk.startswith("-") for disk in disks}
    return Machine(kind="vm", id=f"id-{name}", name=name, disks=held, **more)


def template(name, *disks, **more):
    held = {disk.partition("@")[0]: True for disk in disks}
    return Machine(kind="template", id=f"id-{name}", name=name, status="ok", disks=held, **more)


def images(*disks, **more):
    """Images: "d@web", or "d@web+db" for one with copies."""
    found = {}
    for disk in disks:
        key, _at, places = disk.lstrip("-").partition("@")
        found[key] = Image(key, key, frozenset(f"id-{place}" for place in places.split("+") if place), **more)
    return found


def estate(*machines, disks=(), leaving=(WEB,), attached=(WEB, DB, OTHER, MASTER), extra=None, **more):
    vms = tuple(one for one in machines if one.kind == "vm")
    templates = tuple(one for one in machines if one.kind == "template")
    held = Contents(vms, templates, {**images(*disks), **(extra or {})}, **more)
    return Leaving(leaving, attached, held, {"pool": "floor2"}, clusters=frozenset({"c1"}))


def kinds(found):
    return [(one.domain, one.kind, one.names) for one in found]


UP = {"status": "up"}
CASES = {
    "nothing": (estate(vm("v", "d@web"), disks=["d@web"]), []),
    "a suspended VM": (estate(vm("v", "d@web", status="suspended"), disks=["d@web"]), []),
    "running VMs": (
        estate(vm("b", "d@web", **UP), vm("a", "e@web", status="paused"), disks=["d@web", "e@web"]),
        [("web", "running_vms", ("a", "b"))],
    ),
    "a running VM with an inactive disk here and another elsewhere": (
        estate(vm("v", "-d@web", "e@db", **UP), disks=["d@web", "e@db"]),
        [],
    ),
    "a running VM with nothing but an inactive disk here": (
        estate(vm("v", "-d@web", **UP), disks=["d@web"]),
        [("web", "running_vms_leaving", ("v",))],
    ),
    "a VM that a task holds": (
        estate(vm("v", "d@web", status="image_locked"), disks=["d@web"]),
        [("web", "locked_vms", ("v",))],
    ),
    "a lease of a running VM": (estate(vm("v", lease_domain_id="id-web", **UP)), [("web", "leases", ("v",))]),
    "a lease of a suspended VM": (
        estate(vm("v", lease_domain_id="id-web", status="suspended")),
        [("web", "leases", ("v",))],
    ),
    "a lease of a VM that is down": (estate(vm("v", lease_domain_id="id-web")), []),
    "an ISO image in the drive of a running VM": (
        estate(vm("v", cd_ids=("iso",), **UP), disks=["iso@web"]),
        [("web", "iso", ("v",))],
    ),
    "an ISO image in the drive of a VM that is down": (estate(vm("v", cd_ids=("iso",)), disks=["iso@web"]), []),
    "a file of the ISO domain": (
        estate(
            vm("v", cd_ids=("a.iso",), cluster_id="c1", **UP),
            vm("elsewhere", cd_ids=("b.iso",), cluster_id="c9", **UP),
            leaving=(replace(WEB, type="iso"),),
        ),
        [("web", "iso", ("v",))],
    ),
    "a file of the ISO domain, which stays": (estate(vm("v", cd_ids=("a.iso",), cluster_id="c1", **UP)), []),
    "an ISO image of another domain": (estate(vm("v", cd_ids=("iso",), **UP), disks=["iso@db"]), []),
    "protected VMs and templates": (
        estate(
            vm("v", "d@web", delete_protected=True),
            template("t", "e@web", delete_protected=True),
            disks=["d@web", "e@web"],
        ),
        [("web", "protected_vms", ("v",)), ("web", "protected_templates", ("t",))],
    ),
    "protected ones that stay": (
        estate(
            vm("v", "d@web", "f@db", delete_protected=True),
            template("t", "e@web+db", delete_protected=True),
            disks=["d@web", "f@db", "e@web+db"],
        ),
        [],
    ),
    "a protected VM whose domains all leave": (
        estate(vm("v", "d@web", "f@db", delete_protected=True), disks=["d@web", "f@db"], leaving=(WEB, DB)),
        [("web", "protected_vms", ("v",)), ("db", "protected_vms", ("v",))],
    ),
    "a protected VM that would leave with its template": (
        estate(
            vm("v", "d@web", "f@db", delete_protected=True, template_id="id-t"),
            template("t", "e@web"),
            disks=["d@web", "f@db", "e@web"],
        ),
        [("web", "protected_vms", ("v",))],
    ),
    "a preview, though the VM stays": (
        estate(vm("v", "d@web", "f@db", previewing=True), disks=["d@web", "f@db"]),
        [("web", "previews", ("v",))],
    ),
    "pool VMs": (estate(vm("v", "d@web", pool_id="pool"), disks=["d@web"]), [("web", "pool_vms", ("v",))]),
    "a transfer": (
        estate(disks=["d@web", "e@db"], transfers={"d": "finalizing_failure", "e": "transferring"}),
        [("web", "image_transfers", ("d",))],
    ),
    "a paused transfer holds nothing": (
        estate(extra=images("d@web", status="locked"), transfers={"d": "paused_user"}),
        [],
    ),
    "a locked disk": (estate(extra=images("d@web", status="locked")), [("web", "locked_disks", ("d",))]),
    "a locked OVF store": (estate(extra=images("d@web", status="locked", content_type="ovf_store")), []),
    "the master and what stays": (
        estate(leaving=(MASTER, WEB)),
        [("master", "master", ("db", "other"))],
    ),
    "the master with all": (estate(leaving=(MASTER, WEB, DB, OTHER)), []),
    "a master that is not active": (
        estate(attached=(WEB, replace(MASTER, status="maintenance"))),
        [("web", "master_not_active", ("master",))],
    ),
    "a local domain": (estate(leaving=(replace(WEB, storage_type="localfs"),)), [("web", "local_domain", ())]),
    "the hosted engine by its VM": (
        estate(vm("he", "d@web", origin="managed_hosted_engine"), disks=["d@web"]),
        [("web", "hosted_engine", ("he",))],
    ),
    "the hosted engine by its domain": (
        estate(leaving=(domain("hosted_storage"),)),
        [("hosted_storage", "hosted_engine", ())],
    ),
    "a domain of unknown status": (estate(leaving=(replace(WEB, status="unknown"),)), [("web", "status", ())]),
    "a domain in maintenance is used by nobody": (
        estate(vm("v", "d@web", **UP), disks=["d@web"], leaving=(replace(WEB, status="maintenance"),)),
        [],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_kind_with_its_names(case):
    leaving, expected = CASES[case]
    found = find_blockers(leaving)
    assert kinds(found) == expected
    for one in found:
        assert one.sentence.startswith(f"domain {one.domain}: {one.text}")
        assert one.data()["names"] == list(one.names)


def test_all_kinds_of_all_domains_are_told_at_once():
    leaving = estate(
        vm("v", "d@web", delete_protected=True, previewing=True, pool_id="pool", **UP),
        vm("w", "e@db", status="up"),
        disks=["d@web", "e@db"],
        leaving=(WEB, DB),
    )
    assert [(one.domain, one.kind) for one in find_blockers(leaving, host=False)] == [
        ("web", "no_host"),
        ("web", "running_vms"),
        ("web", "protected_vms"),
        ("web", "previews"),
        ("web", "pool_vms"),
        ("db", "no_host"),
        ("db", "running_vms"),
    ]


def test_to_stop_vms_lifts_what_a_stop_can_lift_and_nothing_else():
    machines = [
        vm("disk", "d@web", delete_protected=True, **UP),
        vm("lease", lease_domain_id="id-web", **UP),
        vm("iso", cd_ids=("i",), **UP),
        vm("inactive", "-e@web", **UP),
        vm("suspended", lease_domain_id="id-web", status="suspended"),
        vm("locked", "f@web", status="image_locked"),
    ]
    leaving = estate(*machines, disks=["d@web", "e@web", "f@web", "i@web"])
    assert [one.name for one in leaving.holding(WEB)] == ["disk", "lease", "iso", "inactive"]
    assert kinds(find_blockers(leaving, stop=True)) == [
        ("web", "locked_vms", ("locked",)),
        ("web", "leases", ("suspended",)),
        ("web", "protected_vms", ("disk",)),
    ]


@pytest.mark.parametrize(
    ("status", "kind", "fresh", "expected"),
    [
        ("maintenance", "data", {"id-web"}, [("web", "ovf_not_fresh", ())]),
        ("inactive", "data", {"id-web"}, [("web", "ovf_not_fresh", ())]),
        ("maintenance", "data", set(), []),
        ("maintenance", "iso", {"id-web"}, []),
        ("active", "data", {"id-web"}, []),
    ],
)
def test_only_an_active_domain_can_be_proven_fresh(status, kind, fresh, expected):
    leaving = estate(leaving=(replace(WEB, status=status, type=kind),))
    assert kinds(find_blockers(leaving, fresh=fresh)) == expected


def test_a_pool_is_named():
    (found,) = find_blockers(CASES["pool VMs"][0])
    assert found.sentence == "domain web: VMs here are of pools (floor2): v (detach them from their pools)"


def test_what_shares_a_vm_or_template():
    leaving = estate(
        vm("v", "a@web", "b@db"),
        template("t", "c@db+other"),
        disks=["a@web", "b@db", "c@db+other"],
        leaving=(WEB, DB, OTHER),
    )
    assert leaving.sharing() == {
        "id-web": frozenset({"id-db"}),
        "id-db": frozenset({"id-web", "id-other"}),
        "id-other": frozenset({"id-db"}),
    }
