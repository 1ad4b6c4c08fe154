# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All recorded exchanges, played against the twin: it answers them as the engine did, but for the listed ones."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible_collections.ovirt_dr.storage.scripts.fidelity import report
from ansible_collections.ovirt_dr.storage.scripts.fidelity.dumps import replay_dumps
from ansible_collections.ovirt_dr.storage.scripts.fidelity.player import Outcome
from ansible_collections.ovirt_dr.storage.scripts.fidelity.reading import read
from ansible_collections.ovirt_dr.storage.scripts.fidelity.replay import replay
from ansible_collections.ovirt_dr.storage.scripts.fidelity.scenes import SCENES

EXCHANGES = 3534
SHARE = 0.98
"""How many of them must match at least, whatever is listed."""


@pytest.fixture(scope="module")
def outcomes(recordings: Callable[[str], object]) -> list[Outcome]:
    """One run of everything; with a fixed seed, so that a failure can be repeated."""
    return replay(seed=1)


def test_every_recorded_exchange_counts(outcomes: list[Outcome]) -> None:
    assert len({(outcome.record.scene, outcome.record.n) for outcome in outcomes}) == len(outcomes) == EXCHANGES
    assert sum(len(read(scene)) for scene in SCENES) == EXCHANGES


@pytest.mark.parametrize("scene", SCENES)
def test_scene_differs_only_where_that_is_listed(outcomes: list[Outcome], scene: str) -> None:
    mine = [outcome for outcome in outcomes if outcome.record.scene == scene]
    listed = {n for name, n in report.known() if name == scene}
    unlisted = [outcome for outcome in mine if outcome.differences and outcome.record.n not in listed]
    assert not unlisted, "\n".join(line for outcome in unlisted[:9] for line in report.shown(outcome))
    assert not listed - {outcome.record.n for outcome in mine if outcome.differences}, "they match, and are listed"


def test_share_that_matches(outcomes: list[Outcome]) -> None:
    assert sum(not outcome.differences for outcome in outcomes) / len(outcomes) >= SHARE


DUMPS = {"10-drill-estate-engine1": 339, "10-drill-estate-engine2": 73}
"""How many reads of a dump match at least; what is left is the inside of one snapshot that no dump tells."""


def test_dumps_are_told_again_by_the_estate_made_of_them(recordings: Callable[[str], object]) -> None:
    found = replay_dumps()
    for dump, least in DUMPS.items():
        differing = [outcome for outcome in found if outcome.record.scene == dump and outcome.differences]
        same = sum(outcome.record.scene == dump for outcome in found) - len(differing)
        assert same >= least, "\n".join(line for outcome in differing[:9] for line in report.shown(outcome))


def test_every_listed_difference_has_a_reason_and_a_record() -> None:
    for (scene, n), reason in report.known().items():
        assert scene in SCENES
        assert n > 0
        assert reason.strip()
