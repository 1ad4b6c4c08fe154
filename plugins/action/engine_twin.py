# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action plugin engine_twin: starts and ends a twin on the controller."""

from __future__ import annotations

import json
import os
import typing as t
from datetime import UTC, datetime
from pathlib import Path

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._plan.errors import PlanError
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._plan.replicas import twin_sites, with_replicas
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._plan.schema import check_plan
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import launch
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import DRILL, EstateError, check, load

SPEC = {
    "state": {"type": "str", "choices": ["started", "restarted", "stopped"], "default": "started"},
    "state_file": {"type": "path", "required": True},
    "estate": {"type": "path"},
    "plan": {"type": "path"},
    "profile": {
        "type": "str",
        "choices": ["none", "engine-4.5", "engine-4.5-slow-storage"],
        "default": "none",
    },
    "latency": {"type": "str", "default": "0"},
    "speed": {"type": "float", "default": 1.0},
    "faults": {"type": "list", "elements": "str", "default": []},
    "bind": {"type": "str", "default": "127.0.0.1"},
    "port": {"type": "int", "default": 0},
    "tls_cert": {"type": "path"},
    "tls_key": {"type": "path"},
    "max_lifetime": {"type": "float", "default": 3600.0},
}
Result = dict[str, t.Any]


class ActionModule(ActionBase):
    """Brings about that a twin runs with these settings, or that none does."""

    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        """The task's result: where the twin is."""
        result: Result = super().run(tmp, task_vars)
        _spec, options = self.validate_argument_spec(argument_spec=SPEC)
        try:
            return {**result, **self._bring_about(options)}
        except (launch.LaunchError, EstateError) as error:
            return {**result, "failed": True, "changed": False, "msg": str(error)}
        except PlanError as error:
            problems = list(error.problems)
            words = f"The plan {options['plan']} does not fit: {error}"
            return {**result, "failed": True, "changed": False, "msg": words, "problems": problems}

    def _bring_about(self, options: t.Mapping[str, t.Any]) -> Result:
        state_file = Path(self._loader.path_dwim(options["state_file"]))
        running = launch.find(state_file)
        if options["state"] == "stopped":
            if running is not None and not self._task.check_mode:
                launch.stop(state_file)
            label = dict(running.label) if running else {}
            return {"changed": running is not None, "state_file": str(state_file), "diff": _diff(label, {})}
        if options["max_lifetime"] <= 0:
            raise launch.LaunchError(f"max_lifetime must be more than 0 seconds, not {options['max_lifetime']:g}")
        estate = self._loader.path_dwim(options["estate"]) if options["estate"] else str(DRILL)
        aliases, merged = self._with_plan(estate, options["plan"])
        shown = estate
        if merged is not None:
            shown = f"{state_file}.estate"
        label = self._settings(options, shown).label(merged)
        changed = running is None or dict(running.label) != label or options["state"] == "restarted"
        result: Result = {
            "changed": changed,
            "state_file": str(state_file),
            "diff": _diff(dict(running.label) if running else {}, label),
        }
        if changed and self._task.check_mode:
            return result
        if changed:
            launch.stop(state_file)
            if merged is not None:
                launch.write_private(Path(shown), merged)
            running = launch.start(self._settings(options, shown), state_file, options["max_lifetime"])
        return {**result, **_told(t.cast("launch.Running", running), aliases)}

    def _settings(self, options: t.Mapping[str, t.Any], estate: str) -> launch.Settings:
        def path(name: str) -> str:
            return self._loader.path_dwim(options[name]) if options[name] else ""

        return launch.Settings(
            estate=estate,
            profile=options["profile"],
            latency=options["latency"],
            speed=options["speed"],
            bind=options["bind"],
            port=options["port"],
            tls_cert=path("tls_cert"),
            tls_key=path("tls_key"),
            fail=tuple(options["faults"]),
        )

    def _with_plan(self, path: str, plan_path: str | None) -> tuple[dict[str, str], bytes | None]:
        """The names of the plan's sites -> those of the estate's; and the estate file with the replicas of the plan,
        None without one. The estate is checked here too, so that check mode tells what is wrong with it."""
        estate = load(path)
        if plan_path is None:
            return {}, None
        plan = check_plan(self._load(self._loader.path_dwim(plan_path)))
        sites = twin_sites(estate, plan)
        merged = with_replicas(estate, plan)
        check(merged)
        return sites, json.dumps(merged).encode()

    def _load(self, path: str) -> t.Any:
        if not os.path.isfile(path):
            raise PlanError([f"there is no file {path}"])
        try:
            return self._loader.load_from_file(path, cache="none", unsafe=True)
        except AnsibleError as error:
            raise PlanError([f"it cannot be read: {error}"]) from error


def _told(running: launch.Running, aliases: t.Mapping[str, str]) -> Result:
    names = {**{name: name for name in running.sites}, **aliases}
    who = {"username": running.username, "password": running.password}
    return {
        "sites": {name: {"url": running.sites[held], **who} for name, held in sorted(names.items())},
        "pid": running.pid,
        "ends": f"{datetime.fromtimestamp(running.ends, UTC):%Y-%m-%dT%H:%M:%SZ}",
    }


def _diff(before: t.Mapping[str, t.Any], after: t.Mapping[str, t.Any]) -> dict[str, str]:
    return {"before": _lines(before), "after": _lines(after)}


def _lines(label: t.Mapping[str, t.Any]) -> str:
    return "".join(f"{key}: {label[key]}\n" for key in sorted(label) if label[key] not in (None, "", []))
