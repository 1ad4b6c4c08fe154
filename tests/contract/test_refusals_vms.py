# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals around VMs, templates and their snapshots that no recording shows."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.ovirt_dr.storage.tests.contract.conftest import Client
from ansible_collections.ovirt_dr.storage.tests.contract.refusing import NOWHERE, Refused, check

LOCKED = {"vm.web02": {"status": "image_locked"}}
TEMPLATE = "<template><name>{}</name><vm id='{{vm.web02}}'/>{}</template>"
ADD = "<vm><name>fresh</name><cluster>{}</cluster>{}</vm>"


def snapshots(**fields: str) -> Any:
    """Changes the snapshots of web02."""

    def change(client: Client) -> None:
        vm = client.site.named("vm", "web02")
        assert vm is not None
        vm.subs["snapshots"] = [{**one, **fields} for one in vm.subs["snapshots"]]

    return change


def disk(status: str) -> dict[str, dict[str, str]]:
    """The disk of web02 in a state."""
    return {"disk.web02_os": {"status": status}}


CASES = [
    # edit
    Refused(f"PUT /vms/{NOWHERE}", 404, body="<vm/>"),
    Refused(
        "PUT /vms/{vm.web02}",
        409,
        "Attempt to set immutable field: id",
        "<vm id='11111111-2222-3333-4444-555555555555'/>",
    ),
    Refused("PUT /vms/{vm.web02}", 409, "The VM name is already in use", "<vm><name>web03</name></vm>"),
    # remove
    Refused(
        "DELETE /vms/{vm.web02}", 409, "Delete protection is enabled.", None, {"vm.web02": {"delete_protected": "true"}}
    ),
    # add
    Refused("POST /vms", 400, "Vm [template.id|name] required for add", ADD.format("<name>prod</name>", "")),
    Refused("POST /vms", 400, "Vm [cluster.id|name] required for add", ADD.format("<comment>x</comment>", "")),
    Refused(
        "POST /vms",
        400,
        "Cannot add VM. Cluster ID is not valid.",
        f"<vm><name>fresh</name><cluster id='{NOWHERE}'/><template><name>Blank</name></template></vm>",
    ),
    # start
    Refused(
        "POST /vms/{vm.web02}/start",
        409,
        "There is no host that satisfies current scheduling constraints.",
        "<action/>",
        {"host.hv-a1": {"status": "maintenance"}, "host.hv-a2": {"status": "maintenance"}},
    ),
    Refused("POST /vms/{vm.web02}/start", 500, "java.lang.ClassCastException", "<vm/>"),
    # clone
    Refused(f"POST /vms/{NOWHERE}/clone", 404, body="<action/>"),
    Refused("POST /vms/{vm.web02}/clone", 400, "Parameter 'vm.name' is mandatory", "<action/>"),
    Refused(
        "POST /vms/{vm.web02}/clone",
        400,
        "Cannot add VM.",
        f"<action><vm><name>fresh</name></vm><storage_domain id='{NOWHERE}'/></action>",
    ),
    Refused(
        "POST /vms/{vm.web02}/clone",
        409,
        "The VM name is already in use",
        "<action><vm><name>web03</name></vm></action>",
    ),
    Refused(
        "POST /vms/{vm.web02}/clone",
        409,
        "Cannot add VM. The relevant Storage Domain's status is Maintenance.",
        "<action><vm><name>fresh</name></vm><storage_domain><name>data-db</name></storage_domain></action>",
        {"storage_domain.data-db": {"status": "maintenance"}},
    ),
    # export
    Refused(f"POST /vms/{NOWHERE}/export", 404, body="<action/>"),
    Refused(
        "POST /vms/{vm.web02}/export",
        400,
        "Cannot export VM.",
        f"<action><storage_domain id='{NOWHERE}'/></action>",
    ),
    Refused(
        "POST /vms/{vm.web02}/export",
        409,
        "Cannot export VM. The relevant Storage Domain's status is Maintenance.",
        "<action><storage_domain id='{storage_domain.data-db}'/></action>",
        {"storage_domain.data-db": {"type": "export", "status": "maintenance"}},
    ),
    # snapshots
    Refused(f"POST /vms/{NOWHERE}/snapshots", 404, body="<snapshot><description>x</description></snapshot>"),
    Refused("POST /vms/{vm.web02}/snapshots", 400, "Snapshot [description] required for add", "<snapshot/>"),
    *(
        Refused(
            "POST /vms/{vm.web02}/snapshots", 409, words, "<snapshot><description>x</description></snapshot>", given
        )
        for words, given in (("web02_os", disk("locked")),)
    ),
    Refused(f"DELETE /vms/{{vm.web02}}/snapshots/{NOWHERE}", 404),
    Refused(
        "POST /vms/{vm.web02}/previewsnapshot",
        400,
        "Parameter 'snapshot.id' is mandatory but was not provided.",
        "<action/>",
    ),
    Refused(f"POST /vms/{NOWHERE}/undosnapshot", 404, body="<action/>"),
    # NICs
    Refused("POST /vms/{vm.web02}/nics", 400, "Nic [name] required for add", "<nic/>"),
    Refused(f"POST /vms/{NOWHERE}/nics", 404, body="<nic><name>nic9</name></nic>"),
    Refused(f"PUT /vms/{{vm.web02}}/nics/{NOWHERE}", 404, body="<nic><name>nic9</name></nic>"),
    Refused(
        "POST /vms/{vm.web02}/nics",
        400,
        "The specified VM network interface profile doesn't exist.",
        f"<nic><name>nic9</name><vnic_profile id='{NOWHERE}'/></nic>",
    ),
    # pools
    Refused(
        "POST /vmpools",
        400,
        "VmPool [template.id|name, cluster.id|name] required for add",
        "<vm_pool><name>p</name></vm_pool>",
    ),
    Refused(f"DELETE /vmpools/{NOWHERE}", 404),
    # templates
    Refused(f"PUT /templates/{NOWHERE}", 404, body="<template/>"),
    Refused(
        "PUT /templates/{template.tmpl-win2022}",
        409,
        "The Template name is already in use",
        "<template><name>tmpl-debian12</name></template>",
    ),
    Refused(f"DELETE /templates/{NOWHERE}", 404),
    Refused(
        "DELETE /templates/{template.tmpl-win2022}",
        409,
        "Cannot remove Template. Delete protection is enabled.",
        None,
        {"template.tmpl-win2022": {"delete_protected": "true"}},
    ),
    Refused(
        "POST /templates",
        500,
        "The following attached disks are in ILLEGAL status: web02_os",
        TEMPLATE.format("t9", ""),
        disk("illegal"),
    ),
    Refused("POST /templates", 409, "Cannot add Template: ", TEMPLATE.format("t9", ""), disk("locked")),
    # grants
    Refused(
        "POST /vms/{vm.web02}/permissions",
        400,
        "Invalid UUID string: 7",
        "<permission><role id='7'/><user id='{user.admin}'/></permission>",
    ),
    # affinity
    Refused(
        "PUT /clusters/{cluster.prod}/affinitygroups/{affinity_group.web-spread}",
        409,
        "Affinity Group name already exists.",
        "<affinity_group><name>other</name></affinity_group>",
        lambda client: client.send(
            "POST",
            f"/clusters/{client.id('cluster', 'prod')}/affinitygroups",
            "<affinity_group><name>other</name></affinity_group>",
        ),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_refused(primary: Client, case: Refused) -> None:
    check(primary, case)


def test_nics_that_are_in_use(primary: Client) -> None:
    web = primary.site.named("vm", "web01")
    app = primary.site.named("vm", "app01")
    assert web is not None
    assert app is not None
    plugged, (first, second) = web.subs["nics"][0], app.subs["nics"]
    check(primary, Refused(f"DELETE /vms/{web.id}/nics/{plugged['id']}", 409, "is plugged to a running VM."))
    check(
        primary,
        Refused(
            f"PUT /vms/{app.id}/nics/{second['id']}",
            409,
            "Network interface name is already in use",
            f"<nic><name>{first['name']}</name></nic>",
        ),
    )
    mac = plugged["mac"]["address"]
    check(
        primary,
        Refused(
            f"POST /vms/{app.id}/nics",
            409,
            f"MAC Address {mac} is already in use",
            f"<nic><name>nic9</name><mac><address>{mac}</address></mac></nic>",
        ),
    )
