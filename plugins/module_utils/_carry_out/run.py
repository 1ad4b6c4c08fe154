# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out a plan."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.actions import (
    Action,
    Answer,
    Done,
    Failed,
    Pending,
    Retry,
    Watch,
)

__all__ = ["Action", "Answer", "Done", "Failed", "Pending", "Retry", "Watch"]
