# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a removal may destroy: whatever lies where, nothing goes that was not asked for, and a second plan is empty."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.removal import Removal, Wishes, plan_removal
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.removal_rules import ACCEPTABLE, Lying
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Ambiguous, BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import (
    BLANK_TEMPLATE,
    Disk,
    UnregisteredDisk,
    UnregisteredTemplate,
    UnregisteredVm,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory_records import (
    Inventory,
    InventoryDisk,
    InventorySnapshot,
    InventoryTemplate,
    InventoryVm,
)
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.module_utils.desired.making import (
    allowed_order,
    domain,
    template,
    vm,
)
from hypothesis import given, settings
from hypothesis import strategies as st

HERE = {one.id: one for one in (domain("a"), domain("b"), domain("c", status="maintenance"))}
ACTIVE = ("id-a", "id-b")


def inventory_disk(name: str, *places: str, shareable: bool = False, lun: str = "") -> InventoryDisk:
    return InventoryDisk(f"id-{name}", name, tuple(f"id-{one}" for one in places), lun, size=10, shareable=shareable)


def listed_disk(name: str, *places: str, kind: str = "data") -> UnregisteredDisk:
    return UnregisteredDisk(f"id-{name}", name, 10, tuple(f"id-{one}" for one in places), kind, 5)


def lost(name: str, *places: str, of: str = BLANK_TEMPLATE) -> UnregisteredVm:
    return UnregisteredVm(f"id-{name}", name, of, "x86_64", 1, "down", tuple(f"id-{one}" for one in places))


def lost_base(name: str, *places: str, base: str = "") -> UnregisteredTemplate:
    return UnregisteredTemplate(
        f"id-{name}", name, base or f"id-{name}", 2 if base else 1, "x86_64", tuple(f"id-{one}" for one in places)
    )


def inventory_vm(name: str, *disks: InventoryDisk, of: str = BLANK_TEMPLATE) -> InventoryVm:
    return InventoryVm(f"id-{name}", name, "prod", of, disks, ())


def inventory_template(name: str, *disks: InventoryDisk) -> InventoryTemplate:
    return InventoryTemplate(f"id-{name}", name, f"id-{name}", 1, "", "prod", disks)


def inventory(
    *vms: InventoryVm, templates: t.Sequence[InventoryTemplate] = (), floating: t.Sequence[InventoryDisk] = ()
) -> Inventory:
    disks = [disk for one in (*vms, *templates) for disk in one.disks] + list(floating)
    return Inventory("primary", vms, {one.id: one for one in templates}, {}, disks={disk.id: disk for disk in disks})


def lying(*records: t.Any, known: Inventory | None = None, **more: t.Any) -> Lying:
    return Lying(
        vms=[one for one in records if isinstance(one, UnregisteredVm)],
        templates=[one for one in records if isinstance(one, UnregisteredTemplate)],
        disks={one.id: one for one in records if isinstance(one, UnregisteredDisk)},
        domains=HERE,
        **{"chosen": ACTIVE, "inventory": known, **more},
    )


def wishes(*, accept: t.Collection[str] = (), keep: t.Sequence[str] = (), **unwanted: t.Sequence[str]) -> Wishes:
    return Wishes(
        {"vms": [], "templates": [], "disks": [], **unwanted}, (), {"vms": keep}, frozenset(accept), lambda _name: True
    )


WEB = inventory_vm("web", inventory_disk("web-os", "a"))
TWO = inventory_vm("two", inventory_disk("two-1", "a"), inventory_disk("two-2", "b"))
THERE = (lost("web", "a"), listed_disk("web-os", "a"))

# (what is asked for, what lies there, words of the refusal)
REFUSED: dict[str, tuple[Wishes, Lying, tuple[str, ...]]] = {
    "an OVF store": (
        wishes(disks=["ovf"], accept=ACCEPTABLE),
        lying(listed_disk("ovf", "a", kind="ovf_store")),
        ("disk ovf (id-ovf): it holds ovf_store, which is never removed",),
    ),
    "a disk of the hosted engine": (
        wishes(disks=["he"], accept=ACCEPTABLE),
        lying(listed_disk("he", "a", kind="hosted_engine_metadata")),
        ("it holds hosted_engine_metadata",),
    ),
    "another copy of a registered disk": (
        wishes(disks=["copy"], accept=ACCEPTABLE),
        lying(
            listed_disk("copy", "b"),
            registered_disks={"id-copy": Disk("id-copy", "copy", "image", "data", "ok", ("id-a",), "")},
        ),
        ("a disk of this id is registered; this is another copy of it",),
    ),
    "a disk of a VM that is not here": (
        wishes(disks=["web-os"]),
        lying(listed_disk("web-os", "a"), known=inventory(WEB)),
        ("it belongs to VM web (id-web)",),
    ),
    "a disk that the inventory does not know": (
        wishes(disks=["new"]),
        lying(listed_disk("new", "a"), known=inventory(WEB)),
        ("the inventory does not know it",),
    ),
    "a template of a registered VM": (
        wishes(templates=["base"]),
        lying(
            lost_base("base", "a"),
            known=inventory(templates=[inventory_template("base")]),
            registered_vms={"id-thin": replace(vm("thin"), template_id="id-base")},
        ),
        ("VMs need it: thin (id-thin)",),
    ),
    "a base whose version may not go": (
        wishes(templates=["id-base", "id-v2"]),
        lying(
            lost_base("base", "a"),
            lost_base("v2", "a", base="id-base"),
            known=inventory(templates=[inventory_template("base"), inventory_template("v2")]),
            registered_templates={"id-v2": template("v2")},
        ),
        ("v2 (id-v2): it is registered", "it is the base of version 2 (id-v2)"),
    ),
    "a disk on a domain that is not active": (
        wishes(vms=["web"]),
        lying(lost("web", "a", "c"), known=inventory(inventory_vm("web", inventory_disk("web-os", "c")))),
        ("web-os (id-web-os) lies on c, which is not active here",),
    ),
    "everything at once": (
        wishes(vms=["web", "two"]),
        lying(lost("web", "a"), lost("two", "a", "b")),
        ("VM web (id-web)", "VM two (id-two)", "no inventory is given", "b lists it too"),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(case: str) -> None:
    asked, there, words = REFUSED[case]
    with pytest.raises(BadInput) as told:
        plan_removal(asked, there)
    assert str(told.value).startswith("Nothing was removed. ")
    assert [word for word in words if word not in str(told.value)] == []


def test_a_name_of_two_is_never_a_guess_and_their_ids_are_none() -> None:
    twins = [replace(lost("web", "a"), id=one) for one in ("1", "2")]
    there = lying(*twins)
    with pytest.raises(Ambiguous):
        plan_removal(wishes(vms=["web"], accept=ACCEPTABLE), there)
    plan, _removals = plan_removal(wishes(vms=["1", "2"], accept=ACCEPTABLE), there)
    assert [step.target_id for step in plan.steps] == ["1", "2"]
    # Their changes are told apart, though they have one name.
    assert len({change.name for changes in plan.changes.values() for change in changes}) == 2


SHARED = inventory_disk("shared", "a", shareable=True)


def test_a_shareable_disk_goes_only_with_all_that_have_it() -> None:
    known = inventory(inventory_vm("web", inventory_disk("web-os", "a"), SHARED), inventory_vm("two", SHARED))
    there = lying(*THERE, lost("two", "a"), listed_disk("shared", "a"), known=known)
    with pytest.raises(BadInput) as told:
        plan_removal(wishes(vms=["web"]), there)
    assert "disk shared (id-shared) would go with it, and two (id-two) has it too" in str(told.value)
    _plan, removals = plan_removal(wishes(vms=["web", "two"]), there)
    assert [one.record.name for one in removals] == ["web", "two"]
    # One of them is protected and best effort, so both stay.
    protected = replace(there, vms=[replace(vm, delete_protected=vm.name == "two") for vm in there.vms])
    asked = replace(wishes(vms=["web", "two"]), is_required=lambda _name: False)
    plan, removals = plan_removal(asked, protected)
    assert (removals, [one.name for one in plan.outcomes]) == ([], ["two", "web"])


@pytest.mark.parametrize(("name", "goes"), [("two", True), ("id-two", True), ("other", False)])
def test_a_shareable_disk_goes_when_an_earlier_run_removed_the_others_that_had_it(name: str, goes: bool) -> None:
    """It was cut off between the two, and is run again with the same options."""
    known = inventory(inventory_vm("web", inventory_disk("web-os", "a"), SHARED), inventory_vm("two", SHARED))
    asked = wishes(vms=["web", name])
    if not goes:
        with pytest.raises(BadInput, match="two \\(id-two\\) has it too"):
            plan_removal(asked, lying(*THERE, known=known))
        return
    plan, removals = plan_removal(asked, lying(*THERE, known=known))
    assert [one.record.name for one in removals] == ["web"]
    assert [(one.name, one.state) for one in plan.outcomes] == [(name, "already")]


def test_a_shareable_disk_elsewhere_stays_for_the_others() -> None:
    elsewhere = inventory_disk("shared", "b", shareable=True)
    known = inventory(inventory_vm("web", inventory_disk("web-os", "a"), elsewhere), inventory_vm("two", elsewhere))
    there = lying(*THERE, lost("two", "a"), listed_disk("shared", "b"), known=known)
    _plan, (removal,) = plan_removal(wishes(vms=["web"]), there)
    assert [part.name for part in (removal.content.left if removal.content else None) or ()] == ["shared"]


def test_a_lun_is_nothing_that_could_be_deleted() -> None:
    known = inventory(inventory_vm("web", inventory_disk("web-os", "a"), inventory_disk("lun", lun="36001")))
    _plan, (removal,) = plan_removal(wishes(vms=["web"]), lying(*THERE, known=known))
    assert [part.name for part in (removal.content.here if removal.content else None) or ()] == ["web-os"]


def test_a_vm_waits_for_its_disks_elsewhere() -> None:
    there = lying(lost("two", "a", "b"), listed_disk("two-1", "a"), listed_disk("two-2", "b"), known=inventory(TWO))
    plan, _removals = plan_removal(wishes(vms=["two"]), there)
    assert [step.kind for step in allowed_order(plan.steps)] == ["disk", "vm"]


# -- whatever lies where

NAMES = ("u", "v", "w")


@dataclass(frozen=True)
class Case:
    """An estate and what of it is unwanted."""

    there: Lying
    unwanted: Wishes


@st.composite
def cases(draw: st.DrawFn) -> Case:
    disks: list[InventoryDisk] = []
    listed: list[UnregisteredDisk] = []
    places = st.sampled_from(["a", "b", "c", "elsewhere"])

    def make(owner: str) -> tuple[InventoryDisk, ...]:
        made = []
        for number in range(draw(st.integers(0, 3))):
            place = draw(places)
            shared = draw(st.integers(0, 5)) == 0
            made.append(inventory_disk(f"{owner}-{number}", place, shareable=shared))
            if place in ("a", "b") and draw(st.booleans()):
                listed.append(listed_disk(f"{owner}-{number}", place))
        disks.extend(made)
        return tuple(made)

    base = inventory_template("t", *make("t"))
    vms = [inventory_vm(name, *make(name), of=draw(st.sampled_from([BLANK_TEMPLATE, "id-t"]))) for name in NAMES]
    floating = make("floating")
    snapshot = InventorySnapshot("s", "regular")
    vms = [replace(one, snapshots=(snapshot,) if draw(st.booleans()) else ()) for one in vms]
    entries: list[t.Any] = [
        lost(one.name, *_lists(one.disks), of=one.template_id) for one in vms if draw(st.integers(0, 4))
    ]
    entries.append(lost_base("t", *_lists(base.disks)))
    known = inventory(*(one for one in vms if draw(st.integers(0, 4))), templates=[base], floating=floating)
    unwanted = wishes(
        vms=draw(st.lists(st.sampled_from([f"id-{name}" for name in NAMES]), unique=True)),
        templates=draw(st.sampled_from([[], ["id-t"]])),
        disks=draw(st.lists(st.sampled_from([disk.id for disk in disks] or ["none"]), unique=True)),
        accept=draw(st.sets(st.sampled_from(ACCEPTABLE))),
    )
    optional = draw(st.booleans())
    return Case(lying(*entries, *listed, known=known), replace(unwanted, is_required=lambda _name: not optional))


def _lists(disks: t.Sequence[InventoryDisk]) -> tuple[str, ...]:
    """Which domains list the owner of these disks: one without any is listed everywhere."""
    found = sorted({one.removeprefix("id-") for disk in disks if not disk.shareable for one in disk.domain_ids})
    return tuple(one for one in found if one != "elsewhere") or ("a", "b", "c")


def destroyed(removals: t.Sequence[Removal], there: Lying) -> set[tuple[str, str]]:
    """(disk, domain) of all that the engine deletes for these removals, whatever the planner thought."""
    gone = set()
    for removal in removals:
        if removal.part is not None:
            gone.add((removal.part.id, removal.part.domain_id))
            continue
        for disk in _truth(removal.record.id, there):
            if removal.domain_id in disk.domain_ids:
                gone.add((disk.id, removal.domain_id))
    return gone


def _truth(owner: str, there: Lying) -> tuple[InventoryDisk, ...]:
    known = there.inventory
    if known is None:
        return ()
    if owner in known.templates:
        return known.templates[owner].disks
    return next((one.disks for one in known.vms if one.id == owner), ())


@settings(max_examples=300, deadline=None)
@given(case=cases())
def test_nothing_goes_that_was_not_asked_for_and_a_second_plan_is_empty(case: Case) -> None:
    try:
        plan, removals = plan_removal(case.unwanted, case.there)
    except BadInput:
        return
    order = [step.id for step in allowed_order(plan.steps)]
    going = {removal.record.id for removal in removals if removal.content is not None}
    asked = {one for selectors in case.unwanted.unwanted.values() for one in selectors}
    assert going <= asked
    vms, templates = case.there.owners
    for disk_id, _place in destroyed(removals, case.there):
        owners = {one.id for one in (*vms.get(disk_id, ()), *templates.get(disk_id, ()))}
        # A disk goes with its owners only; without any it was asked for itself.
        assert owners <= going if owners else disk_id in asked
    thin = {one.id for one in case.there.vms if one.template_id == "id-t"}
    if "id-t" in going:
        assert thin <= going
        last = order.index("remove:template:id-t")
        assert all(order.index(f"remove:vm:{one}") < last for one in thin)
    # What was foretold is what the engine does.
    foretold = {
        (part.id, part.domain_id)
        for one in removals
        for part in ((one.content.here if one.content else (one.part,) if one.part else ()) or ())
    }
    assert destroyed(removals, case.there) == foretold

    if "left_disks" not in case.unwanted.accepted:
        gone = {disk_id for disk_id, _place in destroyed(removals, case.there)}
        for removal in removals:
            for disk in case.there.disks_of(removal.record) or () if removal.content else ():
                shared = [one for one in vms.get(disk.id, ()) if one.id not in going]
                hidden = removal.kind == "vm" and case.there.inventory_vms[removal.record.id].snapshots
                seen = disk.id in case.there.disks or hidden or not set(disk.domain_ids) & set(ACTIVE)
                assert disk.id in gone or shared or not seen

    after = _carried_out(case.there, removals)
    again, _none = plan_removal(case.unwanted, after)
    assert again.steps == ()


def _carried_out(there: Lying, removals: t.Sequence[Removal]) -> Lying:
    gone = destroyed(removals, there)
    going = {removal.record.id for removal in removals if removal.content is not None}
    disks = {}
    for disk in there.disks.values():
        places = tuple(one for one in disk.domain_ids if (disk.id, one) not in gone)
        if places:
            disks[disk.id] = replace(disk, domain_ids=places)
    return replace(
        there,
        vms=[one for one in there.vms if one.id not in going],
        templates=[one for one in there.templates if one.id not in going],
        disks=disks,
    )
