# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Moving a disk under a running VM: automatic snapshot, copy of the chain, mirror, removal of the snapshot (contract
05, 5.5; recordings 05 267-280, 446-480).

Hosts may lack what it takes (``Storage.defects``): without ``mirror`` the disk stays where it was and its snapshot is
broken; without ``merge`` the disk has moved but the automatic snapshot stays."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.disk_places import Way
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.disk_rules import SNAPSHOT_BUSY
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.images import (
    GIB,
    arranged,
    backing,
    chain,
    count,
    erase,
    lay,
    on_block,
    place,
    written,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.job_steps import FINALIZING, Piece, write
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Request
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.snapshots import (
    change,
    configuration,
    hand_over_id,
    merge,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.vm_events import told

SNAPSHOT_SECONDS = 6.0
CLONE_SECONDS = 6.5
MIRROR_SECONDS = 7.0
MERGE_SECONDS = 9.4
END_SECONDS = 1.4
"""Snapshot, structure of the chain, mirror until the disk is on its new domain, removal of the snapshot, end of the
job (findings, 7)."""
SUFFIX = "Auto-generated for Live Storage Migration"


def plugged(vm: Entity, disk: Entity) -> bool:
    """Whether the VM uses the disk."""
    return any(a["id"] == disk.id and a.get("active") == "true" for a in vm.subs.get("disk_attachments", []))


def check(disk: Entity, vm: Entity) -> None:
    """What speaks against moving under this VM. Raises Refusal."""
    action = "Cannot move Virtual Disk."
    if vm.data["status"] not in ("up", "paused"):
        raise refusals.command(409, f"{action} The Virtual Machine should be either in Up or Paused status.")
    if disk.data.get("shareable") == "true":  # not recorded
        raise refusals.command(
            409, f"Cannot move a shareable Virtual Disk ({disk.name}). This operation is not supported."
        )
    if any(s["snapshot_status"] != "ok" for s in vm.subs.get("snapshots", [])):  # not recorded
        raise refusals.command(409, f"{action} {SNAPSHOT_BUSY}")


def begin(site: Site, request: Request, asked: Way, vm: Entity) -> None:
    """The whole run, as notes on the site's list of things to come."""
    check(asked.disk, vm)
    _Run(site, request.correlation, asked, vm)


class _Run:
    """One live move under way."""

    def __init__(self, site: Site, correlation: str, asked: Way, vm: Entity) -> None:
        self._site, self._correlation, self._asked, self._vm = site, correlation, asked, vm
        disk = asked.disk
        words = f"Migrating Disk {disk.name} from {asked.source.name} to {asked.target.name} of VM {vm.name}"
        self._job = site.job(words, correlation, "started")
        self._name = f"{disk.name} {SUFFIX}"
        self._snapshot_job = site.job(f"Creating VM Snapshot {self._name} for VM {vm.name}", correlation, "started")
        self._snapshot = self._take()
        self._tell(45, f"Snapshot '{self._name}' creation for VM '{vm.name}' was initiated by admin@internal-authz.")
        self._tell(
            2008,
            f"User admin@internal-authz moving disk {disk.name} to domain {asked.target.name}.",
            "normal",
            asked.target,
        )
        site.later(SNAPSHOT_SECONDS, self._structure)

    def _tell(self, code: int, words: str, severity: str = "normal", *more: Entity) -> None:
        told(self._site, self._vm, code, words, self._correlation, severity, *more)

    def _take(self) -> Record:
        """A snapshot of this one disk."""
        site, vm, disk = self._site, self._vm, self._asked.disk
        snapshot: Record = {
            "id": hand_over_id(site, vm),
            "description": self._name,
            "date": site.clock.stamp(site.time()),
            "persist_memorystate": "false",
            "snapshot_status": "locked",
            "snapshot_type": "regular",
            "vm": configuration(vm),
            "disks": [dict(disk.data)],
        }
        vm.subs["snapshots"] = [*vm.subs["snapshots"], snapshot]
        fresh = {"format": "cow", "sparse": "true", "image_id": site.new_id(), "status": "locked"}
        size = written({**disk.data, **fresh}, self._asked.source)
        total = int(disk.data.get("total_size") or "0") + size
        disk.set(**fresh, qcow_version=None, actual_size=str(size), total_size=str(total))
        lay(site, disk)
        return snapshot

    def _structure(self) -> None:
        """The snapshot is there; the chain is made anew on the target."""
        site, vm = self._site, self._vm
        change(vm, self._snapshot["id"], snapshot_status="ok")
        self._asked.disk.data = arranged({**self._asked.disk.data, "qcow_version": "qcow2_v3"})
        self._asked.disk.cache.clear()
        self._tell(68, f"Snapshot '{self._name}' creation for VM '{vm.name}' has been completed.")
        write(site, self._snapshot_job, "finished", Piece("Creating Volume", task=True))
        site.end_job(self._snapshot_job)
        self._clone_job = site.job("CloneImageGroupVolumesStructure", self._correlation, "started")
        site.later(CLONE_SECONDS, self._mirror)

    def _mirror(self) -> None:
        """The chain is there; a host that can mirrors the disk to it."""
        site = self._site
        volume = Piece("Creating Volume", task=True, below=(FINALIZING,))
        write(site, self._clone_job, "finished", volume, volume)
        site.end_job(self._clone_job)
        site.later(MIRROR_SECONDS, self._stay if "mirror" in site.storage.defects else self._arrive)

    def _stay(self) -> None:
        """No mirror: the disk is where it was, its image in the snapshot is broken; what was made on the
        target stays there (05 #276-#326, #379)."""
        site, vm, disk = self._site, self._vm, self._asked.disk
        disk.set(status="ok")
        disk.subs["illegal"] = [dict(image) for image in self._snapshot["disks"]]
        vm.set(has_illegal_images="true")
        if on_block(self._asked.target):
            count(site, self._asked.target.id, GIB * (len(chain(site, disk)) + 1))
        if "merge" in site.storage.defects:
            self._tell(357, f"Failed to delete snapshot '{self._name}' for VM '{vm.name}'.", "error")
        write(site, self._job, "failed", Piece("Cloning image's structure", "failed"))
        site.end_job(self._job, "failed")

    def _arrive(self) -> None:
        """The disk is on the new domain, still locked and without a profile; the snapshot is to go."""
        site, vm, disk, target = self._site, self._vm, self._asked.disk, self._asked.target
        parent = backing(site, disk)
        for domain in site.domains_of(disk):
            erase(site, disk, domain)
        disk.data = place(disk.data, target.id)
        disk.set(disk_profile={"id": self._asked.profile} if self._asked.profile else None)
        disk.data = arranged(disk.data)
        lay(site, disk, parent)
        self._tell(342, f"Snapshot '{self._name}' deletion for VM '{vm.name}' was initiated by admin@internal-authz.")
        words = f"Removing Snapshot {self._name} of VM {vm.name}"
        self._merge_job = site.job(words, self._correlation, "started")
        site.later(MERGE_SECONDS, self._merged)

    def _merged(self) -> None:
        """The removal is over: the disk is free."""
        site, vm, disk = self._site, self._vm, self._asked.disk
        failed = "merge" in site.storage.defects
        if failed:
            self._tell(357, f"Failed to delete snapshot '{self._name}' for VM '{vm.name}'.", "error")
        else:
            merge(site, vm, self._snapshot)
        write(site, self._merge_job, "failed" if failed else "finished")
        site.end_job(self._merge_job, "failed" if failed else "finished")
        disk.set(status="ok")
        site.later(END_SECONDS, lambda: self._end(failed=failed))

    def _end(self, *, failed: bool) -> None:
        """The job of the whole. With the snapshot still there it failed, although the disk has moved (findings, 7)."""
        disk, target, status = self._asked.disk, self._asked.target, "failed" if failed else "finished"
        if failed:
            self._tell(
                2025,
                f"Possible failure while deleting {disk.name} from the source Storage Domain {target.name} during the "
                "move operation. The Storage Domain may be manually cleaned-up from possible leftovers "
                "(User:admin@internal-authz).",
                "warning",
                target,
            )
        self._tell(
            2010,
            f"User admin@internal-authz finished moving disk {disk.name} to domain {target.name}.",
            "normal",
            target,
        )
        sync = (
            Piece("Validating", kind="validating"),
            Piece("Executing", kind="executing", below=(Piece("Copying Volume"),)),
            FINALIZING,
        )
        merging = f"Merging snapshots ({self._name} into Active VM) of disk {disk.name}"
        inner = (
            Piece("Cloning image's structure", status),
            Piece("Synchronizing image data", below=sync),
            Piece(merging, status),
        )
        write(self._site, self._job, status, *inner)
        self._site.end_job(self._job, status)
