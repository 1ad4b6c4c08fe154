# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of the libraries that this collection needs is missing where a module runs."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.transport import REQUESTS_ERROR
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import LXML_ERROR


@dataclass(frozen=True)
class MissingLibrary:
    """A library that could not be imported, and why."""

    name: str
    trace: str


def missing_library() -> MissingLibrary | None:
    """The first library that is missing, or None."""
    for name, trace in (("lxml", LXML_ERROR), ("requests", REQUESTS_ERROR)):
        if trace is not None:
            return MissingLibrary(name, trace)
    return None
