# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The OVF text that an answer carries: a short form of the engine's, with what identifies the VM (05 #18, #238)."""

from __future__ import annotations

from xml.sax.saxutils import escape

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.images import GIB
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.render import attribute
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site

_SPACES = (
    'xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1/" '
    'xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData" '
    'xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ovf:version="4.4.0.0"'
)


def ovf_text(site: Site, vm: Entity) -> str:
    """The envelope of a VM: disks, name, cluster, template, NICs."""
    disks = [disk for disk in site.disks_of(vm) if "lun_storage" not in disk.data]
    references = "".join(
        f'<File ovf:href="{disk.id}/{attribute(str(disk.data.get("image_id", "")))}" '
        f'ovf:id="{attribute(str(disk.data.get("image_id", "")))}" ovf:size="{disk.data.get("actual_size", "0")}"/>'
        for disk in disks
    )
    section = "".join(
        f'<Disk ovf:diskId="{attribute(str(disk.data.get("image_id", "")))}" '
        f'ovf:size="{int(disk.data.get("provisioned_size", "0")) // GIB}" '
        f'ovf:volume-format="{str(disk.data.get("format", "")).upper()}" ovf:disk-alias="{attribute(disk.name)}"/>'
        for disk in disks
    )
    cluster, template = site.get("cluster", vm.ref("cluster")), site.get("template", vm.ref("template"))
    fields = {
        "Name": vm.name,
        "Description": str(vm.data.get("description", "")),
        "Comment": str(vm.data.get("comment", "")),
        "CreationDate": str(vm.data.get("creation_time", "")),
        "DeleteProtected": str(vm.data.get("delete_protected", "false")),
        "ClusterName": cluster.name if cluster else "",
        "TemplateId": vm.ref("template"),
        "TemplateName": template.name if template else "",
    }
    content = "".join(f"<{key}>{escape(value)}</{key}>" for key, value in fields.items())
    nics = "".join(
        f"<Item><rasd:Caption>Ethernet adapter</rasd:Caption><rasd:Name>{escape(str(nic.get('name', '')))}</rasd:Name>"
        f"<rasd:MACAddress>{escape(str((nic.get('mac') or {}).get('address', '')))}</rasd:MACAddress></Item>"
        for nic in vm.subs.get("nics", [])
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><ovf:Envelope {_SPACES}><References>{references}</References>'
        f'<Section xsi:type="ovf:DiskSection_Type"><Info>List of Virtual Disks</Info>{section}</Section>'
        f'<Content ovf:id="out" xsi:type="ovf:VirtualSystem_Type">{content}'
        f'<Section ovf:id="{vm.id}" ovf:required="false" xsi:type="ovf:OperatingSystemSection_Type">'
        "<Info>Guest Operating System</Info></Section>"
        f'<Section xsi:type="ovf:VirtualHardwareSection_Type">{nics}</Section></Content></ovf:Envelope>'
    )
