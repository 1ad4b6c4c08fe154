# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal of a run: what was begun and how it ended, one JSON object per line, for people and programs.

It is an audit trail and what progress is shown from; it is never trusted over what the engine says. Each line goes to
the system in one write, so that a killed run leaves readable lines. Keys: at (UTC), run, event (plan, start, end,
note), and of the step: step, action, kind, name, id, correlation_id, state, seconds, message, required.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Outcome, Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput

LONGEST_MESSAGE = 4000
"""Characters of a message that a line keeps; the module's result has the rest."""


class Journal:
    """Appends to the file at `path`; without a path everything is accepted and nothing is written. Thread-safe.

    run: the id of the run; correlate: step id -> the correlation id of its requests; wall: seconds since the epoch.
    trouble: why the file stopped being written ("" while all is well): a full disk must not stop a recovery.
    """

    def __init__(
        self,
        path: str | None,
        run: str = "",
        *,
        correlate: Callable[[str], str] | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.path = path
        self.trouble = ""
        self._run = run
        self._correlate = correlate
        self._wall = wall
        self._file = -1
        self._lock = threading.Lock()

    def open(self) -> None:
        """Make sure that the file can be written: called before anything is done, and by the first line.

        A new file is for the owner only (0600), and so is a directory made for it (0700).
        Raises BadInput when the path cannot be written or is not a regular file.
        """
        if self.path is None or self._file >= 0:
            return
        directory = os.path.dirname(os.path.abspath(self.path))
        try:
            os.makedirs(directory, mode=0o700, exist_ok=True)
            # O_NONBLOCK: a named pipe without a reader is an error instead of a wait without end.
            self._file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)
            self._check()
        except OSError as error:
            self.close()
            raise BadInput(
                f"The journal {self.path} cannot be written: {error.strerror or error}. Nothing was done. "
                "Name a file in a directory where this user may write, or leave the journal out."
            ) from error

    def _check(self) -> None:
        found = os.fstat(self._file)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        if found.st_size and os.pread(self._file, 1, found.st_size - 1) != b"\n":
            # The end of a killed run: its torn line must not swallow the first of this run.
            os.write(self._file, b"\n")

    def earlier(self) -> list[dict[str, Any]]:
        """What the file holds already, oldest first: of earlier calls and of runs that were broken off. [] for none.

        Raises BadInput as open() does.
        """
        self.open()
        return read(self.path) if self.path else []

    def close(self) -> None:
        """Close the file; a later line opens it again."""
        with self._lock:
            if self._file >= 0:
                os.close(self._file)
                self._file = -1

    def plan(self, total: int, what: str, actions: Mapping[str, int] | None = None) -> None:
        """So many steps come; what: in words; actions: how many of each action."""
        self._line({"event": "plan", "total": total, "message": what, "actions": dict(actions or {})})

    def start(self, step: Step) -> None:
        """The first try of a step begins."""
        self._line({"event": "start", **self._of(step.id, step), "message": step.sentence()})

    def end(self, outcome: Outcome) -> None:
        """A step has ended."""
        ended = {"state": outcome.state, "seconds": round(outcome.seconds, 3), "message": outcome.message}
        self._line({"event": "end", **self._of(outcome.step_id, outcome), **ended, "required": outcome.required})

    def note(self, text: str) -> None:
        """Something worth knowing that is no step."""
        self._line({"event": "note", "message": text})

    def _of(self, step_id: str, thing: Step | Outcome) -> dict[str, object]:
        known: dict[str, object] = {
            "step": step_id,
            "action": thing.action,
            "kind": thing.kind,
            "name": thing.name,
            "id": thing.target_id,
        }
        return {**known, "correlation_id": self._correlate(step_id)} if self._correlate else known

    def _line(self, keys: Mapping[str, object]) -> None:
        if self.path is None:
            return
        self.open()
        now = self._wall()
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now % 1 * 1000):03d}Z"
        message = str(keys.get("message", ""))[:LONGEST_MESSAGE]
        data = json.dumps({"at": at, "run": self._run, **keys, "message": message}).encode() + b"\n"
        with self._lock:
            if self.trouble:
                return
            try:
                written = os.write(self._file, data)
                if written < len(data):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            except OSError as error:
                self.trouble = f"The journal {self.path} ends early: {error.strerror or error}."


def parse(line: bytes | str) -> dict[str, Any] | None:
    """One line of a journal; None for what is not one (the torn end of a killed run)."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) and "event" in found else None


def read(path: str) -> list[dict[str, Any]]:
    """All readable lines of a journal, oldest first. Raises OSError when there is none."""
    with open(path, "rb") as file:
        return [line for line in map(parse, file) if line is not None]
