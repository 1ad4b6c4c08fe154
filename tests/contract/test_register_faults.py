# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals of a register, word for word as recorded."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity
from lxml import etree

Recordings = Callable[[str], dict[int, Any]]
FIRST, SECOND = "04b-unregistered-register", "04c-register-second-round"
UNKNOWN = "33333333-3333-3333-3333-333333333333"
INTO = "<action><cluster><name>dr</name></cluster>{}</action>"


def told(status: int, body: str) -> tuple[int, str]:
    """Status and words of an answer, its names and ids made alike."""
    words = re.search(r"<detail>(.*?)</detail>", body, re.DOTALL) or re.search(r"<pre>([^\n<]*)", body)
    text = html.unescape(words.group(1)) if words else body
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "~", text)
    return status, re.sub(r"\b(rec|mail01|tmpl|app0\d)[\w-]*", "NAME", text)


def recorded(recordings: Recordings, n: int, scene: str = FIRST) -> tuple[int, str]:
    record = recordings(scene)[n]
    return told(record["status"], record["response"])


class Site:
    """The recovery site with a domain attached."""

    def __init__(self, client: Any) -> None:
        self.client, self.domain = client, client.domain("data-web")
        self.rows = dict(client.site.unregistered[self.domain])

    def post(self, path: str, body: str) -> tuple[int, str]:
        answer = self.client.post(path, body)
        return told(answer.status_code, answer.text)

    def register(self, name: str, more: str = "", kind: str = "vm") -> tuple[int, str]:
        return self.to(self.entry(name, kind).id, more, kind)

    def to(self, identity: str, more: str = "", kind: str = "vm") -> tuple[int, str]:
        return self.post(f"/storagedomains/{self.domain}/{kind}s/{identity}/register", INTO.format(more))

    def entry(self, name: str, kind: str = "vm") -> Any:
        return next(e for e in self.rows.values() if e.kind == kind and e.name == name)

    @property
    def base(self) -> Any:
        return next(e for e in self.rows.values() if e.kind == "template" and e.template == e.id)

    @property
    def version(self) -> Any:
        return next(e for e in self.rows.values() if e.kind == "template" and e.template != e.id)

    def disk(self, entry: Any) -> tuple[int, str]:
        """Registers an entity's first disk by itself."""
        center = self.client.id("data_center", "Recovery")
        identity = entry.disks[0].record["id"]
        place = f"/datacenters/{center}/storagedomains/{self.domain}/disks/{identity}/register"
        return self.post(place, "<action/>")


@pytest.fixture
def place(recovery: Any) -> Site:
    return Site(recovery)


def test_what_is_no_id_is_not_found(recordings: Recordings, place: Site) -> None:
    assert place.to("xyz") == recorded(recordings, 94)
    assert place.to("xyz", kind="template") == (404, "")


def test_disks_that_are_there_already(recordings: Recordings, place: Site) -> None:
    mail = place.entry("mail01")
    assert place.disk(mail)[0] == 200
    assert place.register("mail01") == recorded(recordings, 179)
    assert place.register("mail01", "<allow_partial_import>true</allow_partial_import>") == recorded(recordings, 180)
    assert place.disk(mail) == recorded(recordings, 185)


def test_a_vm_that_is_registered(recordings: Recordings, place: Site) -> None:
    assert place.register("mail01")[0] == 200
    assert place.register("mail01") == recorded(recordings, 141)
    assert place.register("mail01", "<reassign_bad_macs>true</reassign_bad_macs>") == recorded(recordings, 76, SECOND)
    place.client.site.unregistered[place.domain][place.entry("mail01").id] = place.entry("mail01")
    assert place.register("mail01", "<reassign_bad_macs>true</reassign_bad_macs>") == recorded(recordings, 179)
    more = "<reassign_bad_macs>true</reassign_bad_macs><allow_partial_import>true</allow_partial_import>"
    assert place.register("mail01", more) == recorded(recordings, 76, SECOND)


def test_macs_and_names_that_are_taken(recordings: Recordings, place: Site) -> None:
    vm = place.entry("app02")
    place.client.site.macs.setdefault(vm.nics[0].mac, set()).add("somebody")
    assert place.register("app02") == recorded(recordings, 160)
    assert place.register("app02", "<reassign_bad_macs>false</reassign_bad_macs>") == recorded(recordings, 161)
    assert place.register("mail01", "<clone>true</clone><name>app01</name>")[0] == 200
    assert place.register("app01") == recorded(recordings, 152)
    assert place.register("app01", "<vm><name>app09</name></vm>") == recorded(recordings, 153)
    assert place.register("app02", "<reassign_bad_macs>true</reassign_bad_macs>")[0] == 200


@pytest.mark.parametrize("number", [154, 199])
def test_a_name_where_it_does_not_belong_breaks_the_engine(recordings: Recordings, place: Site, number: int) -> None:
    more = "<clone>true</clone><vm><name>x</name></vm>"
    ours = place.register("app01", more) if number == 154 else place.to(place.base.id, more, "template")
    assert ours == recorded(recordings, number)


def test_a_lun_mapping_that_names_no_lun(recordings: Recordings, place: Site) -> None:
    more = (
        "<registration_configuration><lun_mappings><registration_lun_mapping><from><lun_storage><logical_units>"
        '<logical_unit id="x"/></logical_units></lun_storage></from><to><alias>x</alias></to>'
        "</registration_lun_mapping></lun_mappings></registration_configuration>"
    )
    answer = place.client.post(
        f"/storagedomains/{place.domain}/vms/{place.entry('file01').id}/register", INTO.format(more)
    )
    assert told(answer.status_code, answer.text) == recorded(recordings, 74, SECOND)
    assert etree.fromstring(answer.content).tag == "action"


def test_a_mapping_to_no_name(recordings: Recordings, place: Site) -> None:
    more = (
        "<registration_configuration><affinity_group_mappings><registration_affinity_group_mapping>"
        "<from><name>a</name></from><to><description>none</description></to>"
        "</registration_affinity_group_mapping></affinity_group_mappings></registration_configuration>"
    )
    status, words = place.register("app01", more)
    assert (status, words.split(":")[0]) == (500, recorded(recordings, 55, SECOND)[1].split(":")[0])


def test_templates(recordings: Recordings, place: Site) -> None:
    assert place.to(UNKNOWN, kind="template") == recorded(recordings, 195)
    assert place.to(place.version.id, kind="template") == recorded(recordings, 194)
    assert place.to(place.base.id, "<clone>true</clone>", "template") == recorded(recordings, 84, SECOND)
    assert place.to(place.base.id, kind="template")[0] == 200
    assert place.to(place.base.id, kind="template") == recorded(recordings, 204)
    place.client.site.unregistered[place.domain][place.base.id] = place.base
    assert place.to(place.base.id, kind="template") == recorded(recordings, 93, SECOND)


def test_a_template_of_another_data_center_or_without_images(recordings: Recordings, place: Site) -> None:
    center = place.client.site.named("data_center", "Recovery")
    cluster = place.client.site.named("cluster", "dr")
    held = cluster.data["data_center"]
    cluster.set(data_center={"id": UNKNOWN})
    assert place.to(place.base.id, kind="template") == recorded(recordings, 198)
    cluster.set(data_center=held)
    assert center.id == held["id"]
    place.client.site.get("storage_domain", place.domain).set(status="maintenance")
    assert place.to(place.base.id, kind="template") == recorded(recordings, 210)


def test_images_that_are_not_there(recordings: Recordings, place: Site) -> None:
    center = place.client.id("data_center", "Recovery")
    disk = place.entry("mail01").disks[0].record["id"]
    where = f"/datacenters/{center}/storagedomains"
    assert place.post(f"{where}/{place.domain}/disks/{UNKNOWN}/register", "<action/>") == recorded(recordings, 186)
    assert place.post(f"{where}/{UNKNOWN}/disks/{disk}/register", "<action/>") == recorded(recordings, 187)
    unnamed = place.post(f"/storagedomains/{place.domain}/disks;unregistered", "<disk/>")
    assert unnamed == recorded(recordings, 192)
    unknown = place.post(f"/storagedomains/{place.domain}/disks;unregistered", f'<disk id="{UNKNOWN}"/>')
    assert unknown == recorded(recordings, 191)


def test_removing_what_is_not_unregistered(recordings: Recordings, place: Site) -> None:
    def delete(path: str) -> tuple[int, str]:
        answer = place.client.send("DELETE", path)
        return told(answer.status_code, answer.text)

    where = f"/storagedomains/{place.domain}"
    center = place.client.id("data_center", "Recovery")
    assert place.register("mail01")[0] == 200
    assert delete(f"{where}/vms/{UNKNOWN}") == recorded(recordings, 248)
    assert delete(f"{where}/vms/{place.entry('mail01').id}") == recorded(recordings, 255)
    assert delete(f"{where}/templates/{UNKNOWN}") == recorded(recordings, 261)
    assert delete(f"/datacenters/{center}{where}/disks/{UNKNOWN}") == (404, "")
    known = place.entry("mail01").disks[0].record["id"]
    assert delete(f"/datacenters/{center}{where}/disks/{known}")[0] == 409
    free = place.entry("app01").disks[0].record["id"]
    assert delete(f"/datacenters/{center}{where}/disks/{free}")[0] == 200
    assert delete(f"/datacenters/{center}{where}/disks/{free}")[0] == 404
    assert delete(f"{where}/vms/{place.entry('app02').id}")[0] == 200
    assert place.register("app02")[0] == 500


def test_removing_heeds_neither_the_kind_nor_what_needs_it(place: Site) -> None:
    """As on a running engine 4.5.8: an address of VMs takes templates too, and thin VMs stay listed without theirs."""
    base = place.base.id
    assert place.client.send("DELETE", f"/storagedomains/{place.domain}/vms/{base}").status_code == 200
    rows = place.client.site.unregistered[place.domain]
    assert base not in rows
    assert any(entry.kind == "vm" and entry.template == base for entry in rows.values())


def test_nothing_is_removed_from_a_domain_in_maintenance(place: Site) -> None:
    """As on a running engine 4.5.8, while the lists are answered as before."""
    center = place.client.id("data_center", "Recovery")
    where = f"/storagedomains/{place.domain}"
    entry = place.entry("app01")
    site = place.client.site
    with site.lock:
        site.get("storage_domain", place.domain).set(status="maintenance")
    for path, word in (
        (f"{where}/vms/{entry.id}", "VM"),
        (f"{where}/templates/{place.base.id}", "Template"),
        (f"/datacenters/{center}{where}/disks/{entry.disks[0].record['id']}", "Virtual Disk"),
    ):
        answer = place.client.send("DELETE", path)
        assert answer.status_code == 409
        assert f"[Cannot remove {word}. The relevant Storage Domain's status is Maintenance.]" in answer.text
    assert entry.id in place.client.get(f"{where}/vms;unregistered").text


def test_an_image_with_snapshots_is_not_removed(place: Site) -> None:
    """As on a running engine 4.5.8: 404 without a word."""
    center = place.client.id("data_center", "Recovery")
    disk = place.entry("app01").disks[0].record["id"]
    place.client.site.storage.contents[place.domain].layered.add(disk)
    answer = place.client.send("DELETE", f"/datacenters/{center}/storagedomains/{place.domain}/disks/{disk}")
    assert (answer.status_code, answer.text) == (404, "")


def test_the_images_of_what_was_removed_are_listed_elsewhere_and_not_deletable(place: Site) -> None:
    """As on a running engine 4.5.8: until the domain is attached again, 404."""
    center = place.client.id("data_center", "Recovery")
    other = place.client.site.storage.contents
    entry = place.entry("app01")
    disk = entry.disks[0].record["id"]
    elsewhere = place.client.id("storage_domain", "dr-master")
    other[elsewhere].disks["second"] = {**entry.disks[0].record, "id": "second"}
    spread = replace(entry.disks[0], record={**entry.disks[0].record, "id": "second"}, domains=(elsewhere,))
    with place.client.site.lock:
        place.client.site.unregistered[place.domain][entry.id] = replace(entry, disks=(*entry.disks, spread))
    assert place.client.send("DELETE", f"/storagedomains/{place.domain}/vms/{entry.id}").status_code == 200
    assert disk not in other[place.domain].disks
    path = f"/datacenters/{center}/storagedomains/{elsewhere}/disks"
    assert "second" in place.client.get(f"{path};unregistered").text
    assert place.client.send("DELETE", f"{path}/second").status_code == 404


def test_removing_a_vm_destroys_its_disk_though_that_was_registered(place: Site) -> None:
    """As on a running engine 4.5.8: the answer is 200, the disk is shown as before, and its image is gone."""
    center = place.client.id("data_center", "Recovery")
    disk = place.entry("app01").disks[0].record["id"]
    path = f"/datacenters/{center}/storagedomains/{place.domain}/disks/{disk}"
    assert place.post(f"{path}/register", "<action/>")[0] == 200
    contents = place.client.site.storage.contents
    assert disk in contents[place.domain].disks
    app01 = place.entry("app01").id
    assert place.client.send("DELETE", f"/storagedomains/{place.domain}/vms/{app01}").status_code == 200
    assert place.client.get(f"/disks/{disk}").status_code == 200
    assert disk not in contents[place.domain].disks


def lun_mapping(own: str, unit: str) -> str:
    """A mapping of a LUN to another."""

    def storage(inside: str) -> str:
        return f"<lun_storage><type>iscsi</type><logical_units>{inside}</logical_units></lun_storage>"

    return (
        "<registration_configuration><lun_mappings><registration_lun_mapping>"
        f'<from>{storage(f"""<logical_unit id="{own}"/>""")}</from><to>{storage(unit)}</to>'
        "</registration_lun_mapping></lun_mappings></registration_configuration>"
    )


def test_luns_that_will_not_do(recordings: Recordings, place: Site) -> None:
    entry = place.entry("file01")
    own = next(disk for disk in entry.disks if disk.lun is not None).lun
    incomplete = lun_mapping(own, f'<logical_unit id="{own}"><address>192.0.2.1</address></logical_unit>')
    assert place.register("file01", incomplete) == recorded(recordings, 73, SECOND)
    full = "<address>192.0.2.99</address><port>3260</port><target>iqn.none</target>"
    unseen = lun_mapping(own, f'<logical_unit id="{own}x">{full}</logical_unit>')
    assert place.register("file01", unseen) == recorded(recordings, 72, SECOND)
    other = place.client.site.add(Entity("disk", {"id": UNKNOWN, "name": "other", "lun_storage": {"id": own}}))
    assert place.register("file01") == recorded(recordings, 69, SECOND)
    place.client.site.remove(other)


def test_a_domain_that_is_not_active(recordings: Recordings, place: Site) -> None:
    place.client.site.get("storage_domain", place.domain).set(status="maintenance")
    assert place.register("mail01") == recorded(recordings, 132)


def test_an_id_that_is_none(place: Site) -> None:
    words = (400, "Invalid UUID string: xyz")
    assert place.post(f"/storagedomains/{place.domain}/disks;unregistered", '<disk id="xyz"/>') == words
    assert place.register("mail01")[0] == 200
    vm = f"/vms/{place.entry('mail01').id}"
    assert place.post(f"{vm}/nics", '<nic><name>n</name><vnic_profile id="xyz"/></nic>') == words
    role = '<permission><role><name>UserRole</name></role><user id="xyz"/></permission>'
    assert place.post(f"{vm}/permissions", role) == words
    assert place.post(f"{vm}/affinitylabels", '<affinity_label id="xyz"/>') == words


def test_the_stores_of_a_domain_in_no_data_center(place: Site) -> None:
    body = (
        "<storage_domain><type>data</type><storage><type>nfs</type><address>nfs-b.example</address>"
        "<path>/exports/data-db</path></storage><host><name>hv-b1</name></host></storage_domain>"
    )
    identity = etree.fromstring(place.client.post("/storagedomains", body).content).get("id")
    answer = place.post(f"/storagedomains/{identity}/updateovfstore", "<action/>")
    assert answer == (400, "[Data Center doesn't exist.]")
