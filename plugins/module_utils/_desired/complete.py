# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Planning how a partial import is completed: a VM gets the disks whose domain came after it.

An engine does not do that by another register (contract 04, 4.9), and it lists no disk that has snapshots (4.7). So
only disks without snapshots can follow, each as it was attached, and only while the VM has the snapshots that it had:
a disk that misses one which the others have would stand at another moment than they.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Collection, Mapping, Sequence

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Outcome, State
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.disk_steps import Candidate, DiskPlan
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.floating import attachment_of, unfit
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import settled
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.select import Index
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Ambiguous
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import is_pattern, label
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Disk, VmDisks
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import Inventory, InventoryDisk, InventoryVm


class NotCompletable(t.NamedTuple):
    """A disk that a VM lacks and cannot get, or not yet."""

    vm: VmDisks
    disk: InventoryDisk
    why: str


class Here(t.NamedTuple):
    """What is at hand. disks: the registered disks by id; users: disk id -> the names of the VMs that have it;
    candidates: by id, what the given domains list unregistered; domain_ids: the given domains; attached: the names of
    all domains of the data center by id; unproven: some of the given ones are not attached yet."""

    disks: Mapping[str, Disk]
    users: Mapping[str, Sequence[str]]
    candidates: Mapping[str, Candidate]
    domain_ids: Collection[str]
    attached: Mapping[str, str]
    unproven: bool


def choose_vms(vms: Sequence[VmDisks], asked: Sequence[str], inventory: Inventory) -> tuple[list[VmDisks], list[str]]:
    """The registered VMs that ``asked`` names, and the names that met none. A pattern means VMs of the inventory."""
    index = Index(vms)
    known = {vm.id for vm in inventory.vms}
    chosen: dict[str, VmDisks] = {}
    unmatched: list[str] = []
    for selector in asked:
        found = index.find(selector)
        if is_pattern(selector):
            found = [vm for vm in found if vm.id in known]
        elif not found:
            unmatched.append(selector)
        elif len(found) > 1:
            raise Ambiguous(kind="VM", asked=selector, candidates=[label(vm) for vm in found])
        chosen.update((vm.id, vm) for vm in found)
    return list(chosen.values()), unmatched


class Completion:
    """Plans the disks of VMs that were registered without some of them. domains: the inventory's names by id."""

    def __init__(
        self,
        plan: DiskPlan,
        inventory: Inventory,
        here: Here,
        *,
        left_out: Callable[[str], bool],
        is_required: Callable[[str], bool],
    ) -> None:
        self.impossible: list[NotCompletable] = []
        self._plan = plan
        self._vms = {vm.id: vm for vm in inventory.vms}
        self._domains = inventory.domains
        self._here = here
        self._left_out = left_out
        self._is_required = is_required

    def add(self, vm: VmDisks) -> None:
        """Plan what a registered VM lacks, in the order in which it had it."""
        was = self._vms.get(vm.id)
        if was is None:
            self._settle_vm(vm, "failed", f"the inventory holds no VM of the id {vm.id}; a clone has an id of its own")
            return
        there = {one.id for one in vm.attachments}
        lacking = [disk for disk in was.disks if disk.id not in there]
        if not lacking:
            self._settle_vm(vm, "already", "has all its disks")
            return
        possible: list[tuple[Candidate, InventoryDisk]] = []
        for disk in lacking:
            found, why = self._look(disk, was)
            if found is None:
                self._leave(vm, disk, why, "skipped")
            elif not self._left_out(disk.name) and not self._left_out(disk.id):
                possible.append((found, disk))
        changed = _changed(vm, was)
        for candidate, disk in possible:
            # No snapshot holds a shareable disk, so it fits to a VM whatever became of that.
            refusal = unfit(vm, attachment_of(was, disk.id)) or ("" if disk.shareable else changed)
            if refusal:
                self._leave(vm, disk, refusal, "failed")
                continue
            required = self._required(vm, disk)
            self._plan.bring_in(candidate, shareable=disk.shareable, required=required)
            self._plan.attach(candidate, vm, attachment_of(was, disk.id), required=required)

    def absent(self, selector: str) -> None:
        """A name that no registered VM has."""
        state: State = "skipped" if self._here.unproven else "failed"
        words = "no VM of this name or id is registered; register it first, see unregistered_vm_register"
        self._plan.outcomes.append(_told(selector, "", state, words, self._is_required(selector)))

    def _look(self, disk: InventoryDisk, vm: InventoryVm) -> tuple[Candidate | None, str]:
        """The disk where it can be had, or why it cannot."""
        here = self._here
        where = " and ".join(self._domains.get(one, one) for one in disk.domain_ids)
        registered = here.disks.get(disk.id)
        if disk.lun_id:
            return None, f"is a direct LUN ({disk.lun_id}), which comes with the register of its VM or not at all"
        if registered is not None and here.users.get(disk.id) and not disk.shareable:
            return None, f"is attached to VM {' and '.join(here.users[disk.id])} by now"
        if registered is not None:
            return Candidate(disk.id, registered.name, registered.domain_ids, None, registered, registered.name), ""
        if disk.id in here.candidates:
            return here.candidates[disk.id], ""
        if not set(disk.domain_ids) & set(here.domain_ids):
            if set(disk.domain_ids) & set(here.attached):
                return None, f"lies on {where}, which is not among the given domains"
            return None, f"lies on {where}, which is not attached yet; when it is, run again"
        if not disk.shareable and any(snapshot.type not in ("", "active") for snapshot in vm.snapshots):
            return None, (
                f"has snapshots: the engine does not list such a disk on {where}, and takes it in only together with "
                "its VM. All domains of such a VM must be attached before it is registered"
            )
        return None, f"does not lie on {where}: it was removed, or is newer than the replica"

    def _leave(self, vm: VmDisks, disk: InventoryDisk, why: str, state: State) -> None:
        self.impossible.append(NotCompletable(vm, disk, why))
        name = f"{disk.name or disk.id} to {vm.name}"
        words = f"{disk.name or disk.id} of VM {vm.name}: {why}"
        self._plan.outcomes.append(
            settled("attach", "disk", name, disk.id, state, words, required=self._required(vm, disk))
        )

    def _settle_vm(self, vm: VmDisks, state: State, words: str) -> None:
        required = self._is_required(vm.name) and self._is_required(vm.id)
        self._plan.outcomes.append(_told(vm.name, vm.id, state, words, required))

    def _required(self, vm: VmDisks, disk: InventoryDisk) -> bool:
        return all(self._is_required(one) for one in (vm.name, vm.id, disk.name, disk.id))


def _told(name: str, vm_id: str, state: State, words: str, required: bool) -> Outcome:
    return settled("complete", "vm", name, vm_id, state, f"{name}: {words}", required=required)


def _changed(vm: VmDisks, was: InventoryVm) -> str:
    """Why a VM is not what the inventory knows, or nothing. The active snapshot does not count: a register may make it
    anew (contract 04)."""
    if vm.snapshot_ids is None or not was.snapshots:
        return f"it cannot be seen whether VM {vm.name} was changed: its snapshots are not told; export the site again"
    before = {one.id: one.description for one in was.snapshots if one.type not in ("", "active")}
    fresh = sorted(vm.snapshot_ids - before.keys())
    gone = [text or snapshot for snapshot, text in before.items() if snapshot not in vm.snapshot_ids]
    if not fresh and not gone:
        return ""
    told = [f"it has the new snapshot {one}" for one in fresh] + [f"its snapshot {one} is gone" for one in gone]
    return (
        f"VM {vm.name} was changed since the inventory was made: {' and '.join(told)}. The disk does not fit to its "
        "snapshots any more, so it is left unregistered"
    )
