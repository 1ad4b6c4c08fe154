# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for the get-pip script that ansible-test downloads: not every network reaches its server.

ansible-test looks for the script in its cache before it downloads it, and runs it with the Python of a bare virtual
environment. This one has another virtual environment's pip (its Python's path is put in where OUTER_PYTHON stands) do
the same from the package index. Arguments: packages and options as for get-pip.
"""

from __future__ import annotations

import subprocess
import sys

OUTER_PYTHON = "@python@"


def main(arguments: list[str]) -> int:
    """Install the packages asked for, and pip itself, into the running virtual environment; returns the exit code."""
    asked = [word for word in arguments if word not in ("--no-setuptools", "--no-wheel")]
    if not any(word.startswith("pip") for word in asked):
        asked.append("pip")
    return subprocess.call([OUTER_PYTHON, "-m", "pip", "--python", sys.executable, "install", *asked])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
