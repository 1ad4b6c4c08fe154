# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The templates that are registered because something that is chosen stands on them (contract 04, 4.9).

A thin VM is refused without its template, and a version without its base (contract 04, 4.3 row 17 and 4.6).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cached_property

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.difference import ABSENT, Change
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import (
    BLANK_TEMPLATE,
    UnregisteredTemplate,
    UnregisteredVm,
)


class Needed:
    """Templates that may come along, each at most once; bases before their versions.

    listed: reads what the domains list, by id; called at most once, and only when something needs it. registered: ids
    of the templates that are there; told: id -> what people call it and where it lies, by an inventory, or its id;
    left_out: whether one is to be left alone, by name or id; action: what their steps are for.
    """

    def __init__(
        self,
        listed: Callable[[], Mapping[str, UnregisteredTemplate]],
        registered: Collection[str],
        *,
        may_be_partial: Callable[[str], bool],
        told: Callable[[str], str] = str,
        left_out: Callable[[str], bool] = lambda _name: False,
        action: str = "register_template",
    ) -> None:
        self._read = listed
        self._registered = registered
        self._may_be_partial = may_be_partial
        self._told = told
        self._left_out = left_out
        self._action = action
        self._wanted: dict[str, _Want] = {}

    @cached_property
    def _listed(self) -> Mapping[str, UnregisteredTemplate]:
        return self._read()

    def before(self, template_id: str, *, required: bool, cluster_id: str) -> tuple[frozenset[str], str]:
        """The step after which the template is there, which is planned by this call; or why there can be none.

        required: whether what stands on it is; cluster_id: where that goes, when nothing else says it of the template.
        """
        template = self._listed.get(template_id)
        if template is None:
            return frozenset(), (
                f"its template {self._told(template_id)} is neither registered nor listed as unregistered on the given "
                "domains; attach the domain that holds it and name it in 'domains', then run again"
            )
        if self._left_out(template.name) or self._left_out(template.id):
            return frozenset(), f"its template {shown(template)} ({template.id}) is left out by 'exclude'"
        after: frozenset[str] = frozenset()
        base = template.template_id
        if base != BLANK_TEMPLATE and base not in self._registered:
            after, why = self.before(base, required=required, cluster_id=cluster_id)
            if why:
                return frozenset(), why
        want = self._wanted.setdefault(template_id, _Want(template, after, cluster_id))
        want.required = want.required or required
        return frozenset({step_id("template", template_id)}), ""

    def plan(self) -> Plan:
        """The steps of all that turned out to be needed."""
        steps = tuple(self._step(want) for want in self._wanted.values())
        changes = {
            step.id: (Change("template", shown(self._listed[step.target_id]), "registered", ABSENT, step.target_id),)
            for step in steps
        }
        return Plan(steps=steps, changes=changes)

    def _step(self, want: _Want) -> Step:
        template = want.template
        details: dict[str, object] = {
            "domain": template.domain_ids[0],
            "partial": self._may_be_partial(template.name) or self._may_be_partial(template.id),
        }
        if want.cluster_id:
            details["cluster"] = want.cluster_id
        return Step(
            id=step_id("template", template.id),
            action=self._action,
            kind="template",
            name=template.name,
            target_id=template.id,
            details=details,
            after=want.after,
            required=want.required,
            says=f"register template {shown(template)}",
        )


class _Want:
    def __init__(self, template: UnregisteredTemplate, after: frozenset[str], cluster_id: str) -> None:
        self.template = template
        self.after = after
        self.cluster_id = cluster_id
        self.required = False


def step_id(kind: str, entity_id: str) -> str:
    """The id of the step that registers an entity."""
    return f"register:{kind}:{entity_id}"


def shown(entity: UnregisteredVm | UnregisteredTemplate) -> str:
    """What tells an entity from all others: a template and its versions carry one name."""
    if isinstance(entity, UnregisteredTemplate) and entity.base_id != entity.id:
        return f"{entity.name} version {entity.version}"
    return entity.name
