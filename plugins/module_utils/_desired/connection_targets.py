# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which connection of the engine each wish means, and what about it is not as wanted."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_wishes import (
    DEFAULTS,
    FIELDS,
    PLACE,
    Wish,
    wrong_details,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.connections import BY_PLACE, Connection
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput, DrError
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import one
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Domain

SECRET = "password"  # noqa: S105  # the name of a detail


@dataclass(frozen=True)
class Target:
    """A wish and what it meets. known: the connection as it is, None when there is none; wanted: as it shall be.

    differs: the names of the details that are not as wanted; joins, leaves: the domains that do not use it and shall,
    and those that do and shall not.
    """

    wish: Wish
    known: Connection | None
    wanted: Connection
    differs: tuple[str, ...] = ()
    joins: tuple[Domain, ...] = ()
    leaves: tuple[Domain, ...] = ()

    @property
    def key(self) -> str:
        """The connection's id; for a new one its place, which nothing else has."""
        return self.known.id if self.known else f"{self.wanted.type}:{self.wanted.name}"


def targets(
    wanted: Sequence[Wish],
    known: Sequence[Connection],
    domains: Sequence[Domain],
    links: Mapping[str, Sequence[str]],
    *,
    absent: bool = False,
    update_secret: bool = False,
) -> tuple[Target, ...]:
    """What each wish means. links: domain id -> the ids of its connections; absent: the connections shall be gone;
    update_secret: a password that is given is sent although nobody can tell whether it is the same.

    BadInput names everything that is ambiguous, unknown, contradictory or taken.
    """
    found: list[Target] = []
    problems: list[str] = []
    for wish in wanted:
        meant, trouble = _meant(wish, known, domains, links, absent=absent)
        if trouble:
            problems.append(f"{wish.who}: {trouble}")
            continue
        target, wrong = _target(wish, meant, update_secret=update_secret)
        problems.extend(wrong)
        if not wrong:
            target, wrong = _with_domains(target, domains, links, absent=absent)
            problems.extend(wrong)
            found.append(target)
    problems.extend(_repeats(found))
    problems.extend(_left_without(found, links))
    if not absent:
        problems.extend(_taken(found, known))
    if problems:
        raise BadInput("; ".join(dict.fromkeys(problems)))
    return tuple(found)


def same(one_value: object, other: object) -> bool:
    """Whether two values of a detail mean the same: the engine tells "auto" as nothing."""
    return (one_value if one_value != "auto" else "") == (other if other != "auto" else "")


def place_of(connection: Connection) -> tuple[object, ...]:
    """What may be there once only in an engine: address and path whatever the type, or the target at a portal."""
    kind = "file" if connection.type in BY_PLACE else connection.type
    return (kind, *(getattr(connection, name) for name in PLACE.get(connection.type, ())))


def _meant(
    wish: Wish,
    known: Sequence[Connection],
    domains: Sequence[Domain],
    links: Mapping[str, Sequence[str]],
    *,
    absent: bool,
) -> tuple[Connection | None, str]:
    """The connection that a wish means and what is wrong; (None, "") for one that is not there and need not be."""
    if not wish.selected:
        place = place_of(_new(wish))
        found = [item for item in known if place_of(item) == place]
        return _only(wish, found, "")
    found = [item for item in known if not wish.id or item.id == wish.id.lower()]
    if wish.domains:
        try:
            chosen = [one(domains, asked, kind="storage domain", place="the engine") for asked in wish.domains]
        except DrError as error:
            return None, str(error)
        for domain in chosen:
            found = [item for item in found if item.id in links.get(domain.id, ())]
    if wish.where:
        fitting = [item for item in found if _has(item, wish.where)]
        # Once it was pointed elsewhere it no more has the details by which it was found.
        found = fitting or ([] if absent else [item for item in found if wish.details and _has(item, wish.details)])
    return _only(wish, found, "" if absent else f"the engine has no connection {_selector(wish)}")


def _only(wish: Wish, found: Sequence[Connection], none: str) -> tuple[Connection | None, str]:
    if len(found) > 1:
        listed = ", ".join(f"{item.name} ({item.id})" for item in found)
        return None, f"it could be any of {len(found)} connections: {listed}. Give the 'id', or narrow it by 'where'"
    return (found[0], "") if found else (None, none)


def _selector(wish: Wish) -> str:
    words = [f"with the id {wish.id}"] if wish.id else []
    if wish.domains:
        words.append(f"that {' and '.join(wish.domains)} {'uses' if len(wish.domains) == 1 else 'use'}")
    if wish.where:
        words.append("with " + ", ".join(f"{key} {value}" for key, value in wish.where.items()))
    return " ".join(words)


def _has(connection: Connection, details: Mapping[str, str | int]) -> bool:
    return all(same(getattr(connection, name), value) for name, value in details.items())


def _new(wish: Wish) -> Connection:
    details = {**DEFAULTS.get(wish.type, {}), **wish.details}
    return Connection(id="", type=wish.type, **t.cast("dict[str, t.Any]", details))


def _target(wish: Wish, known: Connection | None, *, update_secret: bool) -> tuple[Target, list[str]]:
    if known is None:
        return Target(wish, None, _new(wish) if wish.type else Connection(wish.id, "")), []
    if known.type not in FIELDS:
        problem = f"{wish.who}: connection {known.id} is of type {known.type}, which cannot be edited"
        return Target(wish, known, known), [problem]
    if wish.type and wish.type != known.type:
        problem = f"{wish.who}: {known.name} is of type {known.type}, and a connection's type never changes"
        return Target(wish, known, known), [problem]
    problems = wrong_details(wish, known.type)
    differs = [name for name, value in wish.details.items() if not same(getattr(known, name, None), value)]
    if update_secret and wish.password:
        differs.append(SECRET)
    wanted = replace(known, **t.cast("dict[str, t.Any]", dict(wish.details)))
    return Target(wish, known, wanted, tuple(differs)), problems


def _with_domains(
    target: Target, domains: Sequence[Domain], links: Mapping[str, Sequence[str]], *, absent: bool
) -> tuple[Target, list[str]]:
    """The target with the domains that begin or cease to use it."""
    wish = target.wish
    if absent and (wish.attach_to or wish.detach_from):
        return target, [f"{wish.who}: 'attach_to' and 'detach_from' are not for 'state: absent'"]
    try:
        joins, leaves = (
            [one(domains, asked, kind="storage domain", place="the engine") for asked in asked_for]
            for asked_for in (wish.attach_to, wish.detach_from)
        )
    except DrError as error:
        return target, [f"{wish.who}: {error}"]
    problems = [
        f"{wish.who}: domain {domain.name} is of type {domain.storage_type}; only iSCSI ones have several connections"
        for domain in (*joins, *leaves)
        if domain.storage_type != "iscsi"
    ]
    known = target.known.id if target.known else ""
    return replace(
        target,
        joins=tuple(domain for domain in joins if not known or known not in links.get(domain.id, ())),
        leaves=tuple(domain for domain in leaves if known and known in links.get(domain.id, ())),
    ), problems


def _left_without(found: Sequence[Target], links: Mapping[str, Sequence[str]]) -> list[str]:
    """A domain without any connection loses its LUNs, and the engine does not refuse that (contract 02, 2.6)."""
    leaving: dict[str, set[str]] = {}
    joining = {domain.id for target in found for domain in target.joins}
    names: dict[str, str] = {}
    for target in found:
        for domain in target.leaves:
            leaving.setdefault(domain.id, set()).add(target.key)
            names[domain.id] = domain.name
    return [
        f"domain {names[domain]} would be left without any connection, and lose its LUNs; attach another one to it"
        for domain, gone in leaving.items()
        if domain not in joining and not set(links.get(domain, ())) - gone
    ]


def _repeats(found: Sequence[Target]) -> list[str]:
    first: dict[str, Target] = {}
    problems = []
    for target in found:
        other = first.setdefault(target.key, target)
        if other is not target:
            problems.append(f"{other.wish.who} and {target.wish.who} mean the same connection {target.wanted.name}")
    return problems


def _taken(found: Sequence[Target], known: Sequence[Connection]) -> list[str]:
    """A place may be there once only: neither another connection nor another wish may have it (localfs: per host)."""
    owners = {place_of(item): (item.id, f"connection {item.id}") for item in known if item.type != "localfs"}
    problems = []
    for target in found:
        place = place_of(target.wanted)
        key, owner = owners.setdefault(place, (target.key, target.wish.who))
        if key != target.key and target.wanted.type != "localfs":
            problems.append(f"{target.wish.who}: {target.wanted.name} is taken by {owner}")
    return problems
