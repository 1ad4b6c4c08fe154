# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Planning which unregistered VMs and templates are registered, and in which order (contract 04, 4.9)."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.difference import ABSENT, Change
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Outcome, Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan, settled
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.register_clusters import Placement
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.register_templates import (
    Needed,
    shown,
    step_id,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.register_wishes import (
    NO_WISH,
    Wish,
    assigned,
    check_names,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.select import Index, left_out, select
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Ambiguous, BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import HasNameAndId, is_pattern, label
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import (
    BLANK_TEMPLATE,
    UnregisteredTemplate,
    UnregisteredVm,
)

E = t.TypeVar("E", UnregisteredVm, UnregisteredTemplate)


@dataclass(frozen=True)
class Known:
    """What an inventory of the source tells of what the engine's lists do not hold; all empty without one.

    lies_on: name -> the domains that hold it and are not at hand, or nothing; id_of: name -> id, or nothing.
    """

    lies_on: Callable[[str], str] = lambda _name: ""
    id_of: Callable[[str], str] = lambda _name: ""


NOTHING_KNOWN = Known()
# How an engine names a VM that a host runs and it does not know; it gets the id that the host tells (tried on one).
EXTERNAL = "external-"
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ANYWHERE = Placement()


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
    wishes: Sequence[Wish] = (),
    placement: Placement = ANYWHERE,
    needed: Needed | None = None,
    unproven: bool = False,
    known: Known = NOTHING_KNOWN,
    elsewhere: Collection[str] = (),
) -> Plan:
    """The steps that register what ``asked`` names. Clones are left to plan_clones().

    kind: "vm" or "template"; unregistered: what the attached domains list, each entity once; registered: what the
    target has of this kind; templates: ids of the registered templates; is_required: name -> whether its failure
    fails the run; may_be_partial: name -> whether it may come without some disks; wishes: for single entities;
    placement: the clusters; needed: the templates that may be registered with what stands on them, None when they must
    be there; unproven: some domains could not be listed yet, so what is not found may still come with them; elsewhere:
    ids of those registered that belong to another data center.

    Raises Ambiguous for a name that two carry, and BadInput for wishes that contradict each other, two sources of one
    new name, a new name that is taken, and something required that does not fit into its cluster.
    """
    selection = select(unregistered, asked, exclude=exclude, kind=f"unregistered {kind}", shared_names=True)
    index = Index([record for record in registered if record.id not in elsewhere])
    away = Index([record for record in registered if record.id in elsewhere])
    granted = assigned(wishes, kind, selection.chosen, asked, exclude, index, unproven=unproven)
    owners = {record.name: record for record in registered}
    if kind == "vm":
        check_names(kind, selection.chosen, granted, owners.get)
        _check_ambiguous(kind, selection.chosen, granted)
    planner = _Planner(kind, templates, {entity.id for entity in selection.chosen}, needed, placement)
    outcomes = _unmatched(kind, selection.unmatched, exclude, index, away, is_required, unproven, known, wishes)
    there = {record.id: record for record in registered}
    for entity in selection.chosen:
        wish = granted.get(entity.id, NO_WISH)
        required = not wish.best_effort if wish.best_effort is not None else _both(is_required, entity)
        partial = wish.partial if wish.partial is not None else _either(may_be_partial, entity)
        if wish.clone:
            continue
        if kind == "vm" and entity.id in there and there[entity.id].name == f"{EXTERNAL}{entity.name}":
            message = (
                f"{label(entity)} runs on a host still, so the engine took it in as {EXTERNAL}{entity.name} when its "
                "domain left; stop that one, wait until it is gone, then run again"
            )
            planner.settle(entity, "failed", message, required)
        elif entity.id in there:
            planner.settle(entity, "already", _is_registered(there[entity.id], wish), required)
        elif kind == "vm" and not wish.name and entity.name in owners:
            owner = owners[entity.name]
            message = (
                f"{label(entity)}: the name belongs to another {kind} of the engine ({owner.id}); rename or remove "
                "that one, or give this one a new name in 'each', then run again"
            )
            planner.settle(entity, "failed", message, required)
        else:
            planner.add(entity, wish, required=required, partial=partial)
    return planner.plan(outcomes)


class _Planner:
    """Collects the steps of what is registered, and the reasons of what is not."""

    def __init__(
        self, kind: str, templates: Collection[str], chosen: set[str], needed: Needed | None, placement: Placement
    ) -> None:
        self._kind = kind
        self._templates = templates
        self._chosen = chosen
        self._needed = needed
        self._placement = placement
        self._steps: list[Step] = []
        self._outcomes: list[Outcome] = []
        self._changes: dict[str, tuple[Change, ...]] = {}
        self._misfits: list[str] = []
        self._warnings: list[str] = []

    def settle(self, entity: HasNameAndId, state: t.Literal["already", "failed"], message: str, required: bool) -> None:
        """An entity that gets no step."""
        outcome = settled("register", self._kind, entity.name, entity.id, state, message, required=required)
        self._outcomes.append(outcome)

    def add(self, entity: UnregisteredVm | UnregisteredTemplate, wish: Wish, *, required: bool, partial: bool) -> None:
        """An entity that is registered, or the reason why it cannot be."""
        misfit = self._placement.misfit(entity, wish)
        if misfit:
            if required:
                self._misfits.append(misfit)
            self.settle(entity, "failed", misfit, required)
            return
        cluster = self._placement.of(entity, wish)
        before, why = self._before(entity, required, self._placement.for_template(wish))
        if why:
            self.settle(entity, "failed", f"{entity.name}: {why}", required)
            return
        warning = self._placement.warning(entity, wish)
        if warning:
            self._warnings.append(warning)
        name = wish.name or entity.name
        details: dict[str, object] = {"domain": entity.domain_ids[0], "partial": partial}
        if wish.cluster and cluster is not None:
            details["cluster"] = cluster.id
        if wish.name:
            details["name"] = wish.name
        step = Step(
            id=step_id(self._kind, entity.id),
            action="register",
            kind=self._kind,
            name=name,
            target_id=entity.id,
            details=details,
            after=before,
            required=required,
            says=f"register {self._kind} {shown(entity)}" + (f" as {name}" if wish.name else ""),
        )
        self._steps.append(step)
        called = name if wish.name else shown(entity)
        self._changes[step.id] = (Change(self._kind, called, "registered", ABSENT, entity.id),)

    def plan(self, outcomes: Sequence[Outcome]) -> Plan:
        """Everything together. BadInput when something required does not fit into its cluster."""
        if self._misfits:
            raise BadInput("; ".join(self._misfits))
        extra = self._needed.plan() if self._needed is not None else Plan()
        return Plan(
            steps=extra.steps + tuple(self._steps),
            outcomes=(*outcomes, *self._outcomes),
            changes={**extra.changes, **self._changes},
            warnings=tuple(self._warnings),
        )

    def _before(
        self, entity: UnregisteredVm | UnregisteredTemplate, required: bool, cluster_id: str
    ) -> tuple[frozenset[str], str]:
        """The steps that must end before an entity is registered, or why it cannot be."""
        template = entity.template_id
        if template in ("", BLANK_TEMPLATE) or template in self._templates:
            return frozenset(), ""
        if self._kind == "template" and template in self._chosen:
            return frozenset({step_id("template", template)}), ""
        if self._needed is None:
            return frozenset(), (
                f"its template {template} is not registered; register the templates of all domains first, "
                f"or say '{'bases' if self._kind == 'template' else 'templates'}: needed', then run again"
            )
        return self._needed.before(template, required=required, cluster_id=cluster_id)


def _both(test: Callable[[str], bool], entity: HasNameAndId) -> bool:
    return test(entity.name) and test(entity.id)


def _either(test: Callable[[str], bool], entity: HasNameAndId) -> bool:
    return test(entity.name) or test(entity.id)


def _is_registered(record: HasNameAndId, wish: Wish) -> str:
    if wish.name and record.name != wish.name:
        return f"is registered as {record.name}; what is registered is not renamed"
    return "is registered"


def _check_ambiguous(kind: str, chosen: Sequence[HasNameAndId], wishes: Mapping[str, Wish]) -> None:
    """Ambiguous when two of the chosen would come under one name: which one is meant would be a guess."""
    seen: dict[str, HasNameAndId] = {}
    for entity in chosen:
        other = seen.setdefault(wishes.get(entity.id, NO_WISH).name or entity.name, entity)
        if other is not entity:
            raise Ambiguous(kind=f"unregistered {kind}", asked=entity.name, candidates=[label(other), label(entity)])


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
    index: Index[t.Any],
    away: Index[t.Any],
    is_required: Callable[[str], bool],
    unproven: bool,
    known: Known,
    wishes: Sequence[Wish],
) -> list[Outcome]:
    """What becomes of selectors that met nothing unregistered: registered here, in another data center, or nowhere."""
    outcomes: dict[str, Outcome] = {}
    wished = {key: wish for wish in wishes for key in (wish.subject, known.id_of(wish.subject)) if key}

    def settle(key: str, name: str, target_id: str, state: t.Any, message: str, required: bool) -> None:
        outcomes[key] = settled("register", kind, name, target_id, state, message, required=required)

    for selector in selectors:
        wish = wished.get(selector) or wished.get(known.id_of(selector), NO_WISH)
        if is_pattern(selector) or left_out(selector, exclude) or wish.clone:
            continue
        there = index.find(selector)
        for record in there:
            if left_out(record.name, exclude) or left_out(record.id, exclude):
                continue
            settle(record.id, record.name, record.id, "already", "is registered", _both(is_required, record))
        required = is_required(selector)
        if there:
            continue
        # A VM that was renamed is found by its id, so an id that is not there is not there under another name either.
        under = index.find(wish.name) if wish.name and not _ID.fullmatch(selector) else []
        source = known.id_of(selector)
        if under and source in ("", under[0].id):
            message = f"is registered as {under[0].name}"
            if not source:
                message += ", as far as the name tells: without an inventory it is not known whether that was it"
            settle(under[0].id, under[0].name, under[0].id, "already", message, required)
        elif unproven:
            message = f"{selector}: not proven, it may lie on a domain that is not attached yet"
            settle(selector, selector, "", "skipped", message, required)
        elif away.find(selector):
            message = (
                f"{selector}: is registered in another data center of the engine, and comes along only with its "
                "domain: detach that there, attach it here, then run again"
            )
            settle(selector, selector, "", "failed", message, required)
        else:
            settle(selector, selector, "", "failed", _missing(kind, selector, known.lies_on(selector)), required)
    return list(outcomes.values())
