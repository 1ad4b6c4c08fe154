# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running checks: what is shown, what is skipped, what stops."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest
from ansible_collections.ovirt_dr.storage.scripts.dev.project import Problem, Project
from ansible_collections.ovirt_dr.storage.scripts.dev.stages import Lanes, Stage, run_all

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


def named(project: Project, name: str, code: str) -> Stage:
    return Stage(name, (sys.executable, "-c", code), project.root, repeat=True, summary="closing")


WAITS_FOR = (
    "import pathlib, time; t = time.monotonic()\n"
    "while not pathlib.Path({theirs!r}).exists() and time.monotonic() < t + 30: time.sleep(0.01)\n"
    "assert pathlib.Path({theirs!r}).exists(); print('closing', {mine!r})"
)


def test_rows_run_side_by_side_and_each_stage_has_lines_of_its_own(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    def meets(mine: str, theirs: str) -> str:
        return f"import pathlib; pathlib.Path({mine!r}).touch(); " + WAITS_FOR.format(mine=mine, theirs=theirs)

    one = named(project, "one", meets("one", "two"))
    two, three = named(project, "two", meets("two", "one")), named(project, "three", meets("three", "two"))
    run_all(project, [Lanes(((one,), (two, three)))], "tree")
    shown = capsys.readouterr().out.splitlines()
    assert sorted(line.split(".")[0] for line in shown if " ok " in line) == ["all passed", "one", "three", "two"]
    for number, line in enumerate(shown[:-1]):
        if " ok " in line:
            assert shown[number + 1] == f"closing {line.split('.')[0]}"


@pytest.mark.parametrize("order", [1, -1])
def test_a_failure_in_either_row_fails_and_ends_the_other(
    project: Project, capsys: pytest.CaptureFixture[str], order: int
) -> None:
    slow = named(project, "slow", "import pathlib, time; pathlib.Path('began').touch(); time.sleep(60)")
    failing = named(
        project, "failing", f"{WAITS_FOR.format(theirs='began', mine='x')}; print('why'); raise SystemExit(3)"
    )
    after = named(project, "after", GROW)
    began = time.monotonic()
    with pytest.raises(Problem, match="failing failed: exit code 3"):
        run_all(project, [Lanes(((failing, after), (slow,))[::order]), after], "tree")
    assert time.monotonic() - began < 30
    shown = capsys.readouterr().out
    assert "\nwhy\n" in shown
    assert "slow............................ ended" in shown
    assert not (project.root / "count").exists()


def test_a_stage_of_a_row_that_passed_before_is_not_run_again(project: Project) -> None:
    for _attempt in range(2):
        run_all(project, [Lanes(((stage(project, GROW),), ()))], "tree")
    assert runs(project) == 1


def test_an_interruption_ends_all_rows(project: Project) -> None:
    code = (
        "import pathlib, sys; from ansible_collections.ovirt_dr.storage.scripts.dev.project import Project\n"
        "from ansible_collections.ovirt_dr.storage.scripts.dev.stages import Lanes, Stage, run_all\n"
        "wait = 'import os, pathlib, sys, time; '\n"
        "wait += 'pathlib.Path(sys.argv[1]).write_text(str(os.getpid())); time.sleep(60)'\n"
        "project = Project(pathlib.Path(sys.argv[1]))\n"
        "rows = tuple((Stage(n, (sys.executable, '-c', wait, n + '.pid'), project.root),) for n in ('left', 'right'))\n"
        "run_all(project, [Lanes(rows)], 'tree')\n"
    )
    pids = [project.root / name for name in ("left.pid", "right.pid")]
    with subprocess.Popen([sys.executable, "-c", code, str(project.root)], stdout=subprocess.PIPE, text=True) as made:
        until = time.monotonic() + 30
        while not all(pid.exists() and pid.read_text() for pid in pids) and time.monotonic() < until:
            time.sleep(0.01)
        made.send_signal(signal.SIGINT)
        assert made.wait(30) != 0
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid.read_text()), 0)
