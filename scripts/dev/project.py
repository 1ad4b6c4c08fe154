# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things lie in the repository, and the environment that every tool runs in."""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import os
import pathlib
import typing as t

NAMESPACE = "ovirt_dr"
NAME = "storage"

# What a user's shell may hold for other work: it would change what the tools do or where they write.
FOREIGN = ("ANSIBLE_", "OVIRT_", "PIP_", "PYTEST_", "PYTHON", "VIRTUAL_ENV", "XDG_")
OURS = ("OVIRT_DR_",)


class Problem(Exception):
    """Work cannot go on; the text is one line for the person at the screen."""


@dataclasses.dataclass(frozen=True)
class Project:
    """The paths of one checkout. Everything that is written lies below ``build``."""

    root: pathlib.Path

    @property
    def build(self) -> pathlib.Path:
        """All that can be made again; ``make clean`` removes it."""
        return self.root / ".build"

    @property
    def home(self) -> pathlib.Path:
        """HOME of every tool."""
        return self.build / "home"

    @property
    def venv(self) -> pathlib.Path:
        """The virtual environment: the run-time packages, and on top of them those of development."""
        return self.build / "venv"

    @property
    def python(self) -> pathlib.Path:
        """The virtual environment's Python."""
        return self.venv / "bin" / "python"

    @property
    def tree(self) -> pathlib.Path:
        """A collections path whose one collection is a link to the checkout: for all that imports only."""
        return self.build / "tree"

    @property
    def copies(self) -> pathlib.Path:
        """A collections path with a real copy: for tools that resolve links or write beside what they read."""
        return self.build / "copy"

    @property
    def copy(self) -> pathlib.Path:
        """The copy of the checkout's own files."""
        return self.copies / "ansible_collections" / NAMESPACE / NAME

    @property
    def logs(self) -> pathlib.Path:
        """The whole output of the last run of each tool."""
        return self.build / "log"

    def environment(self) -> dict[str, str]:
        """The environment of every tool: the caller's without what belongs to other work, all homes below ``build``."""
        kept = {
            name: value for name, value in os.environ.items() if name.startswith(OURS) or not name.startswith(FOREIGN)
        }
        return kept | {
            "HOME": str(self.home),
            "ANSIBLE_HOME": str(self.home / ".ansible"),
            "ANSIBLE_CONFIG": str(self.home / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": str(self.tree),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "HYPOTHESIS_STORAGE_DIRECTORY": str(self.build / "cache" / "hypothesis"),
            "MYPY_CACHE_DIR": str(self.build / "cache" / "mypy"),
            "MYPYPATH": str(self.tree),
            "PATH": f"{self.venv / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "PYTHONPATH": str(self.tree),
            "RUFF_CACHE_DIR": str(self.build / "cache" / "ruff"),
            "VIRTUAL_ENV": str(self.venv),
        }

    def prepare(self) -> None:
        """Make the folders and the link that all work needs. Raises Problem when the place cannot carry it."""
        if os.pathsep in str(self.root):
            raise Problem(f"The path of the checkout holds a colon, which search paths cannot: {self.root}")
        for folder in (self.home, self.logs, self.build / "cache", self.tree / "ansible_collections" / NAMESPACE):
            folder.mkdir(parents=True, exist_ok=True)
        # A file of its own keeps a user's or the system's ansible.cfg out.
        (self.home / "ansible.cfg").write_text("[defaults]\n", encoding="utf-8")
        link = self.tree / "ansible_collections" / NAMESPACE / NAME
        if not link.is_symlink():
            with contextlib.suppress(FileExistsError):
                link.symlink_to(os.path.relpath(self.root, link.parent), target_is_directory=True)

    @contextlib.contextmanager
    def alone(self, what: str) -> t.Iterator[None]:
        """Hold the lock named ``what``: two runs of make in one checkout do such work one after the other."""
        with open(self.build / f"{what}.lock", "w", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print(f"another make holds {what} of this checkout: waiting for it", flush=True)
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield
