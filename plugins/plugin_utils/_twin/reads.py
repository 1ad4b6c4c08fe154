# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers every GET: collections with search, max and follow, members, and the API root."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import all_content, refusals, search
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.api_root import READS
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.devices import alone
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.follow import (
    Unfollowable,
    check_follow,
    follow_tree,
    member_writer,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.render import (
    document,
    write_collection,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import UUID, Answer, Request
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import (
    COLLECTION_OF,
    SHAPES,
    Shape,
    plural_of,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.sources import (
    SOURCES,
    UNREGISTERED,
    exported_entry,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import (
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


def answer(site: Site, request: Request) -> Answer:
    """The answer to a GET. Raises Refusal."""
    special = READS.get(request.pattern)
    if special is not None:
        return special(site, request)
    if not known(request.shape):
        raise refusals.no_resource(request.host, request.path)
    if len(request.segments) % 2 == 0:
        return _member(site, request)
    return _collection(site, request)


_ONLY_EXPORTED = ("storagedomains/vms/", "storagedomains/templates/")
"""What lies below an unregistered VM is shown on export domains only (04b recordings 80 and 81)."""
_ONE_PAGE = ("disks", "users")
"""Collections whose second page is always empty: seen at a running engine."""


def known(shape: str) -> bool:
    """Whether a collection exists at this path (ids left out): in the tables, or as a link of its holder."""
    if shape in SHAPES:
        return True
    parent, _unused, leaf = shape.rpartition("/")
    holder = SHAPES.get(parent)
    return shape in SOURCES or (holder is not None and leaf in holder.links)


def _well_formed(request: Request) -> bool:
    last = request.segments[:2]
    return last[0] in ("domains", "options", "events") or len(last) < 2 or bool(UUID.fullmatch(last[1]))


def _collection(site: Site, request: Request) -> Answer:
    if not _well_formed(request):
        raise refusals.empty(404)
    path = request.shape
    if path.startswith(_ONLY_EXPORTED) and exported_entry(site, *request.ids[:2]) is None:
        raise refusals.empty(404)
    loose = request.flag("unregistered") and path in UNREGISTERED
    shape = SHAPES.get(path)
    plural = plural_of(path)
    members = list((UNREGISTERED if loose else SOURCES).get(path, nothing)(site, request.ids))
    members = _limited(site, request, shape, members, plain=loose)
    if all_content.wanted(request):
        members = [all_content.everything(site, member) for member in members]
    tree = follow_tree(request.params.get("follow", ""))
    if tree and loose:
        raise _follow_failed(request, Unfollowable(next(iter(tree)), plural))
    try:
        check_follow(path, plural, tree, members)
        writers = [member_writer(site, member, tree, request.ids) for member in members]
    except Unfollowable as error:
        raise _follow_failed(request, error) from None
    return Answer(200, document(lambda out, depth: write_collection(out, depth, plural, writers)), count=len(members))


def _follow_failed(request: Request, error: Unfollowable) -> refusals.Refusal:
    words = error.words(request.params.get("follow", ""))
    wrapped = "java.lang.RuntimeException: org.jboss.resteasy.spi.UnhandledException: java.lang.IllegalStateException"
    return refusals.stack_trace(request.path, request.query, f"{wrapped}: {words}")


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
    if page > 1 and request.shape in _ONE_PAGE:
        return []
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
                members, key=lambda m: "".join(read(site, entities[m.data["id"]])).lower(), reverse=wanted.descending
            )
    return members, wanted.page


def _member(site: Site, request: Request) -> Answer:
    path, identity = request.shape, request.ids[-1]
    if path in ("storagedomains/vms", "storagedomains/templates") and exported_entry(site, *request.ids) is None:
        found = None
    elif path == "storagedomains/storageconnections":
        connection = site.get("storage_connection", identity)
        found = home(connection) if connection is not None else None
    elif request.flag("unregistered") and path in UNREGISTERED:
        found = next((m for m in UNREGISTERED[path](site, request.ids[:-1]) if m.data["id"] == identity), None)
        if found is not None and path == "storagedomains/disks":
            found = replace(found, shape="storagedomains/disks/known")
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
    if path == "datacenters/storagedomains":
        found = Member(found.data, found.href, path)
    if path == "vms/snapshots":
        found = with_configuration(site, found, request.ids[0])
    if path == "hosts/storage":
        found = alone(found)
    if path == "disks" and identity in site.doubled:
        raise refusals.text(400, BROKEN_DISK)
    if all_content.wanted(request):
        found = all_content.everything(site, found)
    try:
        tree = follow_tree(request.params.get("follow", ""))
        return Answer(200, document(member_writer(site, found, tree, request.ids, alone=True)))
    except Unfollowable as error:
        raise _follow_failed(request, error) from None


BROKEN_DISK = (
    "cannot cast org.ovirt.engine.core.common.businessentities.storage.lundisk to "
    "org.ovirt.engine.core.common.businessentities.storage.diskimage"
)
