# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""unregistered_remove: what lies unregistered on attached domains and nobody wants is deleted from the storage."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.remove_unregistered import (
    CURE,
    JOBS,
    RemoveUnregistered,
    jobs_watch,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Outcome
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.removal import (
    KINDS,
    Removal,
    Wishes,
    plan_removal,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.removal_rules import Lying, Part
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import DataCenter, Disk, Domain
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.context import Context, Result
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.names import none_of
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.unregistered import data_domains
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import read_inventory

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import Inventory

UNKNOWN = "unknown"


def remove_unregistered(context: Context, params: Mapping[str, t.Any]) -> Result:
    """Delete what ``params`` names; see the module unregistered_remove for the options."""
    said = _confirmed(params)
    inventory = read_inventory(params["inventory"], params["inventory_site"]) if params["inventory"] else None
    data_center = reads.data_center(context.client, params["data_center"])
    lying = _lying(context.client, data_center, params, inventory)
    wishes = Wishes(
        unwanted={option: params[option] or [] for option in KINDS},
        exclude=params["exclude"] or [],
        wanted={option: (params["keep"] or {}).get(option) or [] for option in KINDS},
        accepted=frozenset(params["accept"] or ()),
        is_required=none_of(params["best_effort"]),
    )
    plan, removals = plan_removal(wishes, lying)
    if not context.check_mode:
        _note(context, removals, said, wishes, lying)
    result = context.carry_out(
        plan,
        {"remove": RemoveUnregistered(context.client, data_center.id, timeout=context.timeout, wait=context.wait)},
        {JOBS: jobs_watch(context.client)},
    )
    if context.wait and not context.check_mode and not result.report.stopped:
        _verify(context, result, removals, lying)
    states = {outcome.step_id: outcome.state for outcome in result.outcomes}
    result.extra["removals"] = [_told(removal, states[removal.step_id], lying) for removal in removals]
    result.extra["confirmed"] = said
    return result


def _note(context: Context, removals: Sequence[Removal], said: str, wishes: Wishes, lying: Lying) -> None:
    """Nothing brings back what goes, so the journal says who answers for it and what each entity took along."""
    if said and removals:
        context.journal.note(f"removal {said}, taking in: {', '.join(sorted(wishes.accepted)) or 'nothing more'}")
    for removal in removals:
        if removal.content is not None:
            told = _told(removal, "", lying)
            context.journal.note(
                f"{removal.kind} {removal.record.name} ({removal.record.id}) on {told['domain']}: goes with disks "
                f"{json.dumps(told['disks'])}, leaves {json.dumps(told['left_disks'])}"
            )


def _confirmed(params: Mapping[str, t.Any]) -> str:
    """Who answers for what is taken in knowingly, and why; BadInput where somebody has to and nobody does."""
    confirm = params["confirm"]
    if confirm is None:
        if params["accept"]:
            raise BadInput(
                f"accept: {', '.join(params['accept'])} needs 'confirm', which says who answers for it and why"
            )
        return ""
    blank = [key for key in ("confirmed_by", "reason") if not (confirm.get(key) or "").strip()]
    if blank:
        raise BadInput(f"confirm: {' and '.join(blank)} must not be empty; it is recorded with the run")
    return f"confirmed by {confirm['confirmed_by']}: {confirm['reason']}"


def _lying(client: Client, data_center: DataCenter, params: Mapping[str, t.Any], inventory: Inventory | None) -> Lying:
    """What lies where, from one listing per domain and kind; no list is read that nothing depends on.

    All data domains of the data center are listed, whatever was asked for: who else lists an entity matters.
    """
    attached = reads.attached_domains(client, data_center.id)
    every = data_domains(attached, data_center, None)
    active = [domain for domain in every if domain.status == "active"]
    asked = params["domains"]
    chosen = _may_be_emptied(attached, data_center, asked) if asked else [domain.id for domain in active]
    # VMs may need a template that goes. What only disks depend on is told by no list of VMs or templates.
    templates, entities = bool(params["templates"]), bool(params["vms"] or params["templates"])
    registered = {disk.id: disk for disk in reads.disks(client)}
    unknown = entities and "unknown_disks" in (params["accept"] or ())
    return Lying(
        vms=reads.unregistered_vms(client, every) if entities else [],
        templates=reads.unregistered_templates(client, every) if templates else [],
        disks={disk.id: disk for disk in reads.unregistered_disks(client, active)},
        domains={domain.id: domain for domain in attached},
        chosen=chosen,
        registered_vms={vm.id: vm for vm in reads.vms(client)} if entities else {},
        registered_templates={one.id: one for one in reads.templates(client)} if templates else {},
        registered_disks=registered,
        floating=_floating(client, registered.values()) if unknown else {},
        inventory=inventory,
    )


def _may_be_emptied(attached: Sequence[Domain], data_center: DataCenter, asked: Sequence[str]) -> list[str]:
    domains = data_domains(attached, data_center, asked)
    problems = [f"domain {one.name} is {one.status}, it must be active" for one in domains if one.status != "active"]
    if problems:
        raise BadInput("; ".join(problems) + ". Activate it with storage_domain_attach, then run again", problems)
    return [domain.id for domain in domains]


def _floating(client: Client, disks: t.Iterable[Disk]) -> dict[str, list[Disk]]:
    """Registered image disks that no VM and no template has, by domain."""
    images = [disk for disk in disks if disk.storage_type == "image" and disk.content_type in ("", "data")]
    if not images:
        return {}
    attached = set[str]().union(
        *reads.disk_attachments(client).values(), *reads.disk_attachments(client, "templates").values()
    )
    found: dict[str, list[Disk]] = {}
    for disk in images:
        for domain_id in disk.domain_ids if disk.id not in attached else ():
            found.setdefault(domain_id, []).append(disk)
    return found


def _verify(context: Context, result: Result, removals: Sequence[Removal], lying: Lying) -> None:
    """List once more what was removed: the engine tells of no task that failed.

    What is listed still has failed, whatever the engine answered.
    """
    done = {outcome.step_id for outcome in result.report.outcomes if outcome.state == "done"}
    touched = [removal for removal in removals if removal.step_id in done]
    at = {kind: sorted({one.domain_id for one in touched if one.kind == kind}) for kind in KINDS.values()}
    parts = sorted({one.domain_id for one in touched if one.part or (one.content and one.content.here)})
    if not touched:
        return
    client = context.client
    domains = lying.domains
    still = {
        (kind, record.id, domain_id)
        for kind, records in (
            ("vm", reads.unregistered_vms(client, [domains[one] for one in at["vm"]])),
            ("template", reads.unregistered_templates(client, [domains[one] for one in at["template"]])),
            ("disk", reads.unregistered_disks(client, [domains[one] for one in parts])),
        )
        for record in records
        for domain_id in record.domain_ids
    }
    wrong = {removal.step_id: words for removal in touched if (words := _still_there(removal, still, lying))}
    if not wrong:
        return
    for words in wrong.values():
        context.journal.note(words)
    outcomes = tuple(
        _failed(outcome, wrong[outcome.step_id]) if outcome.step_id in wrong else outcome
        for outcome in result.report.outcomes
    )
    result.report = replace(result.report, outcomes=outcomes)


def _still_there(removal: Removal, still: set[tuple[str, str, str]], lying: Lying) -> str:
    """What is wrong, in a sentence; empty when nothing is."""
    place = lying.name(removal.domain_id)
    shown = f"{removal.kind} {removal.record.name} ({removal.record.id})"
    if (removal.kind, removal.record.id, removal.domain_id) in still:
        return (
            f"{shown}: the engine answered that it is deleted, but {place} lists it still. Its events and engine.log "
            "tell why; run again when that is mended"
        )
    parts = (removal.content.here or ()) if removal.content else ()
    left = [part for part in parts if ("disk", part.id, removal.domain_id) in still]
    if not left:
        return ""
    disks = ", ".join(f"{part.name} ({part.id})" for part in left)
    return (
        f"{shown}: it is forgotten, but the engine did not delete {disks} on {place}, and tells no reason. To delete "
        f"what stayed, {CURE}"
    )


def _failed(outcome: Outcome, message: str) -> Outcome:
    return replace(outcome, state="failed", message=message, failure={"kind": "not_deleted", "message": message})


def _told(removal: Removal, state: str, lying: Lying) -> dict[str, object]:
    """A removal as the module returns it."""
    content = removal.content
    here = content.here if content else (removal.part,) if removal.part else ()
    left = content.left if content else ()
    return {
        "kind": removal.kind,
        "name": removal.record.name,
        "id": removal.record.id,
        "domain": lying.name(removal.domain_id),
        "listed_by": [lying.name(one) for one in removal.listed_by],
        "disks": UNKNOWN if here is None else [_part(part, lying) for part in here],
        "left_disks": UNKNOWN if left is None else [_part(part, lying) for part in left],
        "state": state,
    }


def _part(part: Part, lying: Lying) -> dict[str, object]:
    return {
        "id": part.id,
        "name": part.name,
        "domain": lying.name(part.domain_id),
        "provisioned_size": part.provisioned_size,
        "actual_size": UNKNOWN if part.actual_size is None else part.actual_size,
    }
