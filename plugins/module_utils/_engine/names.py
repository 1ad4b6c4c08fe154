# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding one object by name or id: an ambiguous name is an error that lists the candidates, never a guess."""

from __future__ import annotations

import fnmatch
import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Ambiguous, NotFound


class HasNameAndId(t.Protocol):
    """Every record that can be asked for by its name or by its id."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...


R = t.TypeVar("R", bound=HasNameAndId)


def label(record: HasNameAndId) -> str:
    """How a candidate is shown: ``name (id)``."""
    return f"{record.name} ({record.id})"


def is_pattern(asked: str) -> bool:
    """Whether a selector holds shell wildcards; engine names cannot hold these characters."""
    return any(character in asked for character in "*?[")


def matching(records: t.Iterable[R], asked: str) -> list[R]:
    """All records whose id is ``asked``, else whose name is it, else (with wildcards) whose name matches."""
    candidates = list(records)
    by_id = [record for record in candidates if record.id == asked]
    if by_id:
        return by_id
    if is_pattern(asked):
        return [record for record in candidates if fnmatch.fnmatchcase(record.name, asked)]
    return [record for record in candidates if record.name == asked]


def one(records: t.Iterable[R], asked: str, *, kind: str, place: str) -> R:
    """The one record with this id or name.

    Raises NotFound (naming the place that was searched) or Ambiguous (listing the candidates with their ids).
    """
    found = matching(records, asked)
    if not found:
        raise NotFound(kind=kind, asked=asked, place=place)
    if len(found) > 1:
        raise Ambiguous(kind=kind, asked=asked, candidates=[label(record) for record in found])
    return found[0]
