# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""make drill, as its files and its screen show it."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import sys
import typing as t

import requests
from ansible_collections.ovirt_dr.storage.tests.integration.playbooks.runbook import (
    ROOT,
    Json,
    Run,
    environment,
    finish,
)


class Drills:
    """Drills in one folder, one after another, on one twin that outlives them."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.home = folder.with_name(f"{folder.name}-home")

    def begin(self, **variables: str) -> subprocess.Popen[str]:
        """Start a drill with these variables."""
        return subprocess.Popen(
            [sys.executable, str(ROOT / "scripts" / "drill")],
            env=environment(self.home, OVIRT_DR_DRILL_DIR=str(self.folder), **variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, **variables: str) -> Run:
        """One drill from beginning to end, with its summary."""
        code, screen = finish(self.begin(**variables))
        return Run(code, screen, json.loads((self.folder / "summary.json").read_text(encoding="utf-8")))

    def journals(self) -> list[pathlib.Path]:
        """The journals of all runs so far, in order."""
        return sorted(self.folder.glob("journal-*.jsonl"))

    def end_twin(self) -> None:
        """End the twin, which would live for an hour."""
        state = self.folder / "twin.json"
        if state.exists():
            site = json.loads(state.read_text(encoding="utf-8"))["sites"]["primary"]
            requests.post(f"{site.removesuffix('/ovirt-engine/api')}/_twin/shutdown", json={}, timeout=10)


def kill_playbook(drill: int) -> None:
    """End the playbook of a drill with all its children as an operator in a hurry does: nobody says a last word.

    The twin is a child of the drill as well; engines do not fall over with a client.
    """
    (playbook,) = [pid for pid in _children(drill) if b"ansible-playbook" in _path(pid, "cmdline").read_bytes()]
    _kill_family(playbook)


def _kill_family(pid: int) -> None:
    # Stopped first, so that it makes no more children meanwhile.
    os.kill(pid, signal.SIGSTOP)
    for child in _children(pid):
        _kill_family(child)
    os.kill(pid, signal.SIGKILL)


def _children(pid: int) -> list[int]:
    tasks = _path(pid, "task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text(encoding="utf-8").split()]


def _path(pid: int, name: str) -> pathlib.Path:
    return pathlib.Path("/proc") / str(pid) / name


def noted(journals: t.Iterable[pathlib.Path], event: str, action: str, **wanted: str) -> int:
    """How many lines of the journals tell of an event ("start" or "end") of an action."""
    lines = (line for journal in journals for line in journal.read_text(encoding="utf-8").splitlines())
    wanted |= {"event": event, "action": action}
    # The last line may be half written by now.
    found: list[Json] = [json.loads(line) for line in lines if line.endswith("}")]
    return sum(all(line.get(key) == value for key, value in wanted.items()) for line in found)
