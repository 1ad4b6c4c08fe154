# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which scenes depend on each other, and the order in which their exchanges are played.

Scenes that touch the same data centers make a chain: their exchanges are merged by the moment they were sent, and
each chain has a world of its own. The setup scene spans the whole day; what it builds is played in every chain, and
each of its searches and log-ins in the chain whose driver did it."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass

from .reading import Record, read

SETUP = "00-setup"
CHAINS: tuple[tuple[str, ...], ...] = (
    ("02-storage-connections",),
    ("03-storage-domains", "03b-storage-domain-rules"),
    ("05-placement",),
    ("04a-unregistered-build", "04b-unregistered-register", "04c-register-second-round"),
    ("06-direct-lun",),
    ("09-peer-clients",),
    ("07a-dr-ovf-not-yet-written", "07-dr"),
    ("01-auth",),
)
"""Scenes that share objects or a data center."""

NEEDS: dict[str, tuple[str, ...]] = {
    "01-auth": (
        *("02-storage-connections", "03-storage-domains", "04a-unregistered-build", "04b-unregistered-register"),
        *("05-placement", "06-direct-lun", "07a-dr-ovf-not-yet-written"),
    ),
    "02-storage-connections": ("03-storage-domains",),
    "03b-storage-domain-rules": ("03-storage-domains",),
    "04b-unregistered-register": ("04a-unregistered-build",),
    "04c-register-second-round": ("04a-unregistered-build", "04b-unregistered-register"),
    "07-dr": ("07a-dr-ovf-not-yet-written",),
}
"""What a scene needs to be played before it, or beside it. The protocol's scene lists whatever was there then."""

_ALL = range(1, 10**4)
_ON_LUNS: dict[str, Container[int]] = {
    "03-storage-domains": (92, 99, 101, 396),
    "04a-unregistered-build": _ALL,
    "04b-unregistered-register": _ALL,
    "05-placement": (3, 4),
}
BESIDE: dict[str, dict[str, Container[int]]] = {
    "05-placement": {"03-storage-domains": range(1, 7)},
    "06-direct-lun": {**_ON_LUNS, "07a-dr-ovf-not-yet-written": (1, 16, 17, 22, 36)},
    "09-peer-clients": {
        **_ON_LUNS,
        "04c-register-second-round": _ALL,
        "06-direct-lun": _ALL,
        "07a-dr-ovf-not-yet-written": _ALL,
        "07-dr": _ALL,
    },
}
"""What other drivers did of which a scene shows the effect: the first domain of a data center, and the domains and
disks that they put on LUNs, for a list of LUNs or disks tells of all. It is played with the scene and not compared. Who
waits there moves the clock of all, so a scene that looks at locks has no more of it than it needs."""

SCENES = (SETUP, *(scene for chain in CHAINS for scene in chain))
BUILT = 52
"""The setup's first exchanges build data centers, clusters and hosts."""

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_NAME = re.compile(r"\b(?:rec|peer)_\w+")


@dataclass(frozen=True)
class Play:
    """A chain to be played: the exchanges in order, and those of them (scene, n) that are compared."""

    title: str
    timeline: tuple[Record, ...]
    compared: frozenset[tuple[str, int]]


def whole() -> dict[str, list[Record]]:
    """All scenes that count. Raises NoRecordings."""
    return {scene: read(scene) for scene in SCENES}


def plays(scenes: dict[str, list[Record]], wanted: str = "") -> list[Play]:
    """What to play for one scene, or for all."""
    homes = setup_homes(scenes)
    if wanted and wanted != SETUP:
        return [_alone(scenes, wanted, homes)]
    found = [_play(scenes, chain, homes) if len(chain) > 1 else _alone(scenes, chain[0], homes) for chain in CHAINS]
    if wanted:
        only = [Play(p.title, p.timeline, frozenset(key for key in p.compared if key[0] == SETUP)) for p in found]
        return [play for play in only if play.compared]
    return found


def _alone(scenes: dict[str, list[Record]], wanted: str, homes: dict[int, str]) -> Play:
    """One scene after what it needs; only it is compared, and what its driver did in the setup."""
    own = [r.moment for r in scenes[SETUP] if homes[r.n] == wanted]
    last = max(*own, *(record.moment for record in scenes[wanted]))
    play = _play(scenes, (wanted, *NEEDS.get(wanted, ())), homes, last)
    mine = {(SETUP, n) for n, home in homes.items() if home == wanted}
    return Play(wanted, play.timeline, frozenset(key for key in play.compared if key[0] == wanted or key in mine))


def _play(
    scenes: dict[str, list[Record]], members: tuple[str, ...], homes: dict[int, str], last: float = float("inf")
) -> Play:
    setup = [r for r in scenes[SETUP] if homes[r.n] in members or (r.method != "GET" and not r.signs_in)]
    records = [*setup, *(record for scene in members for record in scenes[scene])]
    beside = {other: ns for scene in members for other, ns in BESIDE.get(scene, {}).items() if other not in members}
    records += [record for scene, ns in beside.items() for record in scenes[scene] if record.n in ns]
    timeline = sorted((r for r in records if r.moment <= last), key=lambda r: (r.moment, r.scene, r.n))
    compared = {(r.scene, r.n) for r in timeline if r.scene in members or (r.scene == SETUP and homes[r.n] in members)}
    return Play(", ".join(members), tuple(timeline), frozenset(compared))


def setup_homes(scenes: dict[str, list[Record]]) -> dict[int, str]:
    """In which scene's chain each exchange of the setup is compared.

    A driver logs in, looks its objects up and goes on in its scene: so it is the scene in which what the exchange
    speaks of is used next, or failing that was used last."""
    uses = sorted(
        (record.moment, record.scene, mentioned(record.path, record.request))
        for name, records in scenes.items()
        if name not in (SETUP, "01-auth")
        for record in records
    )
    homes: dict[int, str] = {}
    for record in scenes[SETUP]:
        homes[record.n] = "" if record.n > BUILT else CHAINS[0][0]
        if record.n > BUILT and not record.signs_in:
            homes[record.n] = _user(uses, record)
    _fill(scenes[SETUP], homes, uses)
    return homes


def mentioned(*texts: str) -> frozenset[str]:
    """The ids and names in texts."""
    return frozenset(
        word for text in texts for pattern in (UUID, _NAME) for word in pattern.findall(text.replace("%3D", "="))
    )


def _user(uses: Iterable[tuple[float, str, frozenset[str]]], record: Record) -> str:
    head = record.response[:800] if record.status in (200, 201) else ""
    words = mentioned(record.path, record.request) | set(UUID.findall(head)[:1])
    before = after = ""
    for moment, scene, used in uses:
        if used & words:
            if moment >= record.moment:
                after = scene
                break
            before = scene
    return after or before


def _fill(records: list[Record], homes: dict[int, str], uses: list[tuple[float, str, frozenset[str]]]) -> None:
    """Log-ins, and searches for what nobody uses, go with what their driver did next, or else with what any did."""
    for place, record in enumerate(records):
        if homes[record.n]:
            continue
        near = [
            r for r in records[place + 1 :] if r.engine == record.engine and homes[r.n] and r.moment - record.moment < 1
        ]
        later = [scene for moment, scene, _unused in uses if moment >= record.moment]
        homes[record.n] = homes[near[0].n] if near else (later or [CHAINS[0][0]])[0]
