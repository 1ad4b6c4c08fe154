# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of a register that no recording shows, and those of which a recording shows only one side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

INTO = "<action><cluster><name>dr</name></cluster>{}</action>"
Recordings = Callable[[str], dict[int, Any]]


def detail(answer: Any) -> str:
    """The words of a refusal, wherever the fault is."""
    return str(etree.fromstring(answer.content).findtext(".//detail"))


def register(client: Any, domain: str, name: str, more: str = "", kind: str = "vm") -> Any:
    """Registers an entity by name."""
    identity = client.unregistered(name, kind)
    return client.post(f"/storagedomains/{domain}/{kind}s/{identity}/register", INTO.format(more))


def center(client: Any) -> Any:
    return client.site.named("data_center", "Recovery")


def full_pool(client: Any) -> None:
    pool = next(iter(client.site.all("mac_pool")))
    pool.set(ranges={"range": {"from": "00:1a:4a:00:00:00", "to": "00:1a:4a:00:00:00"}})
    client.site.macs["00:1a:4a:00:00:00"] = {"somebody"}


def other_machine(client: Any) -> None:
    cluster = client.site.named("cluster", "dr")
    cluster.set(cpu={**cluster.data["cpu"], "architecture": "ppc64"})


VM_RULES: list[tuple[Callable[[Any], None], str, int, str]] = [
    (lambda c: center(c).set(status="problematic"), "", 409, "[Cannot import VM. Unknown Data Center status.]"),
    (other_machine, "", 400, "[Cannot import VM. The VM's architecture is not supported by the Cluster.]"),
    (
        full_pool,
        "<clone>true</clone><name>copy</name>",
        409,
        "[Cannot import VM. Not enough MAC addresses left in MAC Address Pool.]",
    ),
]


@pytest.mark.parametrize(("before", "more", "status", "words"), VM_RULES)
def test_a_vm_is_refused(recovery: Any, before: Callable[[Any], None], more: str, status: int, words: str) -> None:
    domain = recovery.domain("data-web")
    before(recovery)
    answer = register(recovery, domain, "mail01", more)
    assert (answer.status_code, detail(answer)) == (status, words)
    assert recovery.get(f"/vms/{recovery.unregistered('mail01')}").status_code == 404


TEMPLATE_RULES: list[tuple[Callable[[Any], None], int, str]] = [
    (lambda c: center(c).set(status="problematic"), 409, "[Cannot import Template. Unknown Data Center status.]"),
    (other_machine, 400, "[Cannot import Template. The Template's architecture is not supported by the Cluster.]"),
]


@pytest.mark.parametrize(("before", "status", "words"), TEMPLATE_RULES)
def test_a_template_is_refused(recovery: Any, before: Callable[[Any], None], status: int, words: str) -> None:
    domain = recovery.domain("data-web")
    before(recovery)
    name = next(e.name for e in recovery.site.unregistered[domain].values() if e.kind == "template")
    answer = register(recovery, domain, name, kind="template")
    assert (answer.status_code, detail(answer)) == (status, words)


def thin(client: Any, domain: str) -> Any:
    """The description of a VM that has a template."""
    rows = client.site.unregistered[domain].values()
    return next(e for e in rows if e.kind == "vm" and e.template != "00000000-0000-0000-0000-000000000000")


def with_templates(client: Any, domain: str) -> None:
    rows = [e for e in client.site.unregistered[domain].values() if e.kind == "template"]
    for entry in sorted(rows, key=lambda e: e.template != e.id):
        assert register(client, domain, entry.name, kind="template").status_code in (200, 400)


def test_a_thin_vm_waits_for_its_template(recovery: Any) -> None:
    domain = recovery.domain("data-web")
    vm = thin(recovery, domain)
    base = recovery.site.unregistered[domain][vm.template]
    place = f"/storagedomains/{domain}/templates/{base.template}/register"
    assert recovery.post(place, INTO.format("")).status_code == 200
    if base.template != base.id:
        answer = recovery.post(f"/storagedomains/{domain}/templates/{base.id}/register", INTO.format(""))
        assert answer.status_code == 200
    template = recovery.site.get("template", vm.template)
    template.set(status="locked")
    locked = recovery.post(f"/storagedomains/{domain}/vms/{vm.id}/register", INTO.format(""))
    assert (locked.status_code, detail(locked)) == (
        409,
        "[Cannot import VM. VM Template Image is locked. Please try again in a few minutes.]",
    )
    template.set(status="ok")
    disk, content = next(d for d in vm.disks if d.lun is None), recovery.twin.storage.contents[domain]
    content.backing[disk.record["id"]] = next(a["id"] for a in template.subs["disk_attachments"])
    recovery.site.get("disk", content.backing[disk.record["id"]]).set(storage_domains={"storage_domain": {"id": "x"}})
    elsewhere = recovery.post(f"/storagedomains/{domain}/vms/{vm.id}/register", INTO.format(""))
    assert (elsewhere.status_code, detail(elsewhere)) == (
        400,
        "[Cannot import VM. The selected Storage Domain does not contain the VM Template.]",
    )


def test_a_template_register_knows_no_async(recovery: Any) -> None:
    domain = recovery.domain("data-web")
    base = next(e for e in recovery.site.unregistered[domain].values() if e.kind == "template" and e.template == e.id)
    answer = register(recovery, domain, base.name, "<async>true</async>", kind="template")
    root = etree.fromstring(answer.content)
    assert (answer.status_code, root.findtext("status"), root.findtext("async")) == (200, "complete", "true")
    assert recovery.site.get("template", base.id).data["status"] == "ok"


def test_who_is_being_imported_is_not_imported_again(recovery: Any) -> None:
    domain = recovery.domain("data-web")
    recovery.site.hold("import mail01", 600.0)
    answer = register(recovery, domain, "mail01")
    assert (answer.status_code, detail(answer)) == (409, "[Cannot import VM. VM mail01 is being imported.]")
    base = next(e for e in recovery.site.unregistered[domain].values() if e.kind == "template" and e.template == e.id)
    recovery.site.hold(f"import {base.id}", 600.0)
    answer = register(recovery, domain, base.name, kind="template")
    assert (answer.status_code, detail(answer)) == (
        409,
        f"[Cannot import Template. Template {base.name} is being imported.]",
    )


def test_a_template_of_a_taken_name_and_without_a_cluster(recovery: Any) -> None:
    domain = recovery.domain("data-web")
    base = next(e for e in recovery.site.unregistered[domain].values() if e.kind == "template" and e.template == e.id)
    place = f"/storagedomains/{domain}/templates/{base.id}/register"
    nowhere = recovery.post(place, '<action><cluster id="33333333-3333-3333-3333-333333333333"/></action>')
    assert (nowhere.status_code, detail(nowhere)) == (
        400,
        "[Cannot import Template. The relevant Cluster doesn't exist.]",
    )
    blank = recovery.site.get("template", "00000000-0000-0000-0000-000000000000")
    blank.set(name=base.name)
    taken = recovery.post(place, INTO.format(""))
    assert (taken.status_code, detail(taken)) == (
        409,
        (
            "[Import Template failed - Template Name already exists in the Data Center. "
            "Please rename the Template in the Data Center first]"
        ),
    )


def test_a_template_whose_disks_are_there(recovery: Any) -> None:
    domain = recovery.domain("data-web")
    base = next(
        e
        for e in recovery.site.unregistered[domain].values()
        if e.kind == "template" and e.template == e.id and e.disks
    )
    disk = base.disks[0].record
    center_id = recovery.id("data_center", "Recovery")
    place = f"/datacenters/{center_id}/storagedomains/{domain}/disks/{disk['id']}/register"
    assert recovery.post(place, "<action/>").status_code == 200
    answer = register(recovery, domain, base.name, kind="template")
    assert (answer.status_code, detail(answer)) == (
        409,
        f"[Cannot import Template. The following disks already exist: {disk['name']}. Please import as a clone.]",
    )


def test_a_host_without_the_network(recovery: Any) -> None:
    """A VM with a NIC on a network that no host has is not started; unplugged the NIC is in nobody's way."""
    domain = recovery.domain("data-web")
    assert register(recovery, domain, "mail01").status_code == 200
    vm = recovery.site.named("vm", "mail01")
    host = next(h for h in recovery.site.all("host") if recovery.site.data_center_of(h) == center(recovery).id)
    profile = recovery.site.get("vnic_profile", vm.subs["nics"][0]["vnic_profile"]["id"])
    network = recovery.site.get("network", profile.ref("network"))
    for key in ("nics", "network_attachments"):
        host.subs[key] = [one for one in host.subs[key] if (one.get("network") or {}).get("id") != network.id]
    refused = recovery.post(f"/vms/{vm.id}/start", "<action/>")
    assert (refused.status_code, detail(refused)) == (
        409,
        (
            "[Cannot run VM. There is no host that satisfies current scheduling constraints. See below for details:, "
            f"The host {host.name} did not satisfy internal filter Network because "
            f"network(s) {network.name} are missing.]"
        ),
    )
    vm.subs["nics"] = [{**nic, "plugged": "false"} for nic in vm.subs["nics"]]
    recovery.site.importing.clear()
    assert recovery.post(f"/vms/{vm.id}/start", "<action/>").status_code == 200


def test_an_image_without_a_name_gets_one(recovery: Any) -> None:
    domain, center_id = recovery.domain("data-db"), recovery.id("data_center", "Recovery")
    content = recovery.twin.storage.contents[domain]
    identity, image = next((k, v) for k, v in content.disks.items() if recovery.site.get("disk", k) is None)
    content.disks[identity] = {**image, "name": "", "alias": ""}
    place = f"/datacenters/{center_id}/storagedomains/{domain}/disks/{identity}"
    assert recovery.post(f"{place}/register", "<action/>").status_code == 200
    assert recovery.site.get("disk", identity).name.startswith("RegisteredDisk_2")
    assert recovery.send("DELETE", place).status_code == 409


def test_the_old_way_to_register_a_disk(recordings: Recordings, recovery: Any) -> None:
    held, domain = recordings("04b-unregistered-register"), recovery.domain("data-db")
    identity = next(k for k in recovery.twin.storage.contents[domain].disks if recovery.site.get("disk", k) is None)
    place = f"/storagedomains/{domain}/disks"
    body = f'<disk id="{identity}"><alias>other</alias></disk>'
    assert recovery.post(place, body).status_code == 405
    answer = recovery.post(f"{place};unregistered", body)
    theirs, ours = etree.fromstring(held[189]["response"].encode()), etree.fromstring(answer.content)
    assert answer.status_code == held[189]["status"]
    assert {node.tag for node in ours} == {node.tag for node in theirs}
    assert ours.findtext("alias") == recovery.site.get("disk", identity).name == "other"
    assert answer.headers["Location"].endswith(f"/ovirt-engine/api/storagedomains/{domain}/disks/{identity}")
    unknown = recovery.post(f"{place};unregistered", held[191]["request"])
    assert (unknown.status_code, detail(unknown)) == (404, detail_of(held[191]))
    nameless = recovery.post(f"{place};unregistered", "<disk/>")
    assert (nameless.status_code, "candidate can not be null" in nameless.text) == (held[192]["status"], True)


def detail_of(record: Any) -> str:
    return str(etree.fromstring(record["response"].encode()).findtext(".//detail"))


def test_a_disk_that_is_known_is_left_out_of_a_clone_only(recovery: Any) -> None:
    """Found on a running engine: a partial import does not leave out a disk that is known; one as a clone does."""
    domain = recovery.domain("data-db")
    entry = recovery.site.unregistered[domain][recovery.unregistered("db01")]
    known = entry.disks[0].record
    place = (
        f"/datacenters/{recovery.id('data_center', 'Recovery')}/storagedomains/{domain}/disks/{known['id']}/register"
    )
    assert recovery.post(place, "<action/>").status_code == 200
    partial, clone = "<allow_partial_import>true</allow_partial_import>", "<clone>true</clone><name>two</name>"
    words = f"[Cannot import VM. The following disks already exist: {known['name']}. Please import as a clone.]"
    for more in ("", partial, clone):
        answer = register(recovery, domain, "db01", more)
        assert (answer.status_code, detail(answer)) == (409, words), more
    assert register(recovery, domain, "db01", clone + partial).status_code == 200
    assert recovery.site.named("vm", "two").subs["disk_attachments"] == []
