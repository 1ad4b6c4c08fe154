# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The OVF text that an answer carries: a VM's whole configuration, as the engine writes it (05 #18, #238, 03b #49)."""

from __future__ import annotations

from datetime import datetime
from xml.sax.saxutils import escape

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.images import GIB
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.ovf_devices import (
    MADE,
    SNAPSHOT,
    device_item,
    fixed_devices,
    rasd,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.render import attribute
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import BLANK, Entity, Site

_SPACES = (
    'xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1/" '
    'xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData" '
    'xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ovf:version="4.4.0.0"'
)
_FORMATS = {
    "cow": "http://www.gnome.org/~markmc/qcow-image-format.html",
    "raw": "http://www.vmware.com/specifications/vmdk.html#sparse",
}
_INTERFACES = {"virtio_scsi": "VirtIO_SCSI", "virtio": "VirtIO", "ide": "IDE", "sata": "SATA"}

_PLACE = "{{type=drive, bus=0, controller=0, target=0, unit={}}}"

_FIXED_FIRST = {
    "SsoMethod": "guest_agent",
    "IsSmartcardEnabled": "false",
    "NumOfIoThreads": "1",
    "TimeZone": "Etc/GMT",
    "default_boot_sequence": "0",
    "Generation": "1",
    "ClusterCompatibilityVersion": "4.8",
    "VmType": "1",
}
_FIXED_LAST = {
    "MigrationSupport": "0",
    "IsBootMenuEnabled": "false",
    "IsSpiceFileTransferEnabled": "true",
    "IsSpiceCopyPasteEnabled": "true",
    "AllowConsoleReconnect": "false",
    "ConsoleDisconnectAction": "LOCK_SCREEN",
    "ConsoleDisconnectActionDelay": "0",
    "CustomEmulatedMachine": "",
    "BiosType": "2",
    "CustomCpuName": "",
    "PredefinedProperties": "",
    "UserDefinedProperties": "",
}


def ovf_text(site: Site, vm: Entity, form: str = MADE) -> str:
    """The envelope of a VM, in one of the forms above."""
    disks = [
        (held, disk)
        for held in vm.subs.get("disk_attachments", [])
        if (disk := site.get("disk", held["id"])) is not None and "lun_storage" not in disk.data
    ]
    active = next((s for s in vm.subs.get("snapshots", []) if s.get("snapshot_type") == "active"), None)
    about = "Active VM"
    references = "".join(_file(disk, about) for _held, disk in disks)
    section = "".join(_disk(held, disk, active) for held, disk in disks)
    fields = "".join(f"<{key}>{escape(value)}</{key}>" for key, value in _fields(site, vm).items())
    items = "".join(_disk_item(site, vm, held, disk, form, unit) for unit, (held, disk) in enumerate(disks))
    shown = "" if form == SNAPSHOT or active is None else _snapshots(active, imported="imported" in vm.subs)
    system = (vm.data.get("os") or {}).get("type", "other")
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><ovf:Envelope {_SPACES}><References>{references}</References>'
        "<NetworkSection><Info>List of networks</Info>"
        f"{''.join(_network(nic) for nic in vm.subs.get('nics', []))}</NetworkSection>"
        f'<Section xsi:type="ovf:DiskSection_Type"><Info>List of Virtual Disks</Info>{section}</Section>'
        f'<Content ovf:id="out" xsi:type="ovf:VirtualSystem_Type">{fields}'
        f'<Section ovf:id="{vm.id}" ovf:required="false" xsi:type="ovf:OperatingSystemSection_Type">'
        f"<Info>Guest Operating System</Info><Description>{escape(str(system))}</Description></Section>"
        f'<Section xsi:type="ovf:VirtualHardwareSection_Type">{_machine(vm)}{items}'
        f"{_nics(vm)}{fixed_devices(vm)}</Section>{shown}</Content></ovf:Envelope>"
    )


def _fields(site: Site, vm: Entity) -> dict[str, str]:
    data, user = vm.data, site.user()
    cluster, template = site.get("cluster", vm.ref("cluster")), site.get("template", vm.ref("template"))
    original = site.get("template", vm.ref("original_template")) or template
    availability, memory = data.get("high_availability") or {}, data.get("memory_policy") or {}
    lease = ((data.get("lease") or {}).get("storage_domain") or {}).get("id")
    created = _date(str(data.get("creation_time", "")))
    return {
        "Name": vm.name,
        "Description": str(data.get("description", "")),
        "Comment": str(data.get("comment", "")),
        "CreationDate": created,
        "ExportDate": _date(site.clock.stamp()),
        "DeleteProtected": str(data.get("delete_protected", "false")),
        **_FIXED_FIRST,
        "ResumeBehavior": str(data.get("storage_error_resume_behaviour", "auto_resume")).upper(),
        "MinAllocatedMem": _megabytes(memory.get("guaranteed") or data.get("memory")),
        "IsStateless": str(data.get("stateless", "false")),
        "IsRunAndPause": str(data.get("start_paused", "false")),
        "AutoStartup": str(availability.get("enabled", "false")),
        "Priority": str(availability.get("priority", "0")),
        **({"LeaseDomainId": lease} if lease else {}),
        "CreatedByUserId": user.id if user is not None else "",
        **_FIXED_LAST,
        "MaxMemorySizeMb": _megabytes(memory.get("max") or data.get("memory")),
        "MultiQueuesEnabled": str(data.get("multi_queues_enabled", "true")),
        "VirtioScsiMultiQueuesEnabled": str(data.get("virtio_scsi_multi_queues_enabled", "false")),
        "UseHostCpu": "false",
        "BalloonEnabled": str(memory.get("ballooning", "true")),
        "CpuPinningPolicy": "0",
        "ClusterName": cluster.name if cluster else "",
        "TemplateId": vm.ref("template"),
        "TemplateName": template.name if template else "",
        "IsInitilized": "true" if vm.subs.get("ran") else "false",
        "Origin": "3",
        **({"quota_id": vm.ref("quota")} if vm.ref("quota") else {}),
        "DefaultDisplayType": "2",
        "TrustedService": "false",
        "OriginalTemplateId": original.id if original else "",
        "OriginalTemplateName": original.name if original else "",
        "UseLatestVersion": "false",
        **({"BootTime": _date(str(data["start_time"])), "Downtime": "0"} if "start_time" in data else {}),
        "StopTime": _date(str(data.get("stop_time", ""))) or created,
    }


def _date(stamp: str) -> str:
    """A time as the engine writes it into an OVF."""
    try:
        return f"{datetime.fromisoformat(stamp):%Y/%m/%d %H:%M:%S}"
    except ValueError:
        return ""


def _megabytes(size: object) -> str:
    return str(int(str(size or "0")) // 2**20)


def _image(disk: Entity) -> str:
    return str(disk.data.get("image_id", ""))


def _file(disk: Entity, about: str) -> str:
    image = attribute(_image(disk))
    return (
        f'<File ovf:href="{disk.id}/{image}" ovf:id="{image}" ovf:size="{disk.data.get("actual_size", "0")}" '
        f'ovf:description="{about}" ovf:disk_storage_type="IMAGE" ovf:cinder_volume_type=""></File>'
    )


def _disk(held: Record, disk: Entity, active: Record | None) -> str:
    data, kind = disk.data, str(disk.data.get("format", "raw"))
    size = str(int(data.get("provisioned_size", "0")) // GIB)
    values = {
        "diskId": _image(disk),
        "size": size,
        "actual_size": "1",
        "vm_snapshot_id": str((active or {}).get("id", "")),
        "parentRef": "",
        "fileRef": f"{disk.id}/{_image(disk)}",
        "format": _FORMATS.get(kind, ""),
        "volume-format": kind.upper(),
        "volume-type": "Sparse" if data.get("sparse") == "true" else "Preallocated",
        "disk-interface": _INTERFACES.get(str(held.get("interface", "")), ""),
        "read-only": str(held.get("read_only", "false")),
        "shareable": str(data.get("shareable", "false")),
        "boot": str(held.get("bootable", "false")),
        "pass-discard": str(held.get("pass_discard", "false")),
        "incremental-backup": "true" if data.get("backup") == "incremental" else "false",
        "disk-alias": disk.name,
        "disk-description": str(data.get("description", "")),
        "wipe-after-delete": str(data.get("wipe_after_delete", "false")),
    }
    return "<Disk " + " ".join(f'ovf:{key}="{attribute(value)}"' for key, value in values.items()) + "></Disk>"


def _network(nic: Record) -> str:
    return f'<Network ovf:name="{attribute(str(nic.get("name", "")))}"></Network>'


def _machine(vm: Entity) -> str:
    topology = (vm.data.get("cpu") or {}).get("topology") or {}
    sockets, cores, threads = (str(topology.get(key, "1")) for key in ("sockets", "cores", "threads"))
    cpus, memory = str(int(sockets) * int(cores) * int(threads)), _megabytes(vm.data.get("memory"))
    processor = rasd(
        [
            ("Caption", f"{cpus} virtual cpu"),
            ("Description", "Number of virtual CPU"),
            ("InstanceId", "1"),
            ("ResourceType", "3"),
            ("num_of_sockets", sockets),
            ("cpu_per_socket", cores),
            ("threads_per_cpu", threads),
            ("max_num_of_vcpus", str(16 * int(cores) * int(threads))),
            ("VirtualQuantity", cpus),
        ]
    )
    room = rasd(
        [
            ("Caption", f"{memory} MB of memory"),
            ("Description", "Memory Size"),
            ("InstanceId", "2"),
            ("ResourceType", "4"),
            ("AllocationUnits", "MegaBytes"),
            ("VirtualQuantity", memory),
        ]
    )
    return (
        f"<Info>{cpus} CPU, {memory} Memory</Info>"
        "<System><vssd:VirtualSystemType>ENGINE 4.4.0.0</vssd:VirtualSystemType></System>"
        f"<Item>{processor}</Item><Item>{room}</Item>"
    )


def _disk_item(site: Site, vm: Entity, held: Record, disk: Entity, form: str, unit: int) -> str:
    """``unit``: its place on the one SCSI controller; the place of another kind of disk was not recorded."""
    created, cluster = _date(str(vm.data.get("creation_time", ""))), site.get("cluster", vm.ref("cluster"))
    domains = site.domains_of(disk)
    fields = [
        ("Caption", disk.name),
        ("InstanceId", _image(disk)),
        ("ResourceType", "17"),
        ("HostResource", f"{disk.id}/{_image(disk)}"),
        ("Parent", BLANK),
        ("Template", BLANK),
        ("ApplicationList", ""),
        *([] if form == SNAPSHOT else [("StorageId", domain) for domain in domains]),
        ("StoragePoolId", cluster.ref("data_center") if cluster is not None else ""),
        ("CreationDate", created),
        ("LastModified", created),
        ("last_modified_date", created),
    ]
    order = "1" if held.get("bootable") == "true" else "0"
    ran = bool(vm.subs.get("ran"))
    rest = device_item(
        "disk",
        "disk",
        str(held.get("read_only", "false")),
        order=order,
        alias=f"ua-{disk.id}" if ran else "",
        address=_PLACE.format(unit) if ran and held.get("interface") == "virtio_scsi" else "",
    )
    return f"<Item>{rasd(fields)}{rest}</Item>"


def _nics(vm: Entity) -> str:
    return "".join(
        f"<Item><rasd:Caption>Ethernet adapter</rasd:Caption><rasd:Name>{escape(str(nic.get('name', '')))}</rasd:Name>"
        f"<rasd:MACAddress>{escape(str((nic.get('mac') or {}).get('address', '')))}</rasd:MACAddress></Item>"
        for nic in vm.subs.get("nics", [])
    )


def _snapshots(active: Record, *, imported: bool) -> str:
    applications = "<ApplicationList></ApplicationList>" if imported else ""
    return (
        f'<Section xsi:type="ovf:SnapshotsSection_Type"><Snapshot ovf:id="{active.get("id", "")}"><Type>ACTIVE</Type>'
        f"<Description>Active VM</Description><CreationDate>{_date(str(active.get('date', '')))}</CreationDate>"
        f"{applications}</Snapshot></Section>"
    )
