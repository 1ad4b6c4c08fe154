# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding one by name or id: what is ambiguous is an error that lists the candidates."""

from __future__ import annotations

import fnmatch

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Ambiguous, NotFound
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import is_pattern, label, matching, one
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Named
from hypothesis import given, settings
from hypothesis import strategies as st

RECORDS = [Named("1", "web01"), Named("2", "web02"), Named("3", "twice"), Named("4", "twice"), Named("web01", "odd")]


@pytest.mark.parametrize(("asked", "expected"), [("2", "2"), ("web02", "2"), ("web01", "web01"), ("*d", "web01")])
def test_the_one_that_is_meant(asked, expected):
    assert one(RECORDS, asked, kind="VM", place="the engine").id == expected


def test_an_ambiguous_name_lists_the_candidates():
    with pytest.raises(Ambiguous) as refusal:
        one(RECORDS, "twice", kind="cluster", place="the engine")
    assert str(refusal.value) == (
        "cluster 'twice' could be any of 2: twice (3), twice (4). Give the id of the one that is meant."
    )
    assert refusal.value.failure()["candidates"] == ["twice (3)", "twice (4)"]


@pytest.mark.parametrize("asked", ["", "WEB01", "web", "x*"])
def test_one_that_is_nowhere_is_told_with_the_place(asked):
    with pytest.raises(NotFound) as refusal:
        one(RECORDS, asked, kind="host", place="data center Recovery")
    assert str(refusal.value) == (
        f"There is no host '{asked}' in data center Recovery. Check the spelling, the id, and which engine was asked."
    )


@pytest.mark.parametrize(
    ("asked", "expected"), [("web*", True), ("web0?", True), ("web[12]", True), ("web-01", False), ("a]b", False)]
)
def test_what_a_pattern_is(asked, expected):
    assert is_pattern(asked) is expected


names = st.text(alphabet="ab1", min_size=1, max_size=2)


@given(st.lists(names), st.one_of(names, st.sampled_from(["*", "a?", "[ab]*"])))
@settings(max_examples=200, deadline=None)
def test_one_never_guesses(called, asked):
    records = [Named(str(number), name) for number, name in enumerate(called)]
    found = matching(records, asked)
    by_id = [record for record in records if record.id == asked]
    assert found == (by_id or [record for record in records if fnmatch.fnmatchcase(record.name, asked)])
    if len(found) == 1:
        assert one(iter(records), asked, kind="VM", place="here") is found[0]
    elif found:
        with pytest.raises(Ambiguous) as refusal:
            one(records, asked, kind="VM", place="here")
        assert refusal.value.candidates == tuple(label(record) for record in found)
    else:
        with pytest.raises(NotFound):
            one(records, asked, kind="VM", place="here")
