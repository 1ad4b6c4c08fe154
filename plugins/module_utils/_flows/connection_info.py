# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""storage_connection_info: connections, and the domains, LUN disks and VMs that use them."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_blockers import (
    Policy,
    Use,
    edit_blockers,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_wishes import FIELDS
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.connections import lun_disks
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import NotFound
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import one
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.connection_use import uses, view

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.connections import Connection


def connection_info(client: Client, params: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The connections of the engine, or those of ``params``; see the module storage_connection_info for the shape."""
    seen = view(client)
    chosen = list(seen.connections)
    if params["id"]:
        chosen = [item for item in chosen if item.id == params["id"].lower()]
        if not chosen:
            raise NotFound(kind="storage connection", asked=params["id"], place="the engine")
    if params["domains"]:
        wanted = {one(seen.domains, asked, kind="storage domain", place="the engine").id for asked in params["domains"]}
        chosen = [item for item in chosen if any(item.id in seen.links.get(domain, ()) for domain in wanted)]
    disks = lun_disks(client) if params["lun_disks"] else None
    if disks is not None:
        asked_disks = [one(disks, asked, kind="LUN disk", place="the engine") for asked in params["lun_disks"]]
        chosen = [item for item in chosen if any(disk.on(item) for disk in asked_disks)]
    used = uses(client, seen, {item.id for item in chosen}, vms=params["vms"], disks=disks)
    return {"connections": [_told(item, used[item.id], vms=params["vms"]) for item in chosen]}


def _told(item: Connection, use: Use, *, vms: bool) -> dict[str, t.Any]:
    told: dict[str, t.Any] = {"id": item.id, "type": item.type, "place": item.name}
    told.update({name: getattr(item, name) for name in FIELDS.get(item.type, ("address", "path"))})
    told["domains"] = [
        {
            "id": domain.id,
            "name": domain.name,
            "status": domain.status,
            "data_centers": list(domain.data_center_ids),
            **({"running_vms": sorted(vm.name for vm in use.busy(domain))} if vms else {}),
        }
        for domain in sorted(use.domains, key=lambda domain: (domain.name, domain.id))
    ]
    told["lun_disks"] = [
        {"id": disk.id, "name": disk.name, "lun": disk.lun_id}
        for disk in sorted(use.disks, key=lambda disk: (disk.name, disk.id))
    ]
    if vms:
        told["lun_vms"] = sorted(vm.name for vm in use.plugged)
        told["edit_refused"] = list(edit_blockers(item, use, Policy()))
    return told
