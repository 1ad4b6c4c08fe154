# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads from an engine what an inventory tells of the same VMs and templates, as the same records, in bulk.

Three requests for 100 VMs: a search by ids takes up to 40 of them with their sub-collections. An engine answers the
whole list with an error page when one link of one VM cannot be followed (findings 6); halves of the list are asked for
then, until only that VM is left out.
"""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.verify import Target
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.data import Record, inside, to_data
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Fault
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.follow import (
    CANNOT_FOLLOW,
    Part,
    Reader,
    words,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.reads import MOST_IDS_IN_A_SEARCH
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import Names, disk_of, template_of, vm_of
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory_records import (
    InventoryDisk,
    InventoryPermission,
    InventoryVm,
    Machine,
)

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client

_ATTACHMENTS = Part("diskattachments", "disk_attachments", "disk_attachment")
_NICS = Part("nics", "nics", "nic")
_SNAPSHOTS = Part("snapshots", "snapshots", "snapshot")
_PERMISSIONS = Part("permissions", "permissions", "permission")
_ALWAYS = (_ATTACHMENTS, _NICS)


class _Disks(dict[str, InventoryDisk]):
    """Disks by id. One that was made after they were read is known by its id only."""

    def __missing__(self, key: str) -> InventoryDisk:
        return InventoryDisk(key, "", (), "")


class _Profiles(dict[str, tuple[str, str]]):
    """(network, profile) by id, likewise."""

    def __missing__(self, key: str) -> tuple[str, str]:
        return "", key


class EngineSide:
    """One data center of an engine. Small collections are read once, and only if something expected needs them.

    unread: a sentence for each entity that could not be read; elsewhere: ids of those that another data center has, of
    which neither quotas nor affinities are read here.
    """

    def __init__(self, client: Client, data_center: str, expected: Sequence[Machine]) -> None:
        self.unread: list[str] = []
        self.elsewhere: set[str] = set()
        self._client = client
        self._reader = Reader(client)
        self._data_center = data_center
        vms = [machine for machine in expected if isinstance(machine, InventoryVm)]
        self._members = any(vm.affinity_groups or vm.affinity_labels for vm in vms)
        permissions = any(machine.permissions for machine in expected)
        self._parts = _ALWAYS + ((_PERMISSIONS,) if permissions else ())
        self._vm_parts = self._parts + ((_SNAPSHOTS,) if any(len(vm.snapshots) > 1 for vm in vms) else ())
        self._record = self._small(permissions)
        self._roles: dict[str, str] = {role["name"]: role["id"] for role in self._record["roles"]}
        self._names = Names(self._record)
        self._names.profiles = _Profiles(self._names.profiles)
        self._users: dict[tuple[str, str], str] = {login: identity for identity, login in self._names.users.items()}
        self._groups: dict[str, str] = {name: identity for identity, name in self._names.groups.items()}
        self._disks: Mapping[str, InventoryDisk] | None = None

    @property
    def roles(self) -> Mapping[str, str]:
        """Role name -> id."""
        return self._roles

    def whom(self, permission: InventoryPermission) -> str:
        """The id of the user or group of a permission that the target knows."""
        if permission.group:
            return self._groups[permission.group]
        return self._users[permission.user, permission.domain]

    def target(self) -> Target:
        """What entities can be bound to."""
        mode = _quota_mode(self._record["data_centers"], self._data_center)
        return Target(
            roles=frozenset(self._roles),
            users=frozenset(self._users),
            groups=frozenset(self._groups),
            affinity_groups=frozenset(
                (self._names.clusters[group["cluster"]["id"]], group["name"])
                for group in self._record["affinity_groups"]
            ),
            affinity_labels=frozenset(label["name"] for label in self._record["affinity_labels"]),
            quotas=mode != "disabled",
            domains=self._active,
        )

    @cached_property
    def _active(self) -> frozenset[str]:
        attached = reads.attached_domains(self._client, self._data_center)
        return frozenset(domain.id for domain in attached if domain.status == "active")

    def machines(self, vms: Collection[str], templates: Collection[str]) -> dict[str, Machine]:
        """The VMs and templates of these ids that are in this data center, by id. All of it is asked for at once."""
        ordered = sorted(vms)
        chunks = [
            ordered[start : start + MOST_IDS_IN_A_SEARCH] for start in range(0, len(ordered), MOST_IDS_IN_A_SEARCH)
        ]
        found: dict[str, Machine] = {}
        with ThreadPoolExecutor(max_workers=self._client.concurrency) as pool:
            disks = pool.submit(self._every_disk)
            followed = pool.map(self._followed, chunks)
            listed = pool.submit(self._every_template) if templates else None
            for records in followed:
                for record in self._here(records):
                    found[record["id"]] = vm_of(record, disks.result(), self._names)
            wanted = [record for record in listed.result() if record["id"] in templates] if listed else []
            for record in self._here(wanted):
                found[record["id"]] = template_of(record, disks.result(), self._names)
        return found

    def _here(self, records: Iterable[Record]) -> list[Record]:
        """Those that are in a cluster of this data center, or in none."""
        centers = {one["id"]: (one.get("data_center") or {}).get("id") for one in self._record["clusters"]}
        here: list[Record] = []
        for record in records:
            cluster = (record.get("cluster") or {}).get("id")
            if cluster is None or centers.get(cluster) == self._data_center:
                here.append(record)
            else:
                self.elsewhere.add(record["id"])
        return here

    def again(self) -> None:
        """What changes when an entity is registered shall be read anew."""
        if self._members:
            self._record.update(self._affinities())
            self._names = Names(self._record)
            self._names.profiles = _Profiles(self._names.profiles)

    def _followed(self, ids: list[str]) -> list[Record]:
        query = {
            "search": " or ".join(f"id={identity}" for identity in ids),
            "follow": ",".join(part.link for part in self._vm_parts),
        }
        try:
            nodes = self._client.get("/vms", query=query, subject="registered VMs")
        except Fault as error:
            if error.status != CANNOT_FOLLOW:
                raise
            if len(ids) == 1:
                self.unread.append(f"VM {ids[0]} could not be verified: it could not be read ({words(error)})")
                return []
            half = len(ids) // 2
            return self._followed(ids[:half]) + self._followed(ids[half:])
        records = [dict(to_data(node)) for node in nodes]
        for record in records:
            for part in self._vm_parts:
                record[part.key] = inside(record, part.key, part.tag)
        return records

    def _every_template(self) -> list[Record]:
        return self._reader.with_parts("templates", self._parts, paged=True)

    def _every_disk(self) -> Mapping[str, InventoryDisk]:
        if self._disks is None:
            nodes = self._client.get("/disks", subject="disks")
            # The engine's lists may hold a broken disk twice (findings 6).
            self._disks = _Disks((node.get("id") or "", disk_of(to_data(node), self._names)) for node in nodes)
        return self._disks

    def _small(self, permissions: bool) -> dict[str, t.Any]:
        names = ["datacenters", "clusters", "networks", "vnicprofiles"]
        names += ["roles", "users", "groups"] if permissions else []
        found: dict[str, list[Record]] = dict(
            zip(names, self._reader.each(self._reader.collection, names), strict=True)
        )
        record: dict[str, t.Any] = {
            "data_centers": found["datacenters"],
            "clusters": found["clusters"],
            "networks": found["networks"],
            "vnic_profiles": found["vnicprofiles"],
            "roles": found.get("roles", []),
            "users": found.get("users", []),
            "groups": found.get("groups", []),
            "storage_domains": [],
            "affinity_groups": [],
            "affinity_labels": [],
        }
        if _quota_mode(record["data_centers"], self._data_center) != "disabled":
            record["quotas"] = self._reader.collection(f"datacenters/{self._data_center}/quotas")
        self._record = record
        return {**record, **(self._affinities() if self._members else {})}

    def _affinities(self) -> dict[str, list[Record]]:
        clusters = [
            cluster["id"]
            for cluster in self._record["clusters"]
            if (cluster.get("data_center") or {}).get("id") == self._data_center
        ]
        groups = self._reader.each(lambda one: self._reader.collection(f"clusters/{one}/affinitygroups"), clusters)
        labels = self._reader.with_parts("affinitylabels", (Part("vms", "vms", "vm"),))
        return {
            "affinity_groups": [
                {**group, "cluster": {"id": cluster}, "vms": inside(group, "vms", "vm")}
                for cluster, held in zip(clusters, groups, strict=True)
                for group in held
            ],
            "affinity_labels": labels,
        }


def _quota_mode(centers: Iterable[Record], identity: str) -> str:
    """disabled, audit or enabled."""
    return next((str(one.get("quota_mode") or "disabled") for one in centers if one["id"] == identity), "disabled")
