# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What writes of VMs and disks leave behind: on storage, for the next engine that attaches it, and when hosts fail."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.faults import BadRule
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity
from ansible_collections.ovirt_dr.storage.tests.contract.conftest import Client
from lxml import etree

GIB = 2**30
CLUSTER = "<cluster><name>prod</name></cluster>"


def until(client: Client, done: Callable[[], bool]) -> None:
    """Waits for what goes on after an answer."""
    for _turn in range(1000):
        with client.site.lock:
            client.site.settle()
        if done():
            return
        time.sleep(0.01)
    pytest.fail("it never came about")


def tree(client: Client, path: str) -> etree._Element:
    """What a GET shows."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return etree.fromstring(answer.content)


def sent(client: Client, method: str, path: str, body: str | None = None) -> etree._Element:
    """The answer of a request that is carried out."""
    answer = client.send(method, path, body)
    assert answer.status_code < 300, answer.text
    return etree.fromstring(answer.content)


def vm(client: Client, name: str) -> Entity:
    """A VM by name."""
    found = client.site.named("vm", name)
    assert found is not None
    return found


def shown(client: Client, kind: str, identity: str) -> Callable[[str], str | None]:
    """Reads one field of an entity, as it is at that time."""
    return lambda field: tree(client, f"/{kind}/{identity}").findtext(field)


def new_disk(client: Client, owner: str, name: str, domain: str, more: str = "") -> str:
    """A new disk of a VM, ready; returns its id."""
    body = (
        "<disk_attachment><interface>virtio_scsi</interface><bootable>false</bootable><active>true</active>"
        f"<disk><name>{name}</name><provisioned_size>{2 * GIB}</provisioned_size>"
        f"{more or '<format>cow</format><sparse>true</sparse>'}"
        f"<storage_domains><storage_domain><name>{domain}</name></storage_domain></storage_domains></disk>"
        "</disk_attachment>"
    )
    identity = sent(client, "POST", f"/vms/{owner}/diskattachments", body).get("id")
    assert identity
    status = shown(client, "disks", identity)
    until(client, lambda: status("status") == "ok")
    return identity


def made(client: Client, name: str = "made01") -> str:
    """A VM without disks; returns its id."""
    body = (
        f"<vm><name>{name}</name>{CLUSTER}<template><name>Blank</name></template>"
        f"<memory>{GIB}</memory><comment>as made</comment></vm>"
    )
    identity = sent(client, "POST", "/vms", body).get("id")
    assert identity
    return identity


def snapshot(client: Client, name: str) -> str:
    """Takes a snapshot of a VM that is down; returns its id."""
    body = "<snapshot><description>before</description></snapshot>"
    identity = sent(client, "POST", f"/vms/{client.id('vm', name)}/snapshots", body).get("id")
    assert identity
    until(client, lambda: all(s["snapshot_status"] == "ok" for s in vm(client, name).subs["snapshots"]))
    return identity


def moved_out(client: Client, domain: str) -> None:
    """Takes a domain out of its data center."""
    path = f"/datacenters/{client.id('data_center', 'Production')}/storagedomains/{domain}"
    for running in [v for v in client.site.all("vm") if v.data["status"] == "up"]:
        running.set(status="down")
    sent(client, "POST", f"{path}/deactivate", "<action/>")
    until(client, lambda: tree(client, path).findtext("status") == "maintenance")
    sent(client, "DELETE", path)
    until(client, lambda: client.get(path).status_code == 404)


def test_a_vm_made_here_comes_up_at_the_other_site(primary: Client, recovery: Client) -> None:
    owner = made(primary)
    disk = new_disk(primary, owner, "made01_data", "data-web")
    sent(primary, "PUT", f"/vms/{owner}", f"<vm><comment>as edited</comment><memory>{2 * GIB}</memory></vm>")
    snapshot(primary, "made01")
    moved_out(primary, primary.id("storage_domain", "data-web"))
    domain = recovery.domain("data-web")
    body = "<action><cluster><name>dr</name></cluster></action>"
    sent(recovery, "POST", f"/storagedomains/{domain}/vms/{recovery.unregistered('made01')}/register", body)
    found = tree(recovery, f"/vms/{owner}")
    assert (found.findtext("comment"), found.findtext("memory")) == ("as edited", str(2 * GIB))
    attachment = tree(recovery, f"/vms/{owner}/diskattachments").find("disk_attachment")
    assert attachment is not None
    assert (attachment.get("id"), attachment.findtext("interface")) == (disk, "virtio_scsi")
    assert tree(recovery, f"/disks/{disk}").findtext("provisioned_size") == str(2 * GIB)
    kept = [s.findtext("description") for s in tree(recovery, f"/vms/{owner}/snapshots")]
    assert sorted(kept) == ["Active VM", "before"]


def test_a_deleted_vm_does_not_come_up_there(primary: Client, recovery: Client) -> None:
    sent(primary, "DELETE", f"/vms/{primary.id('vm', 'mail01')}")
    until(primary, lambda: primary.site.named("disk", "mail01_os") is None)
    moved_out(primary, primary.id("storage_domain", "data-web"))
    domain = recovery.domain("data-web")
    left = {v.findtext("name") for v in tree(recovery, f"/storagedomains/{domain}/vms;unregistered")}
    assert left & {"app01", "mail01"} == {"app01"}
    disks = {d.findtext("name") for d in tree(recovery, f"/storagedomains/{domain}/disks;unregistered")}
    assert "mail01_os" not in disks


def free(client: Client, domain: str) -> int:
    """Bytes free on a domain."""
    return int(tree(client, f"/storagedomains/{client.id('storage_domain', domain)}").findtext("available") or 0)


def test_a_disk_takes_its_space_and_gives_it_back(primary: Client) -> None:
    before, owner = free(primary, "data-erp"), made(primary)
    disk = new_disk(primary, owner, "made01_raw", "data-erp", "<format>raw</format><sparse>false</sparse>")
    assert free(primary, "data-erp") == before - 2 * GIB
    sent(primary, "DELETE", f"/disks/{disk}")
    until(primary, lambda: primary.get(f"/disks/{disk}").status_code == 404)
    assert free(primary, "data-erp") == before


def test_a_moved_disk_takes_its_space_along(primary: Client) -> None:
    owner = made(primary)
    disk = new_disk(primary, owner, "made01_raw", "data-web", "<format>raw</format><sparse>false</sparse>")
    before = free(primary, "data-web"), free(primary, "data-db")
    body = "<action><storage_domain><name>data-db</name></storage_domain></action>"
    sent(primary, "POST", f"/disks/{disk}/move", body)
    until(primary, lambda: shown(primary, "disks", disk)("status") == "ok")
    assert (free(primary, "data-web"), free(primary, "data-db")) == (before[0] + 2 * GIB, before[1] - 2 * GIB)
    contents = primary.site.storage.contents
    there = {name: disk in contents[primary.id("storage_domain", name)].disks for name in ("data-web", "data-db")}
    assert there == {"data-web": False, "data-db": True}


def job_status(client: Client, words: str) -> str:
    """The status of the job that is called so."""
    return next(str(j.data["status"]) for j in client.site.all("job") if words in str(j.data["description"]))


def test_a_move_that_hosts_cannot_copy_leaves_the_disk(primary: Client) -> None:
    primary.twin.fail("cannot:copy")
    disk, old = primary.id("disk", "app01_os"), primary.id("storage_domain", "data-web")
    body = "<action><storage_domain><name>data-db</name></storage_domain></action>"
    sent(primary, "POST", f"/disks/{disk}/move", body)
    until(primary, lambda: shown(primary, "disks", disk)("status") == "ok")
    held = tree(primary, f"/disks/{disk}").find("storage_domains/storage_domain")
    assert held is not None
    assert held.get("id") == old
    assert job_status(primary, "Moving Disk app01_os") == "failed"
    assert any(e.data["code"] == "2011" for e in primary.site.all("event"))


@pytest.mark.parametrize(
    ("defect", "where", "snapshots", "status"),
    [
        ("", "data-db", 1, "finished"),
        ("mirror", "data-web", 2, "failed"),
        ("merge", "data-db", 2, "failed"),
    ],
)
def test_a_live_move(primary: Client, defect: str, where: str, snapshots: int, status: str) -> None:
    if defect:
        primary.twin.fail(f"cannot:{defect}")
    disk = primary.id("disk", "web01_os")
    body = "<action><storage_domain><name>data-db</name></storage_domain></action>"
    sent(primary, "POST", f"/disks/{disk}/move", body)
    until(primary, lambda: job_status(primary, "Migrating Disk web01_os") == status)
    held: Any = tree(primary, f"/disks/{disk}").find("storage_domains/storage_domain")
    assert held.get("id") == primary.id("storage_domain", where)
    assert len(vm(primary, "web01").subs["snapshots"]) == snapshots
    assert vm(primary, "web01").data["status"] == "up"


def test_a_previewed_snapshot_is_undone(primary: Client) -> None:
    owner, disk = primary.id("vm", "app01"), primary.id("disk", "app01_os")
    taken = snapshot(primary, "app01")
    before = tree(primary, f"/disks/{disk}").findtext("image_id")
    sent(primary, "POST", f"/vms/{owner}/previewsnapshot", f'<action><snapshot id="{taken}"/></action>')
    path = f"/vms/{owner}/snapshots/{taken}"
    until(primary, lambda: tree(primary, path).findtext("snapshot_status") == "in_preview")
    assert tree(primary, f"/disks/{disk}").findtext("image_id") != before
    sent(primary, "POST", f"/vms/{owner}/undosnapshot", "<action/>")
    until(primary, lambda: tree(primary, path).findtext("snapshot_status") == "ok")
    assert tree(primary, f"/disks/{disk}").findtext("image_id") == before


def test_a_pool_goes_with_its_vms(primary: Client) -> None:
    body = f"<vm_pool><name>desks</name><size>2</size>{CLUSTER}<template><name>tmpl-win2022</name></template></vm_pool>"
    pool = sent(primary, "POST", "/vmpools", body).get("id")
    for name in ("desks-1", "desks-2"):
        until(primary, lambda name=name: vm(primary, name).data["status"] == "down")  # type: ignore[misc]
    assert tree(primary, f"/vmpools/{pool}").findtext("size") == "2"
    sent(primary, "DELETE", f"/vmpools/{pool}")
    until(primary, lambda: not any(v.name.startswith("desks") for v in primary.site.all("vm")))


def test_a_thin_vm_stands_on_the_templates_disk(primary: Client) -> None:
    template, name = primary.id("template", "tmpl-win2022"), "thin01"
    body = f'<vm><name>{name}</name>{CLUSTER}<template id="{template}"/></vm>'
    sent(primary, "POST", "/vms", body)
    until(primary, lambda: vm(primary, name).data["status"] == "down")
    refused = primary.send("DELETE", f"/templates/{template}")
    assert (refused.status_code, name in refused.text) == (409, True)
    disk = vm(primary, name).subs["disk_attachments"][0]["id"]
    move = "<action><storage_domain><name>data-web</name></storage_domain></action>"
    answer = primary.post(f"/disks/{disk}/move", move)
    assert answer.status_code == 400
    assert "does not contain the VM Template" in answer.text


def test_hosts_can_again_when_faults_are_taken_away(primary: Client) -> None:
    primary.twin.fail("cannot:copy")
    primary.twin.no_faults()
    body = "<action><storage_domain><name>data-db</name></storage_domain></action>"
    sent(primary, "POST", f"/disks/{primary.id('disk', 'app01_os')}/move", body)
    until(primary, lambda: job_status(primary, "Moving Disk app01_os") == "finished")


def test_hosts_that_cannot_hibernate_leave_a_vm_up(primary: Client) -> None:
    primary.twin.fail("cannot:hibernate")
    sent(primary, "POST", f"/vms/{primary.id('vm', 'web01')}/suspend", "<action/>")
    until(primary, lambda: job_status(primary, "Performing Hibernate action on VM web01") == "finished")
    assert vm(primary, "web01").data["status"] == "up"


def test_hosts_can_not_be_unable_to_do_what_is_none(primary: Client) -> None:
    with pytest.raises(BadRule):
        primary.twin.fail("cannot:fly")


def test_a_deleted_snapshot_leaves_one_image(primary: Client) -> None:
    taken, owner, disk = snapshot(primary, "app01"), primary.id("vm", "app01"), primary.id("disk", "app01_os")
    domain = primary.id("storage_domain", "data-web")
    assert disk in primary.site.storage.contents[domain].layered
    sent(primary, "DELETE", f"/vms/{owner}/snapshots/{taken}")
    until(primary, lambda: job_status(primary, "Removing Snapshot before of VM app01") == "finished")
    assert [s.findtext("description") for s in tree(primary, f"/vms/{owner}/snapshots")] == ["Active VM"]
    assert shown(primary, "disks", disk)("status") == "ok"
    assert disk not in primary.site.storage.contents[domain].layered


def test_a_committed_preview_stays(primary: Client) -> None:
    owner, disk = primary.id("vm", "app01"), primary.id("disk", "app01_os")
    taken = snapshot(primary, "app01")
    before = shown(primary, "disks", disk)("image_id")
    sent(primary, "POST", f"/vms/{owner}/previewsnapshot", f'<action><snapshot id="{taken}"/></action>')
    until(primary, lambda: shown(primary, "disks", disk)("status") == "ok")
    sent(primary, "POST", f"/vms/{owner}/commitsnapshot", "<action/>")
    until(primary, lambda: shown(primary, "disks", disk)("status") == "ok")
    assert shown(primary, "disks", disk)("image_id") != before
    kinds = {s["snapshot_type"]: s["snapshot_status"] for s in vm(primary, "app01").subs["snapshots"]}
    assert kinds == {"active": "ok", "regular": "ok"}


def test_a_clone_has_disks_and_nics_of_its_own(primary: Client) -> None:
    body = "<action><vm><name>clone01</name></vm></action>"
    sent(primary, "POST", f"/vms/{primary.id('vm', 'app01')}/clone", body)
    until(primary, lambda: job_status(primary, "Creating VM clone01 as a clone of VM app01") == "finished")
    first, clone = vm(primary, "app01"), vm(primary, "clone01")
    for kind, field in (("disk_attachments", "id"), ("nics", "id"), ("nics", "mac")):
        ours, theirs = ([held[field] for held in each.subs[kind]] for each in (clone, first))
        assert len(ours) == len(theirs) > 0
        assert all(held not in theirs for held in ours)


def test_a_vm_is_found_by_its_new_name(primary: Client) -> None:
    owner = primary.id("vm", "app01")
    sent(primary, "PUT", f"/vms/{owner}", "<vm><name>app99</name></vm>")
    assert (vm(primary, "app99").id, primary.site.named("vm", "app01")) == (owner, None)


def test_an_imported_vm_has_what_it_had(primary: Client) -> None:
    domain = primary.site.named("storage_domain", "data-erp")
    assert domain is not None
    domain.set(type="export")
    owner, disk = primary.id("vm", "app01"), primary.id("disk", "app01_os")
    macs = [nic["mac"] for nic in vm(primary, "app01").subs["nics"]]
    sent(primary, "POST", f"/vms/{owner}/export", f'<action><storage_domain id="{domain.id}"/></action>')
    until(primary, lambda: vm(primary, "app01").data["status"] == "down")
    sent(primary, "DELETE", f"/vms/{owner}")
    until(primary, lambda: primary.site.get("disk", disk) is None)
    body = "<action><storage_domain><name>data-db</name></storage_domain></action>"
    sent(primary, "POST", f"/storagedomains/{domain.id}/vms/{owner}/import", body)
    until(primary, lambda: vm(primary, "app01").data["status"] == "down")
    assert vm(primary, "app01").id == owner
    assert [nic["mac"] for nic in vm(primary, "app01").subs["nics"]] == macs
    held: Any = tree(primary, f"/disks/{disk}").find("storage_domains/storage_domain")
    assert held.get("id") == primary.id("storage_domain", "data-db")


HERE = "<action><storage_domain><name>data-db</name></storage_domain></action>"


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        (
            "/vms?clone=true",
            f"<vm><name>fresh01</name>{CLUSTER}<template><name>tmpl-win2022</name></template></vm>",
            "Creating VM fresh01",
        ),
        ("/templates", '<template><name>fresh01</name><vm id="{vm}"/></template>', "Creating VM Template fresh01"),
        ("/vms/{vm}/clone", "<action><vm><name>fresh01</name></vm></action>", "Creating VM fresh01 as a clone"),
        ("/disks/{disk}/copy", HERE.replace("</action>", "<disk><name>fresh01</name></disk></action>"), "Copying Disk"),
        ("/disks/{template_disk}/copy", HERE.replace("data-db", "data-web"), "Copying Disk tmpl-win2022_os"),
        ("/vms/{vm}/export", '<action><storage_domain id="{domain}"/></action>', "Exporting VM app01"),
    ],
)
def test_what_hosts_cannot_copy_leaves_nothing(primary: Client, path: str, body: str, words: str) -> None:
    domain = primary.site.named("storage_domain", "data-erp")
    assert domain is not None
    if "export" in path:
        domain.set(type="export")
    ids = {
        "vm": primary.id("vm", "app01"),
        "disk": primary.id("disk", "app01_os"),
        "template_disk": primary.id("disk", "tmpl-win2022_os"),
        "domain": domain.id,
    }
    for key, value in ids.items():
        path, body = path.replace(f"{{{key}}}", value), body.replace(f"{{{key}}}", value)

    def left() -> Any:
        contents = primary.site.storage.contents
        return (
            {kind: sorted(held.id for held in primary.site.all(kind)) for kind in ("vm", "template", "disk")},
            {content.id: (sorted(content.disks), sorted(content.exported)) for content in contents.values()},
            primary.site.domains_of(primary.site.tables["disk"][ids["template_disk"]]),
            [primary.site.tables["disk"][ids[key]].data["status"] for key in ("disk", "template_disk")],
        )

    before = left()
    primary.twin.fail("cannot:copy")
    sent(primary, "POST", path, body)
    until(primary, lambda: job_status(primary, words) == "failed")
    assert left() == before
    assert vm(primary, "app01").data["status"] == "down"


def test_an_import_that_hosts_cannot_copy_leaves_nothing(primary: Client) -> None:
    domain = primary.site.named("storage_domain", "data-erp")
    assert domain is not None
    domain.set(type="export")
    owner = primary.id("vm", "app01")
    sent(primary, "POST", f"/vms/{owner}/export", f'<action><storage_domain id="{domain.id}"/></action>')
    until(primary, lambda: vm(primary, "app01").data["status"] == "down")
    before = {kind: sorted(held.id for held in primary.site.all(kind)) for kind in ("vm", "disk")}
    primary.twin.fail("cannot:copy")
    body = HERE.replace("<action>", "<action><clone>true</clone><vm><name>fresh01</name></vm>")
    sent(primary, "POST", f"/storagedomains/{domain.id}/vms/{owner}/import", body)
    until(primary, lambda: job_status(primary, "Importing VM fresh01") == "failed")
    assert {kind: sorted(held.id for held in primary.site.all(kind)) for kind in ("vm", "disk")} == before
