# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command that exports an engine: credentials from the environment, one line out, what is missing on stderr."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._export.__main__ import main
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import load
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import PASSWORD, USERNAME, Twin

MODULE = "ansible_collections.ovirt_dr.storage.plugins.plugin_utils._export"


@pytest.fixture
def twin(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Twin]:
    for name in [name for name in os.environ if name.startswith("OVIRT_")]:
        monkeypatch.delenv(name)
    with Twin(pace=0.01) as running:
        monkeypatch.setenv("OVIRT_URL", running.url("primary"))
        monkeypatch.setenv("OVIRT_USERNAME", USERNAME)
        monkeypatch.setenv("OVIRT_PASSWORD", PASSWORD)
        yield running
        assert running.errors == []


def test_it_writes_and_says_what(twin: Twin, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "estate.json"
    asked = ["--site", "primary", "--data-center", "Production", "--path", str(path)]
    assert main([*asked, "--check"]) == 0
    assert not path.exists()
    assert main(asked) == 0
    assert load(path)["sites"][0]["name"] == "primary"
    assert main(asked) == 0
    told = capsys.readouterr()
    what = "15 VMs, 4 templates, 29 disks"
    ways = ("would be written", "written", "unchanged")
    assert told.out.splitlines() == [f"{path}: {way}, {what}" for way in ways]
    assert told.err == ""


def test_it_says_what_is_left_out(twin: Twin, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    twin.fail({"action": "engine_error", "method": "GET", "path": "/storage$"}, "primary")
    assert main(["--site", "primary", "--into", str(tmp_path / "estate.json")]) == 0
    assert "storages could not be read" in capsys.readouterr().err


def test_what_goes_wrong_is_one_sentence(
    twin: Twin, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "estate.json"
    assert main(["--site", "primary", "--data-center", "Nowhere", "--path", str(path)]) == 1
    monkeypatch.setenv("OVIRT_PASSWORD", "wr0ng-secret")
    assert main(["--site", "primary", "--path", str(path)]) == 1
    monkeypatch.delenv("OVIRT_URL")
    assert main(["--site", "primary", "--path", str(path)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "wr0ng-secret" not in told.err
    for words in ("no data center 'Nowhere'", "Sign-in of user", "OVIRT_URL"):
        assert words in told.err
    assert not path.exists()


@pytest.mark.parametrize("asked", [[], ["--site", "a"], ["--site", "a", "--path", "x", "--into", "y"]])
def test_wrong_words_show_the_usage(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(asked)
    assert ended.value.code == 2
    assert "usage: estate-export" in capsys.readouterr().err


def test_it_runs_as_a_program(twin: Twin, tmp_path: pathlib.Path) -> None:
    asked = [sys.executable, "-m", MODULE, "--site", "primary", "--path", str(tmp_path / "estate.json")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ended = subprocess.run(asked, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "written, 15 VMs" in ended.stdout
