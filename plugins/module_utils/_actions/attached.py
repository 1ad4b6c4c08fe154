# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One data center's domains with their status: the watch that attach and detach wait on."""

from __future__ import annotations

import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Domain

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client

# The name of the watch.
ATTACHED = "attached domains"


def attached_watch(client: Client, data_center_id: str) -> t.Callable[[t.Collection[str]], dict[str, Domain]]:
    """Reads the data center's domains by id: only that list tells the real status (contract, surprise 1)."""
    return lambda ids: {domain.id: domain for domain in reads.attached_domains(client, data_center_id)}


def attached_domain(client: Client, step: Step) -> Domain | None:
    """The step's domain as its data center lists it, or None when it is not attached there."""
    domains = reads.attached_domains(client, str(step.details["data_center"]))
    return next((domain for domain in domains if domain.id == step.target_id), None)
