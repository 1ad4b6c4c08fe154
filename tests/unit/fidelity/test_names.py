# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Made-up names in place of recorded ones, and ids paired one by one."""

from __future__ import annotations

import uuid

import pytest
from ansible_collections.ovirt_dr.storage.scripts.fidelity.ids import Pairs
from ansible_collections.ovirt_dr.storage.scripts.fidelity.names import Disguise
from hypothesis import given
from hypothesis import strategies as st

ONE, TWO, THREE = (str(uuid.UUID(int=n)) for n in (1, 2, 3))
LUN = "3600144f0a1b2c3d4e5f60718293a4b5c"


@pytest.mark.parametrize(
    "recorded",
    [
        "rec_web",
        "<name>peer_vmb</name>",
        "nfs.rec",
        "/rec/m1",
        "127.0.0.60",
        "a.example",
        LUN,
        "iqn.2026-01.example.rec:x",
        "diskalias='rec dx luna'",
    ],
)
def test_no_recorded_name_is_left(recorded: str) -> None:
    other = Disguise(7).text(recorded)
    assert other != recorded
    assert not any(word in other for word in ("rec_", "rec dx", "peer_", ".rec", "/rec/", "127.0.0.", ".example", LUN))
    assert other == Disguise(7).text(recorded) != Disguise(8).text(recorded)


@pytest.mark.parametrize(
    "plain", ["Default", "http://engine1.example/ovirt-engine", "record", "recorded_x", "Blank", "rec x"]
)
def test_everything_else_stays(plain: str) -> None:
    assert Disguise(7).text(plain) == plain


def test_a_search_in_an_address_is_made_up_too_and_stays_encoded() -> None:
    path = Disguise(7).path("/ovirt-engine/api/vms?search=name%3Drec_*%20sortby%20name&max=3")
    made = Disguise(7).text("rec_*")
    assert path == f"/ovirt-engine/api/vms?search=name%3D{made}%20sortby%20name&max=3"


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=12), st.integers(0, 99))
def test_different_names_stay_different(name: str, seed: int) -> None:
    disguise = Disguise(seed)
    assert disguise.text(f"rec_{name}") != disguise.text(f"rec_{name}x")
    assert disguise.text(f"rec_{name}x").startswith(disguise.text(f"rec_{name}"))


@given(st.lists(st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=12)), st.integers(0, 99))
def test_names_stay_in_order(names: list[str], seed: int) -> None:
    disguise = Disguise(seed)
    plain = sorted(f"rec_{name}" for name in names)
    assert [disguise.text(name) for name in plain] == sorted(disguise.text(name) for name in plain)


def test_a_name_inside_a_fault_has_spaces() -> None:
    disguise = Disguise(7)
    assert disguise.text("='rec dx luna'") == f"='{disguise.text('rec_dx').replace('_', ' ')} luna'"


def test_a_lun_in_capitals_is_the_same_lun() -> None:
    disguise = Disguise(7)
    assert disguise.text(LUN.upper()) == disguise.text(LUN).upper()


def test_a_pair_stays_a_pair() -> None:
    pairs = Pairs()
    assert pairs.pair(ONE, TWO)
    assert pairs.pair(ONE, TWO)
    assert not pairs.pair(ONE, THREE)
    assert not pairs.pair(THREE, TWO)
    assert pairs.translate(f"/vms/{ONE}/{THREE}") == f"/vms/{TWO}/{THREE}"


def test_a_draft_changes_nothing_until_it_is_kept() -> None:
    pairs = Pairs()
    draft = pairs.draft()
    assert draft.pair(ONE, TWO)
    assert pairs.ours(ONE) is None
    draft.keep()
    assert (pairs.ours(ONE), pairs.theirs(TWO)) == (TWO, ONE)


@pytest.mark.parametrize(
    ("theirs", "ours", "same"),
    [
        ("plain", "plain", True),
        ("plain", "other", False),
        (f"/vms/{ONE}", f"/vms/{TWO}", True),
        (f"/vms/{ONE}", f"/disks/{TWO}", False),
        (f"{ONE} {ONE}", f"{TWO} {THREE}", False),
        (f"{ONE} {TWO}", f"{THREE} {THREE}", False),
        ("00:1a:4a:16:01:51", "56:6f:0d:8a:00:03", True),
    ],
)
def test_texts_are_the_same_but_for_ids(theirs: str, ours: str, same: bool) -> None:
    assert Pairs().same(theirs, ours) is same
