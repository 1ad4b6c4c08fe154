# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""make clean: nothing that was made stays, and nothing else goes."""

from __future__ import annotations

import json
import pathlib
import signal
import subprocess
import sys

import pytest
from ansible_collections.ovirt_dr.storage.scripts.dev.__main__ import clean
from ansible_collections.ovirt_dr.storage.scripts.dev.project import Project

WAIT = "import signal; print('ready', flush=True); signal.pause()"


def test_removes_caches_and_nothing_else(tmp_path: pathlib.Path) -> None:
    for name in (".build/venv/x", ".mypy_cache/x", "plugins/__pycache__/x", "plugins/kept", ".git/__pycache__/kept"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    clean(Project(tmp_path))
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"plugins/kept", ".git/__pycache__/kept"}


@pytest.mark.parametrize("ours", [True, False])
def test_ends_the_embedded_engine_of_this_checkout_only(tmp_path: pathlib.Path, ours: bool) -> None:
    project = Project(tmp_path)
    state = project.build / "drill" / "twin.json"
    state.parent.mkdir(parents=True)
    named = str(state) if ours else "/elsewhere/twin.json"
    with subprocess.Popen([sys.executable, "-c", WAIT, named], stdout=subprocess.PIPE) as process:
        try:
            # Its command line can be read only once it runs: for a moment after the start it is empty.
            assert process.stdout
            assert process.stdout.readline() == b"ready\n"
            state.write_text(json.dumps({"pid": process.pid}))
            clean(project)
            if ours:
                assert process.wait(timeout=10) == -signal.SIGTERM
            else:
                assert process.poll() is None
        finally:
            process.kill()
