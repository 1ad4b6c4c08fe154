# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which place is switched off, and which places were come by."""

from __future__ import annotations

OFF: set[int] = set()
PASSED: set[int] = set()


def refuses(number: int) -> bool:
    """Whether a place refuses; it is come by."""
    PASSED.add(number)
    return number not in OFF
