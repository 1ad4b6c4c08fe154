# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Independent work at the same time, answers in the order of the questions."""

from __future__ import annotations

import concurrent.futures
import typing as t

WORKERS = 64
"""Paths that are probed at once. Each only waits for an answer most of the time."""

Job = t.TypeVar("Job")
Answer = t.TypeVar("Answer")


def each(jobs: t.Sequence[Job], work: t.Callable[[Job], Answer]) -> list[Answer]:
    """What ``work`` says of each job, in order. What it raises is raised here."""
    if not jobs:
        return []
    with concurrent.futures.ThreadPoolExecutor(max_workers=min(len(jobs), WORKERS)) as pool:
        return list(pool.map(work, jobs))
