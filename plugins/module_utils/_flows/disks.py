# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""unregistered_disk_register: floating and shareable disks come back, and VMs get the disks that they came without."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.disks import (
    ATTACHMENTS,
    DISKS,
    AttachDisk,
    DiskSettings,
    EditDisk,
    RegisterDisk,
    attachments_watch,
    disks_watch,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.complete import Completion, Here, choose_vms
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.disk_owners import ORDINARY, Listed, Owners
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.disk_steps import DiskPlan, Wish
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.floating import (
    MOST_NAMES,
    Chosen,
    Floating,
    candidates,
    choose,
    missing,
    renames_of,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import one
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Disk, Domain, VmDisks
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.active_domains import active_domains
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.context import Context, Result
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.names import any_of, none_of
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import Inventory, read_inventory

Params = Mapping[str, t.Any]


def register_disks(context: Context, params: Params) -> Result:
    """Register the disks of ``params``; see the module unregistered_disk_register for the options."""
    found = _Found(context, params)
    wish = found.wish()
    plan = DiskPlan(wish)
    is_required = none_of(params["best_effort"])
    chosen = choose(found.disks, params["disks"] or [], params["exclude"] or [])
    incomplete, absent = found.incomplete()
    floating = Floating(
        plan,
        found.owners,
        params["owners"],
        vms=found.vms,
        completed={vm.id for vm in incomplete},
        attach=params["attach"],
        is_required=is_required,
    )
    floating.add(chosen.chosen, found.listed(chosen.chosen))
    completion = None
    if found.inventory is not None and params["complete"]:
        here = found.here()
        completion = Completion(
            plan, found.inventory, here, left_out=any_of(params["exclude"]), is_required=is_required
        )
        for vm in incomplete:
            completion.add(vm)
        for selector in absent:
            completion.absent(selector)
    plan.outcomes.extend(
        missing(
            chosen.unmatched,
            found.registered,
            found.users,
            dict(found.renames()),
            unproven=bool(found.not_proven),
            is_required=is_required,
            lies_on=found.lies_on,
        )
    )
    made = plan.plan()
    found.check_quota(any(step.action == "register" for step in made.steps))
    settings = DiskSettings(found.data_center.id, context.timeout, context.wait)
    client = context.client
    result = context.carry_out(
        replace(made, warnings=(*made.warnings, *found.warnings), not_proven=found.not_proven),
        {
            "register": RegisterDisk(client, settings),
            "edit": EditDisk(client, settings),
            "attach": AttachDisk(client, settings),
        },
        {DISKS: disks_watch(client), ATTACHMENTS: attachments_watch(client)},
    )
    result.extra["unknown_owners"] = [
        {
            "name": disk.name,
            "id": disk.id,
            "domains": found.names(disk.domain_ids),
            "may_belong_to": list(owner.names[:MOST_NAMES]),
        }
        for disk, owner in floating.unknown
    ]
    result.extra["not_completable"] = [
        {"vm": vm.name, "vm_id": vm.id, "disk": disk.name, "id": disk.id, "why": why}
        for vm, disk, why in (completion.impossible if completion is not None else ())
    ]
    result.extra["attached"] = _attached(result)
    result.extra["unnamed"] = _unnamed(result)
    return result


class _Found:
    """What is there: every collection is read once, and everything that the options name is looked up here."""

    def __init__(self, context: Context, params: Params) -> None:
        client = self._client = context.client
        self._params = params
        path, site = params["inventory"], params["inventory_site"]
        self.inventory: Inventory | None = read_inventory(path, site) if path else None
        self.data_center = reads.data_center(client, params["data_center"])
        self.domains, self.not_proven, self.warnings = active_domains(context, self.data_center, params["domains"])
        _only_data(self.domains)
        at_hand = {domain.id for domain in self.domains}
        self._names = {domain.id: domain.name for domain in self.domains}
        self._all = {disk.id: disk for disk in reads.disks(client)}
        self.vms = {vm.id: vm for vm in reads.vm_disks(client, snapshots=bool(params["complete"]))}
        self.users: dict[str, list[str]] = {}
        for vm in self.vms.values():
            for attachment in vm.attachments:
                self.users.setdefault(attachment.id, []).append(vm.name)
        self.owners = Owners(self._all, self.inventory)
        self.registered = [
            disk
            for disk in self._all.values()
            if disk.storage_type == "image" and disk.content_type in ORDINARY and at_hand & set(disk.domain_ids)
        ]
        self.disks = candidates(reads.unregistered_disks(client, self.domains), self._floating(), self.owners)

    def _floating(self) -> list[Disk]:
        """The registered disks that this module may still have something to do with."""
        shareable = {disk.id for disk in self.registered if self.owners.recorded(disk.id).kind == "shareable"}
        free = [disk for disk in self.registered if disk.id not in self.users and disk.id not in shareable]
        of_templates = reads.template_disks(self._client) if free else set()
        kept = shareable | {disk.id for disk in free if disk.id not in of_templates}
        return [disk for disk in self.registered if disk.id in kept]

    def listed(self, chosen: Sequence[Chosen]) -> Listed | None:
        """What the domains of disks of an unknown owner list besides disks; None where no owner is unknown."""
        wanted = {
            domain_id
            for one_, _literal in chosen
            if one_.listed is not None and self.owners.of(one_.listed).kind == "unknown"
            for domain_id in one_.domain_ids
        }
        if not wanted:
            return None
        of_domains = [domain for domain in self.domains if domain.id in wanted]
        return Listed(
            reads.unregistered_vms(self._client, of_domains), reads.unregistered_templates(self._client, of_domains)
        )

    def incomplete(self) -> tuple[list[VmDisks], list[str]]:
        """The VMs that shall be completed, and the names that met none."""
        if self.inventory is None or not self._params["complete"]:
            return [], []
        clusters = {cluster.id for cluster in reads.clusters(self._client, self.data_center.id)}
        vms = [vm for vm in self.vms.values() if vm.cluster_id in clusters]
        return choose_vms(vms, self._params["complete"], self.inventory)

    def here(self) -> Here:
        """What the completion of VMs looks at."""
        attached = reads.attached_domains(self._client, self.data_center.id)
        return Here(
            disks=self._all,
            users=self.users,
            candidates={disk.id: disk for disk in self.disks if disk.listed is not None},
            domain_ids=frozenset(self._names),
            attached={domain.id: domain.name for domain in attached},
            unproven=bool(self.not_proven),
        )

    def wish(self) -> Wish:
        """What the disks shall be besides registered. BadInput or NotFound for what does not exist."""
        names: dict[str, str] = {}
        quota_id = ""
        if self._params["quota"]:
            quotas = reads.quotas(self._client, self.data_center.id)
            quota_id = one(quotas, self._params["quota"], kind="quota", place=f"data center {self.data_center.name}").id
            names.update((quota.id, quota.name) for quota in quotas)
        profiles: dict[str, str] = {}
        if self._params["disk_profile"]:
            every = reads.disk_profiles(self._client)
            names.update((profile.id, profile.name) for profile in every)
            for domain in self.domains:
                own = [profile for profile in every if profile.domain_id == domain.id]
                place = f"storage domain {domain.name}"
                profiles[domain.id] = one(own, self._params["disk_profile"], kind="disk profile", place=place).id
        return Wish(quota_id, profiles, renames_of(self.disks, self.renames(), self.registered), names)

    def renames(self) -> list[tuple[str, str]]:
        """The pairs of the option ``rename``."""
        return [(pair["from"], pair["to"]) for pair in self._params["rename"] or ()]

    def check_quota(self, comes: bool) -> None:
        """BadInput when a data center that enforces quotas shall take disks without one."""
        if comes and self.data_center.quota_mode == "enabled" and not self._params["quota"]:
            names = ", ".join(quota.name for quota in reads.quotas(self._client, self.data_center.id))
            raise BadInput(
                f"data center {self.data_center.name} enforces quotas: name the one that the disks count for in "
                f"'quota' ({names})"
            )

    def lies_on(self, name: str) -> str:
        """The domains that hold a disk by the inventory and are not at hand; nothing where it does not say so."""
        if self.inventory is None:
            return ""
        for disk in self.inventory.disks.values():
            if name in (disk.id, disk.name) and not set(disk.domain_ids) & self._names.keys():
                return " and ".join(self.inventory.domains.get(place, place) for place in disk.domain_ids)
        return ""

    def names(self, domain_ids: Sequence[str]) -> list[str]:
        """The names of domains at hand."""
        return [self._names[domain_id] for domain_id in domain_ids if domain_id in self._names]


def _only_data(domains: Sequence[Domain]) -> None:
    """BadInput for a domain that holds no disks of VMs."""
    other = [f"domain {domain.name} is of type {domain.type}" for domain in domains if domain.type != "data"]
    if other:
        raise BadInput(f"{'; '.join(other)}: only data domains hold disks that can be registered")


def _attached(result: Result) -> list[dict[str, object]]:
    """How each disk was attached, or in check mode would be."""
    ended = {outcome.step_id for outcome in result.report.outcomes if outcome.state == "done"}
    return [
        {
            "disk": step.details["disk_name"],
            "id": step.target_id,
            "vm": step.details["vm_name"],
            "vm_id": step.details["vm"],
            **{key: step.details[key] for key in ("interface", "active", "bootable", "read_only")},
        }
        for step in result.plan.steps
        if step.action == "attach" and step.id in ended
    ]


def _unnamed(result: Result) -> list[dict[str, object]]:
    """The disks of which neither the storage nor an inventory told a name, and what the engine calls them."""
    unnamed = {step.id for step in result.plan.steps if step.action == "register" and not step.details["expected"]}
    return [
        {"id": outcome.target_id, "name": outcome.details.get("name", "")}
        for outcome in result.report.outcomes
        if outcome.step_id in unnamed and outcome.state == "done"
    ]
