# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Latencies: what each form means, and what is none."""

from __future__ import annotations

from statistics import mean, median

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.latency import BadLatency, Latency
from hypothesis import given
from hypothesis import strategies as st


def drawn(text: str, seed: int = 1) -> list[float]:
    """Many draws."""
    latency = Latency(text, seed)
    return [latency.draw() for _turn in range(4000)]


def test_a_constant() -> None:
    assert set(drawn("0.25")) == {0.25}
    assert Latency(0.1).draw() == 0.1
    assert Latency().draw() == 0.0


def test_uniform() -> None:
    values = drawn("uniform:0.1:0.3")
    assert 0.1 <= min(values) < 0.11
    assert 0.29 < max(values) <= 0.3
    assert mean(values) == pytest.approx(0.2, rel=0.05)


def test_normal_is_never_below_zero() -> None:
    values = drawn("normal:0.1:0.1")
    assert min(values) == 0.0
    assert median(values) == pytest.approx(0.1, rel=0.1)


def test_lognormal_has_a_long_tail() -> None:
    values = sorted(drawn("lognormal:0.05:1"))
    assert median(values) == pytest.approx(0.05, rel=0.1)
    assert values[int(0.99 * len(values))] == pytest.approx(0.5, rel=0.35)


def test_exponential() -> None:
    assert mean(drawn("exponential:0.2")) == pytest.approx(0.2, rel=0.1)
    assert set(drawn("exponential:0")) == {0.0}


def test_choice_by_weight() -> None:
    values = drawn("choice:0.01*99:2*1")
    assert set(values) == {0.01, 2.0}
    assert values.count(2.0) == pytest.approx(40, rel=0.5)
    assert drawn("choice:1:2*0:3").count(2.0) == 0


@given(
    st.sampled_from(["uniform:0:1", "normal:1:3", "lognormal:1:2", "exponential:1", "choice:1*2:2*1"]), st.integers()
)
def test_no_draw_is_below_zero_and_a_seed_repeats(text: str, seed: int) -> None:
    one, other = Latency(text, seed), Latency(text, seed)
    values = [one.draw() for _turn in range(20)]
    assert min(values) >= 0
    assert values == [other.draw() for _turn in range(20)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("soon", "'soon' is no number"),
        ("-1", "must be 0 or more"),
        ("inf", "must be 0 or more"),
        ("nan", "must be 0 or more"),
        ("poisson:3", "is none of"),
        ("uniform:1", "uniform takes 2 numbers"),
        ("uniform:1:x", "'x' is no number"),
        ("lognormal:0:1", "the median must be more than 0"),
        ("choice:1*0", "all weights are 0"),
        ("choice:1*x", "'x' is no number"),
        ("", "is no number"),
    ],
)
def test_what_is_no_latency_is_told(text: str, words: str) -> None:
    with pytest.raises(BadLatency) as raised:
        Latency(text)
    assert str(raised.value).startswith("latency ")
    assert words in str(raised.value)
