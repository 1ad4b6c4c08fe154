# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The OVF text that an answer carries: a VM's whole configuration, as the engine writes it (05 #18, #238, 03b #49)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from xml.sax.saxutils import escape

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.images import GIB
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
_DEVICES = (
    ("rng", "virtio", "false", "<source>urandom</source>"),
    ("controller", "usb", "false", "<index>0</index><model>qemu-xhci</model>"),
    ("controller", "virtio-serial", "false", ""),
    ("balloon", "memballoon", "true", "<model>virtio</model>"),
    ("controller", "virtio-scsi", "false", "<ioThreadId></ioThreadId>"),
    ("sound", "ich9", "true", ""),
)
"""Devices of every VM that have no caption: type, device, whether it is read-only, its parameters."""
_SAY_NOTHING = ("<path></path>", "<ioThreadId></ioThreadId>")


def ovf_text(site: Site, vm: Entity, *, snapshot: bool = False) -> str:
    """The envelope of a VM. ``snapshot``: as the answer to a new snapshot shows it."""
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
    items = "".join(_disk_item(site, vm, held, disk, snapshot, unit) for unit, (held, disk) in enumerate(disks))
    shown = "" if snapshot or active is None else _snapshots(active, imported="imported" in vm.subs)
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
        f"{_nics(vm)}{_fixed_devices(vm)}</Section>{shown}</Content></ovf:Envelope>"
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
        "IsInitilized": "true" if "start_time" in data else "false",
        "Origin": "3",
        **({"quota_id": vm.ref("quota")} if vm.ref("quota") else {}),
        "DefaultDisplayType": "2",
        "TrustedService": "false",
        "OriginalTemplateId": original.id if original else "",
        "OriginalTemplateName": original.name if original else "",
        "UseLatestVersion": "false",
        "StopTime": _date(str(data.get("stop_time", ""))) or created,
        **({"BootTime": _date(str(data["start_time"])), "Downtime": "0"} if _runs(vm) else {}),
    }


def _runs(vm: Entity) -> bool:
    """Whether a host has it, and told its devices' addresses."""
    return "start_time" in vm.data


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


def _rasd(fields: Iterable[tuple[str, str]]) -> str:
    return "".join(f"<rasd:{key}>{escape(value)}</rasd:{key}>" for key, value in fields)


def _machine(vm: Entity) -> str:
    topology = (vm.data.get("cpu") or {}).get("topology") or {}
    sockets, cores, threads = (str(topology.get(key, "1")) for key in ("sockets", "cores", "threads"))
    cpus, memory = str(int(sockets) * int(cores) * int(threads)), _megabytes(vm.data.get("memory"))
    processor = _rasd(
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
    room = _rasd(
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


def _disk_item(site: Site, vm: Entity, held: Record, disk: Entity, snapshot: bool, unit: int) -> str:
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
        *([] if snapshot else [("StorageId", domain) for domain in domains]),
        ("StoragePoolId", cluster.ref("data_center") if cluster is not None else ""),
        ("CreationDate", created),
        ("LastModified", created),
        ("last_modified_date", created),
    ]
    order = "1" if held.get("bootable") == "true" else "0"
    given = {"order": order}
    if _runs(vm):
        given["alias"] = f"ua-{disk.id}"
        if held.get("interface") == "virtio_scsi":
            given["address"] = f"{{type=drive, bus=0, controller=0, target=0, unit={unit}}}"
    return f"<Item>{_rasd(fields)}{_device('disk', 'disk', held.get('read_only', 'false'), **given)}</Item>"


def _device(
    kind: str,
    device: str,
    read_only: str,
    parameters: str = "",
    order: str = "0",
    alias: str = "",
    address: str = "",
    plugged: str = "true",
) -> str:
    more = f"<SpecParams>{parameters}</SpecParams>" if parameters else ""
    return (
        f"<Type>{kind}</Type><Device>{device}</Device><rasd:Address>{address}</rasd:Address>"
        f"<BootOrder>{order}</BootOrder><IsPlugged>{plugged}</IsPlugged><IsReadOnly>{read_only}</IsReadOnly>"
        f"<Alias>{alias}</Alias>{more}"
    )


def _nics(vm: Entity) -> str:
    return "".join(
        f"<Item><rasd:Caption>Ethernet adapter</rasd:Caption><rasd:Name>{escape(str(nic.get('name', '')))}</rasd:Name>"
        f"<rasd:MACAddress>{escape(str((nic.get('mac') or {}).get('address', '')))}</rasd:MACAddress></Item>"
        for nic in vm.subs.get("nics", [])
    )


def _fixed_devices(vm: Entity) -> str:
    def number(name: str) -> str:
        return str(uuid.uuid5(uuid.UUID(vm.id), name))

    def told(kind: str, device: str, read_only: str, parameters: str, identity: str) -> str:
        """A device as it is known: a running VM's have a name, and its controllers count as not plugged (06 #136). An
        import leaves out what says nothing (09 #290)."""
        if "imported" in vm.subs and parameters in _SAY_NOTHING:
            parameters = ""
        if not _runs(vm) or kind == "graphics":
            return _device(kind, device, read_only, parameters)
        if kind == "controller":
            return _device(kind, device, read_only, parameters, plugged="false")
        return _device(kind, device, read_only, parameters, alias=f"ua-{identity}")

    def captioned(caption: str, kind: str, more: str, device: tuple[str, str, str, str]) -> str:
        identity = number(caption)
        head = _rasd([("Caption", caption), ("InstanceId", identity), ("ResourceType", kind)])
        return f"<Item>{head}{more}{told(*device, identity)}</Item>"

    screen = _rasd([("VirtualQuantity", "1"), ("SinglePciQxl", "false")])
    usb = _rasd([("Caption", "USB Controller"), ("InstanceId", "3"), ("ResourceType", "23"), ("UsbPolicy", "DISABLED")])
    plain = "".join(
        f"<Item>{_rasd([('ResourceType', '0'), ('InstanceId', number(device))])}"
        f"{told(kind, device, read_only, parameters, number(device))}</Item>"
        for kind, device, read_only, parameters in _DEVICES
    )
    return (
        f"<Item>{usb}</Item>"
        + captioned("Graphical Controller", "20", screen, ("video", "vga", "false", "<vram>16384</vram>"))
        + captioned("Graphical Framebuffer", "26", "", ("graphics", "vnc", "false", ""))
        + captioned("CDROM", "15", "", ("disk", "cdrom", "true", "<path></path>"))
        + plain
    )


def _snapshots(active: Record, *, imported: bool) -> str:
    applications = "<ApplicationList></ApplicationList>" if imported else ""
    return (
        f'<Section xsi:type="ovf:SnapshotsSection_Type"><Snapshot ovf:id="{active.get("id", "")}"><Type>ACTIVE</Type>'
        f"<Description>Active VM</Description><CreationDate>{_date(str(active.get('date', '')))}</CreationDate>"
        f"{applications}</Snapshot></Section>"
    )
