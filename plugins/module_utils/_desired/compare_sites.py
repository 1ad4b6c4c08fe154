# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two inventories compared: the same site before and after, or what left one site with what came to another."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.compare import (
    ADDITIONAL,
    MISSING,
    Differs,
    compare,
    compare_disks,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.expected import Expectation
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.mappings import Mappings
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.select import select
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import HasNameAndId
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import BLANK_TEMPLATE
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory_records import Inventory, InventoryDisk

R = t.TypeVar("R", bound=HasNameAndId)

OWN_CONTENT = ("", "data", "iso")
"""What a disk of people holds. Others are the engine's own: OVF stores, lease and memory volumes come and go."""


_TITLES = {"vm": "VM"}


@dataclass(frozen=True)
class Asked:
    """What is compared. vms, templates, disks: names, ids or patterns; disks: those of no VM or template.

    mappings: what is expected to be called otherwise; renamed: old name or id of a VM -> its new name; ignore: kinds of
    differences (compare.KINDS) that are expected; additional: also tell what only the later inventory has.
    """

    vms: Sequence[str] = ("*",)
    templates: Sequence[str] = ("*",)
    disks: Sequence[str] = ("*",)
    mappings: Mappings = field(default_factory=lambda: Mappings({}, (), ()))
    renamed: Mapping[str, str] = field(default_factory=dict)
    ignore: Collection[str] = ()
    additional: bool = True


@dataclass(frozen=True)
class Compared:
    """One object that differs. kind: vm, template or disk; state: missing, additional or different."""

    kind: str
    name: str
    id: str
    state: str
    differences: tuple[Differs, ...] = ()

    def says(self) -> list[str]:
        """The differences in words, each with the object's name."""
        title = f"{_TITLES.get(self.kind, self.kind)} {self.name}"
        if self.state != "different":
            return [f"{title} ({self.id}) is {self.state}"]
        return [f"{title}: {one.says()}" for one in self.differences]


@dataclass(frozen=True)
class Comparison:
    """compared: kind -> how many objects of the earlier inventory were compared; found: those that differ."""

    compared: Mapping[str, int]
    found: tuple[Compared, ...]


def compare_inventories(was: Inventory, now: Inventory, asked: Asked) -> Comparison:
    """What differs between two inventories. BadInput for a name or id that none of them holds."""
    domains = {**was.domains, **now.domains}
    expectation = Expectation(asked.mappings)

    def vm(before: t.Any, after: t.Any) -> list[Differs]:
        name = asked.renamed.get(before.id) or asked.renamed.get(before.name) or ""
        return compare(expectation.of(before, name=name), after, domains, additional=asked.additional)

    def disk(before: InventoryDisk, after: InventoryDisk) -> list[Differs]:
        return compare_disks(before, after, domains)

    templates = [
        [template for template in inventory.templates.values() if template.id != BLANK_TEMPLATE]
        for inventory in (was, now)
    ]
    parts: list[tuple[str, Sequence[str], Sequence[t.Any], Sequence[t.Any], Callable[[t.Any, t.Any], list[Differs]]]]
    parts = [
        ("vm", asked.vms, was.vms, now.vms, vm),
        ("template", asked.templates, templates[0], templates[1], vm),
        ("disk", asked.disks, floating(was), floating(now), disk),
    ]
    problems: list[str] = []
    counts: dict[str, int] = {}
    found: list[Compared] = []
    for kind, selectors, before, after, judge in parts:
        chosen, unmatched = _chosen(kind, selectors, before, after)
        problems.extend(f"{_TITLES.get(kind, kind)} {name} is in neither inventory" for name in unmatched)
        held = {record.id: record for record in after}
        ids = {record.id for record in before}
        counts[kind] = sum(record.id in chosen for record in before)
        for record in before:
            if record.id in chosen:
                found.extend(_judged(kind, record, held.get(record.id), judge, asked.ignore))
        if asked.additional:
            found.extend(
                Compared(kind, record.name, record.id, ADDITIONAL)
                for record in after
                if record.id in chosen and record.id not in ids
            )
    if problems:
        raise BadInput("; ".join(problems))
    return Comparison(counts, tuple(found))


def floating(inventory: Inventory) -> list[InventoryDisk]:
    """The disks that are attached to no VM and no template, the engine's own left out."""
    attached = {disk.id for vm in inventory.vms for disk in vm.disks}
    attached |= {disk.id for template in inventory.templates.values() for disk in template.disks}
    return [disk for disk in inventory.disks.values() if disk.id not in attached and disk.content_type in OWN_CONTENT]


def _judged(
    kind: str, record: t.Any, after: t.Any, judge: Callable[[t.Any, t.Any], list[Differs]], ignore: Collection[str]
) -> list[Compared]:
    if after is None:
        return [Compared(kind, record.name, record.id, MISSING)]
    differences = tuple(one for one in judge(record, after) if one.kind not in ignore)
    return [Compared(kind, record.name, record.id, "different", differences)] if differences else []


def _chosen(kind: str, selectors: Sequence[str], before: Sequence[R], after: Sequence[R]) -> tuple[set[str], list[str]]:
    """The ids that are meant, of both inventories, and the selectors that met nothing."""
    every = list({record.id: record for record in (*after, *before)}.values())
    found = select(every, selectors, kind=kind, shared_names=True)
    return {record.id for record in found.chosen}, [name for name in found.unmatched if name != "*"]
