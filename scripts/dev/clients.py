# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that are not ours, for tests/clients: the SDK of oVirt and the collection ovirt.ovirt, below .build/clients.

The SDK is released as source only, with an extension in C. Its compiler is no need of this collection, so a machine
without one leaves those tests out, and says so. CI machines have it (.ci/run).
"""

from __future__ import annotations

import hashlib
import os
import pathlib
import shutil
import sys
import time
import zipfile

from . import venv
from .project import Problem, Project

WANTED = "requirements-clients.txt"
COLLECTIONS = ("ansible_collections/ovirt/ovirt/", "ansible_collections/ansible/posix/")
MISSING = (
    "Missing for the client tests: a C compiler, the headers of libxml2 or those of Python. On Debian and Ubuntu: "
)
PACKAGES = "apt-get install gcc libxml2-dev python3-dev"


def ensure(project: Project) -> bool:
    """Have the clients installed. False, with a line on the screen, where the SDK cannot be built.

    Raises Problem for that in CI, and when the packages cannot be had.
    """
    key = _key(project)
    stamp = folder(project) / "stamp"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == key:
        return True
    with project.alone("clients"):
        began = time.monotonic()
        print("setting up .build/clients: the SDK of oVirt, ovirt.ovirt ... ", end="", flush=True)
        try:
            _install(project)
        except Problem as problem:
            print("failed", flush=True)
            if "error: command" not in str(problem) and "Failed to build" not in str(problem):
                raise
            if os.environ.get("CI"):
                raise Problem(f"{problem}\n{MISSING}{PACKAGES}") from problem
            print(f"{MISSING}{PACKAGES}")
            return False
        stamp.write_text(key, encoding="utf-8")
        print(f"{time.monotonic() - began:.0f} s", flush=True)
    return True


def folder(project: Project) -> pathlib.Path:
    """Where they are: ``site`` holds Python packages, ``collections`` collections."""
    return project.build / "clients"


def _key(project: Project) -> str:
    parts = ((project.root / WANTED).read_bytes(), sys.version.encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _install(project: Project) -> None:
    place = folder(project)
    shutil.rmtree(place, ignore_errors=True)
    wheels = place / "wheels"
    wheels.mkdir(parents=True)
    pip = [str(project.python), "-m", "pip"]
    quiet = ["--disable-pip-version-check", "--no-deps"]
    trouble = "the clients could not be installed; can this machine reach a package index?"
    venv.run(project, [*pip, "wheel", *quiet, "--wheel-dir", str(wheels), "-r", WANTED], trouble)
    (whole,) = wheels.glob("ansible-*.whl")
    with zipfile.ZipFile(whole) as archive:
        names = [name for name in archive.namelist() if name.startswith(COLLECTIONS)]
        archive.extractall(place / "collections", names)
    # It holds hundreds of collections.
    whole.unlink()
    packages = [str(wheel) for wheel in sorted(wheels.glob("*.whl"))]
    venv.run(project, [*pip, "install", *quiet, "--target", str(place / "site"), *packages], trouble)
    shutil.rmtree(wheels)
