# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a register tells beyond its outcomes: what the engine left out, which VMs came without some of their disks."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Domain, UnregisteredTemplate
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.context import Context, Result
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import Inventory

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client

# The engine lists what it left out as 'Disks: a, b ' and, where more is missing, ', Roles: c ' after that.
_ONLY_DISKS = re.compile(r"'Disks: [^:']*'")


class Events:
    """What the engine said while the steps of a plan were carried out: only events tell what a register dropped."""

    def __init__(self, context: Context, plan: Plan, *, wanted: bool = True) -> None:
        self._client = context.client
        asked = wanted and plan.steps and not context.check_mode
        self._from = reads.last_event_id(context.client) if asked else ""

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
            if outcome.action == "register_clone":
                # A clone comes without disks on purpose: those that it is to have are attached to it afterwards.
                messages = [one for one in messages if not _ONLY_DISKS.search(one)]
            if outcome.state == "done" and messages:
                told.append({"name": outcome.name, "id": outcome.target_id, "messages": messages})
        return told


def elsewhere(inventory: Inventory | None, at_hand: t.Collection[str]) -> t.Callable[[str], str]:
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


def template_told(inventory: Inventory | None) -> t.Callable[[str], str]:
    """What people call a template and where it lies, by an inventory; its id where that does not know it."""
    if inventory is None:
        return str
    templates, domains = inventory.templates, inventory.domains

    def told(template_id: str) -> str:
        template = templates.get(template_id)
        if template is None:
            return template_id
        places = dict.fromkeys(domains.get(one, one) for disk in template.disks for one in disk.domain_ids)
        lies = f", which lies on {' and '.join(places)}," if places else ""
        return f"{template.name} ({template_id}){lies}"

    return told


def further_copies(
    client: Client,
    domains: t.Sequence[Domain],
    unregistered: t.Sequence[UnregisteredTemplate],
    registered: t.Collection[str],
    left_out: t.Callable[[str], bool],
) -> list[str]:
    """A warning for each template that is registered and of which a domain that came later holds copies of disks.

    The engine adds such copies only when it is told to copy the disk there; it then finds them and copies nothing
    (contract 04, 4.6). Nothing is read when no such template is listed.
    """
    again = [one for one in unregistered if one.id in registered and not (left_out(one.name) or left_out(one.id))]
    if not again:
        return []
    names = {domain.id: domain.name for domain in domains}
    disks = {disk.id: disk for disk in reads.disks(client)}
    owned = {owner.id: owner.disk_ids for owner in reads.disk_owners(client, "templates")}
    warnings: list[str] = []
    for template in again:
        held = [disks[disk_id] for disk_id in owned.get(template.id, ()) if disk_id in disks]
        apart = [names[one] for one in template.domain_ids if held and all(one not in disk.domain_ids for disk in held)]
        if apart:
            warnings.append(
                f"template {template.name} ({template.id}) is registered without the copies of its disks on "
                f"{' and '.join(apart)}: copy its disks there in the engine, which finds them and copies nothing"
            )
    return warnings


def partial_ones(client: Client, result: Result, inventory: Inventory | None) -> list[dict[str, object]]:
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
