# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running checks one after the other: one line on the screen for each, and the whole output of the one that fails."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import pathlib
import re
import signal
import subprocess
import time

from .project import Problem, Project


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


def run_all(project: Project, stages: list[Stage], tree: str) -> None:
    """Run the stages in order; raises Problem at the first that fails.

    ``tree`` is the hash of all files: a stage that passed on the same hash is not run again, unless FORCE is set
    or a CI runs.
    """
    fresh = bool(os.environ.get("FORCE") or os.environ.get("CI"))
    began = time.monotonic()
    for stage in stages:
        passed = project.build / "passed" / stage.slug
        key = hashlib.sha256("\0".join([tree, str(stage.where), *stage.command]).encode()).hexdigest()
        if not stage.repeat and not fresh and passed.is_file() and passed.read_text(encoding="utf-8") == key:
            print(f"{stage.name:.<32} ok      unchanged", flush=True)
            continue
        run_one(project, stage)
        passed.parent.mkdir(exist_ok=True)
        passed.write_text(key, encoding="utf-8")
    print(f"{'all passed':.<32} ok {time.monotonic() - began:8.1f} s", flush=True)


def run_one(project: Project, stage: Stage) -> None:
    """Run one stage with its output in a log; print its line; raises Problem when it fails or takes too long."""
    print(f"{stage.name:.<32} ", end="", flush=True)
    log = project.logs / f"{stage.slug}.log"
    began = time.monotonic()
    ended = execute(project, stage, log)
    seconds = time.monotonic() - began
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    why = ""
    if ended is None:
        why = f"ended after its limit of {stage.limit:.0f} s"
    elif ended:
        why = f"exit code {ended}"
    elif not any(re.search(stage.proof, line) for line in lines or [""]):
        why = f"no line of its output matches '{stage.proof}'"
    if why:
        print(f"FAILED {seconds:5.1f} s\n", flush=True)
        print("\n".join(lines[-400:]), flush=True)
        raise Problem(f"\n{stage.name} failed: {why} (the whole output: {log})")
    print(f"ok {seconds:8.1f} s", flush=True)
    if stage.summary:
        closing = [line for line in lines if re.search(stage.summary, line)]
        print("\n".join(closing[-1:]), flush=True)


def execute(project: Project, stage: Stage, log: pathlib.Path) -> int | None:
    """The tool's exit code, None when it was ended for taking too long. Whatever it started ends with it."""
    with open(log, "w", encoding="utf-8") as output:
        tool = subprocess.Popen(
            stage.command,
            cwd=stage.where,
            env=project.environment() | dict(stage.environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            return tool.wait(timeout=stage.limit)
        except subprocess.TimeoutExpired:
            return None
        finally:
            if tool.poll() is None:
                os.killpg(tool.pid, signal.SIGKILL)
                tool.wait()
