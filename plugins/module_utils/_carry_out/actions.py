# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an action may answer when it is asked to do a step, and how the wait for the step's end is described."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Step


@dataclass(frozen=True)
class Done:
    """The step has ended well and that was verified. already: it was so before, nothing was written."""

    message: str = ""
    details: Mapping[str, object] = field(default_factory=dict)
    already: bool = False


@dataclass(frozen=True)
class Failed:
    """The step has failed. message: the complete sentence for the operator; failure: machine-readable, if known."""

    message: str
    failure: Mapping[str, object] | None = None


@dataclass(frozen=True)
class Retry:
    """Not now. after: seconds until the next try; why: what is in the way; until: total seconds of trying."""

    after: float
    why: str
    until: float


def last_state(record: object) -> str:
    """What a record says of its state, for a time-out message: its `status` (attribute or key), else all of it."""
    if record is None:
        return "not in the list"
    status = record.get("status") if isinstance(record, Mapping) else getattr(record, "status", None)
    return str(record if status is None else status)


Verdict: TypeAlias = "Callable[[Any], Done | Failed | None]"
"""(the step's record in the watched collection, None when it is not there) -> the end, or None: keep waiting."""


@dataclass(frozen=True)
class Pending:
    """The write was accepted; its end shows in a collection that is read for all waiting steps together.

    watch: which of carry_out()'s watches holds the record; key: the record's key there.
    verdict: judges the record of each reading that began after the step began to wait.
    timeout: seconds from now; a last reading is made when they are over.
    wanted: what is waited for ("status down"); describe: the state of a record in words, for the time-out message.
    """

    watch: str
    key: str
    verdict: Verdict
    timeout: float
    wanted: str
    describe: Callable[[Any], str] = last_state


Answer: TypeAlias = "Done | Failed | Retry | Pending"


class Action(Protocol):
    """Does steps of one name. Called from several threads at once, each call with its own step."""

    def do(self, step: Step) -> Answer:
        """Write, and say how it went. DrError means the step failed, except: busy faults (tried again), an engine
        that could not be reached (tried again), and LostAnswer (look() decides)."""

    def look(self, step: Step) -> Done | Failed | Pending | bool | None:
        """Read only: after a lost answer, is it so? True or Done: yes. Pending: accepted, wait for its end.
        False: no, it may be done again (only after it was said twice in a row). None: cannot be told yet."""


Watch = Callable[[frozenset[str]], Mapping[str, Any]]
"""Reads one collection in bulk: (the keys somebody waits for) -> key (mostly the id) -> record. It may read and return
more than was asked for; a key that is missing in its answer is not in the collection."""
