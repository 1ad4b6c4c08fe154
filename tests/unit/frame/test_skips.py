# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guard against skipped tests, on a small suite of its own."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

CONFTEST = pathlib.Path(__file__).resolve().parents[2] / "conftest.py"
SUITE = """
import pytest

def test_runs():
    assert True

def test_skipped():
    pytest.skip({reason!r})

@pytest.mark.xfail
def test_expected_to_fail():
    assert False
"""
MODULE = "import pytest\npytest.skip({reason!r}, allow_module_level=True)\n"


@pytest.mark.parametrize(
    ("workers", "ci", "reason", "passes"),
    [
        ("0", "true", "a listed reason", True),
        ("1", "true", "a listed reason", True),
        ("0", "true", "another", False),
        ("1", "true", "another", False),
        ("0", "", "another", True),
    ],
)
def test_in_ci_only_listed_reasons_pass(
    tmp_path: pathlib.Path, workers: str, ci: str, reason: str, passes: bool
) -> None:
    shutil.copy(CONFTEST, tmp_path)
    (tmp_path / "allowed_skips.txt").write_text("# why\na listed *\n")
    (tmp_path / "test_suite.py").write_text(SUITE.format(reason=reason))
    (tmp_path / "test_whole_module.py").write_text(MODULE.format(reason=reason))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", workers, "--rootdir", ".", "."],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "CI"} | {"CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode == 0) is passes, done.stdout
    assert done.stdout.count("SKIPPED FOR NO LISTED REASON") == (0 if passes else 2)
