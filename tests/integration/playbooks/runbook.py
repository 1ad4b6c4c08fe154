# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operator has: a plan, an inventory, credentials in the environment, ansible-playbook and a screen."""

from __future__ import annotations

import copy
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import types
import typing as t

import yaml
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils import _twin
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import PASSWORD, USERNAME, Twin
from ansible_collections.ovirt_dr.storage.scripts.drill import estate as estates

TREE = pathlib.Path(_twin.__file__).parents[6]
ROOT = pathlib.Path(__file__).resolve().parents[3]
TAKEOVER = types.MappingProxyType({"confirmed_by": "Ada Byron", "reason": "no power at the main site"})
LIMIT = 240
Json = dict[str, t.Any]


def environment(home: pathlib.Path, **given: str) -> dict[str, str]:
    """The environment of a tool: nothing of the caller's Ansible or engine settings, a home of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "OVIRT_", "AWX_"))}
    home.mkdir(parents=True, exist_ok=True)
    return kept | {
        "HOME": str(home),
        "ANSIBLE_HOME": str(home / ".ansible"),
        "ANSIBLE_COLLECTIONS_PATH": str(TREE),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_NOCOLOR": "true",
        "PYTHONPATH": str(TREE),
        **given,
    }


@dataclasses.dataclass(frozen=True)
class Run:
    """What came of a command: exit code, and all that stood on the screen."""

    code: int
    screen: str
    summary: Json = dataclasses.field(default_factory=dict)

    @property
    def text(self) -> str:
        """The screen as one line, for sentences that a terminal would wrap."""
        return " ".join(self.screen.split())

    @property
    def tasks(self) -> int:
        """How many tasks were shown."""
        return self.screen.count("\nTASK [")

    def step(self, name: str) -> Json:
        """What the summary says of a step."""
        found: Json = self.summary["steps"][name]
        return found


def finish(process: subprocess.Popen[str], limit: float = LIMIT) -> tuple[int, str]:
    """Wait for a command; returns its exit code and output. A command that hangs is ended, with its words shown."""
    try:
        output, _none = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        process.kill()
        output, _none = process.communicate()
        raise AssertionError(f"no end after {limit} s:\n{output}") from None
    return process.returncode, output


class Runbook:
    """A twin, and the files of one who recovers its first site. ``plan`` may be edited before a run."""

    def __init__(self, folder: pathlib.Path, twin: Twin, way: str = "other_engine") -> None:
        self.folder = folder
        self.twin = twin
        folder.mkdir(parents=True, exist_ok=True)
        self._plan_file = estates.write_files(twin.estate, {name: twin.url(name) for name in twin.sites}, folder, way)
        self.plan: Json = yaml.safe_load(self._plan_file.read_text(encoding="utf-8"))
        self.journal = folder / "journal.jsonl"
        self.summary = folder / "summary.json"

    def run(
        self,
        *arguments: str,
        env: t.Mapping[str, str] | None = None,
        takeover: t.Mapping[str, str] | None = TAKEOVER,
        **variables: t.Any,
    ) -> Run:
        """Run the failover as a user does; variables are those of the role without their prefix."""
        self._plan_file.write_text(yaml.safe_dump(copy.deepcopy(self.plan), sort_keys=False), encoding="utf-8")
        self.summary.unlink(missing_ok=True)
        given = {"plan": str(self._plan_file), "journal": str(self.journal), "summary": str(self.summary)} | variables
        if takeover is not None:
            given["takeover"] = dict(takeover)
        extra = {f"dr_failover_{name}": value for name, value in given.items()}
        extra["ansible_python_interpreter"] = sys.executable
        credentials = {"OVIRT_USERNAME": USERNAME, "OVIRT_PASSWORD": PASSWORD} if env is None else env
        process = subprocess.Popen(
            [
                str(pathlib.Path(sys.executable).parent / "ansible-playbook"),
                "ovirt_dr.storage.failover",
                "--inventory",
                "localhost,",
                "--extra-vars",
                json.dumps(extra),
                *arguments,
            ],
            env=environment(self.folder / "home", **credentials),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        code, screen = finish(process)
        found = json.loads(self.summary.read_text(encoding="utf-8")) if self.summary.exists() else {}
        return Run(code, screen, found)

    def writes(self) -> list[str]:
        """The writes that the second site was sent, as ``METHOD path`` below the API; the first one never gets any."""
        assert self.twin.writes("primary") == []
        sent = self.twin.writes("recovery")
        return [f"{entry.method} {entry.path.removeprefix('/ovirt-engine/api')}" for entry in sent]

    def journal_lines(self) -> list[Json]:
        """The journal, parsed."""
        return [json.loads(line) for line in self.journal.read_text(encoding="utf-8").splitlines()]
