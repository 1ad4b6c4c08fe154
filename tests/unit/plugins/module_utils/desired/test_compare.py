# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two records of one object compared, and two inventories: what differs, what is expected to, what never counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.compare import KINDS, compare
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.compare_sites import (
    Asked,
    compare_inventories,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.expected import Expectation
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.mappings import mappings_from
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory_records import (
    Inventory,
    InventoryAttachment,
    InventoryDisk,
    InventoryNic,
    InventoryPermission,
    InventorySnapshot,
    InventoryTemplate,
    InventoryVm,
)
from hypothesis import given
from hypothesis import strategies as st

DOMAINS = {"d1": "data-web", "d2": "data-db"}
SYSTEM = InventoryDisk("i1", "system", ("d1",), "", "root", 1024, "cow", True, False, "data", "image1", "gold")
LUN = InventoryDisk("i2", "raw", (), "36001")
NIC = InventoryNic("n1", "nic1", "56:6f:00:00:00:01", "net", "fast", "virtio")
ACTIVE = InventorySnapshot("s0", "active", "Active VM", "2026-11-21T10:00:00.123Z")
BEFORE = InventorySnapshot("s1", "regular", "before", "2026-11-21T11:00:00.456Z", False, (("i1", "volume1"),))
ADA = InventoryPermission("UserRole", "ada", "ldap")
WEB = InventoryVm(
    id="v1",
    name="web01",
    cluster="prod",
    template_id="t1",
    disks=(SYSTEM, LUN),
    nics=(("net", "fast"),),
    affinity_groups=("spread",),
    affinity_labels=("licensed",),
    attachments=(InventoryAttachment("i1", "virtio", bootable=True), InventoryAttachment("i2", "virtio_scsi")),
    vnics=(NIC,),
    snapshots=(ACTIVE, BEFORE),
    permissions=(ADA,),
    description="shop",
    status="up",
    memory=1024,
    architecture="x86_64",
    ha_priority=50,
    lease_domain_id="d1",
    quota="gold",
)
GOLDEN = InventoryTemplate("t1", "golden", "t1", 1, "base", "prod", (SYSTEM,), (InventoryAttachment("i1", "virtio"),))


def disks(**changes):
    return replace(WEB, disks=(replace(SYSTEM, **changes), LUN))


def attached(**changes):
    return replace(WEB, attachments=(WEB.attachments[0]._replace(**changes), WEB.attachments[1]))


def nics(**changes):
    return replace(WEB, vnics=(NIC._replace(**changes),))


def snapshots(**changes):
    return replace(WEB, snapshots=(ACTIVE, BEFORE._replace(**changes)))


CASES = [
    (replace(WEB, name="web09"), "name", "name was web01, is web09"),
    (replace(WEB, cluster="dr"), "cluster", "cluster was prod, is dr"),
    (replace(WEB, template_id="t0"), "template", "template was t1, is t0"),
    (replace(WEB, memory=2048), "settings", "memory was 1024, is 2048"),
    (replace(WEB, description=""), "settings", "description was shop, is none"),
    (replace(WEB, architecture="ppc64"), "settings", "architecture was x86_64, is ppc64"),
    (replace(WEB, delete_protected=True), "settings", "delete protection was false, is true"),
    (replace(WEB, ha_priority=None), "high_availability", "high availability was priority 50, is none"),
    (replace(WEB, ha_priority=0), "high_availability", "high availability was priority 50, is priority 0"),
    (replace(WEB, lease_domain_id=""), "lease", "lease was on data-web, is none"),
    (replace(WEB, lease_domain_id="d2"), "lease", "lease was on data-web, is on data-db"),
    (replace(WEB, quota=""), "quota", "quota was gold, is none"),
    (replace(WEB, disks=(LUN,), attachments=WEB.attachments[1:]), "disks", "disk system is missing"),
    (disks(name="os"), "disk_details", "disk system: name was system, is os"),
    (disks(size=2048), "disk_details", "disk system: size was 1024, is 2048"),
    (disks(format="raw"), "disk_details", "disk system: format was cow, is raw"),
    (disks(sparse=False), "disk_details", "disk system: sparse was true, is false"),
    (disks(shareable=True), "disk_details", "disk system: shareable was false, is true"),
    (disks(content_type="iso"), "disk_details", "disk system: content type was data, is iso"),
    (disks(description=""), "disk_details", "disk system: description was root, is none"),
    (disks(wipe_after_delete=True), "disk_details", "disk system: wipe after delete was false, is true"),
    (disks(image_id="image2"), "disk_details", "disk system: image was image1, is image2"),
    (disks(domain_ids=("d2", "d1")), "disk_domains", "disk system: domains was data-web, is data-db, data-web"),
    (disks(quota=""), "quota", "disk system: quota was gold, is none"),
    (replace(WEB, disks=(SYSTEM, replace(LUN, lun_id="36002"))), "luns", "disk raw: LUN was 36001, is 36002"),
    (attached(active=False), "active", "disk system: active was true, is false"),
    (attached(interface="ide"), "attachments", "disk system: interface was virtio, is ide"),
    (attached(bootable=False), "attachments", "disk system: bootable was true, is false"),
    (attached(read_only=True), "attachments", "disk system: read-only was false, is true"),
    (attached(uses_scsi_reservation=True), "attachments", "disk system: SCSI reservation was false, is true"),
    (attached(pass_discard=True), "attachments", "disk system: pass discard was false, is true"),
    (replace(WEB, vnics=()), "vnics", "NIC nic1 is missing"),
    (nics(mac="56:6f:00:00:00:09"), "macs", "NIC nic1: MAC was 56:6f:00:00:00:01, is 56:6f:00:00:00:09"),
    (nics(network="", profile=""), "vnics", "NIC nic1: vNIC profile was net/fast, is none"),
    (nics(interface="e1000"), "vnics", "NIC nic1: interface was virtio, is e1000"),
    (nics(plugged=False), "vnics", "NIC nic1: plugged was true, is false"),
    (nics(linked=False), "vnics", "NIC nic1: linked was true, is false"),
    (nics(name="eth0"), "vnics", "NIC nic1: name was nic1, is eth0"),
    (replace(WEB, snapshots=(ACTIVE,)), "snapshots", "snapshot before is missing"),
    (snapshots(description="after"), "snapshots", "snapshot before: description was before, is after"),
    (snapshots(type="preview"), "snapshots", "snapshot before: type was regular, is preview"),
    (snapshots(memory=True), "snapshots", "snapshot before: memory was false, is true"),
    (
        snapshots(date="2026-11-21T11:00:01Z"),
        "snapshots",
        "snapshot before: date was 2026-11-21T11:00:00, is 2026-11-21T11:00:01",
    ),
    (
        snapshots(disks=(("i1", "volume2"),)),
        "snapshots",
        "snapshot before: volumes was i1/volume1, is i1/volume2",
    ),
    (replace(WEB, permissions=()), "permissions", "permission UserRole of ada@ldap is missing"),
    (replace(WEB, affinity_groups=()), "affinity_groups", "affinity group spread is missing"),
    (replace(WEB, affinity_labels=()), "affinity_labels", "affinity label licensed is missing"),
]


@pytest.mark.parametrize(("now", "kind", "words"), CASES, ids=[case[2].split(" was")[0] for case in CASES])
def test_a_difference(now, kind, words):
    assert [(one.kind, one.says()) for one in compare(WEB, now, DOMAINS)] == [(kind, words)]


def test_every_kind_of_difference_is_met_by_a_case():
    assert {case[1] for case in CASES} == set(KINDS)


NEVER_COMPARED = [
    replace(WEB, status="down"),
    attached(logical_name="/dev/vda"),
    disks(status="locked"),
    replace(WEB, snapshots=(ACTIVE._replace(id="s9", date="2027"), BEFORE)),
    replace(WEB, snapshots=(BEFORE,)),
    snapshots(date="2026-11-21T11:00:00.000Z"),
    snapshots(disks=()),
    replace(WEB, vnics=(NIC,), disks=(LUN, SYSTEM), attachments=WEB.attachments[::-1]),
]


@pytest.mark.parametrize("now", NEVER_COMPARED)
def test_what_changes_by_nature_is_no_difference(now):
    assert compare(WEB, now, DOMAINS) == []


FIRST = WEB.attachments[0]


def test_every_field_of_a_record_is_compared_or_changes_by_nature():
    """A field that a record gets later shall not be forgotten here."""
    changed = {
        record: {field for field in names if any(getattr(a, field) != getattr(b, field) for a, b in pairs)}
        for record, names, pairs in (
            ("vm", [one.name for one in fields(InventoryVm)], [(WEB, now) for now, *_rest in CASES]),
            ("disk", [one.name for one in fields(InventoryDisk)], [(SYSTEM, now.disks[0]) for now, *_r in CASES]),
            ("nic", NIC._fields, [(NIC, now.vnics[0]) for now, *_rest in CASES if now.vnics]),
            (
                "attachment",
                WEB.attachments[0]._fields,
                [(WEB.attachments[0], now.attachments[0]) for now, *_r in CASES],
            ),
            ("snapshot", BEFORE._fields, [(BEFORE, now.snapshots[-1]) for now, *_rest in CASES]),
        )
    }
    # nics: the older form of vnics
    assert {one.name for one in fields(InventoryVm)} - changed["vm"] == {"id", "status", "nics"}
    assert {one.name for one in fields(InventoryDisk)} - changed["disk"] <= {"id", "lun_id", "status"}
    assert set(NIC._fields) - changed["nic"] == {"id"}
    assert set(FIRST._fields) - changed["attachment"] <= {"disk_id", "logical_name"}
    assert set(BEFORE._fields) - changed["snapshot"] <= {"id"}


RECORDS = [WEB, *NEVER_COMPARED, *(now for now, *_rest in CASES)]


@given(st.sampled_from(RECORDS), st.sampled_from(RECORDS), st.booleans())
def test_a_difference_is_one_from_either_side(one, other, new_ids):
    there = compare(one, other, DOMAINS, new_ids=new_ids)
    back = compare(other, one, DOMAINS, new_ids=new_ids)
    assert Counter((held.kind, held.field, repr(held.was), repr(held.now)) for held in there) == Counter(
        (held.kind, held.field, repr(held.now), repr(held.was)) for held in back
    )
    assert compare(one, one, DOMAINS, new_ids=new_ids) == []


def test_what_is_additional_is_told_unless_it_is_not_asked_for():
    now = replace(WEB, permissions=(ADA, InventoryPermission("UserRole", group="Operators")))
    assert [one.says() for one in compare(WEB, now, DOMAINS)] == [
        "permission UserRole of group Operators is additional"
    ]
    assert compare(WEB, now, DOMAINS, additional=False) == []


def test_a_clone_is_compared_by_names():
    clone = replace(
        WEB,
        id="v9",
        disks=(replace(SYSTEM, id="j1", image_id="image9"), replace(LUN, id="j2")),
        attachments=(WEB.attachments[0]._replace(disk_id="j1"), WEB.attachments[1]._replace(disk_id="j2")),
        vnics=(NIC._replace(id="n9", mac="56:6f:00:00:00:09"),),
        snapshots=(ACTIVE, BEFORE._replace(id="s9", disks=(("j1", "x"),))),
    )
    assert compare(WEB, clone, DOMAINS, new_ids=True) == []
    assert len(compare(WEB, clone, DOMAINS)) > 3


def test_two_snapshots_of_one_name_are_told_apart():
    twice = replace(WEB, snapshots=(BEFORE, BEFORE._replace(id="s2")))
    found = compare(twice, replace(WEB, snapshots=(BEFORE,)), DOMAINS, new_ids=True)
    assert [one.says() for one in found] == ["snapshot before is missing"]


def test_a_template_is_compared_as_well():
    now = replace(GOLDEN, version=2, base_id="t0", version_name="June", cluster="dr")
    assert [one.says() for one in compare(GOLDEN, now, DOMAINS)] == [
        "cluster was prod, is dr",
        "base template was t1, is t0",
        "version was 1, is 2",
        "version name was base, is June",
    ]


MAPPINGS = mappings_from(
    {
        "clusters": [{"from": "prod", "to": "dr"}],
        "vnic_profiles": [{"from": {"network": "net", "profile": "fast"}, "to": {"network": "lan", "profile": "slow"}}],
        "affinity_groups": [{"from": "spread", "to": "apart"}],
        "affinity_labels": [{"from": "licensed", "to": "paid"}],
        "roles": [{"from": "UserRole", "to": "UserVmManager"}],
        "user_domains": [{"from": "ada", "to": "internal"}],
        "luns": [{"from": "36001", "to": {"id": "36009", "type": "fcp"}}],
        "quotas": [{"from": "gold", "to": "silver"}],
    }
)
MAPPED = replace(
    WEB,
    cluster="dr",
    quota="silver",
    disks=(replace(SYSTEM, quota="silver"), replace(LUN, lun_id="36009")),
    vnics=(NIC._replace(network="lan", profile="slow"),),
    affinity_groups=("apart",),
    affinity_labels=("paid",),
    permissions=(InventoryPermission("UserVmManager", "ada", "internal"),),
)


def test_what_is_mapped_is_expected():
    expected = Expectation(MAPPINGS).of(WEB)
    assert compare(expected, MAPPED, DOMAINS) == []
    assert Expectation(MAPPINGS).of(WEB, cluster="lab", name="web09").cluster == "lab"
    assert Expectation(MAPPINGS).of(GOLDEN).cluster == "dr"


def test_a_nic_may_be_disconnected_on_purpose():
    nothing = mappings_from({"vnic_profiles": [{"from": {"network": "net", "profile": "fast"}, "to": None}]})
    assert compare(Expectation(nothing).of(WEB), nics(network="", profile=""), DOMAINS) == []


@pytest.mark.parametrize(
    ("known", "domain"),
    [
        ({"ldap", "internal"}, "internal"),
        ({"internal"}, "internal"),
        ({"ldap"}, "ldap"),
        (set(), "internal"),
    ],
)
def test_the_engine_falls_back_to_the_user_of_the_same_name(known, domain):
    made = Expectation(MAPPINGS, lambda permission: permission.domain in known).of(WEB)
    assert made.permissions == (InventoryPermission("UserVmManager", "ada", domain),)


@pytest.mark.parametrize("source", ["ada", "ldap"])
def test_users_are_mapped_by_login_or_directory(source):
    pairs = mappings_from({"user_domains": [{"from": source, "to": "internal"}]})
    assert Expectation(pairs).of(WEB).permissions[0].domain == "internal"


FLOATING = InventoryDisk("f1", "spare", ("d1",), "")
STORE = InventoryDisk("o1", "OVF_STORE", ("d1",), "", content_type="ovf_store")


def site(*vms, templates=(GOLDEN,), more=(FLOATING, STORE)):
    held = {disk.id: disk for vm in (*vms, *templates) for disk in vm.disks}
    held.update({disk.id: disk for disk in more})
    return Inventory("s", vms, {template.id: template for template in templates}, DOMAINS, disks=held)


def sentences(was, now, **asked):
    return [words for one in compare_inventories(was, now, Asked(**asked)).found for words in one.says()]


def test_two_inventories_that_hold_the_same():
    made = compare_inventories(site(WEB), site(WEB), Asked())
    assert (made.compared, made.found) == ({"vm": 1, "template": 1, "disk": 1}, ())


def test_what_the_engine_keeps_for_itself_is_not_compared():
    assert sentences(site(WEB), site(WEB, more=(FLOATING, replace(STORE, id="o2")))) == []


def test_what_is_missing_additional_or_different():
    other = replace(WEB, id="v2", name="web02", disks=(), attachments=())
    now = site(other, templates=(replace(GOLDEN, memory=1),), more=(replace(FLOATING, size=5),))
    was = site(WEB, more=(replace(FLOATING, size=4),))
    assert (
        sentences(was, now)
        == [
            "VM web01 (v1) is missing",
            "VM web02 (v2) is additional",
            "template golden: memory was 0, is 1",
            "disk spare: size was 4, is 5",
            "disk raw (i2) is additional",
        ][:4]
    )
    assert sentences(was, now, additional=False) == [
        "VM web01 (v1) is missing",
        "template golden: memory was 0, is 1",
        "disk spare: size was 4, is 5",
    ]


def test_only_what_is_asked_for_is_compared():
    other = replace(WEB, id="v2", name="db02")
    was, now = site(WEB, other), site(replace(WEB, memory=1), replace(other, memory=1))
    assert sentences(was, now, vms=["web*"]) == ["VM web01: memory was 1024, is 1"]
    assert sentences(was, now, vms=["v2"]) == ["VM db02: memory was 1024, is 1"]
    assert sentences(was, now, vms=[]) == []
    assert sentences(was, now, ignore=["settings"]) == []


def test_what_is_expected_is_no_difference():
    renamed = replace(MAPPED, name="web09")
    assert sentences(site(WEB), site(renamed), mappings=MAPPINGS, renamed={"web01": "web09"}, templates=[]) == []
    assert sentences(site(WEB), site(renamed), mappings=MAPPINGS, renamed={"v1": "web09"}, templates=[]) == []


def test_a_name_that_nobody_has():
    with pytest.raises(BadInput) as refusal:
        compare_inventories(site(WEB), site(WEB), Asked(vms=["web01", "web77"], disks=["gone"]))
    assert str(refusal.value) == "VM web77 is in neither inventory; disk gone is in neither inventory"
