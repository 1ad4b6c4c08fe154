# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""unregistered_vm_register and unregistered_template_register: what lies on attached domains comes into the engine."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.leftover_luns import ForgetLun
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.register import (
    REGISTERED,
    Register,
    RegisterSettings,
    registered_watch,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.blocks import logins
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.leftover_luns import (
    NO_TIES,
    Ties,
    plan_leftover_luns,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.mappings import (
    BY_NAME,
    Mappings,
    mappings_from,
    missing_targets,
    registration_configuration,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.register import plan_register
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import one
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Cluster
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.active_domains import active_domains
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.context import Context, Result
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.names import any_of, none_of
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import Inventory, read_inventory

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client


def register_vms(context: Context, params: Mapping[str, t.Any]) -> Result:
    """Register the VMs of ``params``; see the module unregistered_vm_register for the options."""
    client = context.client
    target = _Target(context, params)
    inventory = read_inventory(params["inventory"], params["inventory_site"]) if params["inventory"] else None
    plan = plan_register(
        "vm",
        params["vms"],
        params["exclude"] or [],
        reads.unregistered_vms(client, target.domains),
        # A VM name is unique within a data center only.
        [vm for vm in reads.vms(client) if vm.cluster_id in target.cluster_ids],
        {template.id for template in reads.templates(client)},
        is_required=none_of(params["best_effort"]),
        may_be_partial=any_of(params["partial"]),
        unproven=bool(target.not_proven),
        lies_on=_elsewhere(inventory, {domain.id for domain in target.domains}),
    )
    coming = {step.target_id for step in plan.steps}
    guard, before = plan_leftover_luns(
        _floating_luns(client) if coming else [], coming, ties_of(inventory, coming), params["leftover_luns"]
    )
    plan = plan.after({step.id: before.get(step.target_id, frozenset()) for step in plan.steps})
    events = _Events(context, plan)
    forget = ForgetLun(client, context.journal)
    result = context.carry_out(
        _together(guard, plan, target.not_proven),
        {"register": Register(client, target.settings(params), "vm"), "forget_lun": forget},
        {REGISTERED: registered_watch(client, "vm")},
    )
    result.extra["dropped"] = events.dropped(result)
    result.extra["partial"] = _partial(client, result, inventory)
    result.extra["forgotten_luns"] = [
        {"name": outcome.name, "id": outcome.target_id, "saved": forget.saved[outcome.target_id]}
        for outcome in result.report.outcomes
        if outcome.action == "forget_lun" and outcome.target_id in forget.saved and outcome.state == "done"
    ]
    return result


def register_templates(context: Context, params: Mapping[str, t.Any]) -> Result:
    """Register the templates of ``params``; see the module unregistered_template_register for the options."""
    client = context.client
    target = _Target(context, params)
    registered = reads.templates(client)
    plan = plan_register(
        "template",
        params["templates"],
        params["exclude"] or [],
        reads.unregistered_templates(client, target.domains),
        registered,
        {template.id for template in registered},
        is_required=none_of(params["best_effort"]),
        may_be_partial=any_of(params["partial"]),
        unproven=bool(target.not_proven),
    )
    events = _Events(context, plan)
    result = context.carry_out(
        _together(Plan(), plan, target.not_proven),
        {"register": Register(client, target.settings(params), "template")},
        {REGISTERED: registered_watch(client, "template")},
    )
    result.extra["dropped"] = events.dropped(result)
    return result


class _Target:
    """The data center that receives: everything that the options name in it is looked up here, before any write."""

    def __init__(self, context: Context, params: Mapping[str, t.Any]) -> None:
        client = context.client
        chap, wrong = logins(params.get("chap") or ())
        if wrong:
            raise BadInput("; ".join(wrong))
        mappings = mappings_from(params["mappings"], chap)
        client.hide(*(pair.password for pair in mappings.luns))
        self._context = context
        self._mappings = mappings
        self.data_center = reads.data_center(client, params["data_center"])
        clusters = reads.clusters(client, self.data_center.id)
        self.cluster_ids = frozenset(cluster.id for cluster in clusters)
        self._cluster_id = ""
        if params["cluster"]:
            place = f"data center {self.data_center.name}"
            self._cluster_id = one(clusters, params["cluster"], kind="cluster", place=place).id
        self._profiles = (
            {key: profile.id for key, profile in reads.vnic_profiles(client, self.data_center.id).items()}
            if mappings.vnic_profiles
            else {}
        )
        problems = missing_targets(mappings, existing_targets(client, mappings, clusters, self._profiles))
        if problems:
            raise BadInput("; ".join(problems))
        self.domains, self.not_proven = active_domains(context, self.data_center, params["domains"])

    def settings(self, params: Mapping[str, t.Any]) -> RegisterSettings:
        """The settings of the register action."""
        return RegisterSettings(
            cluster_id=self._cluster_id,
            configuration=registration_configuration(self._mappings, self._profiles),
            reassign_bad_macs=bool(params.get("reassign_bad_macs")),
            timeout=self._context.timeout,
            call_timeout=self._context.call_timeout,
            wait=self._context.wait,
        )


def existing_targets(
    client: Client,
    mappings: Mappings,
    clusters: list[Cluster],
    profiles: Mapping[tuple[str, str], str],
) -> dict[str, set[str]]:
    """The names that exist in the target for each kind of mapping that is used; each collection is read once."""
    existing = {"clusters": {cluster.name for cluster in clusters}}
    if mappings.vnic_profiles:
        existing["vnic_profiles"] = {"/".join(key) for key in profiles}
    if mappings.of("affinity_groups"):
        existing["affinity_groups"] = {group.name for group in reads.affinity_groups(client, clusters)}
    for option, collection in (("affinity_labels", "affinitylabels"), ("roles", "roles"), ("user_domains", "domains")):
        if mappings.of(option):
            existing[option] = {record.name for record in reads.named(client, collection)}
    return {option: names for option, names in existing.items() if option == "vnic_profiles" or option in BY_NAME}


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


def _together(guard: Plan, plan: Plan, not_proven: tuple[str, ...]) -> Plan:
    return Plan(
        steps=guard.steps + plan.steps,
        outcomes=guard.outcomes + plan.outcomes,
        changes={**guard.changes, **plan.changes},
        not_proven=not_proven,
    )


class _Events:
    """What the engine said while the steps of a plan were carried out: only events tell what a register dropped."""

    def __init__(self, context: Context, plan: Plan) -> None:
        self._client = context.client
        self._from = reads.last_event_id(context.client) if plan.steps and not context.check_mode else ""

    def dropped(self, result: Result) -> list[dict[str, object]]:
        """Per entity that was registered: the warnings and errors that carry its step's correlation id."""
        if not self._from:
            return []
        said: dict[str, list[str]] = {}
        for event in reads.events_since(self._client, self._from):
            if event.severity != "normal":
                said.setdefault(event.correlation_id, []).append(event.description)
        told: list[dict[str, object]] = []
        for outcome in result.report.outcomes:
            messages = said.get(self._client.correlation_id(outcome.step_id), [])
            if outcome.state == "done" and messages:
                told.append({"name": outcome.name, "id": outcome.target_id, "messages": messages})
        return told


def _elsewhere(inventory: Inventory | None, at_hand: t.Collection[str]) -> t.Callable[[str], str]:
    """A look-up of the domains that hold disks of a VM and are not among those at hand, by an inventory."""
    if inventory is None:
        return lambda _name: ""
    known = {key: vm for vm in inventory.vms for key in (vm.name, vm.id)}
    names = inventory.domains

    def look(name: str) -> str:
        disks = known[name].disks if name in known else ()
        lost = [disk for disk in disks if not set(disk.domain_ids) & set(at_hand)]
        missing = dict.fromkeys(one for disk in lost for one in disk.domain_ids)
        return " and ".join(names.get(one, one) for one in missing)

    return look


def _partial(client: Client, result: Result, inventory: Inventory | None) -> list[dict[str, object]]:
    """The VMs that lack some of their disks: why, and the names of these disks.

    That is told of VMs that a former run registered too. ``missing_disks`` is None for a VM that no inventory knows:
    what only its description holds is not guessed.
    """
    known = {vm.id: vm for vm in inventory.vms} if inventory else {}
    partial = [outcome for outcome in result.report.outcomes if "partial" in outcome.details]
    earlier = [one for one in result.outcomes if one.state == "already" and one.target_id in known]
    attached = reads.disk_attachments(client) if earlier or any(one.target_id in known for one in partial) else {}
    told: list[dict[str, object]] = []
    for outcome in (*partial, *earlier):
        vm = known.get(outcome.target_id)
        there = attached.get(outcome.target_id, set())
        missing = [disk.name for disk in vm.disks if disk.id not in there] if vm else None
        if missing or "partial" in outcome.details:
            why = outcome.details.get("partial", "it was registered before without them")
            told.append({"name": outcome.name, "id": outcome.target_id, "why": why, "missing_disks": missing})
    return told
