# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook repoint as docs/repoint.md has it: three domains go to another server, back, and to where nothing is."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import typing as t

import yaml
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import PASSWORD, USERNAME, Twin
from ansible_collections.ovirt_dr.storage.tests.integration.playbooks.runbook import Run, environment, finish

RULES = {
    "dr_repoint_stop_vms": "shutdown",
    "dr_repoint_rules": [
        {"from": {"address": "nfs-a.example", "path": "/exports/*"}, "to": {"address": "nfs-b.example"}}
    ],
}
HYPERVISORS = {"all": {"children": {"hypervisors": {"hosts": {"hv-a1": {"ansible_connection": "local"}}}}}}


class Operator:
    """Somebody with an inventory, rules and credentials."""

    def __init__(self, folder: pathlib.Path, twin: Twin) -> None:
        self.folder, self.twin = folder, twin
        (folder / "inventory.yml").write_text(yaml.safe_dump(HYPERVISORS), encoding="utf-8")
        (folder / "rules.yml").write_text(yaml.safe_dump(RULES), encoding="utf-8")

    def run(self, *arguments: str, **variables: t.Any) -> Run:
        extra = {f"dr_repoint_{name}": value for name, value in variables.items()}
        extra |= {"ansible_python_interpreter": sys.executable, "dr_repoint_become": False}
        process = subprocess.Popen(
            [
                str(pathlib.Path(sys.executable).parent / "ansible-playbook"),
                *("ovirt_dr.storage.repoint", "-i", "inventory.yml", "-e", "@rules.yml", "-e", json.dumps(extra)),
                *arguments,
            ],
            cwd=self.folder,
            env=environment(
                self.folder / "home",
                OVIRT_URL=self.twin.url("primary"),
                OVIRT_USERNAME=USERNAME,
                OVIRT_PASSWORD=PASSWORD,
            ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return Run(*finish(process))

    def places(self) -> dict[str, str]:
        """Domain -> the server that its connection leads to, for those on NFS."""
        site = self.twin.site("primary")
        with site.lock:
            return {
                one.name: one.data["storage"]["address"]
                for one in site.all("storage_domain")
                if one.data["storage"]["type"] == "nfs"
            }

    def statuses(self) -> set[str]:
        site = self.twin.site("primary")
        with site.lock:
            return {one.data["status"] for one in site.all("storage_domain")}


def test_there_and_back_and_where_nothing_is(tmp_path: pathlib.Path) -> None:
    with Twin(pace=0.01) as twin:
        operator = Operator(tmp_path, twin)
        before = operator.places()

        dry = operator.run("--check", "--diff", prove=False)
        assert dry.code == 0, dry.screen
        assert "nfs-b.example" in dry.screen
        assert (twin.writes("primary"), (tmp_path / "dr_repoint_undo.json").exists()) == ([], False)

        # The hypervisor of this test resolves no such name, so nothing may be changed.
        refused = operator.run(write_test=False, timeout=2)
        assert refused.code != 0
        assert "hv-a1: nfs-b.example:/exports/data-web" in refused.text
        assert (operator.places(), twin.writes("primary")) == (before, [])

        done = operator.run(prove=False)
        assert done.code == 0, done.screen
        assert set(operator.places().values()) == {"nfs-b.example"}
        assert operator.statuses() == {"active"}
        assert len(json.loads((tmp_path / "dr_repoint_undo.json").read_text(encoding="utf-8"))) == 3

        back = operator.run(prove=False, undo=True)
        assert back.code == 0, back.screen
        assert (operator.places(), operator.statuses()) == (before, {"active"})
        assert not (tmp_path / "dr_repoint_undo.json").exists()

        twin.fail("storage:nfs-b.example:/exports/data-web")
        broken = operator.run(prove=False)
        assert broken.code != 0
        assert "these were taken back: nfs-a.example:/exports/data-web" in broken.text
        assert operator.places()["data-web"] == "nfs-a.example"
        assert operator.statuses() == {"active"}
        assert twin.errors == []
