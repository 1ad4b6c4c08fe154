# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running checks: one line on the screen for each, and the whole output of the one that fails.

They run one after the other, but for lanes: several rows of checks side by side. A tool that keeps one processor busy,
or waits most of the time, leaves room for another.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import pathlib
import re
import signal
import subprocess
import time
import typing as t

from .project import Problem, Project

# How often stages that run side by side are looked at, in seconds.
PAUSE = 0.1


@dataclasses.dataclass(frozen=True)
class Stage:
    """One tool's run.

    ``repeat``: run it even if it passed on the same files (tests; checks that only read files need not be repeated).
    ``summary``: the last output line that matches this pattern is shown below the stage's line.
    ``proof``: a pattern that some output line must match: a tool that found nothing to look at has not passed.
    ``limit``: after how many seconds the tool is ended and counts as failed.
    """

    name: str
    command: tuple[str, ...]
    where: pathlib.Path
    repeat: bool = False
    summary: str = ""
    proof: str = ""
    limit: float = 900.0
    environment: tuple[tuple[str, str], ...] = ()

    @property
    def slug(self) -> str:
        """The name as a file name."""
        return re.sub(r"\W+", "-", self.name)


@dataclasses.dataclass(frozen=True)
class Lanes:
    """Rows of stages. The rows run side by side, the stages of a row one after the other."""

    rows: tuple[tuple[Stage, ...], ...]


def run_all(project: Project, stages: t.Sequence[Stage | Lanes], tree: str) -> None:
    """Run the stages in order; raises Problem at the first that fails, and ends what runs beside it.

    ``tree`` is the hash of all files: a stage that passed on the same hash is not run again, unless FORCE is set
    or a CI runs.
    """
    fresh = bool(os.environ.get("FORCE") or os.environ.get("CI"))
    began = time.monotonic()
    for part in stages:
        rows = part.rows if isinstance(part, Lanes) else ((part,),)
        run_rows(
            project, [[stage for stage in row if not passed_before(project, stage, tree, fresh)] for row in rows], tree
        )
    print(f"{'all passed':.<32} ok {time.monotonic() - began:8.1f} s", flush=True)


def passed_before(project: Project, stage: Stage, tree: str, fresh: bool) -> bool:
    """Whether the stage need not run, as it passed on the same files; then this prints its line."""
    seal = project.build / "passed" / stage.slug
    if stage.repeat or fresh or not seal.is_file() or seal.read_text(encoding="utf-8") != key_of(stage, tree):
        return False
    print(f"{stage.name:.<32} ok      unchanged", flush=True)
    return True


def key_of(stage: Stage, tree: str) -> str:
    """What a stage that passed is known by: the files and the command."""
    return hashlib.sha256("\0".join([tree, str(stage.where), *stage.command]).encode()).hexdigest()


def run_rows(project: Project, rows: list[list[Stage]], tree: str) -> None:
    """Run the rows side by side. Whatever still runs when one fails, or when this is interrupted, ends with it."""
    waiting = [row for row in rows if row]
    alone = len(waiting) < 2
    running: dict[int, Run] = {}
    try:
        while running or any(waiting):
            for number, row in enumerate(waiting):
                if row and number not in running:
                    running[number] = Run(project, row.pop(0), alone)
            for number, run in list(running.items()):
                if run.over(wait=PAUSE / len(running)):
                    del running[number]
                    run.judge()
                    seal = project.build / "passed" / run.stage.slug
                    seal.parent.mkdir(exist_ok=True)
                    seal.write_text(key_of(run.stage, tree), encoding="utf-8")
    finally:
        for run in running.values():
            run.give_up()


class Run:
    """One stage that runs, with its output in a log.

    ``alone``: nothing runs beside it, so its name is shown when it begins; else its line is written whole at its end.
    """

    def __init__(self, project: Project, stage: Stage, alone: bool) -> None:
        self.stage = stage
        self.log = project.logs / f"{stage.slug}.log"
        self._named = f"{stage.name:.<32} "
        self._began = time.monotonic()
        self._late = False
        if alone:
            print(self._named, end="", flush=True)
            self._named = ""
        with open(self.log, "w", encoding="utf-8") as output:
            self._tool = subprocess.Popen(
                stage.command,
                cwd=stage.where,
                env=project.environment() | dict(stage.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def seconds(self) -> float:
        """How long it has run."""
        return time.monotonic() - self._began

    def over(self, wait: float) -> bool:
        """Whether it is over, after ``wait`` seconds at most; a tool that is past its limit is ended for it."""
        try:
            self._tool.wait(timeout=wait)
        except subprocess.TimeoutExpired:
            if self.seconds() < self.stage.limit:
                return False
            self._late = True
            self.kill()
        return True

    def kill(self) -> None:
        """End the tool, if it still runs, and whatever it started."""
        if self._tool.poll() is None:
            os.killpg(self._tool.pid, signal.SIGKILL)
            self._tool.wait()

    def give_up(self) -> None:
        """End the tool because of what happened elsewhere, and print the stage's line."""
        self.kill()
        print(f"{self._named}ended {self.seconds():5.1f} s", flush=True)

    def judge(self) -> None:
        """Print the stage's line; raises Problem, after the tool's output, when the stage failed."""
        seconds = self.seconds()
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        why = ""
        if self._late:
            why = f"ended after its limit of {self.stage.limit:.0f} s"
        elif self._tool.returncode:
            why = f"exit code {self._tool.returncode}"
        elif not any(re.search(self.stage.proof, line) for line in lines or [""]):
            why = f"no line of its output matches '{self.stage.proof}'"
        if why:
            print(f"{self._named}FAILED {seconds:5.1f} s\n", flush=True)
            print("\n".join(lines[-400:]), flush=True)
            raise Problem(f"\n{self.stage.name} failed: {why} (the whole output: {self.log})")
        print(f"{self._named}ok {seconds:8.1f} s", flush=True)
        if self.stage.summary:
            closing = [line for line in lines if re.search(self.stage.summary, line)]
            print("\n".join(closing[-1:]), flush=True)
