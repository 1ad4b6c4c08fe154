# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows live how far the module storage_connection is, and brings it what hosts have found of the new places."""

from __future__ import annotations

from typing import Any

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.disconnected import released
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.coverage import evidence
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._progress.action import ProgressAction
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._registered import registered


class ActionModule(ProgressAction):
    """All that is shown comes from the module's journal; all evidence from results that the controller holds."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """The module's result."""
        given = self._task.args
        told: dict[str, Any] = {}
        if given.get("probe_hosts") is not None:
            told["probe_evidence"] = evidence(self._results("probe", "probe", task_vars or {}))
        if given.get("disconnect_hosts") is not None:
            told["disconnect_evidence"] = released(self._results("disconnect", "disconnected", task_vars or {}))
        self._task.args = {**given, **told}
        try:
            return super().run(tmp, task_vars)
        finally:
            self._task.args = given

    def _results(self, what: str, default: str, task_vars: dict[str, Any]) -> dict[str, Any]:
        """Of each host of an option the result that it registered; None where there is none."""
        hosts = self._task.args[f"{what}_hosts"]
        names = hosts.split(",") if isinstance(hosts, str) else list(hosts)
        variable = str(self._task.args.get(f"{what}_variable") or default)
        return registered(task_vars["hostvars"], [name.strip() for name in names if name.strip()], variable)
