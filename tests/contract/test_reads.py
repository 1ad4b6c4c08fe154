# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every recorded read of the drill estate, answered again: element by element, link by link."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from lxml import etree

UNKNOWN = ("/snapshots/",)
"""Below a snapshot the twin knows nothing: its disks and NICs come out empty."""


def conftest() -> ModuleType:
    """The functions of conftest.py."""
    spec = importlib.util.spec_from_file_location("contract_conftest", Path(__file__).with_name("conftest.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


HELP = conftest()


@pytest.mark.parametrize(
    ("site", "file", "at_least"),
    [("primary", "10-drill-estate-engine1", 330), ("recovery", "10-drill-estate-engine2", 70)],
)
def test_every_read_of_the_drill(
    recordings: Callable[[str], dict[int, Any]], twin: Twin, site: str, file: str, at_least: int
) -> None:
    client = HELP.Client(twin, site)
    compared, wrong = 0, []
    for record in recordings(file).values():
        path = record["path"].removeprefix("/ovirt-engine/api")
        answer = client.get(path)
        assert answer.status_code == record["status"], path
        theirs, ours = etree.fromstring(record["response"].encode()), etree.fromstring(answer.content)
        assert theirs.tag == ours.tag, path
        if ours.tag == "api" or any(part in path and not path.endswith(part) for part in UNKNOWN):
            continue
        compared += 1
        if theirs.get("id") is not None:
            wrong += [f"{path} {line}" for line in HELP.differences(theirs, ours)]
            continue
        members = {member.get("id"): member for member in theirs}
        for member in ours:
            known = members.get(member.get("id"))
            wrong += (
                [f"{path} extra {member.tag}"]
                if known is None
                else [f"{path} {line}" for line in HELP.differences(known, member)]
            )
        if "search=" in path or path.count("/") > 1:
            wrong += [f"{path} missing {key}" for key in members if key not in {m.get("id") for m in ours}]
    assert not wrong[:20]
    assert compared >= at_least - 60


def test_root_says_the_same_but_for_the_counts(recordings: Callable[[str], dict[int, Any]], twin: Twin) -> None:
    record = recordings("10-drill-estate-engine1")[1]
    answer = HELP.Client(twin, "primary").get("/")
    assert HELP.elements(record["response"]) == HELP.elements(answer.text)
    for tag in ("full_version", "instance_id"):
        theirs = etree.fromstring(record["response"].encode()).findtext(f"product_info//{tag}")
        assert etree.fromstring(answer.content).findtext(f"product_info//{tag}") == theirs
