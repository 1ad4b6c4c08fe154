# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage connections of the recordings: every create, update and delete, and what stands on them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.ovirt_dr.storage.tests.contract.conftest import UUID, differences, words
from ansible_collections.ovirt_dr.storage.tests.contract.test_domains import until
from lxml import etree

Recordings = Callable[[str], dict[int, Any]]
NAMES = {
    "nfs.rec": "nfs-a.example",
    "gl.example": "nfs-b.example",
    "/rec/m1": "/exports/data-master",
    "rec_m1": "data-master",
    "rec_host1": "hv-a1",
    "127.0.0.60": "192.0.2.150",
    "iqn.2026-01.example.rec:primary": "iqn.2026-01.example.site-b:san",
}


class Player:
    """Replays recorded requests; ids that a recording made up are replaced by those of our answers."""

    def __init__(self, client: Any, names: dict[str, str]) -> None:
        self.client, self.names = client, dict(names)

    def local(self, text: str) -> str:
        """A recorded text with our names and ids."""
        for old, new in self.names.items():
            text = text.replace(old, new)
        return text

    def play(self, record: Any) -> Any:
        """Sends a recorded request and compares the answer, bodies of connections element by element."""
        path = self.local(record["path"].split("/ovirt-engine/api", 1)[1])
        answer = self.client.send(record["method"], path, self.local(record["request"]) or None)
        where = f"{record['n']} {record['method']} {path}: {answer.text}"
        assert answer.status_code == record["status"], where
        if record["status"] == 201:
            theirs, ours = (UUID.findall(text)[0] for text in (record["response"], answer.text))
            self.names[theirs] = ours
        if record["status"] >= 400:
            theirs_said = re.sub(r"http://\S+?doc#", "doc#", self.local(record["response"]))
            assert words(re.sub(r"http://\S+?doc#", "doc#", answer.text)) == words(theirs_said), where
        elif "<storage_connection " in record["response"] and "<storage_connections>" not in record["response"]:
            theirs = etree.fromstring(self.local(record["response"]).encode())
            assert differences(theirs, etree.fromstring(answer.content)) == [], where
        elif record["response"].lstrip().startswith("<action") or "<action>" in record["response"]:
            theirs = etree.fromstring(record["response"].encode())
            assert [n.tag for n in etree.fromstring(answer.content)] == [n.tag for n in theirs], where
        return answer


def test_every_create_update_and_delete(recordings: Recordings, primary: Any) -> None:
    held = recordings("02-storage-connections")
    player = Player(primary, {**NAMES, "71d7dec3-a0f4-4ae6-9881-a754a075326c": primary.id("host", "hv-a1")})
    for number in range(2, 129):
        record = held[number]
        listing = record["path"].split("?")[0].split(";")[0].endswith("/storageconnections")
        if record["method"] == "GET" and listing:
            continue
        if number == 79:
            answer = primary.post("/storageconnections", record["request"])
            assert (answer.status_code, answer.text.split("@")[0]) == (500, record["response"].split("@")[0])
        elif number == 80:
            assert primary.post("/storageconnections", "").status_code == record["status"]
        else:
            player.play(record)


def test_a_password_is_never_shown(primary: Any) -> None:
    body = (
        "<storage_connection><type>iscsi</type><address>192.0.2.9</address><port>3260</port><target>iqn.a:b</target>"
        "<username>u</username><password>hush</password></storage_connection>"
    )
    answer = primary.post("/storageconnections", body)
    assert answer.status_code == 201
    assert "hush" not in answer.text + primary.get("/storageconnections").text


def stopped(client: Any) -> None:
    """Every VM is down."""
    with client.site.lock:
        for vm in client.site.all("vm"):
            vm.set(status="down")


def connection_of(client: Any, domain: str) -> str:
    """The first connection of a domain."""
    answer = client.get(f"/storagedomains/{domain}/storageconnections")
    return str(etree.fromstring(answer.content)[0].get("id"))


def test_a_connection_in_use(recordings: Recordings, primary: Any) -> None:
    held = recordings("02-storage-connections")
    domain, center = primary.id("storage_domain", "data-web"), primary.id("data_center", "Production")
    inside = f"/datacenters/{center}/storagedomains/{domain}"
    connection = connection_of(primary, domain)
    player = Player(
        primary,
        {
            "85594eae-fc09-45a5-b875-a98a1955942c": connection,
            "aca30b93-4994-408d-a5db-b91cdb120b4c": domain,
            "270ba808-886b-4443-b8c4-78c6e929ef84": center,
            "c772e87e-0e55-446a-80ce-98c9f90daf59": connection_of(primary, primary.id("storage_domain", "data-master")),
            "rec_b1x": "another",
            "rec_b1": "data-web",
            "/rec/b1u": "/exports/data-web",
            "/rec/b1dr": "/exports/data-web",
            "/rec/b1": "/exports/data-web",
            "nfs-dr.rec": "nfs-b.example",
            **NAMES,
        },
    )
    stopped(primary)
    for number in (148, 149, 151, 152, 158, 159, 160, 161, 162, 163, 164, 165, 166):
        player.play(held[number])
    assert until(primary, inside, "active") == ["active"]
    player.play(held[168])
    assert until(primary, inside, "maintenance") == ["maintenance"]
    player.play(held[173])
    until(primary, inside, "active")
    for number in (208, 209):
        player.play(held[number])
    player.play(held[175])
    until(primary, inside, "maintenance")
    primary.twin.storage.cut("nfs-a.example:/exports/data-web")
    for number in (189, 191, 194):
        player.play(held[number])
    assert until(primary, inside, "maintenance") == ["maintenance"]
    player.play(held[191])
    for number in (199, 204):
        player.play(held[number])
    shown = etree.fromstring(primary.get(inside).content)
    assert (shown.findtext("status"), shown.findtext("storage/address")) == ("active", "nfs-b.example")
    player.play(held[210])
    until(primary, inside, "maintenance")
    for number in (220, 221):
        player.play(held[number])


@pytest.mark.parametrize("path", ["/exports/data-db", "/exports/nothing"])
def test_what_lies_on_the_new_path_decides(recordings: Recordings, primary: Any, path: str) -> None:
    refused = recordings("02-storage-connections")[191]
    domain, center = primary.id("storage_domain", "data-web"), primary.id("data_center", "Production")
    inside, connection = f"/datacenters/{center}/storagedomains/{domain}", connection_of(primary, domain)
    stopped(primary)
    primary.post(f"{inside}/deactivate", "<action/>")
    until(primary, inside, "maintenance")
    body = "<storage_connection><address>nfs-b.example</address><path>{}</path></storage_connection>"
    changed = primary.send("PUT", f"/storageconnections/{connection}", body.format(path))
    assert changed.status_code == 200
    answer = primary.post(f"{inside}/activate", "<action/>")
    assert (answer.status_code, words(answer.text)) == (refused["status"], words(refused["response"]))
    assert until(primary, inside, "maintenance") == ["maintenance"]
    primary.send("PUT", f"/storageconnections/{connection}", body.format("/exports/data-web"))
    assert primary.post(f"{inside}/activate", "<action/>").status_code == 200


def test_an_iscsi_connection_in_use(recordings: Recordings, primary: Any) -> None:
    held = recordings("02-storage-connections")
    domain, center = primary.id("storage_domain", "data-erp"), primary.id("data_center", "Production")
    inside, vm = f"/datacenters/{center}/storagedomains/{domain}", primary.id("vm", "file01")
    player = Player(
        primary,
        {
            "3faba2fe-0284-4c75-ac22-e1dc06214a63": domain,
            "270ba808-886b-4443-b8c4-78c6e929ef84": center,
            "636f22e4-dc37-443b-b9a0-812b72b79cdc": connection_of(primary, domain),
            "c772e87e-0e55-446a-80ce-98c9f90daf59": connection_of(primary, primary.id("storage_domain", "data-db")),
            "rec_i1": "data-erp",
            "rec_lunvm": "file01",
            "rec_lun2": "file01_shares",
            "rec_host1": "hv-a1",
            "127.0.0.60": "192.0.2.50",
            "127.0.0.61": "192.0.2.150",
            "iqn.2026-01.example.rec:primary": "iqn.2026-01.example.site-a:san",
            "iqn.2026-01.example.rec:secondary": "iqn.2026-01.example.site-b:san",
        },
    )
    stopped(primary)
    for number in (231, 232):
        player.play(held[number])
    with primary.site.lock:
        primary.site.get("vm", vm).set(status="up")
    for number in (237, 238, 239):
        player.play(held[number])
    until(primary, inside, "maintenance")
    for number in (253, 254):
        player.play(held[number])
    stopped(primary)
    player.play(held[261])
    for text in (primary.get(inside).text, primary.get(f"/disks/{primary.id('disk', 'file01_shares')}").text):
        unit = etree.fromstring(text.encode()).find(".//logical_unit")
        theirs = etree.fromstring(held[262]["response"].encode()).find(".//logical_unit")
        assert unit.findtext("address") == player.local(theirs.findtext("address"))
        assert unit.findtext("target") == player.local(theirs.findtext("target"))
    player.play(held[265])
    for number in (267, 268, 269, 270, 271, 272, 274, 276, 278, 279, 280):
        player.play(held[number])
    until(primary, inside, "maintenance")
    for number in (290, 292, 293, 294, 295, 296, 297, 299, 300, 301):
        player.play(held[number])


def test_an_iscsi_domain_follows_to_the_replica(primary: Any) -> None:
    domain, center = primary.id("storage_domain", "data-erp"), primary.id("data_center", "Production")
    inside, connection = f"/datacenters/{center}/storagedomains/{domain}", connection_of(primary, domain)
    stopped(primary)
    primary.twin.storage.cut("192.0.2.50")
    primary.twin.chap("iqn.2026-01.example.site-b:san", "u", "hush")
    primary.post(f"{inside}/deactivate", "<action><force>true</force></action>")
    until(primary, inside, "maintenance")
    body = (
        "<storage_connection><address>192.0.2.150</address><port>3260</port>"
        "<target>iqn.2026-01.example.site-b:san</target><username>u</username><password>{}</password></storage_connection>"
    )
    primary.send("PUT", f"/storageconnections/{connection}", body.format("wrong"))
    assert primary.post(f"{inside}/activate", "<action/>").status_code == 400
    primary.send("PUT", f"/storageconnections/{connection}", body.format("hush"))
    assert primary.post(f"{inside}/activate", "<action/>").status_code == 200
    shown = etree.fromstring(primary.get(inside).content)
    assert shown.findtext("status") == "active"
    assert [unit.get("id") for unit in shown.iter("logical_unit")] == ["360014055b5b5b5b0000000100000001"]
    for host in ("hv-a1", "hv-a2"):
        assert "192.0.2.150" in primary.get(f"/hosts/{primary.id('host', host)}/storage").text
