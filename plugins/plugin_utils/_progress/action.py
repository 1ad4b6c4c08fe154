# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of action plugins that show what their module is doing while it does it.

The module of the same name runs as always and writes its journal; a thread beside it follows the journal and shows it.
(The module runs in the process's main thread: Ansible ends a task that takes too long by a signal to that thread.)
Nothing of this changes what the module does or returns.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ansible import constants as C
from ansible.plugins.action.normal import ActionModule as NormalAction
from ansible.utils.display import Display
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._progress.lines import Shown
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._progress.tail import Tail

SWITCH = "OVIRT_DR_PROGRESS"
"""Environment variable: "always" or "never" show progress; else it is shown on a terminal and in AWX jobs."""

# Found out when this is loaded, which happens in Ansible's main process: a worker has no standard output of its own.
ON_A_TERMINAL = sys.stdout is not None and sys.stdout.isatty()


def wanted(environ: Mapping[str, str], on_a_terminal: bool) -> bool:
    """Whether somebody is watching."""
    switch = environ.get(SWITCH, "").lower()
    if switch in ("always", "never"):
        return switch == "always"
    return on_a_terminal or ("AWX_HOST" in environ and "JOB_ID" in environ)


class ProgressAction(NormalAction):
    """Runs the module of the task's name. Its options `journal` (path) and `run_id` are what this builds on."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """The module's result, as it is."""
        if not self._can_be_followed():
            result: dict[str, Any] = super().run(tmp, task_vars)
            return result
        given = self._task.args
        with self._journal(given) as path:
            self._task.args = {**given, "journal": path}
            try:
                with Tail(self._here(path), self._shower(task_vars or {}), str(given.get("run_id") or "")):
                    result = super().run(tmp, task_vars)
            finally:
                self._task.args = given
        if not given.get("journal"):
            _forget(result, path)
            _forget(result.get("invocation", {}).get("module_args", {}), path)
        return result

    def _can_be_followed(self) -> bool:
        """Whether the journal can be read here, and may be shown."""
        return (
            wanted(os.environ, ON_A_TERMINAL)
            and self._connection.transport == "local"
            # Another user could not write into our directory, nor we read his file.
            and self._connection.become is None
            and not self._task.async_val
            and not self._task.check_mode
            and not self._task.no_log
        )

    @contextmanager
    def _journal(self, args: Mapping[str, Any]) -> Iterator[str]:
        """The path of the journal that was asked for, or of one that is gone afterwards."""
        if args.get("journal"):
            yield str(args["journal"])
            return
        directory = tempfile.mkdtemp(prefix="ovirt_dr-progress-", dir=C.DEFAULT_LOCAL_TMP)  # type: ignore[attr-defined]  # made at run time
        try:
            yield os.path.join(directory, "journal")
        finally:
            shutil.rmtree(directory, ignore_errors=True)

    def _here(self, path: str) -> str:
        """The path as the module sees it: Ansible runs local modules in the playbook's directory."""
        return os.path.join(self._loader.get_basedir(), os.path.expanduser(os.path.expandvars(path)))

    def _shower(self, task_vars: Mapping[str, Any]) -> Any:
        display, failure = Display(), C.COLOR_ERROR  # type: ignore[attr-defined]  # made at run time
        several = len(task_vars.get("ansible_play_batch") or ()) > 1
        host = f"{task_vars.get('inventory_hostname')}: " if several else ""

        def show(shown: Shown) -> None:
            display.display(host + shown.text, color=failure if shown.bad else None)

        return show


def _forget(answer: object, path: str) -> None:
    """Take our own journal out of a result: without us the module would have had none."""
    if isinstance(answer, dict) and answer.get("journal") == path:
        answer["journal"] = None
