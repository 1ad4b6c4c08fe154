# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action plugin recovery_verdict: shows the table and the verdict of a recovery, and fails unless it is a good one."""

from __future__ import annotations

import json
import os
import tempfile
import typing as t

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._verdict.judge import (
    StepResult,
    judge,
    totals,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._verdict.notes import Note
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
    "achieved": {"type": "str", "default": "RECOVERED"},
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
        steps = [StepResult(step["name"], step["result"] or None) for step in options["steps"]]
        verdict = judge(steps, _plan_notes(options), check_mode=self._task.check_mode, achieved=options["achieved"])
        journal = options["journal"] if options["journal"] and os.path.isfile(options["journal"]) else None
        lines = report(steps, verdict, journal, options["summary"], check_mode=self._task.check_mode)
        trouble = ""
        if options["summary"]:
            document = summary(steps, verdict, run_id=options["run_id"], journal=journal)
            trouble = _write(self._loader.path_dwim(options["summary"]), document)
            lines += [trouble] if trouble else []
        display = Display()
        for line in lines:
            display.display(line)
        result.update(
            changed=False,
            verdict=verdict.word,
            counts=totals(steps),
            notes=list(verdict.notes),
            lines=lines,
            msg=" ".join([f"{verdict.headline}.", *verdict.next_steps, *([trouble] if trouble else [])]),
            failed=bool(trouble) or not verdict.good,
        )
        return result


def _write(path: str, document: dict[str, t.Any]) -> str:
    """Write the summary for its owner only, all at once: who reads it while it is written sees the former one.

    Returns why it could not be written, or nothing: the verdict is worth more than its copy.
    """
    partial = ""
    try:
        descriptor, partial = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".summary-")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(document, file, indent=2)
            file.write("\n")
        os.replace(partial, path)
    except OSError as error:
        if partial:
            os.unlink(partial)
        return f"The summary {path} cannot be written: {error.strerror}."
    return ""


def _plan_notes(options: t.Mapping[str, t.Any]) -> list[Note]:
    told = (
        ("not_started", "registered and not started, as the plan says"),
        ("left_out", "in the inventory and in no group of the plan, so left out"),
    )
    return [Note(text, vm) for key, text in told for vm in options[key] or ()]
