# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between two records of one VM, template or disk, field by field: before and after a move, or as it was
on one site and is on another.

What changes by nature is no part of an inventory's records, or is not compared: sizes in use, times of a run, the
status of what may run or not, what a guest tells, the active snapshot (a register makes a new one, 04b #139) and
fractions of seconds (an OVF keeps none).
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory_records import (
    InventoryAttachment,
    InventoryDisk,
    InventoryNic,
    InventoryPermission,
    InventorySnapshot,
    InventoryVm,
    Machine,
)

KINDS = (
    "name",
    "cluster",
    "template",
    "settings",
    "high_availability",
    "lease",
    "quota",
    "disks",
    "disk_details",
    "disk_domains",
    "attachments",
    "active",
    "luns",
    "vnics",
    "macs",
    "snapshots",
    "permissions",
    "affinity_groups",
    "affinity_labels",
)
"""What a difference can be about."""

MISSING = "missing"
ADDITIONAL = "additional"


class Differs(t.NamedTuple):
    """One difference. kind: one of KINDS; part: what of the object it is, "" for itself; field: "" for all of it.

    was, now: a text, a number, a bool or a list of texts; None for what is not there. reason: why it is so, if known.
    """

    kind: str
    part: str
    field: str
    was: object
    now: object
    reason: str = ""

    def says(self) -> str:
        """The difference in words, without the name of the object."""
        why = f": {self.reason}" if self.reason else ""
        if not self.field:
            return f"{self.part} is {MISSING if self.now is None else ADDITIONAL}{why}"
        thing = f"{self.part}: {self.field}" if self.part else self.field
        return f"{thing} was {_shown(self.was)}, is {_shown(self.now)}{why}"

    def data(self) -> dict[str, object]:
        """The difference for a module's result."""
        return {
            "kind": self.kind,
            "part": self.part,
            "field": self.field,
            "was": self.was,
            "now": self.now,
            "reason": self.reason,
            "says": self.says(),
        }


@dataclass(frozen=True)
class _Part:
    """Something that an object consists of. fields: name -> (kind, value); a value of None is not compared."""

    title: str
    kind: str
    fields: Mapping[str, tuple[str, object]]


def compare(
    was: Machine, now: Machine, domains: Mapping[str, str], *, new_ids: bool = False, additional: bool = True
) -> list[Differs]:
    """What differs between two records of a VM, or of a template.

    domains: id -> name, of both sides; new_ids: it was cloned, so that disks and NICs are known by their names and
    snapshots by their descriptions; additional: tell too what is there now and was not before.
    """
    return _differing(_parts(was, domains, new_ids), _parts(now, domains, new_ids), additional)


def compare_disks(was: InventoryDisk, now: InventoryDisk, domains: Mapping[str, str]) -> list[Differs]:
    """What differs between two records of a disk, whoever it is attached to."""
    return _differing(_alone(was, domains), _alone(now, domains), True)


def _alone(disk: InventoryDisk, domains: Mapping[str, str]) -> dict[tuple[str, str], _Part]:
    return {("", ""): _Part("", "", _disk_fields(disk, domains, new_ids=False))}


def _differing(
    was: Mapping[tuple[str, str], _Part], now: Mapping[tuple[str, str], _Part], additional: bool
) -> list[Differs]:
    found: list[Differs] = []
    for key, part in was.items():
        other = now.get(key)
        if other is None:
            found.append(Differs(part.kind, part.title, "", True, None))
            continue
        for field, (kind, value) in part.fields.items():
            _kind, held = other.fields.get(field, (kind, None))
            if value is not None and held is not None and value != held:
                found.append(Differs(kind, part.title, field, value, held))
    if additional:
        found.extend(Differs(part.kind, part.title, "", None, True) for key, part in now.items() if key not in was)
    return found


def _parts(machine: Machine, domains: Mapping[str, str], new_ids: bool) -> dict[tuple[str, str], _Part]:
    """What a VM or template consists of, by the ids that both sides share, or by names."""
    found: dict[tuple[str, str], _Part] = {("", ""): _Part("", "", _itself(machine, domains))}

    def add(what: str, identity: str, name: str, kind: str, fields: Mapping[str, tuple[str, object]]) -> None:
        key = name if new_ids else identity
        while (what, key) in found:
            # Names may repeat: the second of a name is compared with the second.
            key += " again"
        found[what, key] = _Part(f"{what} {name or identity}", kind, fields)

    attachments = {attachment.disk_id: attachment for attachment in machine.attachments}
    for disk in machine.disks:
        held = attachments.get(disk.id)
        fields = {**_disk_fields(disk, domains, new_ids=new_ids), **(_attachment_fields(held) if held else {})}
        add("disk", disk.id, disk.name, "disks", fields)
    for nic in machine.vnics:
        add("NIC", nic.id, nic.name, "vnics", _nic_fields(nic, new_ids=new_ids))
    for permission in machine.permissions:
        add("permission", told(permission), told(permission), "permissions", {})
    if isinstance(machine, InventoryVm):
        for snapshot in machine.snapshots:
            if snapshot.type != "active":
                fields = _snapshot_fields(snapshot, new_ids=new_ids)
                add("snapshot", snapshot.id, snapshot.description, "snapshots", fields)
        for group in machine.affinity_groups:
            add("affinity group", group, group, "affinity_groups", {})
        for label in machine.affinity_labels:
            add("affinity label", label, label, "affinity_labels", {})
    return found


def _itself(machine: Machine, domains: Mapping[str, str]) -> dict[str, tuple[str, object]]:
    fields: dict[str, tuple[str, object]] = {
        "name": ("name", machine.name),
        "cluster": ("cluster", machine.cluster),
        "description": ("settings", machine.description),
        "memory": ("settings", machine.memory),
        "architecture": ("settings", machine.architecture),
        "delete protection": ("settings", machine.delete_protected),
        "quota": ("quota", machine.quota),
    }
    if isinstance(machine, InventoryVm):
        priority = machine.ha_priority
        fields["template"] = ("template", machine.template_id)
        fields["high availability"] = ("high_availability", "none" if priority is None else f"priority {priority}")
        lease = machine.lease_domain_id
        fields["lease"] = ("lease", f"on {domains.get(lease, lease)}" if lease else "none")
    else:
        fields["base template"] = ("template", machine.base_id)
        fields["version"] = ("template", machine.version)
        fields["version name"] = ("template", machine.version_name)
    return fields


def _disk_fields(disk: InventoryDisk, domains: Mapping[str, str], *, new_ids: bool) -> dict[str, tuple[str, object]]:
    places = sorted(domains.get(domain, domain) for domain in disk.domain_ids)
    return {
        "name": ("disk_details", disk.name),
        "description": ("disk_details", disk.description),
        "size": ("disk_details", disk.size),
        "format": ("disk_details", disk.format),
        "sparse": ("disk_details", disk.sparse),
        "shareable": ("disk_details", disk.shareable),
        "content type": ("disk_details", disk.content_type),
        "wipe after delete": ("disk_details", disk.wipe_after_delete),
        "image": ("disk_details", None if new_ids else disk.image_id),
        "domains": ("disk_domains", places),
        "LUN": ("luns", disk.lun_id),
        "quota": ("quota", disk.quota),
    }


def _attachment_fields(attachment: InventoryAttachment) -> dict[str, tuple[str, object]]:
    return {
        "active": ("active", attachment.active),
        "interface": ("attachments", attachment.interface),
        "bootable": ("attachments", attachment.bootable),
        "read-only": ("attachments", attachment.read_only),
        "SCSI reservation": ("attachments", attachment.uses_scsi_reservation),
        "pass discard": ("attachments", attachment.pass_discard),
    }


def _nic_fields(nic: InventoryNic, *, new_ids: bool) -> dict[str, tuple[str, object]]:
    """The fields of a NIC. A clone gets new MAC addresses by nature (contract 04, 4.3)."""
    return {
        "name": ("vnics", nic.name),
        "MAC": ("macs", None if new_ids else nic.mac),
        "vNIC profile": ("vnics", f"{nic.network}/{nic.profile}" if nic.network or nic.profile else "none"),
        "interface": ("vnics", nic.interface),
        "plugged": ("vnics", nic.plugged),
        "linked": ("vnics", nic.linked),
    }


def _snapshot_fields(snapshot: InventorySnapshot, *, new_ids: bool) -> dict[str, tuple[str, object]]:
    """The fields of a snapshot. Its volumes are compared where both sides told them."""
    disks = [f"{disk}/{image}" for disk, image in sorted(snapshot.disks)]
    return {
        "description": ("snapshots", snapshot.description),
        "type": ("snapshots", snapshot.type),
        "date": ("snapshots", snapshot.date[:19]),
        "memory": ("snapshots", snapshot.memory),
        "volumes": ("snapshots", None if new_ids or not disks else disks),
    }


def told(permission: InventoryPermission) -> str:
    """A permission in words."""
    if permission.group:
        return f"{permission.role} of group {permission.group}"
    return f"{permission.role} of {permission.user}@{permission.domain}"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(value) or "none"
    return str(value) or "none"
