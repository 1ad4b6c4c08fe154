# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""After a register: what came is compared with the inventory, and lost permissions are given again."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.permissions import Grant
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Outcome
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.expected import Expectation
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.mappings import Mappings
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan, settled
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.verify import (
    Judged,
    failures,
    granted,
    judge,
    plan_grants,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput, DrError
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.context import Context, Result, merged
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.verify_reads import EngineSide
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory_records import (
    Inventory,
    InventoryTemplate,
    InventoryVm,
)

MOST_ENTITIES = 1000
"""A result stays small enough for a task, however much differs; the counts tell of all."""
MOST_LOOKS = 3
"""How often an entity is read whose groups or permissions may only not be there yet."""
CLONE = "register_clone"
REGISTERS = ("register", "register_template")
"""The actions after which an entity is compared."""


@dataclass(frozen=True)
class Verification:
    """What registered entities are compared with. inventory: None when there is none; domains: id -> name in the
    target; quotas_given: they were set anew, and read back then.
    """

    inventory: Inventory | None
    mappings: Mappings
    data_center_id: str
    domains: Mapping[str, str] = field(default_factory=dict)
    quotas_given: bool = False


@dataclass(frozen=True)
class _Entity:
    """Something that was registered. was: at the source, without what it was not to get; id: in the engine."""

    was: InventoryVm | InventoryTemplate
    id: str
    outcome: Outcome


def check_verification(params: Mapping[str, t.Any]) -> None:
    """BadInput for a comparison without something to compare with. Called before anything is written."""
    wanting = [
        option
        for option, said in (
            ("verify: full", params["verify"] == "full"),
            ("strict", bool(params["strict"])),
            ("permissions: restore", params["permissions"] == "restore"),
        )
        if said
    ]
    if wanting and not params["inventory"]:
        raise BadInput(f"{' and '.join(wanting)}: an inventory is needed to compare with; give 'inventory'")
    if params["verify"] in ("events", "none"):
        rest = [one for one in wanting if not one.startswith("verify")]
        if rest:
            raise BadInput(f"{' and '.join(rest)}: needs 'verify: full', not '{params['verify']}'")


def verified(context: Context, result: Result, params: Mapping[str, t.Any], what: Verification) -> Result:
    """The result of a register, with ``verified`` and ``differences``, and the outcomes of what that led to.

    Entities that a former run registered are compared as well. Without an inventory, or when that is not wanted,
    nothing is read, and neither after a run that was stopped. A comparison that cannot be made takes nothing away from
    what was registered: it is a warning, and a failure only if something must not differ.
    """
    result.extra.update(verified=None, differences=[])
    if what.inventory is None or params["verify"] in ("events", "none") or not context.wait or result.report.stopped:
        return result
    try:
        return _Verifying(context, what, what.inventory).run(result, params)
    except DrError as error:
        return _not_compared(result, error, fails=bool(params["strict"]))


def _not_compared(result: Result, error: DrError, *, fails: bool) -> Result:
    message = f"what was registered could not be compared with the inventory: {error}"
    if not fails:
        return replace(result, plan=replace(result.plan, warnings=(*result.plan.warnings, message)))
    outcome = replace(settled("verify", "inventory", "", "", "failed", message), failure=error.failure())
    return replace(result, plan=replace(result.plan, outcomes=(*result.plan.outcomes, outcome)))


class _Verifying:
    def __init__(self, context: Context, what: Verification, inventory: Inventory) -> None:
        self._context = context
        self._what = what
        self._domains = {**inventory.domains, **what.domains}
        self._known: dict[str, InventoryVm | InventoryTemplate] = {vm.id: vm for vm in inventory.vms}
        self._known.update(inventory.templates)

    def run(self, result: Result, params: Mapping[str, t.Any]) -> Result:
        """Compare, give permissions again, and put it all into the result."""
        there = [outcome for outcome in result.outcomes if self._is_there(outcome)]
        unknown = [outcome for outcome in there if outcome.target_id not in self._known]
        found = [self._entity(outcome) for outcome in there if outcome.target_id in self._known]
        entities = {one.id: one for one in found}
        if not entities:
            result.extra.update(verified=_counts(0, (), unknown, ()), differences=[])
            return result
        side = EngineSide(self._context.client, self._what.data_center_id, [one.was for one in entities.values()])
        judged = self._settled(side, entities)
        if params["permissions"] == "restore":
            plan = plan_grants(judged, side.roles, side.whom)
            grants = self._grants(plan, result)
            judged = granted(judged, grants.report.outcomes)
            result = merged([result, grants])
        different = [entity for entity in judged if entity.differences]
        extra = dict(result.extra)
        extra["verified"] = _counts(
            len(judged), different, unknown, [one.outcome for key, one in entities.items() if key in side.elsewhere]
        )
        extra["differences"] = [entity.data() for entity in different[:MOST_ENTITIES]]
        plan = result.plan
        plan = replace(
            plan,
            outcomes=(*plan.outcomes, *failures(different, params["strict"] or ())),
            warnings=(*plan.warnings, *side.unread),
        )
        return Result(plan, result.report, extra)

    def _grants(self, plan: Plan, result: Result) -> Result:
        if self._context.stop_at_failure and any(one.required and one.state == "failed" for one in result.outcomes):
            return self._context.not_begun(plan, "not run: the register ended before")
        return self._context.carry_out(plan, {"grant": Grant(self._context.client)})

    def _is_there(self, outcome: Outcome) -> bool:
        """Whether a register ended with the entity there; in check mode only what was there before is. A clone of an
        earlier run is left out: it is not known which disks it was to get.
        """
        if outcome.action == CLONE:
            return outcome.state == "done" and "id" in outcome.details
        states = ("already",) if self._context.check_mode else ("done", "already")
        return outcome.action in REGISTERS and outcome.state in states

    def _entity(self, outcome: Outcome) -> _Entity:
        was = self._known[outcome.target_id]
        if outcome.action != CLONE:
            return _Entity(was, outcome.target_id, outcome)
        left_out = outcome.details["left_out"]
        names = {one["disk"] for one in left_out} if isinstance(left_out, list) else set()
        disks = tuple(disk for disk in was.disks if disk.name not in names)
        return _Entity(replace(was, disks=disks), str(outcome.details["id"]), outcome)

    def _settled(self, side: EngineSide, entities: Mapping[str, _Entity]) -> list[Judged]:
        """What differs, once it stays so: what this run registered may still be written to."""
        judged = self._judged(side, entities)
        for _look in range(1, MOST_LOOKS):
            late = {
                one.id: entities[one.id]
                for one in judged.values()
                if one.may_be_late and entities[one.id].outcome.state == "done"
            }
            if not late:
                break
            self._context.clock.sleep(self._context.poll_interval)
            side.again()
            now = self._judged(side, late)
            same = all(now[one].differences == judged[one].differences for one in now)
            judged.update(now)
            if same:
                break
        return list(judged.values())

    def _judged(self, side: EngineSide, entities: Mapping[str, _Entity]) -> dict[str, Judged]:
        target = side.target()
        if self._what.quotas_given:
            target = replace(target, quotas=False)
        expectation = Expectation(self._what.mappings, target.knows)
        vms = {identity for identity, one in entities.items() if isinstance(one.was, InventoryVm)}
        now = side.machines(vms, entities.keys() - vms)
        return {
            identity: judge(
                expectation.of(one.was),
                now[identity],
                target,
                self._domains,
                new_ids=one.outcome.action == CLONE,
                required=one.outcome.required,
            )
            for identity, one in entities.items()
            if identity in now
        }


def _counts(
    compared: int, different: Sequence[Judged], unknown: Sequence[Outcome], elsewhere: Sequence[Outcome]
) -> dict[str, object]:
    return {
        "compared": compared,
        "same": compared - len(different),
        "different": len(different),
        "unknown": [outcome.name or outcome.target_id for outcome in unknown][:MOST_ENTITIES],
        "elsewhere": [outcome.name or outcome.target_id for outcome in elsewhere][:MOST_ENTITIES],
    }
