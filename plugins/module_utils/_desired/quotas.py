# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which quota VMs, templates and their disks get, and the edits that give it (contract 05, 5.9; 07, 7.9).

A register takes no quota, so it is given afterwards by edits, of the entity and of each of its image disks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.difference import Change
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Outcome, Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan, settled
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.register_wishes import NO_WISH, Wish
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import HasNameAndId, label

ENFORCED = "enabled"
"""The mode of a data center in which a quota that is used up refuses."""


@dataclass(frozen=True)
class HeldDisk:
    """A disk of an entity, registered or foreseen by an inventory. kind: image or lun; copies: on how many domains."""

    id: str
    name: str
    quota_id: str
    storage_type: str = "image"
    copies: int = 1


@dataclass(frozen=True)
class Holder:
    """A registered (or foreseen) VM or template with its disks.

    fill_only: it was met by a pattern only, so what has a quota keeps it: only what a register left without gets one.
    """

    kind: str
    id: str
    name: str
    quota_id: str
    disks: tuple[HeldDisk, ...]
    required: bool = True
    fill_only: bool = False


@dataclass(frozen=True)
class Quotas:
    """The quotas of the target and who gets which. names: id -> name; for_all: id, or empty.

    mapped: name at the source -> id; sources, disk_sources: id of an entity, of a disk -> the name of its quota at the
    source, by an inventory. wished: what a wish calls a quota -> id.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    for_all: str = ""
    mapped: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    disk_sources: Mapping[str, str] = field(default_factory=dict)
    wished: Mapping[str, str] = field(default_factory=dict)

    @property
    def asked(self) -> bool:
        """Whether any was named."""
        return bool(self.for_all or self.mapped or self.wished)

    def of(self, entity_id: str, wish: Wish) -> str:
        """The id of the quota for an entity, or empty to leave it alone."""
        if wish.quota:
            return self.wished[wish.quota]
        return self.for_all or self.mapped.get(self.sources.get(entity_id, ""), "")

    def of_disk(self, disk_id: str, name: str, wish: Wish) -> str:
        """The id of the quota for a disk of an entity, or empty."""
        own = wish.disk_quotas.get(disk_id) or wish.disk_quotas.get(name) or wish.quota
        if own:
            return self.wished[own]
        return self.for_all or self.mapped.get(self.disk_sources.get(disk_id, ""), "")


def check_enforced(
    data_center: str, mode: str, quotas: Quotas, coming: Sequence[Holder], wishes: Mapping[str, Wish]
) -> None:
    """BadInput when a data center enforces quotas and none is named for something that is about to be registered.

    coming: with the disks that an inventory foresees, or none; a shareable one may be there already, with a quota.
    """
    if mode != ENFORCED:
        return
    without: list[str] = []
    for holder in coming:
        wish = wishes.get(holder.id, NO_WISH)
        if not quotas.of(holder.id, wish):
            without.append(f"{holder.kind} {label(holder)}")
        without.extend(
            f"disk {disk.name} of {holder.name}"
            for disk in holder.disks
            if disk.storage_type == "image" and not (disk.quota_id or quotas.of_disk(disk.id, disk.name, wish))
        )
    if without:
        raise BadInput(
            f"data center {data_center} enforces quotas, and none is named for {', '.join(without)}. Name one with "
            f"'quota', 'mappings.quotas' (with an inventory) or 'each': {', '.join(sorted(quotas.names.values()))}"
        )


def plan_quotas(holders: Sequence[Holder], quotas: Quotas, wishes: Mapping[str, Wish]) -> Plan:
    """The edits that give these entities and their image disks the quotas that they should have.

    wishes: entity id -> wish. A disk that several have gets the quota that the first of them says; another one is
    refused. A template's disk with copies on several domains is left alone with a warning: the engine gives each edit
    to another copy, and shows one (tried on a running engine).
    """
    collected = _Edits(quotas)
    for holder in holders:
        wish = wishes.get(holder.id, NO_WISH)
        wanted = quotas.of(holder.id, wish)
        if wanted and not (holder.fill_only and holder.quota_id):
            collected.add(holder.kind, holder, holder.quota_id, wanted, holder)
        for disk in holder.disks:
            wanted = quotas.of_disk(disk.id, disk.name, wish)
            if not wanted or disk.storage_type != "image" or (holder.fill_only and disk.quota_id):
                continue
            if disk.copies > 1:
                if disk.quota_id != wanted:
                    collected.copies(disk, holder)
                continue
            collected.add("disk", disk, disk.quota_id, wanted, holder)
    collected.unknown(holders, wishes)
    return collected.plan()


class _Edits:
    def __init__(self, quotas: Quotas) -> None:
        self._quotas = quotas
        self._wanted: dict[str, str] = {}
        self._steps: list[Step] = []
        self._outcomes: list[Outcome] = []
        self._changes: dict[str, tuple[Change, ...]] = {}
        self._warnings: list[str] = []

    def add(self, kind: str, record: HasNameAndId, now: str, wanted: str, holder: Holder) -> None:
        """One edit, if it is needed."""
        known = self._wanted.setdefault(record.id, wanted)
        if known != wanted:
            names = f"{self._name(known)} and {self._name(wanted)}"
            message = f"{kind} {label(record)} of {holder.name} is shared, and is to have two quotas: {names}"
            self._fail(kind, record, message, holder)
            return
        step_id = f"quota:{kind}:{record.id}"
        if now == wanted or step_id in self._changes:
            return
        shown = label(record) if kind == "disk" else record.name
        self._changes[step_id] = (Change(kind, shown, "quota", self._name(now) or None, self._name(wanted)),)
        self._steps.append(
            Step(
                id=step_id,
                action="set_quota",
                kind=kind,
                name=record.name,
                target_id=record.id,
                details={"quota": wanted},
                required=holder.required,
                says=f"give {kind} {shown} the quota {self._name(wanted)}",
            )
        )

    def copies(self, disk: HeldDisk, holder: Holder) -> None:
        """A disk whose quota cannot be given."""
        self._warnings.append(
            f"disk {label(disk)} of {holder.kind} {holder.name} has copies on {disk.copies} domains, and the engine "
            "gives a quota to one of them at random: set it in the engine's own dialog"
        )

    def unknown(self, holders: Sequence[Holder], wishes: Mapping[str, Wish]) -> None:
        """Wishes for disks that none of the entities has for which the wish holds: a template and its versions share
        one."""
        there: dict[str, set[str]] = {}
        owner: dict[str, Holder] = {}
        for holder in holders:
            subject = wishes.get(holder.id, NO_WISH).subject
            owner.setdefault(subject, holder)
            there.setdefault(subject, set()).update(key for disk in holder.disks for key in (disk.id, disk.name))
        for subject, holder in owner.items():
            for disk in sorted(set(wishes.get(holder.id, NO_WISH).disk_quotas) - there[subject]):
                message = f"{holder.name} has no disk {disk} to give a quota to"
                self._fail("disk", HeldDisk("", disk, ""), message, holder)

    def plan(self) -> Plan:
        return Plan(
            steps=tuple(self._steps),
            outcomes=tuple(self._outcomes),
            changes=self._changes,
            warnings=tuple(self._warnings),
        )

    def _fail(self, kind: str, record: HasNameAndId, message: str, holder: Holder) -> None:
        self._outcomes.append(
            settled("set_quota", kind, record.name, record.id, "failed", message, required=holder.required)
        )

    def _name(self, quota_id: str) -> str:
        return self._quotas.names.get(quota_id, quota_id)
