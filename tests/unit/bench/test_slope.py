# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The line through the sizes of a benchmark."""

from __future__ import annotations

import pytest
from ansible_collections.ovirt_dr.storage.scripts.bench.slope import growth, least_squares
from hypothesis import given
from hypothesis import strategies as st

NUMBERS = st.floats(-1e6, 1e6)


@given(st.lists(st.integers(1, 10_000), min_size=2, max_size=8, unique=True), NUMBERS, NUMBERS)
def test_points_of_a_line_give_that_line(xs: list[int], each: float, fixed: float) -> None:
    line = least_squares([(x, fixed + each * x) for x in xs])
    assert line is not None
    for x in xs:
        assert line.fixed + line.each * x == pytest.approx(fixed + each * x, rel=1e-6, abs=1e-2)


def test_of_points_beside_the_line_the_nearest_is_taken() -> None:
    line = least_squares([(0, 0), (1, 2), (2, 1)])
    assert line is not None
    assert (line.each, line.fixed) == (pytest.approx(0.5), pytest.approx(0.5))


@pytest.mark.parametrize("points", [[], [(30, 12.0)], [(30, 12.0), (30, 14.0)]])
def test_one_size_makes_no_line(points: list[tuple[float, float]]) -> None:
    assert least_squares(points) is None


def test_growth_shows_what_a_line_hides() -> None:
    quadratic = [(x, 0.01 * x * x) for x in (1_000, 30, 100)]
    assert growth(quadratic) == pytest.approx([1.3, 11.0])
    assert growth([(30, 60.0), (100, 200.0), (1_000, 2_000.0)]) == pytest.approx([2.0, 2.0])
    assert growth([(30, 60.0)]) == []
