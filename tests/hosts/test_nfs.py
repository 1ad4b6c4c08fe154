# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""NFS from a hypervisor host, on real servers, with the tools of libnfs for comparison."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator

import pytest
from ansible_collections.ovirt_dr.storage.tests.hosts.conftest import whats
from ansible_collections.ovirt_dr.storage.tests.hosts.servers import DOMAIN, POOL, Ganesha
from ansible_collections.ovirt_dr.storage.tests.hosts.world import World, address, asked

V4, V6 = address("stor"), address("stor", 1, 6)


@pytest.fixture
def read_only(nas: Ganesha) -> Iterator[Ganesha]:
    nas.access("RO")
    yield nas
    nas.access("RW")


def lies_in(world: World, nas: Ganesha) -> list[str]:
    return world.run("stor", "ls", "-A", f"{nas.folder}/data").stdout.split()


def writes(world: World, host: str, export: str, version: int) -> tuple[bool, str]:
    """What libnfs says when it writes, and removes with the server's own hand what it wrote."""
    url = f"nfs://{V4}{export}/oracle?version={version}&uid=36&gid=36"
    done = world.run(host, "nfs-cp", "/etc/hostname", url, check=False)
    world.run("stor", "rm", "-f", f"{export}/oracle")
    return done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("host", [V4, V6])
@pytest.mark.parametrize("version", ["v3", "v4", "v4_0", "v4_1", "v4_2"])
def test_an_export_that_works(world: World, nas: Ganesha, host: str, version: str) -> None:
    entry = {"address": host, "path": f"{nas.folder}/data", "nfs_version": version}
    found = world.probe("host1", **asked([entry], write_test=True))
    assert found["problems"] == found["notes"] == []
    (path,) = found["nfs"][0]["addresses"][0]["versions"]
    assert path["version"] == {"v4": "v4_2"}.get(version, version)
    assert path["written"]
    assert path["reserved_port"]
    assert (path["owner"], path["mode"]) == ("36", "0755")
    assert 0 < path["space"]["available"] <= path["space"]["total"]
    assert path["domains"][0]["id"] == DOMAIN
    assert lies_in(world, nas) == [DOMAIN]


def test_all_that_libnfs_and_showmount_see_is_seen(world: World, nas: Ganesha) -> None:
    shown = world.run("host1", "showmount", "-e", "--no-headers", V4).stdout
    entries = [{"address": V4, "path": line.split()[0], "nfs_version": "v3"} for line in shown.splitlines()]
    assert [entry["path"] for entry in entries] == [f"{nas.folder}/{name}" for name in ("data", "strange", "private")]
    found = world.probe("host1", **asked(entries))
    assert all(one["addresses"][0]["versions"][0]["exported"] for one in found["nfs"])
    for version in (3, 4):
        listed = world.run("host1", "nfs-ls", f"nfs://{V4}{nas.folder}/data?version={version}").stdout
        assert [line.split()[-1] for line in listed.splitlines()] == [DOMAIN]


def test_a_read_only_export_and_its_promotion(world: World, read_only: Ganesha) -> None:
    export = f"{read_only.folder}/data"
    entries = [{"address": V4, "path": export, "nfs_version": version} for version in ("v3", "v4_0", "v4_1")]
    for write_test in (False, True):
        found = world.probe("host1", **asked(entries, write_test=write_test))
        assert [what for what, _path in whats(found)] == ["write"] * 3
    assert writes(world, "host1", export, 3)[0] is writes(world, "host1", export, 4)[0] is False
    reading = world.probe("host1", **asked([{**entry, "access": "read"} for entry in entries], write_test=True))
    assert reading["ok"]
    assert {path["versions"][0]["written"] for one in reading["nfs"] for path in one["addresses"]} == {None}
    read_only.access("RW")
    assert world.probe("host1", **asked(entries, write_test=True))["ok"]
    assert writes(world, "host1", export, 3)[0]
    assert writes(world, "host1", export, 4)[0]


@pytest.mark.parametrize("version", ["v3", "v4_0", "v4_2"])
def test_a_directory_of_somebody_else(world: World, nas: Ganesha, version: str) -> None:
    entry = {"address": V4, "path": f"{nas.folder}/strange", "nfs_version": version}
    found = world.probe("host1", **asked([entry], write_test=True))
    assert whats(found) == [("write", f"{V4} {version}")]
    assert "36:36 may not write; it belongs to 0:0, mode 0755" in found["problems"][0]["message"]
    assert world.probe("host1", **asked([entry], write_test=True, uid=0, gid=0))["ok"]
    assert not writes(world, "host1", entry["path"], 3)[0]


@pytest.mark.parametrize(
    ("version", "code"), [("v3", "MNT3ERR_ACCES"), ("v4_0", "NFS4ERR_NOENT"), ("v4_1", "NFS4ERR_NOENT")]
)
def test_rights_of_single_hosts(world: World, nas: Ganesha, version: str, code: str) -> None:
    entry = {"address": V4, "path": f"{nas.folder}/private", "nfs_version": version}
    assert world.probe("host1", **asked([entry], write_test=True))["ok"]
    found = world.probe("host2", **asked([entry], write_test=True))
    assert whats(found) == [("mount", f"{V4} {version}")]
    assert code in found["problems"][0]["message"]
    for host, there in (("host1", True), ("host2", False)):
        url = f"nfs://{V4}{entry['path']}?version={version[1]}"
        assert (world.run(host, "nfs-ls", url, check=False).returncode == 0) is there


@pytest.mark.parametrize(
    ("domain", "what"),
    [
        ({"id": DOMAIN}, None),
        ({"id": DOMAIN, "pool": POOL}, None),
        ({"id": POOL}, "domain"),
        ({"id": DOMAIN, "pool": ""}, "pool"),
    ],
)
def test_the_expected_domain(world: World, nas: Ganesha, domain: dict[str, str], what: str | None) -> None:
    entry = {"path": f"{nas.folder}/data", "domain": {"pool": None, **domain}}
    entries = [{"address": V4, "nfs_version": version, **entry} for version in ("v3", "v4_0", "v4_2")]
    found = world.probe("host1", **asked(entries))
    assert [one for one, _path in whats(found)] == ([what] * 3 if what else [])


def test_a_server_of_new_versions_only(world: World, nas4: Ganesha) -> None:
    host = address("nas4")
    entry: dict[str, t.Any] = {"address": host, "path": f"{nas4.folder}/data"}
    entries = [{**entry, "nfs_version": version} for version in ("auto", "v4_1", "v3", "v4_0")]
    found = world.probe("host1", **asked(entries, write_test=True))
    assert whats(found) == [("portmapper", f"{host} v3"), ("protocol", f"{host} v4")]
    assert [(one["what"], one["path"]) for one in found["notes"]] == [("portmapper", f"{host} v3")]
    assert [one["ok"] for one in found["nfs"]] == [True, True, False, False]
    old = world.run("host1", "nfs-ls", f"nfs://{host}{nas4.folder}/data?version=4", check=False)
    assert "NFS4ERR_MINOR_VERS_MISMATCH" in old.stdout + old.stderr


def test_names(world: World, nas: Ganesha) -> None:
    entries = [{"address": name, "path": f"{nas.folder}/data"} for name in ("nas", "nas6", "no-such-name")]
    found = world.probe("host1", **asked(entries))
    assert [[one["address"] for one in entry["addresses"]] for entry in found["nfs"][:2]] == [[V6, V4], [V6]]
    assert whats(found) == [("unresolved", "no-such-name")]


def test_what_is_not_there(world: World, nas: Ganesha) -> None:
    entries = [{"address": V4, "path": "/run/stor/none", "nfs_version": version} for version in ("v3", "v4")]
    found = world.probe("host1", **asked(entries))
    assert [what for what, _path in whats(found)] == ["mount", "mount"]


def test_check_mode_writes_nothing_and_says_so(world: World, nas: Ganesha) -> None:
    entry = {"address": V4, "path": f"{nas.folder}/data", "nfs_version": "v3"}
    found = world.probe("host1", check_mode=True, **asked([entry], write_test=True))
    assert found["ok"]
    assert found["nfs"][0]["addresses"][0]["versions"][0]["written"] is None
    assert [one["what"] for one in found["notes"]] == ["unproven"]
