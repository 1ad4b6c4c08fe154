# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in a release, and that it runs where nothing else of the repository is."""

from __future__ import annotations

import json
import pathlib
import sys

import pytest
import yaml
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import PASSWORD, USERNAME, Twin
from ansible_collections.ovirt_dr.storage.scripts.drill import estate as estates
from ansible_collections.ovirt_dr.storage.tests.integration.packaging.release import Release, call, isolated
from ansible_collections.ovirt_dr.storage.tests.integration.playbooks.runbook import ROOT, TAKEOVER

# The tests are in it, as in the collections of the community: whoever has the release can check it.
MOST_BYTES = 2_000_000


def test_it_holds_the_checkout_and_nothing_that_work_left_behind(release: Release) -> None:
    made = {"FILES.json", "MANIFEST.json"}
    not_released = {".gitignore", "galaxy.yml"}
    assert release.names() == (release.own - not_released) | made
    assert release.tarball.stat().st_size < MOST_BYTES


@pytest.mark.parametrize(
    "name",
    [
        "COPYING",
        "README.md",
        "docs/examples/awx-project/dr_failover.yml",
        "meta/execution-environment.yml",
        "meta/runtime.yml",
        "playbooks/failover.yml",
        "plugins/plugin_utils/_twin/estates/drill.json",
        "roles/dr_failover/meta/argument_specs.yml",
    ],
)
def test_it_holds_what_users_are_told_of(release: Release, name: str) -> None:
    assert name in release.names()


def test_it_says_what_it_is_and_needs_no_other_collection(release: Release) -> None:
    told = release.manifest()
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    assert {key: told[key] for key in ("namespace", "name", "version", "license")} == {
        key: galaxy[key] for key in ("namespace", "name", "version", "license")
    }
    assert told["dependencies"] == {}


def test_the_installed_playbook_recovers_a_site(installed: pathlib.Path, twin: Twin, tmp_path: pathlib.Path) -> None:
    """As the README says it: in a folder with the plan, and with nothing but the collection."""
    copy = installed / "ansible_collections" / "ovirt_dr" / "storage"
    before = files_of(copy)
    estates.write_files(twin.estate, {name: twin.url(name) for name in twin.sites}, tmp_path)
    variables = {"plan": "dr_plan.yml", "journal": "journal.jsonl", "summary": "summary.json"}
    words = [word for name, value in variables.items() for word in ("-e", f"dr_failover_{name}={value}")]
    takeover = ("-e", json.dumps({"dr_failover_takeover": dict(TAKEOVER)}))
    env = isolated(tmp_path / "home", installed, OVIRT_USERNAME=USERNAME, OVIRT_PASSWORD=PASSWORD)
    screen = call("ansible-playbook", "ovirt_dr.storage.failover", "-vvv", *words, *takeover, env=env, cwd=tmp_path)

    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert summary["steps"]["register VMs"]["counts"]["done"] == 15
    assert summary["counts"]["failed"] == 0
    assert (tmp_path / "journal.jsonl").stat().st_size
    # Role and modules are those of the installed copy, and nothing was put beside them.
    assert f"task path: {copy}/roles/dr_failover/tasks/main.yml" in screen
    assert f"Using module file {copy}/plugins/modules/unregistered_vm_register.py" in screen
    assert not any(f"{ROOT}/{name}" in screen for name in ("plugins", "roles", "playbooks", ".build/tree"))
    assert files_of(copy) == before


def test_the_installed_export_writes_where_it_was_started(
    installed: pathlib.Path, twin: Twin, tmp_path: pathlib.Path
) -> None:
    credentials = {"OVIRT_URL": twin.url("primary"), "OVIRT_USERNAME": USERNAME, "OVIRT_PASSWORD": PASSWORD}
    env = isolated(tmp_path / "home", installed, **credentials)
    words = ("-e", "dr_export_site=primary", "-e", "dr_export_into=exported.json")
    call("ansible-playbook", "ovirt_dr.storage.export", *words, env=env, cwd=tmp_path)
    (site,) = json.loads((tmp_path / "exported.json").read_text(encoding="utf-8"))["sites"]
    assert len(site["vms"]) == 15


def files_of(folder: pathlib.Path) -> set[pathlib.Path]:
    """All files below a folder but what Python makes of them."""
    return {path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts}


def test_credentials_once_for_the_whole_action_group(
    installed: pathlib.Path, twin: Twin, tmp_path: pathlib.Path
) -> None:
    playbook = pathlib.Path(__file__).with_name("look_with_defaults.yml")
    engine = {"engine": twin.url("primary"), "engine_username": USERNAME, "engine_password": PASSWORD}
    extra = json.dumps(engine | {"ansible_python_interpreter": sys.executable})
    arguments = ("--inventory", "localhost,", "--extra-vars", extra, playbook)
    call("ansible-playbook", *arguments, env=isolated(tmp_path / "home", installed), cwd=tmp_path)
    assert twin.requests("primary") != []
    assert twin.writes("primary") == []
