# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between a recorded answer and ours.

The recorded text has our names already (names.py); ids are paired while comparing (ids.py). The order of elements does
not count; members of a list are matched by id, then by relation or name, then by likeness."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from .ids import ID, Pairs
from .tree import Node, Unreadable, tree
from .volatile import RASD, any_value, optional, settled

HEADERS = ("Content-Type", "Location", "WWW-Authenticate", "Retry-After")
"""Headers of which the value counts; of Correlation-Id only what the client sent itself."""
_TRACE = re.compile(r"@[0-9a-f]{6,8}\b")
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.*-----END CERTIFICATE-----", re.DOTALL)
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Answer:
    """An answer as it came, or as it is expected."""

    status: int
    headers: Mapping[str, str]
    body: str

    def header(self, name: str) -> str:
        """A header's value, empty when it is absent."""
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), "")


@dataclass
class Context:
    """What is needed to tell own objects from foreign ones: pairs of ids, the beginning of own names, ids of objects
    that live in another chain's world; whether the answer lists everything of a kind,
    or a window of it (``max``)."""

    pairs: Pairs
    marks: tuple[str, ...] = ()
    elsewhere: frozenset[str] = frozenset()
    member_of_all: bool = False
    window: bool = False
    found: list[str] = field(default_factory=list)

    def on_trial(self) -> Context:
        """The same with a draft of the pairs and nothing found yet."""
        return Context(self.pairs.draft(), self.marks, self.elsewhere, self.member_of_all)


def compare(expected: Answer, ours: Answer, context: Context, correlation: str = "") -> list[str]:
    """Every difference, each as a short text; pairs of ids are taken into the context."""
    if expected.status != ours.status:
        context.found.append(f"status {expected.status} | {ours.status} {_first_words(ours)}")
    _headers(expected, ours, context, correlation)
    try:
        theirs = tree(expected.body, expected.header("Content-Type"))
        mine = tree(ours.body, ours.header("Content-Type"))
    except Unreadable as error:
        context.found.append(str(error))
        return context.found
    if theirs is not None and mine is not None:
        if theirs.tag != mine.tag:
            context.found.append(f"root {theirs.tag} | {mine.tag} {_first_words(ours)}")
        else:
            _node(theirs, mine, theirs.tag, context)
    elif expected.status == ours.status:
        _text(expected.body, ours.body, context)
    return context.found


def _headers(expected: Answer, ours: Answer, context: Context, correlation: str) -> None:
    for name in HEADERS:
        theirs, mine = (_SPACE.sub("", answer.header(name)) for answer in (expected, ours))
        if theirs.lower() != mine.lower() and not (theirs and mine and context.pairs.same(theirs, mine)):
            context.found.append(f"header {name}: {theirs or 'none'} | {mine or 'none'}")
    theirs, mine = expected.header("Correlation-Id"), ours.header("Correlation-Id")
    if bool(theirs) != bool(mine) or (correlation and theirs and theirs != mine):
        context.found.append(f"header Correlation-Id: {theirs or 'none'} | {mine or 'none'}")


def _first_words(answer: Answer) -> str:
    detail = re.search(r"<detail>(.*?)</detail>", answer.body, re.DOTALL)
    return _SPACE.sub(" ", detail.group(1) if detail else answer.body)[:160]


def _text(theirs: str, mine: str, context: Context) -> None:
    """Plain text and HTML: white space and Java's object numbers do not count, nor a stack trace that was cut."""
    if theirs.endswith("...[cut]"):
        theirs, mine = (text.partition("\n\tat ")[0].partition("</pre>")[0] for text in (theirs, mine))
    mine = _PEM.sub("CERTIFICATE", mine)
    theirs, mine = (_SPACE.sub(" ", _TRACE.sub("@", text)).strip() for text in (theirs, mine))
    if not context.pairs.same(theirs, mine):
        context.found.append(f"text {theirs[:300]!r} | {mine[:300]!r}")


def _node(theirs: Node, mine: Node, path: str, context: Context) -> None:
    for name in dict.fromkeys([*theirs.attributes, *mine.attributes]):
        a, b = theirs.attributes.get(name), mine.attributes.get(name)
        if a is None or b is None:
            context.found.append(f"{path}/@{name}: {a or 'none'} | {b or 'none'}")
        elif not context.pairs.same(a, b) and not any_value(f"{path}/@{name}"):
            context.found.append(f"{path}/@{name}: {_known(a, context)} | {b}")
    if not theirs.children and not mine.children:
        if theirs.text.startswith("<?xml") and mine.text.startswith("<?xml"):
            _document(theirs.text, mine.text, path, context)
        elif not any_value(path) and not context.pairs.same(settled(theirs.text.strip()), settled(mine.text.strip())):
            context.found.append(f"{path}: {_known(theirs.text.strip(), context)!r} | {mine.text.strip()!r}")
        return
    for tag in dict.fromkeys(child.tag for child in [*theirs.children, *mine.children]):
        here = f"{path}/{tag}"
        if optional(here):
            continue
        expected = [child for child in theirs.children if child.tag == tag]
        ours = [child for child in mine.children if child.tag == tag]
        if context.member_of_all and "/" not in path:
            kept = [child for child in expected if not _foreign(child, context)]
            ours = [child for child in ours if _own(child, context)]
            # In a window, own members stand where the recording has foreign ones.
            _members(kept, ours, here, context, room=len(expected) - len(kept) if context.window else 0)
        else:
            _members(expected, ours, here, context)


def _document(theirs: str, mine: str, path: str, context: Context) -> None:
    """A whole XML document inside an element: the configuration of a VM."""
    nodes = [tree(text, "application/xml") for text in (theirs, mine)]
    if nodes[0] is not None and nodes[1] is not None:
        _node(nodes[0], nodes[1], f"{path}/{nodes[0].tag}", context)


def _known(text: str, context: Context) -> str:
    return context.pairs.translate(text)


def _own(member: Node, context: Context) -> bool:
    """Whether a member of one of our own lists is to be compared: the recordings know it, or it has a made-up name."""
    identity = member.attributes.get("id", "")
    return context.pairs.theirs(identity) is not None or any(mark in member.all_text() for mark in context.marks)


def _foreign(member: Node, context: Context) -> bool:
    """Whether a recorded member is of no concern: of another chain's world, or nothing of the recordings' own."""
    identity = member.attributes.get("id", "")
    if context.pairs.ours(identity) is not None:
        return False
    text = member.all_text()
    if identity in context.elsewhere or any(found in context.elsewhere for found in ID.findall(text)):
        return True
    return not any(mark in text for mark in context.marks)


def _members(expected: list[Node], ours: list[Node], path: str, context: Context, room: int = 0) -> None:
    if len(expected) == 1 and len(ours) == 1 and not room:
        _node(expected[0], ours[0], path, context)
        return
    left = list(ours)
    rest: list[Node] = []
    for member in expected:
        match = _by_key(member, left, context)
        if match is None:
            rest.append(member)
            continue
        alike = _namesakes(member, match, left, context)
        if len(alike) > 1:
            _one_of(member, alike, left, path, context)
        else:
            left.remove(match)
            _node(member, match, path, context)
    for member in rest:
        best = _likest(member, left, path, context)
        if best is None:
            context.found.append(f"{path}: {_title(member, context)} is missing")
        else:
            left.remove(best)
            _node(member, best, path, context)
    context.found += [f"{path}: {_title(member, context)} is extra" for member in left[room:]]


def _title(member: Node, context: Context) -> str:
    words = [*member.attributes.values(), member.value("name") or member.value("description") or member.text]
    return " ".join(_known(word, context) for word in words if word)[:200]


def _name(member: Node) -> str:
    """What a member is called; in a VM's configuration, its device or caption."""
    return member.value("name") or member.value("Device") or member.value(f"{RASD}Caption")


def _by_key(member: Node, among: list[Node], context: Context) -> Node | None:
    identity, relation, name = member.attributes.get("id"), member.attributes.get("rel"), _name(member)
    known = context.pairs.ours(identity) if identity else None
    for other in among:
        theirs = other.attributes.get("id")
        if relation and other.attributes.get("rel") == relation:
            return other
        if identity and theirs and (theirs == known or (known is None and theirs == identity)):
            return other
    if known is not None:
        return None
    for other in among:
        free = identity is None or context.pairs.theirs(other.attributes.get("id", "")) is None
        if name and free and _name(other) == name and member.attributes.get("id") != known:
            return other
    return None


def _namesakes(member: Node, match: Node, among: list[Node], context: Context) -> list[Node]:
    """Those that a member with an id not met before might be: all of its name with such ids."""
    identity, name = member.attributes.get("id"), _name(member)
    if not identity or not name or context.pairs.ours(identity) is not None:
        return [match]
    free = (other for other in among if context.pairs.theirs(other.attributes.get("id", "")) is None)
    return [other for other in free if _name(other) == name]


def _one_of(member: Node, alike: list[Node], left: list[Node], path: str, context: Context) -> None:
    """Compares a member with the likest of its namesakes. When several are as like, which it is stays open: the ids
    are paired by an exchange that shows it."""
    trials = [(other, context.on_trial()) for other in alike]
    for other, trial in trials:
        _node(member, other, path, trial)
    fewest = min(len(trial.found) for _other, trial in trials)
    likest = [(other, trial) for other, trial in trials if len(trial.found) == fewest]
    other, trial = likest[0]
    left.remove(other)
    if len(likest) > 1:
        context.found += trial.found
    else:
        _node(member, other, path, context)


def _likest(member: Node, among: list[Node], path: str, context: Context) -> Node | None:
    best, fewest = None, 10**6
    identity = member.attributes.get("id")
    if identity and context.pairs.ours(identity) is not None:
        return None
    for other in among:
        if identity and context.pairs.theirs(other.attributes.get("id", "")) is not None:
            continue
        trial = context.on_trial()
        _node(member, other, path, trial)
        if len(trial.found) < fewest:
            best, fewest = other, len(trial.found)
    return best
