# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renewing the lock: what pip chooses today for the names in requirements-dev.in, with exact versions."""

from __future__ import annotations

import subprocess
import sys
import tempfile

from .project import Problem, Project
from .venv import LOCK, WHEELS_ONLY

NAMES = "requirements-dev.in"
HEAD = """\
# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Exact versions of all that development needs, and of ansible-core, requests and lxml for the drill.
# Made by `make lock` from requirements-dev.in, on Python {version}.
"""


def renew(project: Project) -> None:
    """Write the lock file. Raises Problem when pip finds no set of wheels that fits together."""
    with tempfile.TemporaryDirectory(dir=project.build) as scratch:
        venv = [sys.executable, "-m", "venv", scratch]
        pip = [f"{scratch}/bin/python", "-m", "pip"]
        install = [*pip, "install", "--quiet", "--disable-pip-version-check", *WHEELS_ONLY, "-r", NAMES]
        for command in (venv, install):
            if subprocess.run(command, cwd=project.root, check=False).returncode:
                raise Problem(f"{LOCK} was left as it is: see above")
        # With --all, as pip keeps silent about setuptools otherwise, which is a package like any other here.
        freeze = [*pip, "freeze", "--all", "--exclude", "pip"]
        frozen = subprocess.run(freeze, capture_output=True, text=True, check=True).stdout
    head = HEAD.format(version=f"{sys.version_info[0]}.{sys.version_info[1]}")
    (project.root / LOCK).write_text(head + frozen, encoding="utf-8")
    print(f"{LOCK}: {len(frozen.splitlines())} packages")
