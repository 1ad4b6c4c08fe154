# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of ``docs/mission.md``: what was asked for, what gives it, which test shows it, and how much is done."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .project import Problem

COLUMNS = ("behaviour", "how", "test", "state")
STATES = ("done", "open", "not applicable")
QUOTED = re.compile(r"`([^`]+)`")


@dataclasses.dataclass(frozen=True)
class Row:
    """One behaviour. how: prose, with modules, roles and files in backticks; line: where it stands on the page."""

    line: int
    behaviour: str
    how: str
    tests: tuple[str, ...]
    state: str
    reason: str

    @property
    def given_by(self) -> tuple[str, ...]:
        """The names in ``how``, as ``vm_power`` or ``vm_power.waves.name``."""
        return tuple(QUOTED.findall(self.how))


@dataclasses.dataclass(frozen=True)
class Table:
    """The behaviours of one document."""

    title: str
    rows: tuple[Row, ...]

    def count(self, state: str) -> int:
        """How many behaviours are in this state."""
        return sum(row.state == state for row in self.rows)


def read(text: str) -> tuple[Table, ...]:
    """The tables of the page; a second-level heading begins one. Raises Problem, with the line, for any other table."""
    found: list[tuple[str, list[Row]]] = []
    ruled = False
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("## "):
            found.append((line[3:].strip(), []))
            ruled = False
        elif line.startswith("|"):
            cells = _cells(line, number)
            if not found:
                raise Problem(f"mission line {number}: a table without a heading")
            if cells == COLUMNS:
                continue
            if all(set(cell) == {"-"} for cell in cells):
                ruled = True
            elif ruled:
                found[-1][1].append(_row(cells, number))
            else:
                raise Problem(f"mission line {number}: a table begins with the columns {', '.join(COLUMNS)}")
    return tuple(Table(title, tuple(rows)) for title, rows in found)


def _cells(line: str, number: int) -> tuple[str, ...]:
    cells = tuple(cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|"))
    if len(cells) != len(COLUMNS):
        raise Problem(f"mission line {number}: {len(cells)} columns where there are {len(COLUMNS)}")
    return cells


def _row(cells: t.Sequence[str], number: int) -> Row:
    behaviour, how, test, told = cells
    state, _colon, reason = (part.strip() for part in told.partition(":"))
    tests = tuple(QUOTED.findall(test))
    if not behaviour:
        raise Problem(f"mission line {number}: no behaviour")
    if state not in STATES:
        raise Problem(f"mission line {number}: state {state!r} is none of {', '.join(STATES)}")
    if (state == "not applicable") != bool(reason):
        raise Problem(f"mission line {number}: a reason is needed where a behaviour is not applicable, and only there")
    if state == "done" and not (tests and QUOTED.search(how)):
        raise Problem(f"mission line {number}: what is done names what gives it and the test that shows it")
    if QUOTED.sub("", test).strip(" ,"):
        raise Problem(f"mission line {number}: tests stand in backticks, with commas between them")
    return Row(number, behaviour, how, tests, state, reason)


def report(tables: t.Sequence[Table]) -> str:
    """How many behaviours are in which state, a line for each table and one for all."""
    lines = [f"{'done':>5} {'open':>5} {'n/a':>5}  document"]
    whole = Table("in all", tuple(row for table in tables for row in table.rows))
    for table in [*tables, whole]:
        lines.append(" ".join(f"{table.count(state):5}" for state in STATES) + f"  {table.title}")
    return "\n".join(lines)
