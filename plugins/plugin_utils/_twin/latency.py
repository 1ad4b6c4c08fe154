# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much longer every request takes: a constant, or a distribution that is drawn from, the same in every run."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from math import isfinite, log
from random import Random
from typing import Union

FORMS = {
    "SECONDS": "always so many",
    "uniform:LEAST:MOST": "anything between, equally likely",
    "normal:MEAN:DEVIATION": "around a mean, never below zero",
    "lognormal:MEDIAN:SIGMA": "half above the median, a few far above: sigma 1 puts one in a hundred at ten times",
    "exponential:MEAN": "mostly short, sometimes long",
    "choice:SECONDS*WEIGHT:...": "these values, so often relative to each other, e.g. choice:0.01*99:2*1",
}
"""The ways to write a latency, with what they mean."""

Given = Union[float, int, str]  # noqa: UP007 (ansible-test pylint)
_COUNTS = {"uniform": 2, "normal": 2, "lognormal": 2, "exponential": 1}


class BadLatency(ValueError):
    """A latency that cannot be understood."""


class Latency:
    """Draws seconds. Raises BadLatency for a text that is none of FORMS."""

    def __init__(self, given: Given = 0.0, seed: int = 0) -> None:
        self.text = str(given)
        kind, *parts = self.text.split(":")
        self._kind = "constant"
        self._values: Sequence[float] = ()
        self._weights: Sequence[float] = ()
        self._random, self._lock = Random(seed), threading.Lock()
        if kind == "choice" and parts:
            pairs = [part.partition("*") for part in parts]
            self._kind, self._values = kind, [self._number(value) for value, _times, _weight in pairs]
            self._weights = list(accumulate(self._number(weight) if times else 1.0 for _v, times, weight in pairs))
            if not self._weights[-1]:
                raise BadLatency(f"latency {self.text!r}: all weights are 0")
        elif kind in _COUNTS:
            self._kind, self._values = kind, [self._number(part) for part in parts]
            if len(parts) != _COUNTS[kind]:
                raise BadLatency(f"latency {self.text!r}: {kind} takes {_COUNTS[kind]} numbers")
            if kind == "lognormal" and not self._values[0]:
                raise BadLatency(f"latency {self.text!r}: the median must be more than 0")
        elif parts:
            raise BadLatency(f"latency {self.text!r} is none of {', '.join(FORMS)}")
        else:
            self._values = [self._number(kind)]

    def _number(self, text: str) -> float:
        try:
            value = float(text)
        except ValueError as error:
            raise BadLatency(f"latency {self.text!r}: {text!r} is no number") from error
        if not isfinite(value) or value < 0:
            raise BadLatency(f"latency {self.text!r}: {text} must be 0 or more")
        return value

    def draw(self) -> float:
        """The seconds of the next request."""
        first, *rest = self._values
        if self._kind == "constant":
            return first
        with self._lock:
            if self._kind == "uniform":
                return self._random.uniform(first, rest[0])
            if self._kind == "normal":
                return max(0.0, self._random.gauss(first, rest[0]))
            if self._kind == "lognormal":
                return self._random.lognormvariate(log(first), rest[0])
            if self._kind == "exponential":
                return self._random.expovariate(1 / first) if first else 0.0
            return self._values[bisect_left(self._weights, self._random.random() * self._weights[-1])]
