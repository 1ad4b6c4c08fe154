# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the engine's jobs tell of one step: they carry its correlation id (contract 01, 1.7)."""

from __future__ import annotations

import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client


def still_working(client: Client, step: Step) -> bool:
    """Whether a job of this step is running: then its end must be waited for before anything is judged."""
    return "started" in statuses(client, step)


def statuses(client: Client, step: Step) -> frozenset[str]:
    """The statuses of all jobs of this step, as "started", "finished", "failed"; empty where it never got there."""
    return frozenset(job.status for job in reads.jobs(client, client.correlation_id(step.id)))
