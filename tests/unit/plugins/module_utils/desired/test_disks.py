# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose a disk is, which disks are chosen, and that what was planned once is not planned again."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.complete import Completion, Here
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.disk_owners import Listed, Owners
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.disk_steps import DiskPlan, Wish
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.floating import (
    MOST_NAMES,
    Chosen,
    Floating,
    candidates,
    choose,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Ambiguous
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import (
    Attachment,
    Disk,
    UnregisteredDisk,
    UnregisteredTemplate,
    UnregisteredVm,
    VmDisks,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import (
    Inventory,
    InventoryAttachment,
    InventoryDisk,
    InventorySnapshot,
    InventoryTemplate,
    InventoryVm,
)
from hypothesis import given, settings
from hypothesis import strategies as st

A, B = "domain-a", "domain-b"


def unregistered(disk_id, name=None, places=(A,), content="data"):
    return UnregisteredDisk(disk_id, disk_id if name is None else name, 1, places, content)


def disk(disk_id, **more):
    return Disk(disk_id, disk_id, "image", "data", "ok", (A,), "", **more)


def known(disk_id, **more):
    return InventoryDisk(disk_id, more.pop("name", disk_id), more.pop("domain_ids", (A,)), "", **more)


def attachment(disk_id):
    return InventoryAttachment(disk_id, "virtio_scsi")


def vm(name, *disks, snapshots=("active",)):
    taken = tuple(InventorySnapshot(f"{name}-{kind}", kind) for kind in snapshots)
    return InventoryVm(
        name, name, "prod", "", disks, (), attachments=tuple(attachment(one.id) for one in disks), snapshots=taken
    )


def template(name, *disks):
    return InventoryTemplate(name, name, name, 1, "", "prod", disks)


def inventory(vms=(), templates=(), floating=()):
    disks = {one.id: one for holder in (*vms, *templates) for one in holder.disks} | {one.id: one for one in floating}
    return Inventory("primary", tuple(vms), {one.id: one for one in templates}, {A: "a", B: "b"}, {}, disks)


LISTED = Listed(
    [UnregisteredVm("v", "web", "", "", 0, "down", (B,))], [UnregisteredTemplate("t", "gold", "t", 1, "", (B,))]
)
STOCK = inventory(
    vms=[vm("db", known("own"), known("both", shareable=True)), vm("mail", known("both", shareable=True))],
    templates=[template("gold", known("gold_os"))],
    floating=[known("free"), known("alone", shareable=True)],
)


@pytest.mark.parametrize(
    ("found", "stock", "listed", "kind", "names"),
    [
        (unregistered("free"), STOCK, None, "floating", ()),
        (unregistered("alone"), STOCK, None, "shareable", ()),
        (unregistered("own"), STOCK, None, "vm", ("db",)),
        (unregistered("both"), STOCK, None, "shareable", ("db", "mail")),
        (unregistered("gold_os"), STOCK, None, "template", ("gold",)),
        (unregistered("here"), STOCK, None, "copy", ("here",)),
        (unregistered("x", content="memory_dump_volume"), STOCK, None, "internal", ("memory_dump_volume",)),
        # Newer than the inventory: it may be of any VM that its domain lists, of a known one too.
        (unregistered("new", places=(B,)), STOCK, LISTED, "unknown", ("web", "gold")),
        (unregistered("new", places=(A,)), STOCK, LISTED, "floating", ()),
        (unregistered("new", places=(A, B)), None, LISTED, "unknown", ("web", "gold")),
        (unregistered("new"), None, None, "unknown", ()),
    ],
)
def test_whose_a_disk_is(found, stock, listed, kind, names):
    owner = Owners({"here": disk("here")}, stock).of(found, listed)
    assert (owner.kind, owner.names) == (kind, names)


def test_a_name_that_several_disks_carry_is_shown_with_the_id():
    found = candidates(
        [unregistered("1", "data"), unregistered("2", "data"), unregistered("3", ""), unregistered("4", "log")],
        [],
        Owners({}, None),
    )
    assert [one.shown for one in found] == ["data (1)", "data (2)", "3", "log"]
    with pytest.raises(Ambiguous):
        choose(found, ["data"], [])
    assert [one.disk.id for one in choose(found, ["data"], ["1"]).chosen] == ["2"]
    assert choose(found, ["nothing", "log", "l*"], []) == ((Chosen(found[3], True),), ("nothing",))


def test_of_many_possible_owners_some_are_told():
    listed = Listed([UnregisteredVm(str(one), f"vm{one}", "", "", 0, "down", (A,)) for one in range(500)], [])
    plan = DiskPlan(Wish())
    owners = Owners({}, None)
    found = candidates([unregistered("1")], [], owners)
    floating = Floating(plan, owners, "refuse", vms={}, is_required=lambda _name: True)
    floating.add([Chosen(found[0], False)], listed)
    (outcome,) = plan.outcomes
    assert f"vm{MOST_NAMES - 1} or 490 more" in outcome.message


# -- what was carried out is not planned again

FIELDS = ("interface", "active", "bootable", "read_only", "pass_discard", "uses_scsi_reservation")


def carried_out(disks, vms, plan):
    """The engine's disks and VMs after all steps of a plan were done."""
    disks, vms = dict(disks), dict(vms)
    for step in plan.steps:
        if step.action == "register":
            disks[step.target_id] = dataclasses.replace(disk(step.target_id), name=step.details["expected"])
        elif step.action == "edit":
            names = {"quota": "quota_id", "profile": "profile_id"}
            changed = {names.get(key, key): value for key, value in step.details.items()}
            disks[step.target_id] = dataclasses.replace(disks[step.target_id], **changed)
        else:
            made = Attachment(step.target_id, *(step.details[key] for key in FIELDS))
            held = vms[step.details["vm"]]
            vms[held.id] = dataclasses.replace(held, attachments=(*held.attachments, made))
    return disks, vms


def planned(stock, listed_ids, disks, vms, wish, policy):
    """A plan for all disks and all VMs, as the flow makes it."""
    owners = Owners(disks, stock)
    users = {one.id: [held.name] for held in vms.values() for one in held.attachments}
    shareable = [one for one in disks.values() if one.id not in users or owners.recorded(one.id).kind == "shareable"]
    found = candidates([unregistered(one) for one in listed_ids if one not in disks], shareable, owners)
    plan = DiskPlan(wish)
    floating = Floating(plan, owners, policy, vms=vms, completed=set(vms), is_required=lambda _name: True)
    floating.add(choose(found, ["*"], []).chosen, Listed([], []))
    here = Here(disks, users, {one.id: one for one in found if one.listed}, {A}, {A: "a", B: "b"}, False)
    completion = Completion(plan, stock, here, left_out=lambda _name: False, is_required=lambda _name: True)
    for held in vms.values():
        completion.add(held)
    return plan.plan(), completion


@st.composite
def estates(draw):
    """VMs with disks, some shared, some with snapshots; which VMs are registered, and with which disks."""
    ids = [f"disk{number}" for number in range(draw(st.integers(1, 6)))]
    shared = {one: draw(st.booleans()) for one in ids}
    holders = {one: draw(st.integers(0, 2)) for one in ids}
    made, registered = [], {}
    for number in range(3):
        own = tuple(
            known(one, shareable=shared[one])
            for one in ids
            if (shared[one] and draw(st.booleans())) or (not shared[one] and holders[one] == number)
        )
        taken = draw(st.sampled_from([("active",), ("active", "regular"), ()]))
        made.append(vm(f"vm{number}", *own, snapshots=taken))
        if draw(st.booleans()):
            status = draw(st.sampled_from(["down", "up"]))
            there = frozenset(f"vm{number}-{kind}" for kind in taken if kind != "active")
            kept = draw(st.sampled_from([there, there | {"fresh"}]))
            registered[f"vm{number}"] = VmDisks(f"vm{number}", f"vm{number}", status, "dr", (), kept)
    stock = inventory(made, floating=[known("free"), known("spare", shareable=True)])
    wish = Wish(draw(st.sampled_from(["", "quota"])), draw(st.sampled_from([{}, {A: "profile"}])))
    return stock, [*ids, "free", "spare", "stranger"], registered, wish


@given(estates(), st.sampled_from(["refuse", "unknown_is_floating"]))
@settings(max_examples=150, deadline=None)
def test_planning_again_gives_nothing_to_do_and_no_owned_disk_is_floating(estate, policy):
    stock, ids, vms, wish = estate
    plan, _completion = planned(stock, ids, {}, vms, wish, policy)
    assert len({step.id for step in plan.steps}) == len(plan.steps)
    disks, after = carried_out({}, vms, plan)
    attached = {one.id for held in after.values() for one in held.attachments}
    owned = {one.id for held in stock.vms for one in held.disks if not one.shareable}
    # A disk of a VM is registered only to be attached to it at once.
    assert {step.target_id for step in plan.steps if step.action == "register"} & owned <= attached
    for held in after.values():
        was = next(one for one in stock.vms if one.id == held.id)
        mine = [one.id for one in was.disks if not one.shareable]
        assert [one.id for one in held.attachments if one.id in mine] in ([], mine)
        if held.status == "up":
            assert not held.attachments
    again, _completion = planned(stock, ids, disks, after, wish, policy)
    assert again.steps == ()
