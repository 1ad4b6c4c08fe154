# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage that is gone: what the engine still shows, what it refuses, and the way out to the replica (recordings 07,
03b)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.clock import ManualClock
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from ansible_collections.ovirt_dr.storage.tests.contract.conftest import Client, words
from lxml import etree

Recordings = Callable[[str], dict[int, Any]]


class Site(Client):
    """The main site, with a clock that only moves when told to."""

    def __init__(self, twin: Twin) -> None:
        super().__init__(twin, "primary")
        self.center = self.id("data_center", "Production")

    def inside(self, domain: str) -> str:
        """The address of a domain in its data center."""
        return f"/datacenters/{self.center}/storagedomains/{self.id('storage_domain', domain)}"

    def status(self, path: str) -> str:
        """The status at a path."""
        return str(etree.fromstring(self.get(path).content).findtext("status"))

    def after(self, seconds: float, path: str) -> str:
        """The status at a path some seconds later."""
        self.twin.clock.forward(seconds)
        return self.status(path)

    def action(self, path: str, verb: str, body: str = "<action/>") -> Any:
        """Status and words of an action's answer."""
        answer = self.post(f"{path}/{verb}", body)
        return answer.status_code, words(answer.text)

    def stop(self) -> None:
        """Powers every VM off."""
        for vm in list(self.site.all("vm")):
            if vm.data["status"] != "down":
                assert self.action(f"/vms/{vm.id}", "stop")[0] == 200
        self.twin.clock.forward(20)
        assert "<vm " not in self.get("/vms?search=status!%3Ddown").text


@pytest.fixture
def cut() -> Iterator[Site]:
    """A site that has lost all of its storage a moment ago."""
    with Twin(clock=ManualClock(), pace=1.0) as twin:
        twin.fail("storage:nfs-a.example")
        twin.fail("storage:192.0.2.50")
        yield Site(twin)
        assert twin.errors == []


FORCE = "<action><force>true</force></action>"


def recorded(record: Any) -> Any:
    """Status and words of a recorded answer."""
    return record["status"], words(record["response"])


def test_it_takes_minutes_until_the_engine_shows_it(cut: Site) -> None:
    inside, vm = cut.inside("data-web"), f"/vms/{cut.id('vm', 'web01')}"
    assert (cut.status(inside), cut.status(vm)) == ("active", "up")
    assert cut.after(295, inside) == "active"
    assert cut.after(10, inside) == "inactive"
    assert cut.status(vm) == "up"
    assert cut.status(f"/datacenters/{cut.center}") == "problematic"
    events = cut.get("/events").text
    assert "Storage Domain data-web (Data Center Production) was deactivated by system" in events
    cut.twin.no_faults()
    assert cut.after(305, inside) == "active"
    assert cut.status(f"/datacenters/{cut.center}") == "up"


def test_an_inactive_domain_cannot_be_activated(cut: Site, recordings: Recordings) -> None:
    refused = recorded(recordings("07-dr")[157])
    cut.twin.clock.forward(305)
    assert cut.action(cut.inside("data-master"), "activate") == refused
    first = cut.action(cut.inside("data-web"), "activate")
    assert first[0] == 409
    assert "Please activate the master Storage Domain first" in first[1][0]


def test_running_vms_block_also_with_force(cut: Site, recordings: Recordings) -> None:
    held = recordings("03b-storage-domain-rules")
    inside = cut.inside("data-web")
    assert cut.action(inside, "deactivate") == recorded(held[46])
    assert cut.action(inside, "deactivate", FORCE) == recorded(held[47])


@pytest.mark.parametrize("late", [0, 305])
def test_without_force_the_domain_falls_back(cut: Site, late: float) -> None:
    inside = cut.inside("data-web")
    cut.stop()
    former = cut.after(late, inside)
    assert cut.action(inside, "deactivate")[0] == 200
    assert [cut.after(seconds, inside) for seconds in (1, 11, 3)] == ["locked", "unknown", former]
    assert "failed" in cut.get("/jobs").text
    assert "Failed to update VMs/Templates OVF data for Storage Domain data-web" in cut.get("/events").text
    assert cut.after(305, inside) == "inactive"


@pytest.mark.parametrize("late", [0, 305])
def test_the_whole_site_is_pointed_to_its_replicas(cut: Site, late: float) -> None:
    master, others = "data-master", ("data-web", "data-db", "data-erp")
    before = {vm.id for vm in cut.site.all("vm")}
    cut.stop()
    cut.twin.clock.forward(late)
    for name in (*others, master):
        assert cut.action(cut.inside(name), "deactivate", FORCE)[0] == 200
        assert cut.after(30, cut.inside(name)) == "maintenance"
    assert cut.status(f"/datacenters/{cut.center}") == "maintenance"
    for connection in list(cut.site.all("storage_connection")):
        body = "<address>nfs-b.example</address>"
        if connection.data["type"] == "iscsi":
            body = "<address>192.0.2.150</address><target>iqn.2026-01.example.site-b:san</target>"
        answer = cut.send(
            "PUT", f"/storageconnections/{connection.id}", f"<storage_connection>{body}</storage_connection>"
        )
        assert answer.status_code == 200, answer.text
    assert cut.action(cut.inside("data-web"), "activate")[0] == 409
    for name in (master, *others):
        assert cut.action(cut.inside(name), "activate")[0] == 200
        assert cut.status(cut.inside(name)) == "active"
    assert cut.status(f"/datacenters/{cut.center}") == "up"
    assert {vm.id for vm in cut.site.all("vm")} == before
    for name in ("db01", "db02"):
        assert cut.action(f"/vms/{cut.id('vm', name)}", "start")[0] == 200
    assert cut.after(400, cut.inside("data-web")) == "active"
