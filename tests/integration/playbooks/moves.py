# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user who moves domains between two data centers of one engine: variables, environment, screen, files."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import typing as t

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import PASSWORD, USERNAME, Twin
from ansible_collections.ovirt_dr.storage.tests.integration.playbooks.runbook import Run, environment, finish

THERE = {"from": "Production", "to": "Recovery", "mappings": {"clusters": [{"from": "prod", "to": "dr"}]}}
BACK = {"from": "Recovery", "to": "Production", "mappings": {"clusters": [{"from": "dr", "to": "prod"}]}}


class Moves:
    """Moves of some domains, one after another, on one twin. Relative paths begin in ``folder``."""

    def __init__(self, folder: pathlib.Path, twin: Twin, domains: t.Sequence[str]) -> None:
        self.folder, self.twin = folder, twin
        self._domains = list(domains)
        self._summary = folder / "summary.json"
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def kept(self) -> list[str]:
        """The inventories that lie in the folder of the moves."""
        return sorted(path.name for path in (self.folder / "moves").glob("*.json"))

    def begin(self, *arguments: str, **variables: t.Any) -> subprocess.Popen[str]:
        """Start a move; variables are those of the role without their prefix."""
        self._summary.unlink(missing_ok=True)
        given = {
            "domains": self._domains,
            "dir": "moves",
            "summary": str(self._summary),
            "poll_interval": 0.05,
            **variables,
        }
        extra = {f"domain_move_{name}": value for name, value in given.items()}
        extra["ansible_python_interpreter"] = sys.executable
        (site,) = self.twin.sites
        credentials = {"OVIRT_URL": self.twin.url(site), "OVIRT_USERNAME": USERNAME, "OVIRT_PASSWORD": PASSWORD}
        return subprocess.Popen(
            [
                str(pathlib.Path(sys.executable).parent / "ansible-playbook"),
                *("ovirt_dr.storage.move_domain", "--inventory", "localhost,"),
                *("--extra-vars", json.dumps(extra)),
                *arguments,
            ],
            env=environment(self.folder / "home", **credentials),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def end(self, process: subprocess.Popen[str]) -> Run:
        """Wait for a move, with its summary."""
        code, screen = finish(process)
        found = json.loads(self._summary.read_text(encoding="utf-8")) if self._summary.exists() else {}
        return Run(code, screen, found)

    def run(self, *arguments: str, **variables: t.Any) -> Run:
        """One move from beginning to end."""
        return self.end(self.begin(*arguments, **variables))

    def where(self) -> dict[str, str]:
        """VM -> its data center and status."""
        (site,) = self.twin.sites.values()
        with site.lock:
            site.settle()
            centers = {center.id: center.name for center in site.all("data_center")}
            return {vm.name: f"{centers[site.data_center_of(vm)]} {vm.data['status']}" for vm in site.all("vm")}
