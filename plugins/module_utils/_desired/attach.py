# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Planning how storage domains become known, attached and active in a data center (contract 03, 3.2 to 3.5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.difference import ABSENT, Change
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Outcome, Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.blocks import (
    BLOCK_TYPES,
    HostView,
    Login,
    Target,
    block_targets,
    labels,
    not_to_be_had,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan, settled
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import DataCenter, Domain, Host

FILE_TYPES = ("nfs", "posixfs", "glusterfs")
# Statuses from which `activate` is accepted (contract 03, 3.5), and those that pass by themselves.
RESTING = ("inactive", "unknown", "maintenance", "preparing_for_maintenance")
MOVING = ("activating", "locked")


@dataclass(frozen=True)
class WantedDomain:
    """A domain as the playbook wants it. ``id`` is what its metadata must say; ``name`` what it shall be called.

    An empty ``name`` keeps the name that the metadata holds. connection: the id of the storage connection on which it
    lies, where that is there already; create: it is a new, empty one, which gets its id from the engine.
    """

    id: str
    name: str
    type: str
    address: str
    path: str
    vfs_type: str = ""
    mount_options: str = ""
    nfs_version: str = ""
    nfs_timeo: int | None = None
    nfs_retrans: int | None = None
    required: bool = True
    targets: tuple[Target, ...] = ()
    connection: str = ""
    create: bool = False

    @property
    def block(self) -> bool:
        """Whether it lies on block devices: such a domain is imported by its id, from what a host sees."""
        return self.type in BLOCK_TYPES

    @property
    def label(self) -> str:
        """How the domain is called in messages."""
        return self.name or self.id

    @property
    def place(self) -> str:
        """Where its storage is, as an operator would write it."""
        if self.block:
            return labels(self.targets) or "Fibre Channel"
        return f"{self.address}:{self.path}" if self.address else self.path


def wanted_domains(
    options: Sequence[Mapping[str, object]], chap: Mapping[str, Login] | None = None
) -> tuple[WantedDomain, ...]:
    """The option ``domains`` as records; BadInput names every mistake at once. chap: logins by target name (IQN)."""
    wanted: list[WantedDomain] = []
    problems: list[str] = []
    for number, option in enumerate(options, 1):
        given = {key: value for key, value in option.items() if value is not None}
        plain = {key: value for key, value in given.items() if key != "targets"}
        domain = WantedDomain(**{"id": "", "name": "", "address": "", "path": "", **plain})  # type: ignore[arg-type]
        who = f"domains[{number}] {domain.label}".rstrip()
        if domain.create:
            problems.extend(f"{who}: {problem}" for problem in _wrong_new(domain))
        elif not domain.id:
            problems.append(
                f"{who}: 'id' is needed. It is what tells the domain from another one that lies on the same path; "
                "take it from the inventory of the site that owns the domain"
            )
        if domain.block:
            targets, wrong = block_targets(who, domain.type, given, chap or {})
            problems.extend(wrong)
            if domain.connection:
                problems.append(f"{who}: 'connection' is for file storage, not for {domain.type}")
            wanted.append(replace(domain, targets=targets))
            continue
        if given.get("targets"):
            problems.append(f"{who}: 'targets' is for type iscsi, not for {domain.type}")
        if domain.connection:
            # The place is what the connection says.
            wanted.append(domain)
            continue
        if domain.type == "localfs" and not domain.create:
            problems.append(f"{who}: a domain on local storage cannot be imported, only made with 'create'")
        if not domain.path:
            problems.append(f"{who}: 'path' is needed for type {domain.type}")
        if domain.type == "nfs" and not domain.address:
            problems.append(f"{who}: 'address' is needed for type nfs")
        if domain.type in ("posixfs", "glusterfs") and not domain.vfs_type:
            problems.append(f"{who}: 'vfs_type' is needed for type {domain.type}")
        wanted.append(domain)
    for field in ("id", "name"):
        values = [getattr(domain, field) for domain in wanted if getattr(domain, field)]
        for value in sorted({value for value in values if values.count(value) > 1}):
            problems.append(f"{field} {value} is given for {values.count(value)} domains")
    if problems:
        raise BadInput("; ".join(problems))
    return tuple(wanted)


def _wrong_new(domain: WantedDomain) -> list[str]:
    """What is wrong with a domain that shall be made."""
    problems = []
    if domain.id:
        problems.append("'id' cannot be chosen for a domain that is made; leave it out, or leave 'create' out")
    if not domain.name:
        problems.append("'name' is needed for a domain that is made")
    if domain.block:
        problems.append(f"'create' is for file storage and local storage, not for {domain.type}")
    return problems


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
    sign_in: bool = False,
) -> Plan:
    """The steps that bring these domains to active in ``data_center``.

    known: every domain of the engine; attached: those of the data center with their status; host: an up host of the
    data center that imports and looks at metadata; view: what it sees of block storage, needed for unknown_blocks();
    sign_in: whether it may be signed in to iSCSI targets. BadInput names everything that forbids a start, before any
    write; a best effort domain that is not to be had does not forbid it, it fails alone.
    """
    problems: list[str] = []
    steps: dict[str, Step] = {}
    outcomes: list[Outcome] = []
    changes: dict[str, tuple[Change, ...]] = {}
    unproven: list[str] = []
    here = {domain.id: domain for domain in attached}
    by_id = {domain.id: domain for domain in known}
    view = view or HostView()
    for asked in wanted:
        domain = _made_before(asked, known)
        problem = _conflict(domain, by_id, here, data_center)
        if problem:
            problems.append(problem)
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
    if any(step.action in ("import", "create", "attach") for step in steps.values()) and host is None:
        problems.append(
            f"data center {data_center.name} has no host that is up, so nothing can be imported or attached; "
            "activate a host first"
        )
    if problems:
        raise BadInput("; ".join(problems))
    return Plan(steps=tuple(steps.values()), outcomes=tuple(outcomes), changes=changes, not_proven=tuple(unproven))


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


def _conflict(
    domain: WantedDomain, by_id: Mapping[str, Domain], here: Mapping[str, Domain], data_center: DataCenter
) -> str:
    known = by_id.get(domain.id)
    if known is None:
        if data_center.status == "uninitialized" and not domain.create:
            return (
                f"domain {domain.label}: data center {data_center.name} is uninitialized; an imported domain would "
                "become its master. Attach a domain of its own to the data center first"
            )
        if domain.create:
            return ""
        namesake = next((other for other in by_id.values() if domain.name and other.name == domain.name), None)
        if namesake is not None:
            return (
                f"domain {domain.label}: the name is taken by another domain ({namesake.id}); "
                "want another name for it, or rename the other one"
            )
        return ""
    if domain.id not in here and known.data_center_ids:
        return (
            f"domain {domain.label}: is attached to another data center of this engine "
            f"({', '.join(known.data_center_ids)}); detach it there first"
        )
    if domain.type != known.storage_type and (domain.block or known.storage_type in BLOCK_TYPES):
        return (
            f"domain {domain.label}: the engine knows it as one of type {known.storage_type}, the playbook says "
            f"{domain.type}; correct the type"
        )
    if domain.block:
        return _other_targets(domain, known)
    if (known.address, known.path) != (domain.address, domain.path):
        place = f"{known.address}:{known.path}" if known.address else known.path
        return (
            f"domain {domain.label}: the engine knows it on {place}, the playbook wants {domain.place}; "
            "its connection must be changed, which this module never does"
        )
    return ""


def _other_targets(domain: WantedDomain, known: Domain) -> str:
    """What is wrong when the engine knows a domain on none of the wanted targets."""
    if not domain.targets or not known.targets or {target.target for target in domain.targets} & set(known.targets):
        return ""
    return (
        f"domain {domain.label}: the engine knows it on {', '.join(known.targets)}, the playbook wants {domain.place}; "
        "its connections must be changed, which this module never does"
    )


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
