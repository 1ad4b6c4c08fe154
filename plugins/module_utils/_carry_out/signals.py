# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ctrl-C and SIGTERM end a run in order: nothing new is begun, what is under way may finish."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.report import Report

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(KeyboardInterrupt):
    """A run was ended by a signal. report: what was done up to then, and what was not."""

    def __init__(self, why: str, report: Report) -> None:
        super().__init__(why)
        self.why = why
        self.report = report


@contextmanager
def heeding_signals(interrupt: Callable[[str], None]) -> Iterator[None]:
    """Call interrupt(why) at the first signal; a second one acts as it would without us.

    Only Python's main thread may handle signals; elsewhere this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = {number: signal.getsignal(number) for number in _SIGNALS}

    def give_back() -> None:
        for number, handler in former.items():
            # None: a handler that was not installed from Python; it cannot be put back.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def heed(number: int, _frame: object) -> None:
        give_back()
        interrupt(f"interrupted by {signal.Signals(number).name}")

    for number in _SIGNALS:
        signal.signal(number, heed)
    try:
        yield
    finally:
        give_back()
