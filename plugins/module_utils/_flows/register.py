# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""unregistered_vm_register and unregistered_template_register: what lies on attached domains comes into the engine."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import replace

from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.leftover_luns import ForgetLun
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.register import (
    REGISTERED,
    REGISTERED_TEMPLATES,
    Register,
    registered_watch,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.leftover_luns import (
    NO_TIES,
    Ties,
    plan_leftover_luns,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.register import Known, plan_register
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.register_templates import Needed
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.context import Context, Result
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.names import any_of, none_of
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.register_clones import (
    clone_actions,
    planned_clones,
    told_clones,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.register_quotas import GivenQuotas
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.register_target import Target
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.register_told import (
    Events,
    elsewhere,
    further_copies,
    partial_ones,
    template_told,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.verified import (
    Verification,
    check_verification,
    verified,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import Inventory

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client


def register_vms(context: Context, params: Mapping[str, t.Any]) -> Result:
    """Register the VMs of ``params``; see the module unregistered_vm_register for the options."""
    client = context.client
    check_verification(params)
    target = Target(context, params, "vm")
    inventory = target.inventory
    unregistered = reads.unregistered_vms(client, target.domains)
    templates = {template.id for template in reads.templates(client)}
    plan = plan_register(
        "vm",
        params["vms"],
        params["exclude"] or [],
        unregistered,
        # A VM name is unique within a data center only.
        [vm for vm in reads.vms(client) if vm.cluster_id in target.cluster_ids],
        templates,
        is_required=none_of(params["best_effort"]),
        may_be_partial=any_of(params["partial"]),
        wishes=target.wishes,
        placement=target.placement,
        needed=_needed(client, target, params, templates) if params["templates"] == "needed" else None,
        unproven=bool(target.not_proven),
        known=_known(target),
    )
    clones = planned_clones(context, target, params, unregistered, templates)
    quotas = GivenQuotas(context, target, params, "vm", {vm.id: vm.name for vm in unregistered})
    coming = {step.target_id for step in plan.steps if step.kind == "vm"}
    guard, before = plan_leftover_luns(
        _floating_luns(client) if coming else [], coming, ties_of(inventory, coming), params["leftover_luns"]
    )
    plan = plan.after({step.id: before.get(step.target_id, frozenset()) for step in plan.steps})
    plan = _together(guard, plan, clones, target=target)
    quotas.check(plan)
    events = Events(context, plan, wanted=params["verify"] != "none")
    forget = ForgetLun(client, context.journal)
    register = Register(client, target.settings())
    actions, watches = clone_actions(context, target)
    result = context.carry_out(
        plan,
        {**actions, "register": register, "register_template": register, "forget_lun": forget},
        {**watches, **_watches(client)},
    )
    result.extra["dropped"] = events.dropped(result)
    result.extra["partial"] = partial_ones(client, result, inventory)
    result.extra["clones"] = told_clones(result)
    result.extra["forgotten_luns"] = [
        {"name": outcome.name, "id": outcome.target_id, "saved": forget.saved[outcome.target_id]}
        for outcome in result.report.outcomes
        if outcome.action == "forget_lun" and outcome.target_id in forget.saved and outcome.state == "done"
    ]
    return verified(context, quotas.given(plan, result), params, _verification(target))


def register_templates(context: Context, params: Mapping[str, t.Any]) -> Result:
    """Register the templates of ``params``; see the module unregistered_template_register for the options."""
    client = context.client
    check_verification(params)
    target = Target(context, params, "template")
    registered = reads.templates(client)
    ids = {template.id for template in registered}
    unregistered = reads.unregistered_templates(client, target.domains)
    bases = Needed(
        lambda: {template.id: template for template in unregistered},
        ids,
        may_be_partial=any_of(params["partial"]),
        told=template_told(target.inventory),
        left_out=any_of(params["exclude"]),
        action="register",
    )
    plan = plan_register(
        "template",
        params["templates"],
        params["exclude"] or [],
        unregistered,
        registered,
        ids,
        is_required=none_of(params["best_effort"]),
        may_be_partial=any_of(params["partial"]),
        wishes=target.wishes,
        placement=target.placement,
        needed=bases if params["bases"] == "needed" else None,
        unproven=bool(target.not_proven),
        elsewhere={one.id for one in registered if one.cluster_id and one.cluster_id not in target.cluster_ids},
    )
    copies = further_copies(client, target.domains, unregistered, ids, any_of(params["exclude"]))
    quotas = GivenQuotas(context, target, params, "template", {one.id: one.name for one in unregistered})
    plan = replace(_together(plan, target=target), warnings=(*target.warnings, *plan.warnings, *copies))
    quotas.check(plan)
    events = Events(context, plan, wanted=params["verify"] != "none")
    result = context.carry_out(
        plan,
        {"register": Register(client, target.settings())},
        _watches(client),
    )
    result.extra["dropped"] = events.dropped(result)
    return verified(context, quotas.given(plan, result), params, _verification(target))


def _verification(target: Target) -> Verification:
    """What the registered entities are compared with. Quotas that are given are read back when they are set."""
    domains = {domain.id: domain.name for domain in target.domains}
    given = target.quotas is not None
    return Verification(target.inventory, target.mappings, target.data_center.id, domains, quotas_given=given)


def _needed(client: Client, target: Target, params: Mapping[str, t.Any], registered: t.Collection[str]) -> Needed:
    """The templates that may come along with thin VMs."""
    return Needed(
        lambda: {template.id: template for template in reads.unregistered_templates(client, target.domains)},
        registered,
        may_be_partial=any_of(params["partial"]),
        told=template_told(target.inventory),
        left_out=any_of(params["exclude"]),
    )


def _known(target: Target) -> Known:
    inventory = target.inventory
    ids = {vm.name: vm.id for vm in inventory.vms} if inventory is not None else {}
    return Known(
        lies_on=elsewhere(inventory, {domain.id for domain in target.domains}),
        id_of=lambda name: ids.get(name, ""),
    )


def _watches(client: Client) -> dict[str, t.Callable[..., Mapping[str, t.Any]]]:
    return {
        REGISTERED: registered_watch(client, "vm"),
        REGISTERED_TEMPLATES: registered_watch(client, "template"),
    }


def ties_of(inventory: Inventory | None, chosen: t.Iterable[str]) -> Ties:
    """Which disk belongs to which VM, as far as an inventory tells. chosen: the ids of VMs."""
    if inventory is None:
        return NO_TIES
    owners: dict[str, set[str]] = {}
    for vm in inventory.vms:
        for disk in vm.disks:
            owners.setdefault(disk.id, set()).add(vm.id)
    return Ties(owners, frozenset(chosen) & {vm.id for vm in inventory.vms})


def _floating_luns(client: Client) -> list[t.Any]:
    luns = [disk for disk in reads.disks(client) if disk.storage_type == "lun"]
    if not luns:
        return []
    attached = set().union(*reads.disk_attachments(client).values())
    return [disk for disk in luns if disk.id not in attached]


def _together(*plans: Plan, target: Target) -> Plan:
    return Plan(
        steps=tuple(step for plan in plans for step in plan.steps),
        outcomes=tuple(outcome for plan in plans for outcome in plan.outcomes),
        changes={key: change for plan in plans for key, change in plan.changes.items()},
        warnings=(*target.warnings, *(warning for plan in plans for warning in plan.warnings)),
        not_proven=target.not_proven,
    )
