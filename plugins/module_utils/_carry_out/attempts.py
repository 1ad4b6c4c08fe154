# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A step between its begin and its end, and what the end of a request says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.actions import Done, Failed, Pending
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.bugs import bug
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.limiter import Ticket
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import (
    DrError,
    EngineError,
    Fault,
    LostAnswer,
    UnexpectedAnswer,
    Unreachable,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.waits import intervals


@dataclass
class Try:
    """A step that was begun. hindered: when it was first put off; lost: the error after which it is looked at."""

    step: Step
    began: float
    pauses: Iterator[float] = field(default_factory=intervals)
    hindered: float | None = None
    why: str = ""
    lost: EngineError | None = None
    lost_at: float = 0.0
    losses: int = 0
    denials: int = 0
    ticket: Ticket | None = None
    sent: float = 0.0


def engine_is_well(error: BaseException | None, answer: object) -> bool | None:
    """What the end of a request says of the engine: True: its time counts; False: it is in trouble; None: nothing."""
    if error is None:
        return True if isinstance(answer, (Done, Pending)) else None
    if isinstance(error, (LostAnswer, Unreachable)):
        return False
    if isinstance(error, (Fault, UnexpectedAnswer)) and error.status in (502, 503, 504):
        # The answer of what stands before the engine: it may have passed the request on.
        return False
    return None


def failed(error: BaseException) -> Failed:
    """An exception as the end of a step."""
    return Failed(str(error), error.failure()) if isinstance(error, DrError) else bug(error)
