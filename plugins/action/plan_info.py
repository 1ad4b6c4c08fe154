# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action plugin plan_info: reads a plan file on the controller and returns it as options of the modules."""

from __future__ import annotations

import os
import typing as t

from ansible.errors import AnsibleError
from ansible.parsing.vault import AnsibleVaultError
from ansible.plugins.action import ActionBase
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import DrError
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import read_inventory
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._plan.direction import (
    check_direction,
    directed,
    inventory_path,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._plan.errors import PlanError
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._plan.schema import check_plan

SPEC = {
    "path": {"type": "path", "required": True},
    "from": {"type": "str", "required": True},
    "to": {"type": "str", "required": True},
}


class ActionModule(ActionBase):
    """Reads, checks and turns a plan; it changes nothing and needs no engine."""

    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """The task's result: the plan seen from one site to another, or a failure with every mistake."""
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        _spec, options = self.validate_argument_spec(argument_spec=SPEC)
        path = self._loader.path_dwim(options["path"])
        try:
            plan = check_plan(self._load(path))
            check_direction(plan, options["from"], options["to"])
            folder = os.path.dirname(path)
            stored = inventory_path(plan, options["from"], folder)
            inventory = read_inventory(stored, options["from"]) if stored else None
            result["plan"] = directed(plan, options["from"], options["to"], folder, inventory)
        except PlanError as error:
            problems = list(error.problems)
            return {**result, "failed": True, "msg": f"The plan {path} cannot be used: {error}", "problems": problems}
        except DrError as error:
            return {
                **result,
                "failed": True,
                "msg": f"The plan {path} cannot be used: {error}",
                "problems": [str(error)],
            }
        result["changed"] = False
        return result

    def _load(self, path: str) -> t.Any:
        """The plan file as data; it may be encrypted with ansible-vault."""
        if not os.path.isfile(path):
            raise PlanError([f"there is no file {path}"])
        try:
            return self._loader.load_from_file(path, cache="none", unsafe=True)
        except AnsibleVaultError as error:
            raise PlanError([f"it cannot be decrypted: {error}"]) from error
        except AnsibleError as error:
            raise PlanError([f"it is not valid YAML{_position(error)}: {error}"]) from error


def _position(error: AnsibleError) -> str:
    """Where the YAML is broken; ansible-core shows it for unhandled errors only."""
    mark = getattr(error.__cause__ or getattr(error, "orig_exc", None), "problem_mark", None)
    return f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
