# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting and paging."""

from __future__ import annotations

import itertools
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import xml
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.paging import pages
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.waits import intervals


def test_the_pauses_grow_to_a_limit() -> None:
    found = list(itertools.islice(intervals(0.3, 2.0, 2.0), 6))
    assert found == [0.3, 0.6, 1.2, 2.0, 2.0, 2.0]
    assert next(intervals(9.0, longest=5.0)) == 5.0


class Lists:
    """A collection of numbered entities that answers as the engine does; ``moves``: what a page call does to it."""

    def __init__(self, number: int, moves: t.Callable[[list[int], int], None] = lambda ids, call: None) -> None:
        self.ids = list(range(number))
        self.moves = moves
        self.asked: list[dict[str, str]] = []

    def get(self, path: str, *, query: t.Mapping[str, str], subject: str = "") -> t.Any:
        assert path in ("/vms", "/disks")
        self.asked.append(dict(query))
        words = query.get("search", "").split()
        number = int(words[-1]) if "page" in words else 1
        size = int(query.get("max", "100000"))
        found = self.ids[(number - 1) * size : number * size]
        self.moves(self.ids, len(self.asked))
        return xml.element("vms", *(xml.element("vm", id=str(one)) for one in found))


def read(lists: Lists, **more: t.Any) -> list[int]:
    return [int(xml.ident(node)) for node in pages(t.cast(t.Any, lists), "/vms", **more)]


@pytest.mark.parametrize(("number", "calls"), [(0, 1), (1, 1), (9, 1), (10, 2), (11, 2), (30, 4)])
def test_pages(number: int, calls: int) -> None:
    lists = Lists(number)
    assert read(lists, page_size=10) == list(range(number))
    assert len(lists.asked) == calls


def test_what_the_pages_ask() -> None:
    lists = Lists(11)
    read(lists, page_size=10, search="name=web*", follow="disk_attachments", query={"all_content": "true"})
    fixed = {"all_content": "true", "follow": "disk_attachments", "max": "10"}
    assert lists.asked == [{**fixed, "search": "name=web*"}, {**fixed, "search": "name=web* page 2"}]
    lists = Lists(11)
    read(lists, page_size=10)
    assert lists.asked == [{"max": "10"}, {"max": "10", "search": "page 2"}]


def test_a_list_that_grows_under_the_reader_is_whole_and_without_doubles() -> None:
    def grow(ids: list[int], call: int) -> None:
        if call == 1:
            ids.insert(0, 99)

    lists = Lists(25, grow)
    assert sorted(read(lists, page_size=10)) == [*range(25), 99]
    assert "max" not in lists.asked[-1]


def test_disks_are_read_in_one_piece() -> None:
    """The second page of disks is empty at a running engine, however many there are."""
    lists = Lists(2500)
    assert len(list(pages(t.cast(t.Any, lists), "/disks", search="status=ok"))) == 2500
    assert lists.asked == [{"search": "status=ok"}]


def test_an_engine_that_does_not_page() -> None:
    """For a filtered user ``max`` cuts in memory and the search is not looked at: the first page comes again."""

    class Unpaged(Lists):
        def get(self, path: str, *, query: t.Mapping[str, str], subject: str = "") -> t.Any:
            return super().get(path, query={name: query[name] for name in query if name == "max"})

    assert read(Unpaged(25), page_size=10) == list(range(25))
