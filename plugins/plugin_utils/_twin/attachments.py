# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks of a VM: attach, edit, detach (contract 05, 5.2 and 5.4; recordings 05 65-67, 91-109, 06 86-161)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import luns, refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.disk_body import INTERFACES, is_on
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.disk_rules import EDITED, VM_LOCKED, check_alias
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site

_FLAGS = ("active", "bootable", "pass_discard", "read_only", "uses_scsi_reservation")
ORDER = ("id", "active", "bootable", "interface", "pass_discard", "read_only", "uses_scsi_reservation", "disk")
NO_INTERFACE = ("Interface is required", "Attribute: diskVmElement.diskInterface")


def attachment_body(body: Record) -> Record:
    """The fields of an attachment that a body gives: flags as true or false, the interface as it is."""
    found: Record = {key: "true" if is_on(body[key]) else "false" for key in _FLAGS if key in body}
    if "interface" in body:
        found["interface"] = refusals.one_of(str(body["interface"]), "DiskInterface", INTERFACES)
    return found


def check_new(site: Site, vm: str, attachment: Record, alias: str) -> Entity:
    """What speaks against one more disk in this VM; returns the VM. Raises Refusal."""
    action = "Cannot add Virtual Disk."
    if not attachment.get("interface"):
        raise refusals.command(400, *NO_INTERFACE)
    check_alias(alias)
    held = site.get("vm", vm)
    if held is None:
        raise refusals.command(400, f"{action} VM is not found.")
    if held.data["status"] == "image_locked":
        raise refusals.command(409, f"Cannot add Virtual Disk: {VM_LOCKED}")  # not recorded
    check_boot(site, held, attachment, action)
    check_device(attachment, action)
    return held


def check_boot(site: Site, vm: Entity, attachment: Record, action: str) -> None:
    """Only one disk of a VM is bootable."""
    if attachment.get("bootable") != "true":
        return
    for held in vm.subs.get("disk_attachments", []):
        disk = site.get("disk", held["id"])
        if held.get("bootable") == "true" and disk is not None:
            raise refusals.command(409, f"{action} Disk {disk.name} in VM {vm.name} is already marked as boot.")


def check_device(attachment: Record, action: str) -> None:
    """What an interface can be."""
    interface = attachment.get("interface", "")
    if attachment.get("read_only") == "true" and interface in ("ide", "sata"):
        raise refusals.command(400, f"{action} {interface.upper()} disks can't be read-only.")
    if interface == "spapr_vscsi":
        raise refusals.command(
            400, f"{action.rstrip('.')}: The disk interface is not supported by the VM OS: Other OS."
        )


def check_attach(site: Site, vm: str, disk: str, attachment: Record) -> tuple[Entity, Entity]:
    """What speaks against attaching a disk that is there; returns VM and disk. Raises Refusal."""
    action = "Cannot attach Virtual Disk."
    if not attachment.get("interface"):
        raise refusals.command(400, *NO_INTERFACE)
    found = site.get("disk", disk)
    if found is None:
        raise refusals.command(400, f"{action} The specified disk does not exist.")
    check_edited(site, found, "attach")
    if found.data.get("status") == "illegal":  # not recorded
        raise refusals.command(
            400, f"{action} Disk is in an illegal state. Disks in an illegal state can only be deleted."
        )
    if found.data.get("status") == "locked":  # not recorded
        raise refusals.command(
            409,
            f"Cannot attach Virtual Disk: The following disks are locked: {found.name}. "
            "Please try again in a few minutes.",
        )
    held = site.get("vm", vm)
    if held is None:
        raise refusals.command(400, f"{action} VM is not found.")
    check_boot(site, held, attachment, action)
    if any(a["id"] == found.id for a in held.subs.get("disk_attachments", [])):
        raise refusals.command(409, f"{action} The disk is already attached to VM.")
    if found.data.get("shareable") != "true" and site.disk_users.get(found.id):
        raise refusals.command(409, f"{action} The disk is not shareable and is already attached to a VM.")
    center = site.data_center_of(found)
    if center and center != site.data_center_of(held):  # not recorded
        raise refusals.command(409, f"{action} The target Data Center does not contain the Virtual Disk.")
    check_device(attachment, action)
    luns.check_device(found.data, attachment, action)
    return held, found


def check_edited(site: Site, disk: Entity, verb: str) -> None:
    """Nothing is done to a disk while an edit of it still runs."""
    if site.held(edit_key(disk)):
        raise refusals.command(409, f"Cannot {verb} Virtual Disk: {EDITED}")


def edit_key(disk: Entity) -> str:
    """The name of the lock that an edit holds."""
    return f"edit {disk.id}"


def plug(site: Site, owner: Entity, disk: Entity, attachment: Record) -> Record:
    """Gives a VM or template a disk; returns the attachment."""
    record: Record = {
        "id": disk.id,
        "active": "false",
        "bootable": "false",
        "interface": "virtio_scsi",
        "pass_discard": "false",
        "read_only": "false",
        "uses_scsi_reservation": "false",
        **attachment,
        "disk": {"id": disk.id},
    }
    record = {key: record[key] for key in ORDER}
    owner.subs["disk_attachments"] = [*owner.subs.get("disk_attachments", []), record]
    site.disk_users.setdefault(disk.id, set()).add(owner.id)
    return record


def unplug(site: Site, owner: Entity, disk: str) -> None:
    """Takes a disk from a VM or template."""
    owner.subs["disk_attachments"] = [a for a in owner.subs.get("disk_attachments", []) if a["id"] != disk]
    site.disk_users.get(disk, set()).discard(owner.id)
