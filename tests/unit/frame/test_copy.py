# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clean copy that tools work on, and its hash."""

from __future__ import annotations

import pathlib
import subprocess

import pytest
from ansible_collections.ovirt_dr.storage.scripts.dev import copy
from ansible_collections.ovirt_dr.storage.scripts.dev.project import Problem, Project


@pytest.fixture(name="project")
def a_checkout(tmp_path: pathlib.Path) -> Project:
    """A checkout in a folder with a blank in its name."""
    root = tmp_path / "a checkout"
    root.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    (root / ".gitignore").write_text("/.build/\n*.log\n")
    (root / "one.py").write_text("1\n")
    (root / "folder").mkdir()
    (root / "folder" / "two.py").write_text("2\n")
    project = Project(root)
    project.prepare()
    return project


def copied(project: Project) -> set[str]:
    found = {path.relative_to(project.copy) for path in project.copy.rglob("*") if not path.is_dir()}
    return {str(path) for path in found if path.parts[0] != ".git"}


def test_copies_what_git_would_know_and_nothing_else(project: Project) -> None:
    (project.root / "noise.log").write_text("noise")
    (project.root / "link").symlink_to("one.py")
    copy.refresh(project)
    assert copied(project) == {".gitignore", "one.py", "folder/two.py", "link"}
    assert (project.copy / "link").is_symlink()


def test_forgets_what_is_gone_and_what_tools_left(project: Project) -> None:
    copy.refresh(project)
    (project.root / "folder" / "two.py").unlink()
    (project.copy / "left").mkdir()
    (project.copy / "left" / "by a tool").write_text("x")
    copy.refresh(project)
    assert copied(project) == {".gitignore", "one.py"}
    assert not (project.copy / "folder").exists()
    assert not (project.copy / "left").exists()


def test_the_copy_is_a_repository_of_its_own(project: Project) -> None:
    copy.refresh(project)
    assert [str(name) for name in copy.own_files(project.copy)] == [".gitignore", "folder/two.py", "one.py"]


def test_touches_only_what_changed(project: Project) -> None:
    copy.refresh(project)
    before = (project.copy / "one.py").stat().st_mtime_ns
    (project.root / "folder" / "two.py").write_text("22\n")
    copy.refresh(project)
    assert (project.copy / "folder" / "two.py").read_text() == "22\n"
    assert (project.copy / "one.py").stat().st_mtime_ns == before


@pytest.mark.parametrize("change", ["content", "name", "mode"])
def test_the_hash_tells_every_change(project: Project, change: str) -> None:
    first = copy.refresh(project)
    assert copy.refresh(project) == first
    one = project.root / "one.py"
    if change == "content":
        one.write_text("11\n")
    elif change == "name":
        one.rename(project.root / "other.py")
    else:
        one.chmod(0o755)
    assert copy.refresh(project) != first


def test_outside_of_a_checkout_it_says_so(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(Problem, match="git"):
        copy.own_files(tmp_path)


def test_a_colon_in_the_path_is_refused(tmp_path: pathlib.Path) -> None:
    root = tmp_path / "a:b"
    root.mkdir()
    with pytest.raises(Problem, match="colon"):
        Project(root).prepare()
