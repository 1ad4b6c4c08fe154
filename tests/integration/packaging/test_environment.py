# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What execution environments are built from."""

from __future__ import annotations

import pathlib
import re

import yaml
from ansible_collections.ovirt_dr.storage.tests.integration.packaging.release import call, isolated
from ansible_collections.ovirt_dr.storage.tests.integration.playbooks.runbook import ROOT


def test_builder_finds_the_python_packages(installed: pathlib.Path, tmp_path: pathlib.Path) -> None:
    env = isolated(tmp_path / "home", installed)
    told = yaml.safe_load(call("ansible-builder", "introspect", installed, env=env, cwd=tmp_path))
    packages = [line.partition("#")[0].strip() for line in told["python"]]
    assert sorted(packages) == ["lxml>=4.9.2,<7", "requests>=2.28,<3"]
    assert all("from collection ovirt_dr.storage" in line for line in told["python"])
    assert told["system"] == []
    # Whoever installs them by hand is told the same.
    (line,) = re.findall(r"^\$ pip install (.*)$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(re.findall(r"'([^']+)'", line)) == sorted(packages)
