# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/mission.md says no more than is so: what it calls done exists, and so does every test that it names."""

from __future__ import annotations

import importlib
import pathlib
import re
import typing as t

import pytest
import yaml
from ansible_collections.ovirt_dr.storage.scripts.dev.mission import Row, Table, read, report
from ansible_collections.ovirt_dr.storage.scripts.dev.project import Problem

ROOT = pathlib.Path(__file__).resolve().parents[3]
MODULES = "ansible_collections.ovirt_dr.storage.plugins.modules"
TABLES = read((ROOT / "docs" / "mission.md").read_text(encoding="utf-8"))
ROWS = [row for table in TABLES for row in table.rows]

HEAD = "## A design\n\n| behaviour | how | test | state |\n|---|---|---|---|\n"


def options_of(name: str) -> dict[str, t.Any] | None:
    """The options of a module or role of this collection, by name; None when there is none of this name."""
    role = ROOT / "roles" / name / "meta" / "argument_specs.yml"
    if role.is_file():
        specs = yaml.safe_load(role.read_text(encoding="utf-8"))
        return dict(specs["argument_specs"]["main"]["options"])
    if (ROOT / "plugins" / "modules" / f"{name}.py").is_file():
        return dict(importlib.import_module(f"{MODULES}.{name}").OPTIONS)
    return None


def is_there(named: str) -> bool:
    """Whether a module, role or file exists, with the option whose path follows after dots."""
    if "/" in named:
        return (ROOT / named).is_file()
    name, *path = named.split(".")
    options = options_of(name)
    if options is None:
        return False
    for number, part in enumerate(path, start=1):
        if part not in options:
            return False
        options = options[part].get("options") or {}
        if not options and number < len(path):
            return False
    return True


def is_a_test(named: str) -> bool:
    """Whether path::name is a test function of this repository."""
    path, _colons, name = named.partition("::")
    file = ROOT / path
    return (
        path.startswith("tests/")
        and name.startswith("test_")
        and file.is_file()
        and re.search(rf"^\s*def {re.escape(name)}\(", file.read_text(encoding="utf-8"), re.MULTILINE) is not None
    )


def test_there_is_a_table_for_each_document() -> None:
    assert len(TABLES) == 5
    assert len({table.title for table in TABLES}) == 5
    assert all(table.rows for table in TABLES)


def test_no_behaviour_stands_twice_in_a_table() -> None:
    for table in TABLES:
        behaviours = [row.behaviour for row in table.rows]
        assert sorted(behaviours) == sorted(set(behaviours))


def test_one_text_in_two_documents_has_the_same_rows() -> None:
    """The first two documents differ in their form only."""
    first, second = ([(row.behaviour, row.how, row.tests, row.state) for row in table.rows] for table in TABLES[:2])
    assert first == second


def test_every_test_that_is_named_exists() -> None:
    assert [f"line {row.line}: {test}" for row in ROWS for test in row.tests if not is_a_test(test)] == []


def test_what_gives_a_behaviour_that_is_done_exists() -> None:
    done = [row for row in ROWS if row.state == "done"]
    assert [f"line {row.line}: {named}" for row in done for named in row.given_by if not is_there(named)] == []


@pytest.mark.parametrize(
    ("named", "there"),
    [
        ("vm_power", True),
        ("vm_power.waves.name", True),
        ("dr_failover.dr_failover_plan", True),
        ("playbooks/failover.yml", True),
        ("vm_powers", False),
        ("vm_power.wave", False),
        ("vm_power.state.up", False),
        ("playbooks/fallover.yml", False),
    ],
)
def test_what_counts_as_existing(named: str, there: bool) -> None:
    assert is_there(named) is there


@pytest.mark.parametrize(
    ("named", "there"),
    [
        ("tests/unit/frame/test_mission.py::test_what_counts_as_a_test", True),
        ("tests/unit/frame/test_mission.py::test_what_counts_as_a", False),
        ("tests/unit/frame/test_mission.py::is_a_test", False),
        ("tests/unit/frame/test_missing.py::test_what_counts_as_a_test", False),
        ("tests/unit/frame/test_mission.py", False),
        ("scripts/dev/mission.py::read", False),
    ],
)
def test_what_counts_as_a_test(named: str, there: bool) -> None:
    assert is_a_test(named) is there


def test_reading_a_page() -> None:
    text = (
        "# Page\n\nwords\n\n"
        + HEAD
        + "| it runs | `vm_power`, `vm_power.waves` in turn | `tests/a.py::test_b`, `tests/a.py::test_c` | done |\n"
        + "| it flies | later | | open |\n\n"
        + HEAD.replace("A design", "Another")
        + "| it shines | | | not applicable: it is: paint |\n"
    )
    first, second = read(text)
    assert (first.title, [row.state for row in first.rows]) == ("A design", ["done", "open"])
    assert first.rows[0].tests == ("tests/a.py::test_b", "tests/a.py::test_c")
    assert first.rows[0].given_by == ("vm_power", "vm_power.waves")
    assert first.rows[1] == Row(10, "it flies", "later", (), "open", "")
    assert (second.title, second.rows[0].reason) == ("Another", "it is: paint")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("| it runs | `vm_power` | open |", "line 5: 3 columns where there are 4"),
        ("| it runs | `vm_power` | a, b | c | open |", "line 5: 5 columns where there are 4"),
        ("| | `vm_power` | | open |", "line 5: no behaviour"),
        ("| it runs | `vm_power` | | partly |", "line 5: state 'partly' is none of done, open, not applicable"),
        ("| it runs | `vm_power` | | not applicable |", "line 5: a reason is needed"),
        ("| it runs | `vm_power` | | open: soon |", "line 5: a reason is needed"),
        ("| it runs | `vm_power` | | done |", "line 5: what is done names"),
        ("| it runs | by itself | `tests/a.py::test_b` | done |", "line 5: what is done names"),
        ("| it runs | `vm_power` | tests/a.py::test_b | open |", "line 5: tests stand in backticks"),
    ],
)
def test_a_row_that_is_none(line: str, words: str) -> None:
    with pytest.raises(Problem) as problem:
        read(HEAD + line)
    assert words in str(problem.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD.replace("## A design", ""), "line 3: a table without a heading"),
        (HEAD.replace("behaviour", "what"), "line 3: a table begins with the columns behaviour, how, test, state"),
    ],
)
def test_a_table_that_is_none(text: str, words: str) -> None:
    with pytest.raises(Problem) as problem:
        read(text)
    assert words in str(problem.value)


def test_the_report_counts() -> None:
    rows = read(HEAD + "| a | `b` | `c` | done |\n| d | | | open |\n| e | | | open |\n| f | | | not applicable: g |\n")
    lines = report([*rows, Table("Empty", ())]).splitlines()
    assert [line.split() for line in lines] == [
        ["done", "open", "n/a", "document"],
        ["1", "2", "1", "A", "design"],
        ["0", "0", "0", "Empty"],
        ["1", "2", "1", "in", "all"],
    ]
