# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m scripts.dev TARGET``: what the make targets do."""

from __future__ import annotations

import contextlib
import fnmatch
import json
import os
import pathlib
import shutil
import signal
import sys
import typing as t

from . import checks, clients, copy, lock, mission, venv
from .project import Problem, Project
from .stages import Lanes, Stage, run_all

CACHES = ("__pycache__", ".ansible", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache")


def drill(project: Project) -> None:
    """fail a recorded estate over to a second site, on an embedded engine"""
    venv.ensure(project, venv.RUN)
    arguments = [str(project.python), checks.DRILL]
    # In place of this process: signals, the terminal and the exit code are the drill's own.
    os.execve(arguments[0], arguments, project.environment())  # noqa: S606


def bench(project: Project) -> None:
    """what failovers of several sizes cost, in .build/bench"""
    venv.ensure(project, venv.RUN)
    if any(fnmatch.fnmatchcase("peer", word.strip()) for word in (os.environ.get("BENCH") or "*").split(",")):
        clients.ensure(project)
    drill_files = os.pathsep.join([str(project.tree), str(project.root / checks.DRILL)])
    arguments = [str(project.python), "-m", checks.BENCH]
    os.execve(arguments[0], arguments, project.environment() | {"PYTHONPATH": drill_files})  # noqa: S606


def fidelity(project: Project) -> None:
    """how many recorded exchanges the embedded engine answers as the engine did, in .build/fidelity"""
    venv.ensure(project, venv.RUN)
    arguments = [str(project.python), "-m", checks.FIDELITY]
    os.execve(arguments[0], arguments, project.environment())  # noqa: S606


def mutation(project: Project) -> None:
    """which validations of the embedded engine no test would miss, in .build/mutation; takes minutes"""
    venv.ensure(project, venv.DEVELOPMENT)
    arguments = [str(project.python), "-m", checks.MUTATION]
    os.execve(arguments[0], arguments, project.environment())  # noqa: S606


def test(project: Project) -> None:
    """all linters and tests, cheapest first; stops at the first failure"""
    venv.ensure(project, venv.DEVELOPMENT)
    others = checks.client_tests(project) if clients.ensure(project) else []
    # Tests wait now and then, for statuses and time-outs; what only reads files fills these pauses.
    tests = checks.tests(project) + checks.host_tests(project) + others
    on_files = checks.lint(project) + checks.package(project) + checks.sanity(project)
    run_checks(project, [Lanes((tuple(tests), tuple(on_files)))])


def lint(project: Project) -> None:
    """the linters"""
    run_checks(project, checks.lint(project))


def sanity(project: Project) -> None:
    """ansible-test sanity on a clean copy"""
    run_checks(project, checks.sanity(project))


def docs(project: Project) -> None:
    """the documentation as HTML, in .build/docs"""
    run_checks(project, checks.docs(project))
    print(f"open {project.build / 'docs' / 'index.html'}")


def show_mission(project: Project) -> None:
    """how much of what was asked for is done, after docs/mission.md"""
    print(mission.report(mission.read((project.root / "docs" / "mission.md").read_text(encoding="utf-8"))))


def renew_lock(project: Project) -> None:
    """renew requirements-dev.lock from requirements-dev.in"""
    lock.renew(project)


def clean(project: Project) -> None:
    """remove .build and all caches, and end the embedded engine that a drill left running"""
    end_twin(project)
    shutil.rmtree(project.build, ignore_errors=True)
    for folder, names, _files in os.walk(project.root):
        for name in [name for name in names if name in CACHES]:
            shutil.rmtree(os.path.join(folder, name), ignore_errors=True)
        names[:] = [name for name in names if name not in CACHES and name != ".git"]


def end_twin(project: Project) -> None:
    """End the process that the drill's state file names, if it is still one that runs on this checkout's files."""
    try:
        pid = int(json.loads((project.build / "drill" / "twin.json").read_text(encoding="utf-8"))["pid"])
        command = pathlib.Path("/proc", str(pid), "cmdline").read_bytes()
    except (FileNotFoundError, KeyError, ValueError):
        return
    if os.fsencode(project.build) in command:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


def show_help(project: Project) -> None:
    """this list"""
    for name, target in TARGETS.items():
        print(f"make {name:8} {target.__doc__}")
    print("\nVariables: WAY, VMS, DOMAINS, PROFILE, FAIL, LATENCY, RESET, CHECK (drill); BENCH, SIZES (bench);")
    print("SCENE (fidelity); FORCE=1 (checks); PYTHON (all)")


TARGETS: dict[str, t.Callable[[Project], None]] = {
    "drill": drill,
    "bench": bench,
    "fidelity": fidelity,
    "mutation": mutation,
    "test": test,
    "lint": lint,
    "sanity": sanity,
    "docs": docs,
    "mission": show_mission,
    "lock": renew_lock,
    "clean": clean,
    "help": show_help,
}


def run_checks(project: Project, stages: t.Sequence[Stage | Lanes]) -> None:
    """Set up what the stages need, then run them; one run at a time in a checkout, as they share the copy."""
    venv.ensure(project, venv.DEVELOPMENT)
    with project.alone("checks"):
        tree = copy.refresh(project)
        checks.place_pip_stand_in(project)
        run_all(project, stages, tree)


def main(arguments: list[str]) -> int:
    """Run one target; returns the exit code: 0, 1 with one line on what failed, 2 for a wrong call."""
    if len(arguments) != 1 or arguments[0] not in TARGETS:
        print(f"usage: python -m scripts.dev {'|'.join(TARGETS)}", file=sys.stderr)
        return 2
    project = Project(pathlib.Path(__file__).resolve().parents[2])
    try:
        if arguments[0] not in ("clean", "help", "mission"):
            project.prepare()
        TARGETS[arguments[0]](project)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
