# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job of AWX without AWX: ansible-runner with the folder, environment and credential file that AWX gives it."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import shutil
import subprocess
import typing as t

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import USERNAME, Twin
from ansible_collections.ovirt_dr.storage.tests.integration.packaging.release import TOOLS, call, isolated
from ansible_collections.ovirt_dr.storage.tests.integration.playbooks.runbook import LIMIT, ROOT, Json

PASSWORD = "s3cr%t&pass=w0rd"
PROJECT = ROOT / "docs" / "examples" / "awx-project"


@dataclasses.dataclass(frozen=True)
class Engine:
    """A twin behind TLS, and the file with the authority that its certificate is of."""

    twin: Twin
    ca_file: pathlib.Path


@dataclasses.dataclass(frozen=True)
class Done:
    """What came of a job: exit code, its events in order, all that it wrote for the screen."""

    code: int
    events: list[Json]
    screen: str

    def of(self, kind: str) -> list[Json]:
        """The events of a kind."""
        return [event for event in self.events if event["event"] == kind]

    @property
    def artifacts(self) -> Json:
        """What set_stats hands to later nodes of a workflow."""
        (stats,) = self.of("playbook_on_stats")
        return dict(stats["event_data"].get("artifact_data", {}))


class Job:
    """One job's private folder: a copy of the example project, and an inventory that only names localhost."""

    def __init__(self, folder: pathlib.Path, collections: pathlib.Path) -> None:
        self.folder = folder
        self.project = folder / "project"
        self._env = isolated(folder / "home", collections)
        shutil.copytree(PROJECT, self.project)
        for name in ("env", "inventory"):
            (folder / name).mkdir()
        (folder / "inventory" / "hosts").write_text("localhost\n", encoding="utf-8")
        # The update of the project: what its requirements name is there in a version that will do, or this fails.
        update = ("collection", "install", "--offline", "-r", "collections/requirements.yml", "-p", collections)
        call("ansible-galaxy", *update, env=self._env, cwd=self.project)

    def give_credential(self, engine: Engine, with_ca: bool = True) -> None:
        """What a credential of the type "Red Hat Virtualization" becomes: four variables and a file.

        The CA stands in the file only, and only when the credential has one.
        """
        url = engine.twin.url("recovery")
        ini = self.folder / "env" / "tmp_rhv"
        lines = ["[ovirt]", f"ovirt_url={url}", f"ovirt_username={USERNAME}", f"ovirt_password={PASSWORD}"]
        if with_ca:
            lines.append(f"ovirt_ca_file={engine.ca_file}")
        ini.write_text("\n".join(lines), encoding="utf-8")
        job = {"AWX_HOST": "https://awx.example", "JOB_ID": "4711"}
        credential = {
            "OVIRT_URL": url,
            "OVIRT_USERNAME": USERNAME,
            "OVIRT_PASSWORD": PASSWORD,
            "OVIRT_INI_PATH": str(ini),
        }
        self._write("envvars", job | credential)

    def run(self, playbook: str, **answers: t.Any) -> Done:
        """Run a playbook of the project with the answers of a survey."""
        self._write("extravars", answers)
        command = [str(TOOLS / "ansible-runner"), "run", str(self.folder), "--ident", "job", "--playbook", playbook]
        done = subprocess.run(
            command,
            env=self._env,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LIMIT,
            check=False,
        )
        files = (self.folder / "artifacts" / "job" / "job_events").glob("*.json")
        events = [json.loads(file.read_text(encoding="utf-8")) for file in files]
        return Done(done.returncode, sorted(events, key=lambda event: int(event["counter"])), done.stdout)

    def _write(self, name: str, content: t.Mapping[str, t.Any]) -> None:
        (self.folder / "env" / name).write_text(json.dumps(content), encoding="utf-8")
