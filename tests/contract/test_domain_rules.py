# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of storage domains that no recording shows, one by one: each refuses, and the same goes through without its
reason. The words are the contract's meaning (contract 03, faults)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.clock import ManualClock
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.master import tasks_of
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.ovf_stores import uploads_to
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from ansible_collections.ovirt_dr.storage.tests.contract.main_site import BUSY, NOBODY, Site
from lxml import etree


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


def test_inactive_disks_of_running_vms_hold_nothing(main: Site) -> None:
    """Seen at a running engine 4.5.8, which asks for plugged disks only."""
    guest = main.site.named("vm", "db01")
    guest.set(status="up")
    status, said = main.said("POST", f"{main.inside('data-erp')}/deactivate", "<action/>")
    assert (status, "VMs in a state other than" in said) == (409, True)
    for held in guest.subs["disk_attachments"]:
        held["active"] = "false"
    assert main.said("POST", f"{main.inside('data-erp')}/deactivate", "<action/>")[0] == 200


@pytest.mark.parametrize(
    ("phase", "status"),
    [("transferring", 409), ("finalizing_failure", 409), ("paused_user", 200), ("finished_success", 200)],
)
def test_transfers_hold_a_domain_while_they_run(main: Site, phase: str, status: int) -> None:
    """Words, phases and the list as at a running engine 4.5.8."""
    disk = next(d for d in main.site.all("disk") if d.name == "db01_erp")
    main.site.named("vm", "db01").set(status="down")
    identity = "829679a4-6dd8-4cec-bb53-53bb0db70599"
    main.site.add(Entity("image_transfer", {"id": identity, "phase": phase, "disk": {"id": disk.id}}))
    (shown,) = etree.fromstring(main.get("/imagetransfers").content)
    assert (shown.get("id"), shown.findtext("phase"), shown.find("disk").get("id")) == (identity, phase, disk.id)
    answered, said = main.said("POST", f"{main.inside('data-erp')}/deactivate", "<action/>")
    assert answered == status
    assert ("pause or cancel all active disk uploads and downloads" in said) is (status == 409)


def test_a_thin_vm_leaves_with_its_template(main: Site) -> None:
    """Also with a further disk elsewhere, which stays alone: seen at a running engine 4.5.8."""
    template = next(t for t in main.site.all("template") if t.name == "tmpl-win2022")
    guest = main.site.named("vm", "web01")
    guest.set(template={"id": template.id}, status="down")
    disk = main.site.disks_of(guest)[0]
    for name in ("db01", "dns01"):
        main.site.named("vm", name).set(status="down")
    main.rest("data-db")
    assert main.send("DELETE", main.inside("data-db")).status_code == 200
    assert main.site.named("vm", "web01") is None
    assert main.site.get("disk", disk.id) is disk
    assert not main.site.disk_users.get(disk.id)


def test_an_iso_in_use_holds_its_domain(main: Site) -> None:
    assert main.attached(main.made("images", "iso"))[0] == 201
    guest = main.site.named("vm", "web01")
    guest.set(status="up")
    guest.subs["cdroms"] = [{"id": "00000000-0000-0000-0000-000000000000", "file": {"id": "setup.iso"}}]
    status, said = main.said("POST", f"{main.inside('images')}/deactivate", "<action/>")
    assert (status, "ISO image(s) attached to the following VM(s): web01." in said) == (409, True)
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
    assert (status, f"attached to the following VM(s): {guest.name}." in said) == (409, True)


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


def test_a_host_must_be_named(main: Site) -> None:
    body = main.new("fresh").replace("<host><name>hv-a1</name></host>", "<host/>")
    assert main.said("POST", "/storagedomains", body)[1].startswith("StorageDomain [host.id|name] required")
    body = main.new("fresh").replace("<name>hv-a1</name>", "<comment>x</comment>")
    assert main.said("POST", "/storagedomains", body) == (400, "StorageDomain [host.id|name] required for add")


def test_a_known_domain_is_not_imported_from_its_replica(main: Site) -> None:
    replica = "<type>nfs</type><address>nfs-b.example</address><path>/exports/data-web</path>"
    refused = main.said("POST", "/storagedomains", main.new("again", storage=replica))
    assert refused == (409, "[Cannot add Storage. The Storage Domain already exists.]")


def test_the_id_of_a_domain_stays(main: Site) -> None:
    refused = main.said("PUT", main.top("data-web"), f'<storage_domain id="{NOBODY}"/>')
    assert refused == (409, "Attempt to set immutable field: id")


def test_what_no_host_reaches_is_not_attached(main: Site) -> None:
    identity = main.made("fresh")
    main.twin.storage.cut("nfs-a.example:/new/fresh")
    assert main.attached(identity) == (400, "[]")
    main.twin.storage.cut("nfs-a.example:/new/fresh", back=True)
    assert main.attached(identity)[0] == 201


def test_one_update_of_ovf_stores_after_the_other(main: Site) -> None:
    path = f"{main.top('data-web')}/updateovfstore"
    assert main.said("POST", path, "<action/>")[0] == 200
    assert main.said("POST", path, "<action/>") == (409, f"[Cannot edit Storage. {BUSY}]")
    main.twin.clock.forward(10)
    assert main.said("POST", path, "<action/>")[0] == 200


def test_new_ovf_stores_are_written_before_a_domain_leaves(main: Site) -> None:
    main.site.hold(uploads_to(main.site.named("storage_domain", "data-web")), 5)
    status, said = main.said("POST", f"{main.inside('data-web')}/deactivate", "<action/>")
    assert (status, "running tasks on this Storage" in said) == (409, True)
    main.twin.clock.forward(6)
    assert main.said("POST", f"{main.inside('data-web')}/deactivate", "<action/>")[0] == 200


def test_nothing_leaves_while_the_master_is_away(main: Site) -> None:
    main.rest("data-erp")
    main.site.named("storage_domain", "data-master").set(status="inactive")
    status, said = main.said("DELETE", main.inside("data-erp"))
    assert (status, said.startswith("[Failed to detach Storage due to an error")) == (409, True)
    main.site.named("storage_domain", "data-master").set(status="active")
    assert main.said("DELETE", main.inside("data-erp"))[0] == 200


def test_a_connection_of_two_file_domains_cannot_be_edited(main: Site) -> None:
    """Not to be had by requests; an old engine may hold it."""
    first, second = (main.site.named("storage_domain", name) for name in ("data-web", "data-db"))
    shared = first.subs["storage_connections"]
    second.subs["storage_connections"] = shared
    path = f"/storageconnections/{shared[0]['id']}"
    status, said = main.said("PUT", path, "<storage_connection><nfs_retrans>4</nfs_retrans></storage_connection>")
    named = re.search(r"used by the following storage domains : ([a-z,-]+)\.\]$", said)
    assert (status, sorted(named.group(1).split(",")) if named else said) == (409, ["data-db", "data-web"])


@pytest.mark.parametrize(
    ("made", "change", "said"),
    [
        ("<type>posixfs</type><path>/dev/x</path><vfs_type>xfs</vfs_type>", "<path></path>", "path"),
        ("<type>iscsi</type><address>a</address><port>1</port><target>t</target>", "<address></address>", "address"),
    ],
)
def test_an_edit_leaves_no_field_empty(main: Site, made: str, change: str, said: str) -> None:
    answer = main.post("/storageconnections", f"<storage_connection>{made}</storage_connection>")
    path = f"/storageconnections/{etree.fromstring(answer.content).get('id')}"
    refused = main.said("PUT", path, f"<storage_connection>{change}</storage_connection>")
    assert refused == (400, f"[{said} field cannot be empty.]")


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


def events(main: Site, *codes: str) -> dict[str, tuple[str, set[str]]]:
    """The last event of each code: what it says, and what it names."""
    found: dict[str, tuple[str, set[str]]] = {}
    for event in etree.fromstring(main.get("/events").content):
        code = event.findtext("code")
        if code in codes:
            named = {str(child.tag) for child in event if child.get("id")}
            found.setdefault(str(code), (str(event.findtext("description")), named))
    return found


def test_jobs_and_events_of_domains(main: Site) -> None:
    """As other drivers' jobs and events were recorded on the same engines (01, 05, 09)."""
    assert main.attached(main.made("fresh"))[0] == 201
    main.rest("fresh")
    main.site.get("host", main.id("host", "hv-a1")).set(spm={"priority": "5", "status": "none"})
    main.twin.die("primary", 5)
    main.twin.clock.forward(6)
    main.get("/hosts")
    main.twin.clock.forward(10)
    assert main.said("DELETE", f"{main.top('fresh')}?destroy=true")[0] == 200
    jobs = main.get("/jobs").text
    assert "Removing Storage Domain fresh (Force Remove) from Data Center Production" in jobs
    told = events(main, "962", "1029", "204", "981")
    assert told["962"][1] == {"cluster", "data_center", "host", "storage_domain", "user"}
    assert told["1029"][1] == {"data_center", "storage_domain"}
    assert told["981"][1] == {"storage_domain", "user"}
    assert (told["204"][0].startswith("Storage Pool Manager runs on Host hv-a1"), told["204"][1]) == (True, {"host"})


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
