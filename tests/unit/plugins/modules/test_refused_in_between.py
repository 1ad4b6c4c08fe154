# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals that no look beforehand can foresee: somebody changes the engine between the look and the write.

Right before a module's write is sent, the twin is changed as another user or a failing host would change it; then it
refuses by its own rules, which are those of the recordings (tests/contract/test_fidelity.py). The keys are those of
tests/contract/refusals.yml.
"""

from __future__ import annotations

import re

import pytest
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import DATA_WEB, RUN_ID, Bench
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.meanwhile import (
    NOWHERE,
    WRITES,
    Case,
    all_blockers,
    another_is_locked,
    as_user,
    busy,
    disk_taken,
    every,
    gone,
    in_between,
    lun_taken,
    mac_taken,
    master,
    name_taken,
    reading_stores,
    registered,
    registered_and_listed,
    site,
    that,
    the_master,
    two_blockers,
    unlisted,
    vm,
    vm_record,
)

TOLD: dict[str, Case] = {
    "import: the host is gone": Case("import", gone("host", called="hv-b1"), 500, "General command validation failure"),
    "import: the host is not up": Case(
        "import",
        every("host", status="maintenance"),
        409,
        "Cannot add storage server connection when Host status is not up",
    ),
    "import: a connection leads there": Case(
        "import",
        as_user(
            "POST",
            "/storageconnections",
            "<storage_connection><type>nfs</type><address>nfs-b.example</address><path>/exports/data-web</path>"
            "</storage_connection>",
        ),
        409,
        "already exists for",
    ),
    "import: the place cannot be mounted": Case(
        "import", lambda b: b.twin.fail("storage:data-web"), 400, "Problem while trying to mount target"
    ),
    "import: no words": Case(
        "import on a connection", lambda b: b.twin.fail("storage:data-web"), 400, "The engine gives no reason"
    ),
    "attach: the domain is gone": Case(
        "attach", gone("storage_domain", called="data-web"), 400, "Storage Domain doesn't exist"
    ),
    "the data center is gone": Case("attach", gone("data_center"), 400, "Data Center doesn't exist"),
    "attach: the domain is in a data center": Case(
        "attach",
        that(status="unattached", data_centers={"data_center": {"id": NOWHERE}}),
        409,
        "Cannot attach Storage. The relevant Storage Domain is inaccessible",
    ),
    "attach: the master is not active": Case(
        "attach", master("maintenance"), 409, "Please activate the master Storage Domain first"
    ),
    "attach: no host": Case(
        "attach", every("host", status="maintenance"), 409, "There is no active Host in the Data Center"
    ),
    "activate: the data center has no domain": Case(
        "activate", every("data_center", "primary", status="uninitialized"), 409, "Unknown Data Center status"
    ),
    "activate: the domain is gone": Case(
        "activate",
        gone("storage_domain", "primary", "data-web"),
        400,
        "Cannot activate Storage. Storage Domain doesn't exist",
    ),
    "activate: the domain has left": Case(
        "activate", that(name="primary", data_centers=None, status="unattached"), 400, "Internal Engine Error"
    ),
    "activate: the data center is gone": Case(
        "activate", gone("data_center", "primary"), 400, "Data Center doesn't exist"
    ),
    "activate: the master is not active": Case(
        "activate",
        master("maintenance", "primary"),
        409,
        "Failed to activate Storage due to an error on the Data Center",
    ),
    "activate: it is active": Case(
        "activate",
        that(name="primary", status="active"),
        409,
        "Cannot activate Storage. The relevant Storage Domain's status",
    ),
    "rename: the name is taken": Case("rename", name_taken, 409, "The Storage Domain name is already in use"),
    "rename: in maintenance": Case(
        "rename",
        that(status="maintenance"),
        409,
        "Cannot edit Storage. The relevant Storage Domain's status is Maintenance",
    ),
    "it is gone": Case("rename", gone("storage_domain", called="data-web"), 404, "It is gone or never was there"),
    "update OVF stores: the data center is gone": Case(
        "update OVF stores", gone("data_center", "primary"), 400, "Data Center doesn't exist"
    ),
    "deactivate: the domain is gone": Case(
        "deactivate", gone("storage_domain", "primary", "data-web"), 500, "NullPointerException"
    ),
    "deactivate: the data center is gone": Case(
        "deactivate", gone("data_center", "primary"), 500, "General command validation failure"
    ),
    "deactivate: a VM runs": Case(
        "deactivate", vm("web02", status="up"), 409, 'VMs in a state other than "Down" or "Suspended" were detected'
    ),
    "deactivate: a lease": Case(
        "deactivate",
        vm("web02", status="up", lease={"storage_domain": {"id": DATA_WEB}}),
        409,
        "the domain contains leases for the following running VMs: web02",
    ),
    "detach: active": Case(
        "detach",
        that(name="primary", status="active"),
        409,
        "Cannot detach Storage. The relevant Storage Domain's status is Active",
    ),
    "detach: protected": Case(
        "detach", vm("web02", delete_protected="true"), 409, "The following VMs/Templates are delete protected: web02"
    ),
    "detach: protected and a preview": Case(
        "detach", two_blockers, 409, "are previewing a snapshot: web02", ("are delete protected: web02",)
    ),
    "detach: protected, of a pool and a preview": Case(
        "detach",
        all_blockers,
        409,
        "are previewing a snapshot: web02",
        ("are attached to pool: web02", "are delete protected: web02"),
    ),
    "detach: the master with others": Case(
        "detach",
        the_master,
        409,
        "Cannot detach the master Storage Domain from the Data Center while there are other storage domains",
    ),
    "remove: attached again": Case(
        "remove",
        that(name="primary", data_centers={"data_center": {"id": NOWHERE}}),
        409,
        "Cannot remove Storage. The relevant Storage Domain is inaccessible",
    ),
    "remove: the host is not up": Case("remove", every("host", "primary", status="down"), 409, "is not up"),
    "remove: the host is gone": Case("remove", gone("host", "primary"), 400, "the underlying Host ID is invalid"),
    "VM: the cluster is gone": Case("VM", gone("cluster", called="dr"), 400, "The relevant Cluster doesn't exist"),
    "VM: a MAC address is taken": Case("VM", mac_taken, 409, "would create duplicates in target MAC pool"),
    "VM: the template is gone": Case(
        "thin VM", gone("template", called="tmpl-debian12"), 400, "The relevant Template doesn't exist"
    ),
    "VM: the domain is in maintenance": Case(
        "VM", every("storage_domain", status="maintenance"), 409, "The relevant Storage Domain's status is Maintenance"
    ),
    "VM: the name is taken": Case("VM", vm_record("app01"), 409, "VM Name already exists in the Data Center"),
    "VM: a disk is here": Case("VM", disk_taken, 409, "The following disks already exist"),
    "VM: it is listed no more": Case("VM", unlisted("app01"), 500, "General command validation failure"),
    "VM: the LUN is taken": Case("VM with a LUN", lun_taken, 409, "The provided lun is used by another disk"),
    "VM: the LUN is not seen": Case(
        "VM with a LUN", lambda b: site(b, "recovery").storage.luns.clear(), 400, "The provided LUN is not visible"
    ),
    "template: the cluster has moved": Case(
        "template", every("cluster", data_center={"id": NOWHERE}), 400, "Storage Domain doesn't exist"
    ),
    "template: it is listed no more": Case("template", unlisted("tmpl-win2022"), 400, "VM is not found"),
    "template: the domain is in maintenance": Case(
        "template", every("storage_domain", status="maintenance"), 409, "does not exist on any active storage domain"
    ),
    "delete: it is registered": Case(
        "delete", registered("vms", "app01"), 400, "Cannot remove VM. Storage Domain type is illegal"
    ),
    "start: the domain is in maintenance": Case(
        "start",
        every("storage_domain", status="maintenance"),
        409,
        "Cannot run VM. The relevant Storage Domain's status is Maintenance",
    ),
}


WAITED: dict[str, Case] = {
    "activate: busy": Case("activate", busy("primary"), 409, "Cannot activate Storage. Related operation"),
    "deactivate: busy": Case("deactivate", busy("primary"), 409, "Cannot deactivate Storage. Related operation"),
    "detach: busy": Case("detach", busy("primary"), 409, "Cannot detach Storage. Related operation"),
    "remove: busy": Case("remove", busy("primary"), 409, "Cannot remove Storage. Related operation"),
    "deactivate: another domain is locked": Case(
        "deactivate the master", another_is_locked, 409, "while there are locked domains in the Data Center"
    ),
    "deactivate: tasks of the data center": Case(
        "deactivate the master", reading_stores, 409, "Tasks running: RetrieveImageData"
    ),
}

SO_ALREADY: dict[str, Case] = {
    "deactivate: in maintenance": Case(
        "deactivate",
        that(name="primary", status="maintenance"),
        409,
        "Cannot deactivate Storage. The relevant Storage Domain's status is Maintenance",
    ),
    "detach: it has left": Case("detach", that(name="primary", status="unattached", data_centers=None), 404, ""),
    "VM: it is registered": Case("VM with any address", registered("vms", "app01"), 409, "VM ID already exists"),
    "template: it is registered and listed": Case(
        "template", registered_and_listed("templates", "tmpl-win2022"), 409, "VM with the same ID already exists"
    ),
    "template: it is registered": Case(
        "template", registered("templates", "tmpl-win2022"), 400, "Storage Domain doesn't exist"
    ),
}


@pytest.mark.parametrize("key", TOLD)
def test_it_is_told_with_the_object_the_engines_words_and_what_to_do_next(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    case = TOLD[key]
    write = WRITES[case.write]
    write.ready(bench)
    happened = in_between(monkeypatch, bench, write, case.change)
    result = write.call(bench)
    assert happened
    assert result["failed"], result["msg"]
    failure = next(one for one in result["failures"] if one["name"] == write.name)
    told = failure["message"]
    for words in (write.name, case.words, str(case.status), *case.also):
        assert words in told
    assert (failure["failure"]["kind"], failure["failure"]["status"]) == ("fault", case.status)
    # What to do next stands behind the mark by which the engine's log is found.
    assert re.search(rf"\(correlation id {RUN_ID}-\w+\) [A-Z][^.]+", told), told
    assert told in result["msg"]


@pytest.mark.parametrize("key", WAITED)
def test_what_passes_by_itself_is_waited_out(bench: Bench, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    case = WAITED[key]
    write = WRITES[case.write]
    write.ready(bench)
    happened = in_between(monkeypatch, bench, write, case.change)
    result = write.call(bench)
    assert not result.get("failed"), result["msg"]
    assert any(case.words in refused for refused in happened[1:])


@pytest.mark.parametrize("key", SO_ALREADY)
def test_what_somebody_else_did_meanwhile_is_so_already(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    case = SO_ALREADY[key]
    write = WRITES[case.write]
    write.ready(bench)
    happened = in_between(monkeypatch, bench, write, case.change)
    result = write.call(bench)
    assert not result.get("failed"), result["msg"]
    assert any(write.name in names for names in result["already"].values())
    assert any(case.words in refused for refused in happened[1:])


def test_a_list_that_the_storage_manager_cannot_make(bench: Bench) -> None:
    bench.ready("attached")
    with site(bench, "recovery").lock:
        every("host", status="maintenance")(bench)
    result = bench.run("unregistered_info", data_center="Recovery", domains=["data-web"], kinds=["disks"])
    assert result["failed"]
    for words in (
        "unregistered disks of data-web",
        "Error connecting to the Storage Pool Manager service",
        "run again",
    ):
        assert words in result["msg"]
