# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""LUN disks of the recordings: made, refused, read back, looked at again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.clock import ManualClock
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.ovf_devices import controller
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from ansible_collections.ovirt_dr.storage.tests.contract.conftest import Client, elements, words
from lxml import etree

Recordings = Callable[[str], dict[int, Any]]
LUN5 = "36001405eeeeeeee0000000500000005"
NAMES = {
    "36001405eeeeeeee0000000500000005": "360014055a5a5a5a0000000300000003",
    "36001405eeeeeeee0000000600000006": "360014055a5a5a5a0000000400000004",
    "36001405eeeeeeee0000000300000003": "360014055a5a5a5a0000000300000003",
    "36001405eeeeeeee0000000400000004": "360014055a5a5a5a0000000100000001",
    "36001405eeeeeeee0000000900000009": "360014055a5a5a5a0000000100000001",
    "3600601606160616000000000fd000002": "3600601606160616000000000fc000002",
    "127.0.0.60": "192.0.2.50",
    "iqn.2026-01.example.rec:primary": "iqn.2026-01.example.site-a:san",
    "rec_host6": "hv-a1",
}


class Lab:
    """The main site, spoken to with recorded requests."""

    def __init__(self, client: Any, held: dict[int, Any]) -> None:
        self.client, self.held = client, held
        self.names = {**NAMES, "952c2306-54a4-4854-8bb4-1cebc063f452": client.id("host", "hv-a1")}

    def local(self, text: str) -> str:
        """A recorded text with the names of this site."""
        for old, new in self.names.items():
            text = text.replace(old, new)
        return text

    def send(self, number: int) -> Any:
        """Sends a recorded request; the answer must have the recorded status, words and elements."""
        record = self.held[number]
        path = self.local(record["path"].split("/api", 1)[1])
        answer = self.client.send(record["method"], path, self.local(record["request"]) or None)
        assert (answer.status_code, words(answer.text)) == (record["status"], words(self.local(record["response"])))
        if record["response"].startswith("<?xml"):
            assert elements(answer.text) == elements(record["response"])
        return answer

    def make(self, number: int) -> str:
        """Sends a recorded create; from here on the recorded id means the new object."""
        answer = self.send(number)
        theirs = etree.fromstring(self.held[number]["response"].encode())
        recorded, made = str(theirs.get("id")), str(etree.fromstring(answer.content).get("id"))
        href = self.local(str(theirs.get("href")).removesuffix(recorded))
        assert answer.headers["Location"].endswith(f"/v4{href}{made}")
        self.names[recorded] = made
        return made


@pytest.fixture
def lab(recordings: Recordings) -> Iterator[Lab]:
    """Its clock stands still, so what holds a lock holds it."""
    with Twin(clock=ManualClock(), pace=1.0) as twin:
        yield Lab(Client(twin, "primary"), recordings("06-direct-lun"))
        assert twin.errors == []


@pytest.mark.parametrize(("made", "read"), [(37, 38), (42, 43), (44, 45), (71, 72), (76, 77), (80, 81)])
def test_a_lun_disk_is_made_and_read_back(lab: Lab, made: int, read: int) -> None:
    if made == 80:
        lab.names["36001405eeeeeeee0000000400000004"] = NAMES["36001405eeeeeeee0000000500000005"]
    if made in (71, 76, 80):
        device = {"volume_group_id"}
        lab.held[made]["response"] = without_lines(lab.held[made]["response"], device)
        lab.held[read]["response"] = without_lines(lab.held[read]["response"], device)
    lab.make(made)
    answer = etree.fromstring(lab.send(read).content)
    theirs = etree.fromstring(lab.held[read]["response"].encode())
    for path in ("name", "alias", "shareable", "sgio", "storage_type", ".//paths", ".//size"):
        if path != ".//size" or theirs.findtext(path) == "0":
            assert answer.findtext(path) == theirs.findtext(path), path


def without_lines(text: str, tags: set[str]) -> str:
    """A recorded body without what only the LUNs of the recordings had."""
    return "\n".join(line for line in text.split("\n") if not any(f"<{tag}>" in line for tag in tags))


@pytest.mark.parametrize("number", [52, 56, 57, 58, 62, 63, 64, 65, 66, 70, 74, 79])
def test_refused_lun_disks(lab: Lab, number: int) -> None:
    lab.send(number)


def test_a_lun_is_one_disk_only(lab: Lab) -> None:
    lab.make(37)
    lab.send(48)
    lab.make(44)
    lab.send(75)


@pytest.mark.parametrize(("made", "read"), [(59, 60), (67, 68)])
def test_a_lun_of_a_domain_is_known_without_a_look(lab: Lab, made: int, read: int) -> None:
    owner = next(d for d in lab.client.site.all("storage_domain") if d.data["storage"]["type"] == "iscsi")
    before = owner.data
    lab.make(made)
    lab.send(read)
    assert lab.client.send("DELETE", lab.local(lab.held[read]["path"].split("/api", 1)[1])).status_code == 200
    assert owner.data == before


def test_host_storage_tells_the_disk(lab: Lab) -> None:
    made = lab.make(37)
    path = f"/hosts/{lab.client.id('host', 'hv-a1')}/storage"
    unit = etree.fromstring(lab.client.get(path).content).find(f".//logical_unit[@id='{lab.local(LUN5)}']")
    assert (unit.findtext("disk_id"), unit.findtext("status")) == (made, "free")
    alone = lab.client.get(f"{path}/{lab.local(LUN5)}").text
    recorded = lab.held[35]["response"]
    assert elements(alone) - elements(recorded) == {"/host_storage/logical_units/logical_unit/disk_id"}
    assert elements(recorded) <= elements(alone)


def test_a_disk_has_statistics(lab: Lab) -> None:
    made = lab.make(37)
    theirs = lab.local(lab.held[41]["response"])
    ours = lab.client.get(f"/disks/{made}/statistics").text
    assert ours == theirs


def test_a_lun_disk_is_looked_at_again(lab: Lab) -> None:
    made = lab.make(37)
    with lab.client.site.lock:
        lab.client.twin.storage.luns[lab.local(LUN5)].record["size"] = str(30 * 2**30)
    for number in (131, 135):
        answer = lab.send(number)
        assert etree.fromstring(answer.content).find("disk").get("href").endswith(made)
    assert etree.fromstring(lab.client.get(f"/disks/{made}").content).findtext(".//size") == str(30 * 2**30)
    for number in (132, 133, 134):
        lab.send(number)
    image = next(disk.id for disk in lab.client.site.all("disk") if "lun_storage" not in disk.data)
    lab.names["33333333-3333-3333-3333-333333333333"] = image
    lab.send(134)


def test_a_look_needs_a_host_that_is_up_and_a_lun_that_is_there(lab: Lab) -> None:
    made = lab.make(37)
    lab.names["3c881c9e-e50e-4ffe-889f-26224d6dac3e"] = made
    before = lab.client.get(f"/disks/{made}").text
    with lab.client.site.lock:
        lab.client.twin.storage.cut(lab.local(LUN5))
    lab.send(262)
    assert lab.client.get(f"/disks/{made}").text == before
    with lab.client.site.lock:
        lab.client.site.named("host", "hv-a1").set(status="maintenance")
    lab.send(252)
    body = "<action><host><name>nobody</name></host></action>"
    answer = lab.client.post(f"/disks/{made}/refreshlun", body)
    assert (answer.status_code, words(answer.text)[0]) == (404, "Entity not found: Hosts: name=nobody")


def test_credentials_are_kept_and_not_shown(lab: Lab) -> None:
    body = lab.local(lab.held[37]["request"]).replace("3260", "3261").replace("192.0.2.50", "192.0.2.51")
    secret = "<username>u</username><password>s3cret</password></logical_unit>"
    body = body.replace(lab.local('<host id="952c2306-54a4-4854-8bb4-1cebc063f452"/>'), "")
    answer = lab.client.post("/disks", body.replace("</logical_unit>", secret))
    assert answer.status_code == 201, answer.text
    identity = etree.fromstring(answer.content).get("id")
    shown = lab.client.get(f"/disks/{identity}").text + lab.client.get("/storageconnections").text
    assert shown.count("<username>u</username>") == 2
    assert "s3cret" not in shown


def test_two_records_on_one_lun_break_host_storage(recordings: Recordings, primary: Any) -> None:
    record = recordings("07-dr")[260]
    host, disk = primary.id("host", "hv-a2"), primary.site.get("disk", primary.id("disk", "file01_shares"))
    known = {"lun_mapping": "14", "serial": "S001400000014", "vendor_id": "FAKE", "product_id": "disk"}
    unit = {"id": disk.data["lun_storage"]["id"], **known, "discard_max_size": "0", "size": "0"}
    with primary.site.lock:
        primary.site.doubled[disk.id] = [unit, unit]
    answer = primary.get(f"/hosts/{host}/storage")
    theirs = re.sub(r"f66a95bb-\S+?(?=')", disk.id, record["response"]).replace("rec dx luna", "file01 shares")
    theirs = theirs.replace("36001405ffffffff0000001400000014", unit["id"])
    assert (answer.status_code, answer.text) == (record["status"], theirs)


def test_disks_of_snapshots_cannot_be_followed(recordings: Recordings, primary: Any) -> None:
    record = recordings("06-direct-lun")[137]
    vm = primary.id("vm", "file01")
    answer = primary.get(f"/vms/{vm}/snapshots?follow=disks")
    assert answer.status_code == record["status"]
    assert answer.headers["Content-Type"] == record["response_headers"]["Content-Type"]


def test_numa_nodes_of_a_vm_have_a_root_of_their_own(recordings: Recordings, primary: Any) -> None:
    record = recordings("09-peer-clients")[294]
    answer = primary.get(f"/vms/{primary.id('vm', 'file01')}/numanodes")
    assert (answer.status_code, answer.text) == (record["status"], record["response"])


def test_luns_in_vms(lab: Lab) -> None:
    """Records 37 to 153: attached, plugged, edited, refused, detached, removed."""
    lab.held[80]["response"] = without_lines(lab.held[80]["response"], {"volume_group_id"})
    lab.names["36001405eeeeeeee0000000400000004"] = "3600601606160616000000000fc000001"
    lab.names["36001405eeeeeeee0000000300000003"] = "3600601606160616000000000fc000003"
    lab.held[80]["request"] = fibre_channel(lab.held[80]["request"])
    lab.held[111]["request"] = fibre_channel(lab.held[111]["request"])
    lab.names["rec_cl6"] = next(iter(lab.client.site.all("cluster"))).name
    for number in (37, 42, 44, 80, 82, 83):
        lab.make(number)
    for number in (86, *range(90, 105)):
        lab.send(number)
    shared = etree.fromstring(lab.client.get(lab.local(lab.held[107]["path"].split("/api", 1)[1])).content)
    assert sorted(vm.get("id") for vm in shared.iter("vm")) == sorted(
        lab.local(vm.get("id")) for vm in etree.fromstring(lab.held[107]["response"].encode()).iter("vm")
    )
    lab.make(111)
    lab.send(112)
    lab.send(113)
    answer = lab.send(144)
    assert "<address>" not in answer.text
    for number in (148, 147, 152, 153):
        lab.send(number)


def fibre_channel(text: str) -> str:
    """A request for an iSCSI LUN, as one for a Fibre Channel LUN."""
    text = text.replace("<type>iscsi</type>", "<type>fcp</type>")
    return re.sub(r"<(address|port|target)>[^<]*</\1>", "", text)


@pytest.mark.parametrize(
    ("disk", "attachment", "status"),
    [
        ("<sgio>filtered</sgio>", "<uses_scsi_reservation>true</uses_scsi_reservation>", 409),
        ("<sgio>unfiltered</sgio>", "<uses_scsi_reservation>true</uses_scsi_reservation>", 201),
        ("", "<pass_discard>true</pass_discard>", 400),
        ("<sgio>filtered</sgio>", "<read_only>true</read_only>", 400),
    ],
)
def test_rules_of_a_lun_that_is_made_for_a_vm(lab: Lab, disk: str, attachment: str, status: int) -> None:
    body = lab.local(lab.held[37]["request"]).replace("<lun_storage>", f"{disk}<lun_storage>")
    body = f"<disk_attachment><interface>virtio_scsi</interface>{attachment}{body}</disk_attachment>"
    vm = lab.client.id("vm", "pxe01")
    answer = lab.client.post(f"/vms/{vm}/diskattachments", body)
    assert answer.status_code == status, answer.text
    identity = lab.local(LUN5)
    made = [d for d in lab.client.site.all("disk") if d.data.get("lun_storage", {}).get("id") == identity]
    assert len(made) == (status == 201)


def test_a_domain_shows_the_disk_on_its_lun(lab: Lab) -> None:
    made = lab.make(59)
    owner = next(d for d in lab.client.site.all("storage_domain") if d.data["storage"]["type"] == "iscsi")
    shown = etree.fromstring(lab.client.get(f"/storagedomains/{owner.id}").content)
    assert [node.text for node in shown.iter("disk_id")] == [made]
    lab.client.send("DELETE", f"/disks/{made}")
    assert "<disk_id>" not in lab.client.get(f"/storagedomains/{owner.id}").text


def test_all_content(recordings: Recordings, primary: Any) -> None:
    peer = recordings("09-peer-clients")
    vm = primary.id("vm", "file01")
    plain, whole = (primary.get(f"/vms/{vm}{query}").text for query in ("", "?all_content=true"))
    inner = {path.replace("/vms", "", 1) for path in elements(peer[290]["response"]) - elements(peer[287]["response"])}
    assert elements(whole) - elements(plain) == inner
    assert primary.send("GET", f"/vms/{vm}", **{"All-Content": "true"}).text == whole
    with primary.site.lock:
        held = primary.site.get("vm", vm)
        held.set(start_time="2026-01-01T10:00:05.120Z")
        held.subs["ran"] = [{"id": controller(held)}]
    running = ovf(primary.get(f"/vms/{vm}?all_content=true").text)
    theirs, before = ovf(peer[305]["response"]), ovf(whole)
    assert (before.findtext(".//BootTime"), running.findtext(".//BootTime")) == (None, "2026/01/01 10:00:05")
    assert {names(item) for item in running.iter("Item")} & {names(item) for item in theirs.iter("Item")} >= {
        ("controller", "virtio-scsi", "false", ""),
        ("graphics", "vnc", "true", ""),
        ("video", "vga", "true", "ua-"),
    }
    assert {names(item)[2:] for item in before.iter("Item")} == {("true", ""), (None, "")}
    disk = primary.id("disk", "file01_shares")
    shown = etree.fromstring(primary.get(f"/disks/{disk}?all_content=true").content)
    assert [v.get("id") for v in shown.find("vms")] == [vm]
    assert "<vms>" not in primary.get(f"/disks/{disk}").text
    assert primary.get("/disks;all_content").text.count("<vms>") > 1


def ovf(text: str) -> Any:
    """The OVF in a body."""
    return etree.fromstring(str(etree.fromstring(text.encode()).findtext(".//configuration/data")).encode())


def names(item: Any) -> tuple[Any, ...]:
    """What an OVF tells of a device: type, device, whether it is plugged, the beginning of its name."""
    return (*(item.findtext(tag) for tag in ("Type", "Device", "IsPlugged")), (item.findtext("Alias") or "")[:3])


def test_giving_space_back(primary: Any) -> None:
    disks = {disk.name: disk for disk in primary.site.all("disk") if disk.data.get("content_type") == "data"}
    image = next(d for d in disks.values() if d.data.get("format") == "cow" and not primary.site.disk_users.get(d.id))
    unknown = "33333333-3333-3333-3333-333333333333"

    def ask(verb: str, disk: str = image.id, **fields: str) -> tuple[int, str]:
        with primary.site.lock:
            image.set(**fields)
        answer = primary.post(f"/disks/{disk}/{verb}", "<action/>")
        return answer.status_code, str(words(answer.text)[0])

    assert ask("sparsify", unknown)[0] == ask("reduce", unknown)[0] == 404
    assert ask("sparsify")[0] == 400
    assert "preallocated" in ask("sparsify", format="raw", sparse="false")[1]
    assert ask("sparsify", sparse="true")[0] == 200
    assert ask("sparsify", status="locked")[0] == 409
    assert ask("sparsify", status="illegal")[0] == 500
    assert "file" in ask("reduce", status="ok")[1]
    block = next(d for d in primary.site.all("storage_domain") if "volume_group" in d.data["storage"])
    with primary.site.lock:
        image.set(storage_domains={"storage_domain": {"id": block.id}})
    assert ask("reduce")[0] == 200
    assert ask("reduce", shareable="true")[0] == 409
    vm = primary.site.get("vm", primary.id("vm", "web01"))
    with primary.site.lock:
        primary.site.disk_users[image.id] = {vm.id}
        vm.set(status="up")
    assert ask("reduce", shareable="false")[0] == 400
    assert ask("sparsify")[0] == 409
    with primary.site.lock:
        vm.set(status="down")
        vm.subs["snapshots"] = [{"id": "s", "disks": [{"id": image.id}]}]
    assert "snapshots" in ask("sparsify")[1]
    with primary.site.lock:
        primary.site.hold(f"edit {image.id}", 1000)
    assert ask("reduce")[0] == ask("sparsify")[0] == 409


def test_a_host_that_is_soon_back_contends(recordings: Recordings) -> None:
    held = recordings("06-direct-lun")
    numbers = (246, 248, 253, 258)
    theirs = [etree.fromstring(held[n]["response"].encode()) for n in numbers]
    clock = ManualClock()
    with Twin(clock=clock, pace=1.0) as twin:
        client = Client(twin, "recovery")
        host = client.id("host", "hv-b1")
        center = client.id("data_center", "Recovery")

        def shown() -> tuple[Any, Any]:
            found = etree.fromstring(client.get(f"/hosts/{host}").content)
            return found.findtext("status"), found.findtext("spm/status")

        for verb, seconds, number in (("deactivate", 1.6, 1), ("activate", 3.1, 3)):
            assert client.post(f"/hosts/{host}/{verb}", "<action/>").status_code == 200
            clock.forward(seconds)
            assert shown() == (theirs[number].findtext("status"), theirs[number].findtext("spm/status"))
        clock.forward(2)
        assert shown() == ("up", "spm")
        assert client.get(f"/datacenters/{center}").text.count("<status>up</status>") == 1
