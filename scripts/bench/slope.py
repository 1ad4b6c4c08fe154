# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one more VM costs: a straight line through the figures of several sizes."""

from __future__ import annotations

import dataclasses
import itertools
import typing as t


@dataclasses.dataclass(frozen=True)
class Line:
    """y = fixed + each * x."""

    each: float
    fixed: float


def least_squares(points: t.Sequence[tuple[float, float]]) -> Line | None:
    """The line nearest to the points (x, y); None where they do not make one: fewer than two different x."""
    count = len(points)
    if len({x for x, _y in points}) < 2:
        return None
    mean_x, mean_y = sum(x for x, _y in points) / count, sum(y for _x, y in points) / count
    spread = sum((x - mean_x) ** 2 for x, _y in points)
    each = sum((x - mean_x) * (y - mean_y) for x, y in points) / spread
    return Line(each, mean_y - each * mean_x)


def growth(points: t.Sequence[tuple[float, float]]) -> list[float]:
    """The slope from each point to the next larger one: about equal where the cost is a line, rising where it is not.

    Every x may be there once only.
    """
    ordered = sorted(points)
    return [(after[1] - before[1]) / (after[0] - before[0]) for before, after in itertools.pairwise(ordered)]
