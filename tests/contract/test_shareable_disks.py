# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks that several VMs have come back with each of them, or by themselves and as ordinary ones; and an edit gives a
disk what a register does not keep."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

NEW = (
    "<disk><name>quorum</name><provisioned_size>1073741824</provisioned_size><format>raw</format><sparse>true</sparse>"
    '<shareable>true</shareable><storage_domains><storage_domain id="{}"/></storage_domains></disk>'
)
ATTACH = '<disk_attachment><interface>virtio_scsi</interface><active>{}</active><disk id="{}"/></disk_attachment>'


@pytest.fixture
def quorum(primary: Any, recovery: Any) -> tuple[str, str]:
    """A shareable disk of two VMs on data-web, as recovery finds it after an attach; the ids of domain and disk."""
    web = primary.id("storage_domain", "data-web")
    answer = primary.post("/disks", NEW.format(web))
    assert answer.status_code == 201, answer.text
    disk = str(etree.fromstring(answer.content).get("id"))
    primary.twin.clock.forward(60)
    for name in ("app01", "app02"):
        vm = primary.id("vm", name)
        assert primary.post(f"/vms/{vm}/diskattachments", ATTACH.format("false", disk)).status_code == 201
    assert primary.post(f"/storagedomains/{web}/updateovfstore", "<action/>").status_code == 200
    primary.twin.clock.forward(60)
    assert primary.get("/vms").status_code == 200  # what is due at a site happens when it is asked next
    return recovery.domain("data-web"), disk


def shown(client: Any, path: str) -> Any:
    return etree.fromstring(client.get(path).content)


INTO = "<action><cluster><name>dr</name></cluster></action>"


def test_it_comes_with_the_first_of_its_vms_and_the_next_one_gets_it_too(
    recovery: Any, quorum: tuple[str, str]
) -> None:
    domain, disk = quorum
    for name in ("app01", "app02"):
        vm = recovery.unregistered(name)
        assert recovery.post(f"/storagedomains/{domain}/vms/{vm}/register", INTO).status_code == 200
        assert disk in [one.get("id") for one in shown(recovery, f"/vms/{vm}/diskattachments")]
        assert shown(recovery, f"/disks/{disk}").findtext("shareable") == "true"
    assert disk not in [one.get("id") for one in shown(recovery, f"/storagedomains/{domain}/disks;unregistered")]


def test_by_itself_it_comes_back_as_an_ordinary_floating_disk(recovery: Any, quorum: tuple[str, str]) -> None:
    domain, disk = quorum
    listed = {one.get("id"): one for one in shown(recovery, f"/storagedomains/{domain}/disks;unregistered")}
    assert listed[disk].findtext("alias") == "quorum"
    assert listed[disk].findtext("shareable") == "false"
    center = recovery.id("data_center", "Recovery")
    path = f"/datacenters/{center}/storagedomains/{domain}/disks/{disk}/register"
    assert recovery.post(path, "<action/>").status_code == 200
    assert shown(recovery, f"/disks/{disk}").findtext("shareable") == "false"
    vm = recovery.unregistered("app01")
    refused = recovery.post(f"/storagedomains/{domain}/vms/{vm}/register", INTO)
    assert refused.status_code == 409
    assert "already exist: quorum" in refused.text

    assert recovery.send("PUT", f"/disks/{disk}", "<disk><shareable>true</shareable></disk>").status_code == 200
    recovery.twin.clock.forward(60)
    assert shown(recovery, f"/disks/{disk}").findtext("shareable") == "true"
    assert recovery.post(f"/storagedomains/{domain}/vms/{vm}/register", INTO).status_code == 200
    assert [one.get("id") for one in shown(recovery, f"/vms/{vm}/diskattachments")].count(disk) == 1
    again = recovery.post(f"/vms/{vm}/diskattachments", ATTACH.format("true", disk))
    assert again.status_code == 409
    assert "The disk is already attached to VM." in again.text


def test_an_edit_gives_a_disk_its_quota_and_profile(primary: Any) -> None:
    web = primary.id("storage_domain", "data-web")
    disk = next(one.id for one in primary.site.all("disk") if primary.site.domains_of(one) == (web,))
    (quota,) = [
        one.id for one in primary.site.all("quota") if one.ref("data_center") == primary.id("data_center", "Production")
    ]
    profile = next(one for one in primary.site.all("disk_profile") if one.ref("storage_domain") == web)
    other = next(one for one in primary.site.all("disk_profile") if one.ref("storage_domain") != web)
    nobody = "33333333-3333-3333-3333-333333333333"
    for body, status in (
        (f'<disk><quota id="{nobody}"/></disk>', 400),
        (f'<disk><disk_profile id="{other.id}"/></disk>', 400),
        (f'<disk><quota id="{quota}"/><disk_profile id="{profile.id}"/></disk>', 200),
    ):
        assert primary.send("PUT", f"/disks/{disk}", body).status_code == status
    found = shown(primary, f"/disks/{disk}")
    assert found.find("quota").get("id") == quota
    assert found.find("disk_profile").get("id") == profile.id
