# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running checks: what is shown, what is skipped, what stops."""

from __future__ import annotations

import pathlib
import sys
import time

import pytest
from ansible_collections.ovirt_dr.storage.scripts.dev.project import Problem, Project
from ansible_collections.ovirt_dr.storage.scripts.dev.stages import Stage, run_all

GROW = "import pathlib; p = pathlib.Path('count'); p.write_text((p.read_text() if p.exists() else '') + 'x')"


@pytest.fixture(name="project")
def a_project(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    for name in ("CI", "FORCE"):
        monkeypatch.delenv(name, raising=False)
    project = Project(tmp_path)
    project.prepare()
    return project


def stage(project: Project, code: str, **more: object) -> Stage:
    return Stage("a tool", (sys.executable, "-c", code), project.root, **more)  # type: ignore[arg-type]


def runs(project: Project) -> int:
    return len((project.root / "count").read_text())


def test_a_check_that_passed_is_not_repeated_on_the_same_files(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    run_all(project, [stage(project, GROW)], "tree 1")
    run_all(project, [stage(project, GROW)], "tree 1")
    assert runs(project) == 1
    assert "unchanged" in capsys.readouterr().out
    run_all(project, [stage(project, GROW)], "tree 2")
    assert runs(project) == 2


@pytest.mark.parametrize("name", ["CI", "FORCE"])
def test_it_is_repeated_when_asked(project: Project, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "1")
    for _attempt in range(2):
        run_all(project, [stage(project, GROW)], "tree")
    assert runs(project) == 2


def test_tests_run_every_time(project: Project) -> None:
    for _attempt in range(2):
        run_all(project, [stage(project, GROW, repeat=True)], "tree")
    assert runs(project) == 2


def test_the_first_failure_stops_and_shows_the_tools_output(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    failing = stage(project, "import sys; print('what is wrong'); sys.exit(3)")
    with pytest.raises(Problem, match="exit code 3"):
        run_all(project, [failing, stage(project, GROW)], "tree")
    assert "\nwhat is wrong\n" in capsys.readouterr().out
    assert not (project.root / "count").exists()


def test_a_tool_that_looked_at_nothing_has_not_passed(project: Project) -> None:
    run_all(project, [stage(project, "print('3 files')", proof="[1-9] files")], "tree")
    for code in ("print('0 files')", "pass"):
        with pytest.raises(Problem, match="no line of its output"):
            run_all(project, [stage(project, code, proof="[1-9] files")], "tree")


def test_what_failed_is_run_again(project: Project) -> None:
    code = f"{GROW}; import sys; sys.exit(len(p.read_text()) < 2)"
    with pytest.raises(Problem):
        run_all(project, [stage(project, code)], "tree")
    run_all(project, [stage(project, code)], "tree")
    assert runs(project) == 2


def test_a_tool_that_hangs_is_ended_with_all_it_started(project: Project) -> None:
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
    began = time.monotonic()
    with pytest.raises(Problem, match="limit"):
        run_all(project, [stage(project, code, limit=0.5)], "tree")
    assert time.monotonic() - began < 30


def test_the_closing_line_is_shown(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    code = "print('noise'); print('=== 3 passed in 0.1s ===')"
    run_all(project, [stage(project, code, summary=r"passed in")], "tree")
    shown = capsys.readouterr().out
    assert "\n=== 3 passed in 0.1s ===\n" in shown
    assert "noise" not in shown
