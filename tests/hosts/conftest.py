# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The world of these tests, made once, and what a test changes in it put back."""

from __future__ import annotations

import pathlib
import typing as t
from collections.abc import Iterator

import pytest
from ansible_collections.ovirt_dr.storage.tests.hosts.servers import SERVERS, Ganesha, Tgt, start_sshd
from ansible_collections.ovirt_dr.storage.tests.hosts.world import HOSTS, NotHere, World, missing

ORACLES = ("iscsi-ls", "iscsi-inq", "iscsi-readcapacity16", "nfs-ls", "nfs-cp", "showmount")


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The namespaces."""
    without = missing(SERVERS + ORACLES)
    if without:
        pytest.skip(f"storage servers are not here: {', '.join(without)}")
    try:
        made = World(tmp_path_factory.mktemp("world"))
    except NotHere as reason:
        pytest.skip(f"namespaces are not allowed here: {reason}")
    yield made
    made.stop()


@pytest.fixture(scope="session")
def tgt(world: World) -> Tgt:
    """The iSCSI targets."""
    return Tgt(world)


@pytest.fixture
def with_domain(tgt: Tgt) -> Tgt:
    """The iSCSI targets, on two of whose LUNs a storage domain lies."""
    if tgt.no_domain:
        pytest.skip(f"loop devices are not allowed here: {tgt.no_domain}")
    return tgt


@pytest.fixture(scope="session")
def nas(world: World) -> Ganesha:
    """An NFS server of all versions."""
    return Ganesha(world, "stor", version_4_only=False)


@pytest.fixture(scope="session")
def nas4(world: World) -> Ganesha:
    """An NFS server of 4.1 and 4.2 only, without a portmapper."""
    return Ganesha(world, "nas4", version_4_only=True)


@pytest.fixture(scope="session")
def key(world: World, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The key to the hosts, where sshd runs."""
    return start_sshd(world, tmp_path_factory.mktemp("ssh"))


@pytest.fixture
def faults(world: World) -> Iterator[World]:
    """The world for a test that breaks it."""
    refused = world.run("stor", "nft", "list", "ruleset", check=False)
    if refused.returncode:
        pytest.skip(f"packet filters are not allowed here: {' '.join(refused.stderr.split())[-200:]}")
    yield world
    for node in (*HOSTS, "stor"):
        world.rules(node)
        for network in (1, 2):
            world.link(node, network, up=True)


def whats(found: t.Mapping[str, t.Any]) -> list[tuple[str, str]]:
    """The kind and the path of each problem."""
    return [(one["what"], one["path"]) for one in found["problems"]]
