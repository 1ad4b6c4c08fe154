# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What carry_out calls to give a user or group a role on a VM or template (contract 07, 7.8)."""

from __future__ import annotations

import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.actions import Answer, Done, Failed
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import reference
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import element

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client


class Grant:
    """Gives one role. A permission that is there is left alone: the engine answers with the one it has."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def do(self, step: Step) -> Answer:
        if self._there(step):
            return Done("has the role", already=True)
        who = "group" if "group" in step.details else "user"
        self._client.post(
            _path(step),
            element("permission", element("role", id=str(step.details["role"])), element(who, id=_whom(step))),
            step=step.id,
            subject=f"{step.kind} {step.name}",
        )
        # The answer is the permission itself; whether it stays, its list tells.
        if not self._there(step):
            return Failed(f"{step.name}: the engine accepted the {step.details['part']} and does not list it")
        return Done("has the role again")

    def look(self, step: Step) -> bool:
        return self._there(step)

    def _there(self, step: Step) -> bool:
        who = "group" if "group" in step.details else "user"
        nodes = self._client.get(_path(step), subject=f"permissions of {step.kind} {step.name}")
        held = {(reference(node, "role"), reference(node, who)) for node in nodes}
        return (step.details["role"], _whom(step)) in held


def _whom(step: Step) -> str:
    return str(step.details.get("group") or step.details["user"])


def _path(step: Step) -> str:
    return f"/{step.kind}s/{step.target_id}/permissions"
