# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The quotas that options name, looked up in the data center that receives."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.mappings import Pair
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.quotas import ENFORCED, Quotas
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.register_wishes import Wish
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import matching, one
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import DataCenter
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import (
    Inventory,
    InventoryTemplate,
    InventoryVm,
)

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client


def wanted_quotas(
    client: Client,
    data_center: DataCenter,
    for_all: str,
    pairs: Sequence[Pair],
    inventory: Inventory | None,
    wishes: Sequence[Wish] = (),
) -> Quotas | None:
    """Who gets which quota; None, without a request, when none is asked for and none is enforced.

    for_all: name or id, or empty; pairs: names at the source and in the target. BadInput for a quota that the data
    center does not have, which lists those that it has, and for pairs without an inventory.
    """
    wished = {asked for wish in wishes for asked in (wish.quota, *wish.disk_quotas.values()) if asked}
    asked_for = bool(for_all or pairs or wished)
    if not asked_for and data_center.quota_mode != ENFORCED:
        return None
    if pairs and inventory is None:
        raise BadInput("mappings.quotas needs an 'inventory': only that tells which quota something had")
    there = reads.quotas(client, data_center.id)
    unknown = [asked for asked in sorted({for_all, *wished} - {""}) if not matching(there, asked)]
    if unknown:
        known = ", ".join(sorted(quota.name for quota in there))
        raise BadInput(f"data center {data_center.name} has no quota {', '.join(unknown)}; it has {known}")

    def find(asked: str) -> str:
        return one(there, asked, kind="quota", place=f"data center {data_center.name}").id

    holders = sources(inventory)
    return Quotas(
        names={quota.id: quota.name for quota in there},
        for_all=find(for_all) if for_all else "",
        mapped={pair.source: find(pair.target) for pair in pairs},
        sources={holder.id: holder.quota for holder in holders},
        disk_sources={disk.id: disk.quota for holder in holders for disk in holder.disks},
        wished={asked: find(asked) for asked in wished},
    )


def sources(inventory: Inventory | None) -> list[InventoryVm | InventoryTemplate]:
    """The VMs and templates of the source site, none without an inventory."""
    return [] if inventory is None else [*inventory.vms, *inventory.templates.values()]
