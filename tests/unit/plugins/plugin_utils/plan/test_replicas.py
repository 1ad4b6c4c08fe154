# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The replicas that a plan knows of, as an estate has them."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._plan.errors import PlanError
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._plan.replicas import twin_sites, with_replicas

WEB, ERP, FC = (f"{digit}0000000-0000-0000-0000-000000000000" for digit in "123")
SAN_A = {"address": "192.0.2.50", "port": "3260", "target": "iqn.a"}
SAN_B = {"address": "192.0.2.150", "target": "iqn.b"}


def estate() -> dict[str, Any]:
    """Two sites without replicas: an export, an iSCSI LUN, an FC LUN with a domain each, and two direct LUNs."""
    hosts = [
        {"name": "a", "hosts": [{"id": "ha", "status": "up"}]},
        {"name": "b", "hosts": [{"id": "hb", "status": "up"}]},
    ]
    return {
        "format": "ovirt-dr-estate",
        "sites": hosts,
        "storage": {
            "exports": [{"address": "nfs-a", "path": "/web", "domain": WEB}],
            "luns": [
                {"id": "36A1", "type": "iscsi", **SAN_A, "size": "10", "serial": "S", "hosts": ["ha"], "domain": ERP},
                {"id": "36A2", "type": "fcp", "size": "20", "hosts": ["ha"], "domain": FC},
                {"id": "36A3", "type": "iscsi", **SAN_A, "size": "30", "hosts": ["ha"]},
                {"id": "36A4", "type": "fcp", "size": "40", "hosts": ["ha"]},
            ],
        },
    }


def plan() -> dict[str, Any]:
    """The plan that goes with it."""
    return {
        "sites": {"a": {"url": "https://a"}, "b": {"url": "https://b"}},
        "storage": [
            {"name": "web", "id": WEB, "at": {"a": _nfs("nfs-a"), "b": _nfs("nfs-b")}},
            {"name": "erp", "id": ERP, "type": "iscsi", "at": {"a": {"targets": [SAN_A]}, "b": {"targets": [SAN_B]}}},
            {"name": "fc", "id": FC, "type": "fcp", "at": {"a": {}, "b": {}}},
        ],
        "mappings": {
            "luns": [
                {"a": {"id": "36A3", "type": "iscsi"}, "b": {"id": "36B3", "type": "iscsi", **SAN_B}},
                {"a": {"id": "36A4", "type": "fcp"}, "b": {"id": "36B4", "type": "fcp"}},
            ]
        },
    }


def _nfs(address: str) -> dict[str, str]:
    return {"address": address, "path": "/web"}


def test_everything_of_the_plan_is_replicated_once() -> None:
    given = estate()
    before = copy.deepcopy(given)
    made = with_replicas(given, plan())
    storage = made["storage"]
    assert given == before
    assert storage["exports"][1:] == [{"address": "nfs-b", "path": "/web", "domain": None}]
    units = {unit["id"]: unit for unit in storage["luns"]}
    pairs = {json.dumps(pair["from"]): pair["to"] for pair in storage["replicas"]}
    assert pairs[json.dumps(_nfs("nfs-a"))] == _nfs("nfs-b")
    erp, fibre = (units[pairs[json.dumps({"lun": source})]["lun"]] for source in ("36A1", "36A2"))
    assert {key: erp[key] for key in ("type", "address", "port", "target", "portal", "size", "hosts", "domain")} == {
        "type": "iscsi",
        "address": "192.0.2.150",
        "port": "3260",
        "target": "iqn.b",
        "portal": "192.0.2.150:3260,1",
        "size": "10",
        "hosts": [],
        "domain": None,
    }
    assert (fibre["type"], fibre["size"], fibre["hosts"]) == ("fcp", "20", ["hb"])
    assert (units["36B3"]["size"], units["36B3"]["target"], units["36B3"]["hosts"]) == ("30", "iqn.b", [])
    assert (units["36B4"]["size"], units["36B4"]["hosts"]) == ("40", ["hb"])
    assert len(storage["replicas"]) == 5
    assert with_replicas(made, plan()) == made


def test_what_lies_at_a_place_already_stays() -> None:
    held = estate()
    held["storage"]["exports"].append({**_nfs("nfs-b"), "domain": FC})
    storage = with_replicas(held, plan())["storage"]
    assert not any("path" in pair["to"] for pair in storage["replicas"])
    assert storage["exports"] == held["storage"]["exports"]


def test_what_is_nowhere_is_told() -> None:
    held = estate()
    held["storage"] = {"exports": [], "luns": []}
    with pytest.raises(PlanError) as raised:
        with_replicas(held, plan())
    assert raised.value.problems == (
        "storage: web lies on no export of the estate",
        "storage: erp lies on no LUN of the estate",
        "storage: fc lies on no LUN of the estate",
        "mappings.luns: none of 36A3, 36B3 is a LUN of the estate",
        "mappings.luns: none of 36A4, 36B4 is a LUN of the estate",
    )


def test_sites_of_one_engine_are_one_site_of_the_estate() -> None:
    wanted = plan()
    assert twin_sites(estate(), wanted) == {"a": "a", "b": "b"}
    wanted["sites"]["c"] = {"url": "https://b"}
    assert twin_sites(estate(), wanted) == {"a": "a", "b": "b", "c": "b"}
    wanted["sites"]["d"] = {"url": "https://d"}
    with pytest.raises(PlanError, match="holds no site d, only a, b; export it too"):
        twin_sites(estate(), wanted)
