# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every refusal that was recorded from a running engine, if the recordings are beside the project."""

from __future__ import annotations

import json
import os
import pathlib
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import faults, xml

HERE = pathlib.Path(__file__).resolve()
SHARED = pathlib.Path(os.environ.get("OVIRT_DR_SHARED") or HERE.parents[6] / "shared")
FILES = sorted((SHARED / "recordings" / "engine-4.5.8").glob("*.jsonl"))

pytestmark = pytest.mark.skipif(not FILES, reason="recordings are not here")


def exchanges() -> t.Iterator[dict[str, t.Any]]:
    """Each refusal of the API with another answer than those before."""
    seen = set()
    for file in FILES:
        with file.open(encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                key = (record["status"], record["response"])
                if record["status"] >= 400 and "/sso/" not in record["path"] and key not in seen:
                    seen.add(key)
                    yield record


def test_every_refusal_becomes_words() -> None:
    number = 0
    for record in exchanges():
        body = (record["response"] or "").encode()
        kind = record["response_headers"].get("Content-Type", "")
        fault = faults.from_answer(record["status"], body, kind, record["method"], record["path"], subject="it")
        number += 1
        where = (record["n"], record["path"])
        assert fault.reason, where
        assert "\tat " not in str(fault), where
        assert "<" not in fault.detail or "xml" in kind, where
        if "<reason>" in record["response"]:
            root = xml.parse(body)
            assert fault.reason == root.findtext(".//reason"), where
            assert fault.detail == (root.findtext(".//detail") or "").strip(), where
            assert all(item in fault.detail for item in fault.items), where
            assert bool(fault.items) == bool(fault.detail.strip("[] ")), where
    assert number > 100


@pytest.mark.parametrize(
    "words",
    [
        "Related operation is currently in progress",
        "disks are locked: ${diskAliases}",
        "is being moved or copied",
        "Template's Image is locked",
        "tasks will finish",
        "locked domains in the Data Center",
    ],
)
def test_recorded_locks_are_busy(words: str) -> None:
    found = [record for record in exchanges() if record["status"] == 409 and words in record["response"]]
    assert found
    for record in found:
        assert faults.is_busy(faults.from_answer(409, record["response"].encode(), "application/xml")), record["n"]


@pytest.mark.parametrize(
    "words",
    [
        "already",
        "delete protected",
        "status is Maintenance",
        "status is Active",
        "not down",
        "is running",
        "does not exist",
    ],
)
def test_recorded_conflicts_are_not_busy(words: str) -> None:
    found = [record for record in exchanges() if record["status"] == 409 and words in record["response"]]
    assert found
    for record in found:
        assert not faults.is_busy(faults.from_answer(409, record["response"].encode(), "application/xml")), record["n"]
