# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a register left out: which differences are told, with which reason, which fail, which permissions come back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Outcome
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.compare import KINDS
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.verify import (
    VERIFIED,
    Target,
    failures,
    granted,
    judge,
    plan_grants,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory_records import (
    InventoryAttachment,
    InventoryDisk,
    InventoryNic,
    InventoryPermission,
    InventorySnapshot,
    InventoryTemplate,
    InventoryVm,
)

DOMAINS = {"d1": "data-web"}
SYSTEM = InventoryDisk("i1", "system", ("d1",), "", quota="gold")
ADA = InventoryPermission("UserRole", "ada", "ldap")
TEAM = InventoryPermission("UserRole", group="Operators")
WEB = InventoryVm(
    id="v1",
    name="web01",
    cluster="dr",
    template_id="t1",
    disks=(SYSTEM,),
    nics=(("net", "fast"),),
    affinity_groups=("spread",),
    affinity_labels=("licensed",),
    attachments=(InventoryAttachment("i1", "virtio", active=False),),
    vnics=(InventoryNic("n1", "nic1", "56:6f:00:00:00:01", "net", "fast"),),
    snapshots=(InventorySnapshot("s1", "regular", "before"),),
    permissions=(ADA, TEAM),
    memory=1024,
    ha_priority=1,
    lease_domain_id="d1",
    quota="gold",
)
ALL = Target(
    roles={"UserRole"},
    users={("ada", "ldap")},
    groups={"Operators"},
    affinity_groups={("dr", "spread")},
    affinity_labels={"licensed"},
    quotas=True,
    domains={"d1"},
)


def told(now, target=ALL, **more):
    return [(one.kind, one.says()) for one in judge(WEB, now, target, DOMAINS, **more).differences]


def test_nothing_differs():
    assert told(WEB) == []


CASES = [
    ({"disks": (), "attachments": ()}, "disks", "disk system is missing"),
    ({"attachments": (InventoryAttachment("i1", "virtio"),)}, "active", "disk system: active was false, is true"),
    (
        {"attachments": (InventoryAttachment("i1", "ide", active=False),)},
        "attachments",
        "disk system: interface was virtio, is ide",
    ),
    ({"snapshots": ()}, "snapshots", "snapshot before is missing"),
    (
        {"vnics": (WEB.vnics[0]._replace(network="", profile=""),)},
        "vnics",
        "NIC nic1: vNIC profile was net/fast, is none",
    ),
    ({"vnics": (WEB.vnics[0]._replace(mac="56"),)}, "macs", "NIC nic1: MAC was 56:6f:00:00:00:01, is 56"),
    ({"disks": (replace(SYSTEM, lun_id="36"),)}, "luns", "disk system: LUN was none, is 36"),
    ({"permissions": (ADA,)}, "permissions", "permission UserRole of group Operators is missing"),
    ({"affinity_groups": ()}, "affinity_groups", "affinity group spread is missing"),
    ({"affinity_labels": ()}, "affinity_labels", "affinity label licensed is missing"),
    ({"quota": ""}, "quota", "quota was gold, is none"),
    ({"lease_domain_id": ""}, "lease", "lease was on data-web, is none"),
    ({"ha_priority": None}, "high_availability", "high availability was priority 1, is none"),
    ({"template_id": "t0"}, "template", "template was t1, is t0"),
]


@pytest.mark.parametrize(("changes", "kind", "words"), CASES, ids=[case[1] for case in CASES])
def test_what_is_told(changes, kind, words):
    assert told(replace(WEB, **changes)) == [(kind, words)]


def test_every_kind_is_told():
    assert {case[1] for case in CASES} | {"roles", "users"} == set(VERIFIED)
    assert set(VERIFIED) - {"roles", "users"} <= set(KINDS)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "web09"},
        {"cluster": "lab"},
        {"memory": 2048},
        {"description": "x"},
        {"disks": (replace(SYSTEM, size=5, domain_ids=("d2",)),)},
        {"permissions": (ADA, TEAM, InventoryPermission("Other", "bob", "ldap"))},
        {"snapshots": (*WEB.snapshots, InventorySnapshot("s2", "regular", "since"))},
        {"affinity_groups": ("spread", "more")},
    ],
)
def test_what_was_asked_for_otherwise_or_came_since_is_not_told(changes):
    assert told(replace(WEB, **changes)) == []


def test_quotas_count_only_where_they_are_used():
    assert told(replace(WEB, quota="", disks=(replace(SYSTEM, quota=""),)), replace(ALL, quotas=False)) == []


@pytest.mark.parametrize(
    ("target", "kind", "words"),
    [
        (
            {"roles": set()},
            "roles",
            "permission UserRole of ada@ldap is missing: there is no role UserRole",
        ),
        (
            {"users": set()},
            "users",
            "permission UserRole of ada@ldap is missing: the engine knows no user ada@ldap",
        ),
        (
            {"groups": set()},
            "users",
            "permission UserRole of group Operators is missing: the engine knows no group Operators",
        ),
        (
            {"affinity_groups": set()},
            "affinity_groups",
            "affinity group spread is missing: there is no such group in cluster dr",
        ),
        (
            {"affinity_labels": set()},
            "affinity_labels",
            "affinity label licensed is missing: there is no such label",
        ),
        (
            {"domains": {"d2"}},
            "disks",
            "disk system is missing: it lies on data-web, which is not active here",
        ),
    ],
)
def test_why_something_is_missing(target, kind, words):
    bare = replace(WEB, disks=(), attachments=(), permissions=(), affinity_groups=(), affinity_labels=())
    judged = judge(WEB, bare, replace(ALL, **target), DOMAINS)
    assert (kind, words) in [(one.kind, one.says()) for one in judged.differences]
    assert judged.data()["differences"] == [one.data() for one in judged.differences]


def test_what_may_only_be_late():
    bare = replace(WEB, affinity_labels=())
    assert judge(WEB, bare, ALL, DOMAINS).may_be_late
    assert not judge(WEB, bare, replace(ALL, affinity_labels=set()), DOMAINS).may_be_late
    assert not judge(WEB, replace(WEB, disks=(), attachments=()), ALL, DOMAINS).may_be_late


def test_the_most_important_comes_first():
    now = replace(WEB, ha_priority=None, snapshots=(), disks=(), attachments=())
    assert [kind for kind, _words in told(now)] == ["disks", "snapshots", "high_availability"]


def test_a_clone():
    clone = replace(
        WEB,
        id="v9",
        disks=(replace(SYSTEM, id="j1"),),
        attachments=(WEB.attachments[0]._replace(disk_id="j1"),),
        vnics=(WEB.vnics[0]._replace(id="n9", mac="x"),),
        snapshots=(WEB.snapshots[0]._replace(id="s9"),),
    )
    assert told(clone, new_ids=True) == []


def test_a_template():
    golden = InventoryTemplate("t1", "golden", "t1", 1, "", "dr", (SYSTEM,), WEB.attachments, permissions=(ADA,))
    judged = judge(golden, replace(golden, permissions=()), ALL, DOMAINS)
    assert (judged.kind, [one.kind for one in judged.differences]) == ("template", ["permissions"])


def test_what_must_not_differ_fails():
    judged = [
        judge(WEB, replace(WEB, snapshots=(), ha_priority=None), ALL, DOMAINS),
        judge(WEB, replace(WEB, id="v2", snapshots=()), ALL, DOMAINS, required=False),
        judge(WEB, replace(WEB, id="v3", ha_priority=None), ALL, DOMAINS),
    ]
    first, second = failures(judged, ["snapshots", "disks"])
    assert (first.action, first.kind, first.target_id, first.state, first.required) == (
        "verify",
        "vm",
        "v1",
        "failed",
        True,
    )
    assert first.message == "web01 is registered, and not as the inventory says: snapshot before is missing"
    assert (second.target_id, second.required) == ("v2", False)
    assert failures(judged, []) == []


IDS = {ADA: "user-1", TEAM: "group-1"}


def test_lost_permissions_are_given_again():
    judged = judge(WEB, replace(WEB, permissions=()), ALL, DOMAINS)
    plan = plan_grants([judged], {"UserRole": "role-1"}, IDS.__getitem__)
    assert [step.details for step in plan.steps] == [
        {"role": "role-1", "user": "user-1", "part": "permission UserRole of ada@ldap"},
        {"role": "role-1", "group": "group-1", "part": "permission UserRole of group Operators"},
    ]
    assert plan.steps[0].sentence() == "give UserRole of ada@ldap on VM web01 again"
    assert plan.changes[plan.steps[0].id][0].field == "permission UserRole of ada@ldap"


def test_only_what_can_be_given_is():
    bare = replace(WEB, permissions=())
    assert judge(WEB, bare, replace(ALL, roles=set()), DOMAINS).lost == ()
    assert judge(WEB, bare, replace(ALL, users=set()), DOMAINS).lost == (TEAM,)
    assert judge(WEB, WEB, ALL, DOMAINS).lost == ()


def test_what_was_given_again_is_not_missing_any_more():
    judged = judge(WEB, replace(WEB, permissions=(), snapshots=()), ALL, DOMAINS)
    first, second = plan_grants([judged], {"UserRole": "role-1"}, IDS.__getitem__).steps
    outcomes = [
        Outcome(first.id, "grant", "vm", "web01", "v1", "done"),
        Outcome(second.id, "grant", "vm", "web01", "v1", "failed"),
    ]
    (left,) = granted([judged], outcomes)
    assert [one.says() for one in left.differences] == [
        "snapshot before is missing",
        "permission UserRole of group Operators is missing",
    ]
    assert left.lost == (TEAM,)
