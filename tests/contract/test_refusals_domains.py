# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals around storage domains, connections, and what lies on them, that no recording shows."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.ovirt_dr.storage.tests.contract.conftest import Client
from ansible_collections.ovirt_dr.storage.tests.contract.refusing import NOWHERE, Refused, check

BUSY = "Related operation is currently in progress"
WEB = (
    "<storage_domain>{}<type>data</type><storage><type>nfs</type><address>nfs-a.example</address><path>/exports/data-web</path>"
    "</storage><host>{}</host></storage_domain>"
)


def connection(client: Client, path: str) -> Any:
    """The connection of an export."""
    return next(c for c in client.site.all("storage_connection") if c.data.get("path") == path)


def held(client: Client) -> None:
    """data-web is busy."""
    with client.site.lock:
        client.site.hold(client.id("storage_domain", "data-web"), 10_000)


CASES = [
    Refused("POST /storagedomains/{storage_domain.data-web}/updateovfstore", 409, BUSY, "<action/>", held),
    Refused(
        "PUT /storagedomains/{storage_domain.data-web}",
        409,
        "Attempt to set immutable field: id",
        f"<storage_domain id='{NOWHERE}'/>",
    ),
    Refused(
        "POST /storagedomains",
        400,
        "StorageDomain [host.id|name] required for add",
        WEB.format("", "<comment>x</comment>"),
    ),
    Refused(
        "POST /storagedomains",
        409,
        "Cannot add Storage. The Storage Domain already exists.",
        WEB.format("<name>again</name>", "<name>hv-a1</name>"),
        lambda client: client.site.remove(connection(client, "/exports/data-web")),
    ),
    Refused(
        "DELETE /datacenters/{data_center.Production}/storagedomains/{storage_domain.data-db}",
        409,
        "Please activate the master Storage Domain first.",
        None,
        lambda client: (
            [client.site.remove(vm) for vm in list(client.site.all("vm"))]
            and [
                client.site.named("storage_domain", name).set(status=status)
                for name, status in (("data-db", "maintenance"), ("data-master", "inactive"))
            ]
        ),
    ),
    # disks on domains
    Refused(
        "POST /disks/{disk.web02_os}/move",
        400,
        "[Internal Engine Error]",
        "<action><storage_domain><name>data-db</name></storage_domain></action>",
        {"disk.web02_os": {"storage_domains": None}},
    ),
    Refused(
        "POST /templates",
        400,
        "[Internal Engine Error]",
        "<template><name>t9</name><vm id='{vm.web02}'/></template>",
        {"disk.web02_os": {"storage_domains": None}},
    ),
    Refused(
        "POST /disks",
        409,
        "Low disk space on Storage Domain data-web.",
        "<disk><name>fresh</name><format>raw</format><sparse>false</sparse><provisioned_size>4294967296</provisioned_size>"
        "<storage_domains><storage_domain><name>data-web</name></storage_domain></storage_domains></disk>",
        {"storage_domain.data-web": {"available": "4194304000", "critical_space_action_blocker": "0"}},
    ),
    Refused(
        "POST /vms",
        400,
        "Cannot add VM.",
        "<vm><name>fresh</name><cluster><name>prod</name></cluster><template><name>tmpl-win2022</name></template></vm>",
        {
            f"storage_domain.{name}": {"status": "maintenance"}
            for name in ("data-web", "data-db", "data-erp", "data-master")
        },
    ),
    Refused(
        f"DELETE /datacenters/{{data_center.Production}}/storagedomains/{{storage_domain.data-web}}/disks/{NOWHERE}",
        404,
    ),
    Refused(
        "POST /vms/{vm.web02}/start",
        409,
        "Cannot run VM. VM web02 is being imported.",
        "<action/>",
        lambda client: client.site.importing.update({client.id("vm", "web02"): 1e9}),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_refused(primary: Client, case: Refused) -> None:
    check(primary, case)


def test_a_connection_keeps_its_details_and_its_one_domain(primary: Client) -> None:
    path = connection(primary, "/exports/data-web").id
    request = f"PUT /storageconnections/{path}"
    posix = "<type>posixfs</type><path>/dev/mapper/x</path><vfs_type>xfs</vfs_type>"
    assert primary.post("/storageconnections", f"<storage_connection>{posix}</storage_connection>").status_code == 201
    mapper = connection(primary, "/dev/mapper/x").id
    body = "<storage_connection><path/></storage_connection>"
    check(primary, Refused(f"PUT /storageconnections/{mapper}", 400, "path field cannot be empty.", body))
    portal = next(c for c in primary.site.all("storage_connection") if c.data["type"] == "iscsi")
    body = "<storage_connection><address/></storage_connection>"
    check(primary, Refused(f"PUT /storageconnections/{portal.id}", 400, "address field cannot be empty.", body))
    for name in ("data-web", "data-db"):
        domain = primary.site.named("storage_domain", name)
        assert domain is not None
        domain.set(status="maintenance")
        domain.subs["storage_connections"] = [{"id": path}]
    body = "<storage_connection><nfs_retrans>3</nfs_retrans></storage_connection>"
    check(primary, Refused(request, 409, "storage domains : data-", body))


def test_a_domain_that_cannot_be_reached_is_not_attached(recovery: Client) -> None:
    body = (
        "<storage_domain><type>data</type><storage><type>nfs</type><address>nfs-b.example</address>"
        "<path>/exports/data-web</path></storage><host><name>hv-b1</name></host></storage_domain>"
    )
    assert recovery.post("/storagedomains", body).status_code == 201
    recovery.twin.fail("storage:nfs-b.example:/exports/data-web")
    request = "POST /datacenters/{data_center.Recovery}/storagedomains"
    check(recovery, Refused(request, 400, "<detail>[]</detail>", "<storage_domain id='{storage_domain.data-web}'/>"))


class TestImport:
    """What speaks against importing a VM from an export domain."""

    BODY = "<action><storage_domain><name>data-db</name></storage_domain>{}</action>"

    @pytest.fixture
    def request_(self, primary: Client) -> str:
        """web02 was exported, and is not known any more."""
        vm, export = primary.id("vm", "web02"), primary.site.named("storage_domain", "data-master")
        assert export is not None
        kind, master = export.data["type"], export.data["master"]
        export.set(type="export")
        body = "<action><storage_domain id='{storage_domain.data-master}'/></action>"
        answer = primary.post(f"/vms/{vm}/export", body.replace("{storage_domain.data-master}", export.id))
        assert answer.status_code in (200, 202), answer.text
        export.set(type=kind, master=master)
        primary.twin.clock.forward(600)
        primary.get("/vms")
        assert primary.send("DELETE", f"/vms/{vm}").status_code == 200
        return f"POST /storagedomains/{export.id}/vms/{vm}/import"

    def test_its_cluster_is_there(self, primary: Client, request_: str) -> None:
        given = {"cluster.prod": {"name": "elsewhere"}}
        check(primary, Refused(request_, 400, "The relevant Cluster doesn't exist.", self.BODY.format(""), given))

    def test_its_name_is_free(self, primary: Client, request_: str) -> None:
        body = "<vm><name>web02</name><cluster><name>prod</name></cluster><template><name>Blank</name></template></vm>"
        assert primary.post("/vms", body).status_code == 201
        words = "Import VM failed - VM Name already exists in the Data Center."
        check(primary, Refused(request_, 409, words, self.BODY.format("")))

    def test_the_domain_of_each_disk_is_there_and_active(self, primary: Client, request_: str) -> None:
        vm = request_.split("/")[4]
        (disk,) = next(
            [each.record["id"] for each in content.exported[vm].disks]
            for content in primary.site.storage.contents.values()
            if vm in content.exported
        )
        chosen = (
            "<vm><disk_attachments><disk_attachment><disk id='{}'><storage_domains><storage_domain id='{}'/>"
            "</storage_domains></disk></disk_attachment></disk_attachments></vm>"
        )
        body = self.BODY.format(chosen.format(disk, NOWHERE))
        check(primary, Refused(request_, 400, "Cannot import VM. Storage Domain doesn't exist.", body))
        body = self.BODY.format(chosen.format(disk, "{storage_domain.data-web}"))
        given = {"storage_domain.data-web": {"status": "maintenance"}}
        words = "Cannot import VM. The relevant Storage Domain's status is Maintenance."
        check(primary, Refused(request_, 409, words, body, given))
        body = self.BODY.format(chosen.format(disk, "{storage_domain.data-web}"))
        given = {"storage_domain.data-web": {"status": "active"}, "storage_domain.data-db": {"status": "maintenance"}}
        check(primary, Refused(request_, 409, words, body, given))
        given = {"storage_domain.data-db": {"status": "active", "type": "iso"}}
        check(primary, Refused(request_, 400, "Cannot import VM. Storage Domain type is illegal.", body, given))
        given = {"storage_domain.data-db": {"type": "data"}, "storage_domain.data-web": {"available": "1"}}
        check(primary, Refused(request_, 409, "Low disk space on Storage Domain data-web.", body, given))
