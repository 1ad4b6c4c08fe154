# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clones: which disks they get, what is refused, and that a run that was cut short is completed by the next."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.clone_disks import Around
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.clones import plan_clones
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.register_wishes import Wish
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import (
    BLANK_TEMPLATE,
    Disk,
    DiskOwner,
    UnregisteredDisk,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import (
    Inventory,
    InventoryAttachment,
    InventoryDisk,
    InventoryVm,
)
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.module_utils.desired.making import allowed_order, lost_vm
from hypothesis import given, settings
from hypothesis import strategies as st

WISH = Wish("web", name="web-b", clone=True)
NAMES = ("a", "b", "c")


def source(disks=NAMES, **more):
    """The VM web with disks of these names, of which the id is d-NAME and the domain on-NAME."""
    held = tuple(InventoryDisk(f"d-{name}", name, (f"on-{name}",), "") for name in disks)
    how = tuple(InventoryAttachment(disk.id, "virtio", bootable=disk.name == "a") for disk in held)
    return InventoryVm("id-web", "web", "prod", BLANK_TEMPLATE, held, (), attachments=how, **more)


def inventory(*vms):
    return Inventory("primary", vms, {}, {})


def disk(name):
    return Disk(f"d-{name}", name, "image", "data", "ok", (f"on-{name}",), "")


def loose(name):
    return UnregisteredDisk(f"d-{name}", name, 1, (f"on-{name}",))


def owner(name, disks=(), **more):
    return DiskOwner(f"id-{name}", name, "", tuple(f"d-{one}" for one in disks), template_id=BLANK_TEMPLATE, **more)


def around(vms=(), free=(), lost=(), *, listed=True, active=()):
    """vms: registered ones; free: disks that are registered besides theirs; lost: unregistered disks."""
    known = {one for vm in vms for one in vm.disk_ids} | {f"d-{name}" for name in free}
    return Around(
        vms=vms,
        disks={one: disk(one.removeprefix("d-")) for one in known},
        listed={"id-web": lost_vm("web")} if listed else {},
        loose={f"d-{name}": loose(name) for name in lost},
        templates=(),
        active=active,
    )


def made(plan):
    return [(step.action, step.name) for step in allowed_order(plan.steps)]


def test_disks_come_first_then_the_clone_then_they_are_attached_as_they_were():
    plan = plan_clones([WISH], inventory(source()), around([owner("web", "c")], lost="ab"))
    order = made(plan)
    assert order.index(("register_clone", "web-b")) > max(order.index(("register_disk", name)) for name in "ab")
    assert {one[1] for one in order[-2:]} == {"a", "b"}
    clone = next(step for step in plan.steps if step.action == "register_clone")
    assert clone.details == {
        "domain": "d1",
        "partial": False,
        "name": "web-b",
        "clone": True,
        "left_out": [{"disk": "c", "why": "belongs to VM web (id-web)"}],
    }
    attach = next(step for step in plan.steps if step.id == "attach:disk:d-a:web-b")
    assert (attach.details["interface"], attach.details["bootable"], attach.details["vm"]) == ("virtio", True, "")
    assert set(plan.changes) == {step.id for step in plan.steps}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (around(free="ab", lost="c"), {"register_disk": 1, "register_clone": 1, "attach_disk": 3}),
        (around([owner("web-b")], free="ab", lost="c", listed=False), {"register_disk": 1, "attach_disk": 3}),
        (around([owner("web-b", "a")], free="bc", listed=False), {"attach_disk": 2}),
        (around([owner("web-b", "abc")], listed=False), {}),
        (around([owner("web", "bc"), owner("web-b", "a")], listed=False), {}),
    ],
)
def test_a_clone_that_was_begun_is_completed(state, expected):
    plan = plan_clones([WISH], inventory(source()), state)
    found = [step.action for step in plan.steps]
    assert {action: found.count(action) for action in set(found)} == expected
    if not expected:
        assert [(one.state, one.name) for one in plan.outcomes] == [("already", "web-b")]


@pytest.mark.parametrize(
    ("holder", "more"),
    [
        (owner("web-b", "z"), {}),
        (replace(owner("web-b", "a"), template_id="t1"), {}),
        (owner("web-b", memory=7), {}),
        (owner("web-b", description="other"), {}),
        (replace(owner("web-b", "a"), id="id-web"), {}),
    ],
)
def test_another_vm_of_that_name_is_never_taken_for_the_clone(holder, more):
    with pytest.raises(BadInput, match=r"is to be cloned as web-b, which is taken in the target by another vm"):
        plan_clones([WISH], inventory(source(**more)), around([holder], lost="bc"))


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (None, "each: web: a clone needs an 'inventory'"),
        (inventory(), "each: web: the inventory knows no VMs of this name"),
        (inventory(source(), replace(source(), id="2")), "each: web: the inventory knows 2 VMs of this name"),
    ],
)
def test_without_knowing_its_disks_no_clone_is_made(known, words):
    with pytest.raises(BadInput, match=words):
        plan_clones([WISH], known, around(lost="abc"))


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (around(lost="abc", listed=False), "web: is not listed as unregistered on the given domains"),
        (around([owner("web", "abc")]), "web: nothing is left for a clone: a belongs to VM web (id-web); b belongs"),
        (around(lost="ab"), "web: a clone would lack disks: c is not listed as unregistered"),
        (around(lost="ab", active=["on-c"]), "web: its clone would get c without data"),
    ],
)
def test_a_clone_that_cannot_be_fails_by_name(state, words):
    plan = plan_clones([WISH], inventory(source()), state)
    assert plan.steps == ()
    (outcome,) = plan.outcomes
    assert outcome.state == "failed"
    assert outcome.message.startswith(words)


def test_a_lun_that_the_engine_knows_is_never_doubled():
    lun = InventoryDisk("d-lun", "files", (), "36001")
    with_lun = replace(source(), disks=(*source().disks, lun))
    state = around(lost="abc")
    assert plan_clones([WISH], inventory(with_lun), state).steps
    for record in (
        Disk("d-lun", "files", "lun", "data", "ok", (), "36001"),
        Disk("x", "y", "lun", "data", "ok", (), "36001"),
    ):
        known = replace(state, disks={record.id: record})
        (outcome,) = plan_clones([WISH], inventory(with_lun), known).outcomes
        assert "its clone would have the direct LUN disks files, of which the engine has records" in outcome.message


def test_a_missing_disk_is_left_out_when_that_is_said():
    plan = plan_clones([replace(WISH, partial=True)], inventory(source()), around(lost="ab"))
    assert ("register_clone", "web-b") in made(plan)
    with_data = plan_clones([replace(WISH, partial=True)], inventory(source()), around(lost="ab", active=["on-c"]))
    assert with_data.steps == (), "a disk without data is worse than none"


def test_the_lists_hold_for_clones_too_and_a_wish_wins_over_them():
    lists = {"is_required": lambda name: name != "web", "may_be_partial": lambda name: name == "id-web"}
    plan = plan_clones([WISH], inventory(source()), around(lost="ab"), **lists)
    assert {step.required for step in plan.steps} == {False}
    wish = replace(WISH, partial=False, best_effort=False)
    (outcome,) = plan_clones([wish], inventory(source()), around(lost="ab"), **lists).outcomes
    assert (outcome.state, outcome.required) == ("failed", True)


def test_what_is_not_attached_yet_is_not_proven():
    plan = plan_clones([WISH], inventory(source()), replace(around(listed=False), unproven=True))
    assert [one.state for one in plan.outcomes] == ["skipped"]


PLACES = st.sampled_from(["free", "lost", "other"])


@given(st.lists(PLACES, min_size=3, max_size=3), st.integers(0, 8))
@settings(deadline=None)
def test_cut_short_anywhere_the_next_run_ends_the_same(places, steps_done):
    by = {place: [name for name, held in zip(NAMES, places, strict=True) if held == place] for place in set(places)}
    vms = {"web": owner("web", by.get("other", ()))}
    state = around(list(vms.values()), by.get("free", ()), by.get("lost", ()))

    def carry(plan, state, count):
        disks, lost, registered = dict(state.disks), dict(state.loose), {vm.name: vm for vm in state.vms}
        listed = state.listed
        for step in allowed_order(plan.steps)[:count]:
            if step.action == "register_disk":
                disks[step.target_id] = disk(lost.pop(step.target_id).name)
            elif step.action == "register_clone":
                registered[step.name] = owner(step.name)
                listed = {}
            else:
                vm = registered[str(step.details["vm_name"])]
                registered[vm.name] = replace(vm, disk_ids=(*vm.disk_ids, step.target_id))
        return replace(state, vms=list(registered.values()), disks=disks, loose=lost, listed=listed)

    def ended(state):
        return {vm.name: frozenset(vm.disk_ids) for vm in state.vms}

    known = inventory(source())
    first = plan_clones([WISH], known, state)
    whole = carry(first, state, 99)
    cut = carry(first, state, steps_done)
    again = carry(plan_clones([WISH], known, cut), cut, 99)
    assert ended(again) == ended(whole)
    assert plan_clones([WISH], known, again).steps == ()
