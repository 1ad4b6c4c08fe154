# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action host_storage_summary: the results of many hosts together. See the module of the same name."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.across import Lack, alike, lacks
from ansible_collections.ovirt_dr.storage.plugins.modules.host_storage_summary import OPTIONS
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._registered import registered


class ActionModule(ActionBase):
    """Only looks at results that the controller holds already."""

    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """The task's result; failed when a host lacks something, unless that is not wanted."""
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        _spec, options = self.validate_argument_spec(argument_spec=OPTIONS)
        variables = task_vars or {}
        hosts = options["hosts"]
        if hosts is None:
            hosts = variables["ansible_play_hosts_all"]
        results = registered(variables["hostvars"], hosts, options["variable"])
        found = lacks(results)
        lacking = {lack.host for lack in found}
        again = [host for host, one in results.items() if one and one.get("rescan_needed")]
        lines = _lines(found, len(results), again)
        display = Display()
        for line in lines:
            display.display(line)
        result.update(
            changed=False,
            ok=not found,
            hosts_ok=[host for host in results if host not in lacking],
            lacks=alike(found),
            by_host={host: [lack.sentence() for lack in found if lack.host == host] for host in sorted(lacking)},
            rescans=again,
            lines=lines,
            msg=lines[-1],
            failed=bool(found) and options["fail"],
        )
        return result


def _lines(found: t.Sequence[Lack], hosts: int, again: t.Sequence[str]) -> list[str]:
    """What is lacking, what has to be looked at again, and at last the sum."""
    lines = []
    for one in alike(found):
        where = ", ".join(word for word in (one["place"], one["path"]) if word)
        lines.append(f"{', '.join(one['hosts'])}: {where + ': ' if where else ''}{one['message']}")
    if again:
        lines.append(f"{', '.join(again)}: has to look again before it sees its LUNs as they are now")
    lacking = len({lack.host for lack in found})
    if hosts == 0:
        lines.append("There are no hosts.")
    elif found:
        lines.append(f"{lacking} of {hosts} hosts lack something.")
    else:
        lines.append(f"All {hosts} hosts reach the storage.")
    return lines
