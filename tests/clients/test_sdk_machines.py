# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SDK makes, edits, moves, copies and removes disks, VMs and templates, and does with VMs what an operator does."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.tests.clients.waiting import gone, named, tried, until

sdk = pytest.importorskip("ovirtsdk4", reason="the clients are not here")
types = pytest.importorskip("ovirtsdk4.types", reason="the clients are not here")

GIB = 2**30
Disk, Vm = types.DiskStatus, types.VmStatus


def new_disk(name: str, domain: str = "data-web", **more: t.Any) -> t.Any:
    given = {"provisioned_size": GIB, "format": types.DiskFormat.COW, "sparse": True, **more}
    return types.Disk(name=name, storage_domains=[types.StorageDomain(name=domain)], **given)


def disk_service(system: t.Any, disk: t.Any) -> t.Any:
    service = system.disks_service().disk_service(disk.id)
    until(lambda: service.get().status, Disk.OK)
    return service


def vm_service(system: t.Any, vm: t.Any) -> t.Any:
    service = system.vms_service().vm_service(vm.id)
    until(lambda: service.get().status, Vm.DOWN)
    return service


def where(system: t.Any, disk: t.Any) -> list[str]:
    domains = {one.id: one.name for one in system.storage_domains_service().list()}
    return [domains[one.id] for one in disk.get().storage_domains]


def test_a_disk_from_its_making_to_its_end(primary: t.Any) -> None:
    one = disk_service(primary, primary.disks_service().add(new_disk("sdk-disk", description="of the SDK")))
    told = one.get()
    assert (told.provisioned_size, told.format, told.sparse) == (GIB, types.DiskFormat.COW, True)
    one.update(types.Disk(name="sdk-named", description="named"))
    until(lambda: one.get().alias, "sdk-named")
    until(lambda: tried(lambda: one.move(storage_domain=types.StorageDomain(name="data-db"))))
    until(lambda: (where(primary, one), one.get().status), (["data-db"], Disk.OK))
    copy = {"disk": types.Disk(name="sdk-copy"), "storage_domain": types.StorageDomain(name="data-web")}
    until(lambda: tried(lambda: one.copy(**copy)))
    until(lambda: [disk.status for disk in primary.disks_service().list(search="alias=sdk-copy")], [Disk.OK])
    for disk in primary.disks_service().list(search="alias=sdk-*"):
        service = primary.disks_service().disk_service(disk.id)
        until(lambda service=service: service.get().status, Disk.OK)
        service.remove()
        until(lambda service=service: gone(service))


def test_a_lun_disk(primary: t.Any) -> None:
    portal = {"address": "192.0.2.50", "port": 3260, "target": "iqn.2026-01.example.site-a:san"}
    unit = types.LogicalUnit(id="360014055a5a5a5a0000000300000003", **portal)
    storage = types.HostStorage(type=types.StorageType.ISCSI, logical_units=[unit])
    made = primary.disks_service().add(types.Disk(name="sdk-lun", lun_storage=storage))
    one = primary.disks_service().disk_service(made.id)
    assert one.get().lun_storage.logical_units[0].id == unit.id
    one.refresh_lun(host=types.Host(name="hv-a1"))
    vms = primary.vms_service()
    attachments = vms.vm_service(named(vms, "app01").id).disk_attachments_service()
    held = attachments.add(
        types.DiskAttachment(
            disk=types.Disk(id=made.id), interface=types.DiskInterface.VIRTIO_SCSI, bootable=False, active=True
        )
    )
    assert attachments.attachment_service(held.id).get().active
    attachments.attachment_service(held.id).remove(detach_only=True)
    assert [one.disk.id for one in attachments.list() if one.id == made.id] == []
    one.remove()
    until(lambda: gone(one))


def test_a_vm_from_its_making_to_its_end(primary: t.Any) -> None:
    vms = primary.vms_service()
    made = vms.add(
        types.Vm(
            name="sdk-vm",
            cluster=types.Cluster(name="prod"),
            template=types.Template(name="Blank"),
            memory=GIB,
            cpu=types.Cpu(topology=types.CpuTopology(cores=2, sockets=1, threads=1)),
            os=types.OperatingSystem(type="rhel_8x64"),
            type=types.VmType.SERVER,
        )
    )
    one = vm_service(primary, made)
    assert one.get().cpu.topology.cores == 2
    assert one.update(types.Vm(description="edited", memory=2 * GIB)).memory == 2 * GIB
    attachments = one.disk_attachments_service()
    held = attachments.add(
        types.DiskAttachment(
            disk=new_disk("sdk-vm_os"), interface=types.DiskInterface.VIRTIO_SCSI, bootable=True, active=True
        )
    )
    disk = disk_service(primary, held.disk)
    attachments.attachment_service(held.id).update(types.DiskAttachment(disk=types.Disk(provisioned_size=2 * GIB)))
    until(lambda: (disk.get().provisioned_size, disk.get().status), (2 * GIB, Disk.OK))
    profile = named(primary.vnic_profiles_service(), "frontend")
    nics = one.nics_service()
    nic = nics.add(types.Nic(name="nic1", vnic_profile=types.VnicProfile(id=profile.id)))
    nics.nic_service(nic.id).update(types.Nic(linked=False))
    assert nics.nic_service(nic.id).get().linked is False

    one.start()
    until(lambda: one.get().status, Vm.UP)
    one.shutdown()
    until(lambda: one.get().status, Vm.DOWN)
    one.start()
    until(lambda: one.get().status, Vm.UP)
    one.stop()
    until(lambda: one.get().status, Vm.DOWN)

    snapshots = one.snapshots_service()
    taken = snapshots.add(types.Snapshot(description="before", persist_memorystate=False))
    snapshot = snapshots.snapshot_service(taken.id)
    until(lambda: snapshot.get().snapshot_status, types.SnapshotStatus.OK)
    assert [one.description for one in snapshots.list()] == ["Active VM", "before"]
    until(lambda: disk.get().status, Disk.OK)
    one.preview_snapshot(snapshot=types.Snapshot(id=taken.id))
    until(lambda: snapshot.get().snapshot_status, types.SnapshotStatus.IN_PREVIEW)
    one.undo_snapshot()
    until(lambda: snapshot.get().snapshot_status, types.SnapshotStatus.OK)
    until(lambda: tried(snapshot.remove))
    until(lambda: gone(snapshot))

    one.clone(vm=types.Vm(name="sdk-clone"))
    clone = until(lambda: vms.list(search="name=sdk-clone"), bool)[0]
    until(lambda: one.get().status, Vm.DOWN)
    for service in (vm_service(primary, clone), one):
        service.remove()
        until(lambda service=service: gone(service))
    assert gone(disk)


def test_a_template_from_its_making_to_its_end(primary: t.Any) -> None:
    vms, templates = primary.vms_service(), primary.templates_service()
    source = named(vms, "app02")
    made = templates.add(types.Template(name="sdk-template", vm=types.Vm(id=source.id), description="of app02"))
    one = templates.template_service(made.id)
    until(lambda: one.get().status, types.TemplateStatus.OK)
    assert len(one.disk_attachments_service().list()) == 1
    assert one.update(types.Template(comment="c")).comment == "c"
    thin = vms.add(types.Vm(name="sdk-thin", cluster=types.Cluster(name="prod"), template=types.Template(id=made.id)))
    vm = vm_service(primary, thin)
    held = vm.disk_attachments_service().list()
    assert len(held) == 1
    disk_service(primary, held[0])
    with pytest.raises(sdk.Error, match="Cannot"):
        one.remove()
    vm.remove()
    until(lambda: gone(vm))
    one.remove()
    until(lambda: gone(one))


def test_permissions_affinity_and_labels(primary: t.Any) -> None:
    vms = primary.vms_service()
    vm = named(vms, "mail01")
    permissions = vms.vm_service(vm.id).permissions_service()
    user = primary.users_service().list()[0]
    given = permissions.add(types.Permission(role=types.Role(name="UserRole"), user=types.User(id=user.id)))
    permissions.permission_service(given.id).remove()
    clusters = primary.clusters_service()
    groups = clusters.cluster_service(named(clusters, "prod").id).affinity_groups_service()
    rule = types.AffinityRule(enabled=True, positive=False, enforcing=False)
    group = groups.add(types.AffinityGroup(name="sdk-group", vms_rule=rule))
    members = groups.group_service(group.id).vms_service()
    members.add(types.Vm(id=vm.id))
    assert [one.id for one in members.list()] == [vm.id]
    groups.group_service(group.id).remove()
    labels = primary.affinity_labels_service()
    label = labels.add(types.AffinityLabel(name="sdk-label"))
    service = labels.label_service(label.id)
    service.vms_service().add(types.Vm(id=vm.id))
    assert [one.id for one in service.vms_service().list()] == [vm.id]
    service.vms_service().vm_service(vm.id).remove()
    service.remove()
    assert not [one for one in labels.list() if one.name == "sdk-label"]
