# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory that storage_domain_detach writes before anything leaves: what the engine held of its data center."""

from __future__ import annotations

import os
import time
import typing as t
from collections.abc import Callable, Collection, Mapping

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.leaving import Leaving
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import DataCenter
from ansible_collections.ovirt_dr.storage.plugins.module_utils._estate import file
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.export import Wanted, export

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client

SAME_MOVE_SECONDS = 86400.0
"""How old an inventory may be to count as written by an earlier try of the same move."""


def write_inventory(
    client: Client,
    path: str,
    site: str,
    data_center: DataCenter,
    leaving: Leaving,
    gone: Collection[str],
    *,
    write: bool,
    wall: Callable[[], float] = time.time,
) -> dict[str, object]:
    """Write the data center's records to the estate file at ``path``, and tell what became of it.

    A file that an earlier try of this move wrote stays as it is: it shows VMs up that were stopped since, and domains
    that are gone. gone: the asked names or ids that are not attached any more; write: False only tells.
    BadInput for a file that may not be written over, or that could only be written with less than it holds.
    """
    old = file.held(path)
    known = next((one for one in (old or {"sites": []})["sites"] if one["name"] == site), None)
    if known is not None and _of_this_move(known, path, leaving, gone, wall):
        return {"path": path, "state": "kept", "site": site}
    exported = export(client, Wanted(site, None, path, [data_center.id]), write=write)
    if not exported.changed:
        return {"path": path, "state": "same", "site": site}
    return {"path": path, "state": "written" if write else "would be written", "site": site}


def _of_this_move(
    known: Mapping[str, t.Any], path: str, leaving: Leaving, gone: Collection[str], wall: Callable[[], float]
) -> bool:
    domains = known.get("storage_domains", ())
    ids = {one["id"] for one in domains}
    left = [name for name in gone if any(name in (one["id"], one.get("name")) for one in domains)]
    lacking = [domain.name for domain in leaving.domains if domain.id not in ids]
    if left and lacking:
        raise BadInput(
            f"inventory {path}: it holds {', '.join(sorted(left))}, which left before, but not {', '.join(lacking)}. "
            "It is not written over; give another path for what leaves now"
        )
    if lacking:
        return False
    return bool(left) or (_stopped_since(known, leaving) and wall() - os.stat(path).st_mtime < SAME_MOVE_SECONDS)


def _stopped_since(known: Mapping[str, t.Any], leaving: Leaving) -> bool:
    """Whether all that leaves is in it, and since then nothing came up but something was stopped."""
    were = {one["id"]: str(one.get("status", "")) for key in ("vms", "storage_domains") for one in known.get(key, ())}
    vms = {vm.id: vm.status for domain in leaving.domains for vm in leaving.vms(domain)}
    now = {**vms, **{domain.id: domain.status for domain in leaving.domains}}
    if not now.keys() <= were.keys():
        return False
    up = ("up", "active")
    stopped = [key for key, status in now.items() if were[key] in up and status not in up]
    started = [key for key, status in now.items() if were[key] not in up and status in up]
    return bool(stopped) and not started
