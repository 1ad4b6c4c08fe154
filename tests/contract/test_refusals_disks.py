# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals around disks that no recording shows."""

from __future__ import annotations

import pytest
from ansible_collections.ovirt_dr.storage.tests.contract.conftest import Client
from ansible_collections.ovirt_dr.storage.tests.contract.refusing import NOWHERE, Refused, check

DISK = "{disk.web02_os}"
ATTACH = (
    "<disk_attachment><interface>virtio_scsi</interface><bootable>false</bootable><active>true</active>"
    "<disk id='{disk.archive2025}'/></disk_attachment>"
)
NEW = (
    "<disk_attachment><interface>virtio_scsi</interface><bootable>false</bootable><active>true</active>"
    "<disk><name>fresh</name><format>cow</format><provisioned_size>1073741824</provisioned_size>"
    "<storage_domains><storage_domain><name>data-web</name></storage_domain></storage_domains></disk></disk_attachment>"
)
ADD = (
    "<disk><name>fresh</name><format>cow</format><provisioned_size>{size}</provisioned_size>"
    "<storage_domains><storage_domain><name>{domain}</name></storage_domain></storage_domains></disk>"
)
TARGET = "<action><storage_domain><name>data-db</name></storage_domain></action>"


def state(name: str, **fields: str) -> dict[str, dict[str, str]]:
    """A disk in a state."""
    return {f"disk.{name}": fields}


def snapshot_of_web02(client: Client) -> None:
    """Takes a snapshot and waits until it is there."""
    vm = client.id("vm", "web02")
    assert client.post(f"/vms/{vm}/snapshots", "<snapshot><description>x</description></snapshot>").status_code == 201
    client.twin.clock.forward(60)
    client.get(f"/vms/{vm}/snapshots")


CASES = [
    # attaching
    Refused(
        "POST /vms/{vm.web02}/diskattachments",
        400,
        "Disk is in illegal state and may only be deleted.",
        ATTACH,
        state("archive2025", status="illegal"),
    ),
    Refused(
        "POST /vms/{vm.web02}/diskattachments",
        409,
        "The following disks are locked: archive2025.",
        ATTACH,
        state("archive2025", status="locked"),
    ),
    Refused(
        "POST /vms/{vm.web02}/diskattachments",
        409,
        "Cannot add Virtual Disk. VM is locked.",
        NEW,
        {"vm.web02": {"status": "image_locked"}},
    ),
    Refused(f"DELETE /vms/{NOWHERE}/diskattachments/{DISK}", 404),
    # adding
    Refused("POST /disks", 400, "Request syntactically incorrect.", ADD.format(size="much", domain="data-web")),
    Refused(
        "POST /disks",
        409,
        "The requested disk size exceeds the maximum of",
        ADD.format(size=9000 * 2**30, domain="data-erp"),
    ),
    Refused(
        "POST /disks",
        409,
        "Low disk space on Storage Domain data-web.",
        ADD.format(size=2**30, domain="data-web"),
        {"storage_domain.data-web": {"available": str(2**32), "critical_space_action_blocker": "5"}},
    ),
    # editing
    Refused(
        f"PUT /disks/{DISK}",
        409,
        "The following disks are locked: web02_os.",
        "<disk><description>x</description></disk>",
        state("web02_os", status="locked"),
    ),
    Refused(
        f"PUT /disks/{DISK}",
        400,
        "New disk size cannot be smaller than the current.",
        "<disk><provisioned_size>1048576</provisioned_size></disk>",
    ),
    # sparsify
    Refused(f"POST /disks/{NOWHERE}/sparsify", 404, body="<action/>"),
    *(
        Refused(f"POST /disks/{DISK}/sparsify", status, words, "<action/>", given)
        for status, words, given in (
            (500, "The following attached disks are in ILLEGAL status: web02_os.", state("web02_os", status="illegal")),
            (409, "The following disks are locked: web02_os.", state("web02_os", status="locked")),
            (400, "Disk web02_os is of format cow.", state("web02_os", format="cow")),
        )
    ),
    Refused(
        "POST /disks/{disk.dns01_os}/sparsify", 409, "Disk dns01_os is plugged to VMs that are not down.", "<action/>"
    ),
    Refused("POST /disks/{disk.web02_os}/sparsify", 400, "The disk has snapshots.", "<action/>", snapshot_of_web02),
    Refused(
        "POST /disks/{disk.archive2025}/sparsify",
        400,
        "Disk archive2025 is preallocated.",
        "<action/>",
        state("archive2025", format="raw", sparse="false"),
    ),
    # reduce
    Refused(f"POST /disks/{DISK}/reduce", 400, "Reduce is not supported for file storage domains.", "<action/>"),
    Refused(
        "POST /disks/{disk.db02_erp}/reduce",
        409,
        "Reduce is not supported for shareable disks.",
        "<action/>",
        state("db02_erp", shareable="true"),
    ),
    Refused(
        "POST /disks/{disk.db01_erp}/reduce",
        400,
        "Reduce is not supported for the active image of a running VM.",
        "<action/>",
    ),
    # moving while a VM runs
    Refused(
        "POST /disks/{disk.dns01_os}/move",
        409,
        "Cannot move Virtual Disk. Shareable disks are not supported: dns01_os.",
        TARGET,
        state("dns01_os", shareable="true"),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_refused(primary: Client, case: Refused) -> None:
    check(primary, case)


def test_a_disk_of_another_data_center_is_not_attached(primary: Client) -> None:
    def elsewhere(client: Client) -> None:
        center = "<data_center><name>Second</name><local>false</local></data_center>"
        assert client.post("/datacenters", center).status_code == 201
        domain = client.site.named("storage_domain", "data-db")
        assert domain is not None
        domain.set(data_centers={"data_center": {"id": client.id("data_center", "Second")}})
        disk = client.site.named("disk", "archive2025")
        assert disk is not None
        disk.set(storage_domains={"storage_domain": {"id": domain.id}})

    words = "The relevant Data Center does not contain the disk."
    check(primary, Refused("POST /vms/{vm.web02}/diskattachments", 409, words, ATTACH, elsewhere))
    words = "The Storage Domain is not in the Data Center of the Virtual Machine."
    body = NEW.replace("data-web", "data-db")
    check(primary, Refused("POST /vms/{vm.web02}/diskattachments", 409, words, body))


def test_no_live_move_while_a_snapshot_is_made(primary: Client) -> None:
    vm = primary.site.named("vm", "dns01")
    assert vm is not None
    vm.subs["snapshots"] = [{**one, "snapshot_status": "locked"} for one in vm.subs["snapshots"]]
    words = "The VM is performing an operation on a Snapshot."
    check(primary, Refused("POST /disks/{disk.dns01_os}/move", 409, words, TARGET))


@pytest.mark.parametrize(
    ("disk", "request_", "body"),
    [
        ("web02_os", "POST /disks/{disk.web02_os}/sparsify", "<action/>"),
        ("web02_os", "POST /disks/{disk.web02_os}/reduce", "<action/>"),
        ("web02_os", "POST /disks/{disk.web02_os}/move", TARGET),
        ("web02_os", "POST /disks/{disk.web02_os}/copy", TARGET),
        ("web02_os", "PUT /disks/{disk.web02_os}", "<disk><description>x</description></disk>"),
        ("archive2025", "DELETE /disks/{disk.archive2025}", None),
        ("archive2025", "POST /vms/{vm.web02}/diskattachments", ATTACH),
        *(
            (
                name,
                f"PUT /vms/{{vm.{vm}}}/diskattachments/{{disk.{name}}}",
                f"<disk_attachment>{body}</disk_attachment>",
            )
            for name, vm, body in (
                ("web02_os", "web02", "<bootable>false</bootable>"),
                ("dns01_os", "dns01", "<active>false</active>"),
            )
        ),
    ],
)
def test_nothing_is_done_to_a_disk_that_is_being_edited(
    primary: Client, disk: str, request_: str, body: str | None
) -> None:
    def edited(client: Client) -> None:
        with client.site.lock:
            client.site.hold(f"edit {client.id('disk', disk)}", 10_000)

    check(primary, Refused(request_, 409, "Virtual Disk: ", body, edited))
