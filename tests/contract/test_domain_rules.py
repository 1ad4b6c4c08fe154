# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of storage domains that no recording shows, one by one: each refuses, and the same goes through without its
reason. The words are the contract's meaning (contract 03, faults)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.clock import ManualClock
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.master import tasks_of
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from ansible_collections.ovirt_dr.storage.tests.contract.conftest import Client, words
from lxml import etree

BUSY = "Related operation is currently in progress. Please try again later."
NOBODY = "33333333-3333-3333-3333-333333333333"
MORE = "360014055a5a5a5a0000000300000003"


class Site(Client):
    """The main site, all guests down, with a clock that only moves when told to."""

    def __init__(self, twin: Twin) -> None:
        super().__init__(twin, "primary")
        self.center = self.id("data_center", "Production")
        for vm in list(self.site.all("vm")):
            vm.set(status="down")

    def inside(self, name: str) -> str:
        """The address of a domain in the data center."""
        return f"/datacenters/{self.center}/storagedomains/{self.id('storage_domain', name)}"

    def top(self, name: str) -> str:
        """The address of a domain on top level."""
        return f"/storagedomains/{self.id('storage_domain', name)}"

    def said(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        """Status and words of an answer."""
        answer = self.send(method, path, body)
        return answer.status_code, str(words(answer.text)[0])

    def status(self, name: str) -> str:
        """A domain's status in the data center."""
        return str(etree.fromstring(self.get(self.inside(name)).content).findtext("status"))

    def rest(self, *names: str) -> None:
        """Takes domains into maintenance."""
        for name in names:
            assert self.post(f"{self.inside(name)}/deactivate", "<action/>").status_code == 200
        self.twin.clock.forward(60)
        assert [self.status(name) for name in names] == ["maintenance"] * len(names)

    def made(self, name: str, kind: str = "data", more: str = "", storage: str = "") -> str:
        """Makes a domain and returns its id."""
        answer = self.post("/storagedomains", self.new(name, kind, more, storage))
        assert answer.status_code == 201, answer.text
        return str(etree.fromstring(answer.content).get("id"))

    def new(self, name: str, kind: str = "data", more: str = "", storage: str = "") -> str:
        """The body that makes a domain."""
        storage = storage or f"<type>nfs</type><address>nfs-a.example</address><path>/new/{name}</path>"
        return (
            f"<storage_domain><name>{name}</name><type>{kind}</type>{more}<storage>{storage}</storage>"
            "<host><name>hv-a1</name></host></storage_domain>"
        )

    def attached(self, identity: str) -> tuple[int, str]:
        """Status and words of attaching a domain."""
        return self.said("POST", f"/datacenters/{self.center}/storagedomains", f'<storage_domain id="{identity}"/>')

    def hosts(self, status: str) -> None:
        """Sets the status of every host."""
        for host in self.site.all("host"):
            host.set(status=status)


@pytest.fixture
def main() -> Iterator[Site]:
    """The main site of the drill."""
    with Twin(clock=ManualClock(), pace=1.0) as twin:
        yield Site(twin)
        assert twin.errors == []


def test_a_domain_in_use_cannot_be_attached(main: Site) -> None:
    identity = main.made("fresh")
    main.site.hold(identity, 5)
    assert main.attached(identity) == (409, f"[Cannot attach Storage. {BUSY}]")
    main.twin.clock.forward(6)
    assert main.attached(identity)[0] == 201


def test_formats(main: Site) -> None:
    newer = main.made("newer")
    main.site.get("data_center", main.center).set(storage_format="v4")
    refused = main.attached(newer)
    assert refused == (409, "[Cannot attach Storage. The Storage Domain format v5 is illegal.]")
    main.site.get("data_center", main.center).set(storage_format="v5")
    older = main.made("older", more="<storage_format>v4</storage_format>")
    assert main.attached(older)[0] == 201
    assert etree.fromstring(main.get(f"/storagedomains/{older}").content).findtext("storage_format") == "v5"


def test_no_host_no_activate(main: Site) -> None:
    main.rest("data-web")
    main.hosts("maintenance")
    refused = main.said("POST", f"{main.inside('data-web')}/activate", "<action/>")
    assert refused == (409, "[Cannot activate Storage. There is no active Host in the Data Center.]")
    main.hosts("up")
    assert main.said("POST", f"{main.inside('data-web')}/activate", "<action/>")[0] == 200


def test_a_master_does_not_leave_iso_domains_alone(main: Site) -> None:
    assert main.attached(main.made("images", "iso"))[0] == 201
    main.rest("data-web", "data-db", "data-erp")
    status, said = main.said("POST", f"{main.inside('data-master')}/deactivate", "<action/>")
    assert (status, "ISO/Export domains active" in said) == (409, True)
    main.rest("images")
    assert main.said("POST", f"{main.inside('data-master')}/deactivate", "<action/>")[0] == 200


def test_the_engines_own_domain_stays(main: Site) -> None:
    engine = main.site.named("vm", "web01")
    engine.set(origin="managed_hosted_engine")
    status, said = main.said("POST", f"{main.inside('data-web')}/deactivate", "<action/>")
    assert (status, "self hosted engine" in said) == (409, True)
    engine.set(origin="ovirt")
    assert main.said("POST", f"{main.inside('data-web')}/deactivate", "<action/>")[0] == 200


def test_an_iso_in_use_holds_its_domain(main: Site) -> None:
    assert main.attached(main.made("images", "iso"))[0] == 201
    guest = main.site.named("vm", "web01")
    guest.set(status="up")
    guest.subs["cdroms"] = [{"id": "00000000-0000-0000-0000-000000000000", "file": {"id": "setup.iso"}}]
    status, said = main.said("POST", f"{main.inside('images')}/deactivate", "<action/>")
    assert (status, "with an ISO from this Storage attached: web01." in said) == (409, True)
    guest.set(status="down")
    assert main.said("POST", f"{main.inside('images')}/deactivate", "<action/>")[0] == 200


def test_an_iso_image_on_a_data_domain_holds_it(main: Site) -> None:
    disk = next(d for d in main.site.disks_of(main.site.named("vm", "db01")) if main.site.domains_of(d))
    guest = main.site.named("vm", "web02")
    guest.subs["disk_attachments"] = []
    guest.subs["cdroms"] = [{"id": "00000000-0000-0000-0000-000000000000", "file": {"id": disk.id}}]
    guest.set(status="up")
    domain = main.site.get("storage_domain", main.site.domains_of(disk)[0])
    status, said = main.said("POST", f"{main.inside(domain.name)}/deactivate", "<action/>")
    assert (status, f"attached: {guest.name}." in said) == (409, True)


EDITS = [
    ("data-web", f"<name>{'n' * 51}</name>", "The given name is too long."),
    ("images", "<backup>true</backup>", "ISO and Export storage domains do not support the backup property."),
]


@pytest.mark.parametrize(("name", "change", "said"), EDITS)
def test_edits_that_are_refused(main: Site, name: str, change: str, said: str) -> None:
    main.made("images", "iso")
    refused = main.said("PUT", main.top(name), f"<storage_domain>{change}</storage_domain>")
    assert refused == (400, f"[Cannot edit Storage. {said}]")


def test_no_edit_while_something_is_done_with_a_domain(main: Site) -> None:
    body, domain = (
        "<storage_domain><comment>x</comment></storage_domain>",
        main.site.named("storage_domain", "data-web"),
    )
    main.site.hold(domain.id, 5)
    assert main.said("PUT", main.top("data-web"), body) == (409, f"[Cannot edit Storage. {BUSY}]")
    main.twin.clock.forward(6)
    assert main.said("PUT", main.top("data-web"), body)[0] == 200
    domain.set(status="locked")
    assert main.said("PUT", main.top("data-web"), body) == (409, f"[Cannot edit Storage. {BUSY}]")


@pytest.mark.parametrize("lease", [False, True])
def test_no_backup_domain_under_running_guests(main: Site, lease: bool) -> None:
    body = "<storage_domain><backup>true</backup></storage_domain>"
    guest = main.site.named("vm", "web01")
    if lease:
        guest.subs["disk_attachments"] = []
        guest.set(lease={"storage_domain": {"id": main.id("storage_domain", "data-web")}})
    guest.set(status="up")
    status, said = main.said("PUT", main.top("data-web"), body)
    assert (status, "running VMs or VM leases" in said) == (409, True)
    guest.set(status="down")
    assert main.said("PUT", main.top("data-web"), body)[0] == 200


def luns(portal: tuple[str, str], lun: str, more: str = "") -> str:
    """The storage element with a LUN."""
    address = f"<address>{portal[0]}</address><port>3260</port><target>{portal[1]}</target>"
    unit = f'<logical_unit id="{lun}">{address}</logical_unit>'
    return f"<type>iscsi</type><logical_units>{unit}</logical_units>{more}"


def spare(main: Site, identity: str = MORE) -> str:
    """A LUN on which nothing lies, behind the portal of the block domain."""
    held = main.site.storage.block_places(main.id("storage_domain", "data-erp"))[0]
    record = {**held.record, "id": identity, "serial": "S000300000003"}
    main.site.storage.luns[identity] = type(held)(record)
    return identity


@pytest.fixture
def portal(main: Site) -> tuple[str, str]:
    """Address and target of the estate's block domain."""
    place = main.site.storage.block_places(main.id("storage_domain", "data-erp"))[0]
    return place.record["address"], place.record["target"]


def extended(main: Site, body: str) -> tuple[int, str]:
    """Status and words of extending the block domain."""
    return main.said("PUT", main.top("data-erp"), f"<storage_domain><storage>{body}</storage></storage_domain>")


def test_extending(main: Site, portal: tuple[str, str]) -> None:
    lun = spare(main)
    main.hosts("maintenance")
    refused = extended(main, luns(portal, lun))
    assert refused == (409, "[Cannot extend Storage. There is no active Host in the Data Center.]")
    main.hosts("up")
    unseen = extended(main, luns(portal, "36001405ffffffff0000000900000009"))
    assert (unseen[0], "is unreachable from hv-a" in unseen[1]) == (409, True)
    main.rest("data-erp")
    refused = extended(main, luns(portal, lun))
    assert refused == (409, "[Cannot extend Storage. The relevant Storage Domain's status is Maintenance.]")
    assert main.said("POST", f"{main.inside('data-erp')}/activate", "<action/>")[0] == 200
    assert extended(main, luns(portal, lun))[0] == 200
    shown = etree.fromstring(main.get(main.top("data-erp")).content)
    assert lun in [unit.get("id") for unit in shown.iter("logical_unit")]
    used = main.said("POST", "/storagedomains", main.new("other", storage=luns(portal, lun)))
    words_of = (
        f"[Cannot add Storage. The following LUNs are already part of existing storage domains: {lun} (data-erp).]"
    )
    assert used == (409, words_of)


def test_nobody_refreshes_a_domain_in_use(main: Site) -> None:
    main.site.hold(main.id("storage_domain", "data-erp"), 5)
    refused = main.said("POST", f"{main.top('data-erp')}/refreshluns", "<action/>")
    assert refused == (409, f"[Cannot edit Storage. {BUSY}]")
    main.twin.clock.forward(6)
    assert main.said("POST", f"{main.top('data-erp')}/refreshluns", "<action/>")[0] == 200


def test_luns_of_new_domains(main: Site, portal: tuple[str, str]) -> None:
    lun = spare(main)
    place = main.site.storage.luns[lun]
    place.content = main.site.storage.contents[main.id("storage_domain", "data-web")]
    used = main.said("POST", "/storagedomains", main.new("fresh", storage=luns(portal, lun)))
    assert used == (400, "[Failed to initialize physical device]")
    taken = main.said(
        "POST",
        "/storagedomains",
        main.new("fresh", storage=luns(portal, lun, more="<override_luns>true</override_luns>")),
    )
    assert taken[0] == 201


def test_a_lun_of_a_disk_is_no_storage(main: Site, portal: tuple[str, str]) -> None:
    disk = next(d for d in main.site.all("disk") if "lun_storage" in d.data)
    lun = disk.data["lun_storage"]["id"]
    status, said = main.said("POST", "/storagedomains", main.new("fresh", storage=luns(portal, lun)))
    assert (status, f"{lun} ({disk.name})" in said) == (409, True)


def test_a_target_that_wants_credentials(main: Site, portal: tuple[str, str]) -> None:
    lun = spare(main)
    main.twin.chap(portal[1], "u", "secret")
    refused = main.said("POST", "/storagedomains", main.new("fresh", storage=luns(portal, lun)))
    assert refused[0] == 400
    body = luns(portal, lun).replace("<port>", "<username>u</username><password>secret</password><port>")
    assert main.said("POST", "/storagedomains", main.new("fresh", storage=body))[0] == 201


def test_setmaster_needs_a_data_center_a_name_and_quiet(main: Site) -> None:
    body = f'<action><storage_domain id="{main.id("storage_domain", "data-web")}"/></action>'
    path = f"/datacenters/{main.center}/setmaster"
    assert main.said("POST", f"/datacenters/{NOBODY}/setmaster", body) == (400, "[Data Center doesn't exist.]")
    nameless = main.said("POST", path, "<action><storage_domain><name>nope</name></storage_domain></action>")
    assert nameless == (404, "Entity not found: Storage: name=nope")
    center = main.site.get("data_center", main.center)
    main.site.hold(tasks_of(center), 5)
    assert main.said("POST", path, body) == (
        409,
        "[Cannot switch master storage domain. The Data Center has running tasks.]",
    )
    main.twin.clock.forward(6)
    version = center.data["version"]
    center.set(version={"major": "4", "minor": "4"})
    assert main.said("POST", path, body)[0] == 400
    center.set(version=version)
    assert main.said("POST", path, body)[0] == 200
    main.twin.clock.forward(3)
    shown = etree.fromstring(main.get(main.inside("data-web")).content)
    assert (shown.findtext("master"), shown.findtext("status")) == ("true", "active")


def test_what_is_attached_on_storage_is_not_formatted(main: Site) -> None:
    identity = main.made("fresh")
    main.site.storage.contents[identity].pool = NOBODY
    status, said = main.said("DELETE", f"/storagedomains/{identity}?host=hv-a1&format=true")
    assert (status, "already attached to a Data Center" in said) == (409, True)
    assert main.said("DELETE", f"/storagedomains/{identity}?host=hv-a1")[0] == 200


def lost(main: Site) -> str:
    """The master of the data center is gone and shown so; returns its address."""
    main.site.named("storage_domain", "data-master").set(status="inactive")
    return f"{main.top('data-master')}?destroy=true"


def test_destroying_a_master_needs_a_host_and_an_heir(main: Site) -> None:
    path = lost(main)
    main.hosts("maintenance")
    status, said = main.said("DELETE", path)
    assert (status, "without an active Host" in said) == (409, True)
    main.hosts("up")
    others = [d for d in main.site.domains_in(main.center) if d.name != "data-master"]
    for domain in others:
        domain.set(status="maintenance")
    status, said = main.said("DELETE", path)
    assert (status, "another active Storage Domain" in said) == (409, True)
    others[0].set(status="active")
    assert main.said("DELETE", path)[0] == 200
    assert others[0].data["master"] == "true"


def test_guests_of_a_destroyed_domain_come_back_as_external(main: Site) -> None:
    """Seen at a running engine: 200, and 10 to 20 seconds later they are there again under another name."""
    guest = main.site.named("vm", "web01")
    guest.set(status="up")
    main.site.named("storage_domain", "data-web").set(status="inactive")
    assert main.said("DELETE", f"{main.top('data-web')}?destroy=true")[0] == 200
    assert main.get(f"/vms/{guest.id}").status_code == 404
    main.twin.clock.forward(20)
    found = etree.fromstring(main.get("/vms?search=name%3Dexternal-*").content)
    assert [(vm.findtext("name"), vm.findtext("status"), vm.findtext("origin")) for vm in found] == [
        ("external-web01", "up", "external")
    ]
    assert etree.fromstring(main.get(f"/vms/{guest.id}/diskattachments").content).find("disk_attachment") is None


def test_an_engine_that_was_restarted_looks_for_its_storage_first(main: Site) -> None:
    """Seen at a running engine: the data center is not up for some seconds."""
    path = f"/datacenters/{main.center}"
    main.twin.die("primary", 5)
    main.twin.clock.forward(6)
    seen = []
    for _turn in range(10):
        seen.append(etree.fromstring(main.get(path).content).findtext("status"))
        main.twin.clock.forward(1)
    assert list(dict.fromkeys(seen)) == ["problematic", "contend", "up"]


def test_a_gluster_domain(main: Site) -> None:
    """Not recorded as a domain; as a connection it is (02 11)."""
    storage = "<type>glusterfs</type><address>nfs-a.example</address><path>/vol1</path><vfs_type>glusterfs</vfs_type>"
    identity = main.made("volume", storage=storage)
    assert main.attached(identity)[0] == 201
    shown = etree.fromstring(main.get(main.inside("volume")).content).find("storage")
    assert {child.tag: child.text for child in shown} == {
        "type": "glusterfs",
        "address": "nfs-a.example",
        "path": "/vol1",
        "vfs_type": "glusterfs",
    }


def local_site(main: Site) -> None:
    """The data center becomes one of a single host's own storage, without any."""
    center = main.site.get("data_center", main.center)
    for domain in list(main.site.domains_in(main.center)):
        main.site.remove(domain)
    center.set(local="true", status="uninitialized")


LOCAL = "<type>localfs</type><path>/data/{}</path>"


def test_local_domains(main: Site) -> None:
    local_site(main)
    first = main.made("l1", storage=LOCAL.format("l1"))
    assert main.status("l1") == "active"
    second = main.made("l2", storage=LOCAL.format("l2"))
    main.rest("l2")
    inside = f"/datacenters/{main.center}/storagedomains/{second}"
    main.site.hold(second, 5)
    assert main.said("DELETE", inside) == (409, f"[Cannot remove Storage. {BUSY}]")
    main.twin.clock.forward(6)
    assert main.said("DELETE", inside)[0] == 200
    assert main.get(f"/storagedomains/{second}").status_code == 404
    main.site.get("storage_domain", first).set(status="maintenance")
    status, said = main.said("POST", "/storagedomains", main.new("l3", storage=LOCAL.format("l3")))
    assert (status, "master Storage Domain" in said) == (409, True)
    main.site.get("storage_domain", first).set(status="unattached", data_centers=None, master="false")
    main.site.get("data_center", main.center).set(local="false", status="uninitialized")
    status, said = main.attached(first)
    assert (status, "does not match" in said) == (409, True)


def test_an_extension_of_a_host_that_is_not_there(main: Site) -> None:
    body = "<storage_connection_extension><password>p</password></storage_connection_extension>"
    path = f"/hosts/{NOBODY}/storageconnectionextensions"
    assert main.said("POST", path, body) == (400, "[Internal Engine Error]")


def test_a_host_signs_in_with_its_own_details(main: Site, portal: tuple[str, str]) -> None:
    """Not those of the connection (contract 02, 2.7)."""
    main.rest("data-erp")
    main.twin.chap(portal[1], "of-hv-a1", "secret")
    for place in main.site.storage.luns.values():
        place.hosts.clear()
    inside = f"{main.inside('data-erp')}/activate"
    assert main.said("POST", inside, "<action/>")[0] == 400
    body = (
        f"<storage_connection_extension><target>{portal[1]}</target><username>of-hv-a1</username>"
        "<password>secret</password></storage_connection_extension>"
    )
    path = f"/hosts/{main.id('host', 'hv-a1')}/storageconnectionextensions"
    assert main.said("POST", path, body)[0] == 201
    assert main.said("POST", inside, "<action/>")[0] == 200
