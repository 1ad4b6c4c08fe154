# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps that bring one disk to what it shall be: registered, then edited, then attached."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.difference import ABSENT, Change
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Outcome, Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Disk, UnregisteredDisk, VmDisks
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import InventoryAttachment

READY = ("down", "image_locked")
"""Statuses in which a VM takes a disk: it is down, or will be in a moment."""


class Candidate(t.NamedTuple):
    """A disk on the domains at hand. name: what people call it; listed: as a domain lists it unregistered; registered:
    as the engine knows it; shown: its name, with the id where several carry the name."""

    id: str
    name: str
    domain_ids: tuple[str, ...]
    listed: UnregisteredDisk | None
    registered: Disk | None
    shown: str


@dataclass(frozen=True)
class Wish:
    """What holds for all disks of a call.

    quota_id: of the quota for all, empty to leave it; profiles: domain id -> the id of its disk profile; renames: disk
    id -> new name; names: the names of quotas and disk profiles by id.
    """

    quota_id: str = ""
    profiles: Mapping[str, str] = field(default_factory=dict)
    renames: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


class DiskPlan:
    """Collects the steps of a plan, disk by disk. ready: what a step on a disk, or on a VM, waits for."""

    def __init__(self, wish: Wish) -> None:
        self._wish = wish
        self._steps: list[Step] = []
        self._changes: dict[str, tuple[Change, ...]] = {}
        self._ready: dict[str, frozenset[str]] = {}
        self.outcomes: list[Outcome] = []

    def plan(self) -> Plan:
        """What was collected."""
        return Plan(steps=tuple(self._steps), outcomes=tuple(self.outcomes), changes=self._changes)

    def bring_in(self, disk: Candidate, *, shareable: bool, required: bool) -> bool:
        """Register a disk and give it its quota, profile, name and whether it is shareable; False if all is so.

        A disk that was brought in before is not brought in again.
        """
        if disk.id in self._ready:
            return True
        count = len(self._steps)
        name = self._wish.renames.get(disk.id, "") or ("" if disk.listed and disk.listed.name else disk.name)
        if disk.registered is None:
            step = Step(
                id=f"register:disk:{disk.id}",
                action="register",
                kind="disk",
                name=disk.shown,
                target_id=disk.id,
                details={"domain": disk.domain_ids[0], "rename": name, "expected": name or disk.name},
                required=required,
                says=f"register disk {disk.shown}" + (f" as {name}" if name and name != disk.name else ""),
            )
            self._add(step, disk.id, Change("disk", disk.shown, "registered", ABSENT, name or disk.id))
            name = ""
        wanted, changes = self._edits(disk, name, shareable)
        if wanted:
            step = Step(
                id=f"edit:disk:{disk.id}",
                action="edit",
                kind="disk",
                name=disk.shown,
                target_id=disk.id,
                details=wanted,
                after=self._ready.get(disk.id, frozenset()),
                required=required,
                says=f"give disk {disk.shown} its {' and '.join(change.field for change in changes)}",
            )
            self._add(step, disk.id, *changes)
        return len(self._steps) > count

    def attach(self, disk: Candidate, vm: VmDisks, how: InventoryAttachment, *, required: bool) -> None:
        """Attach a disk to a VM as it was, once, after those of the VM that were asked for before."""
        step_id = f"attach:disk:{disk.id}:{vm.id}"
        if step_id in self._changes:
            return
        flags = {
            "interface": how.interface,
            "active": how.active,
            "bootable": how.bootable,
            "read_only": how.read_only,
            "pass_discard": how.pass_discard,
            "uses_scsi_reservation": how.uses_scsi_reservation,
        }
        step = Step(
            id=step_id,
            action="attach",
            kind="disk",
            name=f"{disk.shown} to {vm.name}",
            target_id=disk.id,
            details={"vm": vm.id, "vm_name": vm.name, "disk_name": disk.shown, **flags},
            after=self._ready.get(disk.id, frozenset()) | self._ready.get(vm.id, frozenset()),
            required=required,
            says=f"attach disk {disk.shown} to VM {vm.name}",
        )
        shown = {key: value for key, value in flags.items() if value is not False}
        self._add(step, vm.id, Change("vm", vm.name, f"disk {disk.shown}", ABSENT, shown))

    def _edits(self, disk: Candidate, name: str, shareable: bool) -> tuple[dict[str, object], list[Change]]:
        """What to change of a disk, and how that is told. A disk that is about to be registered has nothing yet."""
        there = disk.registered
        wanted: dict[str, object] = {}
        changes: list[Change] = []

        def want(key: str, what: str, before: object, value: object) -> None:
            if value and value != before:
                wanted[key] = value
                names = self._wish.names
                changes.append(
                    Change(
                        "disk", disk.shown, what, names.get(str(before), before or ABSENT), names.get(str(value), value)
                    )
                )

        profile = next((found for one in disk.domain_ids if (found := self._wish.profiles.get(one))), "")
        want("name", "name", there.name if there else "", name)
        want("quota", "quota", there.quota_id if there else "", self._wish.quota_id)
        want("profile", "disk profile", there.profile_id if there else "", profile)
        want("shareable", "shareable", bool(there and there.shareable), shareable)
        return wanted, changes

    def _add(self, step: Step, subject: str, *changes: Change) -> None:
        """A step; what follows for its subject, a disk or a VM, waits for it."""
        self._steps.append(step)
        self._changes[step.id] = changes
        self._ready[subject] = frozenset({step.id})
