# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Choosing by name, id or pattern: never a guess."""

from __future__ import annotations

import fnmatch

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.select import Index, left_out, select
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Ambiguous
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Named
from hypothesis import given, settings
from hypothesis import strategies as st

RECORDS = [Named("1", "web01"), Named("2", "web02"), Named("3", "db01"), Named("db01", "odd")]


@pytest.mark.parametrize(
    ("asked", "exclude", "chosen", "unmatched"),
    [
        (["web01"], [], ["1"], []),
        (["2"], [], ["2"], []),
        (["web*"], [], ["1", "2"], []),
        (["web0[2]", "web01"], [], ["2", "1"], []),
        (["web0?"], ["web01"], ["2"], []),
        (["web0?"], ["2"], ["1"], []),
        (["*"], ["web*"], ["3", "db01"], []),
        (["web01", "1", "web*"], [], ["1", "2"], []),
        (["db01"], [], ["db01"], []),
        (["WEB01", "x*", "9"], [], [], ["WEB01", "x*", "9"]),
        (["web01"], ["web01"], [], []),
        ([], [], [], []),
    ],
)
def test_what_is_chosen(asked, exclude, chosen, unmatched):
    selection = select(RECORDS, asked, exclude=exclude, kind="VM")
    assert ([record.id for record in selection.chosen], list(selection.unmatched)) == (chosen, unmatched)


def test_an_ambiguous_name_lists_the_candidates_with_their_ids():
    with pytest.raises(Ambiguous) as refusal:
        select([Named("1", "web"), Named("2", "web")], ["web"], kind="unregistered VM")
    assert str(refusal.value) == (
        "unregistered VM 'web' could be any of 2: web (1), web (2). Give the id of the one that is meant."
    )


@pytest.mark.parametrize(
    ("selector", "exclude", "expected"),
    [("web01", ["web01"], True), ("web01", ["web*"], True), ("web01", ["db*", "web0"], False), ("web01", [], False)],
)
def test_a_name_that_met_nothing_may_be_left_out_all_the_same(selector, exclude, expected):
    assert left_out(selector, exclude) is expected


names = st.text(alphabet="ab", min_size=1, max_size=2)
selectors = st.one_of(names, st.sampled_from(["*", "a*", "?", "[ab]b", "0", "1", "2", "zz"]))


@given(st.lists(names, max_size=6), st.lists(selectors, max_size=4), st.lists(selectors, max_size=2))
@settings(max_examples=300, deadline=None)
def test_select_never_guesses(given_names, asked, exclude):
    records = [Named(str(number), name) for number, name in enumerate(given_names)]

    def met(selector):
        by_id = [record for record in records if record.id == selector]
        return by_id or [record for record in records if fnmatch.fnmatchcase(record.name, selector)]

    left = {record.id for selector in exclude for record in met(selector)}
    expected = {record.id for selector in asked for record in met(selector)} - left
    held = [record for record in records if record.id in expected]
    doubles = {record.name for record in held if [one.name for one in held].count(record.name) > 1}
    if not doubles:
        assert {record.id for record in select(records, asked, exclude=exclude, kind="VM").chosen} == expected
    else:
        with pytest.raises(Ambiguous) as refusal:
            select(records, asked, exclude=exclude, kind="VM")
        (name,) = doubles & {refusal.value.asked}
        listed = {f"{name} ({record.id})" for record in held if record.name == name}
        assert len(refusal.value.candidates) >= 2
        assert set(refusal.value.candidates) <= listed
    shared = select(records, asked, exclude=exclude, kind="template", shared_names=True)
    assert {record.id for record in shared.chosen} == expected
    assert list(shared.unmatched) == [selector for selector in asked if not met(selector)]


def test_an_index_answers_as_the_plain_search_does():
    index = Index(RECORDS)
    assert [record.id for record in index.find("web0*")] == ["1", "2"]
    assert [record.id for record in index.find("db01")] == ["db01"]
    assert index.find("nothing") == []
