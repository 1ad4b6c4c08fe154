# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""inventory_compare_info: two files, no engine; what differs as data and in words."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import DRILL
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import Result, run_module


@pytest.fixture
def later(tmp_path: pathlib.Path) -> pathlib.Path:
    """The drill's estate after somebody worked on it."""
    estate = json.loads(DRILL.read_text(encoding="utf-8"))
    vms = {vm["name"]: vm for vm in estate["sites"][0]["vms"]}
    vms["web01"]["nics"][0]["mac"]["address"] = "56:6f:0d:8a:ff:ff"
    vms["web01"]["status"] = "down"
    vms["legacy01"]["snapshots"].pop()
    estate["sites"][0]["vms"] = [vm for vm in vms.values() if vm["name"] != "mail01"]
    path = tmp_path / "after.json"
    path.write_text(json.dumps(estate), encoding="utf-8")
    return path


def compared(after: pathlib.Path | str, **options: t.Any) -> Result:
    given = {"before": str(DRILL), "before_site": "primary", "after": str(after), **options}
    return run_module("inventory_compare_info", given)


def test_the_same_file_is_the_same() -> None:
    told = compared(DRILL)
    assert (told["same"], told["different"], told["sentences"], told["changed"]) == (True, 0, [], False)
    assert told["compared"] == {"vms": 15, "templates": 3, "disks": 1}


def test_what_differs(later: pathlib.Path) -> None:
    told = compared(later)
    assert not told["same"]
    assert "VM legacy01: snapshot before upgrade is missing" in told["sentences"]
    by_name = {one["name"]: one for one in told["differences"]}
    assert by_name["mail01"]["state"] == "missing"
    assert [one["kind"] for one in by_name["web01"]["differences"]] == ["macs"]
    assert by_name["web01"]["differences"][0]["now"] == "56:6f:0d:8a:ff:ff"
    assert told["kinds"] == {"macs": 1, "snapshots": 1}


def test_what_is_ignored_or_not_asked_for(later: pathlib.Path) -> None:
    assert compared(later, vms=["web*", "legacy01"], disks=[], ignore=["macs", "snapshots"])["same"]
    assert compared(later, vms=["web02"], disks=[], templates=[])["same"]


def test_another_site(later: pathlib.Path) -> None:
    told = compared(later, after_site="recovery", vms=["web01"], templates=[], disks=[])
    assert told["sentences"] == ["VM web01 (75e1cb8a-be1a-4443-a289-1bf6fbe2a994) is missing"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"before_site": "nowhere"}, "holds no site nowhere"),
        ({"after": "/nowhere.json"}, "cannot be read"),
        ({"vms": ["web77"]}, "VM web77 is in neither inventory"),
        ({"ignore": ["colour"]}, "ignore"),
        ({"mappings": {"clusters": [{"from": "a", "to": "b"}, {"from": "a", "to": "c"}]}}, "a is mapped twice"),
    ],
)
def test_wrong_arguments(options: dict[str, t.Any], words: str) -> None:
    told = compared(options.pop("after", DRILL), **options)
    assert told["failed"]
    assert words in told["msg"]
