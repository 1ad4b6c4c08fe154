# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports a package with its switches in place of the code on disk, for this process only."""

from __future__ import annotations

import sys
import types
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader

from .places import SWITCH, Package
from .switch import refuses


class Finder(MetaPathFinder):
    """Finds the modules of one package. To be put before the other finders."""

    def __init__(self, name: str, package: Package) -> None:
        self._name, self._package = name, package

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        """A module of the package; None for others."""
        if fullname != self._name and not fullname.startswith(f"{self._name}."):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.origin in self._package.trees:
            spec.loader = _Loader(fullname, spec.origin, self._package)
        return spec


class _Loader(SourceFileLoader):
    def __init__(self, fullname: str, path: str, package: Package) -> None:
        super().__init__(fullname, path)
        self._tree = package.trees[path]

    def get_code(self, fullname: str) -> types.CodeType:
        """The code with switches; nothing of it is cached on disk."""
        code: types.CodeType = compile(self._tree, self.path, "exec", dont_inherit=True)
        return code

    def exec_module(self, module: types.ModuleType) -> None:
        """Runs the module, with the switch at hand."""
        setattr(module, SWITCH, refuses)
        super().exec_module(module)


def install(name: str, package: Package) -> None:
    """From now on the package is imported with its switches. It must not be imported yet."""
    if any(known == name or known.startswith(f"{name}.") for known in sys.modules):
        raise RuntimeError(f"{name} is imported already")
    sys.meta_path.insert(0, Finder(name, package))
