# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading an inventory: the estate file that says what the source site held (docs/estate.md).

Only what recovery compares with is read. The engine's lists of unregistered entities do not hold a VM's disks, NICs,
cluster or LUNs; an inventory does.
"""

from __future__ import annotations

import gc
import json
import typing as t
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from sys import intern

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.data import inside, listed, reference
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory_records import (
    Inventory,
    InventoryAttachment,
    InventoryDisk,
    InventoryNic,
    InventoryPermission,
    InventorySnapshot,
    InventoryTemplate,
    InventoryVm,
)

__all__ = (
    "Inventory",
    "InventoryAttachment",
    "InventoryDisk",
    "InventoryNic",
    "InventoryPermission",
    "InventorySnapshot",
    "InventoryTemplate",
    "InventoryVm",
    "Names",
    "disk_of",
    "inventory_of",
    "read_inventory",
    "read_site",
    "sound",
    "template_of",
    "vm_of",
)

EVERYONE = "eee00000-0000-0000-0000-123456789eee"
"""The group of all users, under one id at every engine, which no export holds."""

FORMAT = "ovirt-dr-estate"
VERSIONS = (1,)

Record = Mapping[str, t.Any]
Found = t.TypeVar("Found")


def read_inventory(path: str, site: str) -> Inventory:
    """The inventory of a site in an estate file.

    BadInput for a file that cannot be read, is not an estate file, or does not hold the site.
    """
    with _nothing_to_collect():
        record = read_site(path, site)
        return sound(path, site, lambda: inventory_of(site, record))


@contextmanager
def _nothing_to_collect() -> Iterator[None]:
    """Millions of small objects are made and none forms a cycle: to look for cycles among them doubles the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def read_site(path: str, site: str) -> Record:
    """The record of a site in an estate file. BadInput as read_inventory, but for what lies inside of the record."""
    try:
        with open(path, encoding="utf-8") as stream:
            estate = json.load(stream)
    except OSError as error:
        raise BadInput(f"inventory {path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise BadInput(f"inventory {path}: is not valid JSON: {error}") from error
    if not isinstance(estate, dict) or estate.get("format") != FORMAT or estate.get("version") not in VERSIONS:
        raise BadInput(f"inventory {path}: is not an estate file of format {FORMAT}, version 1")
    found = estate.get("sites")
    if not isinstance(found, list) or not all(isinstance(record, dict) for record in found):
        raise BadInput(f"inventory {path}: is damaged: 'sites' must be a list of sites")
    sites: dict[str, Record] = {str(record.get("name")): record for record in found}
    if site not in sites:
        raise BadInput(f"inventory {path}: holds no site {site}, only {', '.join(sorted(sites)) or 'none'}")
    return sites[site]


def sound(path: str, site: str, read: Callable[[], Found]) -> Found:
    """What ``read`` makes of the record of a site; BadInput when the record is damaged."""
    try:
        return read()
    except KeyError as error:
        # What was looked up is a key of a record, or the id of an object that another one refers to.
        raise BadInput(f"inventory {path}: site {site} is damaged: {error} is missing. Export it again") from error
    except (AttributeError, TypeError, ValueError) as error:
        raise BadInput(f"inventory {path}: site {site} is damaged: {error}. Export it again") from error


def inventory_of(site: str, record: Record) -> Inventory:
    """The inventory in the record of a site. KeyError, TypeError, AttributeError or ValueError for a damaged one."""
    names = Names(record)
    disks = {disk["id"]: disk_of(disk, names) for disk in record["disks"]}
    return Inventory(
        site=site,
        vms=tuple(vm_of(vm, disks, names) for vm in record["vms"]),
        templates={template["id"]: template_of(template, disks, names) for template in record["templates"]},
        domains={domain["id"]: domain["name"] for domain in record["storage_domains"]},
        luns={domain["id"]: luns for domain in record["storage_domains"] if (luns := _luns(domain))},
        disks=disks,
    )


class Names:
    """What the ids of a site stand for. handed_down: of the permissions that objects have by what is above them."""

    def __init__(self, record: Record) -> None:
        networks = {network["id"]: network["name"] for network in record["networks"]}
        self.profiles = {
            profile["id"]: (networks[profile["network"]["id"]], profile["name"]) for profile in record["vnic_profiles"]
        }
        self.clusters = {cluster["id"]: cluster["name"] for cluster in record["clusters"]}
        self.quotas = {quota["id"]: quota["name"] for quota in record.get("quotas") or ()}
        self.roles = {role["id"]: role["name"] for role in record.get("roles") or ()}
        self.users = {user["id"]: _login(user) for user in record.get("users") or ()}
        self.groups = {EVERYONE: "Everyone"}
        self.groups.update((group["id"], group["name"]) for group in record.get("groups") or ())
        self.affinity_groups = _members(record.get("affinity_groups") or ())
        self.affinity_labels = _members(record.get("affinity_labels") or ())
        self.handed_down = {
            permission["id"]
            for key in ("clusters", "data_centers")
            for holder in record.get(key) or ()
            for permission in holder.get("permissions") or ()
        }
        self.volumes: dict[str, list[tuple[str, str]]] = {}
        for domain in record["storage_domains"]:
            for volume in domain.get("disk_snapshots") or ():
                disk = reference(volume, "disk")
                self.volumes.setdefault(reference(volume, "snapshot"), []).append((disk, volume["id"]))


def vm_of(vm: Record, disks: Mapping[str, InventoryDisk], names: Names) -> InventoryVm:
    """A VM of its record, with its sub-collections in it."""
    if not isinstance(vm["name"], str):
        raise TypeError(f"the name of VM {vm['id']} is no text")
    vnics = tuple(_nic(nic, names) for nic in vm["nics"])
    ha = vm.get("high_availability") or {}
    lease = vm.get("lease")
    return InventoryVm(
        id=vm["id"],
        name=vm["name"],
        cluster=names.clusters[vm["cluster"]["id"]],
        template_id=vm["template"]["id"],
        disks=tuple(disks[attachment["id"]] for attachment in vm["disk_attachments"]),
        nics=tuple((nic.network, nic.profile) for nic in vnics),
        affinity_groups=tuple(names.affinity_groups.get(vm["id"], ())),
        affinity_labels=tuple(names.affinity_labels.get(vm["id"], ())),
        attachments=tuple(_attachment(attachment) for attachment in vm["disk_attachments"]),
        vnics=vnics,
        snapshots=tuple(_snapshot(snapshot, names) for snapshot in vm.get("snapshots") or ()),
        permissions=_permissions(vm, names),
        description=vm.get("description") or "",
        status=intern(vm.get("status") or ""),
        memory=int(vm.get("memory") or 0),
        architecture=_architecture(vm),
        delete_protected=_flag(vm, "delete_protected"),
        ha_priority=int(ha.get("priority") or 0) if _flag(ha, "enabled") else None,
        lease_domain_id=reference(lease, "storage_domain") if lease else "",
        quota=names.quotas.get(reference(vm, "quota"), ""),
    )


def template_of(template: Record, disks: Mapping[str, InventoryDisk], names: Names) -> InventoryTemplate:
    """A template of its record, likewise."""
    version = template.get("version") or {}
    attachments = template.get("disk_attachments") or ()
    return InventoryTemplate(
        id=template["id"],
        name=template["name"],
        base_id=reference(version, "base_template") or template["id"],
        version=int(version.get("version_number") or 1),
        version_name=version.get("version_name") or "",
        cluster=names.clusters.get(reference(template, "cluster"), ""),
        disks=tuple(disks[attachment["id"]] for attachment in attachments),
        attachments=tuple(_attachment(attachment) for attachment in attachments),
        vnics=tuple(_nic(nic, names) for nic in template.get("nics") or ()),
        permissions=_permissions(template, names),
        description=template.get("description") or "",
        memory=int(template.get("memory") or 0),
        architecture=_architecture(template),
        delete_protected=_flag(template, "delete_protected"),
        quota=names.quotas.get(reference(template, "quota"), ""),
    )


def _attachment(attachment: Record) -> InventoryAttachment:
    return InventoryAttachment(
        disk_id=attachment["id"],
        interface=intern(attachment.get("interface") or ""),
        active=_flag(attachment, "active", default=True),
        bootable=_flag(attachment, "bootable"),
        read_only=_flag(attachment, "read_only"),
        uses_scsi_reservation=_flag(attachment, "uses_scsi_reservation"),
        pass_discard=_flag(attachment, "pass_discard"),
        logical_name=attachment.get("logical_name") or "",
    )


def _nic(nic: Record, names: Names) -> InventoryNic:
    network, profile = names.profiles[nic["vnic_profile"]["id"]] if nic.get("vnic_profile") else ("", "")
    return InventoryNic(
        id=nic["id"],
        name=nic.get("name") or "",
        mac=((nic.get("mac") or {}).get("address") or "").lower(),
        network=network,
        profile=profile,
        interface=intern(nic.get("interface") or ""),
        plugged=_flag(nic, "plugged", default=True),
        linked=_flag(nic, "linked", default=True),
    )


def _snapshot(snapshot: Record, names: Names) -> InventorySnapshot:
    return InventorySnapshot(
        id=snapshot["id"],
        type=intern(snapshot.get("snapshot_type") or ""),
        description=snapshot.get("description") or "",
        date=snapshot.get("date") or "",
        memory=_flag(snapshot, "persist_memorystate"),
        disks=tuple(names.volumes.get(snapshot["id"], ())),
    )


def _permissions(holder: Record, names: Names) -> tuple[InventoryPermission, ...]:
    """The permissions on an object itself, each once. A user whom the site does not know is left out: nobody has it."""
    found: dict[InventoryPermission, None] = {}
    for permission in holder.get("permissions") or ():
        if permission["id"] in names.handed_down:
            continue
        role = names.roles.get(reference(permission, "role"), reference(permission, "role"))
        group, user = reference(permission, "group"), reference(permission, "user")
        if group:
            found[InventoryPermission(role, group=names.groups.get(group, group))] = None
        elif user in names.users:
            login, domain = names.users[user]
            found[InventoryPermission(role, login, domain)] = None
    return tuple(found)


def _login(user: Record) -> tuple[str, str]:
    """The login name and the directory of a user, as its mapping by a register takes them apart (contract 04, 4.4)."""
    domain = (user.get("domain") or {}).get("name") or ""
    login = user.get("principal") or (user.get("user_name") or "").removesuffix(f"@{domain}") or user.get("name") or ""
    return login, domain


def _members(records: Iterable[Record]) -> dict[str, list[str]]:
    """VM id -> the names of the affinity groups or labels that it is in."""
    names: dict[str, list[str]] = {}
    for record in records:
        for vm in record["vms"]:
            names.setdefault(vm["id"], []).append(record["name"])
    return names


def disk_of(disk: Record, names: Names) -> InventoryDisk:
    """A disk of its record."""
    units = listed((disk.get("lun_storage") or {}).get("logical_units", {}).get("logical_unit"))
    size = disk.get("provisioned_size")
    return InventoryDisk(
        id=disk["id"],
        name=disk.get("alias") or disk.get("name") or "",
        domain_ids=tuple(domain["id"] for domain in inside(disk, "storage_domains", "storage_domain")),
        lun_id=units[0]["id"] if units else "",
        description=disk.get("description") or "",
        size=int(size) if size and not units else None,
        format=intern(disk.get("format") or ""),
        sparse=_flag(disk, "sparse"),
        shareable=_flag(disk, "shareable"),
        content_type=intern(disk.get("content_type") or ""),
        image_id=disk.get("image_id") or "",
        quota=names.quotas.get(reference(disk, "quota"), ""),
        wipe_after_delete=_flag(disk, "wipe_after_delete"),
        status=intern(disk.get("status") or ""),
    )


def _luns(domain: Record) -> tuple[str, ...]:
    """The LUNs of a block domain, each once though it stands once per path."""
    group = (domain.get("storage") or {}).get("volume_group") or {}
    units: Sequence[Record] = inside(group, "logical_units", "logical_unit")
    return tuple(dict.fromkeys(unit["id"] for unit in units))


def _architecture(machine: Record) -> str:
    return intern((machine.get("cpu") or {}).get("architecture") or "")


def _flag(record: Record, key: str, *, default: bool = False) -> bool:
    """What an element says, as the engine writes it (contract 01, 1.3)."""
    value = record.get(key)
    return default if value is None or value == "" else str(value).lower() == "true"
