# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Choosing among what is there: by name, id or pattern, with exclusions, never by guess."""

from __future__ import annotations

import fnmatch
import typing as t
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Ambiguous
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import (
    HasNameAndId,
    is_pattern,
    label,
    matching,
)

R = t.TypeVar("R", bound=HasNameAndId)


@dataclass(frozen=True)
class Selection(t.Generic[R]):
    """chosen: the records in the order in which they were asked for; unmatched: selectors that met nothing."""

    chosen: tuple[R, ...]
    unmatched: tuple[str, ...]


def select(
    records: Collection[R],
    asked: Sequence[str],
    *,
    exclude: Sequence[str] = (),
    kind: str,
    shared_names: bool = False,
) -> Selection[R]:
    """The records that ``asked`` names (ids, names, shell patterns), without those that ``exclude`` names.

    Raises Ambiguous when a name is carried by two of the chosen records: the engine could take only one of them, and
    which one would be a guess. shared_names: several may rightly carry one name, as a template and its versions do.
    """
    index = Index(records)
    left_out = {record.id for selector in exclude for record in index.find(selector)}
    chosen: dict[str, R] = {}
    unmatched: list[str] = []
    for selector in asked:
        found = index.find(selector)
        if not found:
            unmatched.append(selector)
        chosen.update((record.id, record) for record in found if record.id not in left_out)
    seen: dict[str, R] = {}
    for record in chosen.values():
        other = seen.setdefault(record.name, record)
        if other is not record and not shared_names:
            raise Ambiguous(kind=kind, asked=record.name, candidates=[label(other), label(record)])
    return Selection(tuple(chosen.values()), tuple(unmatched))


def left_out(selector: str, exclude: Sequence[str]) -> bool:
    """Whether a name or id that met no record is left out all the same: given literally, or matched by a pattern."""
    return any(selector == given or fnmatch.fnmatchcase(selector, given) for given in exclude)


class Index(t.Generic[R]):
    """Records by id and by name, so that choosing thousands of names stays linear."""

    def __init__(self, records: Collection[R]) -> None:
        self._records = records
        self._by_id = {record.id: record for record in records}
        self._by_name: dict[str, list[R]] = {}
        for record in records:
            self._by_name.setdefault(record.name, []).append(record)

    def find(self, selector: str) -> list[R]:
        """All records that a selector meets: the one with this id, else those of this name, else of this pattern."""
        if selector in self._by_id:
            return [self._by_id[selector]]
        if is_pattern(selector):
            return matching(self._records, selector)
        return self._by_name.get(selector, [])
