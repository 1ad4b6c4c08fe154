# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the probe is asked, and what it refuses before anything is sent; storage domains by their own words."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe import domain, nfs_probe
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import BadOption
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.plan import plan

ID, POOL = "0f1c5a4e-9d4b-4a59-8c0e-2d0f5c3b7a11", "5b0c77f0-1111-4222-8333-444444444444"
TARGET = "iqn.2026-11.test.dr:replica"
ME = "iqn.2026-11.test:me"
ALL = {
    "nfs": None, "iscsi": None, "write_test": False, "follow_portals": False, "known": False, "timeout": 10.0,
    "uid": 36, "gid": 36, "initiator_name": None,
}  # fmt: skip
NFS = {"address": "nas", "path": "/a", "nfs_version": "auto", "port": None, "access": "write", "domain": None}
ISCSI = {
    "portals": ["10.0.0.1"], "targets": None, "sign_in": True, "username": None, "password": None,
    "mutual_username": None, "mutual_password": None, "luns": None, "access": "write", "domain": None,
}  # fmt: skip


def nfs(**changes: t.Any) -> dict[str, t.Any]:
    return {**ALL, "nfs": [{**NFS, **changes}]}


def iscsi(**changes: t.Any) -> dict[str, t.Any]:
    return {**ALL, "iscsi": [{**ISCSI, **changes}]}


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (ALL, "one of nfs, iscsi and known"),
        ({**nfs(), "timeout": 0.1}, "timeout: 0.1 is not between 0.5 and 300"),
        ({**nfs(), "timeout": float("nan")}, "timeout"),
        ({**nfs(), "uid": -1}, "uid"),
        ({**iscsi(), "initiator_name": "me"}, "initiator_name: me"),
        (nfs(address=""), "nfs[0].address"),
        (nfs(address="nas:/a"), "nfs[0].address"),
        (nfs(address="a b"), "nfs[0].address"),
        (nfs(path="a"), "nfs[0].path: a must begin with a slash"),
        (nfs(port=0), "nfs[0].port"),
        (nfs(domain={"id": "data", "pool": None}), "nfs[0].domain.id: data"),
        (nfs(domain={"id": "", "pool": None}), "nfs[0].domain.id"),
        (nfs(domain={"id": ID, "pool": "Default"}), "nfs[0].domain.pool: Default"),
        ({**ALL, "nfs": [NFS, {**NFS, "path": "/a/"}]}, "nfs[1]: nas:/a stands there twice"),
        (iscsi(portals=[]), "iscsi[0].portals"),
        (iscsi(portals=["10.0.0.1", "a:b"]), "iscsi[0].portals[1]: a:b"),
        (iscsi(portals=["10.0.0.1", "10.0.0.1:3260"]), "iscsi[0].portals[1]: 10.0.0.1:3260 stands there twice"),
        (iscsi(targets=["replica"]), "iscsi[0].targets[0]: replica"),
        (iscsi(targets=[TARGET, TARGET]), "stands there twice"),
        (iscsi(username="u"), "iscsi[0]: username and password go together"),
        (iscsi(password="p"), "iscsi[0]: username and password go together"),
        (iscsi(mutual_username="u", mutual_password="p"), "iscsi[0].mutual_username: needs username"),
        (iscsi(sign_in=False, luns=["3600"]), "iscsi[0].sign_in"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(options: dict[str, t.Any], text: str) -> None:
    with pytest.raises(BadOption) as refused:
        plan(options, ME)
    assert text in str(refused.value)


def test_a_password_is_never_in_a_refusal() -> None:
    with pytest.raises(BadOption) as refused:
        plan(iscsi(username="u", password="hidden", portals=["?:?"]), ME)
    assert "hidden" not in str(refused.value)


def test_what_is_asked_as_it_is_meant() -> None:
    one = plan(nfs(address="[2001:db8::1]", path="/a/", domain={"id": ID.upper(), "pool": None}), "").nfs[0]
    assert (one.address, one.path, one.place) == ("2001:db8::1", "/a", "[2001:db8::1]:/a")
    assert one.expected == (ID, None)
    other = plan(iscsi(username="u", password="p", luns=["a", "a"]), ME).iscsi[0]
    assert (other.initiator, other.luns, other.portals) == (ME, ("a",), (("10.0.0.1", 3260),))
    assert plan({**iscsi(), "initiator_name": TARGET}, ME).iscsi[0].initiator == TARGET
    assert plan({**ALL, "known": True}, "").nfs == []


@pytest.mark.parametrize(("version", "tried"), [("auto", ["v4", "v3"]), ("v3", ["v3"]), ("v4_1", ["v4"])])
def test_what_is_tried_for_a_version(version: str, tried: list[str]) -> None:
    assert nfs_probe.families(version) == tried


METADATA = f"""ALIGNMENT=1048576
BLOCK_SIZE=512
CLASS=Data
DESCRIPTION=data=web
POOL_UUID={POOL}
ROLE=Master
SDUUID={ID}
TYPE=NFS
VERSION=5
_SHA_CKSUM=0
"""


def test_a_domain_in_its_own_words() -> None:
    assert domain.from_lines(METADATA.encode()) == (ID, POOL, "data=web", "5", "NFS", "Master")
    free = domain.from_lines(METADATA.replace(POOL, "").encode())
    assert free is not None
    assert free.pool == ""


@pytest.mark.parametrize("data", [b"", b"SDUUID=data\n", b"\xff\xfe\0", METADATA.replace("SDUUID", "ID").encode()])
def test_what_describes_no_domain(data: bytes) -> None:
    assert domain.from_lines(data) is None


HERE = domain.Domain(ID, POOL, "data", "5", "NFS", "Regular")


@pytest.mark.parametrize(
    ("expected", "found", "what", "text"),
    [
        (None, [], None, ""),
        (domain.Expected(ID, None), [HERE], None, ""),
        (domain.Expected(ID, POOL), [HERE], None, ""),
        (domain.Expected(ID, ""), [HERE._replace(pool="")], None, ""),
        (domain.Expected(ID, None), [], "domain", f"the domain {ID} is not there"),
        (domain.Expected(POOL, None), [HERE], "domain", f"not there, but {ID}"),
        (domain.Expected(ID, ""), [HERE], "pool", f"belongs to data center {POOL}, not to no data center"),
        (domain.Expected(ID, ID), [HERE], "pool", f"not to data center {ID}"),
    ],
)
def test_whether_it_is_the_expected_one(
    expected: domain.Expected | None, found: list[domain.Domain], what: str | None, text: str
) -> None:
    told = domain.mismatch(expected, found)
    assert (told[0] if told else None) == what
    assert text in (told[1] if told else "")
