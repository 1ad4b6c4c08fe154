# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the repository's frame promises: the action group, the README's commands, licences, clean builds."""

from __future__ import annotations

import ast
import fnmatch
import pathlib
import typing as t

import pytest
import yaml
from ansible_collections.ovirt_dr.storage.scripts.dev import copy

ROOT = pathlib.Path(__file__).resolve().parents[3]
FRAGMENT = "ovirt_dr.storage.attributes.actiongroup_engine"
# What can carry no header, or is made by a tool.
BARE = ("*.json", "*.jsonl", "COPYING", "CHANGELOG.*", "changelogs/changelog.yaml", "*/__init__.py", "*.pem", "*.gz")


def documentation(module: pathlib.Path) -> dict[str, t.Any]:
    """The DOCUMENTATION of a module, read without importing it."""
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and [name.id for name in node.targets if isinstance(name, ast.Name)] == [
            "DOCUMENTATION"
        ]:
            return dict(yaml.safe_load(ast.literal_eval(node.value)))
    raise AssertionError(f"{module.name} has no DOCUMENTATION")


def fragments_of(module: pathlib.Path) -> list[str]:
    """The documentation fragments that a module names."""
    named = documentation(module).get("extends_documentation_fragment", [])
    return [named] if isinstance(named, str) else list(named)


def test_action_group_is_the_modules_that_carry_its_fragment() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    carrying = [path.stem for path in (ROOT / "plugins" / "modules").glob("*.py") if FRAGMENT in fragments_of(path)]
    assert runtime["action_groups"] == {"engine": sorted(carrying)}


def test_every_module_that_takes_auth_is_in_the_action_group() -> None:
    outside = [
        path.stem
        for path in (ROOT / "plugins" / "modules").glob("*.py")
        if "ovirt_dr.storage.auth" in fragments_of(path) and FRAGMENT not in fragments_of(path)
    ]
    assert outside == []


@pytest.mark.parametrize("command", ["make drill", "make test"])
def test_readme_names_the_command(command: str) -> None:
    assert f"$ {command}\n" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_ci_runs_the_tests() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_every_file_names_its_licence() -> None:
    bare = []
    for name in copy.own_files(ROOT):
        if any(fnmatch.fnmatch(str(name), pattern) for pattern in BARE):
            continue
        head = (ROOT / name).read_text(encoding="utf-8", errors="replace")[:600]
        if "SPDX-License-Identifier: GPL-3.0-or-later" not in head:
            bare.append(str(name))
    assert bare == []


def test_whatever_git_ignores_stays_out_of_the_build() -> None:
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    ignored = [
        line.strip("/")
        for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    left_out = galaxy["build_ignore"]
    assert [
        name
        for name in ignored
        if name not in left_out and not any(fnmatch.fnmatch(name, pattern) for pattern in left_out)
    ] == []


def test_run_time_requirements_are_ranges_within_which_the_lock_lies() -> None:
    lines = (ROOT / "meta" / "ee-requirements.txt").read_text(encoding="utf-8").splitlines()
    names = {line.split(">=")[0] for line in lines if line and not line.startswith("#")}
    locked = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    assert names == {"requests", "lxml"}
    assert all(f"\n{name}==" in locked for name in [*names, "ansible-core"])
