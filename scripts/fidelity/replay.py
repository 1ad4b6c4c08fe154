# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All chains, each in a world of its own, in random order."""

from __future__ import annotations

from random import Random

from .ids import ID
from .player import Outcome, Player
from .reading import Record
from .scenes import CHAINS, SCENES, Play, plays, whole


def replay(scene: str = "", seed: int = 0, *, plain: bool = False) -> list[Outcome]:
    """Plays one scene (the beginning of its name is enough) or all; plain keeps the recorded names.

    Raises NoRecordings, and KeyError for an unknown scene."""
    scenes = whole()
    wanted = next((name for name in SCENES if scene and name.startswith(scene)), "")
    if scene and not wanted:
        raise KeyError(scene)
    found = plays(scenes, wanted)
    random = Random(seed)
    random.shuffle(found)
    outcomes: list[Outcome] = []
    for play in found:
        player = Player(random.randrange(10**9), elsewhere(scenes, play), plain=plain)
        try:
            outcomes += player.play(play)
        finally:
            player.close()
    return sorted(outcomes, key=lambda outcome: (outcome.record.scene, outcome.record.n))


def elsewhere(scenes: dict[str, list[Record]], play: Play) -> frozenset[str]:
    """The ids of objects that other chains made or worked with, and this one did not: in lists they are foreign."""
    here = {(record.scene, record.n) for record in play.timeline}
    others = [r for chain in CHAINS for scene in chain for r in scenes[scene] if (scene, r.n) not in here]
    return frozenset(_worked_with(others) - _worked_with(play.timeline))


def _worked_with(records: list[Record] | tuple[Record, ...]) -> set[str]:
    """Every id in requests, and in answers to anything but the reading of a whole collection."""
    found: set[str] = set()
    for record in records:
        found.update(ID.findall(record.path + record.request))
        if record.method != "GET" or record.short.count("/") > 1:
            found.update(ID.findall(record.response))
    return found
