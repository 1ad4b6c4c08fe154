# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a register left out: an entity as an inventory and the mappings want it, beside what the engine now holds.

The engine answers 200 to a register that dropped roles, users, groups, labels, profiles or disks, and tells only some
of it in its events (contract 04, 4.4; 04c #59).
"""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.difference import ABSENT, Change
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Outcome, Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.compare import (
    Differs,
    compare,
    told,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan, settled
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory_records import (
    InventoryPermission,
    InventoryVm,
    Machine,
)

VERIFIED = (
    "disks",
    "active",
    "attachments",
    "snapshots",
    "vnics",
    "macs",
    "luns",
    "roles",
    "users",
    "permissions",
    "affinity_groups",
    "affinity_labels",
    "quota",
    "lease",
    "high_availability",
    "template",
)
"""The kinds of differences that a verification tells, most important first. roles, users: permissions that cannot be
there, because the target knows no such role, or no such user or group."""

LATE = frozenset({"permissions", "affinity_groups", "affinity_labels", "lease"})
"""What an engine writes last: without a reason it may only not be there yet, when a register was not waited for."""


@dataclass(frozen=True)
class Target:
    """What the target has to bind entities to. roles, affinity_labels: names; affinity_groups: (cluster, name); groups:
    names of groups of users; users: (login, domain); quotas: whether its data center uses them; domains: ids of the
    active storage domains of its data center.
    """

    roles: Collection[str] = ()
    users: Collection[tuple[str, str]] = ()
    groups: Collection[str] = ()
    affinity_groups: Collection[tuple[str, str]] = ()
    affinity_labels: Collection[str] = ()
    quotas: bool = False
    domains: Collection[str] = ()

    def knows(self, permission: InventoryPermission) -> bool:
        """Whether the user or the group of a permission is known."""
        if permission.group:
            return permission.group in self.groups
        return (permission.user, permission.domain) in self.users


@dataclass(frozen=True)
class Judged:
    """What was found of one entity. kind: vm or template; lost: permissions that could be given again."""

    kind: str
    id: str
    name: str
    differences: tuple[Differs, ...]
    lost: tuple[InventoryPermission, ...]
    required: bool = True

    @property
    def may_be_late(self) -> bool:
        """Whether something is missing for no reason that is known."""
        return any(one.kind in LATE and not one.reason for one in self.differences)

    def data(self) -> dict[str, object]:
        """The entity for a module's result."""
        return {
            "kind": self.kind,
            "name": self.name,
            "id": self.id,
            "differences": [one.data() for one in self.differences],
        }


def judge(
    expected: Machine,
    now: Machine,
    target: Target,
    domains: Mapping[str, str],
    *,
    new_ids: bool = False,
    required: bool = True,
) -> Judged:
    """Compare an entity with what it should be. What came to it since is no difference.

    domains: id -> name; new_ids: it was cloned.
    """
    found = [
        _explained(one, expected, now.cluster, target, domains)
        for one in compare(expected, now, domains, new_ids=new_ids, additional=False)
        if one.kind in VERIFIED and (one.kind != "quota" or target.quotas)
    ]
    held = {told(permission) for permission in now.permissions}
    lost = tuple(
        permission
        for permission in expected.permissions
        if told(permission) not in held and permission.role in target.roles and target.knows(permission)
    )
    ordered = sorted(found, key=lambda one: VERIFIED.index(one.kind))
    kind = "vm" if isinstance(now, InventoryVm) else "template"
    return Judged(kind, now.id, now.name, tuple(ordered), lost, required)


def _explained(one: Differs, expected: Machine, cluster: str, target: Target, domains: Mapping[str, str]) -> Differs:
    """The difference with the reason why something cannot be there, where that is known."""
    if one.field:
        return one
    if one.kind == "disks":
        return one._replace(reason=_not_at_hand(one.part, expected, target, domains))
    if one.kind == "permissions":
        permission = next(held for held in expected.permissions if f"permission {told(held)}" == one.part)
        if permission.role not in target.roles:
            return one._replace(kind="roles", reason=f"there is no role {permission.role}")
        if not target.knows(permission):
            who = f"group {permission.group}" if permission.group else f"user {permission.user}@{permission.domain}"
            return one._replace(kind="users", reason=f"the engine knows no {who}")
    if one.kind == "affinity_groups":
        name = one.part.removeprefix("affinity group ")
        there = (cluster, name) in target.affinity_groups
        return one if there else one._replace(reason=f"there is no such group in cluster {cluster}")
    if one.kind == "affinity_labels" and one.part.removeprefix("affinity label ") not in target.affinity_labels:
        return one._replace(reason="there is no such label")
    return one


def _not_at_hand(part: str, expected: Machine, target: Target, domains: Mapping[str, str]) -> str:
    """Why a disk did not come: it lies on no domain that is active, so the VM came without it. Empty for another."""
    places = next(disk.domain_ids for disk in expected.disks if f"disk {disk.name or disk.id}" == part)
    if not places or any(place in target.domains for place in places):
        return ""
    return f"it lies on {' and '.join(domains.get(place, place) for place in places)}, which is not active here"


def failures(judged: Sequence[Judged], strict: Collection[str]) -> list[Outcome]:
    """A failed outcome for each entity with a difference of a kind that must not be."""
    outcomes: list[Outcome] = []
    for entity in judged:
        bad = [one.says() for one in entity.differences if one.kind in strict]
        if bad:
            message = f"{entity.name} is registered, and not as the inventory says: {'; '.join(bad)}"
            outcomes.append(
                settled("verify", entity.kind, entity.name, entity.id, "failed", message, required=entity.required)
            )
    return outcomes


def plan_grants(
    judged: Sequence[Judged], roles: Mapping[str, str], who: t.Callable[[InventoryPermission], str]
) -> Plan:
    """The steps that give lost permissions again. roles: name -> id; who: the id of the user or group."""
    steps: list[Step] = []
    changes: dict[str, tuple[Change, ...]] = {}
    for entity in judged:
        for permission in entity.lost:
            words = told(permission)
            step = Step(
                id=f"grant:{entity.kind}:{entity.id}:{words}",
                action="grant",
                kind=entity.kind,
                name=entity.name,
                target_id=entity.id,
                details={
                    "role": roles[permission.role],
                    "group" if permission.group else "user": who(permission),
                    "part": f"permission {words}",
                },
                required=entity.required,
                says=f"give {words} on {'VM' if entity.kind == 'vm' else entity.kind} {entity.name} again",
            )
            steps.append(step)
            changes[step.id] = (Change(entity.kind, entity.name, f"permission {words}", ABSENT, "given again"),)
    return Plan(steps=tuple(steps), changes=changes)


def granted(judged: Sequence[Judged], outcomes: Sequence[Outcome]) -> list[Judged]:
    """The same without the permissions that were given again; what differs in nothing more is kept, with nothing."""
    given = {
        (one.target_id, one.step_id.split(":", 3)[3])
        for one in outcomes
        if one.action == "grant" and one.state in ("done", "already")
    }
    return [
        Judged(
            entity.kind,
            entity.id,
            entity.name,
            tuple(
                one
                for one in entity.differences
                if one.kind != "permissions" or (entity.id, one.part.removeprefix("permission ")) not in given
            ),
            tuple(one for one in entity.lost if (entity.id, told(one)) not in given),
            entity.required,
        )
        for entity in judged
    ]
