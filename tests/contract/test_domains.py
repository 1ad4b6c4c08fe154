# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage domains of the recordings: import, attach, deactivate, detach, remove, and all that was refused."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

Recordings = Callable[[str], dict[int, Any]]
NAMES = {"rec_host2": "hv-b1", "rec_host4": "hv-b1", "nfs.rec": "nfs-b.example", "rec_m2": "dr-master"}


def fault(body: str) -> tuple[str | None, str | None]:
    """Detail and reason, ids made alike."""
    detail, reason = (re.search(rf"<{tag}>(.*?)</{tag}>", body, re.DOTALL) for tag in ("detail", "reason"))
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "~", detail.group(1)) if detail else None
    return text, reason.group(1) if reason else None


def renamed(text: str) -> str:
    """A recorded body with the names of the drill."""
    for old, new in NAMES.items():
        text = text.replace(old, new)
    return text.replace("/rec/m2", "/exports/dr-master")


CREATES = [48, 49, 50, 51, 52, 54, 56, 57, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 74, 80, 373, 393]


@pytest.mark.parametrize("number", CREATES)
def test_refused_create(recordings: Recordings, recovery: Any, number: int) -> None:
    record = recordings("03-storage-domains")[number]
    answer = recovery.post("/storagedomains", renamed(record["request"]))
    assert answer.status_code == record["status"]
    assert fault(answer.text) == fault(renamed(record["response"]))
    assert answer.text.count("<action>") == 0


def test_a_name_on_an_empty_path_makes_a_new_domain(recordings: Recordings, recovery: Any) -> None:
    record = recordings("03-storage-domains")[374]
    answer = recovery.post("/storagedomains", renamed(record["request"]))
    ours, theirs = etree.fromstring(answer.content), etree.fromstring(record["response"].encode())
    assert answer.status_code == record["status"]
    assert ours.findtext("status") == theirs.findtext("status") == "unknown"
    assert {node.tag for node in ours} == {node.tag for node in theirs}
    assert (
        etree.fromstring(recovery.get(f"/storagedomains/{ours.get('id')}").content).findtext("status") == "unattached"
    )
    assert answer.headers["Location"].endswith(f"/ovirt-engine/api/v4/ovirt-engine/api/storagedomains/{ours.get('id')}")


def test_import_keeps_id_and_name(recordings: Recordings, recovery: Any, primary: Any) -> None:
    record = recordings("07-dr")[86]
    body = renamed(record["request"]).replace("rec_drhost", "hv-b1").replace("nfs-dr.rec", "nfs-b.example")
    body = body.replace("/rec/drA", "/exports/data-web").replace("<name>rec_drA</name>", "")
    answer = recovery.post("/storagedomains", body)
    ours, theirs = etree.fromstring(answer.content), etree.fromstring(record["response"].encode())
    assert answer.status_code == record["status"]
    assert [n.tag for n in ours if n.tag != "link"] == [n.tag for n in theirs if n.tag != "link"]
    assert {n.get("rel") for n in ours.findall("link")} == {n.get("rel") for n in theirs.findall("link")}
    assert ours.get("id") == primary.id("storage_domain", "data-web")
    assert ours.findtext("name") == "data-web"
    attached = recovery.post(
        f"/storagedomains/{ours.get('id')}/isattached", f'<action><host id="{recovery.id("host", "hv-b1")}"/></action>'
    )
    theirs = etree.fromstring(recordings("07-dr")[88]["response"].encode())
    assert [(n.tag, n.text) for n in etree.fromstring(attached.content)] == [(n.tag, n.text) for n in theirs]
    known = recovery.post("/storagedomains", body)
    assert known.status_code == 409


ATTACHES = [135, 136, 137, 138, 139]


@pytest.mark.parametrize("number", ATTACHES)
def test_refused_attach(recordings: Recordings, recovery: Any, number: int) -> None:
    record = recordings("03-storage-domains")[number]
    center = recovery.id("data_center", "Recovery")
    if number == 136:
        center = "33333333-3333-3333-3333-333333333333"
    body = record["request"]
    if number == 136:
        body = f'<storage_domain id="{recovery.id("storage_domain", "dr-master")}"/>'
    answer = recovery.post(f"/datacenters/{center}/storagedomains", body)
    assert (answer.status_code, fault(answer.text)) == (record["status"], fault(record["response"]))


def test_attach_answer(recordings: Recordings, recovery: Any) -> None:
    record = recordings("07-dr")[94]
    domain = recovery.domain("data-web")
    center = recovery.id("data_center", "Recovery")
    ours = etree.fromstring(recovery.get(f"/datacenters/{center}/storagedomains/{domain}").content)
    theirs = etree.fromstring(record["response"].encode())
    assert [n.tag for n in ours] == [n.tag for n in theirs]
    assert ours.findtext("status") == theirs.findtext("status") == "active"
    again = recovery.post(f"/datacenters/{center}/storagedomains", f'<storage_domain id="{domain}"/>')
    known = recordings("03-storage-domains")[140]
    assert (again.status_code, fault(again.text)) == (known["status"], fault(known["response"]))


def test_block_import(recordings: Recordings, recovery: Any, primary: Any) -> None:
    held, host = recordings("07-dr"), recovery.id("host", "hv-b1")
    domain = primary.id("storage_domain", "data-erp")
    body = (
        renamed(held[92]["request"])
        .replace("rec_drhost", "hv-b1")
        .replace(etree.fromstring(held[92]["request"]).get("id"), domain)
    )
    rules = recordings("03-storage-domains")[392]
    unseen = recovery.post("/storagedomains", body)
    assert unseen.status_code == rules["status"]
    assert sorted(str(fault(unseen.text)[0]).strip("[]").split(", ")) == sorted(
        str(fault(rules["response"])[0]).strip("[]").split(", ")
    )
    for number, action in ((89, "iscsidiscover"), (90, "iscsilogin"), (91, "unregisteredstoragedomainsdiscover")):
        sent = (
            held[number]["request"]
            .replace("127.0.0.61", "192.0.2.150")
            .replace("iqn.2026-01.example.rec:secondary", "iqn.2026-01.example.site-b:san")
        )
        answer = recovery.post(f"/hosts/{host}/{action}", sent)
        theirs = etree.fromstring(held[number]["response"].encode())
        assert answer.status_code == held[number]["status"]
        assert [n.tag for n in etree.fromstring(answer.content)] == [n.tag for n in theirs], action
    answer = recovery.post("/storagedomains", body)
    assert answer.status_code == held[92]["status"]
    theirs = etree.fromstring(held[92]["response"].encode())
    assert [n.tag for n in etree.fromstring(answer.content) if n.tag != "link"] == [
        n.tag for n in theirs if n.tag != "link"
    ]
    center = recovery.id("data_center", "Recovery")
    assert recovery.post(f"/datacenters/{center}/storagedomains", f'<storage_domain id="{domain}"/>').status_code == 201


def until(client: Any, path: str, wanted: str) -> list[str]:
    """Reads a status until it is so; returns the ones seen."""
    seen: list[str] = []
    for _turn in range(400):
        status = etree.fromstring(client.get(path).content).findtext("status")
        if status not in seen[-1:]:
            seen.append(str(status))
        if status == wanted:
            return seen
        time.sleep(0.005)
    raise AssertionError(f"{path} never was {wanted}, but {seen}")


def test_deactivate_detach_and_remove(recordings: Recordings, recovery: Any) -> None:
    held, first = recordings("03-storage-domains"), recordings("04b-unregistered-register")
    domain, center = recovery.domain("data-web"), recovery.id("data_center", "Recovery")
    inside = f"/datacenters/{center}/storagedomains/{domain}"

    def same(answer: Any, record: Any) -> None:
        assert (answer.status_code, fault(answer.text)) == (record["status"], fault(record["response"]))

    same(recovery.post(f"{inside}/activate", "<action/>"), held[418])
    same(recovery.send("DELETE", inside), held[419])
    same(recovery.send("DELETE", f"/storagedomains/{domain}?host=hv-b1"), held[420])
    same(recovery.send("DELETE", f"/storagedomains/{domain}"), held[204])
    same(recovery.send("DELETE", f"/storagedomains/{domain}?host=nohost"), held[365])
    same(recovery.send("DELETE", f"/storagedomains/{domain}?host=33333333-3333-3333-3333-333333333333"), held[366])
    same(recovery.send("DELETE", f"/storagedomains/{domain}?destroy=true"), held[400])
    answer = recovery.post(f"{inside}/deactivate", "<action/>")
    theirs = etree.fromstring(first[9]["response"].encode())
    assert answer.status_code == first[9]["status"]
    assert [n.tag for n in etree.fromstring(answer.content)] == [n.tag for n in theirs]
    same(recovery.post(f"{inside}/deactivate", "<action/>"), held[200])
    assert until(recovery, inside, "maintenance")[-1] == "maintenance"
    same(recovery.post(f"{inside}/deactivate", "<action><force>true</force></action>"), held[263])
    detached = recovery.send("DELETE", inside)
    theirs = etree.fromstring(first[18]["response"].encode())
    assert detached.status_code == 200
    assert [n.tag for n in etree.fromstring(detached.content)] == [n.tag for n in theirs]
    same(recovery.send("DELETE", inside), held[364])
    same(recovery.post(f"{inside}/activate", "<action/>"), held[325])
    removed = recovery.send("DELETE", f"/storagedomains/{domain}?host=hv-b1")
    assert removed.status_code == held[367]["status"]
    same(recovery.send("DELETE", f"/storagedomains/{domain}?host=hv-b1"), held[405])
    connections = recovery.get("/storageconnections").text
    assert "/exports/data-web" not in connections


def test_what_blocks_a_domain(recordings: Recordings, primary: Any) -> None:
    held, site = recordings("03b-storage-domain-rules"), primary.site
    domain, center = primary.id("storage_domain", "data-web"), primary.id("data_center", "Production")
    inside = f"/datacenters/{center}/storagedomains/{domain}"
    running = primary.post(f"{inside}/deactivate", "<action/>")
    assert (running.status_code, fault(running.text)) == (held[46]["status"], fault(held[46]["response"]))
    with site.lock:
        for vm in site.all("vm"):
            vm.set(status="down")
        site.named("vm", "web01").set(delete_protected="true")
        site.named("vm", "web02").subs["snapshots"][0] = {
            **site.named("vm", "web02").subs["snapshots"][0],
            "snapshot_status": "in_preview",
        }
    primary.post(f"{inside}/deactivate", "<action/>")
    until(primary, inside, "maintenance")
    blocked = primary.send("DELETE", inside)
    assert (blocked.status_code, fault(blocked.text)[0]) == (
        held[88]["status"],
        str(fault(held[88]["response"])[0]).replace("rec_pool-1", "web01"),
    )
    start = primary.post(f"/vms/{primary.id('vm', 'web01')}/start", "<action/>")
    assert (start.status_code, fault(start.text)) == (held[105]["status"], fault(held[105]["response"]))


def test_storage_that_is_gone(recordings: Recordings, primary: Any) -> None:
    held, site = recordings("07-dr"), primary.site
    domain, center = primary.id("storage_domain", "data-web"), primary.id("data_center", "Production")
    inside = f"/datacenters/{center}/storagedomains/{domain}"
    primary.twin.storage.cut("nfs-a.example:/exports/data-web")
    with site.lock:
        for vm in site.all("vm"):
            vm.set(status="down")
    assert (
        primary.post(f"{inside}/deactivate", "<action><force>true</force></action>").status_code == held[149]["status"]
    )
    until(primary, inside, "maintenance")
    refused = primary.post(f"{inside}/activate", "<action/>")
    assert (refused.status_code, fault(refused.text)) == (held[157]["status"], fault(held[157]["response"]))
    assert primary.send("DELETE", inside).status_code == held[159]["status"]
    assert primary.send("DELETE", f"/storagedomains/{domain}?host=hv-a1").status_code == held[160]["status"]


def test_start(recordings: Recordings, primary: Any) -> None:
    held = recordings("07-dr")
    up, down = primary.id("vm", "web01"), primary.id("vm", "web02")
    running = primary.post(f"/vms/{up}/start", "<action/>")
    known = recordings("05-placement")[263]
    assert (running.status_code, fault(running.text)) == (known["status"], fault(known["response"]))
    answer = primary.post(f"/vms/{down}/start", "<action/>")
    theirs = etree.fromstring(held[125]["response"].encode())
    assert answer.status_code == held[125]["status"]
    assert [n.tag for n in etree.fromstring(answer.content)] == [n.tag for n in theirs]
    until(primary, f"/vms/{down}", "up")
    ours = [n.tag for n in etree.fromstring(primary.get(f"/vms/{down}").content) if n.tag != "link"]
    theirs = [n.tag for n in etree.fromstring(held[61]["response"].encode()) if n.tag != "link"] if 61 in held else []
    assert set(theirs) <= set(ours)
