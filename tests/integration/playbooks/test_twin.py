# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An export and a plan run on a twin, as a user runs them; the engines that the plan names are never asked."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import typing as t

import pytest
import requests
import yaml
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import launch
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import DRILL, load
from ansible_collections.ovirt_dr.storage.scripts.drill import estate as drill
from ansible_collections.ovirt_dr.storage.tests.integration.playbooks.runbook import Run, environment, finish

BIN = pathlib.Path(sys.executable).parent
REAL = {name: f"https://{name}.invalid/ovirt-engine/api" for name in ("primary", "recovery")}
CREDENTIALS = {
    "OVIRT_URL": REAL["recovery"],
    "OVIRT_USERNAME": "admin@internal",
    "OVIRT_PASSWORD": "of-the-real-engine",
    "OVIRT_TOKEN": "of-the-real-engine",
}


class Desk:
    """The files of a user: an export of both sites as ``estate.json``, and a plan that names the real engines."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        estate = load(DRILL)
        storage = estate["storage"]
        bare = {
            "exports": [export for export in storage["exports"] if export["domain"]],
            "luns": [unit for unit in storage["luns"] if unit["hosts"]],
        }
        self.write("estate.json", json.dumps({**estate, "storage": bare}))
        self.write("dr_plan.yml", yaml.safe_dump(drill.make_plan(estate, REAL, "estate.json")))

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def run(self, *command: str) -> Run:
        """Runs a command of Ansible here, with the credentials of a real engine in the environment."""
        process = subprocess.Popen(
            [str(BIN / command[0]), *command[1:]],
            cwd=self.folder,
            env=environment(self.folder / "home", **CREDENTIALS),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return Run(*finish(process))

    def rehearse(self, *arguments: str, **variables: t.Any) -> Run:
        """Runs the plan on a twin."""
        given = {"dr_twin_estate": "estate.json", "dr_twin_plan": "dr_plan.yml", **variables}
        extra = json.dumps({**given, "ansible_python_interpreter": sys.executable})
        return self.run("ansible-playbook", "ovirt_dr.storage.twin", "-i", "localhost,", "-e", extra, *arguments)

    @property
    def state(self) -> pathlib.Path:
        return self.folder / "dr_twin.json"


@pytest.fixture
def desk(tmp_path: pathlib.Path) -> t.Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    launch.stop(made.state)


def test_a_plan_runs_on_an_export_and_nothing_stays(desk: Desk) -> None:
    run = desk.rehearse()
    assert run.code == 0, run.screen
    assert "Verdict: RECOVERED" in run.screen
    assert "invalid" not in run.screen
    assert not desk.state.exists()
    left = [path for path in pathlib.Path("/proc").glob("[0-9]*/cmdline") if os.fsencode(desk.state) in _read(path)]
    assert left == []


def test_a_kept_twin_goes_on_where_it_was_until_it_is_stopped(desk: Desk) -> None:
    assert desk.rehearse(dr_twin_keep=True).code == 0
    running = launch.find(desk.state)
    assert running is not None
    assert running.control("requests?kind=write", site="primary") == []
    again = desk.rehearse(dr_twin_keep=True)
    assert again.code == 0
    assert "everything was so already, nothing was changed" in again.text
    assert launch.find(desk.state) == running
    stopped = desk.run(
        "ansible", "localhost", "-m", "ovirt_dr.storage.engine_twin", "-a", f"state=stopped state_file={desk.state}"
    )
    assert "CHANGED" in stopped.screen
    with pytest.raises(requests.ConnectionError):
        requests.get(running.sites["recovery"], timeout=5)


def test_a_broken_export_stops_before_anything_runs(desk: Desk) -> None:
    desk.write("estate.json", "{")
    run = desk.rehearse()
    assert run.code != 0
    assert "estate.json: line 1: " in run.text
    assert "PLAY RECAP" in run.screen
    assert not desk.state.exists()


def _read(path: pathlib.Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
