# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Immutable records of what an engine holds: only the fields that planning needs.

Each record is made from one XML element by its ``from_xml``. An element that the engine left out becomes an empty
string, ``None`` or an empty tuple, never an invented value (contract 03, 04, 05, 07).
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import boolean, ident, number, text

if t.TYPE_CHECKING:
    from lxml.etree import _Element as Element

BLANK_TEMPLATE = "00000000-0000-0000-0000-000000000000"


def reference(node: Element, path: str) -> str:
    """The id of the object that a child element points at, or an empty string."""
    child = node.find(path)
    return ident(child) if child is not None else ""


def compatibility_version(node: Element, path: str) -> tuple[int, int] | None:
    """A compatibility version, as (4, 7); None where there is none."""
    major, minor = number(node, f"{path}/major"), number(node, f"{path}/minor")
    return None if major is None or minor is None else (major, minor)


def references(node: Element, path: str) -> tuple[str, ...]:
    """The ids of all objects that the elements at ``path`` point at, in the engine's order."""
    return tuple(ident(child) for child in node.findall(path))


@dataclass(frozen=True)
class DataCenter:
    """A data center; ``status`` is up, maintenance, uninitialized, problematic, not_operational or contend.

    quota_mode: disabled, audit or enabled; only the last one refuses. storage_format: that of its domains, v1 to v5.
    """

    id: str
    name: str
    status: str
    local: bool
    quota_mode: str = ""
    storage_format: str = ""

    @classmethod
    def from_xml(cls, node: Element) -> DataCenter:
        return cls(
            id=ident(node),
            name=text(node, "name"),
            status=text(node, "status"),
            local=boolean(node, "local"),
            quota_mode=text(node, "quota_mode"),
            storage_format=text(node, "storage_format"),
        )


@dataclass(frozen=True)
class Cluster:
    """A cluster of one CPU architecture in a data center. version: its compatibility version, None if not told."""

    id: str
    name: str
    data_center_id: str
    architecture: str
    version: tuple[int, int] | None = None

    @classmethod
    def from_xml(cls, node: Element) -> Cluster:
        return cls(
            ident(node),
            text(node, "name"),
            reference(node, "data_center"),
            text(node, "cpu/architecture"),
            compatibility_version(node, "version"),
        )


@dataclass(frozen=True)
class Host:
    """A hypervisor; ``status`` as in contract 07, 7.1."""

    id: str
    name: str
    status: str
    cluster_id: str

    @classmethod
    def from_xml(cls, node: Element) -> Host:
        return cls(ident(node), text(node, "name"), text(node, "status"), reference(node, "cluster"))


@dataclass(frozen=True)
class Domain:
    """A storage domain. ``status`` is only true in a data center's list: the top level says unattached or nothing.

    Of block domains: targets: the names (IQN) of the iSCSI targets, lun_ids: of the LUNs.
    """

    id: str
    name: str
    type: str
    status: str
    master: bool
    storage_type: str
    address: str
    path: str
    data_center_ids: tuple[str, ...]
    targets: tuple[str, ...] = ()
    lun_ids: tuple[str, ...] = ()
    storage_format: str = ""

    @classmethod
    def from_xml(cls, node: Element) -> Domain:
        # A LUN stands once per path (contract 03, 3.1).
        units = node.findall("storage/volume_group/logical_units/logical_unit")
        return cls(
            id=ident(node),
            name=text(node, "name"),
            type=text(node, "type"),
            status=text(node, "status"),
            master=boolean(node, "master"),
            storage_type=text(node, "storage/type"),
            address=text(node, "storage/address"),
            path=text(node, "storage/path"),
            data_center_ids=references(node, "data_centers/data_center"),
            targets=tuple(dict.fromkeys(found for unit in units if (found := text(unit, "target")))),
            lun_ids=tuple(dict.fromkeys(ident(unit) for unit in units)),
            storage_format=text(node, "storage_format"),
        )


@dataclass(frozen=True)
class HostLun:
    """One path on which a host sees a LUN (contract 06, 6.3). address, target: empty for Fibre Channel.

    domain_id, group_id: the storage domain and volume group that it is part of, as far as the engine knows.
    """

    id: str
    address: str
    port: int
    target: str
    domain_id: str
    group_id: str

    @classmethod
    def from_xml(cls, node: Element) -> HostLun:
        return cls(
            id=ident(node),
            address=text(node, "address"),
            port=number(node, "port") or 0,
            target=text(node, "target"),
            domain_id=text(node, "storage_domain_id"),
            group_id=text(node, "volume_group_id"),
        )


@dataclass(frozen=True)
class Vm:
    """A registered VM."""

    id: str
    name: str
    status: str
    cluster_id: str
    template_id: str
    quota_id: str = ""

    @classmethod
    def from_xml(cls, node: Element) -> Vm:
        return cls(
            id=ident(node),
            name=text(node, "name"),
            status=text(node, "status"),
            cluster_id=reference(node, "cluster"),
            template_id=reference(node, "template"),
            quota_id=reference(node, "quota"),
        )


@dataclass(frozen=True)
class Template:
    """A registered template or one of its versions; ``base_id`` equals ``id`` for a base template.

    cluster_id: empty for what belongs to no data center, as Blank.
    """

    id: str
    name: str
    status: str
    base_id: str
    version: int
    quota_id: str = ""
    cluster_id: str = ""

    @classmethod
    def from_xml(cls, node: Element) -> Template:
        return cls(
            id=ident(node),
            name=text(node, "name"),
            status=text(node, "status"),
            base_id=reference(node, "version/base_template") or ident(node),
            version=number(node, "version/version_number") or 1,
            quota_id=reference(node, "quota"),
            cluster_id=reference(node, "cluster"),
        )


@dataclass(frozen=True)
class Disk:
    """A disk of any kind; ``lun_id`` is set for a direct LUN only. quota_id, profile_id: empty where there is none."""

    id: str
    name: str
    storage_type: str
    content_type: str
    status: str
    domain_ids: tuple[str, ...]
    lun_id: str
    shareable: bool = False
    quota_id: str = ""
    profile_id: str = ""

    @classmethod
    def from_xml(cls, node: Element) -> Disk:
        unit = node.find("lun_storage/logical_units/logical_unit")
        return cls(
            id=ident(node),
            name=text(node, "alias") or text(node, "name"),
            storage_type=text(node, "storage_type") or ("lun" if unit is not None else "image"),
            content_type=text(node, "content_type"),
            status=text(node, "status"),
            domain_ids=references(node, "storage_domains/storage_domain"),
            lun_id=ident(unit) if unit is not None else "",
            shareable=boolean(node, "shareable"),
            quota_id=reference(node, "quota"),
            profile_id=reference(node, "disk_profile"),
        )


@dataclass(frozen=True)
class DiskOwner:
    """A registered VM or template with the ids of its disks. quota_id: empty after a register; memory: bytes."""

    id: str
    name: str
    quota_id: str
    disk_ids: tuple[str, ...]
    cluster_id: str = ""
    template_id: str = ""
    memory: int = 0
    description: str = ""

    @classmethod
    def from_xml(cls, node: Element) -> DiskOwner:
        return cls(
            id=ident(node),
            name=text(node, "name"),
            quota_id=reference(node, "quota"),
            disk_ids=references(node, "disk_attachments/disk_attachment"),
            cluster_id=reference(node, "cluster"),
            template_id=reference(node, "template"),
            memory=number(node, "memory") or 0,
            description=text(node, "description"),
        )


@dataclass(frozen=True)
class Attachment:
    """How a disk is attached to a VM; ``id`` is the disk's (contract 05, 5.2)."""

    id: str
    interface: str
    active: bool
    bootable: bool
    read_only: bool
    pass_discard: bool
    uses_scsi_reservation: bool

    @classmethod
    def from_xml(cls, node: Element) -> Attachment:
        return cls(
            id=ident(node),
            interface=text(node, "interface"),
            active=boolean(node, "active"),
            bootable=boolean(node, "bootable"),
            read_only=boolean(node, "read_only"),
            pass_discard=boolean(node, "pass_discard"),
            uses_scsi_reservation=boolean(node, "uses_scsi_reservation"),
        )


@dataclass(frozen=True)
class VmDisks:
    """A registered VM with what is attached to it. snapshot_ids: without the active one, which a register may make
    anew; None where they were not read."""

    id: str
    name: str
    status: str
    cluster_id: str
    attachments: tuple[Attachment, ...]
    snapshot_ids: frozenset[str] | None

    @classmethod
    def from_xml(cls, node: Element) -> VmDisks:
        return cls(
            id=ident(node),
            name=text(node, "name"),
            status=text(node, "status"),
            cluster_id=reference(node, "cluster"),
            attachments=tuple(Attachment.from_xml(one) for one in node.findall("disk_attachments/disk_attachment")),
            snapshot_ids=_kept_snapshots(node.find("snapshots")),
        )


def _kept_snapshots(snapshots: Element | None) -> frozenset[str] | None:
    if snapshots is None:
        return None
    return frozenset(ident(one) for one in snapshots if text(one, "snapshot_type") not in ("", "active"))


@dataclass(frozen=True)
class UnregisteredVm:
    """A VM that lies on attached domains and is not known to the engine (contract 04, 4.2).

    ``domain_ids`` are all the domains that list it, in the order in which they were read. memory: bytes; created: the
    engine's time text; priority: that of high availability, 0 to 100; lease_domain_id: empty without a lease;
    compatibility: its own compatibility version, None when it goes with its cluster.
    """

    id: str
    name: str
    template_id: str
    architecture: str
    memory: int
    status: str
    domain_ids: tuple[str, ...]
    description: str = ""
    created: str = ""
    os: str = ""
    delete_protected: bool = False
    highly_available: bool = False
    priority: int = 0
    stateless: bool = False
    lease_domain_id: str = ""
    compatibility: tuple[int, int] | None = None

    @classmethod
    def from_xml(cls, node: Element, domain_id: str) -> UnregisteredVm:
        return cls(
            id=ident(node),
            name=text(node, "name"),
            template_id=reference(node, "template"),
            architecture=text(node, "cpu/architecture"),
            memory=number(node, "memory") or 0,
            status=text(node, "status"),
            domain_ids=(domain_id,),
            description=text(node, "description"),
            created=text(node, "creation_time"),
            os=text(node, "os/type"),
            delete_protected=boolean(node, "delete_protected"),
            highly_available=boolean(node, "high_availability/enabled"),
            priority=number(node, "high_availability/priority") or 0,
            stateless=boolean(node, "stateless"),
            lease_domain_id=reference(node, "lease/storage_domain"),
            compatibility=compatibility_version(node, "custom_compatibility_version"),
        )


@dataclass(frozen=True)
class UnregisteredTemplate:
    """A template or version that lies on attached domains and is not known to the engine."""

    id: str
    name: str
    base_id: str
    version: int
    architecture: str
    domain_ids: tuple[str, ...]
    version_name: str = ""
    memory: int = 0
    description: str = ""
    created: str = ""
    os: str = ""
    delete_protected: bool = False
    compatibility: tuple[int, int] | None = None

    @property
    def template_id(self) -> str:
        """The template that must be registered before this one: its base, or Blank for a base template."""
        return BLANK_TEMPLATE if self.base_id == self.id else self.base_id

    @classmethod
    def from_xml(cls, node: Element, domain_id: str) -> UnregisteredTemplate:
        return cls(
            id=ident(node),
            name=text(node, "name"),
            base_id=reference(node, "version/base_template") or ident(node),
            version=number(node, "version/version_number") or 1,
            architecture=text(node, "cpu/architecture"),
            domain_ids=(domain_id,),
            version_name=text(node, "version/version_name"),
            memory=number(node, "memory") or 0,
            description=text(node, "description"),
            created=text(node, "creation_time"),
            os=text(node, "os/type"),
            delete_protected=boolean(node, "delete_protected"),
            compatibility=compatibility_version(node, "custom_compatibility_version"),
        )


@dataclass(frozen=True)
class UnregisteredDisk:
    """A disk that lies on an attached domain and is not known to the engine. name: empty for the copy of a disk of a
    template, and whenever the storage tells none. Sizes are bytes; format: cow or raw."""

    id: str
    name: str
    provisioned_size: int
    domain_ids: tuple[str, ...]
    content_type: str = ""
    actual_size: int = 0
    description: str = ""
    format: str = ""
    sparse: bool = False

    @classmethod
    def from_xml(cls, node: Element, domain_id: str) -> UnregisteredDisk:
        return cls(
            id=ident(node),
            name=text(node, "alias") or text(node, "name"),
            provisioned_size=number(node, "provisioned_size") or 0,
            domain_ids=(domain_id,),
            content_type=text(node, "content_type"),
            actual_size=number(node, "actual_size") or 0,
            description=text(node, "description"),
            format=text(node, "format"),
            sparse=boolean(node, "sparse"),
        )


@dataclass(frozen=True)
class VnicProfile:
    """A vNIC profile and the network that it belongs to."""

    id: str
    name: str
    network_id: str

    @classmethod
    def from_xml(cls, node: Element) -> VnicProfile:
        return cls(ident(node), text(node, "name"), reference(node, "network"))


@dataclass(frozen=True)
class DiskProfile:
    """A disk profile of a storage domain."""

    id: str
    name: str
    domain_id: str

    @classmethod
    def from_xml(cls, node: Element) -> DiskProfile:
        return cls(ident(node), text(node, "name"), reference(node, "storage_domain"))


@dataclass(frozen=True)
class Network:
    """A logical network of a data center."""

    id: str
    name: str
    data_center_id: str

    @classmethod
    def from_xml(cls, node: Element) -> Network:
        return cls(ident(node), text(node, "name"), reference(node, "data_center"))


@dataclass(frozen=True)
class Named:
    """Anything of which only the name and the id matter: affinity groups and labels, roles, users' domains."""

    id: str
    name: str

    @classmethod
    def from_xml(cls, node: Element) -> Named:
        return cls(ident(node), text(node, "name"))


@dataclass(frozen=True)
class Job:
    """An engine job; ``status`` is started, finished, failed, aborted or unknown."""

    id: str
    description: str
    status: str

    @classmethod
    def from_xml(cls, node: Element) -> Job:
        return cls(ident(node), text(node, "description"), text(node, "status"))


@dataclass(frozen=True)
class Event:
    """A line of the engine's audit log."""

    id: str
    correlation_id: str
    severity: str
    description: str

    @classmethod
    def from_xml(cls, node: Element) -> Event:
        return cls(ident(node), text(node, "correlation_id"), text(node, "severity"), text(node, "description"))
