# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The domains that a register module looks through: attached to the data center and active."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import one
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import DataCenter, Domain
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.context import Context


def active_domains(context: Context, data_center: DataCenter, asked: list[str]) -> tuple[list[Domain], tuple[str, ...]]:
    """The asked domains of a data center, which must be active, and what check mode cannot prove about others.

    BadInput for a domain that is attached but not active. One that is not attached is NotFound, except in check mode:
    an earlier task may be about to attach it.
    """
    attached = reads.attached_domains(context.client, data_center.id)
    found: list[Domain] = []
    absent: list[str] = []
    problems: list[str] = []
    for name in asked:
        there = any(name in (domain.id, domain.name) for domain in attached)
        if not there and context.check_mode:
            absent.append(name)
            continue
        domain = one(attached, name, kind="storage domain", place=f"data center {data_center.name}")
        if domain.status != "active":
            problems.append(f"domain {domain.name} is {domain.status}, it must be active")
        found.append(domain)
    if problems:
        raise BadInput("; ".join(problems) + ". Activate it with storage_domain_attach, then run again")
    which = f"domain {absent[0]}, which is" if len(absent) == 1 else f"{len(absent)} domains, which are"
    not_proven = (f"what lies on {which} not attached to {data_center.name} yet",) if absent else ()
    return list({domain.id: domain for domain in found}.values()), not_proven
