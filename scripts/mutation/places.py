# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the twin refuses: found in its syntax trees, and made switchable there.

A place is a ``raise`` of a refusal, a ``return`` of one by a function that may also return none, a call that does
nothing but refuse, or a call of a function that hands its argument on unless it refuses it. Switched off, a place is
passed over as if it was not there."""

from __future__ import annotations

import ast
import pathlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

SWITCH = "__refuses__"
CHECKED = frozenset({"one_of", "known_id"})
"""Functions that return their first argument or refuse."""


@dataclass(frozen=True)
class Place:
    """One place: its number, where it is, and what it says."""

    number: int
    file: str
    line: int
    function: str
    text: str

    @property
    def title(self) -> str:
        """Short, for a list."""
        return f"{self.file}:{self.line} {self.function}: {self.text}"


@dataclass(frozen=True)
class Refusers:
    """The functions of a package, by plain name, that return a refusal, and those that do nothing but refuse."""

    makers: frozenset[str]
    checks: frozenset[str]


def refusers(trees: Iterable[ast.Module]) -> Refusers:
    """Looks through all modules of a package."""
    functions = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    makers = frozenset(f.name for f in functions if f.returns and ast.unparse(f.returns).endswith("Refusal"))
    empty: frozenset[str] = frozenset()
    checks = _checks(functions, makers, empty)
    while (more := _checks(functions, makers, checks)) != checks:
        checks = more
    return Refusers(makers, checks)


def _checks(functions: list[ast.FunctionDef], makers: frozenset[str], known: frozenset[str]) -> frozenset[str]:
    """The functions that refuse, or call what is known to, and leave everything as it is."""
    return frozenset(
        f.name
        for f in functions
        if ast.unparse(f.returns or ast.Constant("")) == "None"
        and any(_is_refusal(node, makers, known) for node in ast.walk(f))
        and not any(_does(node, known) for node in ast.walk(f))
    )


def _is_refusal(node: ast.AST, makers: frozenset[str], known: frozenset[str]) -> bool:
    if isinstance(node, ast.Raise):
        return node.exc is not None and _refuses(node.exc, makers)
    return isinstance(node, ast.Expr) and _called(node.value) in known


def _does(node: ast.AST, known: frozenset[str]) -> bool:
    """Whether a statement may change something beyond the names of its function."""
    if isinstance(node, ast.Expr):
        return not isinstance(node.value, ast.Constant) and _called(node.value) not in known
    targets = node.targets if isinstance(node, (ast.Assign, ast.Delete)) else []
    targets = [node.target] if isinstance(node, (ast.AugAssign, ast.AnnAssign)) else targets
    return isinstance(node, (ast.Yield, ast.YieldFrom)) or any(
        isinstance(inner, (ast.Attribute, ast.Subscript)) for target in targets for inner in ast.walk(target)
    )


def _called(node: ast.AST) -> str:
    """The plain name of what is called; empty for anything else."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _refuses(node: ast.expr, makers: frozenset[str]) -> bool:
    """Whether an expression is, or may be, a refusal: one is made in it, or it is a variable that is raised."""
    if isinstance(node, ast.Name):
        return node.id.islower()
    return any(_called(inner) in makers or _called(inner) == "Refusal" for inner in ast.walk(node))


class Switches(ast.NodeTransformer):
    """Puts a switch at every place of a module, and keeps the places in ``found``."""

    def __init__(self, file: str, known: Refusers, first: int = 0) -> None:
        self.found: list[Place] = []
        self._file, self._known, self._next = file, known, first
        self._functions: list[ast.FunctionDef] = []

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self._functions.append(node)
        self.generic_visit(node)
        self._functions.pop()
        return node

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        if node.exc is None or not _refuses(node.exc, self._known.makers):
            return node
        return self._guarded(node)

    def visit_Return(self, node: ast.Return) -> ast.AST:
        self.generic_visit(node)
        returns = self._functions[-1].returns if self._functions else None
        optional = returns is not None and "None" in ast.unparse(returns)
        parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
        if optional and any(_called(part) in self._known.makers for part in parts if part is not None):
            return self._guarded(node)
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        if _called(node.value) in self._known.checks:
            return self._guarded(node)
        self.generic_visit(node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if _called(node) not in CHECKED or not node.args:
            return node
        return ast.copy_location(ast.IfExp(self._switch(node), node, node.args[0]), node)

    def _guarded(self, node: ast.stmt) -> ast.If:
        return ast.copy_location(ast.If(self._switch(node), [node], []), node)

    def _switch(self, node: ast.stmt | ast.expr) -> ast.Call:
        number = self._next
        self._next += 1
        inside = ".".join(function.name for function in self._functions) or "module"
        text = " ".join(ast.unparse(node).split())
        self.found.append(Place(number, self._file, node.lineno, inside, text))
        return ast.Call(ast.Name(SWITCH, ast.Load()), [ast.Constant(number)], [])


class Package:
    """All places of a package's folder, and its modules with switches. ``source`` is a folder of Python files, of which
    some may be left out by name."""

    def __init__(self, source: pathlib.Path, without: Collection[str] = ()) -> None:
        paths = [path for path in sorted(source.rglob("*.py")) if path.name not in without]
        trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths}
        known = refusers(trees.values())
        self.places: list[Place] = []
        self.trees: dict[str, ast.Module] = {}
        for path, tree in trees.items():
            switches = Switches(path.relative_to(source).as_posix(), known, len(self.places))
            self.trees[str(path)] = ast.fix_missing_locations(switches.visit(tree))
            self.places += switches.found
