# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running the playbook as a user would, with its output passed on at once and its cost measured."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import subprocess
import sys
import threading
import time
import typing as t

SAMPLE_SECONDS = 0.25


@dataclasses.dataclass(frozen=True)
class Played:
    """What a playbook run came to.

    exit_code: 128 and the number of the signal for one that was killed, as shells tell it; cpu_seconds: user and system
    time of all its processes; peak_mb: see Memory.
    """

    exit_code: int
    seconds: float
    cpu_seconds: float
    tasks: int
    peak_mb: dict[str, float]


def play(arguments: t.Sequence[str], environment: t.Mapping[str, str], twin_pid: int) -> Played:
    """Run ansible-playbook; every line it writes goes to the screen at once."""
    began = time.monotonic()
    command = [str(pathlib.Path(sys.executable).parent / "ansible-playbook"), *arguments]
    process = subprocess.Popen(
        command, env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    tasks = 0
    with Memory({"client": process.pid, "twin": twin_pid}) as memory:
        try:
            for line in t.cast("t.TextIO", process.stdout):
                tasks += line.startswith("TASK [")
                sys.stdout.write(line)
                sys.stdout.flush()
        except KeyboardInterrupt:
            # The playbook got the signal too and ends in order; its last words are worth waiting for.
            sys.stdout.writelines(t.cast("t.TextIO", process.stdout))
        _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Played(
        exit_code=128 - process.returncode if process.returncode < 0 else process.returncode,
        seconds=time.monotonic() - began,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        tasks=tasks,
        peak_mb=memory.peaks(),
    )


class Memory:
    """Samples the memory of processes with all their children: proportional set size, so shared pages count once."""

    def __init__(self, roots: t.Mapping[str, int]) -> None:
        self._roots = dict(roots)
        self._peaks = dict.fromkeys([*roots, "all"], 0)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def peaks(self) -> dict[str, float]:
        """The largest samples in MB, per root and of all together."""
        return {name: round(kilobytes / 1024, 1) for name, kilobytes in self._peaks.items()}

    def _watch(self) -> None:
        while not self._done.wait(SAMPLE_SECONDS):
            sizes = {name: sum(map(_kilobytes, _family(pid))) for name, pid in self._roots.items()}
            sizes["all"] = sum(sizes.values())
            self._peaks = {name: max(peak, sizes[name]) for name, peak in self._peaks.items()}


def _family(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        try:
            for task in pathlib.Path(f"/proc/{parent}/task").iterdir():
                found.extend(int(child) for child in (task / "children").read_text().split())
        except OSError:
            continue
    return found


def _kilobytes(pid: int) -> int:
    try:
        text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)
