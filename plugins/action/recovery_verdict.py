# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action plugin recovery_verdict: shows the table and the verdict of a recovery, and fails unless it is a good one."""

from __future__ import annotations

import json
import os
import tempfile
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._verdict.judge import (
    StepResult,
    judge,
    some,
    totals,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._verdict.summary import summary
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._verdict.table import report

SPEC = {
    "steps": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {"name": {"type": "str", "required": True}, "result": {"type": "dict"}},
    },
    "left_out": {"type": "list", "elements": "str"},
    "not_started": {"type": "list", "elements": "str"},
    "journal": {"type": "path"},
    "run_id": {"type": "str"},
    "summary": {"type": "path"},
}


class ActionModule(ActionBase):
    """Only shows and judges results that the controller holds already."""

    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """The task's result: verdict, counts and lines; failed when the recovery is stopped or incomplete."""
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        _spec, options = self.validate_argument_spec(argument_spec=SPEC)
        steps = [StepResult(step["name"], _reached(step["result"])) for step in options["steps"]]
        verdict = judge(steps, _plan_notes(options), check_mode=self._task.check_mode)
        lines = report(steps, verdict, options["journal"])
        if options["summary"]:
            document = summary(steps, verdict, run_id=options["run_id"], journal=options["journal"])
            _write(self._loader.path_dwim(options["summary"]), document)
        display = Display()
        for line in lines:
            display.display(line)
        result.update(
            changed=False,
            verdict=verdict.word,
            counts=totals(steps),
            notes=list(verdict.notes),
            lines=lines,
            msg=" ".join([f"{verdict.headline}.", *verdict.next_steps]),
            failed=not verdict.good,
        )
        return result


def _write(path: str, document: dict[str, t.Any]) -> None:
    """Write the summary for its owner only, all at once: who reads it while it is written sees the former one."""
    folder = os.path.dirname(path)
    try:
        descriptor, partial = tempfile.mkstemp(dir=folder, prefix=".summary-")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(document, file, indent=2)
            file.write("\n")
        os.replace(partial, path)
    except OSError as error:
        raise AnsibleActionFail(f"The summary {path} cannot be written: {error.strerror}") from error


def _reached(result: dict[str, t.Any] | None) -> dict[str, t.Any] | None:
    """The result of a module, or None for a step that was never run or whose condition was false."""
    return None if not result or result.get("skipped") is True else result


def _plan_notes(options: t.Mapping[str, t.Any]) -> list[str]:
    notes = []
    if options["not_started"]:
        notes.append(f"registered and not started, as the plan says: {some(options['not_started'])}")
    if options["left_out"]:
        notes.append(f"in the inventory and in no group of the plan, so left out: {some(options['left_out'])}")
    return notes
