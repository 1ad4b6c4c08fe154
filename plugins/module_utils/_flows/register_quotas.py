# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The quotas of what a register brought in: given after it, read back, before anything is started."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.quotas import SetQuota, quota_watches
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.quotas import (
    HeldDisk,
    Holder,
    check_enforced,
    plan_quotas,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.register_wishes import NO_WISH, Wish
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import is_pattern, matching
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Disk
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.context import Context, Result, merged
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.register_target import Target
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.wanted_quotas import sources

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client

BROUGHT = ("register", "register_template")


class GivenQuotas:
    """The second part of a register. Without a quota that is asked for or enforced it reads nothing and does nothing.

    kind: "vm" or "template"; names: id -> name at the source, of what is listed as unregistered.
    """

    def __init__(
        self, context: Context, target: Target, params: Mapping[str, t.Any], kind: str, names: Mapping[str, str]
    ) -> None:
        self._context = context
        self._target = target
        self._kind = kind
        self._names = names
        self._patterns = [asked for asked in params[f"{kind}s"] if is_pattern(asked)]
        self._exclude: Sequence[str] = params["exclude"] or ()

    def check(self, plan: Plan) -> None:
        """BadInput when the data center enforces quotas and something that comes has none."""
        quotas = self._target.quotas
        if quotas is not None:
            coming = self._coming(plan)
            center = self._target.data_center
            check_enforced(center.name, center.quota_mode, quotas, coming, self._wishes(coming))

    def given(self, plan: Plan, result: Result) -> Result:
        """The result, with the edits that gave the quotas; in check mode with those that would."""
        quotas = self._target.quotas
        if quotas is None:
            return result
        holders = self._registered(result)
        unseen: tuple[str, ...] = ()
        if self._context.check_mode:
            coming = self._coming(plan)
            holders += coming
            if coming and self._target.inventory is None:
                unseen = ("which disks have what is about to be registered, and so which of them get a quota",)
        edits = replace(plan_quotas(holders, quotas, self._wishes(holders)), not_proven=unseen)
        failed = any(one.required and one.state == "failed" for one in result.outcomes)
        if result.report.stopped or (self._context.stop_at_failure and failed):
            done = self._context.not_begun(edits, "not run: the register ended before")
        else:
            client = self._context.client
            action = SetQuota(client, self._context.timeout)
            done = self._context.carry_out(edits, {"set_quota": action}, quota_watches(client))
        return merged((result, done))

    def _wishes(self, holders: Sequence[Holder]) -> dict[str, Wish]:
        by_subject = {wish.subject: wish for wish in self._target.wishes}
        by_name = {wish.name: wish for wish in self._target.wishes if wish.name}
        found: dict[str, Wish] = {}
        for holder in holders:
            if holder.kind == self._kind:
                keys = (holder.id, self._names.get(holder.id, holder.name))
                found[holder.id] = next(
                    (by_subject[key] for key in keys if key in by_subject), by_name.get(holder.name, NO_WISH)
                )
        return found

    def _coming(self, plan: Plan) -> list[Holder]:
        """What is about to be registered, with the disks that an inventory foresees on the domains at hand."""
        at_hand = {domain.id for domain in self._target.domains}
        known = {one.id: one for one in sources(self._target.inventory)}
        steps = [step for step in plan.steps if step.action in BROUGHT]
        lying = {
            step.id: [one for one in known[step.target_id].disks if at_hand & set(one.domain_ids)]
            for step in steps
            if step.target_id in known
        }
        shared = any(disk.shareable for disks in lying.values() for disk in disks)
        # A shareable disk comes with the first of its VMs, or is there already with a quota of its own.
        there = {disk.id: disk.quota_id for disk in reads.disks(self._context.client)} if shared else {}

        def foreseen(step: Step) -> Holder:
            return Holder(
                kind=step.kind,
                id=step.target_id,
                name=step.name,
                quota_id="",
                disks=tuple(
                    HeldDisk(disk.id, disk.name, there.get(disk.id, ""), copies=len(at_hand & set(disk.domain_ids)))
                    for disk in lying.get(step.id, ())
                ),
                required=step.required,
            )

        coming = [foreseen(step) for step in steps]
        given: dict[str, list[HeldDisk]] = {}
        for step in plan.steps:
            if step.action == "attach_disk":
                given.setdefault(str(step.details["vm_name"]), []).append(HeldDisk(step.target_id, step.name, ""))
        # A clone has no id yet, and that of its source is another VM's.
        return coming + [
            Holder("vm", step.id, step.name, "", tuple(given.get(step.name, ())), required=step.required)
            for step in plan.steps
            if step.action == "register_clone"
        ]

    def _registered(self, result: Result) -> list[Holder]:
        """What is registered of all that was asked for, in the order of the outcomes, with the disks that it has."""
        client, check = self._context.client, self._context.check_mode
        states = ("already",) if check else ("already", "done")
        asked = {
            # A clone has an id of its own, which only its outcome tells.
            (one.kind, str(one.details.get("id", one.target_id))): one.required
            for one in result.outcomes
            if one.action in (*BROUGHT, "register_clone") and one.state in states
        }
        if not asked and not self._patterns:
            return []
        read = _Read(client)
        found = [
            replace(holder, required=required)
            for (kind, entity_id), required in asked.items()
            if (holder := read.holders(kind).get(entity_id)) is not None
        ]
        return found + self._met(read, {holder.id for holder in found}) if self._patterns else found

    def _met(self, read: _Read, known: t.Collection[str]) -> list[Holder]:
        """Registered entities on the domains at hand that a pattern means, and that lack a quota: an earlier run was
        interrupted between their register and their quota."""
        at_hand = {domain.id for domain in self._target.domains}
        left_out = {one.id for asked in self._exclude for one in matching(read.holders(self._kind).values(), asked)}
        met: dict[str, Holder] = {}
        for pattern in self._patterns:
            for holder in matching(read.holders(self._kind).values(), pattern):
                lacks = not holder.quota_id or any(not disk.quota_id for disk in holder.disks)
                if lacks and holder.id not in known and holder.id not in left_out and read.lies_on(holder, at_hand):
                    met[holder.id] = replace(holder, fill_only=True)
        return list(met.values())


class _Read:
    """VMs and templates with their disks and quotas; each collection is read at most once."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._holders: dict[str, dict[str, Holder]] = {}
        self._disks: dict[str, Disk] = {}

    def holders(self, kind: str) -> dict[str, Holder]:
        """id -> entity, of all of a kind."""
        if kind not in self._holders:
            if not self._disks:
                self._disks = {disk.id: disk for disk in reads.disks(self._client)}
            self._holders[kind] = {
                one.id: Holder(kind, one.id, one.name, one.quota_id, tuple(self._held(one.disk_ids)))
                for one in reads.disk_owners(self._client, f"{kind}s")
            }
        return self._holders[kind]

    def _held(self, ids: Sequence[str]) -> t.Iterator[HeldDisk]:
        for disk in (self._disks[disk_id] for disk_id in ids if disk_id in self._disks):
            yield HeldDisk(disk.id, disk.name, disk.quota_id, disk.storage_type, len(disk.domain_ids))

    def lies_on(self, holder: Holder, domains: t.Collection[str]) -> bool:
        """Whether a disk of an entity lies on one of these domains."""
        return any(set(self._disks[disk.id].domain_ids) & set(domains) for disk in holder.disks)
