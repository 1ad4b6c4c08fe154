# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wished for single entities of a register: their cluster, new name, clone, quotas (contract 04, 4.3)."""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.select import Index, left_out
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import HasNameAndId, is_pattern, label

# 04c #84, 04b #199; contract 04, 4.6.
NO_CLONE_OF_TEMPLATES = (
    "a template cannot be registered as a clone: the engine reads no new name for it and answers with an internal "
    "error. Register it as it is, make a VM from it, and a new template from that VM"
)


@dataclass(frozen=True)
class Wish:
    """What holds for one entity only. Empty: as for all.

    subject: its name or id; cluster, quota: name or id; name: under which it is registered; disk_quotas: disk (name or
    id) -> quota (name or id); partial, best_effort: None leaves what the lists of the same name say.
    """

    subject: str
    cluster: str = ""
    name: str = ""
    clone: bool = False
    quota: str = ""
    disk_quotas: Mapping[str, str] = field(default_factory=dict)
    partial: bool | None = None
    best_effort: bool | None = None


NO_WISH = Wish("")


def wishes_from(options: Iterable[Mapping[str, t.Any]] | None, kind: str) -> tuple[Wish, ...]:
    """The option ``each`` as records. kind: "vm" or "template", also the key that names the entity.

    BadInput for an entity that is named twice, a pattern, a clone without a name, a disk that is named twice.
    """
    wishes: list[Wish] = []
    problems: list[str] = []
    for given in options or ():
        wish = _wish(given, kind)
        wishes.append(wish)
        if is_pattern(wish.subject):
            problems.append(f"each: {wish.subject} is a pattern; name one {kind}, or give its id")
        if wish.clone and kind == "template":
            problems.append(f"each: {wish.subject}: {NO_CLONE_OF_TEMPLATES}")
        elif wish.clone and not wish.name:
            problems.append(f"each: {wish.subject}: a clone needs a new 'name'")
        disks = Counter(str(pair["disk"]) for pair in given.get("disk_quotas") or ())
        problems.extend(f"each: {wish.subject}: disk {disk} has two quotas" for disk in _repeated(disks))
    named = Counter(wish.subject for wish in wishes)
    problems.extend(f"each: {subject} is named twice" for subject in _repeated(named))
    if problems:
        raise BadInput("; ".join(problems))
    return tuple(wishes)


def assigned(
    wishes: Sequence[Wish],
    kind: str,
    chosen: Sequence[HasNameAndId],
    asked: Sequence[str],
    exclude: Sequence[str],
    registered: Index[t.Any],
    *,
    unproven: bool = False,
) -> dict[str, Wish]:
    """The wish of each chosen entity by its id.

    registered: what the target has of this kind: a wish for one of these was fulfilled by an earlier run; unproven:
    what a wish means may still come with a domain that could not be listed yet. BadInput for a wish that meets nothing
    chosen, that two of the chosen could mean, or that shares its entity with another wish.
    """
    index = Index(chosen)
    found: dict[str, Wish] = {}
    problems: list[str] = []
    for wish in wishes:
        meant = index.find(wish.subject)
        if len(meant) > 1 and kind == "vm":
            candidates = ", ".join(label(one) for one in meant)
            problems.append(f"each: {wish.subject} could be any of {candidates}; give the id")
        elif not meant and left_out(wish.subject, exclude):
            problems.append(f"each: {wish.subject} is left out by 'exclude'")
        elif not (
            meant or unproven or wish.subject in asked or registered.find(wish.subject) or registered.find(wish.name)
        ):
            problems.append(f"each: {wish.subject} is none of those that are to be registered")
        for one in meant:
            other = found.setdefault(one.id, wish)
            if other is not wish:
                problems.append(f"each: {wish.subject} and {other.subject} are the same {kind}, {label(one)}")
    if problems:
        raise BadInput("; ".join(problems))
    return found


def check_names(
    kind: str, chosen: Sequence[HasNameAndId], wishes: Mapping[str, Wish], owner: Callable[[str], HasNameAndId | None]
) -> None:
    """BadInput when two sources come under one name because of a wish, or a wished name is taken.

    owner: a name -> who carries it in the target data center. A name that two carry without a wish is none of this.
    """
    problems: list[str] = []
    bearers: dict[str, list[HasNameAndId]] = {}
    for entity in chosen:
        wish = wishes.get(entity.id, NO_WISH)
        bearers.setdefault(wish.name or entity.name, []).append(entity)
        # Whether a name that is taken is that of the clone itself is judged where clones are planned.
        holder = owner(wish.name) if wish.name and not wish.clone else None
        if holder is not None and holder.id != entity.id:
            problems.append(
                f"{label(entity)} is to be named {wish.name}, which is taken in the target by another {kind} "
                f"({holder.id})"
            )
    for name, sharing in bearers.items():
        if len(sharing) > 1 and any(wishes.get(one.id, NO_WISH).name for one in sharing):
            told = " and ".join(label(one) for one in sharing)
            problems.append(f"{told} would both be named {name}")
    if problems:
        raise BadInput("; ".join(problems) + ". Give each a name of its own in 'each'")


def _wish(given: Mapping[str, t.Any], kind: str) -> Wish:
    return Wish(
        subject=str(given[kind]),
        cluster=given.get("cluster") or "",
        name=given.get("name") or "",
        clone=bool(given.get("clone")),
        quota=given.get("quota") or "",
        disk_quotas={str(pair["disk"]): str(pair["quota"]) for pair in given.get("disk_quotas") or ()},
        partial=given.get("partial"),
        best_effort=given.get("best_effort"),
    )


def _repeated(counts: Counter[str]) -> list[str]:
    return sorted(value for value, count in counts.items() if count > 1)
