# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage connections, and who uses them: records and bulk reads (contract 02, 2.1, 2.2 and 2.6; 06)."""

from __future__ import annotations

import typing as t
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.paging import pages
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import ident, number, text

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Domain
    from lxml.etree import _Element as Element

# Types whose connections the engine keeps apart by address and path alone (contract 02, 2.3, duplicates).
BY_PLACE = ("nfs", "posixfs", "glusterfs")
# Types without connections: a fibre channel LUN is just there.
WITHOUT = ("fcp",)


@dataclass(frozen=True)
class Connection:
    """A mount point or an iSCSI target as the engine keeps it; password and portal are never told (contract 02, 2.1).

    nfs_timeo: tenths of a second. What does not belong to the type is empty or None.
    """

    id: str
    type: str
    address: str = ""
    path: str = ""
    port: int | None = None
    target: str = ""
    username: str = ""
    mount_options: str = ""
    vfs_type: str = ""
    nfs_version: str = ""
    nfs_timeo: int | None = None
    nfs_retrans: int | None = None

    @property
    def name(self) -> str:
        """What people call it: the place that it leads to."""
        if self.type == "iscsi":
            return f"{self.target} at {self.address}:{self.port or ''}".rstrip(":")
        return f"{self.address}:{self.path}" if self.address else self.path

    @property
    def evidence(self) -> str:
        """The place as hosts tell it that try it or let go of it: without a slash at its end, but for a root."""
        return self.name if self.name.endswith(":/") else self.name.rstrip("/")

    @classmethod
    def from_xml(cls, node: Element) -> Connection:
        return cls(
            id=ident(node),
            type=text(node, "type").lower(),
            address=text(node, "address"),
            path=text(node, "path"),
            port=number(node, "port"),
            target=text(node, "target"),
            username=text(node, "username"),
            mount_options=text(node, "mount_options"),
            vfs_type=text(node, "vfs_type"),
            nfs_version=text(node, "nfs_version").lower(),
            nfs_timeo=number(node, "nfs_timeo"),
            nfs_retrans=number(node, "nfs_retrans"),
        )


@dataclass(frozen=True)
class LunDisk:
    """A direct LUN disk. portals: (address, port, target) of each path that the engine knows."""

    id: str
    name: str
    lun_id: str
    portals: frozenset[tuple[str, int | None, str]]

    @classmethod
    def from_xml(cls, node: Element) -> LunDisk:
        units = node.findall("lun_storage/logical_units/logical_unit")
        return cls(
            id=ident(node),
            name=text(node, "alias") or text(node, "name"),
            lun_id=ident(units[0]) if units else "",
            portals=frozenset(
                (text(unit, "address"), number(unit, "port"), text(unit, "target"))
                for unit in units
                if text(unit, "target")
            ),
        )

    def on(self, connection: Connection) -> bool:
        """Whether the disk's LUN is reached through this connection."""
        return (connection.address, connection.port, connection.target) in self.portals


def connections(client: Client) -> list[Connection]:
    """Every connection of the engine, used or not."""
    return [Connection.from_xml(node) for node in client.get("/storageconnections", subject="storage connections")]


def connection(client: Client, connection_id: str) -> Connection:
    """One connection; Fault 404 when it is gone."""
    return Connection.from_xml(client.get(f"/storageconnections/{connection_id}", subject="storage connection"))


def connections_of(
    client: Client, of_domains: t.Sequence[Domain], known: t.Sequence[Connection]
) -> dict[str, tuple[str, ...]]:
    """Domain id -> the ids of its connections.

    A file domain is found by its place, which the engine keeps unique; only for the others it is asked, in parallel.
    """
    places = Counter((item.type, item.address, item.path) for item in known if item.type in BY_PLACE)
    by_place = {(item.type, item.address, item.path): item.id for item in known if item.type in BY_PLACE}
    found: dict[str, tuple[str, ...]] = {}
    ask: list[str] = []
    for domain in of_domains:
        place = (domain.storage_type, domain.address, domain.path)
        if places[place] == 1:
            found[domain.id] = (by_place[place],)
        elif domain.storage_type in WITHOUT:
            found[domain.id] = ()
        else:
            ask.append(domain.id)
    if ask:
        with ThreadPoolExecutor(max_workers=min(client.concurrency, len(ask))) as pool:
            found.update(zip(ask, pool.map(lambda domain_id: _of_domain(client, domain_id), ask), strict=True))
    return found


def _of_domain(client: Client, domain_id: str) -> tuple[str, ...]:
    path = f"/storagedomains/{domain_id}/storageconnections"
    return tuple(ident(node) for node in client.get(path, subject="connections of a storage domain"))


def lun_disks(client: Client) -> list[LunDisk]:
    """The direct LUN disks of the engine. A list of disks tells no portals, so each LUN disk is read, in parallel."""
    found = [ident(node) for node in pages(client, "/disks") if node.find("lun_storage") is not None]
    if not found:
        return []

    def read(disk_id: str) -> LunDisk:
        return LunDisk.from_xml(client.get(f"/disks/{disk_id}", subject="LUN disk"))

    with ThreadPoolExecutor(max_workers=min(client.concurrency, len(found))) as pool:
        return list(pool.map(read, found))


def plugged_disks(client: Client) -> dict[str, set[str]]:
    """VM id -> the ids of the disks that are plugged into it, for all VMs, in pages."""
    return {
        ident(node): {
            ident(attachment)
            for attachment in node.findall("disk_attachments/disk_attachment")
            if text(attachment, "active", "true") == "true"
        }
        for node in pages(client, "/vms", follow="disk_attachments")
    }
