# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for the engine: read, judge, wait a little longer each time, stop at the deadline."""

from __future__ import annotations

import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.clock import Clock
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import (
    Fault,
    JobFailed,
    Unreachable,
    WaitTimeout,
)

T = t.TypeVar("T")
Done: t.TypeAlias = "bool | str"
"""True: the wanted state is there. False: not yet. A text: it cannot come any more, and why."""


_NOTHING = 0.001
"""Seconds left that are not worth a pause; a pause of less may not even move a clock."""


def intervals(first: float = 0.3, factor: float = 1.6, longest: float = 5.0) -> t.Iterator[float]:
    """Endless pauses in seconds: ``first``, then each ``factor`` times the one before, up to ``longest``."""
    pause = min(first, longest)
    while True:
        yield pause
        pause = min(pause * factor, longest)


def wait_until(
    read: t.Callable[[], T],
    done: t.Callable[[T], Done],
    *,
    subject: str,
    wanted: str,
    timeout: float,
    clock: Clock,
    describe: t.Callable[[T], str],
    pauses: t.Iterable[float] | None = None,
) -> T:
    """Read until ``done`` says True, and return what was read then.

    ``describe`` puts a reading into words for the error. An engine that does not answer for a while (restart, fail-over
    of its proxy) is a reading like any other: the wait goes on until ``timeout`` seconds are over. The last reading
    begins at the deadline. Raises WaitTimeout with the last state seen, JobFailed if ``done`` gave a text.
    """
    begin = clock.now()
    last_seen = ""
    for pause in pauses or intervals():
        try:
            reading = read()
        except (Unreachable, Fault) as error:
            if isinstance(error, Fault) and error.status not in (502, 503, 504):
                raise
            last_seen = str(error)
        else:
            last_seen = describe(reading)
            verdict = done(reading)
            if verdict is True:
                return reading
            if verdict:
                raise JobFailed(subject, wanted, str(verdict))
        left = timeout - (clock.now() - begin)
        if left < _NOTHING:
            break
        clock.sleep(min(pause, left))
    raise WaitTimeout(subject, wanted, last_seen, clock.now() - begin)
