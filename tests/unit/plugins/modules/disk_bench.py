# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of unregistered_disk_register share: more disks in the drill's estate, and ways to say what came."""

from __future__ import annotations

import typing as t

from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import (
    DATA_WEB,
    Bench,
    Estate,
    Result,
    path_of,
    record,
    site_of,
)

MODULE = "unregistered_disk_register"
ARCHIVE = "archive2025"
"""The floating disk of the drill, on data-db."""
DATA_ERP = "6c7f9f66-a04b-4a61-9646-f03b541bc20e"
ERP = {
    "id": DATA_ERP,
    "name": "data-erp",
    "type": "iscsi",
    "targets": [{"address": "192.0.2.150", "target": "iqn.2026-01.example.site-b:san"}],
}
REGISTER_DISK = r"^POST .*(/disks/[^/]+/register|/disks;unregistered)$"
EDIT_DISK = r"^PUT .*/api/disks/"
ATTACH_DISK = r"^POST .*/diskattachments$"


def new_id(number: int) -> str:
    """The id of the disk of this number."""
    return f"d15c0000-0000-4000-8000-{number:012d}"


def add_disk(estate: Estate, number: int, name: str, domain: str = DATA_WEB, **more: t.Any) -> str:
    """A floating disk more on the primary site, raw and thin; its id."""
    site = site_of(estate, "primary")
    model = record(estate, "primary", "disks", ARCHIVE)
    disk = {
        **model,
        "id": new_id(number),
        "name": name,
        "alias": name,
        "format": "raw",
        "image_id": new_id(number + 500000),
        "storage_domains": {"storage_domain": {"id": domain}},
        **more,
    }
    profile = next((one for one in site["disk_profiles"] if one["storage_domain"]["id"] == domain), None)
    if profile is not None:
        disk["disk_profile"] = {"id": profile["id"]}
    disk.pop("qcow_version", None)
    site["disks"].append(disk)
    return new_id(number)


def give(estate: Estate, vm: str, disk: str, **how: str) -> None:
    """Attach a disk to a VM of the primary site, as a running engine tells of it."""
    attachment = {
        "id": disk,
        "active": "true",
        "bootable": "false",
        "interface": "virtio_scsi",
        "pass_discard": "false",
        "read_only": "false",
        "uses_scsi_reservation": "false",
        "disk": {"id": disk},
        **how,
    }
    record(estate, "primary", "vms", vm)["disk_attachments"].append(attachment)


def register_disks(bench: Bench, *disks: str, **options: t.Any) -> Result:
    """The module on data-db and data-web of recovery."""
    given = {"data_center": "Recovery", "domains": ["data-db", "data-web"], **options}
    if disks:
        given["disks"] = list(disks)
    return bench.run(MODULE, **given)


def held(bench: Bench, disk: str) -> t.Any:
    """A disk that recovery knows, by name or id, or None."""
    site = bench.twin.site("recovery")
    with site.lock:
        site.settle()
        return next((one for one in site.all("disk") if disk in (one.id, one.name)), None)


def attachments(bench: Bench, vm: str) -> list[dict[str, t.Any]]:
    """The attachments of a VM of recovery, in order."""
    site = bench.twin.site("recovery")
    with site.lock:
        site.settle()
        found = site.named("vm", vm)
        assert found is not None
        return [dict(one) for one in found.subs["disk_attachments"]]


def sent(bench: Bench) -> list[str]:
    """The writes to recovery, as METHOD and path."""
    return [f"{one.method} {path_of(one)}" for one in bench.writes()]


def left_alone(result: Result) -> dict[str, str]:
    """name -> why, of what was left alone on purpose."""
    return {entry["name"]: entry["message"] for entry in result["left_alone"]}


def failures(result: Result) -> dict[str, str]:
    """name -> why, of what failed."""
    return {entry["name"]: entry["message"] for entry in result["failures"]}
