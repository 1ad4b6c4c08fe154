# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is worth knowing after a recovery: what the same is said of several objects becomes one sentence. Pure."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

MOST_NAMES = 12
MOST_OF_A_GROUP = 4
"""Names in a sentence on the screen, in a list of its own and in front of what is said of a group."""

STAND_IN = "..."
"""What stands in a sentence about several objects for the words that only one of them has."""

# The engine's warning quotes what it left out by kind: 'Disks: a, b , Affinity Labels: c ' (event 1188).
KINDS = re.compile(r"(?:^|, )([A-Z][A-Za-z ]*): ")

# A kind of difference from the inventory -> what the engine's warning calls it: not to be told twice.
TOLD_AS = {
    "disks": "Disks",
    "vnics": "Vnic Mappings",
    "roles": "Roles",
    "users": "Users",
    "affinity_groups": "Affinity Groups",
    "affinity_labels": "Affinity Labels",
}


@dataclass(frozen=True)
class Note:
    """One thing worth knowing. who: the object as it is shown, "" for none; text: what is said of it.

    own: the words of the text that only this object has (its name, ids), each with what stands for it in a sentence
    that several objects share.
    """

    text: str
    who: str = ""
    own: tuple[tuple[str, str], ...] = ()

    @property
    def shared(self) -> str:
        """The text without what is the object's own."""
        stand_ins = {word: stand_in for word, stand_in in self.own if word}
        if not stand_ins:
            return self.text
        words = "|".join(re.escape(word) for word in sorted(stand_ins, key=len, reverse=True))
        # Whole names only: "web01" stands neither in "web01-old" nor in "web01.example", but before a full stop.
        return re.sub(rf"(?<![\w.-])(?:{words})(?![\w-]|\.\w)", lambda found: stand_ins[found.group()], self.text)


def sentences(notes: Sequence[Note], most_names: int) -> tuple[str, ...]:
    """The notes as sentences in their order, each text once, behind the names of all that it is said of."""
    groups: dict[str, list[Note]] = {}
    for note in notes:
        groups.setdefault(note.shared, []).append(note)
    return tuple(_sentence(shared, group, most_names) for shared, group in groups.items())


def some(names: Sequence[str], most: int = MOST_NAMES) -> str:
    """A list of names for people, shortened."""
    rest = len(names) - most
    shown = ", ".join(names[:most])
    return f"{shown} and {rest} more" if rest > 0 else shown


def notes_of(results: Sequence[Mapping[str, t.Any]], *, check_mode: bool) -> list[Note]:
    """What the results of the steps tell. What was foreseen of a VM is left out once its register told the facts, a
    sign-in or stop once it was done."""
    settled = _settled(results, check_mode=check_mode)
    ended = () if check_mode else ("done", "already")
    over = {key: _names(results, action, ended) for key, action in (("targets", "sign_in"), ("stopped", "down"))}
    facts = {"vms": settled, **over}
    unsaid = _unsaid(results)
    return [note for result in _each_once(results) for note in _notes(result, facts, unsaid)]


def _each_once(results: Sequence[Mapping[str, t.Any]]) -> list[Mapping[str, t.Any]]:
    """The results without what inventory_compare_info found and a register had told, with its reason, before."""
    found = [entity for result in results for entity in result.get("differences") or ()]
    known = {(entity["id"], one["says"]) for entity in found if "state" not in entity for one in entity["differences"]}

    def new(entity: Mapping[str, t.Any]) -> Mapping[str, t.Any]:
        kept = [one for one in entity["differences"] if (entity["id"], one["says"]) not in known]
        return {**entity, "differences": kept} if "state" in entity else entity

    return [{**result, "differences": [new(one) for one in result.get("differences") or ()]} for result in results]


def _unsaid(results: Sequence[Mapping[str, t.Any]]) -> frozenset[str]:
    """What was foreseen of VMs that this run registered, and neither the engine nor a comparison told of: the engine
    drops some things silently (04c recording 59)."""
    told = [message for result in results for entity in result.get("dropped") or () for message in entity["messages"]]
    told += [
        one["says"] for result in results for entity in result.get("differences") or () for one in entity["differences"]
    ]
    said = " ".join(told)
    came = _names([result for result in results if "partial" in result], "register", ("done",))
    return frozenset(
        one["note"]
        for result in results
        for one in result.get("foreseen") or ()
        if one.get("word") and one["word"] not in said and came.intersection(one["vms"])
    )


def _sentence(shared: str, group: Sequence[Note], most_names: int) -> str:
    who = list(dict.fromkeys(note.who for note in group if note.who))
    if len(who) > 1:
        return f"{some(who, most_names)}: {shared}"
    return f"{who[0]}: {group[0].text}" if who else group[0].text


def _names(results: Sequence[Mapping[str, t.Any]], action: str, states: Sequence[str]) -> frozenset[str]:
    """The names of the objects with which an action ended in one of these states."""
    return frozenset(
        name for result in results for state in states for name in (result.get(state) or {}).get(action, ())
    )


def _settled(results: Sequence[Mapping[str, t.Any]], *, check_mode: bool) -> frozenset[str]:
    """The VMs that are registered: with all they have, partially (which is told), or already by a former run."""
    names: set[str] = set()
    for result in results:
        if "partial" not in result:
            continue
        names.update(vm["name"] for vm in result["partial"])
        names.update((result.get("already") or {}).get("register", ()))
        if not check_mode:
            names.update((result.get("done") or {}).get("register", ()))
    return frozenset(names)


def _notes(result: Mapping[str, t.Any], facts: Mapping[str, frozenset[str]], unsaid: frozenset[str]) -> list[Note]:
    """facts: key of what was foreseen -> the names of which it is known by now; unsaid: foreseen notes that stay."""
    notes: list[Note] = []
    missing: dict[str, Sequence[str]] = {}
    notes.extend(_taken(entry) for entry in result.get("guards") or () if entry["marked"] and entry["passed"])
    for vm in result.get("partial") or ():
        disks = vm["missing_disks"] or ()
        missing[vm["id"]] = disks
        which = ", ".join(disks) or "some of its disks"
        own = ((vm["name"], STAND_IN), (vm["id"], STAND_IN))
        notes.append(Note(f"registered partially: {vm['why']}", f"{vm['name']} (without {which})", own))
    for entity in result.get("dropped") or ():
        disks = missing.get(entity["id"], ())
        words = tuple((word, STAND_IN) for word in (*disks, entity["name"]))
        notes.extend(
            Note(message, entity["name"], words)
            for message in entity["messages"]
            if not (entity["id"] in missing and _only_disks(message))
        )
    notes.extend(_disks_left(result))
    notes.extend(_lost(result, missing))
    for failure in result.get("failures") or ():
        if not failure.get("required", True):
            notes.append(failure_note(failure, "failed (best effort): "))
    notes.extend(Note(f"not proven: {sentence}") for sentence in result.get("not_proven") or ())
    compared = (entity for entity in result.get("differences") or () if "state" in entity)
    notes.extend(note for entity in compared for note in _differing(entity))
    over = {
        one["note"]
        for one in result.get("foreseen") or ()
        if one["note"] not in unsaid and all(names.issuperset(one.get(key, ())) for key, names in facts.items())
    }
    notes.extend(Note(sentence) for sentence in result.get("notes") or () if sentence not in over)
    return notes


def _taken(entry: Mapping[str, t.Any]) -> Note:
    """A domain that was taken although its metadata names another data center, and what shows that it may be."""
    shown = "; ".join(one["text"] for one in entry["evidence"])
    against = f", against: {'; '.join(entry['against'])}" if entry["against"] else ""
    own = ((entry["domain"], STAND_IN), (entry["id"], STAND_IN))
    return Note(f"its metadata names another data center, and it is taken: {shown}{against}", entry["domain"], own)


def _disks_left(result: Mapping[str, t.Any]) -> list[Note]:
    """The disks that VMs lack and those of an unknown owner, but for failures, which are told as such."""
    failed = {failure.get("id") for failure in result.get("failures") or ()}
    notes = []
    for entry in result.get("not_completable") or ():
        if entry["id"] not in failed:
            own = ((entry["vm"], STAND_IN), (entry["disk"], STAND_IN))
            notes.append(Note(f"without disk {entry['disk']}, which {entry['why']}", entry["vm"], own))
    for entry in result.get("unknown_owners") or ():
        if entry["id"] not in failed:
            text = f"left unregistered, it may belong to {some(entry['may_belong_to'])}"
            notes.append(Note(text, f"disk {entry['name'] or entry['id']}"))
    return notes


def _differing(entity: Mapping[str, t.Any]) -> list[Note]:
    """What inventory_compare_info tells of an object that is not as it was."""
    title = f"{'VM' if entity['kind'] == 'vm' else entity['kind']} {entity['name']}"
    if entity["state"] != "different":
        return [Note(f"is {entity['state']}", title)]
    named = (one["part"].partition(" ") for one in entity["differences"])
    parts = tuple((name, STAND_IN) for kind, _blank, name in named if kind in ("disk", "NIC"))
    return [Note(one["says"], title, parts) for one in entity["differences"]]


def _lost(result: Mapping[str, t.Any], partial: Collection[str]) -> list[Note]:
    """What a register lost, by the inventory, without what the engine's words, a failure or ``partial`` (ids) tell."""
    said: dict[str, set[str]] = {}
    for entity in result.get("dropped") or ():
        for message in entity["messages"]:
            said.setdefault(entity["id"], set()).update(_left_out(message))
    for identity in partial:
        said.setdefault(identity, set()).add("Disks")
    failed = {one.get("id") for one in result.get("failures") or () if one.get("action") == "verify"}
    return [
        Note(f"is not as it was: {one['says']}", entity["name"], ((entity["name"], STAND_IN),))
        for entity in result.get("differences") or ()
        for one in entity["differences"]
        if "state" not in entity
        and entity["id"] not in failed
        and TOLD_AS.get(one["kind"]) not in said.get(entity["id"], ())
    ]


def _left_out(message: str) -> set[str]:
    """The kinds of things that an engine's warning tells to have been left out."""
    _before, _quote, quoted = message.partition("'")
    return set(KINDS.findall(quoted))


def _only_disks(message: str) -> bool:
    """Whether an engine's warning tells of nothing but disks that were left out."""
    return _left_out(message) == {"Disks"}


def failure_note(failure: Mapping[str, t.Any], before: str = "") -> Note:
    """A failed object: the engine's words first where it was the engine that refused, else what the step says.

    before: what stands in front of the words, e.g. the name of the step.
    """
    name = str(failure["name"])
    said = failure.get("failure") or {}
    mark = str(said.get("correlation_id") or "")
    if said.get("kind") == "fault" and (said.get("detail") or said.get("reason")):
        words = f"{said.get('detail') or said['reason']} (status {said['status']}, correlation id {mark})"
    else:
        words = str(failure["message"]).removeprefix(f"{name}: ")
    own = tuple((word, STAND_IN) for word in (name, str(failure.get("id") or ""), mark) if word)
    return Note(f"{before}{words}", name, own)
