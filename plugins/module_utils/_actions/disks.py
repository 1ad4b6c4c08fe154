# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What carry_out calls to register, edit and attach disks (contract 04, 4.7; 05, 5.4).

An edit goes on for some seconds after its answer, and whatever is asked of the disk meanwhile is refused (findings 5);
such refusals pass, and carry_out tries again.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.actions import Answer, Done, Failed, Pending
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Fault
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Attachment, Disk
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import element

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client
    from lxml.etree import _Element as Element

DISKS = "disks"
ATTACHMENTS = "attachments"
"""The names of the watches that read registered disks by id, and attachments by VM and disk."""

FLAGS = ("active", "bootable", "read_only", "pass_discard", "uses_scsi_reservation")


@dataclass(frozen=True)
class DiskSettings:
    """What holds for all disks of a call. timeout: seconds until a disk must be so; wait: whether to wait for that."""

    data_center_id: str
    timeout: float
    wait: bool

    def until(self, watch: str, key: str, wanted: str, verdict: t.Any, message: str) -> Done | Pending:
        """The wait for a disk or an attachment, if there shall be one."""
        if not self.wait:
            return Done(message)
        return Pending(watch=watch, key=key, verdict=verdict, timeout=self.timeout, wanted=wanted)


class RegisterDisk:
    """Registers a disk; under a new name in the older form of the call, the only one that takes one."""

    def __init__(self, client: Client, settings: DiskSettings) -> None:
        self._client = client
        self._settings = settings

    def do(self, step: Step) -> Answer:
        details, subject = step.details, f"disk {step.name}"
        domain = f"/storagedomains/{details['domain']}/disks"
        try:
            if details["rename"]:
                body = element("disk", element("alias", text=details["rename"]), id=step.target_id)
                self._client.post(f"{domain};unregistered", body, step=step.id, subject=subject)
            else:
                path = f"/datacenters/{self._settings.data_center_id}{domain}/{step.target_id}/register"
                self._client.post(path, step=step.id, subject=subject)
        except Fault as fault:
            # "The following disks are locked" is said of a disk that is registered (contract 04, 4.7).
            if fault.status == 409 and _disk(self._client, step) is not None:
                return Done("is registered", already=True)
            raise
        return self._until_there(step)

    def look(self, step: Step) -> Done | Pending | bool:
        return self._until_there(step) if _disk(self._client, step) is not None else False

    def _until_there(self, step: Step) -> Done | Pending:
        expected = str(step.details["expected"])

        def judge(disk: Disk | None) -> Done | Failed | None:
            if disk is None or disk.status == "locked":
                return None
            if disk.status == "illegal":
                return Failed(f"{step.name} is registered but its status is illegal: it cannot be used")
            if expected and disk.name != expected:
                return Failed(f"{step.name} is registered, but under the name {disk.name} and not {expected}")
            return Done("registered", {"name": disk.name})

        return self._settings.until(DISKS, step.target_id, "registered and not locked", judge, "registered")


class EditDisk:
    """Gives a registered disk what its register does not: quota, disk profile, name, whether it is shareable."""

    def __init__(self, client: Client, settings: DiskSettings) -> None:
        self._client = client
        self._settings = settings

    def do(self, step: Step) -> Answer:
        self._client.put(f"/disks/{step.target_id}", edit_body(step.details), step=step.id, subject=f"disk {step.name}")
        return self._until_so(step)

    def look(self, step: Step) -> Done | Pending | bool:
        disk = _disk(self._client, step)
        return self._until_so(step) if disk is not None and not _lacking(disk, step.details) else False

    def _until_so(self, step: Step) -> Done | Pending:
        def judge(disk: Disk | None) -> Done | Failed | None:
            if disk is None or disk.status == "locked" or _lacking(disk, step.details):
                return None
            return Done("edited")

        wanted = f"not locked and with its {' and '.join(step.details)}"
        return self._settings.until(DISKS, step.target_id, wanted, judge, "edited")


class AttachDisk:
    """Attaches a registered disk to a VM that is down, with the interface and flags that it had."""

    def __init__(self, client: Client, settings: DiskSettings) -> None:
        self._client = client
        self._settings = settings

    def do(self, step: Step) -> Answer:
        path = f"/vms/{step.details['vm']}/diskattachments"
        try:
            self._client.post(path, attach_body(step), step=step.id, subject=f"disk {step.name}")
        except Fault as fault:
            if fault.status == 409 and self._found(step) is not None:
                return Done("is attached", already=True)
            raise
        return self._until_so(step)

    def look(self, step: Step) -> Done | Pending | bool:
        return self._until_so(step) if self._found(step) is not None else False

    def _found(self, step: Step) -> Attachment | None:
        key = attachment_key(step)
        return attachments_watch(self._client)({key}).get(key)

    def _until_so(self, step: Step) -> Done | Pending:
        def judge(found: Attachment | None) -> Done | Failed | None:
            if found is None:
                return None
            wanted = {key: step.details[key] for key in ("interface", *FLAGS)}
            other = [f"{key} {getattr(found, key)}" for key, value in wanted.items() if getattr(found, key) != value]
            if other:
                return Failed(f"{step.name}: is attached, but with {' and '.join(other)}")
            return Done("attached")

        return self._settings.until(ATTACHMENTS, attachment_key(step), "attached", judge, "attached")


def disks_watch(client: Client) -> Callable[[Collection[str]], Mapping[str, Disk]]:
    """Reads the registered disks among the given ids."""
    return lambda ids: {disk.id: disk for disk in reads.disks(client) if disk.id in ids}


def attachments_watch(client: Client) -> Callable[[Collection[str]], Mapping[str, Attachment]]:
    """Reads the attachments of the VMs that the given keys name."""

    def read(keys: Collection[str]) -> Mapping[str, Attachment]:
        vms = reads.vm_disks(client, {key.partition(" ")[0] for key in keys})
        return {f"{vm.id} {one.id}": one for vm in vms for one in vm.attachments}

    return read


def attachment_key(step: Step) -> str:
    """The key of a step's attachment in its watch."""
    return f"{step.details['vm']} {step.target_id}"


def edit_body(wanted: Mapping[str, object]) -> Element:
    """The body of an edit. wanted: some of name, quota, profile (ids), shareable."""
    return element(
        "disk",
        element("alias", text=wanted["name"]) if "name" in wanted else None,
        element("disk_profile", id=str(wanted["profile"])) if "profile" in wanted else None,
        element("quota", id=str(wanted["quota"])) if "quota" in wanted else None,
        element("shareable", text=wanted["shareable"]) if "shareable" in wanted else None,
    )


def attach_body(step: Step) -> Element:
    """The body of an attach; without ``active`` the engine would leave the disk unplugged."""
    return element(
        "disk_attachment",
        *(element(key, text=step.details[key]) for key in ("interface", *FLAGS)),
        element("disk", id=step.target_id),
    )


def _disk(client: Client, step: Step) -> Disk | None:
    return disks_watch(client)({step.target_id}).get(step.target_id)


def _lacking(disk: Disk, wanted: Mapping[str, object]) -> bool:
    """Whether a disk is not yet what an edit asked for."""
    now = {"name": disk.name, "quota": disk.quota_id, "profile": disk.profile_id, "shareable": disk.shareable}
    return any(now[key] != value for key, value in wanted.items())
