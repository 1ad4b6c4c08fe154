# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SDK makes, edits, moves and removes storage connections and storage domains."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.tests.clients.waiting import gone, named, tried, until

sdk = pytest.importorskip("ovirtsdk4", reason="the clients are not here")
types = pytest.importorskip("ovirtsdk4.types", reason="the clients are not here")

Status = types.StorageDomainStatus


def center_of(system: t.Any, name: str) -> t.Any:
    centers = system.data_centers_service()
    return centers.data_center_service(named(centers, name).id)


def nfs(path: str, address: str = "nfs-b.example") -> t.Any:
    return types.HostStorage(type=types.StorageType.NFS, address=address, path=path)


def test_a_file_connection(primary: t.Any) -> None:
    connections = primary.storage_connections_service()
    before = len(connections.list())
    wanted = types.StorageConnection(type=types.StorageType.NFS, address="nfs-b.example", path="/exports/sdk")
    made = connections.add(wanted)
    assert (made.address, made.path, made.type) == ("nfs-b.example", "/exports/sdk", types.StorageType.NFS)
    with pytest.raises(sdk.Error, match="already exists"):
        connections.add(wanted)
    one = connections.storage_connection_service(made.id)
    edited = one.update(
        types.StorageConnection(
            type=types.StorageType.NFS, address="nfs-b.example", path="/exports/sdk2", nfs_version=types.NfsVersion.V4_1
        )
    )
    assert (edited.path, edited.nfs_version) == ("/exports/sdk2", types.NfsVersion.V4_1)
    one.remove()
    assert gone(one)
    assert len(connections.list()) == before


def test_an_iscsi_connection_with_chap(primary: t.Any) -> None:
    connections = primary.storage_connections_service()
    made = connections.add(
        types.StorageConnection(
            type=types.StorageType.ISCSI, address="192.0.2.77", port=3260, target="iqn.x", username="u", password="p"
        )
    )
    one = connections.storage_connection_service(made.id)
    told = one.get()
    assert (told.port, told.target, told.username, told.password) == (3260, "iqn.x", "u", None)
    one.update(types.StorageConnection(type=types.StorageType.ISCSI, address="192.0.2.78", port=3260, target="iqn.x"))
    assert one.get().address == "192.0.2.78"
    one.remove()
    assert gone(one)


def test_a_connection_in_use_is_kept(primary: t.Any) -> None:
    connections = primary.storage_connections_service()
    used = next(one for one in connections.list() if one.path == "/exports/data-web")
    service = connections.storage_connection_service(used.id)
    with pytest.raises(sdk.Error, match="Cannot"):
        service.remove()
    with pytest.raises(sdk.Error, match="Cannot edit"):
        service.update(types.StorageConnection(type=types.StorageType.NFS, address="nfs-b.example", path="/exports/x"))
    domains = primary.storage_domains_service()
    web = domains.storage_domain_service(named(domains, "data-web").id)
    assert [one.id for one in web.storage_connections_service().list()] == [used.id]


def test_a_new_domain_from_its_making_to_its_end(primary: t.Any) -> None:
    domains, center = primary.storage_domains_service(), center_of(primary, "Production")
    made = domains.add(
        types.StorageDomain(
            name="sdk-new",
            description="of the SDK",
            type=types.StorageDomainType.DATA,
            storage=nfs("/exports/sdk-new"),
            host=types.Host(name="hv-a1"),
        )
    )
    one = domains.storage_domain_service(made.id)
    until(lambda: one.get().status, Status.UNATTACHED)
    assert center.storage_domains_service().add(types.StorageDomain(id=made.id)).id == made.id
    attached = center.storage_domains_service().storage_domain_service(made.id)
    until(lambda: attached.get().status, Status.ACTIVE)
    edited = one.update(types.StorageDomain(name="sdk-named", comment="c", warning_low_space_indicator=15))
    assert (edited.name, edited.comment, edited.warning_low_space_indicator) == ("sdk-named", "c", 15)
    assert len(one.storage_connections_service().list()) == 1
    one.update_ovf_store()
    until(lambda: tried(attached.deactivate))
    until(lambda: attached.get().status, Status.MAINTENANCE)
    attached.activate()
    until(lambda: attached.get().status, Status.ACTIVE)
    until(lambda: tried(attached.deactivate))
    until(lambda: attached.get().status, Status.MAINTENANCE)
    attached.remove()
    until(lambda: one.get().status, Status.UNATTACHED)
    assert not one.is_attached(host=types.Host(id=named(primary.hosts_service(), "hv-a1").id))
    one.remove(host="hv-a1", format=True)
    assert gone(one)
    assert not [c for c in primary.storage_connections_service().list() if c.path == "/exports/sdk-new"]


def test_a_domain_is_forgotten_and_imported_at_the_other_engine(primary: t.Any, recovery: t.Any) -> None:
    vms = primary.vms_service()
    for vm in vms.list(search="status=up"):
        vms.vm_service(vm.id).stop()
    until(lambda: vms.list(search="status=up"), [])
    center = center_of(primary, "Production")
    known = named(primary.storage_domains_service(), "data-web")
    attached = center.storage_domains_service().storage_domain_service(known.id)
    until(lambda: tried(attached.deactivate))
    until(lambda: attached.get().status, Status.MAINTENANCE)
    attached.remove()
    primary.storage_domains_service().storage_domain_service(known.id).remove(host="hv-a1")
    assert not primary.vms_service().list(search="name=web*")

    domains = recovery.storage_domains_service()
    came = domains.add(
        types.StorageDomain(
            type=types.StorageDomainType.DATA,
            storage=nfs("/exports/data-web"),
            host=types.Host(name="hv-b1"),
            import_=True,
        )
    )
    assert (came.id, came.name) == (known.id, "data-web")
    center = center_of(recovery, "Recovery")
    center.storage_domains_service().add(types.StorageDomain(id=came.id))
    until(lambda: center.storage_domains_service().storage_domain_service(came.id).get().status, Status.ACTIVE)
    lying = domains.storage_domain_service(came.id).vms_service().list(query={"unregistered": "true"})
    assert {vm.name for vm in lying} >= {"web01", "web02", "web03", "web04"}


def test_a_block_domain_is_made_extended_and_removed(primary: t.Any) -> None:
    domains, center = primary.storage_domains_service(), center_of(primary, "Production")
    portal = {"address": "192.0.2.50", "port": 3260, "target": "iqn.2026-01.example.site-a:san"}
    units = [f"360014055a5a5a5a0000000{number}0000000{number}" for number in (3, 4)]

    def storage(unit: str) -> t.Any:
        return types.HostStorage(
            type=types.StorageType.ISCSI,
            override_luns=True,
            volume_group=types.VolumeGroup(logical_units=[types.LogicalUnit(id=unit, **portal)]),
        )

    made = domains.add(
        types.StorageDomain(
            name="sdk-block",
            type=types.StorageDomainType.DATA,
            storage=storage(units[0]),
            host=types.Host(name="hv-a1"),
        )
    )
    one = domains.storage_domain_service(made.id)
    assert [unit.id for unit in one.get().storage.volume_group.logical_units] == units[:1]
    center.storage_domains_service().add(types.StorageDomain(id=made.id))
    attached = center.storage_domains_service().storage_domain_service(made.id)
    until(lambda: attached.get().status, Status.ACTIVE)
    one.update(types.StorageDomain(storage=storage(units[1]), host=types.Host(name="hv-a1")))
    until(lambda: {unit.id for unit in one.get().storage.volume_group.logical_units}, set(units))
    one.refresh_luns(logical_units=[types.LogicalUnit(id=unit) for unit in units])
    until(lambda: tried(attached.deactivate))
    until(lambda: attached.get().status, Status.MAINTENANCE)
    one.reduce_luns(logical_units=[types.LogicalUnit(id=units[1])])
    until(lambda: [unit.id for unit in one.get().storage.volume_group.logical_units], units[:1])
    attached.remove()
    one.remove(host="hv-a1", format=True)
    assert gone(one)
