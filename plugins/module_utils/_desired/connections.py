# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Planning how storage connections are made, edited and removed, with the maintenance that an edit needs.

An edit of a connection that active domains use goes: VMs off, domains to maintenance with the master last, edit,
domains active again with the master first (contract 02, 2.4; 03, 3.5 and 3.6).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.difference import ABSENT, Change
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Outcome, Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_blockers import (
    EDITABLE,
    NOBODY,
    Policy,
    Use,
    find_blockers,
    of_domain,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_targets import SECRET, Target
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_wishes import FIELDS
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan, settled
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.power import GOING_DOWN
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.wanted_domains import WantedDomain
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.connections import LunDisk
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Domain, Vm


def plan_connections(targets: Sequence[Target], use: Mapping[str, Use], policy: Policy) -> Plan:
    """The steps that make these connections as wanted, and their domains active where ``policy`` allows maintenance.

    BadInput names everything that stands in the way.
    """
    blockers = find_blockers(targets, use, policy)
    if blockers:
        raise BadInput("Nothing was changed. " + "; ".join(blockers) + ". Clear these, then run again", blockers)
    work = _Work(targets, use, policy)
    for target in targets:
        if target.known is None:
            work.create(target)
        elif target.differs:
            work.edit(target)
        elif not (target.joins or target.leaves):
            work.keep(target)
    for target in targets:
        work.join(target)
    for target in targets:
        work.leave(target)
    work.activate_all()
    work.start_all()
    return Plan(steps=tuple(work.steps.values()), outcomes=tuple(work.outcomes), changes=work.changes)


def plan_removal(targets: Sequence[Target], use: Mapping[str, Use], host: str) -> Plan:
    """The steps that remove these connections. host: the id of one that lets go of them, or nothing.

    BadInput names the domains and disks that use any of them: the engine names only some (contract 02, 2.5).
    """
    problems: list[str] = []
    steps: list[Step] = []
    outcomes: list[Outcome] = []
    changes: dict[str, tuple[Change, ...]] = {}
    for target in targets:
        known, required = target.known, target.wish.required
        if known is None:
            name = target.wanted.name or target.wish.id or target.wish.who
            message = "the engine has no such connection"
            outcomes.append(settled("remove", "connection", name, "", "already", message, required=required))
            continue
        users = use.get(known.id, NOBODY)
        used_by = [f"{what} {', '.join(sorted(one.name for one in them))}" for what, them in _users(users) if them]
        if used_by:
            problems.append(f"connection {known.name} ({known.id}) is used by {' and by '.join(used_by)}")
            continue
        step = Step(
            id=f"remove:{known.id}",
            action="remove",
            kind="connection",
            name=known.name,
            target_id=known.id,
            details={"host": host},
            required=required,
            says=f"remove connection {known.name}",
        )
        steps.append(step)
        changes[step.id] = (Change("connection", known.name, "", known.id, ABSENT),)
    if problems:
        raise BadInput("Nothing was changed. " + "; ".join(problems) + ". Only an unused connection can be removed")
    return Plan(steps=tuple(steps), outcomes=tuple(outcomes), changes=changes)


def _users(use: Use) -> tuple[tuple[str, Sequence[Domain | LunDisk]], ...]:
    return (("the storage domains", use.domains), ("the LUN disks", use.disks))


class _Work:
    """Collects the steps; each VM and each domain gets one of a kind, however many connections it needs."""

    def __init__(self, targets: Sequence[Target], use: Mapping[str, Use], policy: Policy) -> None:
        self._use = use
        self._policy = policy
        self.steps: dict[str, Step] = {}
        self.outcomes: list[Outcome] = []
        self.changes: dict[str, tuple[Change, ...]] = {}
        # domain id -> the domain and the edits that must have ended before it is activated.
        self._to_activate: dict[str, tuple[Domain, set[str], bool]] = {}
        # VM id -> the VM that is started at the end, and the edits of the connections of its own LUN disks.
        self._to_start: dict[str, tuple[Vm, set[str], bool]] = {}
        edited = [target.known.id for target in targets if target.known is not None and target.differs]
        edited += [of_domain(domain) for target in targets for domain in (*target.joins, *target.leaves)]
        self._going_down = {
            domain.id: domain
            for connection in edited
            for domain in use.get(connection, NOBODY).domains
            if domain.status not in (*EDITABLE, "unknown")
        }

    def create(self, target: Target) -> None:
        """A new connection."""
        told = {name: value for name in FIELDS[target.wanted.type] if (value := getattr(target.wanted, name))}
        change = Change("connection", target.wanted.name, "", ABSENT, {"type": target.wanted.type, **told})
        self._add(
            Step(
                id=f"create:{target.key}",
                action="create",
                kind="connection",
                name=target.wanted.name,
                details={"target": target, "host": self._policy.host},
                required=target.wish.required,
                says=f"make connection {target.wanted.name}",
            ),
            change,
        )

    def edit(self, target: Target) -> None:
        """An edit, after the domains that use the connection came to maintenance and its VMs are off."""
        known = target.known
        if known is None:
            return
        use = self._use.get(known.id, NOBODY)
        before: set[str] = {self._stop(vm) for vm in use.plugged if vm.status != "down"}
        forced = False
        for domain in use.domains:
            if domain.status in EDITABLE:
                continue
            before |= {self._stop(vm) for vm in use.busy(domain)}
            forced = forced or domain.status == "unknown"
            if domain.id in self._going_down:
                before.add(self._deactivate(domain))
        names = ", ".join(target.differs)
        moved = known.name != target.wanted.name
        step = Step(
            id=f"edit:{known.id}",
            action="edit",
            kind="connection",
            name=target.wanted.name,
            target_id=known.id,
            details={"target": target, "host": self._policy.host, "force": forced},
            after=frozenset(before),
            required=target.wish.required,
            says=f"point connection {known.name} at {target.wanted.name}" if moved else f"edit {names} of {known.name}",
        )
        changes = [
            Change("connection", known.id, name, getattr(known, name) or ABSENT, getattr(target.wanted, name))
            if name != SECRET
            else Change("connection", known.id, SECRET, "not readable", "sent")
            for name in target.differs
        ]
        self._add(step, *changes)
        self._note_activation(target, step.id)
        self._note_starts(target, use, step.id)

    def join(self, target: Target) -> None:
        """Domains begin to use a connection, which is there by then."""
        for domain in target.joins:
            self._membership(target, domain, "join", f"attach connection {target.wanted.name} to {domain.name}", set())

    def leave(self, target: Target) -> None:
        """Domains cease to use a connection, after those that take its place are attached."""
        for domain in target.leaves:
            others = {key for key in self.steps if key.startswith("join:") and key.endswith(f":{domain.id}")}
            self._membership(
                target, domain, "leave", f"detach connection {target.wanted.name} from {domain.name}", others
            )

    def _membership(self, target: Target, domain: Domain, action: str, says: str, before: set[str]) -> None:
        use = self._use[of_domain(domain)]
        made = {f"create:{target.key}", f"edit:{target.key}"} & self.steps.keys()
        for here in use.domains:
            before |= {self._stop(vm) for vm in use.busy(here)}
            if here.id in self._going_down:
                before.add(self._deactivate(here))
        step = Step(
            id=f"{action}:{target.key}:{domain.id}",
            action=action,
            kind="connection",
            name=target.wanted.name,
            target_id=target.known.id if target.known else "",
            details={"target": target, "domain": domain},
            after=frozenset(before | made),
            required=target.wish.required,
            says=says,
        )
        uses, uses_not = target.wanted.name, ABSENT
        change = (uses_not, uses) if action == "join" else (uses, uses_not)
        self._add(step, Change("domain", domain.name, f"connection {target.wanted.name}", *change))
        self._note_domains(target, use.domains, step.id)
        self._note_starts(target, use, "")

    def keep(self, target: Target) -> None:
        """A connection that is as wanted; its domains may still have to come up, as after a run that was cut off."""
        known = target.known
        if known is None:
            return
        message = f"is {known.name}"
        self.outcomes.append(
            settled("edit", "connection", known.name, known.id, "already", message, required=target.wish.required)
        )
        self._note_activation(target, "")
        self._note_starts(target, self._use.get(known.id, NOBODY), "")

    def activate_all(self) -> None:
        """Domains become active: of each data center the master first, as the others need it."""
        masters = {
            domain.data_center_ids[0]: f"activate:{domain.id}"
            for domain, _edits, _required in self._to_activate.values()
            if domain.master
        }
        for domain, edits, required in self._to_activate.values():
            after = set(edits)
            first = masters.get(domain.data_center_ids[0])
            if first and not domain.master:
                after.add(first)
            now = "maintenance" if f"deactivate:{domain.id}" in self.steps else domain.status
            wanted = WantedDomain(
                domain.id, domain.name, domain.storage_type, domain.address, domain.path, required=required
            )
            self._add(
                Step(
                    id=f"activate:{domain.id}",
                    action="activate",
                    kind="domain",
                    name=domain.name,
                    target_id=domain.id,
                    details={"domain": wanted, "data_center": domain.data_center_ids[0]},
                    after=frozenset(after),
                    required=required,
                    says=f"activate {domain.name}",
                ),
                Change("domain", domain.name, "status", now, "active"),
            )

    def start_all(self) -> None:
        """VMs that were stopped are started, when every domain that they lie on and every LUN of theirs is back."""
        for vm, edits, required in self._to_start.values():
            domains = {
                domain.id for use in self._use.values() for domain in use.domains if vm in use.vms.get(domain.id, ())
            }
            active = {f"activate:{domain}" for domain in domains} & self.steps.keys()
            stopped = {f"down:{vm.id}"} & self.steps.keys()
            step = Step(
                id=f"up:{vm.id}",
                action="up",
                kind="vm",
                name=vm.name,
                target_id=vm.id,
                details={"status": "down"},
                after=frozenset(active | edits | stopped),
                required=required,
                says=f"start VM {vm.name} again",
            )
            self._add(step, Change("vm", vm.name, "status", "down", "up"))

    def _note_starts(self, target: Target, use: Use, edit: str) -> None:
        if not self._policy.start_again:
            return
        for vm in (*(vm for them in use.vms.values() for vm in them), *use.plugged):
            stopped = f"down:{vm.id}" in self.steps and vm.status not in GOING_DOWN
            if stopped or (vm.status == "down" and vm.id in self._policy.stopped_before):
                _vm, edits, required = self._to_start.get(vm.id, (vm, set(), False))
                if edit and vm in use.plugged:
                    edits.add(edit)
                self._to_start[vm.id] = (vm, edits, required or target.wish.required)

    def _note_activation(self, target: Target, edit: str) -> None:
        if target.known is not None:
            self._note_domains(target, self._use.get(target.known.id, NOBODY).domains, edit)

    def _note_domains(self, target: Target, domains: Sequence[Domain], edit: str) -> None:
        for domain in domains if self._policy.maintenance else ():
            if domain.status == "unattached" or (not edit and domain.status == "active"):
                continue
            known = self._to_activate.setdefault(domain.id, (domain, set(), False))
            if edit:
                known[1].add(edit)
            self._to_activate[domain.id] = (domain, known[1], known[2] or target.wish.required)

    def _stop(self, vm: Vm) -> str:
        step = Step(
            id=f"down:{vm.id}",
            action="down",
            kind="vm",
            name=vm.name,
            target_id=vm.id,
            details={"status": vm.status},
            says=f"stop VM {vm.name}",
        )
        return self._add(step, Change("vm", vm.name, "status", vm.status, "down"))

    def _deactivate(self, domain: Domain) -> str:
        after: set[str] = set()
        for use in self._use.values():
            if domain in use.domains:
                after |= {self._stop(vm) for vm in use.busy(domain)}
        center = domain.data_center_ids[0]
        if domain.master:
            others = [one for one in self._going_down.values() if center in one.data_center_ids and not one.master]
            after |= {f"deactivate:{one.id}" for one in others}
        step = Step(
            id=f"deactivate:{domain.id}",
            action="deactivate",
            kind="domain",
            name=domain.name,
            target_id=domain.id,
            details={"data_center": center, "status": domain.status},
            after=frozenset(after),
            says=f"bring {domain.name} to maintenance",
        )
        return self._add(step, Change("domain", domain.name, "status", domain.status, "maintenance"))

    def _add(self, step: Step, *changes: Change) -> str:
        self.steps.setdefault(step.id, step)
        self.changes.setdefault(step.id, changes)
        return step.id
