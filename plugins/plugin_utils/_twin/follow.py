# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes members of collections, with what ``follow`` wants inside them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.render import (
    Writer,
    write_collection,
    write_entity,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import (
    API,
    COLLECTION_OF,
    REFERENCES,
    SHAPES,
    VARIANTS,
    Shape,
    plural_of,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.sources import SOURCES
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import (
    Member,
    home,
)

Tree = dict[str, Any]

UNFOLLOWED = frozenset({"hosts/storage", "vms/snapshots/disks"})
"""Links that an engine never follows, whatever lies behind them: seen at a running engine, 06 #137."""
WITHIN = {"hosts/nics": "nics"}
"""Wrappers that are called otherwise inside their owner than in an answer of their own (08a, hosts with follow)."""


class Unfollowable(Exception):
    """A name in ``follow`` that leads nowhere: the whole request fails (findings, 1)."""

    def __init__(self, name: str, holder: str) -> None:
        super().__init__(f"{name} of {holder}")
        self.name, self.holder = name, holder

    def words(self, text: str) -> str:
        """What the engine says, with the name as it stands in a ``follow`` parameter."""
        given = (name.strip() for path in text.split(",") for name in path.split("."))
        raw = next((name for name in given if _plain(name) == self.name), self.name)
        model = "".join(part.capitalize() for part in self.holder.split("_"))
        return f"Problem following '{raw}' link in {model} entity."


def follow_tree(text: str) -> Tree:
    """``a,b.c`` as a tree of names, without underscores, lower case."""
    tree: Tree = {}
    for path in filter(None, text.split(",")):
        node = tree
        for name in path.split("."):
            node = node.setdefault(_plain(name), {})
    return tree


def _plain(name: str) -> str:
    return name.strip().replace("_", "").lower()


def check_follow(path: str, plural: str, tree: Tree, members: list[Member]) -> None:
    """A name that no member of a kind could have fails an empty list too (01 #58). Raises Unfollowable."""
    shape = SHAPES.get(path)
    if shape is None or members:
        return
    known = {_plain(name) for name in (*shape.links, *REFERENCES)}
    for name in tree:
        if name not in known:
            raise Unfollowable(name, plural)


def member_writer(site: Site, member: Member, tree: Tree, ids: tuple[str, ...] = (), *, alone: bool = False) -> Writer:
    """A writer for one member, with what ``follow`` asks for written inside. Raises Unfollowable.

    ``alone``: it is the answer, not one of a list."""
    base, shape = VARIANTS.get(member.shape) or (member.shape, SHAPES.get(member.shape) or _bare_shape(member.shape))
    entity = member.entity
    if tree:
        inlined = _inlined(site, member, shape, tree, base, alone=alone)
        return lambda out, depth: write_entity(out, depth, shape, member.data, member.href, inlined)
    data = _addressed(site, member.data)
    if entity is None:
        return lambda out, depth: write_entity(out, depth, shape, data, member.href)

    def write(out: list[str], depth: int) -> None:
        text = entity.cache.get(depth)
        if text is None:
            lines: list[str] = []
            write_entity(lines, depth, shape, data, member.href)
            text = entity.cache[depth] = "".join(lines)
        out.append(text)

    return write


def _bare_shape(path: str) -> Shape:
    leaf = path.rpartition("/")[2]
    singular = {"permissions": "permission", "nics": "host_nic", "networkattachments": "network_attachment"}.get(
        leaf, leaf.rstrip("s")
    )
    return Shape(singular, leaf)


def _addressed(site: Site, data: Any) -> Any:
    """A disk's quota is addressed through its data center, which only the quota knows."""
    quota = data.get("quota")
    if isinstance(quota, dict) and "storage_type" in data and "data_center" not in quota:
        known_quota = site.get("quota", quota.get("id", ""))
        if known_quota is not None:
            address = f"{API}/datacenters/{known_quota.ref('data_center')}/quotas/{known_quota.id}"
            return {**data, "quota": {**quota, "href": address}}
    return data


def _inlined(
    site: Site, member: Member, shape: Shape, tree: Tree, base: str, *, alone: bool = False
) -> dict[str, Writer]:
    found: dict[str, Writer] = {}
    ids = tuple(part for part in member.href.removeprefix(API + "/").split("/")[1::2])
    for name, below in tree.items():
        link = next((link for link in shape.links if _plain(link) == name), None)
        if link is not None:
            found.update(_inlined_link(site, f"{base}/{link}", ids, below, shape.plural, alone=alone))
            continue
        key = next((key for key in member.data if _plain(key) == name), None)
        found[str(key)] = _inlined_reference(site, name, str(key), member.data.get(key or ""), below, shape.plural)
    return found


def _inlined_link(
    site: Site, path: str, ids: tuple[str, ...], below: Tree, holder: str, *, alone: bool
) -> dict[str, Writer]:
    if path in UNFOLLOWED:
        raise Unfollowable(_plain(path.rpartition("/")[2]), holder)
    plural = WITHIN.get(path) or plural_of(path)
    children: Iterable[Member] = SOURCES[path](site, ids) if path in SOURCES else ()
    if path == "vms/snapshots" and not alone:
        children = [Member({**child.data, "vm": {"id": ids[0]}}, child.href, path) for child in children]
    writers = [member_writer(site, child, below, ids) for child in children]
    return {plural: lambda out, depth: write_collection(out, depth, plural, writers)}


def _inlined_reference(site: Site, name: str, key: str, held: Any, below: Tree, holder: str) -> Writer:
    if not isinstance(held, dict) or "id" not in held or key not in REFERENCES:
        raise Unfollowable(name, holder)
    tag = key if key in COLLECTION_OF else {path: t for t, path in COLLECTION_OF.items()}.get(REFERENCES[key], "")
    entity = site.get(tag, held["id"]) if tag in site.tables else None
    if entity is None or entity.id in site.doubled:
        raise Unfollowable(name, holder)
    shape = SHAPES[COLLECTION_OF[tag]]
    member = home(entity)
    inlined = _inlined(site, member, shape, below, member.shape)
    renamed = Shape(key, shape.plural, shape.actions, shape.links)
    data = _addressed(site, entity.data)
    return lambda out, depth: write_entity(out, depth, renamed, data, member.href, inlined)
