# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One rule for many connections: what each of them becomes, and how to take all of it back."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_targets import SECRET, Target, same
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_wishes import FIELDS, PLACE, Wish
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.select import select
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.connections import Connection
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Domain

STAR = "*"


@dataclass(frozen=True)
class Rule:
    """Connections whose details fit ``old`` get the details ``new``; a star in a new one is what the old star met.

    who: what the rule is called in messages; domains: names, ids or patterns of the storage domains to which the rule
    is limited, empty for all.
    """

    who: str
    old: Mapping[str, str | int]
    new: Mapping[str, str | int]
    domains: tuple[str, ...] = ()

    @classmethod
    def of(cls, number: int, option: Mapping[str, t.Any]) -> Rule:
        """From an entry of the option ``repoint``; what was not given is left out."""
        sides = [{key: value for key, value in option[side].items() if value is not None} for side in ("from", "to")]
        return cls(f"repoint[{number}]", sides[0], sides[1], tuple(option["domains"] or ()))


def rules(options: Sequence[Mapping[str, t.Any]]) -> tuple[Rule, ...]:
    """The option ``repoint`` as records. BadInput names every mistake."""
    found = tuple(Rule.of(number, option) for number, option in enumerate(options, 1))
    problems = [f"{rule.who}: {problem}" for rule in found for problem in _wrong(rule)]
    if problems:
        raise BadInput("; ".join(problems))
    return found


def _wrong(rule: Rule) -> list[str]:
    problems = [f"'{side}' says nothing" for side, it in (("from", rule.old), ("to", rule.new)) if not it]
    for side, details in (("from", rule.old), ("to", rule.new)):
        for name, value in details.items():
            if value == "":
                problems.append(f"'{side}.{name}' must not be empty")
            if str(value).count(STAR) > 1:
                problems.append(f"'{side}.{name}' {value} holds more than one star")
    for name, value in rule.new.items():
        if STAR in str(value) and STAR not in str(rule.old.get(name, "")):
            problems.append(f"'to.{name}' {value} has a star, but 'from.{name}' has none to fill it from")
    if rule.new and all(same(rule.old.get(name), value) for name, value in rule.new.items()):
        problems.append("'to' is the same as 'from'")
    return problems


def expand(
    found: Sequence[Rule],
    known: Sequence[Connection],
    domains: Sequence[Domain],
    links: Mapping[str, Sequence[str]],
) -> tuple[Wish, ...]:
    """A wish for each connection that a rule is about: those that are as ``old`` says, and those that are so already.

    links: domain id -> the ids of its connections. BadInput for a rule that is about none, and for a connection about
    which two rules say different things.
    """
    wishes: dict[str, Wish] = {}
    problems: list[str] = []
    for rule in found:
        among = _among(rule, known, domains, links)
        mine = {item.id: details for item in among if (details := _details(rule, item)) is not None}
        if not mine:
            where = f" of {', '.join(rule.domains)}" if rule.domains else ""
            problems.append(f"{rule.who}: no connection{where} is as 'from' or as 'to' says")
        for item in among:
            if item.id not in mine:
                continue
            wish = Wish(f"{rule.who} for {item.name}", item.id, (), {}, "", mine[item.id])
            other = wishes.setdefault(item.id, wish)
            if other.details != wish.details:
                problems.append(f"{other.who} and {wish.who} are about the same connection and do not agree")
    if problems:
        raise BadInput("; ".join(problems))
    return tuple(wishes.values())


def _among(
    rule: Rule, known: Sequence[Connection], domains: Sequence[Domain], links: Mapping[str, Sequence[str]]
) -> list[Connection]:
    if not rule.domains:
        return list(known)
    selection = select(domains, rule.domains, kind="storage domain")
    if selection.unmatched:
        raise BadInput(f"{rule.who}: the engine has no storage domain {', '.join(selection.unmatched)}")
    ids = {item for domain in selection.chosen for item in links.get(domain.id, ())}
    return [item for item in known if item.id in ids]


def _details(rule: Rule, item: Connection) -> dict[str, str | int] | None:
    """What the rule makes of a connection; None when it is not about it."""
    kind = rule.old.get("type", item.type)
    if kind != item.type or any(
        name not in FIELDS.get(item.type, ()) for name in (*rule.old, *rule.new) if name != "type"
    ):
        return None
    old = {name: value for name, value in rule.old.items() if name != "type"}
    met = _met(old, item)
    if met is not None:
        return {name: _filled(value, met.get(name, "")) for name, value in rule.new.items()}
    # As it is after the rule was carried out: what the rule does not change must still be as it says.
    after = {**old, **rule.new}
    met = _met(after, item)
    return None if met is None else {name: _filled(value, met.get(name, "")) for name, value in rule.new.items()}


def _met(details: Mapping[str, str | int], item: Connection) -> dict[str, str] | None:
    """What the stars stand for, by detail; None when the connection is otherwise."""
    found: dict[str, str] = {}
    for name, value in details.items():
        held = getattr(item, name)
        if STAR not in str(value):
            if not same(held, value):
                return None
            continue
        before, after = str(value).split(STAR)
        match = re.fullmatch(f"{re.escape(before)}(.*){re.escape(after)}", str(held))
        if match is None:
            return None
        found[name] = match.group(1)
    return found


def _filled(value: str | int, met: str) -> str | int:
    return value.replace(STAR, met) if isinstance(value, str) else value


def _place(connection: Connection) -> dict[str, t.Any]:
    return {name: getattr(connection, name) for name in PLACE.get(connection.type, ())}


@dataclass(frozen=True)
class Undo:
    """How to take edits back. connections: entries for the option of that name; lost: what cannot be taken back."""

    connections: tuple[dict[str, t.Any], ...]
    lost: tuple[str, ...]


def undo(found: Sequence[Target]) -> Undo:
    """What restores the connections that are edited to what they are before it.

    The engine has no way to empty a detail again, and no password can be read: those are named instead.
    """
    entries: list[dict[str, t.Any]] = []
    lost: list[str] = []
    for target in found:
        known = target.known
        entry: dict[str, t.Any] = {"id": known.id} if known else {"where": _place(target.wanted)}
        if target.joins:
            entry["detach_from"] = [domain.id for domain in target.joins]
        if target.leaves:
            entry["attach_to"] = [domain.id for domain in target.leaves]
        if known is None:
            if len(entry) > 1:
                entries.append(entry)
            continue
        for name in target.differs:
            before = getattr(known, name, None) or ("auto" if name == "nfs_version" else None)
            if name == SECRET:
                lost.append(f"the former password of {known.name}, which nobody can read")
            elif before is None:
                lost.append(f"{name} of {known.name}, which was not set")
            else:
                entry[name] = before
        if len(entry) > 1:
            entries.append(entry)
    return Undo(tuple(entries), tuple(lost))
