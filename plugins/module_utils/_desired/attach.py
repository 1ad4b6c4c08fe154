# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Planning how storage domains become known, attached and active in a data center (contract 03, 3.2 to 3.5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.difference import ABSENT, Change
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Outcome, Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.attach_rules import (
    cannot_initialize,
    conflict,
    newer,
    uninitialized,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.blocks import HostView, not_to_be_had
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.guard import Guard
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan, settled
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.wanted_domains import WantedDomain
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import DataCenter, Domain, Host

FILE_TYPES = ("nfs", "posixfs", "glusterfs")
# Statuses from which `activate` is accepted (contract 03, 3.5), and those that pass by themselves.
RESTING = ("inactive", "unknown", "maintenance", "preparing_for_maintenance")
MOVING = ("activating", "locked")


def arrived(
    known: Sequence[Domain], places: Mapping[str, Mapping[str, object]], arriving: Collection[str], data_center_id: str
) -> list[Domain]:
    """The engine's domains as they will be when earlier steps have detached some and pointed them at new places.

    places: id -> a domain's option, with its new place; arriving: the ids of those that will have left every other data
    center than this one.
    """
    return [_arrived(one, places.get(one.id), data_center_id) if one.id in arriving else one for one in known]


def _arrived(domain: Domain, place: Mapping[str, object] | None, data_center_id: str) -> Domain:
    here = tuple(one for one in domain.data_center_ids if one == data_center_id)
    if place is None or domain.storage_type not in FILE_TYPES:
        return replace(domain, data_center_ids=here)
    return replace(
        domain, data_center_ids=here, address=str(place.get("address") or ""), path=str(place.get("path") or "")
    )


def unknown_blocks(wanted: Sequence[WantedDomain], known: Sequence[Domain]) -> tuple[WantedDomain, ...]:
    """The block domains that must be imported: only for them it matters what a host sees."""
    ids = {domain.id for domain in known}
    return tuple(domain for domain in wanted if domain.block and domain.id not in ids)


def plan_attach(
    wanted: Sequence[WantedDomain],
    known: Sequence[Domain],
    attached: Sequence[Domain],
    data_center: DataCenter,
    host: Host | None,
    view: HostView | None = None,
    *,
    guard: Guard | None = None,
    sign_in: bool = False,
    initialize: bool = False,
) -> Plan:
    """The steps that bring these domains to active in ``data_center``.

    known: every domain of the engine; attached: those of the data center with their status; host: an up host of the
    data center that imports and looks at metadata; view: what it sees of block storage, needed for unknown_blocks();
    guard: what is shown about other sides; sign_in: whether the host may be signed in to iSCSI targets; initialize:
    whether one of the domains may become the master of a data center that has none. BadInput names everything that
    forbids a start, before any write; a best effort domain that is not to be had does not forbid it, it fails alone.
    """
    problems: list[str] = []
    steps: dict[str, Step] = {}
    outcomes: list[Outcome] = []
    changes: dict[str, tuple[Change, ...]] = {}
    unproven: list[str] = []
    upgraded: list[str] = []
    guard = guard or Guard()
    here = {domain.id: domain for domain in attached}
    by_id = {domain.id: domain for domain in known}
    view = view or HostView()
    for asked in wanted:
        domain = _made_before(asked, known)
        problem = conflict(domain, by_id, here, data_center)
        if problem:
            problems.append(problem)
            continue
        problem = guard.forbids(domain.id, domain.label) if domain.id not in here and not domain.create else ""
        if problem:
            if domain.required:
                problems.append(problem)
            else:
                outcomes.append(settled("attach", "domain", domain.label, domain.id, "failed", problem, required=False))
            continue
        sign_ins: list[tuple[Step, Change]] = []
        if domain.block and domain.id not in by_id and host is not None:
            problem = not_to_be_had(domain.label, domain.id, domain.type, domain.targets, view, host.name, sign_in)
            if problem and domain.required:
                problems.append(problem)
                continue
            if problem:
                outcomes.append(settled("import", "domain", domain.label, domain.id, "failed", problem, required=False))
                continue
            sign_ins = _sign_ins(domain, view, host)
            if sign_ins:
                unproven.append(
                    f"whether {domain.label} lies on {domain.place}, before host {host.name} has signed in there"
                )
        known_format = by_id[domain.id].storage_format if domain.id in by_id else ""
        if domain.id not in here and newer(data_center.storage_format, known_format):
            upgraded.append(f"{domain.label} ({known_format})")
        if domain.id not in by_id and domain.id in guard.judgements and not guard.judgement(domain.id).given:
            unproven.append(
                f"whether the metadata of {domain.label} names another data center, before it is imported; without "
                "evidence it is not attached then"
            )
        made = _steps_of(domain, by_id.get(domain.id), here.get(domain.id), data_center, host, sign_ins)
        if not made:
            outcomes.append(
                settled("attach", "domain", domain.label, domain.id, "already", "is active", required=domain.required)
            )
        for step, change in (*sign_ins, *made):
            # Domains share sign-ins; one that any required domain waits for is required.
            earlier = steps.get(step.id)
            steps[step.id] = replace(step, required=step.required or (earlier is not None and earlier.required))
            changes[step.id] = (change,)
            if step.action == "attach" and newer(data_center.storage_format, known_format):
                raised = Change("domain", domain.label, "storage format", known_format, data_center.storage_format)
                changes[step.id] = (change, raised)
    if any(step.action in ("import", "create", "attach") for step in steps.values()) and host is None:
        problems.append(
            f"data center {data_center.name} has no host that is up, so nothing can be imported or attached; "
            "activate a host first"
        )
    problems.extend(_behind_the_master(steps, attached, data_center))
    if data_center.status == "uninitialized":
        problems.extend(_first(steps, guard, data_center, asked=initialize))
    if problems:
        raise BadInput("; ".join(problems), problems)
    sentence = (
        f"attaching them to data center {data_center.name} raises the storage format of domains to "
        f"{data_center.storage_format}, for good: {', '.join(upgraded)}"
    )
    warnings = (sentence,) if upgraded else ()
    return Plan(tuple(steps.values()), tuple(outcomes), changes, warnings, tuple(unproven))


def _behind_the_master(steps: dict[str, Step], attached: Sequence[Domain], data_center: DataCenter) -> list[str]:
    """Let everything wait for the data center's master where that is to be activated too.

    Returns why nothing can be done where it is not active and stays so: an engine takes nothing in then.
    """
    master = next((domain for domain in attached if domain.master), None)
    if master is None or master.status in ("active", *MOVING):
        return []
    entering = [step for step in steps.values() if step.action in ("attach", "activate")]
    comes = next((step for step in entering if step.target_id == master.id), None)
    if comes is not None:
        for step in entering:
            if step.id != comes.id:
                steps[step.id] = replace(step, after=step.after | {comes.id})
        return []
    if not entering:
        return []
    sentence = (
        f"domain {master.name}, the master of data center {data_center.name}, is {master.status or 'of unknown status'}"
        ", and nothing can be attached or activated before it. Activate it first, or name it among the domains"
    )
    return [sentence]


def _first(steps: dict[str, Step], guard: Guard, data_center: DataCenter, *, asked: bool) -> list[str]:
    """Let one domain come before all others, because it becomes the master of a data center that has none.

    Returns why that cannot be. A new domain is preferred, then one whose metadata names no data center. One that names
    another is never the first: the documentation of engines has it refused, engine 4.5.8 takes it without a word.
    """
    attaches = [step for step in steps.values() if step.action == "attach"]
    made = [step for step in attaches if _wanted(step).create]
    labels = ", ".join(step.name for step in attaches)
    if not attaches:
        return []
    if not made and not asked:
        return [uninitialized(data_center.name, labels)]
    able = made or [step for step in attaches if not guard.marked.get(step.target_id)]
    if not able:
        return [cannot_initialize(data_center.name, labels)]
    first = min(able, key=lambda step: guard.marked.get(step.target_id) is None)
    steps[first.id] = replace(first, details={**first.details, "first": True})
    for step in attaches:
        if step.id != first.id:
            steps[step.id] = replace(step, after=step.after | {first.id})
    return []


def _wanted(step: Step) -> WantedDomain:
    domain = step.details["domain"]
    if not isinstance(domain, WantedDomain):
        raise TypeError(f"step {step.id} is about no domain")
    return domain


def _made_before(domain: WantedDomain, known: Sequence[Domain]) -> WantedDomain:
    """A domain that shall be made, as the one that it is when it is there already."""
    found = next((other for other in known if domain.create and other.name == domain.name), None)
    if found is None:
        return domain
    place = (domain.address or found.address, domain.path or found.path)
    return replace(domain, id=found.id, address=place[0], path=place[1])


def _sign_ins(domain: WantedDomain, view: HostView, host: Host) -> list[tuple[Step, Change]]:
    """A step for each target that the host is not signed in to; none when it sees the domain already."""
    if any(seen.id == domain.id for seen in view.seen):
        return []
    return [
        (
            Step(
                id=f"sign_in:{target.address}:{target.port}:{target.target}",
                action="sign_in",
                kind="target",
                name=target.label,
                details={"target": target, "host": host.id},
                required=domain.required,
                says=f"sign host {host.name} in to {target.label}",
            ),
            Change("target", target.label, "host", ABSENT, host.name),
        )
        for target in domain.targets
        if target not in view.signed_in
    ]


def _steps_of(
    domain: WantedDomain,
    known: Domain | None,
    here: Domain | None,
    data_center: DataCenter,
    host: Host | None,
    sign_ins: Sequence[tuple[Step, Change]],
) -> list[tuple[Step, Change]]:
    """sign_ins: what must have ended well before the first of these."""
    made: list[tuple[Step, Change]] = []
    last = frozenset(step.id for step, _change in sign_ins)

    def add(action: str, says: str, field: str, before: object, after: object) -> None:
        nonlocal last
        step = Step(
            id=f"{action}:{domain.id or domain.name}",
            action=action,
            kind="domain",
            name=domain.label,
            target_id=domain.id,
            details={
                "domain": domain,
                "data_center": data_center.id,
                "host": host.id if host else "",
                "host_name": host.name if host else "",
                "center": data_center,
            },
            after=last,
            required=domain.required,
            says=says,
        )
        last = frozenset({step.id})
        made.append((step, Change("domain", domain.label, field, before, after)))

    if known is None and domain.create:
        add("create", f"make the empty domain {domain.name} on {domain.place}", "storage", ABSENT, domain.place)
    elif known is None:
        add("import", f"import {domain.label} from {domain.place}", "storage", ABSENT, domain.place)
    if here is None:
        add("attach", f"attach {domain.label} to {data_center.name}", "status", "unattached", "active")
    elif here.status in RESTING or here.status in MOVING:
        add("activate", f"activate {domain.label}", "status", here.status, "active")
    if domain.name and not domain.create and (known is None or known.name != domain.name):
        before = known.name if known else ABSENT
        add("rename", f"name domain {domain.id} {domain.name}", "name", before, domain.name)
    return made
