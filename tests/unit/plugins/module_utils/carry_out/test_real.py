# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""With real threads, signals and a real file: what a simulation cannot show."""

from __future__ import annotations

import os
import pathlib
import resource
import signal
import stat
import subprocess
import sys
import threading
import time

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.actions import Done
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.journal import Journal, parse, read
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.run import carry_out
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import outcome_of
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.clock import Clock
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.module_utils.carry_out.sim import Script, step

PROGRAM = """
import sys, time
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.actions import Done
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.journal import Journal
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.run import Interrupted, carry_out
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.clock import Clock

class Slow:
    def do(self, step):
        time.sleep(float(sys.argv[2]))
        return Done()

    def look(self, step):
        return None

steps = [Step(f"s{number}", "act", "vm", f"vm{number}") for number in range(2000)]
try:
    carry_out(steps, {"act": Slow()}, journal=Journal(sys.argv[1], "run1"), limit=2, check_mode=False, clock=Clock())
except Interrupted as error:
    counts = error.report.counts()
    print(error.why, counts["done"] + counts["not_run"], flush=True)
    sys.exit(75)
"""


def begin(tmp_path: pathlib.Path, seconds: float, lines: int = 5) -> tuple[subprocess.Popen[str], str]:
    """A run in a process of its own, once its journal has so many lines."""
    path = str(tmp_path / "journal")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, path, str(seconds)], env=environment, stdout=subprocess.PIPE, text=True
    )
    give_up = time.monotonic() + 30
    while time.monotonic() < give_up:
        if os.path.exists(path) and pathlib.Path(path).read_bytes().count(b"\n") >= lines:
            return process, path
        time.sleep(0.02)
    process.kill()
    raise AssertionError("the run did not begin")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_run_in_order(tmp_path, number: signal.Signals) -> None:
    process, path = begin(tmp_path, 0.05)
    process.send_signal(number)
    output, _nothing = process.communicate(timeout=20)
    assert process.returncode == 75
    assert output.strip() == f"interrupted by {number.name} 2000"
    lines = read(path)
    starts = {line["step"] for line in lines if line["event"] == "start"}
    done = {line["step"] for line in lines if line["event"] == "end" and line["state"] == "done"}
    assert starts == done, "what was begun was finished"
    assert any(line["message"] == f"Stopped: interrupted by {number.name}" for line in lines)


def test_a_second_signal_does_not_wait(tmp_path) -> None:
    process, _path = begin(tmp_path, 60, lines=3)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    assert process.poll() is None, "the first one waits for what is under way"
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)
    assert process.returncode == -signal.SIGTERM


def test_a_killed_run_leaves_a_readable_journal_and_the_next_run_goes_on_in_it(tmp_path) -> None:
    process, path = begin(tmp_path, 0.002)
    process.kill()
    process.communicate()
    data = pathlib.Path(path).read_bytes()
    lines = data.split(b"\n")
    assert all(parse(line) for line in lines[:-1])
    # The kernel may cut the last write of a killed or starved process anywhere.
    pathlib.Path(path).write_bytes(data + b'{"at": "2026-11-21T12:0')
    before = len(read(path))
    assert before == len(lines) - 1
    journal = Journal(path, "run2")
    journal.note("the next run")
    journal.close()
    assert len(read(path)) == before + 1
    assert read(path)[-1]["run"] == "run2"


def test_the_journal_is_for_its_owner_only(tmp_path) -> None:
    path = tmp_path / "new" / "journal"
    former = os.umask(0)
    try:
        Journal(str(path)).open()
    finally:
        os.umask(former)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_only_regular_files_are_journals(tmp_path, make) -> None:
    path = str(tmp_path / "thing")
    make(path)
    with pytest.raises(BadInput, match="cannot be written"):
        Journal(path).open()


def test_a_full_disk_ends_the_journal_and_not_the_run(monkeypatch, tmp_path) -> None:
    journal = Journal(str(tmp_path / "journal"))
    journal.open()

    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    report = carry_out([step("a")], {"act": Script()}, journal=journal, check_mode=False, clock=Clock())
    monkeypatch.undo()
    assert report.ok
    assert report.warnings == (f"The journal {journal.path} ends early: No space left on device.",)


def test_lines_of_many_threads_stay_whole(tmp_path) -> None:
    journal = Journal(str(tmp_path / "journal"))

    def write(number: int) -> None:
        for count in range(100):
            journal.end(outcome_of(step(f"s{number}-{count}"), "done", "x" * 500))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({line["step"] for line in read(str(tmp_path / "journal"))}) == 400


def test_an_engines_novel_is_cut_in_the_journal(tmp_path) -> None:
    journal = Journal(str(tmp_path / "journal"))
    journal.note("x" * 100_000)
    assert len(read(str(tmp_path / "journal"))[0]["message"]) == 4000


def test_threads_work_at_once_and_cost_little() -> None:
    together = threading.Barrier(3, timeout=10)

    class Meeting:
        def do(self, one):
            together.wait()
            return Done()

        def look(self, one):
            return None

    steps = [step(str(number)) for number in range(3)]
    assert carry_out(steps, {"act": Meeting()}, journal=Journal(None), check_mode=False, clock=Clock()).ok


def test_a_step_costs_less_than_a_millisecond_of_cpu(tmp_path) -> None:
    steps = [step(str(number)) for number in range(1000)]
    before = resource.getrusage(resource.RUSAGE_SELF)
    report = carry_out(steps, {"act": Script()}, journal=Journal(str(tmp_path / "j")), check_mode=False, clock=Clock())
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert report.ok
    assert (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime) < 1.0
