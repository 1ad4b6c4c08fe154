# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Quotas: who gets which, what needs an edit, and what a data center that enforces them refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.quotas import (
    HeldDisk,
    Holder,
    Quotas,
    check_enforced,
    plan_quotas,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.register_wishes import NO_WISH, Wish
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from hypothesis import given
from hypothesis import strategies as st

NAMES = {"q1": "silver", "q2": "gold", "q3": "lead"}
IDS = {name: key for key, name in NAMES.items()}


def quotas(for_all="", **more):
    return Quotas(names=NAMES, for_all=for_all, wished=IDS, **more)


def disk(name, quota="", **more):
    return HeldDisk(f"id-{name}", name, quota, **more)


def vm(name="web", quota="", disks=(), **more):
    return Holder("vm", f"id-{name}", name, quota, tuple(disks), **more)


def edits(plan):
    return {step.target_id: step.details["quota"] for step in plan.steps}


MAPPED = {"mapped": {"old": "q1"}, "sources": {"id-web": "old"}, "disk_sources": {"id-a": "old", "id-b": "other"}}


@pytest.mark.parametrize(
    ("wanted", "wish", "expected"),
    [
        (quotas("q1"), NO_WISH, {"id-web": "q1", "id-a": "q1", "id-b": "q1"}),
        (quotas(), NO_WISH, {}),
        (quotas(**MAPPED), NO_WISH, {"id-web": "q1", "id-a": "q1"}),
        (quotas("q2", **MAPPED), NO_WISH, {"id-web": "q2", "id-a": "q2", "id-b": "q2"}),
        (quotas("q1"), Wish("web", quota="gold"), {"id-web": "q2", "id-a": "q2", "id-b": "q2"}),
        (
            quotas("q1"),
            Wish("web", quota="gold", disk_quotas={"a": "lead"}),
            {"id-web": "q2", "id-a": "q3", "id-b": "q2"},
        ),
        (quotas(), Wish("web", disk_quotas={"id-b": "lead"}), {"id-b": "q3"}),
    ],
)
def test_who_gets_which(wanted, wish, expected):
    plan = plan_quotas([vm(disks=[disk("a"), disk("b")])], wanted, {"id-web": wish})
    assert edits(plan) == expected
    assert set(plan.changes) == {step.id for step in plan.steps}


def test_an_edit_says_what_it_gives():
    plan = plan_quotas([vm(quota="q2", disks=[disk("a", "q9")])], quotas("q1"), {})
    own, of_disk = plan.steps
    assert (own.id, own.action, own.kind, own.says) == (
        "quota:vm:id-web",
        "set_quota",
        "vm",
        "give vm web the quota silver",
    )
    assert of_disk.says == "give disk a (id-a) the quota silver"
    assert [(one.before, one.after) for (one,) in plan.changes.values()] == [("gold", "silver"), ("q9", "silver")]


def test_what_has_its_quota_and_what_is_a_lun_is_left_alone():
    disks = [disk("a", "q1"), disk("b", storage_type="lun")]
    assert plan_quotas([vm(quota="q1", disks=disks)], quotas("q1"), {}).steps == ()


def test_what_was_met_by_a_pattern_keeps_the_quota_that_it_has():
    disks = [disk("a", "q2"), disk("b")]
    assert edits(plan_quotas([vm(quota="q2", disks=disks, fill_only=True)], quotas("q1"), {})) == {"id-b": "q1"}


def test_a_shared_disk_gets_one_quota():
    two = [vm("web", disks=[disk("a")]), vm("app", disks=[disk("a")])]
    assert edits(plan_quotas(two, quotas("q1"), {})) == {"id-web": "q1", "id-app": "q1", "id-a": "q1"}
    plan = plan_quotas(two, quotas("q1"), {"id-app": Wish("app", quota="gold")})
    assert edits(plan) == {"id-web": "q1", "id-app": "q2", "id-a": "q1"}
    (outcome,) = plan.outcomes
    assert (outcome.state, outcome.message) == (
        "failed",
        "disk a (id-a) of app is shared, and is to have two quotas: silver and gold",
    )


def test_copies_of_a_template_disk_are_told():
    template = Holder("template", "t1", "golden", "", (disk("a", copies=2),))
    plan = plan_quotas([template], quotas("q1"), {})
    assert edits(plan) == {"t1": "q1"}
    (warning,) = plan.warnings
    assert "disk a (id-a) of template golden has copies on 2 domains" in warning


def test_a_wish_for_a_disk_that_is_not_there_fails():
    plan = plan_quotas(
        [vm(disks=[disk("a")], required=False)], quotas(), {"id-web": Wish("web", disk_quotas={"z": "gold"})}
    )
    (outcome,) = plan.outcomes
    assert (outcome.state, outcome.message, outcome.required) == (
        "failed",
        "web has no disk z to give a quota to",
        False,
    )


def test_one_wish_for_a_template_and_its_versions_names_the_disks_of_each():
    wish = Wish("golden", disk_quotas={"a": "gold", "b": "lead"})
    base, version = (
        Holder("template", "t1", "golden", "", (disk("a"),)),
        Holder("template", "t2", "golden", "", (disk("b"),)),
    )
    plan = plan_quotas([base, version], quotas(), {"t1": wish, "t2": wish})
    assert (edits(plan), plan.outcomes) == ({"id-a": "q2", "id-b": "q3"}, ())


@pytest.mark.parametrize(
    ("mode", "wanted", "words"),
    [
        ("enabled", quotas(), "none is named for vm web (id-web), disk a of web. Name one with"),
        ("enabled", quotas(mapped={"old": "q1"}, sources={"id-web": "old"}), "none is named for disk a of web"),
        ("enabled", quotas("q1"), ""),
        ("audit", quotas(), ""),
        ("disabled", quotas(), ""),
    ],
)
def test_a_data_center_that_enforces_quotas_wants_one_for_all(mode, wanted, words):
    coming = [vm(disks=[disk("a"), disk("b", storage_type="lun"), disk("there already", "q2")])]
    if not words:
        check_enforced("Recovery", mode, wanted, coming, {})
        return
    with pytest.raises(BadInput) as refusal:
        check_enforced("Recovery", mode, wanted, coming, {})
    assert words in str(refusal.value)
    assert str(refusal.value).endswith("gold, lead, silver")


some_quota = st.sampled_from(["", *NAMES])


@given(
    st.lists(st.tuples(some_quota, some_quota, st.booleans()), max_size=4),
    some_quota,
    st.sampled_from([NO_WISH, Wish("x", quota="gold"), Wish("x", disk_quotas={"d0": "lead"})]),
)
def test_a_second_plan_finds_nothing_to_do(shapes, for_all, wish):
    holders = [
        vm(f"v{number}", quota, [disk(f"d{number}", of_disk)], fill_only=fill)
        for number, (quota, of_disk, fill) in enumerate(shapes)
    ]
    wanted, wishes = quotas(for_all), {holder.id: wish for holder in holders}
    made = edits(plan_quotas(holders, wanted, wishes))
    after = [
        replace(
            holder,
            quota_id=made.get(holder.id, holder.quota_id),
            disks=tuple(replace(one, quota_id=made.get(one.id, one.quota_id)) for one in holder.disks),
        )
        for holder in holders
    ]
    assert plan_quotas(after, wanted, wishes).steps == ()
