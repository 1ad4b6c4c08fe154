# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a plan file: every mistake, each with the place where it stands."""

from __future__ import annotations

from collections.abc import Sequence


class PlanError(Exception):
    """A plan that cannot be used. problems: one sentence each, with the path to the key, e.g. ``groups[2].vms``."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)
