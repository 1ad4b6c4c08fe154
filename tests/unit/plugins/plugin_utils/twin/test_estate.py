# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Loading and checking estate files."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import DRILL, EstateError, check, load

Estate = dict[str, Any]


def test_shipped_estate_is_what_the_drill_is(estate: Estate) -> None:
    primary, recovery = estate["sites"]
    assert (primary["name"], recovery["name"]) == ("primary", "recovery")
    assert (len(primary["vms"]), len(primary["storage_domains"])) == (15, 4)
    assert [d["name"] for d in recovery["storage_domains"]] == ["dr-master"]
    assert sum(t["id"] != t["version"]["base_template"]["id"] for t in primary["templates"]) == 1


def test_shipped_estate_holds_no_secret() -> None:
    text = DRILL.read_text(encoding="utf-8").lower()
    assert "password" not in text
    assert "token" not in text
    assert "begin certificate" not in text


def first(estate: Estate, key: str, name: str) -> Any:
    """A record by name."""
    return next(record for record in estate["sites"][0][key] if record.get("name") == name)


def no_disk(estate: Estate) -> None:
    held = first(estate, "vms", "web01")["disk_attachments"][0]["id"]
    estate["sites"][0]["disks"] = [d for d in estate["sites"][0]["disks"] if d["id"] != held]


def twice(estate: Estate) -> None:
    estate["sites"][0]["vms"].append(estate["sites"][0]["vms"][0])


def no_cluster(estate: Estate) -> None:
    first(estate, "vms", "web01")["cluster"] = {"id": "gone"}


def no_profile(estate: Estate) -> None:
    first(estate, "vms", "web01")["nics"][0]["vnic_profile"] = {"id": "gone"}


def no_domain(estate: Estate) -> None:
    estate["storage"]["exports"][0]["domain"] = "gone"


def no_end(estate: Estate) -> None:
    estate["storage"]["replicas"][0]["to"] = {"address": "x", "path": "/y"}


def same_export(estate: Estate) -> None:
    estate["storage"]["exports"].append(estate["storage"]["exports"][0])


def foreign_key(estate: Estate) -> None:
    estate["sites"][0]["flowers"] = []


def same_name(estate: Estate) -> None:
    estate["sites"][1]["name"] = "primary"


def disk_on_nothing(estate: Estate) -> None:
    first(estate, "disks", "web01_os")["storage_domains"] = {"storage_domain": {"id": "gone"}}


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (no_disk, r"sites\[0\].vms\[11\] web01: disk [0-9a-f-]{36} is not in disks"),
        (twice, r"sites\[0\].vms\[15\] app01: id [0-9a-f-]{36} is there twice"),
        (no_cluster, r"sites\[0\].vms\[11\] web01: cluster gone is not in clusters"),
        (no_profile, r"web01: vnic_profile gone is not in vnic_profiles"),
        (no_domain, r"storage.exports\[0\] .*: domain gone is not in any site"),
        (no_end, r"storage.replicas\[0\]: 'to' is neither"),
        (same_export, r"storage.exports\[7\] .* is there twice"),
        (foreign_key, r"sites\[0\] primary: unknown key 'flowers'"),
        (same_name, r"sites\[1\] primary: another site has that name"),
        (disk_on_nothing, r"web01_os: storage domain gone is not in storage_domains"),
        (lambda e: e.update(format="x"), "its 'format' is not"),
        (lambda e: e.update(version=2), "version 2 is not known"),
        (lambda e: e.update(sites=[]), "at least one site"),
        (lambda e: e.pop("storage"), "'storage' is missing"),
    ],
)
def test_what_is_wrong_is_named(estate: Estate, spoil: Callable[[Estate], object], words: str) -> None:
    spoil(estate)
    with pytest.raises(EstateError, match=words):
        check(estate)


def test_broken_json_tells_the_line(tmp_path: Path) -> None:
    file = tmp_path / "estate.json"
    file.write_text('{\n"format": "ovirt-dr-estate",\n"version": }\n', encoding="utf-8")
    with pytest.raises(EstateError, match=r"estate.json: line 3: Expecting value"):
        load(file)


def test_unreadable_file(tmp_path: Path) -> None:
    with pytest.raises(EstateError, match="cannot be read"):
        load(tmp_path / "missing.json")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(EstateError, match="cannot be read"):
        load(tmp_path / "binary")


def test_round_trip(estate: Estate, tmp_path: Path) -> None:
    file = tmp_path / "copy.json"
    file.write_text(json.dumps(estate), encoding="utf-8")
    assert load(file) == estate
    assert load(file) == copy.deepcopy(estate)
