# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that are not ours: left out where they cannot be built, told so, and never in CI."""

from __future__ import annotations

import pathlib
import zipfile

import pytest
from ansible_collections.ovirt_dr.storage.scripts.dev import clients, venv
from ansible_collections.ovirt_dr.storage.scripts.dev.project import Problem, Project

ROOT = pathlib.Path(__file__).resolve().parents[3]


@pytest.fixture(name="project")
def a_project(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.delenv("CI", raising=False)
    made = Project(tmp_path)
    made.prepare()
    (tmp_path / clients.WANTED).write_text("x==1\n")
    return made


class Pip:
    """What pip would do, with words of its own when it fails."""

    def __init__(self, trouble: str = "") -> None:
        self.trouble = trouble
        self.calls: list[str] = []

    def __call__(self, project: Project, command: list[str], trouble: str) -> None:
        self.calls.append(command[3])
        if self.trouble:
            raise Problem(f"{self.trouble}: {trouble}")
        if command[3] == "wheel":
            wheels = pathlib.Path(command[command.index("--wheel-dir") + 1])
            (wheels / "ovirt_engine_sdk_python-1-none-any.whl").touch()
            with zipfile.ZipFile(wheels / "ansible-1-none-any.whl", "w") as archive:
                for name in ("ovirt/ovirt", "ansible/posix", "other/thing"):
                    archive.writestr(f"ansible_collections/{name}/MANIFEST.json", "{}")


def test_they_are_installed_once_with_the_wanted_collections_only(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    pip = Pip()
    monkeypatch.setattr(venv, "run", pip)
    assert clients.ensure(project)
    assert clients.ensure(project)
    assert pip.calls == ["wheel", "install"]
    place = clients.folder(project) / "collections" / "ansible_collections"
    assert {path.name for path in place.iterdir()} == {"ovirt", "ansible"}
    (project.root / clients.WANTED).write_text("x==2\n")
    assert clients.ensure(project)
    assert len(pip.calls) == 4


def test_without_a_compiler_they_are_left_out_and_never_in_ci(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(venv, "run", Pip("error: command 'gcc' failed"))
    assert not clients.ensure(project)
    assert "apt-get install gcc libxml2-dev python3-dev" in capsys.readouterr().out
    monkeypatch.setenv("CI", "true")
    with pytest.raises(Problem, match="apt-get install gcc"):
        clients.ensure(project)


def test_a_package_index_that_is_not_there_is_no_reason_to_leave_them_out(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(venv, "run", Pip("No matching distribution found"))
    with pytest.raises(Problem, match="package index"):
        clients.ensure(project)


def test_versions_are_exact() -> None:
    text = (ROOT / clients.WANTED).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert {line.partition("==")[0] for line in lines} == {"ansible", "ovirt-engine-sdk-python", "pycurl"}
    assert all("==" in line for line in lines)
