# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arrays behind the twin: copies that lag or are protected, promote, demote, clones, full places, paths; and the
checker of the rule that no two engines' hosts write one device."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import estate as estates
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.clock import ManualClock
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.faults import BadRule
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from ansible_collections.ovirt_dr.storage.tests.contract.conftest import Client
from lxml import etree

SOURCE, COPY = "nfs-a.example:/exports/data-web", "nfs-b.example:/exports/data-web"
LUN, LUN_COPY = "360014055a5a5a5a0000000100000001", "360014055b5b5b5b0000000100000001"
FABRIC = "3600601606160616000000000fc000001"
PORTAL, TARGET = "192.0.2.150", "iqn.2026-01.example.site-b:san"
IMPORT = (
    "<storage_domain><import>true</import><type>data</type><storage><type>nfs</type><address>nfs-b.example</address>"
    "<path>/exports/{}</path></storage><host><name>hv-b1</name></host></storage_domain>"
)


class World:
    """Two sites, and a clock that only moves when told to."""

    def __init__(self, twin: Twin) -> None:
        self.twin, self.storage = twin, twin.storage
        self.primary, self.recovery = Client(twin, "primary"), Client(twin, "recovery")
        self.web = self.primary.id("storage_domain", "data-web")

    def settle(self, seconds: float = 0.0) -> None:
        """Time passes, and everybody looks."""
        self.twin.clock.forward(seconds)
        for site in self.twin.sites.values():
            with site.lock:
                site.settle()

    def take(self, path: str = "data-web") -> tuple[int, int]:
        """The statuses of import and attach at the recovery site."""
        added = self.recovery.post("/storagedomains", IMPORT.format(path))
        if added.status_code != 201:
            return added.status_code, 0
        domain = etree.fromstring(added.content).get("id")
        center = self.recovery.id("data_center", "Recovery")
        attached = self.recovery.post(f"/datacenters/{center}/storagedomains", f'<storage_domain id="{domain}"/>')
        return added.status_code, attached.status_code

    def told(self) -> list[str]:
        """What the checker says."""
        return self.twin.violations()

    def status(self, client: Client, domain: str) -> str:
        """The status of a domain in its data center."""
        held = client.site.get("storage_domain", domain)
        assert held is not None
        return str(held.data["status"])


Build = Callable[..., World]


@pytest.fixture
def build() -> Iterator[Build]:
    """Makes a world whose copies are as told."""
    running: list[Twin] = []

    def make(**fields: Any) -> World:
        estate = estates.load(estates.DRILL)
        for replica in estate["storage"]["replicas"]:
            replica.update(fields)
        running.append(Twin(estate, clock=ManualClock(), pace=1.0).start())
        return World(running[-1])

    yield make
    for twin in running:
        twin.stop()
        assert twin.errors == []


def test_an_open_copy_is_its_source(build: Build) -> None:
    world = build()
    assert world.storage.place(COPY).content is world.storage.place(SOURCE).content
    assert world.storage.place(LUN_COPY).content is world.storage.place(LUN).content
    assert world.take() == (201, 201)


@pytest.mark.parametrize("fields", [{"protected": True}, {"lag": 30}])
def test_a_protected_copy_can_be_taken_when_it_is_promoted(build: Build, fields: dict[str, Any]) -> None:
    world = build(**fields)
    world.settle()
    assert world.take() == (400, 0)
    world.storage.promote(COPY)
    assert world.take() == (201, 201)
    copy, source = world.storage.place(COPY).content, world.storage.place(SOURCE).content
    assert copy is not None
    assert copy is not source
    assert source is not None
    assert (copy.pool, source.pool) == (
        world.recovery.id("data_center", "Recovery"),
        world.primary.id("data_center", "Production"),
    )
    assert world.recovery.site.storage.contents[world.web] is copy
    assert world.primary.site.storage.contents[world.web] is source


def test_a_protected_lun_is_found_and_cannot_be_attached(build: Build) -> None:
    world = build(protected=True)
    recovery = world.recovery
    host, center = recovery.id("host", "hv-b1"), recovery.id("data_center", "Recovery")
    domain = world.primary.id("storage_domain", "data-erp")
    sign_in = f"<action><iscsi><address>{PORTAL}</address><target>{TARGET}</target></iscsi></action>"
    assert recovery.post(f"/hosts/{host}/iscsilogin", sign_in).status_code == 200
    body = (
        f'<storage_domain id="{domain}"><import>true</import><type>data</type><storage><type>iscsi</type></storage>'
        "<host><name>hv-b1</name></host></storage_domain>"
    )
    assert recovery.post("/storagedomains", body).status_code == 201
    attach = f"/datacenters/{center}/storagedomains", f'<storage_domain id="{domain}"/>'
    assert recovery.post(*attach).status_code == 400
    world.storage.promote(LUN_COPY)
    assert recovery.post(*attach).status_code == 201


def test_a_copy_that_lags_is_as_old_as_its_lag(build: Build) -> None:
    world = build(lag=30)
    world.settle()
    source, copy = (world.storage.place(end).content for end in (SOURCE, COPY))
    assert source is not None
    assert copy is not None
    assert copy.ovf == source.ovf
    late = next(iter(source.ovf))
    source.ovf = {key: entry for key, entry in source.ovf.items() if key != late}
    world.settle(29)
    assert late in copy.ovf
    world.settle(1)
    assert late not in copy.ovf
    assert world.storage.place(COPY).content is copy
    source.ovf.clear()
    world.storage.cut(SOURCE)
    world.settle(31)
    assert copy.ovf
    world.storage.cut(SOURCE, back=True)
    world.storage.promote(COPY)
    world.settle(31)
    assert copy.ovf


def test_what_was_made_after_the_last_copy_is_not_found(build: Build) -> None:
    world = build(lag=3600)
    world.settle()
    name = "web01"
    vm = world.primary.id("vm", name)
    source = world.storage.place(SOURCE).content
    assert source is not None
    source.ovf = {key: entry for key, entry in source.ovf.items() if key != vm}
    world.storage.promote(COPY)
    assert world.take() == (201, 201)
    assert f"<name>{name}</name>" in world.recovery.get(f"/storagedomains/{world.web}/vms;unregistered").text


def test_a_demoted_source_is_lost_to_its_engine(build: Build) -> None:
    world = build(protected=True)
    world.storage.demote(SOURCE)
    world.settle()
    assert world.status(world.primary, world.web) == "active"
    world.settle(301)
    assert world.status(world.primary, world.web) == "inactive"
    world.storage.promote(SOURCE)
    world.settle()
    world.settle(301)
    assert world.status(world.primary, world.web) == "active"


def test_a_clone_is_a_copy_by_itself(build: Build) -> None:
    world = build(protected=True)
    clone = world.storage.clone(SOURCE, "nfs-b.example:/rehearsal/data-web")
    original = world.storage.place(SOURCE).content
    assert clone.content is not None
    assert original is not None
    assert clone.content is not original
    assert clone.content.ovf == original.ovf
    added = world.recovery.post("/storagedomains", IMPORT.format("x").replace("/exports/x", "/rehearsal/data-web"))
    assert added.status_code == 201
    lun = world.storage.clone(LUN, "360014055c5c5c5c0000000100000001")
    assert lun.content is not None
    assert (lun.record["id"], lun.content.id) == (
        "360014055c5c5c5c0000000100000001",
        world.storage.block_places(lun.content.id)[0].content.id,
    )
    assert lun.hosts == world.storage.place(LUN).hosts


def test_an_array_that_is_full_takes_no_disk(build: Build) -> None:
    world = build()
    body = (
        "<disk><name>more</name><provisioned_size>1073741824</provisioned_size><format>raw</format>"
        f'<storage_domains><storage_domain id="{world.web}"/></storage_domains></disk>'
    )
    world.storage.fill(SOURCE, 1000)
    world.settle()
    answer = world.primary.post("/disks", body)
    assert (answer.status_code, "Low disk space" in answer.text) == (409, True)
    assert "<available>1000</available>" in world.primary.get(f"/storagedomains/{world.web}").text
    world.storage.fill(SOURCE, 10**12)
    world.settle()
    assert world.primary.post("/disks", body).status_code == 201


def test_hosts_that_lost_their_way(build: Build) -> None:
    world = build()
    hosts = [world.primary.id("host", name) for name in ("hv-a1", "hv-a2")]
    world.storage.cut(SOURCE, LUN, hosts=frozenset(hosts[:1]))
    world.settle()
    world.settle(301)
    assert world.status(world.primary, world.web) == "active"
    seen = [world.primary.get(f"/hosts/{host}/storage/{LUN}").status_code for host in hosts]
    assert seen == [404, 200]
    world.storage.cut(SOURCE, hosts=frozenset(hosts))
    world.settle()
    world.settle(301)
    assert world.status(world.primary, world.web) == "inactive"
    world.storage.cut(SOURCE, LUN, hosts=frozenset(hosts), back=True)
    world.settle()
    world.settle(301)
    assert world.status(world.primary, world.web) == "active"
    assert world.primary.get(f"/hosts/{hosts[0]}/storage/{LUN}").status_code == 200


def paths(client: Client, host: str, lun: str) -> tuple[int, str, str]:
    """What a host tells of the paths to a LUN."""
    answer = client.get(f"/hosts/{host}/storage/{lun}")
    if answer.status_code != 200:
        return answer.status_code, "", ""
    shown = etree.fromstring(answer.content)
    return 200, str(shown.findtext(".//paths")), str(shown.findtext(".//active_paths"))


def test_several_fibre_channel_paths(build: Build) -> None:
    world = build()
    host = world.primary.id("host", "hv-a1")
    world.storage.place(FABRIC).record["paths"] = "4"
    assert paths(world.primary, host, FABRIC) == (200, "4", "4")
    world.storage.lose_paths(FABRIC, 3)
    assert paths(world.primary, host, FABRIC) == (200, "4", "1")
    world.storage.lose_paths(FABRIC, 4)
    assert paths(world.primary, host, FABRIC) == (404, "", "")
    world.storage.restore()
    assert paths(world.primary, host, FABRIC) == (200, "4", "4")


def test_several_iscsi_portals() -> None:
    estate = estates.load(estates.DRILL)
    lun = next(entry for entry in estate["storage"]["luns"] if entry["id"] == LUN_COPY)
    lun["portals"] = [{"address": "192.0.2.151", "target": TARGET}]
    with Twin(estate, clock=ManualClock(), pace=1.0) as twin:
        client = Client(twin, "recovery")
        host = client.id("host", "hv-b1")
        for number, address in enumerate((PORTAL, "192.0.2.151"), 1):
            found = client.post(
                f"/hosts/{host}/iscsidiscover", f"<action><iscsi><address>{address}</address></iscsi></action>"
            )
            assert f"{address}:3260,1" in found.text
            body = f"<action><iscsi><address>{address}</address><target>{TARGET}</target></iscsi></action>"
            assert client.post(f"/hosts/{host}/iscsilogin", body).status_code == 200
            assert paths(client, host, LUN_COPY) == (200, str(number), str(number))
        twin.storage.cut(PORTAL)
        assert paths(client, host, LUN_COPY) == (200, "2", "1")
        assert client.post(f"/hosts/{host}/iscsilogin", body).status_code == 200
        assert client.post(f"/hosts/{host}/iscsilogin", body.replace("192.0.2.151", PORTAL)).status_code == 400
        twin.storage.cut("192.0.2.151")
        assert paths(client, host, LUN_COPY) == (404, "", "")
        twin.storage.cut(PORTAL, back=True)
        assert paths(client, host, LUN_COPY) == (200, "2", "1")
        twin.storage.place(LUN_COPY).sign_out(host)
        assert paths(client, host, LUN_COPY) == (404, "", "")


@pytest.mark.parametrize("lag", [-1, "soon", True, None])
def test_an_estate_with_a_wrong_lag_is_refused(lag: Any) -> None:
    estate = estates.load(estates.DRILL)
    estate["storage"]["replicas"][1]["lag"] = lag
    with pytest.raises(estates.EstateError, match=r"replicas\[1\]: 'lag'"):
        estates.check(estate)


def test_two_engines_on_one_device_are_told(build: Build) -> None:
    world = build()
    assert world.told() == []
    assert world.take() == (201, 201)
    said = world.told()
    assert len(said) == 1
    assert "primary (hv-a1, hv-a2) and recovery (hv-b1)" in said[0]
    assert "/exports/data-web" in said[0]
    world.storage.cut(SOURCE)
    assert world.told() == []


@pytest.mark.parametrize("fields", [{"protected": True}, {"lag": 30}])
def test_a_promoted_copy_is_another_device(build: Build, fields: dict[str, Any]) -> None:
    world = build(**fields)
    world.settle()
    world.storage.promote(COPY)
    assert world.take() == (201, 201)
    assert world.told() == []


@pytest.mark.parametrize(
    "spared",
    [
        lambda world: world.storage.demote(SOURCE),
        lambda world: [host.set(status="maintenance") for host in world.primary.site.all("host")],
        lambda world: world.primary.site.get("storage_domain", world.web).set(status="maintenance"),
    ],
    ids=["demoted", "hosts down", "maintenance"],
)
def test_who_cannot_write_is_no_writer(build: Build, spared: Callable[[World], Any]) -> None:
    world = build()
    assert world.take() == (201, 201)
    assert world.told()
    spared(world)
    assert world.told() == []


def test_a_lun_disk_is_written_by_the_host_of_its_vm(build: Build) -> None:
    world = build()
    shared = "360014055a5a5a5a0000000200000002"
    vm = world.primary.site.get("vm", world.primary.id("vm", "file01"))
    host = world.primary.id("host", "hv-a1")
    assert vm is not None
    vm.set(status="up", host={"id": host})
    other = world.recovery.id("host", "hv-b1")
    place = world.storage.place(shared)
    place.hosts.add(other)
    body = (
        "<disk><alias>same</alias><lun_storage><type>iscsi</type><logical_units>"
        f'<logical_unit id="{shared}"><address>192.0.2.50</address><port>3260</port>'
        "<target>iqn.2026-01.example.site-a:san</target></logical_unit></logical_units></lun_storage></disk>"
    )
    cluster = next(iter(world.recovery.site.all("cluster"))).name
    made = world.recovery.post(
        "/vms",
        f"<vm><name>twice</name><cluster><name>{cluster}</name></cluster><template><name>Blank</name></template></vm>",
    )
    twice = world.recovery.site.get("vm", str(etree.fromstring(made.content).get("id")))
    assert twice is not None
    attachment = f"<disk_attachment><interface>virtio_scsi</interface><active>true</active>{body}</disk_attachment>"
    assert world.recovery.post(f"/vms/{twice.id}/diskattachments", attachment).status_code == 201
    assert world.told() == []
    twice.set(status="up", host={"id": other})
    assert world.told() == [f"LUN {shared} can be written by primary (file01) and recovery (twice)"]
    held = twice.subs["disk_attachments"][0]
    for field in ({"read_only": "true"}, {"active": "false"}):
        twice.subs["disk_attachments"] = [{**held, **field}]
        assert world.told() == []
    twice.subs["disk_attachments"] = [held]
    place.sign_out(other)
    assert world.told() == []


def test_arrays_by_name(build: Build) -> None:
    world = build(protected=True)
    world.twin.fail(f"promote:{COPY}")
    world.twin.fail(f"demote:{SOURCE}")
    world.twin.fail(f"full:{LUN}")
    assert (world.storage.place(COPY).writable, world.storage.place(SOURCE).writable) == (True, False)
    assert world.storage.place(LUN).free == 0
    for kind in ("promote", "demote", "full", "storage"):
        with pytest.raises(BadRule, match="no storage 'nowhere:/at/all'"):
            world.twin.fail(f"{kind}:nowhere:/at/all")
