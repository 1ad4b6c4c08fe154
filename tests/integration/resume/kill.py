# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens to a chosen write: the module's process gets a SIGKILL, or the answer gets lost.

It happens in the twin, so that the module is the real one in a process of its own: when the request comes in, nothing
of it is done yet. A module that is killed then dies before it has its answer, whether the twin goes on to do the work
or not; the one is a kill before the request, the other a kill after it.
"""

from __future__ import annotations

import multiprocessing
import os
import pathlib
import shutil
import signal
import tempfile
import typing as t
from dataclasses import dataclass, field

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import patience, waits
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import READ_POSTS
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.faults import Rule
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import PASSWORD, USERNAME, Twin
from ansible_collections.ovirt_dr.storage.tests.integration.resume.flow import ESTATE, INVENTORY, JOURNAL, Call
from ansible_collections.ovirt_dr.storage.tests.integration.resume.state import State, state_of
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import last_part, run_module

WAYS = {
    "killed before": ("reset_before", True),
    "killed after": ("reset_after", True),
    "answer lost": ("reset_after", False),
}
"""What happens -> (what the twin does with the request, whether the module is killed)."""

PACE = 0.005
HOUR, HOURS = 3700.0, 3


@dataclass
class NthWrite(Rule):
    """The nth write of a module, whatever it asks for. victim: the process that is killed then."""

    victim: int = field(default=0, compare=False)
    path_hit: str = ""

    def matches(self, method: str, path: str, subject: str) -> bool:
        """Whether this is the one; a process to be killed is dead when this returns."""
        if not is_write(method, path):
            return False
        self.seen += 1
        if self.seen != self.nth:
            return False
        self.path_hit = f"{method} {path.removeprefix(API)}"
        if self.victim:
            os.kill(self.victim, signal.SIGKILL)
        return True


def is_write(method: str, path: str) -> bool:
    """Whether a request asks for a change of the engine."""
    return method != "GET" and path.startswith(API) and last_part(path) not in READ_POSTS


class Stage:
    """A twin of one engine, the modules that are called on it, and the folder with their files."""

    def __init__(self, twin: Twin, folder: pathlib.Path, concurrency: int) -> None:
        self.twin, self.folder = twin, folder
        (self.site,) = twin.sites
        self._concurrency = concurrency

    def run(self, call: Call) -> dict[str, t.Any]:
        """Call a module in this process; its result."""
        return run_module(call.module, self._arguments(call))

    def disturbed(self, call: Call, way: str, nth: int) -> str:
        """Call a module in a process of its own, whose nth write meets with this; the request that it was."""
        action, killed = WAYS[way]
        rule = NthWrite(action, nth=nth)
        self.twin._faults[self.site].add(rule)
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            os.read(reader, 1)
            run_module(call.module, self._arguments(call))
            os._exit(0)
        rule.victim = child if killed else 0
        os.write(writer, b".")
        _child, status = os.waitpid(child, 0)
        os.close(reader)
        os.close(writer)
        self.twin._faults[self.site].clear()
        assert rule.path_hit, f"there was no write number {nth}"
        assert os.waitstatus_to_exitcode(status) == (-signal.SIGKILL if killed else 0)
        return rule.path_hit

    def writes(self) -> int:
        """How many writes were asked for so far."""
        return sum(is_write(one.method, one.path.split("?")[0]) for one in self.twin.requests(self.site))

    def state(self, known: t.Collection[str], since: str) -> State:
        """Everything that the engine and its storage hold, after hours in which nothing was asked for: the engine has
        made the OVF stores that were missing, and written all of them once more."""
        site = self.twin.site(self.site)
        for _hour in range(HOURS):
            self.twin.clock.forward(HOUR * PACE)
            with site.lock:
                site.settle()
        return state_of(site, known, since)

    def _arguments(self, call: Call) -> dict[str, t.Any]:
        auth = {"url": self.twin.url(self.site), "username": USERNAME, "password": PASSWORD}
        common = {"poll_interval": 0.01, "timeout": 20, "concurrency": self._concurrency}
        names = {JOURNAL: "journal.jsonl", ESTATE: "estate.json", INVENTORY: "inventory.json"}
        files = {stands: str(self.folder / name) for stands, name in names.items()}
        options = {key: files[value] if value in tuple(files) else value for key, value in call.options.items()}
        return {"auth": auth, **common, **options}


def impatient() -> None:
    """Modules are as much less patient as the twin is quick."""
    waits.intervals.__defaults__ = (0.005, 1.6, 0.1)
    patience.PAUSES = (0.01, 0.02, 0.04, 0.08)


Answer = t.TypeVar("Answer")


def aside(stage: Stage, work: t.Callable[[], Answer]) -> Answer:
    """Do something in a copy of this process with a copy of the twin and the files, which then are gone; its answer."""
    reader, writer = multiprocessing.Pipe(duplex=False)
    child = os.fork()
    if not child:
        try:
            stage.twin.reopen()
            with tempfile.TemporaryDirectory() as folder:
                stage.folder = shutil.copytree(stage.folder, pathlib.Path(folder) / "files")
                writer.send((True, work()))
        except BaseException as error:  # noqa: BLE001 - told to the process that asked
            writer.send((False, repr(error)))
        finally:
            os._exit(0)
    writer.close()
    try:
        well, answer = reader.recv()
    except EOFError:
        well, answer = False, "the copy of the process ended without an answer"
    os.waitpid(child, 0)
    assert well, answer
    return t.cast("Answer", answer)
