# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the twin refuses about VMs, disks, templates, snapshots and pools where no recorded exchange shows it: each row
puts the estate into a state that speaks against one request (contract 05, 07)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from ansible_collections.ovirt_dr.storage.tests.contract.conftest import Client

NOWHERE = "11111111-2222-3333-4444-555555555555"
PLACE = "<storage_domains><storage_domain><name>{}</name></storage_domain></storage_domains>"
CLUSTER = "<cluster><name>prod</name></cluster>"
WIN = "<template><name>tmpl-win2022</name></template>"
BLANK = "<template><name>Blank</name></template>"
GIB = 2**30


def put(kind: str, name: str, /, **fields: Any) -> Callable[[Client], None]:
    """Puts an entity into a state."""

    def prepare(client: Client) -> None:
        found = client.site.named(kind, name)
        assert found is not None
        found.set(**fields)

    return prepare


def rename_cluster(client: Client) -> None:
    """The cluster prod has another name from here on."""
    with client.site.lock:
        (cluster,) = [one for one in client.site.all("cluster") if one.name == "prod"]
        cluster.set(name="production")


def snapshot(name: str, status: str) -> Callable[[Client], None]:
    """Puts the snapshots of a VM into a state."""

    def prepare(client: Client) -> None:
        vm = client.site.named("vm", name)
        assert vm is not None
        vm.subs["snapshots"] = [{**held, "snapshot_status": status} for held in vm.subs["snapshots"]]

    return prepare


def pool(client: Client) -> None:
    """A pool of one VM that is down."""
    assert client.post("/vmpools", f"<vm_pool><name>desks</name>{CLUSTER}{WIN}</vm_pool>").status_code == 201
    put("vm", "desks-1", status="down")(client)


def elsewhere(client: Client) -> None:
    """A VM in a data center that has no storage."""
    for path, body in (
        ("/datacenters", "<data_center><name>Lab</name><local>false</local></data_center>"),
        ("/clusters", "<cluster><name>lab</name><data_center><name>Lab</name></data_center></cluster>"),
        ("/vms", f"<vm><name>lab01</name><cluster><name>lab</name></cluster>{BLANK}</vm>"),
    ):
        answer = client.post(path, body)
        assert answer.status_code == 201, answer.text


def nothing(_client: Client) -> None:
    """The estate as it is."""


def filled(client: Client, text: str) -> str:
    """Replaces ``{kind:name}`` by the id."""
    return re.sub(r"\{(\w+):([\w.-]+)\}", lambda found: client.id(found[1], found[2]), text)


@dataclass
class Row:
    """What is sent in which state, and how the refusal reads."""

    request: str
    body: str | None
    status: int
    words: str
    state: Callable[[Client], None] = nothing


def attachment(disk: str, more: str = "") -> str:
    """A disk attachment."""
    return f"<disk_attachment><interface>virtio</interface>{more}<disk>{disk}</disk></disk_attachment>"


def known(disk: str) -> str:
    """The attachment of a disk that is there."""
    return f'<disk_attachment><interface>virtio</interface><disk id="{disk}"/></disk_attachment>'


def disk(domain: str, size: int = 2**20, more: str = "<format>cow</format><sparse>true</sparse>") -> str:
    """A new disk's fields."""
    return f"<name>fresh</name><provisioned_size>{size}</provisioned_size>{more}{PLACE.format(domain)}"


def new_vm(more: str, template: str = "tmpl-win2022", cluster: str = CLUSTER) -> str:
    """A new VM from a template."""
    return f"<vm><name>fresh01</name>{cluster}<template><name>{template}</name></template>{more}</vm>"


def lease(domain: str) -> str:
    """A VM lease on a domain."""
    return f'<lease><storage_domain id="{domain}"/></lease>'


HA = "<high_availability><enabled>true</enabled></high_availability>"
RAW = (
    '<disk_attachments><disk_attachment><disk id="{disk:tmpl-win2022_os}"><format>raw</format></disk>'
    "</disk_attachment></disk_attachments>"
)
INCREMENTAL = "<format>raw</format><sparse>false</sparse><backup>incremental</backup>"
BASE = f'<version><base_template id="{NOWHERE}"/></version>'
CLONE = "<action><vm><name>{}</name></vm>{}</action>"
IN_USE = "name is already in use"
TO = '<storage_domain id="{storage_domain:%s}"/>'
VM_ATTACHMENTS = "POST /vms/{vm:app01}/diskattachments"
SNAPSHOTS = "POST /vms/{vm:app01}/snapshots"
SHOT = "<snapshot><description>before</description></snapshot>"
PREVIEW = '<action><snapshot id="{snapshot}"/></action>'

PLUG = "<disk_attachment><active>false</active></disk_attachment>"
IMPORT = "POST /storagedomains/{storage_domain:data-erp}/vms/{vm:app01}/import"


def exported(away: str = "") -> Callable[[Client], None]:
    """A VM lies on an export domain; a domain or the cluster that it names may be away by now."""

    def prepare(client: Client) -> None:
        put("storage_domain", "data-erp", type="export")(client)
        body = f"<action>{TO % 'data-erp'}</action>"
        assert client.post(f"/vms/{client.id('vm', 'app01')}/export", filled(client, body)).status_code == 202
        if away == "cluster":
            rename_cluster(client)
        elif away:
            put("storage_domain", away, status="maintenance")(client)

    return prepare


def import_of(name: str, domain: str = "") -> str:
    """The import of app01 as a clone; its disk onto a domain."""
    places = f'<storage_domains><storage_domain id="{domain}"/></storage_domains>'
    disk_there = f'<disk_attachment><disk id="{{disk:app01_os}}">{places}</disk></disk_attachment>'
    held = f"<disk_attachments>{disk_there}</disk_attachments>"
    return f"<action><clone>true</clone><vm><name>{name}</name>{held if domain else ''}</vm>{TO % 'data-web'}</action>"


ROWS = {
    "disk: raw with incremental backup": Row(
        "POST /disks",
        f"<disk>{disk('data-web', more=INCREMENTAL)}</disk>",
        409,
        "Disk configuration (RAW Preallocated backup-Incremental) is incompatible with the storage domain type.",
    ),
    "disk: larger than block storage holds": Row(
        "POST /disks",
        f"<disk>{disk('data-erp', 8193 * GIB)}</disk>",
        409,
        "Cannot create disk more than 8192 GiB",
    ),
    "new disk: another data center": Row(
        "POST /vms/{vm:lab01}/diskattachments",
        attachment(disk("data-web")),
        409,
        "The target Data Center does not contain the Virtual Machine.",
        elsewhere,
    ),
    "new disk: VM locked": Row(
        VM_ATTACHMENTS,
        attachment(disk("data-web")),
        409,
        "Cannot add Virtual Disk: VM is locked.",
        put("vm", "app01", status="image_locked"),
    ),
    "attach: disk illegal": Row(
        VM_ATTACHMENTS,
        known("{disk:archive2025}"),
        400,
        "Disks in an illegal state can only be deleted.",
        put("disk", "archive2025", status="illegal"),
    ),
    "attach: disk locked": Row(
        VM_ATTACHMENTS,
        known("{disk:archive2025}"),
        409,
        "Cannot attach Virtual Disk: The following disks are locked: archive2025. Please try again in a few minutes.",
        put("disk", "archive2025", status="locked"),
    ),
    "attach: another data center": Row(
        "POST /vms/{vm:lab01}/diskattachments",
        known("{disk:archive2025}"),
        409,
        "The target Data Center does not contain the Virtual Disk.",
        elsewhere,
    ),
    "edit disk: locked": Row(
        "PUT /disks/{disk:archive2025}",
        "<disk><description>x</description></disk>",
        409,
        "Cannot edit Virtual Disk: The following disks are locked: archive2025.",
        put("disk", "archive2025", status="locked"),
    ),
    "edit disk: smaller": Row(
        "PUT /disks/{disk:archive2025}",
        "<disk><provisioned_size>1048576</provisioned_size></disk>",
        400,
        "New disk size must be larger than the current disk size.",
    ),
    "edit attachment: smaller": Row(
        "PUT /vms/{vm:app01}/diskattachments/{disk:app01_os}",
        attachment("<provisioned_size>1048576</provisioned_size>"),
        400,
        "New disk size must be larger than the current disk size.",
    ),
    "new VM: no template": Row(
        "POST /vms", f"<vm><name>fresh01</name>{CLUSTER}</vm>", 400, "Vm [template.id|name] required for add"
    ),
    "new VM: unknown cluster": Row(
        "POST /vms", new_vm("", cluster=f'<cluster id="{NOWHERE}"/>'), 400, "Cannot add VM. Cluster ID is not valid."
    ),
    "new VM: template locked": Row(
        "POST /vms",
        new_vm(""),
        409,
        "Template's Image is locked (temporarily).",
        put("template", "tmpl-win2022", status="locked"),
    ),
    "new VM: no active domain": Row(
        "POST /vms",
        new_vm(""),
        400,
        "not in active status or of an illegal type",
        put("storage_domain", "data-db", status="maintenance"),
    ),
    "new VM: thin and raw": Row(
        "POST /vms", new_vm(RAW), 400, "Thin provisioned template disks can not be defined as Raw."
    ),
    "edit VM: its id": Row("PUT /vms/{vm:app01}", f'<vm id="{NOWHERE}"/>', 409, "Attempt to set immutable field: id"),
    "edit VM: locked": Row(
        "PUT /vms/{vm:app01}",
        "<vm><comment>x</comment></vm>",
        409,
        "Cannot edit VM: VM is locked.",
        put("vm", "app01", status="image_locked"),
    ),
    "edit VM: name in use": Row("PUT /vms/{vm:app01}", "<vm><name>app02</name></vm>", 409, IN_USE),
    "edit VM: lease without HA": Row(
        "PUT /vms/{vm:app01}",
        f"<vm>{lease('{storage_domain:data-web}')}</vm>",
        409,
        "A VM lease was defined but high availability option is set to false.",
        put("vm", "app01", high_availability={"enabled": "false", "priority": "1"}),
    ),
    "edit VM: lease on a domain that is away": Row(
        "PUT /vms/{vm:app01}",
        f"<vm>{HA}{lease('{storage_domain:data-erp}')}</vm>",
        409,
        "The VM lease storage domain (data-erp) status is not active.",
        put("storage_domain", "data-erp", status="maintenance"),
    ),
    "edit VM: another lease while it runs": Row(
        "PUT /vms/{vm:app01}",
        f"<vm>{HA}{lease('{storage_domain:data-web}')}</vm>",
        409,
        "Hot swapping of VM leases is not supported, please",
        put("vm", "app01", status="up", lease={"storage_domain": {"id": NOWHERE}}),
    ),
    "delete VM: locked": Row(
        "DELETE /vms/{vm:app01}",
        None,
        409,
        "Cannot remove VM: VM is locked.",
        put("vm", "app01", status="image_locked"),
    ),
    "start: locked": Row(
        "POST /vms/{vm:app01}/start",
        "<action/>",
        409,
        "Cannot run VM: VM is locked.",
        put("vm", "app01", status="image_locked"),
    ),
    "suspend: down": Row("POST /vms/{vm:app01}/suspend", "<action/>", 409, "Cannot hibernate VM. VM is not up."),
    "template: unknown base": Row(
        "POST /templates",
        f'<template><name>fresh</name><vm id="{{vm:app01}}"/>{BASE}</template>',
        400,
        "Base Template does not exist for this Template Version.",
    ),
    "template: illegal disk": Row(
        "POST /templates",
        '<template><name>fresh</name><vm id="{vm:app01}"/></template>',
        500,
        "The following attached disks are in ILLEGAL status: app01_os",
        put("disk", "app01_os", status="illegal"),
    ),
    "template: locked disk": Row(
        "POST /templates",
        '<template><name>fresh</name><vm id="{vm:app01}"/></template>',
        409,
        "Cannot add Template: The following disks are locked: app01_os.",
        put("disk", "app01_os", status="locked"),
    ),
    "edit template: locked": Row(
        "PUT /templates/{template:tmpl-win2022}",
        "<template><comment>x</comment></template>",
        409,
        "Template is currently locked (temporarily).",
        put("template", "tmpl-win2022", status="locked"),
    ),
    "edit template: name in use": Row(
        "PUT /templates/{template:tmpl-win2022}",
        "<template><name>tmpl-debian12</name></template>",
        409,
        "The Template name is already in use",
    ),
    "delete template: Blank": Row(
        "DELETE /templates/{template:Blank}",
        None,
        400,
        "Cannot remove Template. Removing Blank Template is not allowed.",
    ),
    "delete template: protected": Row(
        "DELETE /templates/{template:tmpl-win2022}",
        None,
        409,
        "Cannot remove Template. Delete protection is enabled.",
        put("template", "tmpl-win2022", delete_protected="true"),
    ),
    "delete template: locked": Row(
        "DELETE /templates/{template:tmpl-win2022}",
        None,
        409,
        "Template's Image is locked (temporarily).",
        put("template", "tmpl-win2022", status="locked"),
    ),
    "snapshot: unknown VM": Row(f"POST /vms/{NOWHERE}/snapshots", SHOT, 404, ""),
    "snapshot: no description": Row(SNAPSHOTS, "<snapshot/>", 400, "Snapshot [description] required for add"),
    "snapshot: VM locked": Row(
        SNAPSHOTS, SHOT, 409, "Cannot create Snapshot: VM is locked.", put("vm", "app01", status="image_locked")
    ),
    "snapshot: another under way": Row(
        SNAPSHOTS, SHOT, 409, "The VM is performing an operation on a Snapshot.", snapshot("app01", "locked")
    ),
    "snapshot: previewing": Row(SNAPSHOTS, SHOT, 409, "VM is previewing a Snapshot.", snapshot("app01", "in_preview")),
    "snapshot: locked disk": Row(
        SNAPSHOTS,
        SHOT,
        409,
        "Cannot create Snapshot: The following disks are locked: app01_os.",
        put("disk", "app01_os", status="locked"),
    ),
    "preview: no snapshot": Row(
        "POST /vms/{vm:legacy01}/previewsnapshot",
        "<action/>",
        400,
        "Parameter 'snapshot.id' is mandatory but was not provided.",
    ),
    "preview: VM runs": Row(
        "POST /vms/{vm:legacy01}/previewsnapshot",
        PREVIEW,
        409,
        "Cannot preview Snapshot. At least one of the VMs is not down.",
        put("vm", "legacy01", status="up"),
    ),
    "undo: nothing previewed": Row(
        "POST /vms/{vm:legacy01}/undosnapshot",
        "<action/>",
        400,
        "Cannot revert to Snapshot. VM's Snapshot does not exist.",
    ),
    "live move: shareable": Row(
        "POST /disks/{disk:web01_os}/move",
        f"<action>{TO % 'data-db'}</action>",
        409,
        "Cannot move a shareable Virtual Disk (web01_os).",
        put("disk", "web01_os", shareable="true"),
    ),
    "live move: snapshot under way": Row(
        "POST /disks/{disk:web01_os}/move",
        f"<action>{TO % 'data-db'}</action>",
        409,
        "The VM is performing an operation on a Snapshot.",
        snapshot("web01", "locked"),
    ),
    "export: unknown domain": Row(
        "POST /vms/{vm:app01}/export",
        f'<action><storage_domain id="{NOWHERE}"/></action>',
        400,
        "Cannot export VM. Storage Domain doesn't exist.",
    ),
    "export: a data domain": Row(
        "POST /vms/{vm:app01}/export",
        f"<action>{TO % 'data-web'}</action>",
        400,
        "The specified domain 'data-web' is not an export domain.",
    ),
    "export: a domain that is away": Row(
        "POST /vms/{vm:app01}/export",
        f"<action>{TO % 'data-web'}</action>",
        409,
        "Cannot export VM.",
        put("storage_domain", "data-web", type="export", status="maintenance"),
    ),
    "export: VM runs": Row(
        "POST /vms/{vm:web01}/export",
        f"<action>{TO % 'data-erp'}</action>",
        409,
        "Cannot export VM. At least one of the VMs is not down.",
        put("storage_domain", "data-erp", type="export"),
    ),
    "clone: no name": Row(
        "POST /vms/{vm:app01}/clone", "<action/>", 400, "Parameter 'vm.name' is mandatory but was not provided."
    ),
    "clone: name in use": Row("POST /vms/{vm:app01}/clone", CLONE.format("app02", ""), 409, IN_USE),
    "clone: unknown domain": Row(
        "POST /vms/{vm:app01}/clone",
        CLONE.format("fresh01", f'<storage_domain id="{NOWHERE}"/>'),
        400,
        "Cannot add VM. Storage Domain doesn't exist.",
    ),
    "clone: a domain that is away": Row(
        "POST /vms/{vm:app01}/clone",
        CLONE.format("fresh01", TO % "data-erp"),
        409,
        "Cannot add VM.",
        put("storage_domain", "data-erp", status="maintenance"),
    ),
    "pool: no name": Row(
        "POST /vmpools",
        f"<vm_pool>{CLUSTER}{WIN}</vm_pool>",
        400,
        "VmPool [name] required for add",
    ),
    "pool: name in use": Row(
        "POST /vmpools",
        f"<vm_pool><name>desks</name>{CLUSTER}{WIN}</vm_pool>",
        409,
        "The VM-Pool name is already in use",
        pool,
    ),
    "disk: critically low on space": Row(
        "POST /disks",
        f"<disk>{disk('data-web')}</disk>",
        409,
        "Cannot add Virtual Disk. Low disk space on Storage Domain data-web.",
        put("storage_domain", "data-web", available=str(4 * GIB), critical_space_action_blocker="5"),
    ),
    "disk: a size that is none": Row(
        "POST /disks",
        "<disk><name>fresh</name><provisioned_size>x</provisioned_size></disk>",
        400,
        "For correct usage, see",
    ),
    "edit attachment: unknown": Row("PUT /vms/{vm:app01}/diskattachments/" + NOWHERE, PLUG, 404, ""),
    "detach: unknown VM": Row(f"DELETE /vms/{NOWHERE}/diskattachments/{NOWHERE}", None, 404, ""),
    "new VM: no cluster": Row("POST /vms", new_vm("", cluster=""), 400, "Vm [cluster.id|name] required for add"),
    "new VM: an empty cluster": Row(
        "POST /vms", new_vm("", cluster="<cluster><comment/></cluster>"), 400, "Vm [cluster.id|name] required for add"
    ),
    "new VM: no such cluster": Row(
        "POST /vms", new_vm("", cluster="<cluster><name>none</name></cluster>"), 404, "Cluster: name=none"
    ),
    "new VM: no such template": Row("POST /vms", new_vm("", template="none"), 404, "GetVmTemplate"),
    "new VM: a malformed id": Row("POST /vms", f'<vm id="x"><name>fresh01</name>{CLUSTER}{BLANK}</vm>', 400, ""),
    "new VM: a memory that is none": Row("POST /vms", new_vm("<memory>much</memory>"), 400, "For correct usage, see"),
    "new VM: a name with a blank": Row(
        "POST /vms",
        f"<vm><name>fresh 01</name>{CLUSTER}{BLANK}</vm>",
        400,
        "Can not add VM. The given name contains special characters.",
    ),
    "edit VM: unknown": Row(f"PUT /vms/{NOWHERE}", "<vm/>", 404, ""),
    "edit template: unknown": Row(f"PUT /templates/{NOWHERE}", "<template/>", 404, ""),
    "delete template: unknown": Row(f"DELETE /templates/{NOWHERE}", None, 404, ""),
    "delete VM: suspended": Row(
        "DELETE /vms/{vm:app01}",
        None,
        409,
        "Cannot remove VM that its state is not down.",
        put("vm", "app01", status="suspended"),
    ),
    "delete snapshot: unknown": Row("DELETE /vms/{vm:app01}/snapshots/" + NOWHERE, None, 404, ""),
    "undo: unknown VM": Row(f"POST /vms/{NOWHERE}/undosnapshot", "<action/>", 404, ""),
    "stop: unknown VM": Row(f"POST /vms/{NOWHERE}/stop", "<action/>", 400, "Cannot stop VM. VM is not found."),
    "stop: a malformed id": Row("POST /vms/x/stop", "<action/>", 404, ""),
    "export: unknown VM": Row(f"POST /vms/{NOWHERE}/export", "<action/>", 404, ""),
    "clone: unknown VM": Row(f"POST /vms/{NOWHERE}/clone", "<action/>", 404, ""),
    "delete pool: unknown": Row(f"DELETE /vmpools/{NOWHERE}", None, 404, ""),
    "import: its cluster is not here": Row(
        IMPORT, import_of("app01"), 400, "Cannot import VM. The relevant Cluster doesn't exist.", exported("cluster")
    ),
    "import: name in use": Row(
        IMPORT, import_of("app02"), 409, "Import VM failed - VM Name already exists in the Data Center.", exported()
    ),
    "import: a disk on an unknown domain": Row(
        IMPORT, import_of("fresh01", NOWHERE), 400, "Cannot import VM. Storage Domain doesn't exist.", exported()
    ),
    "import: a disk on a domain that is away": Row(
        IMPORT,
        import_of("fresh01", "{storage_domain:data-db}"),
        409,
        "Cannot import VM. The relevant Storage Domain's status is Maintenance.",
        exported("data-db"),
    ),
    "delete VM: of a pool": Row(
        "DELETE /vms/{vm:desks-1}", None, 409, "Cannot remove VM. VM is attached to a VM Pool.", pool
    ),
    "delete VM: snapshot under way": Row(
        "DELETE /vms/{vm:app01}",
        None,
        409,
        "Cannot remove VM. The VM is performing an operation on a Snapshot.",
        snapshot("app01", "locked"),
    ),
}


def sent(client: Client, row: Row) -> Any:
    """Puts the estate into the row's state and sends its request."""
    row.state(client)
    method, path = filled(client, row.request).split(" ")
    body = filled(client, row.body) if row.body is not None else None
    if body is not None and "{snapshot}" in body:
        vm = client.site.named("vm", "legacy01")
        assert vm is not None
        body = body.replace(
            "{snapshot}", next(s["id"] for s in vm.subs["snapshots"] if s["snapshot_type"] == "regular")
        )
    return client.send(method, path, body)


@pytest.mark.parametrize("name", ROWS)
def test_a_request_is_refused(primary: Client, name: str) -> None:
    row = ROWS[name]
    answer = sent(primary, row)
    assert answer.status_code == row.status, answer.text
    text = answer.text.replace("&apos;", "'").replace("&#39;", "'")
    assert row.words in text


NEEDED = ("import", "new disk: another", "attach: another", "export", "delete VM: of a pool", "edit VM: lease without")
"""Requests that would make no sense, or be refused in other words, without their state."""


@pytest.mark.parametrize(
    "name", [n for n, row in ROWS.items() if row.state is not nothing and not n.startswith(NEEDED)]
)
def test_without_the_state_it_is_not(primary: Client, name: str) -> None:
    row = ROWS[name]
    answer = sent(primary, Row(row.request, row.body, row.status, row.words))
    assert row.words not in answer.text
