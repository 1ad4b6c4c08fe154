# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checking plain data against a shape, naming every mistake with its place and, for an unknown key, the likely one."""

from __future__ import annotations

import difflib
import typing as t
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

Check = Callable[[t.Any, str, list[str]], None]
"""(value, where it stands, problems) -> nothing; what is wrong is added to the problems."""


def text(value: t.Any, where: str, problems: list[str]) -> None:
    """A text that is not empty."""
    if not isinstance(value, str):
        problems.append(f"{where}: must be a text, not {_shown(value)}")
    elif not value.strip():
        problems.append(f"{where}: must not be empty")


def flag(value: t.Any, where: str, problems: list[str]) -> None:
    """true or false."""
    if not isinstance(value, bool):
        problems.append(f"{where}: must be true or false, not {_shown(value)}")


def number(least: int, most: int) -> Check:
    """A whole number within limits."""

    def check(value: t.Any, where: str, problems: list[str]) -> None:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            problems.append(f"{where}: must be a whole number from {least} to {most}, not {_shown(value)}")

    return check


def one_of(*choices: t.Any) -> Check:
    """One of these texts or numbers."""

    def check(value: t.Any, where: str, problems: list[str]) -> None:
        if isinstance(value, bool) or value not in choices:
            listed = ", ".join(str(choice) for choice in choices)
            problems.append(f"{where}: must be one of {listed}, not {_shown(value)}")

    return check


def items(check: Check, *, least: int = 0) -> Check:
    """A list of things of one shape."""

    def check_list(value: t.Any, where: str, problems: list[str]) -> None:
        if not isinstance(value, Sequence) or isinstance(value, (str, bytes)):
            problems.append(f"{where}: must be a list, not {_shown(value)}")
            return
        if len(value) < least:
            problems.append(f"{where}: must hold at least {least}")
        for number_, item in enumerate(value, 1):
            check(item, f"{where}[{number_}]", problems)

    return check_list


def named(check: Check, *, least: int = 0) -> Check:
    """A mapping of free names to things of one shape."""

    def check_named(value: t.Any, where: str, problems: list[str]) -> None:
        if not isinstance(value, Mapping):
            problems.append(f"{where}: must be a mapping of names, not {_shown(value)}")
            return
        if len(value) < least:
            problems.append(f"{where}: must hold at least {least}")
        for name, item in value.items():
            text(name, f"{where}: the name {name!r}", problems)
            check(item, f"{where}.{name}" if where else str(name), problems)

    return check_named


@dataclass(frozen=True)
class Shape:
    """A mapping with known keys."""

    needed: Mapping[str, Check] = field(default_factory=dict)
    optional: Mapping[str, Check] = field(default_factory=dict)

    def __call__(self, value: t.Any, where: str, problems: list[str]) -> None:
        if not isinstance(value, Mapping):
            problems.append(f"{where or 'the plan'}: must be a mapping, not {_shown(value)}")
            return
        known = {**self.needed, **self.optional}
        prefix = f"{where}." if where else ""
        for key in value:
            if key not in known:
                problems.append(f"{prefix}{key}: unknown key{_likely(str(key), known)}")
        for key in self.needed:
            if key not in value:
                problems.append(f"{prefix}{key}: is missing")
        for key, check in known.items():
            if key in value:
                check(value[key], f"{prefix}{key}", problems)


def _likely(key: str, known: Mapping[str, Check]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    if near:
        return f", did you mean {near[0]}?"
    return f"; known are {', '.join(sorted(known))}" if known else "; nothing is to be said here"


def _shown(value: t.Any) -> str:
    # Ansible reads a file into types of its own, made from these.
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, str):
        return repr(str(value))[:60]
    return "a list" if isinstance(value, Sequence) and not isinstance(value, bytes) else repr(value)[:60]
