# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mutation run, on a small engine: what counts as a validation, which are held, and that a survivor is found."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from ansible_collections.ovirt_dr.storage.scripts.mutation.judge import Verdict, chosen, judge
from ansible_collections.ovirt_dr.storage.scripts.mutation.places import SWITCH, Package
from ansible_collections.ovirt_dr.storage.scripts.mutation.switch import OFF, refuses

ROOT = pathlib.Path(__file__).resolve().parents[3]
ENGINE = '''
    class Refusal(Exception):
        """No."""

    def command(words) -> Refusal:
        return Refusal(words)

    def one_of(value, known) -> str:
        if value not in known:
            raise command("unknown")
        return value

    def check_name(name) -> None:
        if not name:
            raise command("no name")
        if len(name) > 5:
            raise command("long")

    def problem(name) -> Refusal | None:
        if name == "bad":
            return command("bad")
        return None

    def add(table, name, kind):
        check_name(name)
        kind = one_of(kind, ("file", "block"))
        found = problem(name)
        if found is not None:
            raise found
        if name in table:
            raise command("twice")
        table[name] = kind
        return table

    def load(data):
        if not data:
            raise ValueError("no validation of the engine")
'''


@pytest.fixture
def package(tmp_path: pathlib.Path) -> Package:
    """The engine with its switches."""
    (tmp_path / "engine.py").write_text(textwrap.dedent(ENGINE), encoding="utf-8")
    (tmp_path / "other.py").write_text("def f():\n    raise command('left out')\n", encoding="utf-8")
    return Package(tmp_path, without=("other.py",))


@pytest.fixture
def engine(package: Package) -> dict[str, Any]:
    """The engine, running."""
    (tree,) = package.trees.values()
    names: dict[str, Any] = {SWITCH: refuses}
    exec(compile(tree, "engine", "exec"), names)  # noqa: S102
    return names


@dataclass(frozen=True)
class Check:
    """A case from a function that tells whether all is well."""

    title: str
    check: Callable[[], bool]

    def run(self) -> bool:
        """Whether all is well."""
        return self.check()


def refused(engine: dict[str, Any], *arguments: Any, words: str = "") -> Callable[[], bool]:
    """An add that must be refused, with these words if any are given."""

    def check() -> bool:
        try:
            engine["add"](*arguments)
        except engine["Refusal"] as refusal:
            return words in str(refusal)
        return False

    return check


def test_what_counts_as_a_validation(package: Package) -> None:
    assert [(place.line, place.text) for place in package.places] == [
        (10, "raise command('unknown')"),
        (15, "raise command('no name')"),
        (17, "raise command('long')"),
        (21, "return command('bad')"),
        (25, "check_name(name)"),
        (26, "one_of(kind, ('file', 'block'))"),
        (29, "raise found"),
        (31, "raise command('twice')"),
    ]
    assert {place.function for place in package.places} == {"one_of", "check_name", "problem", "add"}
    assert [place.line for place in chosen(package.places, ["check_name"])] == [15, 17, 25]


def test_with_everything_on_the_engine_is_as_it_was(engine: dict[str, Any]) -> None:
    assert engine["add"]({}, "a", "file") == {"a": "file"}
    assert refused(engine, {}, "", "file", words="no name")()
    assert refused(engine, {}, "longer", "file", words="long")()
    assert refused(engine, {}, "a", "tape", words="unknown")()


def test_held_survivors_and_what_is_never_come_by(package: Package, engine: dict[str, Any]) -> None:
    cases = [
        Check("no name", refused(engine, {}, "", "file", words="no name")),
        Check("unknown", refused(engine, {}, "a", "tape", words="unknown")),
        Check("bad", refused(engine, {}, "bad", "file", words="bad")),
        # Refused for its kind as well: nobody would notice if its name was not looked at.
        Check("any refusal", refused(engine, {}, "longer", "tape")),
        Check("broken", lambda: False),
        Check("good", lambda: engine["add"]({}, "a", "file") == {"a": "file"}),
    ]
    verdict = Verdict(package.places)
    assert judge(verdict, cases) == ["broken"]
    assert {package.places[number].line: title for number, title in verdict.caught.items()} == {
        10: "unknown",
        15: "no name",
        21: "bad",
        25: "no name",
        26: "unknown",
        29: "bad",
    }
    assert [(place.line, place.number in verdict.passed) for place in verdict.survivors] == [(17, True), (31, False)]
    lines = verdict.lines()
    assert lines[0] == "survives, come by: engine.py:17 check_name: raise command('long')"
    assert lines[1].startswith("survives, never come by: engine.py:31 add")
    assert lines[2] == "mutation: 6 of 8 validations are held (75.0 %)"
    summary = verdict.summary()
    assert (summary["validations"], summary["held"]) == (8, 6)
    assert [survivor["come_by"] for survivor in summary["survivors"]] == [True, False]
    assert not OFF

    twice = Check("twice", refused(engine, {"a": "file"}, "a", "file", words="twice"))
    long = Check("long", refused(engine, {}, "longer", "file", words="long"))
    judge(verdict, [twice, long])
    assert verdict.survivors == []


def test_the_tool_on_the_twin_itself(tmp_path: pathlib.Path) -> None:
    """One validation that a test holds, and one that it never comes by."""
    command = [sys.executable, "-m", "ansible_collections.ovirt_dr.storage.scripts.mutation", "--no-recordings"]
    folder = ROOT / "tests" / "unit" / "plugins" / "plugin_utils" / "twin"
    tests = f"{folder / 'test_control.py'}::test_tokens_end_with_the_clock"
    summary = tmp_path / "summary.json"
    run = subprocess.run(
        [*command, "--only", "unauthorized", "--only", "VM is running.", "--tests", tests, "--into", str(summary)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert run.returncode == 1, run.stderr
    told = json.loads(summary.read_text(encoding="utf-8"))
    assert any("unauthorized" in title for title in told["caught"])
    assert any("VM is running." in survivor["text"] and not survivor["come_by"] for survivor in told["survivors"])
    assert run.stdout.splitlines()[-2].startswith("mutation: ")
