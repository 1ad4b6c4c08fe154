# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an iSCSI target shows the LUNs that the engine will look for there after a connection is pointed at it.

The engine knows a block domain by the ids of its LUNs. A replica that shows other ids can be imported, but a connection
that is pointed at it leads to nothing, so it is compared before anything is stopped.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.difference import ABSENT, Change
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.blocks import Target as Portal
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.blocks import labels
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_blockers import NOBODY, Use
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_targets import Target
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.connections import Connection
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Host

MOST_LUNS = 5
PLACE = {"address", "port", "target"}


@dataclass(frozen=True)
class Lying:
    """A domain or LUN disk whose connections are pointed elsewhere.

    luns: the ids that the engine knows it by; targets: through which it must be seen then; new: those among them that
    connections are pointed at; edits: the ids of the steps that do so; data_center: the id of the domain's, or "".
    """

    kind: str
    name: str
    id: str
    targets: tuple[Portal, ...]
    new: tuple[Portal, ...]
    edits: frozenset[str]
    required: bool
    luns: tuple[str, ...] = ()
    data_center: str = ""

    @property
    def label(self) -> str:
        """How it is called in messages."""
        return f"{self.kind} {self.name}"


def lying(
    found: Sequence[Target],
    use: Mapping[str, Use],
    connections: Sequence[Connection],
    links: Mapping[str, Sequence[str]],
) -> list[Lying]:
    """What lies on those iSCSI connections that are pointed elsewhere. links: domain id -> ids of its connections."""
    moved = {
        target.known.id: target
        for target in found
        if target.known is not None and target.known.type == "iscsi" and PLACE & set(target.differs)
    }
    domains = {domain.id: domain for key in moved for domain in use.get(key, NOBODY).domains}
    disks = {disk.id: disk for key in moved for disk in use.get(key, NOBODY).disks}
    by_id = {item.id: item for item in connections}
    of_domains = [
        replace(
            _of("domain", domain.name, domain.id, links.get(domain.id, ()), moved, by_id),
            luns=domain.lun_ids,
            data_center=next(iter(domain.data_center_ids), ""),
        )
        for domain in domains.values()
    ]
    of_disks = [
        replace(
            _of("LUN disk", disk.name, disk.id, [item.id for item in connections if disk.on(item)], moved, by_id),
            luns=(disk.lun_id,) if disk.lun_id else (),
        )
        for disk in disks.values()
    ]
    return [*of_domains, *of_disks]


def _of(
    kind: str,
    name: str,
    identity: str,
    on: Iterable[str],
    moved: Mapping[str, Target],
    by_id: Mapping[str, Connection],
) -> Lying:
    on = tuple(on)
    stays = [_portal(by_id[key]) for key in on if key in by_id and key not in moved]
    goes = [moved[key] for key in on if key in moved]
    new = tuple(dict.fromkeys(_portal(target.wanted, target.wish.password) for target in goes))
    return Lying(
        kind=kind,
        name=name,
        id=identity,
        targets=(*new, *(portal for portal in stays if portal not in new)),
        new=new,
        edits=frozenset(f"edit:{target.key}" for target in goes),
        required=any(target.wish.required for target in goes),
    )


def _portal(connection: Connection, password: str = "") -> Portal:
    # Without a password nobody can sign in with the user's name alone.
    username = connection.username if password else ""
    return Portal(connection.address, connection.port or 0, connection.target, username, password)


def unlike(one: Lying, seen: Mapping[Portal, Collection[str]], host: str) -> str:
    """Why the targets cannot take the place of the old ones, as far as ``host`` sees them; empty when they can.

    seen: target -> the ids of the LUNs that the host sees through it.
    """
    if not one.luns:
        return (
            f"{one.label}: the engine does not tell on which LUNs it lies, so nothing can be compared with the new ones"
        )
    there = list(dict.fromkeys(lun for target in one.targets for lun in seen.get(target, ())))
    missing = [lun for lun in one.luns if lun not in there]
    if not missing:
        return ""
    others = f"LUN {_some(there)}" if there else "no LUN"
    return (
        f"{one.label} lies on LUN {_some(missing)}, and through {labels(one.targets)} host {host} sees {others}. A "
        "connection cannot be pointed at a replica with other LUN ids; import it instead, with storage_domain_attach "
        "or way other_engine of a plan"
    )


def compared(plan: Plan, things: Iterable[Lying], host: Host, signed_in: Collection[Portal]) -> Plan:
    """The plan with what must be seen first: sign-ins where the host has none yet, then a look at the LUNs.

    Nothing is stopped, brought to maintenance or edited before the look. What the host sees already was compared.
    """
    steps: dict[str, Step] = {}
    changes: dict[str, tuple[Change, ...]] = {}
    gates: dict[str, frozenset[str]] = {}
    unproven: list[str] = []
    for one in things:
        missing = [target for target in one.new if target not in signed_in]
        if not missing:
            continue
        for target in missing:
            step = Step(
                id=f"sign_in:{target.address}:{target.port}:{target.target}",
                action="sign_in",
                kind="target",
                name=target.label,
                details={"target": target, "host": host.id},
                required=one.required,
                says=f"sign host {host.name} in to {target.label}",
            )
            steps[step.id] = replace(step, required=step.required or (step.id in steps and steps[step.id].required))
            changes[step.id] = (Change("target", target.label, "host", ABSENT, host.name),)
        look = Step(
            id=f"compare:{one.id}",
            action="compare",
            kind=one.kind,
            name=one.name,
            target_id=one.id,
            details={"lying": one, "host": host.id, "host_name": host.name},
            after=frozenset(f"sign_in:{target.address}:{target.port}:{target.target}" for target in missing),
            required=one.required,
            says=f"compare the LUNs of {one.label}",
        )
        steps[look.id] = look
        for edit in one.edits:
            gates[edit] = gates.get(edit, frozenset()) | {look.id}
        unproven.append(
            f"whether {labels(one.new)} shows the LUNs of {one.label}, before host {host.name} has signed in there"
        )
    if not steps:
        return plan
    gated = plan.after(_with_what_comes_before(plan, gates))
    return replace(
        gated,
        steps=(*steps.values(), *gated.steps),
        changes={**changes, **gated.changes},
        not_proven=(*unproven, *gated.not_proven),
    )


def _with_what_comes_before(plan: Plan, gates: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """The gates of edits, for all steps too that an edit waits for."""
    by_id = {step.id: step for step in plan.steps}
    found: dict[str, frozenset[str]] = {}
    for edit, gate in gates.items():
        queue = [edit]
        for step_id in queue:
            found[step_id] = found.get(step_id, frozenset()) | gate
            queue.extend(before for before in by_id[step_id].after if before not in queue)
    return found


def _some(luns: Sequence[str]) -> str:
    return ", ".join(luns[:MOST_LUNS]) + (", ..." if len(luns) > MOST_LUNS else "")
