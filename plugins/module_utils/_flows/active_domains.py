# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The domains that a register module looks through: attached to the data center and active."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import one
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import DataCenter, Domain
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.context import Context


class Looked(t.NamedTuple):
    """The domains to look through. not_proven, warnings: sentences on those that only check mode goes on without."""

    domains: list[Domain]
    not_proven: tuple[str, ...]
    warnings: tuple[str, ...]


def active_domains(context: Context, data_center: DataCenter, asked: Sequence[str]) -> Looked:
    """The asked domains of a data center, which must be active, and what check mode cannot prove about others.

    BadInput for a domain that is attached but not active. One that is not attached is NotFound, except in check mode:
    an earlier task may be about to attach it. One that the engine does not know at all may be a mistake, which is then
    warned of.
    """
    attached = reads.attached_domains(context.client, data_center.id)
    found: list[Domain] = []
    absent: list[str] = []
    problems: list[str] = []
    for name in asked:
        if context.check_mode and not _among(attached, name):
            absent.append(name)
            continue
        domain = one(attached, name, kind="storage domain", place=f"data center {data_center.name}")
        if domain.status != "active":
            problems.append(f"domain {domain.name} is {domain.status}, it must be active")
        found.append(domain)
    if problems:
        raise BadInput("; ".join(problems) + ". Activate it with storage_domain_attach, then run again")
    distinct = list({domain.id: domain for domain in found}.values())
    if not absent:
        return Looked(distinct, (), ())
    known = reads.domains(context.client)
    unknown = [name for name in absent if not _among(known, name)]
    return Looked(distinct, (_unproven(absent, data_center),), (_warning(unknown),) if unknown else ())


def _among(domains: Sequence[Domain], asked: str) -> bool:
    return any(asked in (domain.id, domain.name) for domain in domains)


def _unproven(absent: Sequence[str], data_center: DataCenter) -> str:
    place = f"not attached to {data_center.name} yet"
    if len(absent) == 1:
        return f"what lies on domain {absent[0]}, which is {place}"
    return f"what lies on {len(absent)} domains, which are {place}: {', '.join(absent)}"


def _warning(unknown: Sequence[str]) -> str:
    return (
        f"no storage domain of this name or id is known to the engine: {', '.join(unknown)}. If an earlier task "
        "imports it, what lies on it shows then; else check the name, as a run without check mode refuses it"
    )
