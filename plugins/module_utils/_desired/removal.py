# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Planning which unregistered VMs, templates and disks are deleted from the storage, and in which order."""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.difference import ABSENT, Change
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Outcome, Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan, settled
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.removal_rules import (
    Content,
    Lying,
    Part,
    against_disk,
    against_entity,
    against_template,
    content_of,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.select import Index
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Ambiguous, BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import HasNameAndId, is_pattern, label
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import (
    UnregisteredDisk,
    UnregisteredTemplate,
    UnregisteredVm,
)

KINDS = {"vms": "vm", "templates": "template", "disks": "disk"}
"""Option -> the word for one of its objects."""
WORDS = {"vm": "VM", "template": "template", "disk": "disk"}
ADVICE = "Settle this, name it in 'exclude' or 'best_effort', or see 'accept' for what may be taken in knowingly"
Entity: t.TypeAlias = "UnregisteredVm | UnregisteredTemplate"


@dataclass(frozen=True)
class Wishes:
    """What is asked for. unwanted, wanted: option -> names, ids or patterns of what goes, and of what is wanted
    registered; accepted: risks that are taken knowingly, of ACCEPTABLE; is_required: name or id -> whether its failure
    fails the run."""

    unwanted: Mapping[str, Sequence[str]]
    exclude: Sequence[str]
    wanted: Mapping[str, Sequence[str]]
    accepted: Collection[str]
    is_required: Callable[[str], bool]


@dataclass(frozen=True)
class Removal:
    """One entity or disk that goes. content is None for a disk that belongs to nothing that goes."""

    kind: str
    record: HasNameAndId
    step_id: str
    domain_id: str
    listed_by: tuple[str, ...]
    content: Content | None
    part: Part | None = None


def plan_removal(wishes: Wishes, lying: Lying) -> tuple[Plan, list[Removal]]:
    """The steps that delete what is unwanted, and what each of them destroys.

    Raises BadInput with everything that stands against it, and Ambiguous for a name that several carry: nothing is
    deleted as long as anything required may not be.
    """
    _check_patterns(wishes)
    listed: dict[str, Sequence[t.Any]] = {
        "vms": lying.vms,
        "templates": lying.templates,
        "disks": list(lying.disks.values()),
    }
    outcomes: list[Outcome] = []
    chosen = {option: _choose(option, listed[option], wishes, lying, outcomes) for option in KINDS}
    _check_wanted(chosen, listed, wishes)
    planner = _Planner(wishes, lying)
    planner.vms(chosen["vms"])
    planner.templates(chosen["templates"])
    planner.disks(chosen["disks"])
    if planner.problems:
        raise BadInput(f"Nothing was removed. {'; '.join(planner.problems)}. {ADVICE}", planner.problems)
    plan = Plan(tuple(planner.steps), (*outcomes, *planner.refused), planner.changes)
    return plan, planner.removals


def _check_patterns(wishes: Wishes) -> None:
    problems = []
    for option, selectors in wishes.unwanted.items():
        for pattern in (one for one in selectors if is_pattern(one)):
            if not pattern.strip("*?[]! "):
                problems.append(f"{option}: {pattern} would meet everything; give names, ids or a narrower pattern")
            elif "patterns" not in wishes.accepted:
                problems.append(f"{option}: {pattern} is a pattern, which needs 'patterns' in 'accept'")
    if problems:
        raise BadInput("Nothing was removed. " + "; ".join(problems), problems)


def _check_wanted(
    chosen: Mapping[str, Sequence[HasNameAndId]], listed: Mapping[str, Sequence[HasNameAndId]], wishes: Wishes
) -> None:
    """BadInput for what is wanted registered and removed."""
    problems = []
    for option, kind in KINDS.items():
        index: Index[HasNameAndId] = Index(listed[option])
        wanted = {record.id for selector in wishes.wanted.get(option, ()) for record in index.find(selector)}
        both = [label(record) for record in chosen[option] if record.id in wanted]
        absent = set(wishes.wanted.get(option, ())) & set(wishes.unwanted.get(option, ()))
        both += sorted(name for name in absent if not index.find(name))
        problems += [f"{WORDS[kind]} {shown} is wanted both registered and removed" for shown in both]
    if problems:
        raise BadInput("Nothing was removed. " + "; ".join(problems), problems)


def _choose(option: str, listed: Sequence[t.Any], wishes: Wishes, lying: Lying, outcomes: list[Outcome]) -> list[t.Any]:
    """The listed records that are unwanted; what became of names that met none is added to ``outcomes``."""
    kind = KINDS[option]
    everywhere: Index[t.Any] = Index(listed)
    here = frozenset(record.id for record in listed if set(record.domain_ids) & set(lying.chosen))
    left_out = {record.id for selector in wishes.exclude for record in everywhere.find(selector)}
    chosen: dict[str, t.Any] = {}
    problems = []
    for selector in wishes.unwanted.get(option, ()):
        found = everywhere.find(selector)
        near = [record for record in found if record.id in here and record.id not in left_out]
        if len(near) > 1 and not is_pattern(selector):
            raise Ambiguous(kind=f"unregistered {WORDS[kind]}", asked=selector, candidates=[label(one) for one in near])
        chosen.update((record.id, record) for record in near)
        if is_pattern(selector) or near:
            continue
        if any(record.id in left_out for record in found) or selector in wishes.exclude:
            continue
        if found:
            places = " and ".join(lying.name(one) for one in found[0].domain_ids)
            problems.append(
                f"{WORDS[kind]} {selector} lies on {places}, which 'domains' does not name or which is not active"
            )
        else:
            outcomes.append(_absent(kind, selector, wishes, lying))
    if problems:
        raise BadInput("Nothing was removed. " + "; ".join(problems), problems)
    return list(chosen.values())


def _absent(kind: str, selector: str, wishes: Wishes, lying: Lying) -> Outcome:
    by_kind: dict[str, Mapping[str, t.Any]] = {
        "vm": lying.registered_vms,
        "template": lying.registered_templates,
        "disk": lying.registered_disks,
    }
    registered = by_kind[kind]
    if selector in registered:
        raise BadInput(
            f"Nothing was removed. {WORDS[kind]} {label(registered[selector])} is registered, not unregistered"
        )
    message = "does not lie unregistered here"
    if any(record.name == selector for record in registered.values()):
        message += "; a registered one of this name is left alone"
    return settled("remove", kind, selector, "", "already", message, required=wishes.is_required(selector))


def _gone(wishes: Wishes, lying: Lying) -> set[str]:
    """The ids of unwanted VMs that an earlier run removed: the inventory knows them, and they are nowhere any more."""
    there = {vm.id for vm in lying.vms} | lying.registered_vms.keys()
    known = lying.inventory_vms.values()
    names = Counter(vm.name for vm in known)
    unwanted, excluded = set(wishes.unwanted.get("vms", ())), set(wishes.exclude)
    return {
        vm.id
        for vm in known
        if vm.id not in there
        and (vm.id in unwanted or (vm.name in unwanted and names[vm.name] == 1))
        and not excluded & {vm.id, vm.name}
    }


class _Planner:
    """Steps for what may go; problems of required ones, refused outcomes of the others."""

    def __init__(self, wishes: Wishes, lying: Lying) -> None:
        self._wishes = wishes
        self._lying = lying
        # Removed entity id -> its step.
        self._going: dict[str, str] = {}
        self._disk_steps: set[str] = set()
        self._gone_with: set[tuple[str, str]] = set()
        self.steps: list[Step] = []
        self.removals: list[Removal] = []
        self.changes: dict[str, tuple[Change, ...]] = {}
        self.problems: list[str] = []
        self.refused: list[Outcome] = []

    def vms(self, chosen: Sequence[UnregisteredVm]) -> None:
        """Plan the removal of VMs. A disk that two of them share goes only when both may go, or one went before."""
        going, allowed = {vm.id for vm in chosen} | _gone(self._wishes, self._lying), list(chosen)
        while True:
            contents = {vm.id: content_of(vm, going, self._lying) for vm in allowed}
            accepted = self._wishes.accepted
            against = {vm.id: against_entity(vm, contents[vm.id], going, accepted, self._lying) for vm in allowed}
            refused = [vm for vm in allowed if self._refused("vm", vm, against[vm.id])]
            if not refused:
                break
            going -= {vm.id for vm in refused}
            allowed = [vm for vm in allowed if vm.id in going]
        for vm in allowed:
            self._entity("vm", vm, contents[vm.id], frozenset())

    def templates(self, chosen: Sequence[UnregisteredTemplate]) -> None:
        """Plan the removal of templates, versions before their base, each after the VMs that need it."""
        going = {template.id for template in chosen} | self._going.keys()
        for template in sorted(chosen, key=lambda one: one.base_id == one.id):
            content = content_of(template, going, self._lying)
            against = against_entity(template, content, going, self._wishes.accepted, self._lying)
            against += against_template(template, going, self._lying)
            if self._refused("template", template, against):
                going.discard(template.id)
                continue
            needed_by = [one.id for one in self._lying.needed_by.get(template.id, ())]
            before = frozenset(self._going[one] for one in needed_by if one in self._going)
            self._entity("template", template, content, before)

    def disks(self, chosen: Sequence[UnregisteredDisk]) -> None:
        """Plan the removal of single disks, but for those that go with their VM or template anyway."""
        for disk in chosen:
            places = [
                one for one in disk.domain_ids if one in self._lying.chosen and (disk.id, one) not in self._gone_with
            ]
            if places and not self._refused(
                "disk", disk, against_disk(disk, self._going, self._wishes.accepted, self._lying)
            ):
                for place in places:
                    part = Part(disk.id, disk.name, place, disk.provisioned_size, disk.actual_size)
                    self._disk(part, disk.domain_ids)

    def _refused(self, kind: str, record: HasNameAndId, against: Sequence[str]) -> bool:
        if not against:
            return False
        message = f"{WORDS[kind]} {label(record)}: {' and '.join(against)}"
        if self._wishes.is_required(record.name) and self._wishes.is_required(record.id):
            self.problems.append(message)
        else:
            self.refused.append(settled("remove", kind, record.name, record.id, "failed", message, required=False))
        return True

    def _entity(self, kind: str, entity: Entity, content: Content, before: frozenset[str]) -> None:
        first = frozenset(self._disk(part, self._lying.disks[part.id].domain_ids) for part in content.first)
        self._gone_with |= {(part.id, part.domain_id) for part in content.here or ()}
        removal = Removal(kind, entity, f"remove:{kind}:{entity.id}", content.domain_id, entity.domain_ids, content)
        self._step(removal, {"disks": _shown(content.here)}, first | before)
        self._going[entity.id] = removal.step_id

    def _disk(self, part: Part, listed_by: tuple[str, ...]) -> str:
        """The step for a disk on one domain, made once. Returns its id."""
        step_id = f"remove:disk:{part.id}:{part.domain_id}"
        self._gone_with.add((part.id, part.domain_id))
        if step_id not in self._disk_steps:
            self._disk_steps.add(step_id)
            record = self._lying.disks[part.id]
            removal = Removal("disk", record, step_id, part.domain_id, listed_by, None, part)
            self._step(removal, {"provisioned_size": part.provisioned_size, "actual_size": part.actual_size})
        return step_id

    def _step(self, removal: Removal, shown: dict[str, object], after: frozenset[str] = frozenset()) -> None:
        record, place = removal.record, self._lying.name(removal.domain_id)
        self.steps.append(
            Step(
                id=removal.step_id,
                action="remove",
                kind=removal.kind,
                name=record.name,
                target_id=record.id,
                details={"domain": removal.domain_id},
                after=after,
                required=self._wishes.is_required(record.name) and self._wishes.is_required(record.id),
                says=f"delete unregistered {WORDS[removal.kind]} {label(record)} from {place}",
            )
        )
        self.removals.append(removal)
        # Names of what was left over from a failed failover are seldom unique.
        before = {"id": record.id, "domain": place, **shown}
        name = f"{record.name} ({record.id}) on {place}"
        self.changes[removal.step_id] = (Change(removal.kind, name, "", before, ABSENT),)


def _shown(parts: Sequence[Part] | None) -> object:
    if parts is None:
        return "unknown"
    return [f"{part.name} ({part.id}), {part.provisioned_size} bytes" for part in parts]
