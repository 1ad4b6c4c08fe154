# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reviewed list of elements whose value, or whose presence, says nothing about how true the twin is.

A status, a fault, a reason or a reference never stands here. A key is the end of an element's path; ``*`` stands for
any one element."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cache

OVF = "{http://schemas.dmtf.org/ovf/envelope/1/}"
RASD = "{http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData}"

TIME = "a moment of the day"
DEVICE = "device data, invented by the fake hosts"
SPACE = "free and used space of invented storage"
COUNTER = "counts what others did on the engine too"

VALUES: dict[str, str] = {
    "/access_token": "a secret, left out of the recording",
    "creation_time": TIME,
    "start_time": TIME,
    "stop_time": TIME,
    "end_time": TIME,
    "last_updated": TIME,
    "event/time": TIME,
    "snapshot/date": TIME,
    "api/time": TIME,
    "/time": TIME,
    **dict.fromkeys(("CreationDate", "ExportDate", "StopTime", "BootTime", "Snapshot/CreationDate"), TIME),
    **dict.fromkeys((f"{RASD}CreationDate", f"{RASD}LastModified", f"{RASD}last_modified_date"), TIME),
    f"File/@{OVF}size": DEVICE,
    f"Disk/@{OVF}actual_size": DEVICE,
    "Content/Generation": "how often the engine wrote a VM's configuration",
    "/event/index": COUNTER,
    "event/index": COUNTER,
    "event/@id": COUNTER,
    "event/@href": COUNTER,
    "summary/*/active": COUNTER,
    "summary/*/total": COUNTER,
    "storage_domain/available": SPACE,
    "storage_domain/used": SPACE,
    "storage_domain/committed": SPACE,
    "disk/actual_size": DEVICE,
    "disk/total_size": DEVICE,
    "product_info/instance_id": "made up when the engine is installed",
}
"""Elements and attributes that both sides must have, with any value."""

PARTS: dict[str, str] = {
    "statistics": "load figures of invented machines",
    **{
        f"host/{name}": DEVICE + ", known some moments after the host is up"
        for name in (
            *("auto_numa_status", "certificate", "cpu", "hardware_information", "iscsi", "kdump_status", "ksm"),
            *("libvirt_version", "max_scheduling_memory", "memory", "numa_supported", "os", "se_linux", "summary"),
            *("transparent_hugepages", "version"),
        )
    },
}
"""Elements that may be missing altogether, with what is below them."""


ORDERLESS: dict[str, str] = {
    r"disks are locked: (.*?)\. Please": "names in the order of a hash table over random ids",
}
"""Lists inside of texts whose order counts for nothing."""


def settled(text: str) -> str:
    """A text with the names in its orderless lists sorted."""
    for pattern in ORDERLESS:
        text = re.sub(pattern, lambda m: m[0].replace(m[1], ", ".join(sorted(m[1].split(", ")))), text)
    return text


def _listed(table: dict[str, str], path: str) -> bool:
    parts = path.split("/")
    for key in table:
        wanted = key.lstrip("/").split("/")
        if key.startswith("/") and len(parts) != len(wanted) + 1:
            continue
        if len(parts) >= len(wanted) and all(map(fnmatchcase, parts[-len(wanted) :], wanted)):
            return True
    return False


@cache
def any_value(path: str) -> bool:
    """Whether the value of the element (or, with @, of the attribute) at a path is not compared."""
    return _listed(VALUES, path)


@cache
def optional(path: str) -> bool:
    """Whether the element at a path is not compared at all."""
    return _listed(PARTS, path)
