# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorded ids and ours, paired as they come in answers."""

from __future__ import annotations

import re

ID = re.compile(
    r"(?:(?<![0-9A-Za-z])|(?<=%2C))(?:"
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # an object
    r"|[0-9A-Za-z]{6}(?:-[0-9A-Za-z]{4}){5}-[0-9A-Za-z]{6}"  # a volume group
    r"|(?:[0-9a-f]{2}:){5}[0-9a-f]{2}"  # a MAC address
    r")(?![0-9A-Za-z])"
)
"""What an engine makes up: ids of objects and volume groups, and MAC addresses."""


class Pairs:
    """One to one pairs of recorded and own ids. A draft holds further pairs until it is kept."""

    def __init__(self, below: Pairs | None = None) -> None:
        self._below = below
        self._ours: dict[str, str] = {}
        self._theirs: dict[str, str] = {}

    def ours(self, theirs: str) -> str | None:
        """Our id for a recorded one, if it is known."""
        found = self._ours.get(theirs)
        return self._below.ours(theirs) if found is None and self._below is not None else found

    def theirs(self, ours: str) -> str | None:
        """The recorded id for one of ours, if it is known."""
        found = self._theirs.get(ours)
        return self._below.theirs(ours) if found is None and self._below is not None else found

    def pair(self, theirs: str, ours: str) -> bool:
        """Whether the two are one; two that are both unknown become so."""
        known, back = self.ours(theirs), self.theirs(ours)
        if known is None and back is None:
            self._ours[theirs], self._theirs[ours] = ours, theirs
            return True
        return known == ours

    def draft(self) -> Pairs:
        """Pairs on trial."""
        return Pairs(self)

    def keep(self) -> None:
        """Takes a draft's pairs over."""
        if self._below is not None:
            for theirs, ours in self._ours.items():
                self._below.pair(theirs, ours)

    def translate(self, text: str) -> str:
        """A recorded text with our ids; unknown ones stay."""
        return ID.sub(lambda found: self.ours(found.group()) or found.group(), text)

    def same(self, theirs: str, ours: str) -> bool:
        """Whether two texts are the same but for their ids, which are paired one by one."""
        if "-" not in theirs and ":" not in theirs:
            return theirs == ours
        if theirs == ours and ":" in theirs and "-" not in theirs:
            return True
        if ID.split(theirs) != ID.split(ours):
            return False
        drafted = self.draft()
        if all(drafted.pair(a, b) for a, b in zip(ID.findall(theirs), ID.findall(ours), strict=True)):
            drafted.keep()
            return True
        return False
