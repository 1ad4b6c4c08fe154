# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The difference between what is and what should be, kept once: `changed`, the diff and the sentences come from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

ABSENT = None
"""`before` of a thing that is to be made, `after` of a thing that is to go."""


@dataclass(frozen=True)
class Change:
    """One field of one object. field "" means the object itself (made or removed)."""

    kind: str
    name: str
    field: str
    before: object
    after: object


class Difference:
    """Collects changes; equal values are no change and leave no trace."""

    def __init__(self) -> None:
        self._changes: dict[tuple[str, str, str], Change] = {}

    def add(self, kind: str, name: str, field: str, before: object, after: object) -> None:
        """Note that a field goes from `before` to `after`. None means: is not there.

        The same field noted twice is one change from the first `before` to the last `after`.
        """
        key = (kind, name, field)
        known = self._changes.pop(key, None)
        if known is not None:
            before = known.before
        if before != after:
            self._changes[key] = Change(kind, name, field, before, after)

    def extend(self, other: Difference) -> None:
        """Take over the changes of another difference."""
        for change in other.changes:
            self.add(change.kind, change.name, change.field, change.before, change.after)

    @property
    def changes(self) -> tuple[Change, ...]:
        """All changes in the order they were noted."""
        return tuple(self._changes.values())

    @property
    def changed(self) -> bool:
        """Whether anything differs."""
        return bool(self._changes)

    def before_after(self) -> dict[str, str]:
        """The two texts that Ansible shows as diff: only what differs, objects in order, laid out like YAML."""
        return {
            "before": _side(self._changes.values(), before=True),
            "after": _side(self._changes.values(), before=False),
        }

    def sentences(self) -> list[str]:
        """One sentence per change, for people."""
        return [_sentence(change) for change in self._changes.values()]


def _side(changes: Iterable[Change], *, before: bool) -> str:
    objects: dict[tuple[str, str], list[str]] = {}
    for change in changes:
        value = change.before if before else change.after
        lines = objects.setdefault((change.kind, change.name), [])
        if value is ABSENT:
            continue
        if change.field:
            lines.extend(_lines(change.field, value, indent=1))
        else:
            lines.extend(_whole(value))
    text = []
    for (kind, name), lines in objects.items():
        if lines:
            text.append(f"{kind} {name}:")
            text.extend(lines)
    return "\n".join(text) + "\n" if text else ""


def _whole(value: object) -> list[str]:
    if isinstance(value, Mapping):
        return [line for key, inner in value.items() for line in _lines(str(key), inner, indent=1)]
    return ["  " + _scalar(value)]


def _lines(key: str, value: object, indent: int) -> list[str]:
    pad = "  " * indent
    if isinstance(value, Mapping) and value:
        inner = [line for name, part in value.items() for line in _lines(str(name), part, indent + 1)]
        return [f"{pad}{key}:", *inner]
    if isinstance(value, (list, tuple, set, frozenset)) and value:
        parts = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return [f"{pad}{key}:", *(f"{pad}  - {_scalar(part)}" for part in parts)]
    return [f"{pad}{key}: {_scalar(value)}"]


def _scalar(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_scalar(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_scalar(part) for part in value) + "]"
    if isinstance(value, (set, frozenset)):
        return "[" + ", ".join(sorted(_scalar(part) for part in value)) + "]"
    text = str(value)
    return text.replace("\n", "\\n") if text else "''"


def _sentence(change: Change) -> str:
    whole = not change.field
    thing = f"{change.kind} {change.name}" if whole else f"{change.kind} {change.name}: {change.field}"
    plain = not isinstance(change.before, Mapping) and not isinstance(change.after, Mapping)
    if change.before is ABSENT:
        return f"{thing} is added: {_scalar(change.after)}" if plain else f"{thing} is added"
    if change.after is ABSENT:
        return f"{thing} is removed: {_scalar(change.before)}" if plain else f"{thing} is removed"
    return f"{thing} goes from {_scalar(change.before)} to {_scalar(change.after)}"
