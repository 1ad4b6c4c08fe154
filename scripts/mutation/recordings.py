# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The replay of the recordings as one long case, in which every exchange is judged where it stands.

Before an exchange the process forks. The copy waits until it is known which places the exchange comes by, and forks
once more for each of them: the same world, the same moment, one place switched off. So thousands of exchanges are
played once."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from collections.abc import Container
from functools import partial
from random import Random

from ansible_collections.ovirt_dr.storage.scripts.fidelity.player import Outcome, Player
from ansible_collections.ovirt_dr.storage.scripts.fidelity.reading import Record
from ansible_collections.ovirt_dr.storage.scripts.fidelity.replay import elsewhere
from ansible_collections.ovirt_dr.storage.scripts.fidelity.scenes import plays, whole

from . import switch
from .judge import Verdict

TRIES = 6
"""Exchanges at which a place is tried: where its refusal is not noticed at so many, it is not noticed."""
SLOWEST = 60
DIFFERS = 3


def judge_by_replay(verdict: Verdict, seed: int) -> int:
    """Plays all recordings; returns how many exchanges match. Raises NoRecordings."""
    scenes, random, matching = whole(), Random(seed), 0
    tried: Counter[int] = Counter()
    for play in plays(scenes):
        player = Player(random.randrange(10**9), elsewhere(scenes, play))
        try:
            outcomes = player.play(play, partial(_judged, verdict, tried, player, play.compared))
        finally:
            player.close()
        matching += sum(not outcome.differences for outcome in outcomes)
    return matching


def _judged(
    verdict: Verdict,
    tried: Counter[int],
    player: Player,
    compared: Container[tuple[str, int]],
    record: Record,
    moment: float,
) -> Outcome:
    """Plays an exchange, and plays it without each place that it comes by."""
    if (record.scene, record.n) not in compared or not verdict.open:
        return player.one(record, moment)
    order, results = os.pipe(), os.pipe()
    copy = os.fork()
    if copy == 0:
        _copy(player, record, moment, order, results)
    os.close(order[0])
    os.close(results[1])
    switch.PASSED.clear()
    outcome = player.one(record, moment)
    passed = frozenset(switch.PASSED)
    verdict.passed |= passed
    numbers = [n for n in sorted(passed & verdict.open) if not outcome.differences and tried[n] < TRIES]
    tried.update(numbers)
    with os.fdopen(order[1], "w") as told, os.fdopen(results[0]) as heard:
        told.write(json.dumps(numbers))
        told.close()
        caught = json.loads(heard.read() or "[]")
    os.waitpid(copy, 0)
    verdict.caught.update(dict.fromkeys(caught, f"{record.scene} #{record.n}"))
    return outcome


def _copy(player: Player, record: Record, moment: float, order: tuple[int, int], results: tuple[int, int]) -> None:
    """What the copy of the process does; it never returns."""
    code = 1
    try:
        os.close(order[1])
        with os.fdopen(order[0]) as heard:
            numbers: list[int] = json.loads(heard.read() or "[]")
        caught = [number for number in numbers if _differs(player, record, moment, number)]
        with os.fdopen(results[1], "w") as told:
            told.write(json.dumps(caught))
        code = 0
    finally:
        os._exit(code)


def _differs(player: Player, record: Record, moment: float, number: int) -> bool:
    """Whether the exchange goes another way without a place; tried in a process of its own. One that does not end, or
    breaks, does."""
    trial = os.fork()
    if trial == 0:
        code = DIFFERS
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(SLOWEST)
            switch.OFF.add(number)
            player.reconnect()
            code = DIFFERS if player.one(record, moment).differences else 0
        finally:
            os._exit(code)
    _pid, status = os.waitpid(trial, 0)
    return status != 0
