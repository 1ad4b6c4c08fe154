# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The devices of a VM in its OVF text: what the engine plugs into every VM, and what a host made of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from xml.sax.saxutils import escape

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity

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

MADE, SNAPSHOT = "made", "snapshot"
"""Forms of the text: after a VM was made or changed, and in the answer to a new snapshot."""


def controller(vm: Entity) -> str:
    """The id of a VM's SCSI controller: every edit of the VM puts in a new one (03b #49, #93)."""
    held = vm.subs.get("controller", [])
    return str(held[0]["id"]) if held else _number(vm, "virtio-scsi")


def _number(vm: Entity, device: str) -> str:
    return str(uuid.uuid5(uuid.UUID(vm.id), device))


def rasd(fields: Iterable[tuple[str, str]]) -> str:
    """Fields of the resource allocation name space."""
    return "".join(f"<rasd:{key}>{escape(value)}</rasd:{key}>" for key, value in fields)


def device_item(
    kind: str,
    device: str,
    read_only: str,
    parameters: str = "",
    *,
    order: str = "0",
    alias: str = "",
    address: str = "",
    plugged: bool = True,
) -> str:
    """What every device has, whatever its kind."""
    more = f"<SpecParams>{parameters}</SpecParams>" if parameters else ""
    return (
        f"<Type>{kind}</Type><Device>{device}</Device><rasd:Address>{address}</rasd:Address>"
        f"<BootOrder>{order}</BootOrder><IsPlugged>{str(plugged).lower()}</IsPlugged>"
        f"<IsReadOnly>{read_only}</IsReadOnly><Alias>{alias}</Alias>{more}"
    )


def fixed_devices(vm: Entity) -> str:
    """The devices of every VM. Once it ran, those that the host knew have an alias, and the controllers that it did not
    are not plugged (06 #136). An import leaves out what says nothing (09 #290)."""
    ran = vm.subs.get("ran", [])

    def item(head: str, kind: str, device: str, read_only: str, parameters: str, caption: str = "") -> str:
        identity = controller(vm) if device == "virtio-scsi" else _number(vm, caption or device)
        if "imported" in vm.subs and parameters in _SAY_NOTHING:
            parameters = ""
        known = bool(ran) and kind in ("video", "disk", "balloon", "sound", "rng")
        lost = bool(ran) and kind == "controller" and (device != "virtio-scsi" or ran[0]["id"] == identity)
        rest = device_item(
            kind, device, read_only, parameters, alias=f"ua-{identity}" if known else "", plugged=not lost
        )
        return f"<Item>{head.format(rasd([('InstanceId', identity)]))}{rest}</Item>"

    def captioned(caption: str, number: str, more: str, kind: str, device: str, read_only: str, parameters: str) -> str:
        head = rasd([("Caption", caption)]) + "{}" + rasd([("ResourceType", number)]) + more
        return item(head, kind, device, read_only, parameters, caption)

    screen = rasd([("VirtualQuantity", "1"), ("SinglePciQxl", "false")])
    usb = rasd([("Caption", "USB Controller"), ("InstanceId", "3"), ("ResourceType", "23"), ("UsbPolicy", "DISABLED")])
    nameless = rasd([("ResourceType", "0")]) + "{}"
    return (
        f"<Item>{usb}</Item>"
        + captioned("Graphical Controller", "20", screen, "video", "vga", "false", "<vram>16384</vram>")
        + captioned("Graphical Framebuffer", "26", "", "graphics", "vnc", "false", "")
        + captioned("CDROM", "15", "", "disk", "cdrom", "true", "<path></path>")
        + "".join(item(nameless, *device) for device in _DEVICES)
    )
