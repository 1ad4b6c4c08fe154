# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a body holds is looked at wherever it may stand: ids that are none, numbers, names, and the rules that several
commands share."""

from __future__ import annotations

import pytest
from ansible_collections.ovirt_dr.storage.tests.contract.conftest import Client
from ansible_collections.ovirt_dr.storage.tests.contract.refusing import NOWHERE, Refused, check

NO_ID = "Invalid UUID string: 7"
UNREADABLE = "Request syntactically incorrect."
SPECIAL = "The given name contains special characters."
ALIAS = "Disk alias name must be formed of alpha-numeric characters"
LOW = "Low disk space on Storage Domain data-db."
FULL = {
    "storage_domain.data-db": {"available": "1048576", "critical_space_action_blocker": "0"},
    "disk.tmpl-win2022_os": {"format": "raw", "sparse": "false", "actual_size": "4194304"},
    "disk.web02_os": {"format": "raw", "sparse": "false", "actual_size": "4194304"},
}
ISO = {"storage_domain.data-db": {"type": "iso"}}
DB = "<storage_domain><name>data-db</name></storage_domain>"
COPY = (
    "<template><name>t9</name><vm id='{vm.web02}'><disk_attachments><disk_attachment><disk id='{disk.web02_os}'>"
    "<storage_domains><storage_domain><name>data-db</name></storage_domain></storage_domains></disk></disk_attachment>"
    "</disk_attachments></vm></template>"
)
VM = "<vm><name>{}</name><cluster><name>prod</name></cluster><template>{}</template>{}</vm>"
WIN = "<name>tmpl-win2022</name>"
DISK = (
    "<disk>{}<name>{}</name><format>{}</format>{}<provisioned_size>{}</provisioned_size>"
    "<storage_domains>{}</storage_domains></disk>"
)
ATTACHMENT = (
    "<disk_attachment><interface>{}</interface><bootable>{}</bootable><active>true</active>{}</disk_attachment>"
)
BLOCK = (
    "<storage_domain{}>{}<type>data</type><storage><type>iscsi</type><volume_group><logical_units>{}</logical_units>"
    "</volume_group></storage><host><name>hv-a1</name></host></storage_domain>"
)
NFS = (
    "<storage_domain{}><name>fresh</name><type>data</type>{}<storage>{}<type>nfs</type><address>nfs-a.example</address>"
    "<path>/exports/fresh</path></storage><host{}/></storage_domain>"
)


def disk(
    start: str = "", name: str = "fresh", form: str = "cow", extra: str = "", size: str = "4194304", where: str = DB
) -> str:
    """A disk's body."""
    return DISK.format(start, name, form, extra, size, where)


ON_DB = (
    "<disk_attachments><disk_attachment><disk id='{{template_disk}}'>{}"
    "<storage_domains><storage_domain><name>data-db</name></storage_domain></storage_domains></disk></disk_attachment></disk_attachments>"
)
CASES = [
    # ids that are none
    Refused("POST /affinitylabels/{affinity_label.db-licensed}/vms", 400, NO_ID, "<vm id='7'/>"),
    Refused("POST /vms/{vm.web02}/diskattachments", 400, NO_ID, ATTACHMENT.format("virtio", "false", "<disk id='7'/>")),
    Refused("POST /storagedomains", 400, NO_ID, NFS.format("", "", "", " id='7'")),
    Refused("POST /disks", 400, NO_ID, disk().replace("<disk>", "<disk id='7'>")),
    Refused("POST /disks", 400, NO_ID, disk(extra="<disk_profile id='7'/>")),
    Refused("POST /disks", 400, NO_ID, disk(where="<storage_domain id='7'/>")),
    Refused("POST /disks/{disk.web02_os}/move", 400, NO_ID, f"<action>{DB}<disk_profile id='7'/></action>"),
    Refused("POST /disks/{disk.web02_os}/move", 400, NO_ID, "<action><storage_domain id='7'/></action>"),
    Refused(
        "POST /storagedomains/{storage_domain.data-erp}/storageconnections", 400, NO_ID, "<storage_connection id='7'/>"
    ),
    Refused(
        "POST /vms/{vm.web02}/permissions",
        400,
        NO_ID,
        "<permission><role><name>UserRole</name></role><user id='7'/></permission>",
    ),
    Refused(
        "POST /datacenters/{data_center.Production}/setmaster", 400, NO_ID, "<action><storage_domain id='7'/></action>"
    ),
    Refused("POST /clusters", 400, NO_ID, "<cluster><name>x</name><data_center id='7'/></cluster>"),
    Refused("POST /vms/{vm.web02}/nics", 400, NO_ID, "<nic><name>nic9</name><vnic_profile id='7'/></nic>"),
    Refused("POST /vms/{vm.web02}/previewsnapshot", 400, NO_ID, "<action><snapshot id='7'/></action>"),
    Refused(
        "POST /templates",
        400,
        NO_ID,
        "<template><name>t9</name><vm id='{vm.web02}'/><version><base_template id='7'/></version></template>",
    ),
    Refused("POST /vms", 400, NO_ID, "<vm><name>x</name><cluster><name>prod</name></cluster><template id='7'/></vm>"),
    Refused(
        "POST /vms",
        400,
        NO_ID,
        VM.format("x", WIN, "<disk_attachments><disk_attachment><disk id='7'/></disk_attachment></disk_attachments>"),
    ),
    Refused("POST /storagedomains/{storage_domain.data-web}/disks;unregistered", 400, NO_ID, "<disk id='7'/>"),
    # numbers
    Refused("POST /disks", 400, UNREADABLE, disk(size="much")),
    Refused(
        "POST /vms/{vm.web02}/diskattachments",
        400,
        UNREADABLE,
        ATTACHMENT.format("virtio", "false", disk(size="much")),
    ),
    Refused("PUT /disks/{disk.web02_os}", 400, UNREADABLE, "<disk><provisioned_size>much</provisioned_size></disk>"),
    Refused("POST /vms", 400, UNREADABLE, VM.format("x", "<name>Blank</name>", "<memory>much</memory>")),
    Refused("PUT /vms/{vm.web02}", 400, UNREADABLE, "<vm><memory>much</memory></vm>"),
    Refused("PUT /templates/{template.tmpl-win2022}", 400, UNREADABLE, "<template><memory>much</memory></template>"),
    # names
    Refused("POST /vms", 400, SPECIAL, VM.format("a b", "<name>Blank</name>", "")),
    Refused("PUT /vms/{vm.web02}", 400, SPECIAL, "<vm><name>a b</name></vm>"),
    Refused("POST /vms/{vm.web02}/clone", 400, SPECIAL, "<action><vm><name>a b</name></vm></action>"),
    Refused("POST /templates", 400, SPECIAL, "<template><name>a b</name><vm id='{vm.web02}'/></template>"),
    Refused("PUT /templates/{template.tmpl-win2022}", 400, SPECIAL, "<template><name>a b</name></template>"),
    Refused("POST /vmpools", 400, SPECIAL, VM.format("a b", "<name>Blank</name>", "").replace("vm>", "vm_pool>")),
    Refused("POST /disks", 400, ALIAS, disk(name="a b/c")),
    Refused("PUT /disks/{disk.web02_os}", 400, ALIAS, "<disk><alias>a b/c</alias></disk>"),
    Refused(
        "POST /vms/{vm.web02}/diskattachments", 400, ALIAS, ATTACHMENT.format("virtio", "false", disk(name="a b/c"))
    ),
    # rules that several commands share: kind, space and profile of a domain
    *(
        Refused(request, 400, "Storage Domain type is illegal.", body, ISO)
        for request, body in (
            ("POST /disks", disk()),
            ("POST /disks/{disk.web02_os}/move", f"<action>{DB}</action>"),
            ("POST /vms/{vm.web02}/clone", f"<action><vm><name>fresh</name></vm>{DB}</action>"),
            ("POST /templates", COPY),
            ("POST /vms", VM.format("fresh", WIN, DB + "<clone>true</clone>").replace("<clone>true</clone>", "")),
        )
    ),
    *(
        Refused(request, 409, LOW, body, FULL)
        for request, body in (
            ("POST /disks", disk(form="raw", extra="<sparse>false</sparse>", size="4294967296")),
            ("POST /disks/{disk.web02_os}/move", f"<action>{DB}</action>"),
            ("POST /vms/{vm.web02}/clone", f"<action><vm><name>fresh</name></vm>{DB}</action>"),
            ("POST /templates", COPY),
        )
    ),
    *(
        Refused(request, 400, "Cannot find a disk profile defined on storage domain", body)
        for request, body in (
            ("POST /disks", disk(extra="<disk_profile id='{disk_profile.data-web}'/>")),
            (
                "POST /disks/{disk.web02_os}/move",
                f"<action>{DB}<disk_profile id='{{disk_profile.data-web}}'/></action>",
            ),
        )
    ),
    Refused("POST /disks", 409, "is incompatible with the storage domain type.", disk(extra="<sparse>false</sparse>")),
    # disks of VMs
    Refused(
        "POST /vms/{vm.web02}/diskattachments",
        409,
        "is already marked as boot.",
        ATTACHMENT.format("virtio", "true", disk()),
    ),
    Refused(
        "POST /vms/{vm.web02}/diskattachments",
        400,
        "The disk interface is not supported by the VM OS",
        ATTACHMENT.format("spapr_vscsi", "false", disk()),
    ),
    Refused(
        "PUT /vms/{vm.web02}/diskattachments/{disk.web02_os}",
        400,
        "The disk interface is not supported by the VM OS",
        "<disk_attachment><interface>spapr_vscsi</interface></disk_attachment>",
    ),
    Refused(
        "DELETE /vms/{vm.web02}/diskattachments/{disk.web03_os}", 400, "The specified disk is not attached to the VM"
    ),
    # affinity
    Refused(
        "PUT /clusters/{cluster.prod}/affinitygroups/{affinity_group.web-spread}",
        409,
        "name already exists.",
        "<affinity_group><name>other</name></affinity_group>",
        lambda client: client.post(
            f"/clusters/{client.id('cluster', 'prod')}/affinitygroups",
            "<affinity_group><name>other</name><positive>true</positive><enforcing>false</enforcing></affinity_group>",
        ),
    ),
    # domains
    Refused(
        "POST /storagedomains",
        400,
        "",
        NFS.format("", "<warning_low_space_indicator>900</warning_low_space_indicator>", "", ""),
    ),
    Refused(
        "PUT /storagedomains/{storage_domain.data-web}",
        400,
        "",
        "<storage_domain><warning_low_space_indicator>900</warning_low_space_indicator></storage_domain>",
    ),
    Refused(
        "PUT /storagedomains/{storage_domain.data-web}",
        409,
        "Cannot edit Storage. The relevant Storage Domain's status is Inactive.",
        "<storage_domain><name>other</name></storage_domain>",
        {"storage_domain.data-web": {"status": "inactive"}},
    ),
    Refused(
        "DELETE /templates/{template.tmpl-win2022}",
        409,
        "Cannot delete Template. Template is being used by the following VMs: app01.",
        None,
        lambda client: client.site.named("vm", "app01").set(template={"id": client.id("template", "tmpl-win2022")}),
    ),
    # the rest of the ids, and the router
    Refused("POST /vms/7/start", 404, "", "<action/>"),
    Refused("POST /vms/{vm.web02}/export", 400, NO_ID, "<action><storage_domain id='7'/></action>"),
    Refused(
        "POST /storagedomains",
        400,
        NO_ID,
        NFS.format("", "", "", " id='{host.hv-a1}'").replace("<storage>", "<storage id='7'>"),
    ),
    Refused("POST /storagedomains", 400, NO_ID, BLOCK.format(" id='7'", "<import>true</import>", "")),
    Refused("POST /disks", 400, "qcow9", disk(form="qcow9")),
    # numbers and formats of connections and domains
    Refused(
        "POST /storagedomains",
        400,
        "NFS Timeout should be between 1 and 6000",
        NFS.format("", "", "<nfs_timeo>7000</nfs_timeo>", " id='{host.hv-a1}'"),
    ),
    Refused(
        "PUT /storageconnections/{storage_connection.}",
        400,
        "v9",
        "<storage_connection><nfs_version>v9</nfs_version></storage_connection>",
    ),
    # block domains
    Refused(
        "POST /storagedomains",
        400,
        "LogicalUnit [id] required",
        BLOCK.format("", "<name>fresh</name>", "<logical_unit><lun_mapping>1</lun_mapping></logical_unit>"),
    ),
    Refused(
        "POST /storagedomains",
        400,
        "",
        BLOCK.format("", "<name>a b</name>", "<logical_unit id='360014055a5a5a5a0000000300000003'/>"),
    ),
    Refused(
        "PUT /storagedomains/{storage_domain.data-erp}",
        400,
        "LogicalUnit [id] required",
        "<storage_domain><storage><volume_group><logical_units><logical_unit><lun_mapping>1</lun_mapping></logical_unit>"
        "</logical_units></volume_group></storage>"
        "</storage_domain>",
    ),
    Refused(
        "PUT /storagedomains/{storage_domain.data-erp}",
        409,
        "already used by DirectLUN disks",
        "<storage_domain><storage><volume_group><logical_units>"
        "<logical_unit id='360014055a5a5a5a0000000200000002'/></logical_units></volume_group></storage>"
        "</storage_domain>",
    ),
    # VMs
    Refused(
        "PUT /vms/{vm.db02}/diskattachments/{disk.db02_erp}",
        409,
        "is already marked as boot.",
        "<disk_attachment><bootable>true</bootable></disk_attachment>",
    ),
    Refused(
        "POST /vms/{vm.web02}/previewsnapshot",
        409,
        "Cannot preview Snapshot: The following disks are locked: web02_os.",
        "<action><snapshot id='{snapshot}'/></action>",
        {"disk.web02_os": {"status": "locked"}},
    ),
    *(
        Refused("POST /vms?clone=true", status, words, VM.format("fresh", WIN, ON_DB.format(extra)), given)
        for status, words, extra, given in (
            (400, "Storage Domain type is illegal.", "", ISO),
            (409, LOW, "", FULL),
            (400, "Cannot find a disk profile", "<disk_profile id='{disk_profile.data-web}'/>", {}),
        )
    ),
    Refused("POST /vms", 409, "name is already in use", VM.format("web03", "<name>Blank</name>", "")),
    Refused("PUT /vms/{vm.web02}", 409, "name is already in use", "<vm><name>web03</name></vm>"),
    # what is nowhere
    Refused(f"DELETE /clusters/{{cluster.prod}}/affinitygroups/{{affinity_group.web-spread}}/vms/{NOWHERE}", 404),
    Refused(f"DELETE /disks/{NOWHERE}", 404),
    Refused(f"PUT /storagedomains/{NOWHERE}", 404, "", "<storage_domain/>"),
    Refused(
        f"POST /storagedomains/{{storage_domain.data-web}}/vms/{NOWHERE}/import", 404, "", f"<action>{DB}</action>"
    ),
    Refused("POST /vms", 404, "", VM.format("fresh", WIN, ON_DB.format("").replace("{template_disk}", NOWHERE))),
    Refused(f"DELETE /vms/{{vm.web02}}/permissions/{NOWHERE}", 404),
    # which rule comes first, and rules of block domains
    Refused(
        "POST /storagedomains",
        400,
        "Storage Domain name must be formed of",
        BLOCK.format("", "<name>a b</name>", "<logical_unit id='360014055a5a5a5a0000000100000001'/>"),
    ),
    Refused(
        "POST /storagedomains",
        400,
        "Storage Domain can only be created on the following storage types: File.",
        BLOCK.format("", "<name>fresh</name>", "<logical_unit id='360014055a5a5a5a0000000300000003'/>").replace(
            "<type>data</type>", "<type>iso</type>"
        ),
    ),
    Refused(
        "POST /storagedomains",
        400,
        "Failed discovery of iSCSI targets",
        BLOCK.format(
            "",
            "<name>fresh</name>",
            "<logical_unit id='360014055b5b5b5b0000000100000001'><address>192.0.2.150</address><port>3260</port>"
            "<target>iqn.2026-01.example.site-b:san</target></logical_unit>",
        ),
        lambda client: client.twin.chap("iqn.2026-01.example.site-b:san", "u", "p"),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_refused(primary: Client, case: Refused) -> None:
    check(primary, case)


LONG = "x" * 51


def test_an_imported_domain_has_a_good_name(recovery: Client) -> None:
    body = (
        f"<storage_domain><name>{LONG}</name><type>data</type><import>true</import><storage><type>nfs</type>"
        "<address>nfs-b.example</address><path>/exports/data-web</path></storage><host><name>hv-b1</name></host>"
        "</storage_domain>"
    )
    check(recovery, Refused("POST /storagedomains", 400, "The given name is too long.", body))
    for place in recovery.site.storage.luns.values():
        place.hosts.add(recovery.id("host", "hv-b1"))
    erp = recovery.twin.site("primary").named("storage_domain", "data-erp")
    assert erp is not None
    body = BLOCK.format(f" id='{erp.id}'", f"<name>{LONG}</name><import>true</import>", "").replace("hv-a1", "hv-b1")
    check(recovery, Refused("POST /storagedomains", 400, "The given name is too long.", body))
