# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All recorded exchanges, played against the twin: which of them it answers as the engine did."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible_collections.ovirt_dr.storage.scripts.fidelity.player import Outcome
from ansible_collections.ovirt_dr.storage.scripts.fidelity.replay import replay
from ansible_collections.ovirt_dr.storage.scripts.fidelity.scenes import SCENES

FLOORS = {"00-setup": 195, "01-auth": 128}
"""How many exchanges of a scene match at least."""


@pytest.fixture(scope="module")
def outcomes(recordings: Callable[[str], object]) -> list[Outcome]:
    """One run of everything, with a fixed seed so that a failure can be repeated."""
    return replay(seed=1)


@pytest.mark.parametrize("scene", SCENES)
def test_scene(outcomes: list[Outcome], scene: str) -> None:
    mine = [outcome for outcome in outcomes if outcome.record.scene == scene]
    assert mine
    assert sum(not outcome.differences for outcome in mine) >= FLOORS.get(scene, 0)
