# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: state file, faults, growth, lifetime, clean end."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import __main__ as command

MODULE = "ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin"


def started(state: Path, *options: str) -> subprocess.Popen[str]:
    """A running twin; its state file is there."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    argv = [sys.executable, "-m", MODULE, "--state-file", str(state), "--max-lifetime", "60", *options]
    process = subprocess.Popen(
        argv,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    until = time.monotonic() + 20
    while not state.exists() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    return process


def test_runs_until_told_to_end(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    process = started(
        state,
        "--vms",
        "30",
        "--domains",
        "4",
        "--fail",
        "start:web02",
        "--fail",
        '{"action": "status", "path": "/tags"}',
    )
    try:
        held = json.loads(state.read_text(encoding="utf-8"))
        assert held["pid"] == process.pid
        assert stat.S_IMODE(state.stat().st_mode) == 0o600
        assert set(held["sites"]) == set(held["ports"]) == {"primary", "recovery"}
        vms = requests.get(held["sites"]["primary"] + "/vms", auth=("admin@internal", "twin"), timeout=5)
        assert vms.text.count("<vm href") == 30
        assert (
            requests.get(held["sites"]["primary"] + "/tags", auth=("admin@internal", "twin"), timeout=5).status_code
            == 500
        )
    finally:
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=10)
    assert (process.returncode, err) == (0, "")
    assert out.startswith("primary http://127.0.0.1:")


def test_ends_over_the_control_address(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    process = started(state)
    root = json.loads(state.read_text(encoding="utf-8"))["sites"]["primary"].removesuffix("/ovirt-engine/api")
    assert requests.post(root + "/_twin/shutdown", timeout=5).status_code == 200
    assert process.wait(timeout=10) == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--estate", "/nowhere.json"], "cannot be read"),
        (["--vms", "2"], "has 15 VMs already"),
        (["--fail", "nonsense", "--max-lifetime", "1"], "'nonsense' is none of"),
        (["--fail", "{nonsense", "--max-lifetime", "1"], "Expecting property name"),
    ],
)
def test_what_is_wrong_is_said(options: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(options) == 1
    assert words in capsys.readouterr().err


def test_lifetime_is_bounded(capsys: pytest.CaptureFixture[str]) -> None:
    before = time.monotonic()
    assert command.main(["--max-lifetime", "0.2"]) == 0
    assert time.monotonic() - before < 5
    assert "recovery http://" in capsys.readouterr().out
