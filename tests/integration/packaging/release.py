# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Making and installing a release, from a checkout that has been worked in."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import subprocess
import sys
import tarfile
import typing as t

from ansible_collections.ovirt_dr.storage.scripts.dev import copy
from ansible_collections.ovirt_dr.storage.tests.integration.playbooks.runbook import ROOT, environment

TOOLS = pathlib.Path(sys.executable).parent

# What work leaves behind, in a checkout that is not a fresh clone.
LEFTOVERS = (
    ".ansible/collections/ansible_collections/other/one/MANIFEST.json",
    ".build/venv/lib/python3/site-packages/requests/api.py",
    ".coverage",
    ".git/config",
    ".hypothesis/examples/1",
    ".mypy_cache/3.11/cache.db",
    ".pytest_cache/v/cache/lastfailed",
    ".ruff_cache/CACHEDIR.TAG",
    ".venv/bin/python",
    "ansible-navigator.log",
    "changelogs/.plugin-cache.yaml",
    "dist/ovirt_dr-storage-0.0.1.tar.gz",
    "ovirt_dr-storage-0.0.1.tar.gz",
    "plugins/modules/.vm_power.py.swp",
    "plugins/modules/__pycache__/vm_power.cpython-311.pyc",
    "scripts/dev/stages.pyc",
    "tests/output/junit.xml",
)


@dataclasses.dataclass(frozen=True)
class Release:
    """A built collection. ``own``: the checkout's own files that it was built from, by name."""

    tarball: pathlib.Path
    own: frozenset[str]

    def names(self) -> set[str]:
        """The files in it."""
        with tarfile.open(self.tarball) as archive:
            return {member.name for member in archive if not member.isdir()}

    def manifest(self) -> dict[str, t.Any]:
        """What galaxy reads of it."""
        with tarfile.open(self.tarball) as archive:
            file = archive.extractfile("MANIFEST.json")
            assert file is not None
            return dict(json.load(file)["collection_info"])


def isolated(home: pathlib.Path, collections: pathlib.Path, **given: str) -> dict[str, str]:
    """The environment of a tool that finds collections below ``collections`` only, and nothing of the checkout."""
    path = environment(home)["PATH"]
    return environment(home, ANSIBLE_COLLECTIONS_PATH=str(collections), PYTHONPATH="", PATH=f"{TOOLS}:{path}", **given)


def call(tool: str, *arguments: str | pathlib.Path, env: dict[str, str], cwd: pathlib.Path) -> str:
    """Run one of the development tools; returns its standard output, and shows all of it when it fails."""
    command = [str(TOOLS / tool), *map(str, arguments)]
    done = subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def build(folder: pathlib.Path) -> Release:
    """Build in a copy of the checkout, with leftovers of work in it."""
    checkout = folder / "checkout"
    own = copy.own_files(ROOT)
    for name in own:
        copy.place(ROOT / name, checkout / name, str(name))
    for leftover in LEFTOVERS:
        (checkout / leftover).parent.mkdir(parents=True, exist_ok=True)
        (checkout / leftover).write_bytes(b"")
    env = isolated(folder / "home", folder / "none")
    call("ansible-galaxy", "collection", "build", "--output-path", folder / "out", env=env, cwd=checkout)
    (tarball,) = (folder / "out").iterdir()
    return Release(tarball, frozenset(map(str, own)))


def install(release: Release, folder: pathlib.Path) -> pathlib.Path:
    """Install into an empty collections path; returns it."""
    place = folder / "collections"
    env = isolated(folder / "home", place)
    call("ansible-galaxy", "collection", "install", "--offline", "-p", place, release.tarball, env=env, cwd=folder)
    return place
