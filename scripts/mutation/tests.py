# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests of pytest as cases: collected once, each run as often as needed in one process."""

from __future__ import annotations

import signal
import types
from collections.abc import Callable, Sequence
from typing import cast

import pytest
from _pytest.runner import runtestprotocol

SLOWEST = 60
"""Seconds after which a test that runs without a place has failed: it would have gone on for ever."""


class TooLong(BaseException):
    """A test does not end."""


def _too_long(_number: int, _frame: types.FrameType | None) -> None:
    raise TooLong


class Item:
    """A collected test."""

    def __init__(self, item: pytest.Item) -> None:
        self._item = item

    @property
    def title(self) -> str:
        """Its id."""
        return self._item.nodeid

    def listchain(self) -> list[pytest.Session]:
        """What stays set up for whatever comes next: the session alone."""
        return [self._item.session]

    def run(self) -> bool:
        """Runs it with set-up and tear-down."""
        signal.signal(signal.SIGALRM, _too_long)
        signal.alarm(SLOWEST)
        try:
            reports = runtestprotocol(self._item, nextitem=cast(pytest.Item, self), log=False)
        except TooLong:
            return False
        finally:
            signal.alarm(0)
        return not any(report.failed for report in reports)


class Instead:
    """A plugin of pytest that hands the collected tests over instead of running them."""

    def __init__(self, take: Callable[[Sequence[Item]], None]) -> None:
        self._take = take

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Instead of the loop."""
        if session.testsfailed:
            raise session.Failed("tests cannot be collected")
        self._take([Item(item) for item in session.items])
        return True


def with_tests(arguments: Sequence[str], take: Callable[[Sequence[Item]], None]) -> int:
    """Collects tests and hands them over; returns pytest's exit code, 0 when they could be collected."""
    quiet = ["-q", "--no-header", "-p", "no:cacheprovider", "-p", "no:xdist"]
    return int(pytest.main([*quiet, *arguments], plugins=[Instead(take)]))
