# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every refusal that was recorded in four scenes stands in tests/contract/refusals.yml with the test that meets it."""

from __future__ import annotations

import html
import importlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.ovirt_dr.storage.scripts.fidelity import report

ROOT = Path(__file__).resolve().parents[2]
TABLE = yaml.safe_load((ROOT / "tests" / "contract" / "refusals.yml").read_text(encoding="utf-8"))
COLLECTION = "ansible_collections.ovirt_dr.storage"
SCENES = (
    "03-storage-domains",
    "03b-storage-domain-rules",
    "04b-unregistered-register",
    "04c-register-second-round",
)
PLAYED = "tests/contract/test_fidelity.py::test_scene_differs_only_where_that_is_listed"
MET = ("found", "told", "waited", "already", "contract")
Recordings = Callable[[str], dict[int, dict[str, Any]]]


@dataclass(frozen=True)
class Refusal:
    """A recorded one. asked: METHOD path with ids as *; says: its reason and detail, or the text of a page."""

    scene: str
    n: int
    status: int
    asked: str
    says: str


def refusals(recordings: Recordings) -> list[Refusal]:
    """All of the scenes, in order."""
    return [
        _refusal(scene, record) for scene in SCENES for record in recordings(scene).values() if record["status"] >= 400
    ]


def _refusal(scene: str, record: dict[str, Any]) -> Refusal:
    path = record["path"].partition("?")[0].removeprefix("/ovirt-engine/api")
    body = record["response"] or ""
    parts = [re.search(rf"<{tag}>(.*?)</{tag}>", body, re.DOTALL) for tag in ("reason", "detail")]
    said = [html.unescape(part.group(1)) for part in parts if part]
    text = ": ".join(said) if said else re.sub(r"<[^>]*>", " ", body)
    return Refusal(scene, record["n"], record["status"], f"{record['method']} {_blank(path)}", _blank(text))


def _blank(text: str) -> str:
    return " ".join(re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "*", text).split())


def matches(row: dict[str, Any], refusal: Refusal) -> bool:
    """Whether a row of the table is about a recorded refusal."""
    return (
        row["status"] == refusal.status
        and re.search(row["says"], refusal.says) is not None
        and re.search(row.get("asked", ""), refusal.asked) is not None
    )


def named(by: str) -> tuple[str, str]:
    """(path::test, the case in brackets or nothing) of an entry of ``by``, short names replaced."""
    found = re.fullmatch(r"([^\[]+)(?:\[(.+)\])?", by)
    assert found, by
    test = TABLE["tests"].get(found[1], found[1])
    return test if "/" in test else f"tests/unit/plugins/modules/{test}", found[2] or ""


def test_each_recorded_refusal_stands_in_one_row(recordings: Recordings) -> None:
    wrong = {
        f"{one.scene} {one.n}: {one.status} {one.asked}: {one.says[:120]}": rows
        for one in refusals(recordings)
        if len(rows := [row["refusal"] for row in TABLE["refusals"] if matches(row, one)]) != 1
    }
    assert not wrong, "\n".join(f"{one} -> {rows or 'no row'}" for one, rows in wrong.items())


def test_each_row_is_of_a_recorded_refusal(recordings: Recordings) -> None:
    found = refusals(recordings)
    idle = [row["refusal"] for row in TABLE["refusals"] if not any(matches(row, one) for one in found)]
    assert not idle


def test_the_twin_refuses_as_recorded_where_no_module_asks(recordings: Recordings) -> None:
    """The exchanges are played by the fidelity test; none of these may be among the differences that it lets pass."""
    rows = [row for row in TABLE["refusals"] if row["met"] == "contract"]
    let_pass = set(report.known())
    differing = [
        f"{one.scene} {one.n}: {one.says}"
        for one in refusals(recordings)
        if (one.scene, one.n) in let_pass and any(matches(row, one) for row in rows)
    ]
    assert not differing


@pytest.mark.parametrize("row", TABLE["refusals"], ids=lambda row: row["refusal"])
def test_a_row_is_whole_and_its_tests_are_there(row: dict[str, Any]) -> None:
    assert set(row) <= {"refusal", "status", "says", "asked", "met", "by", "why"}
    assert row["met"] in MET
    if row["met"] == "contract":
        assert row["why"].strip()
        assert "by" not in row
    for by in row.get("by", [PLAYED]):
        test, case = named(by)
        path, _colons, name = test.partition("::")
        text = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"^def {re.escape(name)}\(", text, re.MULTILINE), test
        if case:
            tests = importlib.import_module(f"{COLLECTION}.{path.removesuffix('.py').replace('/', '.')}")
            assert any(isinstance(held, dict) and case in held for held in vars(tests).values()), f"no case {case}"


def test_rows_have_names_of_their_own() -> None:
    names = [row["refusal"] for row in TABLE["refusals"]]
    assert sorted(names) == sorted(set(names))
