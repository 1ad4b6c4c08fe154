# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an inventory says of a site, as immutable records: of a file, or of an engine that was read the same way.

Everything by name, as two sites know it; ids where both sites have the same: of VMs, templates, disks, snapshots and
NICs. What is not told is an empty text, None or an empty tuple, never an invented value. There are tens of thousands of
these records, so they are tuples or have slots.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field


class InventoryAttachment(t.NamedTuple):
    """How a disk is attached to a VM or template. logical_name: what its guest calls it, if its agent told."""

    disk_id: str
    interface: str = ""
    active: bool = True
    bootable: bool = False
    read_only: bool = False
    uses_scsi_reservation: bool = False
    pass_discard: bool = False
    logical_name: str = ""


class InventoryNic(t.NamedTuple):
    """A NIC. network, profile: both empty for one without a vNIC profile; mac: in lower case, empty in a template."""

    id: str
    name: str = ""
    mac: str = ""
    network: str = ""
    profile: str = ""
    interface: str = ""
    plugged: bool = True
    linked: bool = True


class InventorySnapshot(t.NamedTuple):
    """A snapshot. type: active, regular, preview or stateless; date: ISO 8601; disks: (disk id, image id) of its
    volumes, as far as their domains told: not of the active one, whose images are those of the disks.
    """

    id: str
    type: str = ""
    description: str = ""
    date: str = ""
    memory: bool = False
    disks: tuple[tuple[str, str], ...] = ()


class InventoryPermission(t.NamedTuple):
    """A role that a user or a group has on the object itself, not by what stands above it.

    user: the login name, domain: the directory that knows it, as 'admin' and 'internal-authz'; group: a name instead.
    """

    role: str
    user: str = ""
    domain: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class InventoryDisk:
    """A disk: the domains that hold it, or the LUN that it is. size: provisioned, in bytes, None for a LUN.

    image_id: of its newest volume; quota: a name.
    """

    id: str
    name: str
    domain_ids: tuple[str, ...]
    lun_id: str
    description: str = ""
    size: int | None = None
    format: str = ""
    sparse: bool = False
    shareable: bool = False
    content_type: str = ""
    image_id: str = ""
    quota: str = ""
    wipe_after_delete: bool = False
    status: str = ""


@dataclass(frozen=True, slots=True)
class InventoryVm:
    """A VM as the source site knew it. nics: (network name, profile name), ("", "") for a NIC without a profile.

    affinity_groups, affinity_labels: the names of those that it is a member of. attachments: in the order of ``disks``;
    vnics: in the order of ``nics``; lease_domain_id: empty without a lease; ha_priority: None for one that is not
    highly available.
    """

    id: str
    name: str
    cluster: str
    template_id: str
    disks: tuple[InventoryDisk, ...]
    nics: tuple[tuple[str, str], ...]
    affinity_groups: tuple[str, ...] = ()
    affinity_labels: tuple[str, ...] = ()
    attachments: tuple[InventoryAttachment, ...] = ()
    vnics: tuple[InventoryNic, ...] = ()
    snapshots: tuple[InventorySnapshot, ...] = ()
    permissions: tuple[InventoryPermission, ...] = ()
    description: str = ""
    status: str = ""
    memory: int = 0
    architecture: str = ""
    delete_protected: bool = False
    ha_priority: int | None = None
    lease_domain_id: str = ""
    quota: str = ""


@dataclass(frozen=True, slots=True)
class InventoryTemplate:
    """A template or one of its versions. base_id: equals ``id`` for a base; cluster: empty for Blank."""

    id: str
    name: str
    base_id: str
    version: int
    version_name: str
    cluster: str
    disks: tuple[InventoryDisk, ...]
    attachments: tuple[InventoryAttachment, ...] = ()
    vnics: tuple[InventoryNic, ...] = ()
    permissions: tuple[InventoryPermission, ...] = ()
    description: str = ""
    memory: int = 0
    architecture: str = ""
    delete_protected: bool = False
    quota: str = ""


Machine: t.TypeAlias = "InventoryVm | InventoryTemplate"


@dataclass(frozen=True)
class Inventory:
    """What the source site held. templates, disks: all of them by id; domains: id -> name; luns: block domain id -> its
    LUN ids.
    """

    site: str
    vms: tuple[InventoryVm, ...]
    templates: Mapping[str, InventoryTemplate]
    domains: Mapping[str, str]
    luns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    disks: Mapping[str, InventoryDisk] = field(default_factory=dict)
