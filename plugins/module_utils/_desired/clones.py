# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registering a VM a second time, as a clone under another name, without copying anything.

The engine gives each disk of a clone a new id under which nothing lies on the storage, and leaves the real disk
unregistered (04b #162 to #166, #260). But it leaves out of a clone what it knows already. So the disks that the clone
is to have are registered by themselves first, then the VM as a clone, which comes without disks, and then the disks are
attached to it as they were (tried on a running engine 4.5.8). Only an inventory tells which disks a VM had.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.difference import ABSENT, Change
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Outcome, State, Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.clone_disks import Around, Parts
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan, settled
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.register_wishes import Wish
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import (
    BLANK_TEMPLATE,
    DiskOwner,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import (
    Inventory,
    InventoryAttachment,
    InventoryDisk,
    InventoryVm,
)

FLAGS = ("active", "bootable", "read_only", "pass_discard", "uses_scsi_reservation")


def plan_clones(
    wishes: Sequence[Wish],
    inventory: Inventory | None,
    around: Around,
    *,
    is_required: Callable[[str], bool] = lambda _name: True,
    may_be_partial: Callable[[str], bool] = lambda _name: False,
) -> Plan:
    """The steps that make the clones that are wished for, and complete those that an earlier run began.

    is_required, may_be_partial: for the name or id of the source, where the wish itself does not say it.
    BadInput without an inventory that knows the VM, for a name that is taken by a VM that is not this clone, and for a
    cluster of another architecture.
    """
    cloning = [wish for wish in wishes if wish.clone]
    planner = _Clones(around)
    problems: list[str] = []
    for wish in cloning:
        source = _source(wish, inventory)
        if isinstance(source, str):
            problems.append(source)
            continue
        keys = (source.name, source.id)
        settled_wish = replace(
            wish,
            best_effort=wish.best_effort if wish.best_effort is not None else not all(map(is_required, keys)),
            partial=wish.partial if wish.partial is not None else any(map(may_be_partial, keys)),
        )
        problem = planner.add(source, settled_wish)
        if problem:
            problems.append(problem)
    if problems:
        raise BadInput("; ".join(problems))
    return planner.plan()


def _source(wish: Wish, inventory: Inventory | None) -> InventoryVm | str:
    """The VM that is to be cloned, or what is in the way."""
    if inventory is None:
        return (
            f"each: {wish.subject}: a clone needs an 'inventory': the engine gives the disks of a clone new ids under "
            "which there is no data, so it must be known which disks to give to it"
        )
    found = [vm for vm in inventory.vms if wish.subject == vm.id] or [
        vm for vm in inventory.vms if wish.subject == vm.name
    ]
    if len(found) != 1:
        return f"each: {wish.subject}: the inventory knows {len(found) or 'no'} VMs of this name, a clone needs one"
    return found[0]


class _Clones:
    def __init__(self, around: Around) -> None:
        self._around = around
        self._owners = {disk_id: vm for vm in around.vms for disk_id in vm.disk_ids}
        self._steps: list[Step] = []
        self._outcomes: list[Outcome] = []
        self._changes: dict[str, tuple[Change, ...]] = {}

    def add(self, source: InventoryVm, wish: Wish) -> str:
        """Plan one clone; returns why that cannot even be begun, or nothing."""
        holder = next((vm for vm in self._around.vms if vm.name == wish.name), None)
        listed = self._around.listed.get(source.id)
        misfit = self._around.placement.misfit(listed, wish) if holder is None and listed is not None else ""
        if misfit:
            return misfit
        if holder is not None and not self._is_clone(holder, source):
            return (
                f"{source.name} ({source.id}) is to be cloned as {wish.name}, which is taken in the target by another "
                f"vm ({holder.id}) with other disks or another template"
            )
        parts = Parts(source, holder, self._owners, self._around)
        required = not wish.best_effort
        if holder is None and listed is None and self._around.unproven:
            message = f"{source.name}: not proven, it may lie on a domain that is not attached yet"
            self._settle(wish, "", "skipped", message, required)
            return ""
        if holder is None:
            why = self._hindrance(source, parts, partial=bool(wish.partial))
            if why:
                self._settle(wish, "", "failed", f"{source.name}: {why}", required)
                return ""
        elif not parts.free and not parts.lost:
            self._settle(wish, holder.id, "already", f"is a clone of {source.name}", required)
            return ""
        clone_after = frozenset(self._register(disk, wish, required) for disk in parts.lost)
        made = frozenset() if holder is not None else self._clone(source, wish, parts, clone_after, required)
        for attachment, disk in parts.to_attach():
            after = made | ({_disk_step(disk.id)} if disk in parts.lost else frozenset())
            self._attach(attachment, disk, wish, holder.id if holder is not None else "", after, required)
        return ""

    def plan(self) -> Plan:
        return Plan(steps=tuple(self._steps), outcomes=tuple(self._outcomes), changes=self._changes)

    def _hindrance(self, source: InventoryVm, parts: Parts, *, partial: bool) -> str:
        """Why a clone that is not there yet cannot be made, or nothing."""
        template = source.template_id
        if source.id not in self._around.listed:
            return "is not listed as unregistered on the given domains, so there is nothing to make a clone of"
        if template not in ("", BLANK_TEMPLATE) and template not in self._around.templates:
            return f"its template {template} is not registered; register it first, then run again"
        luns = self._doubled_luns(source)
        if luns:
            return (
                f"its clone would have the direct LUN disks {', '.join(luns)}, of which the engine has records; a "
                "second record of one LUN damages the engine's storage listing"
            )
        if parts.elsewhere and not (parts.free or parts.lost):
            return f"nothing is left for a clone: {parts.told()}"
        empty = [disk.name for disk in parts.missing if set(disk.domain_ids) & set(self._around.active)]
        if empty:
            return (
                f"its clone would get {', '.join(empty)} without data: such a disk lies on an active domain and is not "
                "listed as unregistered there. Disks with snapshots and of thin VMs never are; for others name their "
                "domains in 'domains'"
            )
        if parts.missing and not partial:
            return f"a clone would lack disks: {parts.told()}. Say 'partial: true' for it in 'each', or bring them here"
        return ""

    def _doubled_luns(self, source: InventoryVm) -> list[str]:
        """The names of the LUN disks of which, or of whose LUN, the engine has a record (findings 6, DR)."""
        known = {disk.lun_id for disk in self._around.disks.values() if disk.lun_id}
        return [
            one.name for one in source.disks if one.lun_id and (one.id in self._around.disks or one.lun_id in known)
        ]

    def _settle(self, wish: Wish, vm_id: str, state: State, message: str, required: bool) -> None:
        self._outcomes.append(settled("register_clone", "vm", wish.name, vm_id, state, message, required=required))

    def _is_clone(self, holder: DiskOwner, source: InventoryVm) -> bool:
        """Whether a VM can be nothing but this clone: no image that the source did not have, and the same template;
        without any image the same memory and description too. It has another id than the source."""
        disks = self._around.disks
        images = {one for one in holder.disk_ids if one in disks and disks[one].storage_type == "image"}
        return (
            holder.id != source.id
            and images <= {disk.id for disk in source.disks}
            and holder.template_id == source.template_id
            and (bool(images) or (holder.memory, holder.description) == (source.memory, source.description))
        )

    def _register(self, disk: InventoryDisk, wish: Wish, required: bool) -> str:
        """The step that registers a disk for a clone."""
        loose = self._around.loose[disk.id]
        # A disk without a name on the storage would get one that is made up (contract 04, 4.7).
        rename = "" if loose.name else disk.name
        step = Step(
            id=_disk_step(disk.id),
            action="register_disk",
            kind="disk",
            name=disk.name,
            target_id=disk.id,
            details={"domain": loose.domain_ids[0], "rename": rename, "expected": loose.name or disk.name},
            required=required,
            says=f"register disk {disk.name} for the clone {wish.name}",
        )
        self._steps.append(step)
        self._changes[step.id] = (Change("disk", f"{disk.name} ({disk.id})", "registered", ABSENT, disk.id),)
        return step.id

    def _clone(
        self, source: InventoryVm, wish: Wish, parts: Parts, after: frozenset[str], required: bool
    ) -> frozenset[str]:
        listed = self._around.listed[source.id]
        details: dict[str, object] = {
            "domain": listed.domain_ids[0],
            "partial": False,
            "name": wish.name,
            "clone": True,
            "left_out": parts.left_out(),
        }
        cluster = self._around.placement.of(listed, wish)
        if wish.cluster and cluster is not None:
            details["cluster"] = cluster.id
        step = Step(
            id=f"clone:vm:{wish.name}",
            action="register_clone",
            kind="vm",
            name=wish.name,
            target_id=source.id,
            details=details,
            after=after,
            required=required,
            says=f"register vm {source.name} as the clone {wish.name}",
        )
        self._steps.append(step)
        self._changes[step.id] = (Change("vm", wish.name, "registered", ABSENT, f"clone of {source.name}"),)
        return frozenset({step.id})

    def _attach(
        self,
        how: InventoryAttachment,
        disk: InventoryDisk,
        wish: Wish,
        vm_id: str,
        after: frozenset[str],
        required: bool,
    ) -> None:
        flags = {"interface": how.interface, **{flag: getattr(how, flag) for flag in FLAGS}}
        step = Step(
            id=f"attach:disk:{disk.id}:{wish.name}",
            action="attach_disk",
            kind="disk",
            name=disk.name,
            target_id=disk.id,
            details={"vm": vm_id, "vm_name": wish.name, **flags},
            after=after,
            required=required,
            says=f"attach disk {disk.name} to the clone {wish.name}",
        )
        self._steps.append(step)
        shown = {key: value for key, value in flags.items() if value is not False}
        self._changes[step.id] = (Change("vm", wish.name, f"disk {disk.name} ({disk.id})", ABSENT, shown),)


def _disk_step(disk_id: str) -> str:
    return f"register:disk:{disk_id}"
