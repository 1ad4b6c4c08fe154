# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a register leaves behind: ids that stay and ids that are new, jobs with their steps, rights that are handed
down."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

INTO = "<action><cluster><name>dr</name></cluster>{}</action>"


def register(client: Any, domain: str, name: str, more: str = "", kind: str = "vm") -> Any:
    """Registers an entity by name."""
    identity = client.unregistered(name, kind)
    return client.post(f"/storagedomains/{domain}/{kind}s/{identity}/register", INTO.format(more))


def ids(vm: Any, key: str) -> list[str]:
    return [str(member["id"]) for member in vm.subs[key]]


def test_a_clone_gets_ids_of_its_own_everywhere(recovery: Any) -> None:
    domain = recovery.domain("data-web")
    entry = recovery.site.unregistered[domain][recovery.unregistered("mail01")]
    answer = register(recovery, domain, "mail01", "<clone>true</clone><name>copy</name>")
    assert answer.status_code == 200, answer.text
    vm = recovery.site.named("vm", "copy")
    assert vm.id != entry.id
    assert ids(vm, "disk_attachments") != [disk.record["id"] for disk in entry.disks]
    assert ids(vm, "snapshots") != [snapshot["id"] for snapshot in entry.snapshots]
    assert not {nic["mac"]["address"] for nic in vm.subs["nics"]} & {nic.mac for nic in entry.nics}
    copied = recovery.site.get("disk", ids(vm, "disk_attachments")[0])
    assert copied.id not in recovery.twin.storage.contents[domain].disks
    assert entry.id not in recovery.site.unregistered[domain]


def test_a_vm_keeps_its_disks_and_gets_a_new_active_snapshot(recovery: Any) -> None:
    domain = recovery.domain("data-web")
    app, mail = (recovery.site.unregistered[domain][recovery.unregistered(name)] for name in ("app01", "mail01"))
    older = {**app.snapshots[0], "id": "5" * 8 + "-5555-5555-5555-" + "5" * 12, "snapshot_type": "regular"}
    object.__setattr__(app, "snapshots", (older, *app.snapshots))
    for entry in (app, mail):
        assert register(recovery, domain, entry.name).status_code == 200
        vm = recovery.site.get("vm", entry.id)
        assert ids(vm, "disk_attachments") == [disk.record["id"] for disk in entry.disks]
        kept = ids(vm, "snapshots") == [snapshot["id"] for snapshot in entry.snapshots]
        assert kept == (entry is app)


def test_a_register_is_a_job_with_steps_and_a_refused_one_a_failed_job(recovery: Any) -> None:
    domain = recovery.domain("data-web")
    answer = register(recovery, domain, "mail01")
    job = etree.fromstring(answer.content).find("job").get("id")
    steps = etree.fromstring(recovery.get(f"/jobs/{job}/steps").content)
    assert [step.findtext("type") for step in steps] == ["validating", "executing"]
    assert {step.findtext("status") for step in steps} == {"finished"}
    place = f"/storagedomains/{domain}/vms/33333333-3333-3333-3333-333333333333/register"
    assert recovery.post(place, INTO.format("")).status_code == 500
    jobs = etree.fromstring(recovery.get("/jobs").content)
    failed = [one.findtext("description") for one in jobs if one.findtext("status") == "failed"]
    assert failed == ["Importing VM <UNKNOWN> from configuration to Cluster dr"]


def test_who_brings_a_template_in_owns_it(recovery: Any) -> None:
    domain = recovery.domain("data-web")
    entry = next(e for e in recovery.site.unregistered[domain].values() if e.kind == "template" and e.template == e.id)
    place = f"/storagedomains/{domain}/templates/{entry.id}/register"
    assert recovery.post(place, INTO.format("")).status_code == 200
    role = recovery.site.named("role", "TemplateOwner")
    assert role is not None
    held = etree.fromstring(recovery.get(f"/templates/{entry.id}/permissions").content)
    assert role.id in [one.find("role").get("id") for one in held]


@pytest.mark.parametrize("written", [True, False])
def test_only_stores_that_were_written_become_disks(recovery: Any, written: bool) -> None:
    identity, image = "3" * 8 + "-3333-3333-3333-" + "3" * 12, {"content_type": "ovf_store", "name": "OVF_STORE"}
    for content in recovery.twin.storage.contents.values():
        content.written = written
        for held in list(content.disks.values())[:1]:
            content.disks[identity] = {**held, **image, "id": identity}
    recovery.domain("data-web")
    assert (recovery.site.get("disk", identity) is not None) == written


def test_a_new_cluster_has_the_rights_of_the_system(recovery: Any) -> None:
    center, role = recovery.id("data_center", "Recovery"), recovery.site.named("role", "SuperUser")
    grant = {"id": recovery.site.new_id(), "role": {"id": role.id}, "user": {"id": recovery.site.user().id}}
    old = recovery.site.named("cluster", "dr")
    old.subs["permissions"] = [{**grant, "cluster": {"id": old.id}}]
    body = (
        f'<cluster><name>more</name><data_center id="{center}"/><cpu><type>Intel Nehalem Family</type></cpu></cluster>'
    )
    made = recovery.post("/clusters", body)
    assert made.status_code == 201, made.text
    cluster = etree.fromstring(made.content).get("id")

    rows = etree.fromstring(recovery.get(f"/clusters/{cluster}/permissions").content)
    assert [row.get("id") for row in rows] == [grant["id"]]
