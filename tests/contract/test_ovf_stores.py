# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OVF stores: when they come to be, when they tell of a VM, and what an unwritten one leads to (recordings 07 62-84 and
07a 66-96)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.clock import ManualClock
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.ovf_stores import INTERVAL_SECONDS, by_the_clock
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from ansible_collections.ovirt_dr.storage.tests.contract.conftest import Client
from lxml import etree


class Site(Client):
    """The main site, with a clock that only moves when told to."""

    def __init__(self, twin: Twin) -> None:
        super().__init__(twin, "primary")

    def at(self, domain: str) -> str:
        """The address of a domain."""
        return f"/storagedomains/{self.id('storage_domain', domain)}"

    def stores(self, domain: str) -> list[tuple[Any, ...]]:
        """Status and sizes of a domain's OVF stores."""
        disks = etree.fromstring(self.get(f"{self.at(domain)}/disks").content)
        return [
            tuple(disk.findtext(key) for key in ("status", "provisioned_size", "actual_size"))
            for disk in disks.iter("disk")
            if disk.findtext("content_type") == "ovf_store"
        ]

    def update(self, domain: str) -> None:
        """Asks for the stores to be written."""
        assert self.post(f"{self.at(domain)}/updateovfstore", "<action/>").status_code == 200

    def written(self, domain: str) -> Any:
        """What lies in a domain's stores: id -> entry."""
        assert self.get("").status_code == 200
        content = self.twin.storage.contents[self.id("storage_domain", domain)]
        return content.ovf if content.written else None


@pytest.fixture
def site() -> Iterator[Site]:
    with Twin(clock=ManualClock(), pace=1.0) as twin:
        yield Site(twin)
        assert twin.errors == []


def test_stores_appear_one_is_ready_then_the_other_and_then_they_hold_something(site: Site) -> None:
    for domain in ("data-web", "data-db"):
        for disk in [d for d in site.site.all("disk") if d.data.get("content_type") == "ovf_store"]:
            site.site.remove(disk)
        content = site.twin.storage.contents[site.id("storage_domain", domain)]
        content.written = False
    for domain in ("data-web", "data-db"):
        assert site.stores(domain) == []
        site.update(domain)
        seen: list[list[str]] = []
        for _tenth in range(90):
            statuses = [status for status, *_sizes in site.stores(domain)]
            if not seen or seen[-1] != statuses:
                seen.append(statuses)
            assert (site.written(domain) is not None) == (statuses == ["ok", "ok"])
            site.twin.clock.forward(0.1)
        assert seen in (
            [[], ["locked", "locked"], order, ["ok", "ok"]] for order in (["ok", "locked"], ["locked", "ok"])
        )
        assert {size for _status, size, _actual in site.stores(domain)} == {"134217728"}


def test_the_second_writing_tells_the_size_and_takes_a_moment(site: Site) -> None:
    site.update("data-web")
    site.twin.clock.forward(10)
    vm = site.site.named("vm", "web01")
    body = "<vm><description>new words</description></vm>"
    assert site.send("PUT", f"/vms/{vm.id}", body).status_code == 200
    site.update("data-web")
    assert site.written("data-web")[vm.id].record["description"] != "new words"
    site.twin.clock.forward(10)
    assert site.written("data-web")[vm.id].record["description"] == "new words"
    sizes = {(provisioned, actual) for _status, provisioned, actual in site.stores("data-web")}
    assert len(sizes) == 1
    assert next(iter(sizes))[0] == next(iter(sizes))[1] != "134217728"


@pytest.mark.parametrize(("reached", "codes"), [(True, ["199"]), (False, ["1016", "190", "199"])])
def test_the_end_of_an_update_is_an_event_about_the_domain(site: Site, reached: bool, codes: list[str]) -> None:
    """As at a running engine 4.5.8; an update by the engine's own clock is none."""
    if not reached:
        site.twin.fail("storage:data-web", "primary")
    with site.site.lock:
        by_the_clock(site.site)
    site.update("data-web")
    site.twin.clock.forward(20)
    events = etree.fromstring(site.get("/events").content)
    here = [event for event in reversed(list(events)) if event.findtext("code") in ("1016", "190", "199")]
    assert [event.findtext("code") for event in here] == codes
    assert {event.find("storage_domain").get("id") for event in here} == {site.id("storage_domain", "data-web")}


def test_every_hour_an_engine_writes_all_of_its_active_domains(site: Site) -> None:
    with site.site.lock:
        by_the_clock(site.site)
    site.twin.clock.forward(10)
    vm = site.site.named("vm", "web01")
    vm.set(description="an hour ago")
    site.send("PUT", f"/vms/{vm.id}", "<vm><comment>x</comment></vm>")
    assert site.written("data-web")[vm.id].record["description"] != "an hour ago"
    site.twin.clock.forward(INTERVAL_SECONDS)
    assert site.written("data-web")[vm.id].record["description"] == "an hour ago"
