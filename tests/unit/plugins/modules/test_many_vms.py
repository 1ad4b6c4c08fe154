# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many VMs: requests and result stay small, and a run that is killed in the middle is completed by the next one."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.journal import read
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import DRILL, load
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.grow import grow
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import (
    DOMAINS,
    MODULES,
    REGISTER,
    Bench,
    Result,
    common,
    mappings,
)

DRIVER = f"""
import importlib, json, sys
from ansible.module_utils.testing import patch_module_args
module, arguments = json.load(open(sys.argv[1]))
with patch_module_args(arguments):
    importlib.import_module("{MODULES}." + module).main()
"""


def grown(bench: Bench, vms: int) -> None:
    bench.use(grow(load(DRILL), vms=vms))


# -- size


def requests_of(bench: Bench, vms: int) -> int:
    """What registering and starting this many VMs took, all in all."""
    grown(bench, vms)
    bench.ready("templates")
    registered = bench.register()
    assert not registered.get("failed"), registered["msg"]
    started = bench.power("*")
    assert not started.get("failed"), started["msg"]
    assert registered["counts"]["done"] == started["counts"]["done"] == vms
    return len(bench.twin.requests("recovery"))


def test_a_vm_takes_at_most_three_requests(bench: Bench) -> None:
    """The difference between two sizes shows what a VM costs, apart from what is asked once."""
    few, many = requests_of(bench, 50), requests_of(bench, 200)
    assert (many - few) / 150 <= 3.0
    assert many / 200 <= 3.0


def test_a_thousand_vms_fit_into_a_result(bench: Bench, tmp_path: pathlib.Path) -> None:
    grown(bench, 1000)
    bench.ready("templates")
    journal = tmp_path / "journal.jsonl"
    bench.twin.fail({"action": "status", "method": "POST", "path": REGISTER, "every": 3, "status": 400}, "recovery")
    result = bench.register(journal=str(journal), timeout=60)
    assert result["failed"]
    assert sum(result["counts"].values()) == 1000
    assert result["counts"]["failed"] > 200
    assert result["failures"] != []
    assert len(json.dumps(result)) < 1_000_000
    assert len(result["msg"]) < 20_000
    ends = [line for line in read(str(journal)) if line["event"] == "end"]
    assert len({line["id"] for line in ends}) == 1000
    assert {state: sum(line["state"] == state for line in ends) for state in ("done", "failed")} == {
        state: result["counts"][state] for state in ("done", "failed")
    }


# -- the end of a process


class Process:
    """A module in a process of its own."""

    def __init__(self, bench: Bench, folder: pathlib.Path, module: str, options: dict[str, t.Any]) -> None:
        arguments = {**common(module), "auth": bench.auth(), **options}
        path = folder / "arguments.json"
        path.write_text(json.dumps([module, arguments]), encoding="utf-8")
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        self._child = subprocess.Popen(
            [sys.executable, "-c", DRIVER, str(path)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def signal_after(self, reached: t.Callable[[], bool], number: int) -> tuple[int, str]:
        """Send a signal as soon as something is reached; the exit code and what was printed."""
        deadline = time.monotonic() + 60
        while not reached():
            assert self._child.poll() is None, self._child.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.005)
        os.kill(self._child.pid, number)
        said, errors = self._child.communicate(timeout=60)
        assert "Traceback" not in errors, errors
        return self._child.returncode, said


@pytest.fixture
def sixty(bench: Bench) -> Bench:
    """Recovery is about to register sixty VMs, and every register takes a moment."""
    grown(bench, 60)
    bench.ready("templates")
    bench.fail(REGISTER, "delay", times=0, seconds=0.05)
    return bench


def register_options(bench: Bench, journal: pathlib.Path) -> dict[str, t.Any]:
    return {
        "data_center": "Recovery",
        "domains": sorted(DOMAINS),
        "vms": ["*"],
        "partial": ["db*"],
        "mappings": mappings(bench.twin.estate),
        "journal": str(journal),
        "concurrency": 4,
    }


def completes(bench: Bench, journal: pathlib.Path) -> Result:
    """A further run completes the recovery: everything is there, nothing was registered twice."""
    bench.twin.no_faults()
    result = bench.done("unregistered_vm_register", **register_options(bench, journal))
    assert len(bench.names("vm")) == 60
    assert set(bench.imports().values()) == {1}
    again = bench.done("unregistered_vm_register", **register_options(bench, journal))
    assert again["changed"] is False
    return result


def test_a_run_that_was_killed_is_completed_by_the_next(sixty: Bench, tmp_path: pathlib.Path) -> None:
    journal = tmp_path / "journal.jsonl"
    child = Process(sixty, tmp_path, "unregistered_vm_register", register_options(sixty, journal))
    code, said = child.signal_after(lambda: len(sixty.writes(REGISTER)) >= 20, signal.SIGKILL)
    assert (code, said) == (-signal.SIGKILL, "")
    there = len(sixty.names("vm"))
    assert 15 <= there < 60
    begun = [line for line in read(str(journal)) if line["event"] == "start"]
    assert len(begun) >= 15

    result = completes(sixty, journal)
    assert result["counts"]["done"] <= 60 - there + 4
    lines = journal.read_text(encoding="utf-8").splitlines()
    readable = read(str(journal))
    assert len(lines) - len(readable) <= 1, "at most the line that was torn"
    assert {line["id"] for line in readable if line["event"] == "start"} == {
        one.id for one in sixty.twin.site("recovery").all("vm")
    }


def test_a_run_that_is_told_to_end_ends_in_order(sixty: Bench, tmp_path: pathlib.Path) -> None:
    journal = tmp_path / "journal.jsonl"
    child = Process(sixty, tmp_path, "unregistered_vm_register", register_options(sixty, journal))
    code, said = child.signal_after(lambda: len(sixty.writes(REGISTER)) >= 20, signal.SIGTERM)
    assert code == 1
    result: Result = json.loads(said)
    assert result["failed"]
    assert "interrupted by SIGTERM" in result["msg"]
    counts = result["counts"]
    assert sum(counts.values()) == 60
    assert counts["not_run"] > 0
    assert counts["done"] > 0
    assert len(result["done"]["register"]) == counts["done"]
    assert set(result["done"]["register"]) <= sixty.names("vm")
    ends = [line for line in read(str(journal)) if line["event"] == "end"]
    assert len(ends) == 60
    completes(sixty, journal)
