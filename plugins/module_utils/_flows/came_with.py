# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What came into the engine with domains that were just attached: unregistered VMs, templates and disks, per domain."""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Sequence

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import DrError
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Domain

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client

KINDS = ("vms", "templates", "disks")
MOST_NAMES = 1000
"""Names of one kind and domain that the result keeps; the count is always whole."""


def came_with(
    client: Client, domains: Sequence[Domain], kinds: Collection[str]
) -> tuple[list[dict[str, object]], list[str]]:
    """Per domain: its name and id, and for each kind {count, names}, None for what could not be listed; and warnings.

    One listing per domain and kind. The engine parses every description for it, 60 ms of its CPU each (baseline 1).
    What lies on several domains stands with each of them.
    """
    lists: dict[str, t.Callable[[Client, Sequence[Domain]], t.Sequence[reads.Unregistered]]] = {
        "vms": reads.unregistered_vms,
        "templates": reads.unregistered_templates,
        "disks": reads.unregistered_disks,
    }
    found: dict[str, dict[str, object]] = {domain.id: {"domain": domain.name, "id": domain.id} for domain in domains}
    warnings: list[str] = []
    for kind in (kind for kind in KINDS if kind in kinds and domains):
        try:
            listed: t.Sequence[reads.Unregistered] | None = lists[kind](client, domains)
        except DrError as error:
            listed = None
            warnings.append(f"what {kind} came with the domains could not be listed: {error}")
        for domain in domains:
            found[domain.id][kind] = None if listed is None else _of(domain, listed)
    return list(found.values()), warnings


def _of(domain: Domain, listed: t.Sequence[reads.Unregistered]) -> dict[str, object]:
    names = sorted(one.name or one.id for one in listed if domain.id in one.domain_ids)
    return {"count": len(names), "names": names[:MOST_NAMES]}
