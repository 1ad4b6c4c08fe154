# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order in which scenes are played."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.scripts.fidelity.reading import Record
from ansible_collections.ovirt_dr.storage.scripts.fidelity.scenes import CHAINS, SCENES, SETUP, plays


def exchange(scene: str, n: int, moment: float, path: str, method: str = "GET") -> Record:
    return Record(scene, n, 1, moment, 0.1, method, f"/ovirt-engine/api{path}", "Bearer", {}, "", 200, {}, "", moment)


def scenes() -> dict[str, list[Record]]:
    """Every scene with one exchange a second, and a setup whose last search is for what scene 07 uses next."""
    found = {
        scene: [exchange(scene, n, 100 * place + n, f"/vms?search=name%3Drec_s{place}") for n in (1, 2)]
        for place, scene in enumerate(SCENES)
        if scene != SETUP
    }
    wanted = found["07-dr"][0]
    search = exchange(SETUP, 60, wanted.moment - 0.5, wanted.path.removeprefix("/ovirt-engine/api"))
    return {SETUP: [exchange(SETUP, 1, 0, "/datacenters", "POST"), search], **found}


def test_every_exchange_is_compared_once() -> None:
    compared = [key for play in plays(scenes()) for key in play.compared]
    assert len(compared) == len(set(compared)) == sum(map(len, scenes().values()))


def test_a_chain_is_played_in_the_order_of_the_recording_after_the_setup() -> None:
    for play, chain in zip(plays(scenes()), CHAINS, strict=True):
        moments = [record.moment for record in play.timeline]
        assert moments == sorted(moments)
        assert (play.timeline[0].scene, play.timeline[0].n) == (SETUP, 1)
        assert {scene for scene, _n in play.compared} - {SETUP} == set(chain)


def test_a_search_of_the_setup_goes_with_the_scene_that_uses_what_it_found() -> None:
    homes = [play for play in plays(scenes()) if (SETUP, 60) in play.compared]
    assert [{scene for scene, _n in play.compared} >= {"07-dr"} for play in homes] == [True]


def test_one_scene_is_played_after_what_it_needs_and_compared_alone() -> None:
    (play,) = plays(scenes(), "04c-register-second-round")
    assert {scene for scene, _n in play.compared} == {"04c-register-second-round"}
    assert "04a-unregistered-build" in {record.scene for record in play.timeline}
    assert "05-placement" not in {record.scene for record in play.timeline}
