# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for many connections: what they are about, what they make of it, how it is taken back."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_targets import targets
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.repoint import Undo, expand, rules, undo
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.connections import Connection
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from hypothesis import given
from hypothesis import strategies as st

WEB = Connection("1", "nfs", "nfs-a", "/exports/web")
DB = Connection("2", "nfs", "nfs-a", "/exports/db", nfs_timeo=600)
OTHER = Connection("3", "nfs", "nfs-c", "/exports/db")
SAN = Connection("4", "iscsi", "192.0.2.1", port=3260, target="iqn.a:san")


def rule(old: dict[str, t.Any], new: dict[str, t.Any], domains: list[str] | None = None) -> dict[str, t.Any]:
    return {"from": old, "to": new, "domains": domains}


def expanded(known: list[Connection], *options: dict[str, t.Any]) -> dict[str, dict[str, t.Any]]:
    return {wish.id: dict(wish.details) for wish in expand(rules(options), known, [], {})}


@pytest.mark.parametrize(
    ("option", "made"),
    [
        (rule({"address": "nfs-a"}, {"address": "nfs-b"}), {"1": {"address": "nfs-b"}, "2": {"address": "nfs-b"}}),
        (
            rule({"address": "nfs-a", "path": "/exports/*"}, {"address": "nfs-b", "path": "/vol_*/x"}),
            {"1": {"address": "nfs-b", "path": "/vol_web/x"}, "2": {"address": "nfs-b", "path": "/vol_db/x"}},
        ),
        (rule({"path": "/exports/db"}, {"nfs_timeo": 30}), {"2": {"nfs_timeo": 30}, "3": {"nfs_timeo": 30}}),
        (rule({"address": "192.0.2.*", "port": 3260}, {"address": "198.51.100.*"}), {"4": {"address": "198.51.100.1"}}),
        (rule({"type": "iscsi"}, {"port": 3261}), {"4": {"port": 3261}}),
        # As it says already: nothing else is left to do, and it is no error.
        (rule({"address": "nfs-x"}, {"address": "nfs-c"}), {"3": {"address": "nfs-c"}}),
    ],
)
def test_what_a_rule_makes(option: dict[str, t.Any], made: dict[str, dict[str, t.Any]]) -> None:
    assert expanded([WEB, DB, OTHER, SAN], option) == made


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([rule({}, {"address": "b"})], "'from' says nothing"),
        ([rule({"address": "a"}, {})], "'to' says nothing"),
        ([rule({"address": "a"}, {"address": ""})], "'to.address' must not be empty"),
        ([rule({"path": "/*/*"}, {"address": "b"})], "more than one star"),
        ([rule({"address": "a"}, {"path": "/x/*"})], "'from.path' has none to fill it from"),
        ([rule({"address": "a", "path": "/x"}, {"address": "a"})], "'to' is the same as 'from'"),
        ([rule({"address": "nowhere"}, {"address": "b"})], "no connection is as 'from' or as 'to' says"),
        (
            [rule({"address": "nfs-a"}, {"address": "b"}), rule({"path": "/exports/web"}, {"address": "c"})],
            "do not agree",
        ),
    ],
)
def test_rules_that_make_no_sense(options: list[dict[str, t.Any]], words: str) -> None:
    with pytest.raises(BadInput, match=words.replace("*", r"\*")):
        expanded([WEB, DB, OTHER, SAN], *options)


def test_two_rules_may_say_the_same() -> None:
    made = expanded([WEB], rule({"address": "nfs-a"}, {"address": "b"}), rule({"path": "*web"}, {"address": "b"}))
    assert made == {"1": {"address": "b"}}


NAMES = st.text("abcxyz-_./", min_size=1, max_size=8)


@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=6, unique=True), NAMES, NAMES)
def test_undone_and_done_again(places: list[tuple[str, str]], old: str, new: str) -> None:
    known = [Connection(str(number), "nfs", host, f"/{path}") for number, (host, path) in enumerate(places)]
    option = rule({"address": f"{old}*"}, {"address": f"{new}*"})
    if old == new or not any(item.address.startswith((old, new)) for item in known):
        return
    try:
        found = targets(expand(rules([option]), known, [], {}), known, [], {})
    except BadInput:
        return  # two would come to lie on one place, or share one
    after = {target.known.id: target.wanted for target in found if target.known}
    for entry in undo(found).connections:
        held = after[entry.pop("id")]
        assert entry == {name: getattr(known[int(held.id)], name) for name in entry}
        assert entry != {name: getattr(held, name) for name in entry}


def test_what_cannot_be_taken_back_is_named() -> None:
    wishes = expand(rules([rule({"path": "*"}, {"nfs_timeo": 30, "nfs_version": "v4"})]), [WEB, DB], [], {})
    made = undo(targets(wishes, [WEB, DB], [], {}))
    assert made == Undo(
        ({"id": "1", "nfs_version": "auto"}, {"id": "2", "nfs_timeo": 600, "nfs_version": "auto"}),
        ("nfs_timeo of nfs-a:/exports/web, which was not set",),
    )
