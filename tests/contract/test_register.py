# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Register calls of the recordings, made again on the drill estate: statuses, words, shapes, effects."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

Recordings = Callable[[str], dict[int, Any]]
FIRST = "04b-unregistered-register"


def mapping(kind: str, inner: str) -> str:
    """An action with one mapping of a kind."""
    entry = f"<registration_{kind}_mapping>{inner}</registration_{kind}_mapping>"
    return (
        "<action><cluster><name>dr</name></cluster><registration_configuration>"
        f"<{kind}_mappings>{entry}</{kind}_mappings></registration_configuration></action>"
    )


def fault(body: str) -> tuple[str | None, str | None]:
    """Detail and reason, with ids, tabs and addresses made alike."""
    detail = re.search(r"<detail>(.*?)</detail>", body, re.DOTALL)
    reason = re.search(r"<reason>(.*?)</reason>", body)
    if detail is None or reason is None:
        return None, None
    text = re.sub(r"https?://[^/]*?(/ovirt-engine/api)?doc", "DOC", detail.group(1))
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "~", text), reason.group(1)


FROM, TO = "<from><name>a</name></from>", "<to><name>a</name></to>"
BEFORE_VALIDATION = [
    (88, "<action><cluster><name>nope</name></cluster></action>"),
    (91, '<action><cluster id="xyz"/></action>'),
    (97, mapping("cluster", TO)),
    (98, mapping("cluster", FROM)),
    (99, mapping("role", TO)),
    (100, mapping("role", FROM)),
    (101, mapping("domain", TO)),
    (102, mapping("domain", FROM)),
    (103, mapping("affinity_group", TO)),
    (104, mapping("affinity_group", FROM)),
    (105, mapping("affinity_label", TO)),
    (106, mapping("affinity_label", FROM)),
    (109, mapping("lun", TO)),
    (110, mapping("lun", "<from><lun_storage/></from>")),
    (114, mapping("cluster", FROM + TO + "</registration_cluster_mapping><registration_cluster_mapping>" + FROM + TO)),
    (115, mapping("role", FROM + "<to><id/></to>")),
]
VALIDATED = [
    (89, "mail01", '<action><cluster id="33333333-3333-3333-3333-333333333333"/></action>'),
    (116, "db01", "<action><cluster><name>dr</name></cluster></action>"),
    (118, "web01", "<action><cluster><name>dr</name></cluster></action>"),
    (154, "mail01", "<action><cluster><name>dr</name></cluster><clone>true</clone><vm><name>x</name></vm></action>"),
]


@pytest.mark.parametrize(("number", "body"), BEFORE_VALIDATION)
def test_refused_before_validation(recordings: Recordings, recovery: Any, number: int, body: str) -> None:
    record, domain = recordings(FIRST)[number], recovery.domain("data-web")
    answer = recovery.post(f"/storagedomains/{domain}/vms/{recovery.unregistered('mail01')}/register", body)
    assert answer.status_code == record["status"]
    assert fault(answer.text.replace("name=nope", "name=nope")) == fault(record["response"])
    assert ("<action>" in answer.text) == ("<action>" in record["response"])
    assert answer.headers["Content-Type"] == record["response_headers"]["Content-Type"]


@pytest.mark.parametrize(("number", "name", "body"), VALIDATED)
def test_refused_by_validation(recordings: Recordings, recovery: Any, number: int, name: str, body: str) -> None:
    record = recordings(FIRST)[number]
    domain = recovery.domain("data-db" if name.startswith("db") else "data-web")
    answer = recovery.post(f"/storagedomains/{domain}/vms/{recovery.unregistered(name)}/register", body)
    assert answer.status_code == record["status"]
    assert fault(answer.text) == fault(record["response"])
    if "xml" in answer.headers["Content-Type"]:
        theirs = {node.tag for node in etree.fromstring(record["response"].encode())}
        assert {node.tag for node in etree.fromstring(answer.content)} == theirs


def test_unknown_ids(recordings: Recordings, recovery: Any) -> None:
    held, domain = recordings(FIRST), recovery.domain("data-web")
    body = "<action><cluster><name>dr</name></cluster></action>"
    unknown = "33333333-3333-3333-3333-333333333333"
    for number, path in (
        (87, f"/storagedomains/{domain}/vms/{unknown}/register"),
        (94, f"/storagedomains/{domain}/vms/xyz/register"),
        (195, f"/storagedomains/{domain}/templates/{unknown}/register"),
        (188, f"/storagedomains/{domain}/disks/{unknown}/register"),
    ):
        answer = recovery.post(path, body)
        assert answer.status_code == held[number]["status"], path
        assert fault(answer.text) == fault(held[number]["response"]), path


def test_register_answer_job_and_vm(recordings: Recordings, recovery: Any) -> None:
    held, domain = recordings(FIRST), recovery.domain("data-web")
    identity = recovery.unregistered("mail01")
    path = f"/storagedomains/{domain}/vms/{identity}/register"
    answer = recovery.send(
        "POST",
        path,
        "<action/>".replace("/>", "><cluster><name>dr</name></cluster></action>"),
        **{"Correlation-Id": "corr1"},
    )
    theirs = etree.fromstring(held[119]["response"].encode())
    ours = etree.fromstring(answer.content)
    assert answer.status_code == held[119]["status"]
    assert [node.tag for node in ours] == [node.tag for node in theirs]
    assert ours.findtext("status") == theirs.findtext("status")
    job = etree.fromstring(recovery.get("/jobs?search=correlation_id%3Dcorr1").content)[0]
    known = etree.fromstring(held[144]["response"].encode())[0]
    assert [node.tag for node in job] == [node.tag for node in known]
    assert (job.findtext("status"), job.findtext("description")) == (
        "finished",
        "Importing VM mail01 from configuration to Cluster dr",
    )
    again = recovery.post(path, "<action><cluster><name>dr</name></cluster></action>")
    assert (again.status_code, fault(again.text)[1]) == (held[92]["status"], fault(held[92]["response"])[1])
    assert str(fault(again.text)[0]) == str(fault(held[92]["response"])[0])
    free = recovery.post(
        path, "<action><cluster><name>dr</name></cluster><reassign_bad_macs>true</reassign_bad_macs></action>"
    )
    assert str(fault(free.text)[0]) == str(fault(held[225]["response"])[0]).replace("rec_three", "mail01")


def test_registered_vm_has_the_recorded_elements(recordings: Recordings, recovery: Any) -> None:
    domain = recovery.domain("data-web")
    identity = recovery.unregistered("mail01")
    listed = etree.fromstring(recovery.get(f"/storagedomains/{domain}/vms;unregistered").content)
    entry = next(vm for vm in listed if vm.get("id") == identity)
    known = next(
        vm
        for vm in etree.fromstring(recordings("07-dr")[96]["response"].encode())
        if vm.findtext("name") == "rec_dx_lun"
    )
    assert [node.tag for node in entry] == [node.tag for node in known]
    recovery.post(
        f"/storagedomains/{domain}/vms/{identity}/register", "<action><cluster><name>dr</name></cluster></action>"
    )
    ours = etree.fromstring(recovery.get(f"/vms/{identity}").content)
    theirs = etree.fromstring(recordings("07-dr")[101]["response"].encode())
    assert [node.tag for node in ours if node.tag != "link"] == [node.tag for node in theirs if node.tag != "link"]
    assert ours.findtext("display/type") == theirs.findtext("display/type")


def test_async_register(recordings: Recordings, recovery: Any) -> None:
    held, domain = recordings(FIRST)[168], recovery.domain("data-web")
    path = f"/storagedomains/{domain}/vms/{recovery.unregistered('mail01')}/register"
    answer = recovery.post(path, "<action><cluster><name>dr</name></cluster><async>true</async></action>")
    ours, theirs = etree.fromstring(answer.content), etree.fromstring(held["response"].encode())
    assert answer.status_code == held["status"]
    assert [node.tag for node in ours] == [node.tag for node in theirs]
    assert str(ours.get("href")).endswith("/register/")
    assert (ours.get("id"), ours.findtext("status")) == (theirs.get("id"), theirs.findtext("status"))


def test_what_a_partial_import_leaves_out_is_told(recordings: Recordings, recovery: Any) -> None:
    domain = recovery.domain("data-db")
    path = f"/storagedomains/{domain}/vms/{recovery.unregistered('db01')}/register"
    body = "<action><cluster><name>dr</name></cluster><allow_partial_import>true</allow_partial_import></action>"
    assert recovery.send("POST", path, body, **{"Correlation-Id": "part"}).status_code == 200
    events = etree.fromstring(recovery.get("/events?search=correlation_id%3Dpart").content)
    known = etree.fromstring(recordings(FIRST)[224]["response"].encode())
    assert [event.findtext("code") for event in events] == [event.findtext("code") for event in known]
    assert [[node.tag for node in event] for event in events] == [[node.tag for node in event] for event in known]
    assert "Disks: db01_erp " in str(events[1].findtext("description"))


def test_templates(recordings: Recordings, recovery: Any) -> None:
    held, domain = recordings(FIRST), recovery.domain("data-web")
    body = "<action><cluster><name>dr</name></cluster></action>"
    rows = [entry for entry in recovery.site.unregistered[domain].values() if entry.kind == "template"]
    version = next(entry for entry in rows if entry.template != entry.id)
    refused = recovery.post(f"/storagedomains/{domain}/templates/{version.id}/register", body)
    assert (refused.status_code, fault(refused.text)) == (held[194]["status"], fault(held[194]["response"]))
    base = f"/storagedomains/{domain}/templates/{version.template}/register"
    clone = recovery.post(base, body.replace("</action>", "<clone>true</clone></action>"))
    record = recordings("04c-register-second-round")[84]
    assert (clone.status_code, fault(clone.text)) == (record["status"], fault(record["response"]))
    done = recovery.post(base, body)
    assert done.status_code == 200
    assert [node.tag for node in etree.fromstring(done.content)] == ["cluster", "job", "status", "template"]
    again = recovery.post(base, body)
    assert (again.status_code, fault(again.text)) == (held[204]["status"], fault(held[204]["response"]))
    assert recovery.post(f"/storagedomains/{domain}/templates/{version.id}/register", body).status_code == 200


def test_disks(recordings: Recordings, recovery: Any) -> None:
    held, domain = recordings(FIRST), recovery.domain("data-db")
    center = recovery.id("data_center", "Recovery")
    listed = etree.fromstring(recovery.get(f"/storagedomains/{domain}/disks;unregistered").content)
    disk = next(node for node in listed if node.findtext("name") == "archive2025")
    known = etree.fromstring(recordings("07-dr")[98]["response"].encode())[0]
    assert [n.tag for n in disk if n.tag != "link"] == [n.tag for n in known if n.tag != "link"]
    base = f"/datacenters/{center}/storagedomains/{domain}/disks/{disk.get('id')}/register"
    done = recovery.post(base, "<action/>")
    theirs = etree.fromstring(held[177]["response"].encode())
    assert done.status_code == held[177]["status"]
    assert [node.tag for node in etree.fromstring(done.content)] == [node.tag for node in theirs]
    again = recovery.post(base, "<action/>")
    assert str(fault(again.text)[0]) == str(fault(held[185]["response"])[0]).replace("rec_f1", "archive2025")
    assert again.status_code == held[185]["status"]


def test_a_left_over_lun_disk_breaks_the_engine(recordings: Recordings, primary: Any, recovery: Any) -> None:
    """Fail over with another LUN, detach at the primary (its LUN disk stays), come back: the answer is 200."""
    held = recordings("07-dr")
    twin, lun = primary.twin, "360014055a5a5a5a0000000200000002"
    storage = primary.site
    file01 = storage.named("vm", "file01")
    disk = next(d for d in storage.disks_of(file01) if "lun_storage" in d.data)
    domain, center = primary.id("storage_domain", "data-web"), primary.id("data_center", "Production")
    with storage.lock:
        for vm in list(storage.all("vm")):
            vm.set(status="down")
    primary.post(f"/datacenters/{center}/storagedomains/{domain}/deactivate", "<action/>")
    primary.twin.clock.sleep(0.3)
    assert primary.send("DELETE", f"/datacenters/{center}/storagedomains/{domain}").status_code == 200
    assert primary.get(f"/vms/{file01.id}").status_code == 404
    assert primary.get(f"/disks/{disk.id}").status_code == 200
    entry = twin.storage.contents[domain].ovf[file01.id]
    unit = next(d for d in entry.disks if d.lun).record["lun_storage"]["logical_units"]["logical_unit"]
    unit.update(
        {"id": lun.replace("a5a5", "b5b5"), "address": "192.0.2.150", "target": "iqn.2026-01.example.site-b:san"}
    )
    unit["id"] = "360014055b5b5b5b0000000200000002"
    assert primary.post(f"/datacenters/{center}/storagedomains", f'<storage_domain id="{domain}"/>').status_code == 201
    body = "<action><cluster><name>prod</name></cluster><allow_partial_import>true</allow_partial_import></action>"
    register = primary.post(f"/storagedomains/{domain}/vms/{file01.id}/register", body)
    assert register.status_code == held[241]["status"]
    for path, number in ((f"/disks/{disk.id}", 250), (f"/vms/{file01.id}/diskattachments?follow=disk", 251)):
        assert primary.get(path).status_code == held[number]["status"]
    assert fault(primary.get(f"/disks/{disk.id}").text) == fault(held[250]["response"])
    for host in storage.all("host"):
        answer = primary.get(f"/hosts/{host.id}/storage")
        assert answer.status_code == held[252]["status"]
        assert "<detail>duplicate key " in answer.text
    assert primary.send("DELETE", f"/disks/{disk.id}").status_code == held[258]["status"]
