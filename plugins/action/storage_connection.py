# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows live how far the module storage_connection is, and brings it what hosts have found of the new places."""

from __future__ import annotations

from typing import Any

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.coverage import evidence
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._progress.action import ProgressAction


class ActionModule(ProgressAction):
    """All that is shown comes from the module's journal; all evidence from results that the controller holds."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """The module's result."""
        given = self._task.args
        hosts = given.get("probe_hosts")
        if hosts is None:
            return super().run(tmp, task_vars)
        names = hosts.split(",") if isinstance(hosts, str) else list(hosts)
        variable = str(given.get("probe_variable") or "probe")
        held = (task_vars or {})["hostvars"]
        results = {name: held.get(name, {}).get(variable) for name in map(str.strip, names) if name}
        self._task.args = {**given, "probe_evidence": evidence(results)}
        try:
            return super().run(tmp, task_vars)
        finally:
            self._task.args = given
