# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers every GET: collections with search, max and follow, members, and the API root."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals, search
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.render import (
    Writer,
    document,
    write_collection,
    write_entity,
    write_value,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import UUID, Answer, Request
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import (
    API,
    COLLECTION_OF,
    PLURALS,
    REFERENCES,
    SHAPES,
    Shape,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import BLANK, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.sources import (
    SOURCES,
    UNREGISTERED,
    Member,
    home,
    nothing,
    with_configuration,
)

_NO_SQL = (
    "statementcallback; bad sql grammar [select * from (select * from job where ( job id in (select distinct "
    "job.job id "
    "from  job   where  (  ) ))  order by start time asc) as t1 offset (1 -1) limit 2147483647]"
)
_TOP_LINKS = [
    "clusters",
    "datacenters",
    "events",
    "hosts",
    "networks",
    "roles",
    "storagedomains",
    "tags",
    "bookmarks",
    "icons",
    "templates",
    "instancetypes",
    "users",
    "groups",
    "domains",
    "vmpools",
    "vms",
    "disks",
    "jobs",
    "storageconnections",
    "vnicprofiles",
    "diskprofiles",
    "cpuprofiles",
    "schedulingpolicyunits",
    "schedulingpolicies",
    "permissions",
    "macpools",
    "networkfilters",
    "operatingsystems",
    "externalhostproviders",
    "openstackimageproviders",
    "openstackvolumeproviders",
    "openstacknetworkproviders",
    "katelloerrata",
    "affinitylabels",
    "clusterlevels",
    "imagetransfers",
    "externalvmimports",
    "externaltemplateimports",
]
Tree = dict[str, Any]


class Unfollowable(Exception):
    """A name in ``follow`` that leads nowhere: the whole request fails (findings, 1)."""


def answer(site: Site, request: Request) -> Answer:
    """The answer to a GET. Raises Refusal."""
    if not request.segments:
        return Answer(200, _root(site))
    if not known(request.shape):
        raise refusals.no_resource(request.host, request.path)
    if len(request.segments) % 2 == 0:
        return _member(site, request)
    return _collection(site, request)


def known(shape: str) -> bool:
    """Whether a collection exists at this path (ids left out): in the tables, or as a link of its holder."""
    if shape in SHAPES:
        return True
    parent, _, leaf = shape.rpartition("/")
    holder = SHAPES.get(parent)
    return shape in SOURCES or (holder is not None and leaf in holder.links)


def _well_formed(request: Request) -> bool:
    last = request.segments[:2]
    return last[0] in ("domains", "options", "events") or len(last) < 2 or bool(UUID.fullmatch(last[1]))


def _collection(site: Site, request: Request) -> Answer:
    if not _well_formed(request):
        raise refusals.empty(404)
    path = request.shape
    loose = request.flag("unregistered") and path in UNREGISTERED
    shape = SHAPES.get(path)
    plural = shape.plural if shape else PLURALS.get(path.rpartition("/")[2], path.rpartition("/")[2])
    members = list((UNREGISTERED if loose else SOURCES).get(path, nothing)(site, request.ids))
    members = _limited(site, request, shape, members, plain=loose)
    tree = follow_tree(request.params.get("follow", ""))
    if tree and loose:
        raise _follow_failed(request)
    try:
        writers = [member_writer(site, member, tree, request.ids) for member in members]
    except Unfollowable:
        raise _follow_failed(request) from None
    return Answer(200, document(lambda out, depth: write_collection(out, depth, plural, writers)), count=len(members))


def _follow_failed(request: Request) -> refusals.Refusal:
    words = "java.lang.RuntimeException: org.jboss.resteasy.spi.UnhandledException: java.lang.IllegalStateException"
    return refusals.stack_trace(request.path, request.query, words)


def _limited(site: Site, request: Request, shape: Shape | None, members: list[Member], *, plain: bool) -> list[Member]:
    text = request.params.get("max", "")
    most = int(text) if text.lstrip("-").isdigit() else None
    if most is not None and most < 0 and shape is not None and shape.search and "/" not in request.shape:
        raise refusals.text(400, f"illegal max count value for query : {most}")
    page = 1
    if shape is not None and shape.search and "/" not in request.shape and not plain:
        if "search" in request.params:
            members, page = _searched(site, request, shape, members)
        elif request.shape in ("vms", "hosts", "storagedomains", "templates"):
            members = sorted(members, key=lambda member: str(member.data.get("name", "")).lower())
        if request.shape == "events" and request.params.get("from", "").isdigit():
            members = [m for m in members if int(m.data["id"]) > int(request.params["from"])]
    if most is None or most < 0:
        return members if page == 1 else []
    return members[(page - 1) * most : page * most]


def _searched(site: Site, request: Request, shape: Shape, members: list[Member]) -> tuple[list[Member], int]:
    try:
        wanted = search.parse(shape.tag, request.params["search"], case_sensitive=request.flag("case_sensitive"))
    except search.Unsearchable:
        if shape.tag == "job":
            raise refusals.text(400, _NO_SQL) from None
        return [], 1
    entities = site.tables.get(shape.tag, {})
    test = wanted.test
    if test is not None:
        members = [member for member in members if test(site, entities[member.data["id"]])]
    if wanted.sort or shape.tag not in ("event", "job"):
        read = search.FIELDS[shape.tag].get(wanted.sort or "name", search.FIELDS[shape.tag].get("id"))
        if read is not None:
            members = sorted(
                members, key=lambda m: read(site, entities[m.data["id"]]).lower(), reverse=wanted.descending
            )
    return members, wanted.page


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


def member_writer(site: Site, member: Member, tree: Tree, ids: tuple[str, ...] = ()) -> Writer:
    """A writer for one member, with what ``follow`` asks for written inside. Raises Unfollowable."""
    shape = SHAPES.get(member.shape) or _bare_shape(member.shape)
    entity = member.entity
    if tree:
        inlined = _inlined(site, member, shape, tree)
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
    if isinstance(quota, dict) and "storage_type" in data:
        known_quota = site.get("quota", quota.get("id", ""))
        if known_quota is not None:
            address = f"{API}/datacenters/{known_quota.ref('data_center')}/quotas/{known_quota.id}"
            return {**data, "quota": {**quota, "href": address}}
    return data


def _inlined(site: Site, member: Member, shape: Shape, tree: Tree) -> dict[str, Writer]:
    found: dict[str, Writer] = {}
    ids = tuple(part for part in member.href.removeprefix(API + "/").split("/")[1::2])
    for name, below in tree.items():
        link = next((link for link in shape.links if _plain(link) == name), None)
        if link is not None:
            found.update(_inlined_link(site, f"{member.shape}/{link}", ids, below))
            continue
        key = next((key for key in member.data if _plain(key) == name), None)
        found[str(key)] = _inlined_reference(site, str(key), member.data.get(key or ""), below)
    return found


def _inlined_link(site: Site, path: str, ids: tuple[str, ...], below: Tree) -> dict[str, Writer]:
    shape = SHAPES.get(path)
    leaf = path.rpartition("/")[2]
    plural = shape.plural if shape else PLURALS.get(leaf, leaf)
    children: Iterable[Member] = SOURCES[path](site, ids) if path in SOURCES else ()
    if path == "vms/snapshots":
        children = [Member({**child.data, "vm": {"id": ids[0]}}, child.href, path) for child in children]
    writers = [member_writer(site, child, below, ids) for child in children]
    return {plural: lambda out, depth: write_collection(out, depth, plural, writers)}


def _inlined_reference(site: Site, key: str, held: Any, below: Tree) -> Writer:
    if not isinstance(held, dict) or "id" not in held or key not in REFERENCES:
        raise Unfollowable(key)
    tag = key if key in COLLECTION_OF else {path: t for t, path in COLLECTION_OF.items()}.get(REFERENCES[key], "")
    entity = site.get(tag, held["id"]) if tag in site.tables else None
    if entity is None or entity.id in site.doubled:
        raise Unfollowable(key)
    shape = SHAPES[COLLECTION_OF[tag]]
    member = home(entity)
    inlined = _inlined(site, member, shape, below)
    renamed = Shape(key, shape.plural, shape.actions, shape.links)
    data = _addressed(site, entity.data)
    return lambda out, depth: write_entity(out, depth, renamed, data, member.href, inlined)


def _member(site: Site, request: Request) -> Answer:
    path, identity = request.shape, request.ids[-1]
    if path in ("storagedomains/vms", "storagedomains/templates"):
        found = None
    elif request.flag("unregistered") and path in UNREGISTERED:
        found = next((m for m in UNREGISTERED[path](site, request.ids[:-1]) if m.data["id"] == identity), None)
    elif path in COLLECTION_OF.values() and path not in ("storagedomains", "bookmarks", "groups", "vmpools"):
        entity = site.get(SHAPES[path].tag, identity)
        found = home(entity) if entity is not None else None
    else:
        found = next(
            (m for m in SOURCES.get(path, nothing)(site, request.ids[:-1]) if m.data.get("id") == identity),
            None,
        )
    if found is None:
        raise refusals.empty(404)
    if path == "vms/snapshots":
        found = with_configuration(site, found, request.ids[0])
    if path == "disks" and identity in site.doubled:
        raise refusals.text(400, BROKEN_DISK)
    try:
        return Answer(
            200, document(member_writer(site, found, follow_tree(request.params.get("follow", "")), request.ids))
        )
    except Unfollowable:
        raise _follow_failed(request) from None


BROKEN_DISK = (
    "cannot cast org.ovirt.engine.core.common.businessentities.storage.lundisk to "
    "org.ovirt.engine.core.common.businessentities.storage.diskimage"
)


def _root(site: Site) -> bytes:
    user = site.user()
    who = {"id": user.id} if user else {}
    counts = {
        "hosts": (sum(h.data.get("status") == "up" for h in site.all("host")), len(site.tables["host"])),
        "storage_domains": (
            sum(d.data.get("status") == "active" for d in site.all("storage_domain")),
            len(site.tables["storage_domain"]),
        ),
        "users": (len(site.tables["user"]), len(site.tables["user"])),
        "vms": (sum(vm.data.get("status") != "down" for vm in site.all("vm")), len(site.tables["vm"])),
    }
    record = {
        "product_info": site.product,
        "special_objects": {"blank_template": {"id": BLANK}, "root_tag": {"id": BLANK}},
        "summary": {name: {"active": str(active), "total": str(total)} for name, (active, total) in counts.items()},
        "time": site.clock.stamp(),
        "authenticated_user": who,
        "effective_user": who,
    }

    def write(out: list[str], depth: int) -> None:
        out.append("<api>\n")
        for name in _TOP_LINKS:
            out.append(f'    <link href="{API}/{name}" rel="{name}"/>\n')
            if name in SHAPES and SHAPES[name].search and name != "events":
                out.append(f'    <link href="{API}/{name}?search={{query}}" rel="{name}/search"/>\n')
        for key, value in record.items():
            write_value(out, 1, key, value, "api")
        out.append("</api>\n")

    return document(write)
