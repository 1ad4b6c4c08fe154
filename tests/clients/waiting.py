# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests with the SDK share: waiting for a state, and finding by name."""

from __future__ import annotations

import time
import typing as t

SECONDS = 20.0
BUSY = ("Related operation is currently in progress", "disks are locked")


def until(look: t.Callable[[], t.Any], wanted: t.Any = True) -> t.Any:
    """Look until it is as wanted: a value, or a predicate. AssertionError with what was seen last."""
    deadline = time.monotonic() + SECONDS
    while True:
        seen = look()
        if wanted(seen) if callable(wanted) else seen == wanted:
            return seen
        assert time.monotonic() < deadline, f"still {seen}"
        time.sleep(0.02)


def named(service: t.Any, name: str) -> t.Any:
    """The one object of a collection with this name."""
    (found,) = [one for one in service.list() if one.name == name]
    return found


def gone(service: t.Any) -> t.Any:
    """Whether the object of a service is not there any more."""
    import ovirtsdk4 as sdk

    try:
        service.get()
    except sdk.NotFoundError:
        return True
    return False


def tried(call: t.Callable[[], object]) -> bool:
    """Whether the engine took a call, which it refuses while something else is done to the object."""
    import ovirtsdk4 as sdk

    try:
        call()
    except sdk.Error as error:
        if not any(words in str(error) for words in BUSY):
            raise
        return False
    return True
