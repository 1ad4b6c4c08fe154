# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading collections as data together with what belongs to their members, in few requests.

``follow`` writes sub-collections into the list of their owners. Whenever one of them cannot be followed for one member,
the engine answers the whole request with 500 and an HTML page (findings 1, Protocol). Then every sub-collection is
followed by itself, and one that still fails is read member by member, so that only what is broken is left out.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.data import (
    Record,
    inside,
    members,
    to_data,
    without,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Fault
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.paging import pages

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client

X = t.TypeVar("X")
Y = t.TypeVar("Y")

CANNOT_FOLLOW = 500
PAGE_SIZE = 500
"""Members per request where the engine can page. It needs about 10 ms for a VM with seven sub-collections."""


@dataclass(frozen=True)
class Part:
    """A sub-collection: its link, the key of a record under which its members stand, and the tag of a member."""

    link: str
    key: str
    tag: str


class Reader:
    """Reads one engine. ``left_out`` collects a sentence for everything that could not be read."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.left_out: list[str] = []

    def collection(self, name: str, *, paged: bool = False, follow: str = "") -> list[Record]:
        """The members of a top level collection."""
        if paged:
            nodes = pages(self.client, f"/{name}", follow=follow, page_size=PAGE_SIZE)
            return [to_data(node) for node in nodes]
        return members(self.client.get(f"/{name}", query={"follow": follow} if follow else None, subject=name))

    def with_parts(self, name: str, parts: Sequence[Part], *, paged: bool = False) -> list[Record]:
        """The members of a top level collection, each with the members of these sub-collections as lists.

        A member that is gone before all of it was read is left out.
        """
        try:
            found = self.collection(name, paged=paged, follow=",".join(part.link for part in parts))
        except Fault as error:
            if error.status != CANNOT_FOLLOW:
                raise
            return self._piece_by_piece(name, parts, paged)
        return [{**record, **{part.key: inside(record, part.key, part.tag) for part in parts}} for record in found]

    def below(self, name: str, record: Record, part: Part) -> list[Record] | None:
        """A sub-collection of one member; None if the member is gone. A refusal is noted, the list is empty then."""
        path = f"/{name}/{record['id']}/{part.link}"
        try:
            return members(self.client.get(path, subject=title(name, record)))
        except Fault as error:
            if error.status == 404 and not self.exists(name, record):
                return None
            self.tell(f"{title(name, record)}: {part.key} could not be read ({words(error)})")
            return []

    def exists(self, name: str, record: Record) -> bool:
        """Whether a member is still there."""
        try:
            self.client.get(f"/{name}/{record['id']}", subject=title(name, record))
        except Fault as error:
            if error.status == 404:
                return False
            raise
        return True

    def each(self, work: Callable[[X], Y], items: Iterable[X]) -> list[Y]:
        """The results of ``work`` in the order of the items, as many at once as the client may."""
        asked = list(items)
        if not asked:
            return []
        with ThreadPoolExecutor(max_workers=min(self.client.concurrency, len(asked))) as pool:
            return list(pool.map(work, asked))

    def tell(self, sentence: str) -> None:
        """Note something that the result does not hold."""
        self.left_out.append(sentence)

    def tell_gone(self, name: str, record: Record) -> None:
        """Note a member that went away while it was read."""
        self.tell(f"{title(name, record)} is not in it: it went away while it was read")

    def _piece_by_piece(self, name: str, parts: Sequence[Part], paged: bool) -> list[Record]:
        found = self.collection(name, paged=paged)
        whole = {record["id"]: {**record, **{part.key: [] for part in parts}} for record in found}
        gone: set[str] = set()
        for part in parts:
            for identity, held in self._one_part(name, found, part, paged).items():
                if held is None:
                    gone.add(identity)
                elif identity in whole:
                    whole[identity][part.key] = held
        # The sub-collections of what is gone are empty lists, not refusals (findings 1); only the list tells.
        gone |= whole.keys() - {record["id"] for record in self.collection(name, paged=paged)}
        for record in found:
            if record["id"] in gone:
                self.tell_gone(name, record)
        return [record for identity, record in whole.items() if identity not in gone]

    def _one_part(self, name: str, found: list[Record], part: Part, paged: bool) -> dict[str, list[Record] | None]:
        try:
            followed = self.collection(name, paged=paged, follow=part.link)
        except Fault as error:
            if error.status != CANNOT_FOLLOW:
                raise
            held = self.each(lambda record: self.below(name, record, part), found)
            return {record["id"]: below for record, below in zip(found, held, strict=True)}
        return {record["id"]: inside(record, part.key, part.tag) for record in followed}


def title(name: str, record: Record) -> str:
    """How a member of a collection is called in a sentence."""
    kind = {"vms": "VM", "storagedomains": "storage domain", "datacenters": "data center"}.get(name, name.rstrip("s"))
    return f"{kind} {record.get('name') or record.get('alias') or record.get('id')}"


def words(error: Fault) -> str:
    """What the engine said, without the address and the advice that an error text has besides."""
    said = error.detail or error.reason
    return f"{error.status}: {said[:200]}" if said else str(error.status)


def less(records: Iterable[Record], *keys: str) -> list[Record]:
    """Members without the reference to their owner."""
    return [without(record, *keys) for record in records]
