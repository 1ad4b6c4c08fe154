# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Planning which unregistered VMs and templates are registered, and in which order (contract 04, 4.9)."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Collection, Sequence

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.difference import ABSENT, Change
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Outcome, Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan, settled
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.select import Index, left_out, select
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import HasNameAndId, is_pattern
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import (
    BLANK_TEMPLATE,
    UnregisteredTemplate,
    UnregisteredVm,
)

E = t.TypeVar("E", UnregisteredVm, UnregisteredTemplate)


def plan_register(
    kind: str,
    asked: Sequence[str],
    exclude: Sequence[str],
    unregistered: Sequence[E],
    registered: Collection[HasNameAndId],
    templates: Collection[str],
    *,
    is_required: Callable[[str], bool],
    may_be_partial: Callable[[str], bool],
    unproven: bool = False,
    lies_on: Callable[[str], str] = lambda _name: "",
) -> Plan:
    """The steps that register what ``asked`` names.

    kind: "vm" or "template"; unregistered: what the attached domains list, each entity once; registered: what the
    target has of this kind; templates: ids of the registered templates; is_required: name -> whether its failure
    fails the run; may_be_partial: name -> whether it may come without some disks; unproven: some domains could not be
    listed yet, so what is not found may still come with them; lies_on: name -> the domains that hold it and are not at
    hand, by an inventory, or nothing. Raises Ambiguous for a name that two carry.
    """
    selection = select(
        unregistered, asked, exclude=exclude, kind=f"unregistered {kind}", shared_names=kind == "template"
    )
    chosen = {entity.id for entity in selection.chosen}
    owners = {record.name: record for record in registered}
    outcomes = _unmatched(kind, selection.unmatched, exclude, registered, is_required, unproven, lies_on)
    known = {record.id for record in registered}
    steps: list[Step] = []
    changes: dict[str, tuple[Change, ...]] = {}
    for entity in selection.chosen:
        required = is_required(entity.name) and is_required(entity.id)
        owner = owners.get(entity.name)
        before = _needed(entity, templates, chosen)
        if entity.id in known:
            outcomes.append(
                settled("register", kind, entity.name, entity.id, "already", "is registered", required=required)
            )
        elif kind == "vm" and owner is not None:
            message = (
                f"{entity.name} ({entity.id}): the name belongs to another {kind} of the engine ({owner.id}); "
                "rename or remove that one, then run again"
            )
            outcomes.append(settled("register", kind, entity.name, entity.id, "failed", message, required=required))
        elif before is None:
            message = (
                f"{entity.name}: its template {entity.template_id} is not registered; register the templates of all "
                "domains first, then run again"
            )
            outcomes.append(settled("register", kind, entity.name, entity.id, "failed", message, required=required))
        else:
            step = Step(
                id=_step_id(kind, entity.id),
                action="register",
                kind=kind,
                name=entity.name,
                target_id=entity.id,
                details={
                    "domain": entity.domain_ids[0],
                    "partial": may_be_partial(entity.name) or may_be_partial(entity.id),
                },
                after=before,
                required=required,
                says=f"register {kind} {_shown(entity)}",
            )
            steps.append(step)
            changes[step.id] = (Change(kind, _shown(entity), "registered", ABSENT, entity.id),)
    return Plan(steps=tuple(steps), outcomes=tuple(outcomes), changes=changes)


def _shown(entity: UnregisteredVm | UnregisteredTemplate) -> str:
    """What tells an entity from all others: a template and its versions carry one name."""
    if isinstance(entity, UnregisteredTemplate) and entity.base_id != entity.id:
        return f"{entity.name} version {entity.version}"
    return entity.name


def _step_id(kind: str, entity_id: str) -> str:
    return f"register:{kind}:{entity_id}"


def _needed(
    entity: UnregisteredVm | UnregisteredTemplate, templates: Collection[str], chosen: set[str]
) -> frozenset[str] | None:
    """The steps that must end before this one, or None when what it needs is nowhere."""
    template = entity.template_id
    if template in ("", BLANK_TEMPLATE) or template in templates:
        return frozenset()
    if isinstance(entity, UnregisteredTemplate) and template in chosen:
        return frozenset({_step_id("template", template)})
    return None


def _missing(kind: str, selector: str, domains: str) -> str:
    """Why a name met nothing. domains: those that hold it, by an inventory, and that are not at hand; or nothing."""
    if domains:
        return f"{selector}: lies on {domains}, which is not active here; once it is, run again"
    what = "VM" if kind == "vm" else kind
    return (
        f"{selector}: no {what} of this name is registered, and none lies unregistered on the given domains. Check "
        "the name, that its domains are attached, and that their OVF stores were fresh when they were replicated"
    )


def _unmatched(
    kind: str,
    selectors: Sequence[str],
    exclude: Sequence[str],
    registered: Collection[HasNameAndId],
    is_required: Callable[[str], bool],
    unproven: bool,
    lies_on: Callable[[str], str],
) -> list[Outcome]:
    """What becomes of selectors that met nothing unregistered: registered already, or nowhere."""
    outcomes: dict[str, Outcome] = {}
    index = Index(registered)
    for selector in selectors:
        if is_pattern(selector) or left_out(selector, exclude):
            continue
        there = index.find(selector)
        for record in there:
            if left_out(record.name, exclude) or left_out(record.id, exclude):
                continue
            required = is_required(record.name) and is_required(record.id)
            outcomes[record.id] = settled(
                "register", kind, record.name, record.id, "already", "is registered", required=required
            )
        if not there and unproven:
            message = f"{selector}: not proven, it may lie on a domain that is not attached yet"
            outcomes[selector] = settled(
                "register", kind, selector, "", "skipped", message, required=is_required(selector)
            )
        elif not there:
            message = _missing(kind, selector, lies_on(selector))
            outcomes[selector] = settled(
                "register", kind, selector, "", "failed", message, required=is_required(selector)
            )
    return list(outcomes.values())
