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
        409,
        "The following disks are locked: archive2025.",
        ATTACH,
        state("archive2025", status="locked"),
    ),
    Refused(f"DELETE /vms/{NOWHERE}/diskattachments/{DISK}", 404),
    # adding
    Refused("POST /disks", 400, "Request syntactically incorrect.", ADD.format(size="much", domain="data-web")),
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
        "PUT /disks/{disk.web01_os}",
        409,
        "At least one of the VMs is not down.",
        "<disk><shareable>true</shareable></disk>",
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
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_refused(primary: Client, case: Refused) -> None:
    check(primary, case)


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
