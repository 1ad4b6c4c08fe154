# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking the host itself: its initiator name, and what it already has of storage. Only reads, each within its time."""

from __future__ import annotations

import subprocess
import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._known import devices, mounts, multipath, sessions
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import Malformed
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.parallel import each

INITIATOR = "/etc/iscsi/initiatorname.iscsi"
MOUNTS = "/proc/mounts"
NO_SESSIONS = 21
"""The exit code by which iscsiadm says that there are none."""

Run = t.Callable[[t.Sequence[str], float], t.Tuple[int, str]]


class Unknown(Exception):
    """Something about the host that could not be read; the text says why."""


def initiator_name(path: str = INITIATOR) -> str:
    """The name by which the host signs in; empty where it has none."""
    try:
        with open(path, encoding="utf-8") as file:
            lines = [line.strip() for line in file]
    except (OSError, UnicodeDecodeError):
        return ""
    found = [line.split("=", 1)[1].strip() for line in lines if line.startswith("InitiatorName=")]
    return found[-1] if found else ""


def run(command: t.Sequence[str], seconds: float) -> tuple[int, str]:
    """The exit code and output of a command; raises Unknown where it is not there or takes too long."""
    try:
        done = subprocess.run(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unknown(f"{command[0]} did not answer within {seconds:g} s") from None
    except OSError as error:
        raise Unknown(f"{command[0]} cannot be run: {error.strerror}") from error
    return done.returncode, done.stdout.decode("utf-8", "replace")


def known(seconds: float, asked: Run = run, mounts_file: str = MOUNTS) -> dict[str, t.Any]:
    """Maps, sessions and mounts, and under C(unknown) why any of them is missing: they are None then."""

    def maps() -> list[dict[str, t.Any]]:
        found = multipath.maps(_output(asked, ("multipathd", "show", "maps", "json"), seconds))
        return devices.with_sizes(found, devices.sizes(_output(asked, devices.COMMAND, seconds)))

    def signed_in() -> list[dict[str, t.Any]]:
        command = ("iscsiadm", "-m", "session", "-P", "3")
        code, text = asked(command, seconds)
        if code == NO_SESSIONS:
            return []
        if code:
            raise Unknown(f"{' '.join(command)} failed with exit code {code}")
        return sessions.sessions(text)

    def mounted() -> list[dict[str, t.Any]]:
        try:
            with open(mounts_file, encoding="utf-8", errors="surrogateescape") as file:
                return mounts.mounts(file.read())
        except OSError as error:
            raise Unknown(f"{mounts_file} cannot be read: {error.strerror}") from error

    def one(read: t.Callable[[], list[dict[str, t.Any]]]) -> list[dict[str, t.Any]] | str:
        try:
            return read()
        except (Unknown, Malformed) as error:
            return str(error)

    names = ("maps", "sessions", "mounts")
    answers = dict(zip(names, each([maps, signed_in, mounted], one)))
    return {
        **{name: None if isinstance(answer, str) else answer for name, answer in answers.items()},
        "unknown": {name: answer for name, answer in answers.items() if isinstance(answer, str)},
    }


def _output(asked: Run, command: t.Sequence[str], seconds: float) -> str:
    code, text = asked(command, seconds)
    if code:
        raise Unknown(f"{' '.join(command)} failed with exit code {code}")
    return text
