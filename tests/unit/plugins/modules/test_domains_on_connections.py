# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""storage_domain_attach on connections that are there already: the domain behind one, or a new and empty one."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import (
    DATA_WEB,
    IMPORT,
    Bench,
    Estate,
    Result,
    site_of,
    wanted,
)

PLACES: dict[str, dict[str, t.Any]] = {
    "nfs": {"type": "nfs", "address": "nfs-b.example", "path": "/exports/fresh", "nfs_version": "v4"},
    "posixfs": {"type": "posixfs", "address": "pos.example", "path": "/fresh", "vfs_type": "ceph"},
    "glusterfs": {"type": "glusterfs", "address": "glu.example", "path": "fresh", "vfs_type": "glusterfs"},
}
WEB = {"address": "nfs-b.example", "path": "/exports/data-web"}


def connection(bench: Bench, **details: t.Any) -> str:
    """Makes a connection; its id."""
    made = bench.done("storage_connection", **{"type": "nfs", "host": "hv-b1", **details})
    bench.forget()
    return str(made["connections"][0]["id"])


def connections(bench: Bench) -> list[str]:
    return sorted(one["place"] for one in bench.done("storage_connection_info")["connections"])


def empty_places(estate: Estate) -> None:
    estate["storage"]["exports"] += [{"address": one["address"], "path": one["path"]} for one in PLACES.values()]


def bodies(bench: Bench) -> list[str]:
    return [sent.body for sent in bench.writes(IMPORT)]


def test_the_domain_behind_a_connection_is_imported(bench: Bench) -> None:
    identity = connection(bench, **WEB)
    before = connections(bench)
    done = bench.attach(domains=[{"id": DATA_WEB, "name": "data-web", "connection": identity}])
    assert not done.get("failed"), done["msg"]
    (sent,) = bodies(bench)
    assert f'<storage id="{identity}"/>' in sent
    assert "<name>" not in sent
    assert (done["active"], connections(bench)) == ([DATA_WEB], before)
    assert bench.attach(domains=[{"id": DATA_WEB, "name": "data-web", "connection": identity}])["changed"] is False


def test_a_connection_that_nothing_uses_is_taken_without_being_asked_for(bench: Bench) -> None:
    """As after a run that was broken off: the engine makes no second connection to a place."""
    identity = connection(bench, **WEB)
    done = bench.attach("data-web")
    assert not done.get("failed"), done["msg"]
    assert f'<storage id="{identity}"/>' in bodies(bench)[0]


@pytest.mark.parametrize("kind", sorted(PLACES))
@pytest.mark.parametrize("known", [True, False])
def test_an_empty_domain_is_made(bench: Bench, kind: str, known: bool) -> None:
    bench.edit(empty_places)
    place: dict[str, t.Any] = {"connection": connection(bench, **PLACES[kind])} if known else PLACES[kind]
    domains = [{"name": "fresh", "create": True, **place}]
    check = bench.attach(domains=domains, takeover=None, check=True)
    assert not check.get("failed"), check["msg"]
    assert not bench.writes()
    done = bench.attach(domains=domains, takeover=None)
    assert not done.get("failed"), done["msg"]
    assert (done["done"], done["diff"]) == ({"create": ["fresh"], "attach": ["fresh"]}, check["diff"])
    assert check["done"] == done["done"]
    (made,) = [one for one in bench.twin.site("recovery").all("storage_domain") if one.name == "fresh"]
    assert done["active"] == [made.id]
    assert len([place for place in connections(bench) if "fresh" in place]) == 1
    bench.forget()
    assert bench.attach(domains=domains, takeover=None)["changed"] is False
    assert not bench.writes()


def test_nothing_is_made_where_a_domain_lies(bench: Bench) -> None:
    before = bench.twin.storage.exports["nfs-b.example", "/exports/data-web"].content
    done = bench.attach(domains=[{"name": "fresh", "create": True, **WEB}])
    assert done["failed"]
    assert f"holds a domain already: data-web ({DATA_WEB})" in done["msg"]
    assert bench.names("storage_domain") == {"dr-master"}
    assert bench.twin.storage.exports["nfs-b.example", "/exports/data-web"].content is before


def bare(estate: Estate, *, local: bool) -> None:
    """Recovery has a data center without any domain."""
    empty_places(estate)
    recovery = site_of(estate, "recovery")
    for kind in ("storage_domains", "disks", "storage_connections", "disk_profiles"):
        recovery[kind] = []
    exports = estate["storage"]["exports"]
    estate["storage"]["exports"] = [one for one in exports if "dr-master" not in one["path"]]
    recovery["data_centers"][0].update(status="uninitialized", local=str(local).lower())


@pytest.mark.parametrize("kind", ["nfs", "localfs"])
@pytest.mark.parametrize("known", [True, False])
def test_the_first_domain_of_a_data_center(bench: Bench, kind: str, known: bool) -> None:
    bench.edit(lambda estate: bare(estate, local=kind == "localfs"))
    place = PLACES.get(kind, {"type": "localfs", "path": "/data/fresh"})
    where: dict[str, t.Any] = {"connection": connection(bench, **place)} if known else place
    domains = [{"name": "fresh", "create": True, **where}]
    done = bench.attach(domains=domains, takeover=None)
    assert not done.get("failed"), done["msg"]
    (made,) = bench.twin.site("recovery").all("storage_domain")
    assert (made.data["status"], made.data["master"]) == ("active", "true")
    assert bench.attach(domains=domains, takeover=None)["changed"] is False


@pytest.mark.parametrize("lost", ["reset_after", "reset_before"])
def test_a_lost_answer_makes_no_second_one(bench: Bench, lost: str) -> None:
    bench.edit(empty_places)
    bench.fail(r"/storagedomains$", lost, nth=2)
    done = bench.attach(domains=[{"name": "fresh", "create": True, **PLACES["nfs"]}], takeover=None)
    assert not done.get("failed"), done["msg"]
    assert bench.names("storage_domain") == {"dr-master", "fresh"}


def refused(bench: Bench, *domains: dict[str, t.Any]) -> Result:
    result = bench.attach(domains=list(domains))
    assert result["failed"]
    assert not bench.writes()
    return result


def test_what_makes_no_sense_is_told_before_anything_is_written(bench: Bench) -> None:
    identity = connection(bench, **WEB, nfs_version="v3")
    (master,) = [one for one in bench.done("storage_connection_info")["connections"] if one["domains"]]
    ghost = "00000000-0000-0000-0000-00000000dead"
    for domain, words in (
        ({"id": DATA_WEB, "connection": ghost}, f"the engine has no storage connection {ghost}"),
        ({"id": DATA_WEB, "connection": master["id"]}, "is used by domain dr-master"),
        ({"id": DATA_WEB, "connection": identity, "nfs_version": "v4"}, "'nfs_version' is v4, but connection"),
        ({"id": DATA_WEB, "connection": identity, "path": "/else"}, "'path' is /else, but connection"),
        ({"id": DATA_WEB, **WEB, "type": "posixfs", "vfs_type": "x"}, "which is of type nfs and not posixfs"),
        ({"id": DATA_WEB, "type": "fcp", "connection": identity}, "'connection' is for file storage"),
        ({"id": DATA_WEB, "type": "localfs", "path": "/x"}, "cannot be imported, only made with 'create'"),
        ({"name": "fresh", **WEB}, "'id' is needed"),
        ({"id": DATA_WEB, "name": "fresh", "create": True, **WEB}, "'id' cannot be chosen"),
        ({"create": True, **WEB}, "'name' is needed"),
        ({"name": "fresh", "create": True, "type": "fcp"}, "'create' is for file storage"),
        ({"name": "dr-master", "create": True, **WEB}, "the engine knows it on"),
    ):
        assert words in refused(bench, domain)["msg"], domain
    assert not wanted("data-web")[0].get("connection")
