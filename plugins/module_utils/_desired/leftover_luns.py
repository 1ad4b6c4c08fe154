# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guard against leftover LUN disks (findings 6, DR).

A VM whose direct LUN disk is still a record of the engine answers 200 when it is registered and breaks the host storage
listing of the whole engine. So every floating LUN disk is either tied to a VM (its record goes before that VM is
registered; the data stays on the LUN), known to belong to none, or decided on by the operator.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.difference import ABSENT, Change
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Disk

POLICIES = ("refuse", "keep", "remove")


@dataclass(frozen=True)
class Ties:
    """What is known of the disks of VMs. owners: disk id -> ids of the VMs that have it, several for a shareable one;
    complete: ids of VMs whose disks are all known."""

    owners: Mapping[str, Collection[str]]
    complete: frozenset[str]


NO_TIES = Ties({}, frozenset())


def plan_leftover_luns(
    floating: Sequence[Disk], chosen: Collection[str], ties: Ties, policy: str
) -> tuple[Plan, dict[str, frozenset[str]]]:
    """The steps that remove leftover records, and per VM the steps that its register waits for.

    floating: LUN disks of the engine that no VM has attached; chosen: ids of the VMs about to be registered.
    policy, for disks with an unknown owner: refuse (BadInput lists them by id), keep (they belong to none of the
    chosen VMs, says the operator), remove (their records go before any register).
    """
    if not chosen:
        return Plan(), {}
    unknown: list[Disk] = []
    steps: list[Step] = []
    before: dict[str, frozenset[str]] = {}
    for disk in floating:
        owners = ties.owners.get(disk.id, ())
        coming = [owner for owner in owners if owner in chosen]
        if coming:
            step = _removal(disk)
            steps.append(step)
            for owner in coming:
                before[owner] = before.get(owner, frozenset()) | {step.id}
        elif not owners and not ties.complete.issuperset(chosen):
            unknown.append(disk)
    if unknown and policy == "refuse":
        listed = ", ".join(f"{disk.name} ({disk.id}, LUN {disk.lun_id})" for disk in unknown)
        raise BadInput(
            f"The engine holds LUN disks that no VM uses, and it is not known whether one belongs to a VM about to be "
            f"registered: {listed}. Registering beside such a record damages the engine's storage listing. Give an "
            "'inventory' of the source site, or decide with 'leftover_luns: remove' (only the records go, the data "
            "stays on the LUN) or 'leftover_luns: keep' (none of them belongs to these VMs)"
        )
    if unknown and policy == "remove":
        removals = [_removal(disk) for disk in unknown]
        steps.extend(removals)
        for vm_id in chosen:
            before[vm_id] = before.get(vm_id, frozenset()) | {step.id for step in removals}
    # The names of disks are not unique.
    changes = {
        step.id: (Change("LUN disk", f"{step.name} ({step.target_id})", "record", step.details["lun"], ABSENT),)
        for step in steps
    }
    return Plan(steps=tuple(steps), changes=changes), before


def _removal(disk: Disk) -> Step:
    return Step(
        id=f"forget-lun:{disk.id}",
        action="forget_lun",
        kind="LUN disk",
        name=disk.name,
        target_id=disk.id,
        details={"lun": disk.lun_id},
        says=f"remove the leftover record of LUN disk {disk.name} (its data stays on LUN {disk.lun_id})",
    )
