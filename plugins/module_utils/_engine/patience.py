# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Repeats with growing pauses, for what does no harm when it is done twice.

Two things may be repeated: a request that the engine certainly did not get, whatever it asks; and a read (sign-in
included) whose answer was lost or came from something in front of an engine that is not ready (502, 503, 504).
"""

from __future__ import annotations

import threading
import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.transport import Answer, Lost, NotSent

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.clock import Clock
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.transport import Transport

PAUSES = (0.5, 1.0, 2.0, 4.0)
"""Seconds before each repeat."""

AT_FIRST = 1
"""Repeats while the engine has not answered anything yet: a site that is down is told soon."""

WITHIN = 60.0
"""Seconds from the first try in which a second or later repeat may begin."""

NOT_READY = (502, 503, 504)


class Counts:
    """What was done, for reports: whole numbers that only grow."""

    def __init__(self) -> None:
        self.reads = 0
        self.writes = 0
        self.sign_ins = 0
        self.retried = 0
        self.bytes_in = 0
        self._lock = threading.Lock()

    def add(self, **numbers: int) -> None:
        """Add to the counters of these names."""
        with self._lock:
            for name, number in numbers.items():
                setattr(self, name, getattr(self, name) + number)


class Patient:
    """A transport with patience."""

    def __init__(self, transport: Transport, clock: Clock, counts: Counts) -> None:
        self.transport = transport
        self._clock = clock
        self._counts = counts
        self._answered = False

    def send(
        self,
        method: str,
        target: str,
        headers: t.Mapping[str, str],
        body: bytes | None,
        *,
        timeout: float,
        repeatable: bool,
        readable: t.Callable[[Answer], bool] = lambda answer: True,
    ) -> Answer:
        """As Transport.exchange, with repeats. The last 502, 503 or 504 is returned as it is.

        ``readable`` judges an answer whose length was not known: if it is cut short, a repeatable request is repeated.
        Raises the last NotSent or Lost, and what Transport.exchange raises.
        """
        begin = self._clock.now()
        tries = 0
        while True:
            try:
                answer = self.transport.exchange(method, target, headers, body, timeout=timeout, repeatable=repeatable)
            except NotSent as error:
                if error.lasting or not self._may_repeat(tries, begin):
                    raise
            except Lost:
                self._answered = True
                if not repeatable or not self._may_repeat(tries, begin):
                    raise
            else:
                self._answered = True
                self._counts.add(bytes_in=answer.wire_bytes)
                good = answer.status not in NOT_READY and (answer.framed or readable(answer))
                if good or not repeatable or not self._may_repeat(tries, begin):
                    return answer
            self._counts.add(retried=1)
            self._clock.sleep(PAUSES[tries])
            tries += 1

    def _may_repeat(self, tries: int, begin: float) -> bool:
        """Whether another try is due after ``tries`` repeats of a request first sent at ``begin``."""
        if tries >= (len(PAUSES) if self._answered else AT_FIRST):
            return False
        return tries == 0 or self._clock.now() - begin < WITHIN
