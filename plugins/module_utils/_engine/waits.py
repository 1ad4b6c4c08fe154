# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pauses between looks at the engine: a little longer each time."""

from __future__ import annotations

import typing as t


def intervals(first: float = 0.3, factor: float = 1.6, longest: float = 5.0) -> t.Iterator[float]:
    """Endless pauses in seconds: ``first``, then each ``factor`` times the one before, up to ``longest``."""
    pause = min(first, longest)
    while True:
        yield pause
        pause = min(pause * factor, longest)
