# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Follows a journal that another process writes, and shows what is worth showing."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from types import TracebackType

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.journal import parse
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._progress.lines import Lines, Shown

EVERY = 0.2
"""Seconds between two looks at the file."""
AT_ONCE = 1 << 20


class Tail:
    """A context: a thread shows what is appended to the file at `path` from now on, until the context is left.

    show: called for each line, in that thread. A file that is not there (yet) or not readable shows nothing.
    """

    def __init__(self, path: str, show: Callable[[Shown], None], run: str = "") -> None:
        self._path = path
        self._show = show
        self._lines = Lines(time.monotonic(), run)
        self._position = os.path.getsize(path) if os.path.exists(path) else 0
        self._rest = b""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="progress", daemon=True)

    def __enter__(self) -> Tail:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _follow(self) -> None:
        over = False
        while not over:
            over = self._over.wait(EVERY)
            self._read()
            for shown in self._lines.tick(time.monotonic()):
                self._show(shown)
        for shown in self._lines.close(time.monotonic()):
            self._show(shown)

    def _read(self) -> None:
        while data := self._appended():
            *whole, self._rest = (self._rest + data).split(b"\n")
            for line in whole:
                parsed = parse(line)
                for shown in self._lines.feed(parsed, time.monotonic()) if parsed else ():
                    self._show(shown)

    def _appended(self) -> bytes:
        try:
            with open(self._path, "rb") as file:
                file.seek(self._position)
                data = file.read(AT_ONCE)
        except OSError:
            # Progress is a courtesy: the module tells what is wrong with its journal.
            return b""
        self._position += len(data)
        return data
