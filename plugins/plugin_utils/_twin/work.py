# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a command costs, said by the handlers and paid by the profile.

A handler that takes time is a generator: it yields Work where the engine would be busy, and goes on when that is
paid. It never sleeps itself, and never holds the site's lock meanwhile."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Union

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer


@dataclass(frozen=True)
class Work:
    """A piece of engine work: its kind (a row of the cost table), how much of it, and the locks it goes through."""

    kind: str
    count: int = 1
    row: str = ""
    data_center: str = ""
    disks: int = 0


@dataclass(frozen=True)
class Pause:
    """Time that a command takes without keeping the engine busy, in seconds at the twin's pace."""

    seconds: float


Steps = Generator[Union[Work, Pause], None, Answer]  # noqa: UP007 (ansible-test pylint)
