# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an OVF store says about a VM or template: everything by name, as another engine will read it (contract 04,
4.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Record = dict[str, Any]


@dataclass(frozen=True)
class OvfDisk:
    """One disk of an OVF: its record, its attachment, the domains it lies on (none for a LUN)."""

    attachment: Record
    record: Record
    domains: tuple[str, ...]

    @property
    def lun(self) -> str | None:
        """The LUN id of a direct LUN disk."""
        storage = self.record.get("lun_storage")
        return storage["logical_units"]["logical_unit"]["id"] if isinstance(storage, dict) else None


@dataclass(frozen=True)
class OvfNic:
    """One NIC: its record and the names it is bound to."""

    record: Record
    network: str
    profile: str

    @property
    def mac(self) -> str:
        """The MAC address, lower case, empty when there is none."""
        return str((self.record.get("mac") or {}).get("address", "")).lower()


@dataclass(frozen=True)
class OvfEntry:
    """A VM or template as described on storage."""

    kind: str
    id: str
    record: Record
    cluster: str
    disks: tuple[OvfDisk, ...]
    nics: tuple[OvfNic, ...]
    groups: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    grants: tuple[tuple[str, str, str], ...] = ()
    snapshots: tuple[Record, ...] = ()
    lease: str | None = None

    @property
    def name(self) -> str:
        """The name it had."""
        return str(self.record["name"])

    @property
    def template(self) -> str:
        """The template of a VM, or the base of a template version."""
        if self.kind == "vm":
            return str(self.record["template"]["id"])
        return str(self.record.get("version", {}).get("base_template", {}).get("id", self.id))


UNSEEN = (
    "cluster",
    "cpu_profile",
    "host",
    "start_time",
    "fqdn",
    "guest_operating_system",
    "reported_devices",
    "stop_reason",
    "disk_attachments",
    "nics",
)
"""Fields of a VM that its OVF entry in a list does not show (07 recording 96 against 42)."""

PASSING = frozenset(
    {
        "status",
        "host",
        "start_time",
        "stop_time",
        "stop_reason",
        "run_once",
        "display",
        "fqdn",
        "guest_operating_system",
        "reported_devices",
        "next_run_configuration_exists",
    }
)
"""Fields that come and go while a VM runs: a change of them alone is no reason to write its OVF again."""


def same_configuration(one: OvfEntry, other: OvfEntry) -> bool:
    """Whether two descriptions differ in nothing but what passes."""
    return _lasting(one.record) == _lasting(other.record) and _rest(one) == _rest(other)


def _lasting(record: Record) -> Record:
    return {key: value for key, value in record.items() if key not in PASSING}


def _rest(entry: OvfEntry) -> tuple[Any, ...]:
    return (entry.cluster, entry.disks, entry.nics, entry.groups, entry.labels, entry.grants, entry.snapshots)


def whole_seconds(stamp: str) -> str:
    """A time as an OVF keeps it: without fractions of a second."""
    return f"{stamp[:19]}.000Z" if stamp else stamp


def plain_display(display: Any) -> Any:
    """A display without type, certificate and where it can be reached."""
    if not isinstance(display, dict):
        return display
    return {k: v for k, v in display.items() if k not in ("type", "certificate", "address", "port", "secure_port")}


_PLACED = ("next_run_configuration_exists", "original_template", "template", "version", "stop_time", "run_once")
"""Fields that stand at the end of a list entry."""


def list_entry(entry: OvfEntry, domain: str, icons: Record) -> Record:
    """The record of an unregistered VM or template in a domain's list. Icons are those of the engine that reads it."""
    shown: Record = {}
    for key, value in entry.record.items():
        if key in UNSEEN or key == "status":
            continue
        if key == "display":
            value = plain_display(value)
        if key in _PLACED or (key == "quota" and entry.kind == "template"):
            continue
        shown[key] = whole_seconds(value) if key == "creation_time" else icons.get(key, value)
    shown["storage_domain"] = {"id": domain}
    if entry.kind == "vm":
        shown["next_run_configuration_exists"] = "false"
        if "run_once" in entry.record:
            shown["run_once"] = entry.record["run_once"]
        shown["status"] = entry.record.get("status", "down")
        if "stop_time" in entry.record:
            shown["stop_time"] = whole_seconds(entry.record["stop_time"])
        shown["original_template"] = entry.record["original_template"]
        shown["template"] = entry.record["template"]
    else:
        shown["status"] = "ok"
        shown["version"] = entry.record["version"]
    return shown
