# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The disks of a VM that is to be cloned: which of them the clone gets, and which it cannot have."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.register_clusters import Placement
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import (
    Disk,
    DiskOwner,
    UnregisteredDisk,
    UnregisteredVm,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import (
    InventoryAttachment,
    InventoryDisk,
    InventoryVm,
)


@dataclass(frozen=True)
class Around:
    """What a clone is planned from. vms: registered ones of the data center; disks: registered ones, by id.

    listed: unregistered VMs by id; loose: unregistered disks on the domains at hand, by id; templates: ids of what
    is registered; active: ids of the active domains of the data center; unproven: some domains could not be listed
    yet, so what is not found may still come with them.
    """

    vms: Sequence[DiskOwner]
    disks: Mapping[str, Disk]
    listed: Mapping[str, UnregisteredVm]
    loose: Mapping[str, UnregisteredDisk]
    templates: Collection[str]
    active: Collection[str]
    placement: Placement = field(default_factory=Placement)
    unproven: bool = False


class Parts:
    """The disks of the source, by what becomes of them in its clone.

    free: registered and attached to nothing; lost: unregistered here; elsewhere: those of another VM; missing: nowhere.
    """

    def __init__(
        self,
        source: InventoryVm,
        holder: DiskOwner | None,
        owners: Mapping[str, DiskOwner],
        around: Around,
    ) -> None:
        self._how = {one.disk_id: one for one in source.attachments}
        self.free: list[InventoryDisk] = []
        self.lost: list[InventoryDisk] = []
        self.elsewhere: list[tuple[InventoryDisk, DiskOwner]] = []
        self.missing: list[InventoryDisk] = []
        for disk in source.disks:
            owner = owners.get(disk.id)
            if disk.lun_id or disk.shareable or (owner is not None and owner is holder):
                continue
            if owner is not None:
                self.elsewhere.append((disk, owner))
            elif disk.id in around.disks:
                self.free.append(disk)
            elif disk.id in around.loose:
                self.lost.append(disk)
            else:
                self.missing.append(disk)

    def to_attach(self) -> list[tuple[InventoryAttachment, InventoryDisk]]:
        """What the clone gets, with how it was attached."""
        return [(self._how[disk.id], disk) for disk in (*self.free, *self.lost)]

    def left_out(self) -> list[dict[str, str]]:
        """The disks that the clone does not get, and why."""
        told = [{"disk": disk.name, "why": f"belongs to VM {vm.name} ({vm.id})"} for disk, vm in self.elsewhere]
        why = "is not listed as unregistered on the given domains; disks with snapshots and of thin VMs never are"
        return told + [{"disk": disk.name, "why": why} for disk in self.missing]

    def told(self) -> str:
        """The same in a sentence."""
        return "; ".join(f"{one['disk']} {one['why']}" for one in self.left_out())
