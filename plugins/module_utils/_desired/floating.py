# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Planning which unregistered disks are registered as floating ones, and which are left to their VMs and templates."""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Outcome, State
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.disk_owners import Listed, Owner, Owners
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.disk_steps import READY, Candidate, DiskPlan
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import settled
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.select import Index, left_out
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Ambiguous, BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import is_pattern, label
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Disk, UnregisteredDisk, VmDisks
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import InventoryAttachment, InventoryVm

MOST_NAMES = 10
"""Names of possible owners that are told of a disk."""

Policy = t.Literal["refuse", "unknown_is_floating", "any"]


class Chosen(t.NamedTuple):
    """A disk that was asked for. literal: by its name or id, not by a pattern."""

    disk: Candidate
    literal: bool


class Choice(t.NamedTuple):
    """What was asked for: the disks, and the names and ids that met none."""

    chosen: tuple[Chosen, ...]
    unmatched: tuple[str, ...]


def candidates(
    unregistered: Collection[UnregisteredDisk], registered: Collection[Disk], owners: Owners
) -> list[Candidate]:
    """All that may be asked for: what domains list unregistered, and the registered disks (contract 04, 4.7).

    registered: of the same domains, those that are floating or that an inventory knows to be shareable.
    """
    names = {disk.id: disk.name or owners.recorded_name(disk.id) for disk in unregistered}
    names.update({disk.id: disk.name for disk in registered if disk.id not in names})
    often = Counter(names.values())
    listed = {disk.id: disk for disk in unregistered}
    known = {disk.id: disk for disk in registered}
    found: list[Candidate] = []
    for disk_id, name in names.items():
        shown = disk_id if not name else name if often[name] == 1 else f"{name} ({disk_id})"
        disk = listed.get(disk_id) or known[disk_id]
        found.append(Candidate(disk_id, name, disk.domain_ids, listed.get(disk_id), known.get(disk_id), shown))
    return found


def choose(disks: Sequence[Candidate], asked: Sequence[str], exclude: Sequence[str]) -> Choice:
    """The disks that ``asked`` names (ids, names, shell patterns), without those that ``exclude`` names.

    Names of disks need not be unique: Ambiguous, with their ids, for a plain name that several carry.
    """
    index = Index(disks)
    out = {disk.id for selector in exclude for disk in index.find(selector)}
    chosen: dict[str, Chosen] = {}
    unmatched: list[str] = []
    for selector in asked:
        found = [disk for disk in index.find(selector) if disk.id not in out]
        literal = not is_pattern(selector)
        if literal and len(found) > 1:
            raise Ambiguous(kind="disk", asked=selector, candidates=[label(disk) for disk in found])
        if literal and not index.find(selector) and not left_out(selector, exclude):
            unmatched.append(selector)
        for disk in found:
            before = chosen.get(disk.id)
            chosen[disk.id] = Chosen(disk, literal or (before is not None and before.literal))
    return Choice(tuple(chosen.values()), tuple(unmatched))


def renames_of(
    disks: Sequence[Candidate], pairs: Sequence[tuple[str, str]], registered: Collection[Disk]
) -> dict[str, str]:
    """disk id -> its new name, from pairs of a name or id and a new name.

    BadInput for two new names of one disk, one for two disks, and for a disk that is nowhere; Ambiguous for a name that
    several carry. One that is registered under its new name, as a former run left it, is no mistake.
    """
    index = Index(disks)
    done = {name for disk in registered for name in (disk.name, disk.id)}
    renames: dict[str, str] = {}
    problems: list[str] = []
    for name, new in pairs:
        found = index.find(name) if not is_pattern(name) else []
        if len(found) > 1:
            raise Ambiguous(kind="disk", asked=name, candidates=[label(disk) for disk in found])
        if not found:
            if new not in done:
                problems.append(f"rename: no disk {name} on the given domains")
        elif renames.setdefault(found[0].id, new) != new:
            problems.append(f"rename: {name} is given two names, {renames[found[0].id]} and {new}")
    problems.extend(
        f"rename: {count} disks would be called {name}"
        for name, count in Counter(renames.values()).items()
        if count > 1
    )
    if problems:
        raise BadInput("; ".join(problems), problems)
    return renames


class Floating:
    """Plans the chosen disks. vms: the registered VMs by id; completed: ids of the VMs whose own disks are looked
    after by the same call."""

    def __init__(
        self,
        plan: DiskPlan,
        owners: Owners,
        policy: Policy,
        *,
        vms: Mapping[str, VmDisks],
        completed: Collection[str] = (),
        attach: bool = True,
        is_required: Callable[[str], bool],
    ) -> None:
        self.unknown: list[tuple[Candidate, Owner]] = []
        self._plan = plan
        self._owners = owners
        self._policy = policy
        self._vms = vms
        self._completed = frozenset(completed)
        self._attach = attach
        self._is_required = is_required

    def add(self, chosen: Sequence[Chosen], listed: Listed | None) -> None:
        """Plan these disks. listed: what their domains list besides disks, where that had to be read."""
        for disk, literal in chosen:
            owner = self._owners.recorded(disk.id) if disk.listed is None else self._owners.of(disk.listed, listed)
            if disk.listed is None and owner.kind != "shareable":
                self._bring_in(disk, shareable=False)
            elif owner.kind in ("floating", "shareable"):
                self._bring_in(disk, shareable=owner.kind == "shareable")
                self._give(disk, owner)
            else:
                self._belongs(disk, owner, literal)

    def _belongs(self, disk: Candidate, owner: Owner, literal: bool) -> None:
        """A disk that is, or may be, somebody's."""
        if owner.kind == "unknown":
            self.unknown.append((disk, owner))
            # A disk without a name mostly stands on one of a template: it is no floating one, unless its id is given.
            if self._policy != "refuse" and (disk.name or literal):
                self._bring_in(disk, shareable=False)
                return
        if owner.kind in ("vm", "template") and self._policy == "any" and literal:
            self._bring_in(disk, shareable=False)
        elif not (owner.vms and all(vm.id in self._completed for vm in owner.vms)):
            self._settle(disk, "failed" if literal else "skipped", f"{disk.shown}: {self._why(disk, owner)}")

    def _why(self, disk: Candidate, owner: Owner) -> str:
        """Why a disk is not taken for floating, and what to do."""
        names = " or ".join(owner.names[:MOST_NAMES])
        if len(owner.names) > MOST_NAMES:
            names = f"{names} or {len(owner.names) - MOST_NAMES} more"
        if owner.kind == "copy":
            return f"is one more copy of disk {names}, which is registered"
        if owner.kind == "internal":
            return f"holds {names}, which is no disk of anybody"
        if owner.kind == "template":
            return f"is a disk of template {names} and comes with it, see unregistered_template_register"
        if owner.kind == "vm":
            if any(vm.id in self._vms for vm in owner.vms):
                return f"belongs to VM {names}, which was registered without it; name the VM in 'complete'"
            return (
                f"belongs to VM {names} and comes with it, see unregistered_vm_register. As a floating disk it would "
                "keep the VM from coming; 'owners: any' allows that"
            )
        unnamed = "" if disk.name else "it has no name, as disks that stand on those of templates; "
        by_id = "" if disk.name else " and name it by its id"
        return (
            f"{unnamed}its owner is not known. Give an 'inventory' that holds it, say 'owners: unknown_is_floating'"
            f"{by_id}, or register first what it may belong to: {names}"
        )

    def _bring_in(self, disk: Candidate, *, shareable: bool) -> None:
        if not self._plan.bring_in(disk, shareable=shareable, required=self._required(disk)):
            self._settle(disk, "already", "is registered")

    def _give(self, disk: Candidate, owner: Owner) -> None:
        """Attach a shareable disk to each VM that had it."""
        for vm in owner.vms if self._attach else ():
            there = self._vms.get(vm.id)
            required = self._required(disk) and self._is_required(vm.name) and self._is_required(vm.id)
            if there is None:
                words = f"VM {vm.name} is not registered; it comes with the disk when it is, or run again then"
                self._settle(disk, "skipped", f"{disk.shown}: {words}", "attach", vm)
            elif any(one.id == disk.id for one in there.attachments):
                self._settle(disk, "already", f"is attached to VM {vm.name}", "attach", vm)
            elif words := unfit(there, attachment_of(vm, disk.id)):
                self._settle(disk, "failed", f"{disk.shown}: {words}", "attach", vm)
            else:
                self._plan.attach(disk, there, attachment_of(vm, disk.id), required=required)

    def _settle(
        self, disk: Candidate, state: State, message: str, action: str = "register", vm: InventoryVm | None = None
    ) -> None:
        required = self._required(disk) and (vm is None or (self._is_required(vm.name) and self._is_required(vm.id)))
        name = f"{disk.shown} to {vm.name}" if vm is not None else disk.shown
        self._plan.outcomes.append(settled(action, "disk", name, disk.id, state, message, required=required))

    def _required(self, disk: Candidate) -> bool:
        return self._is_required(disk.name) and self._is_required(disk.id)


def unfit(vm: VmDisks, how: InventoryAttachment) -> str:
    """Why a VM cannot be given a disk, and what to do; nothing when it can."""
    if vm.status not in READY:
        return (
            f"VM {vm.name} is {vm.status}; disks are given to VMs that are down. Stop it, see vm_power, then run again"
        )
    if not how.interface:
        return f"the inventory does not tell the interface of the disk in VM {vm.name}; export the site again"
    return ""


def attachment_of(vm: InventoryVm, disk_id: str) -> InventoryAttachment:
    """How a VM had a disk of its own."""
    return next(one for one in vm.attachments if one.disk_id == disk_id)


def missing(
    selectors: Sequence[str],
    registered: Sequence[Disk],
    users: Mapping[str, Sequence[str]],
    renames: Mapping[str, str],
    *,
    unproven: bool,
    is_required: Callable[[str], bool],
    lies_on: Callable[[str], str],
) -> list[Outcome]:
    """What becomes of names and ids that met nothing: registered already, under a new name perhaps, or nowhere.

    registered: the disks of the given domains; users: disk id -> the names of VMs that have it; renames: as given, name
    or id -> new name; unproven: some domains could not be listed yet; lies_on: name -> the domains that hold it by an
    inventory and are not at hand.
    """
    index = Index(registered)
    outcomes: list[Outcome] = []
    for selector in selectors:
        there = index.find(selector) or (index.find(renames[selector]) if selector in renames else [])
        for disk in there:
            having = users.get(disk.id, ())
            words = f"is registered and attached to VM {' and '.join(having)}" if having else "is registered"
            outcomes.append(
                settled("register", "disk", disk.name, disk.id, "already", words, required=is_required(disk.name))
            )
        if there:
            continue
        state: State = "skipped" if unproven else "failed"
        if unproven:
            words = "not proven, it may lie on a domain that is not attached yet"
        elif lies_on(selector):
            words = f"lies on {lies_on(selector)}, which is not among the given domains; once it is attached, name it"
        else:
            words = (
                "no disk of this name or id is registered, and none lies unregistered on the given domains. Disks with "
                "snapshots are never listed, they come with their VM"
            )
        outcomes.append(
            settled("register", "disk", selector, "", state, f"{selector}: {words}", required=is_required(selector))
        )
    return outcomes
