# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of every place: caught by which case, passed but not noticed, or never come by."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from . import switch
from .places import Place


class Case(Protocol):
    """Something that runs against the twin and can fail."""

    @property
    def title(self) -> str:
        """What it is called."""

    def run(self) -> bool:
        """Runs it; returns whether all was well."""


@dataclass
class Verdict:
    """The places, what caught each of them (by number), and which were come by at all."""

    places: Sequence[Place]
    caught: dict[int, str] = field(default_factory=dict)
    passed: set[int] = field(default_factory=set)

    @property
    def open(self) -> set[int]:
        """The places that nothing has caught yet."""
        return {place.number for place in self.places} - self.caught.keys()

    @property
    def survivors(self) -> list[Place]:
        """The places without which nothing fails."""
        return [place for place in self.places if place.number in self.open]

    def lines(self) -> list[str]:
        """For the screen: every survivor, then the figure."""
        shown = [
            f"survives, {'come by' if place.number in self.passed else 'never come by'}: {place.title}"
            for place in self.survivors
        ]
        share = 100 * len(self.caught) / len(self.places) if self.places else 0.0
        return [*shown, f"mutation: {len(self.caught)} of {len(self.places)} validations are held ({share:.1f} %)"]

    def summary(self) -> dict[str, Any]:
        """Everything as data."""
        return {
            "validations": len(self.places),
            "held": len(self.caught),
            "survivors": [
                {
                    "file": place.file,
                    "line": place.line,
                    "function": place.function,
                    "text": place.text,
                    "come_by": place.number in self.passed,
                }
                for place in self.survivors
            ],
            "caught": {place.title: self.caught[place.number] for place in self.places if place.number in self.caught},
        }


def look(case: Case) -> tuple[bool, frozenset[int]]:
    """Runs a case with nothing switched off; returns whether all was well, and the places it came by."""
    switch.OFF.clear()
    switch.PASSED.clear()
    good = case.run()
    return good, frozenset(switch.PASSED)


def judge(verdict: Verdict, cases: Sequence[Case]) -> list[str]:
    """Switches every open place off in turn and runs the cases that come by it, the most particular first, until one
    fails. Returns the titles of cases that fail anyway: they prove nothing and are left out."""
    seen: list[tuple[Case, frozenset[int]]] = []
    broken = []
    for case in cases:
        good, numbers = look(case)
        verdict.passed |= numbers
        if good:
            seen.append((case, numbers))
        else:
            broken.append(case.title)
    for number in sorted(verdict.open & verdict.passed):
        near = sorted((pair for pair in seen if number in pair[1]), key=lambda pair: len(pair[1]))
        failing = next((case for case, _numbers in near if not _without(number, case)), None)
        if failing is not None:
            verdict.caught[number] = failing.title
    return broken


def _without(number: int, case: Case) -> bool:
    """Whether a case is well without a place."""
    switch.OFF.add(number)
    try:
        return case.run()
    finally:
        switch.OFF.discard(number)


def chosen(places: Collection[Place], wanted: Collection[str]) -> list[Place]:
    """The places whose title holds one of the texts; all when there are none."""
    return [place for place in places if not wanted or any(text in place.title for text in wanted)]
