# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real copy of the checkout's own files, and one number that tells whether anything in it changed.

The copy lies in a folder that the checkout ignores, and some tools ask git which files there are: it is a repository of
its own, without a commit.
"""

from __future__ import annotations

import hashlib
import os
import pathlib
import shutil
import subprocess

from .project import Problem, Project


def own_files(root: pathlib.Path) -> list[pathlib.PurePath]:
    """The files of the working tree that git knows or would know: not ignored, not deleted; sorted, relative.

    Raises Problem without git or outside of a checkout.
    """
    if shutil.which("git") is None:
        raise Problem("Missing: git. On Debian and Ubuntu: apt-get install git")
    # A checkout that another user owns (a container's bind mount) is listed too: nothing of its settings runs here.
    git = ["git", "-c", f"safe.directory={root}", "-c", "core.fsmonitor=false", "ls-files"]
    listed = subprocess.run(
        [*git, "-z", "--cached", "--others", "--exclude-standard"], cwd=root, capture_output=True, check=False
    )
    if listed.returncode:
        raise Problem(f"The checks work on a git checkout, and git says: {listed.stderr.decode().strip()}")
    names = {os.fsdecode(name) for name in listed.stdout.split(b"\0") if name}
    return sorted(pathlib.PurePath(name) for name in names if os.path.lexists(root / name))


def refresh(project: Project) -> str:
    """Bring the copy up to the working tree, touching only what differs; returns the hash over all of it."""
    target = project.copy
    files = own_files(project.root)
    if not (target / ".git").is_dir():
        subprocess.run(["git", "init", "--quiet", str(target)], check=True)
    digest = hashlib.sha256()
    for name in files:
        digest.update(place(project.root / name, target / name, str(name)).encode())
    wanted = set(files)
    for folder, folders, names in os.walk(target, topdown=False):
        below = pathlib.Path(folder)
        if ".git" in below.relative_to(target).parts:
            continue
        links = [entry for entry in folders if (below / entry).is_symlink()]
        for entry in [*names, *links]:
            if (below / entry).relative_to(target) not in wanted:
                (below / entry).unlink()
        if below != target and not any(below.iterdir()):
            below.rmdir()
    return digest.hexdigest()


def place(source: pathlib.Path, target: pathlib.Path, name: str) -> str:
    """Make ``target`` the same as ``source`` if it is not; returns the file's part of the hash."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_symlink():
        link = os.readlink(source)
        target.unlink(missing_ok=True)
        target.symlink_to(link)
        return f"{name}\0link {link}\0"
    content = source.read_bytes()
    mode = 0o755 if os.access(source, os.X_OK) else 0o644
    if target.is_symlink() or not target.is_file() or target.read_bytes() != content:
        target.unlink(missing_ok=True)
        target.write_bytes(content)
    target.chmod(mode)
    return f"{name}\0{mode:o} {hashlib.sha256(content).hexdigest()}\0"
