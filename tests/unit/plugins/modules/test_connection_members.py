# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""storage_connection: iSCSI domains get further connections and lose them, as for multipathing or another array."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import Bench, Estate, Result, path_of

SAN = "iqn.2026-01.example.site-a:san"
OLD = {"address": "192.0.2.50", "port": 3260, "target": SAN}
NEW = {"address": "192.0.2.51", "port": 3260, "target": SAN}
ALLOW: dict[str, t.Any] = {"maintenance": "allow", "stop_vms": "poweroff"}
ADD = [{"type": "iscsi", **NEW, "attach_to": ["data-erp"]}]
REPLACE = [*ADD, {"where": OLD, "detach_from": ["data-erp"]}]


@pytest.fixture(autouse=True)
def second_portal(bench: Bench) -> None:
    """The array answers at two portals."""

    def two(estate: Estate) -> None:
        for unit in estate["storage"]["luns"]:
            if unit.get("target") == SAN:
                unit["portals"] = [{**NEW, "port": str(NEW["port"])}]

    bench.edit(two)


def connect(bench: Bench, **options: t.Any) -> Result:
    return bench.run("storage_connection", **{"site": "primary", **options})


def used(bench: Bench) -> list[str]:
    """The portals through which data-erp is reached."""
    found = bench.done("storage_connection_info", site="primary", domains=["data-erp"])["connections"]
    return sorted(one["address"] for one in found)


def asked(bench: Bench) -> list[str]:
    return [f"{one.method} {path_of(one).rstrip('/').split('/')[-1][:18]}" for one in bench.writes(site="primary")]


def test_a_further_path_and_back(bench: Bench) -> None:
    check = connect(bench, connections=ADD, **ALLOW, check=True)
    assert not bench.writes(site="primary")
    done = connect(bench, connections=ADD, **ALLOW)
    assert not done.get("failed"), done["msg"]
    assert check["diff"] == done["diff"]
    assert used(bench) == ["192.0.2.50", "192.0.2.51"]
    assert done["stopped_vms"] == done["started_vms"]
    order = asked(bench)
    kinds = ["deactivate", "storageconnections", "activate"]
    assert [kind for kind in order if kind.split()[1] in kinds] == [
        "POST storageconnections",
        "POST deactivate",
        "POST storageconnections",
        "POST activate",
    ]
    bench.forget()
    assert connect(bench, connections=ADD, **ALLOW)["changed"] is False
    assert not bench.writes(site="primary")

    back = connect(bench, connections=done["undo"], **ALLOW)
    assert not back.get("failed"), back["msg"]
    assert used(bench) == ["192.0.2.50"]


def test_one_portal_takes_the_place_of_another(bench: Bench) -> None:
    done = connect(bench, connections=REPLACE, **ALLOW)
    assert not done.get("failed"), done["msg"]
    assert used(bench) == ["192.0.2.51"]
    members = [one for one in asked(bench) if one.startswith("DELETE") or one == "POST storageconnections"]
    assert [one.split()[0] for one in members] == ["POST", "POST", "DELETE"]
    bench.forget()
    assert connect(bench, connections=REPLACE, **ALLOW)["changed"] is False
    back = connect(bench, connections=done["undo"], **ALLOW)
    assert not back.get("failed"), back["msg"]
    assert used(bench) == ["192.0.2.50"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"connections": [{"where": OLD, "detach_from": ["data-erp"]}], **ALLOW}, "left without any connection"),
        ({"connections": ADD}, "data-erp, which is active"),
        ({"connections": ADD, "maintenance": "allow"}, "held by VMs that are not down: db01"),
        ({"connections": [{**ADD[0], "attach_to": ["data-web"]}], **ALLOW}, "data-web is of type nfs"),
        ({"connections": [{**ADD[0], "attach_to": ["nothing"]}], **ALLOW}, "no storage domain 'nothing'"),
        ({"connections": [{**ADD[0], "detach_from": ["data-erp"]}], **ALLOW}, "both name data-erp"),
        (
            {"type": "nfs", "address": "a", "path": "/b", "attach_to": ["data-web"], **ALLOW},
            "only iSCSI connections are attached",
        ),
        ({"where": OLD, "attach_to": ["data-erp"], "state": "absent"}, "are not for 'state: absent'"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_written(bench: Bench, options: dict[str, t.Any], words: str) -> None:
    result = connect(bench, **options)
    assert result["failed"]
    assert words in result["msg"]
    assert not bench.writes(site="primary")


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_lost_answer_is_looked_up(bench: Bench, method: str) -> None:
    bench.fail("/storagedomains/[^/]+/storageconnections", site="primary", method=method)
    done = connect(bench, connections=REPLACE, **ALLOW)
    assert not done.get("failed"), done["msg"]
    assert used(bench) == ["192.0.2.51"]
    assert len(bench.writes(f"^{method} .*/storagedomains/[^/]+/storageconnections", site="primary")) == 1
