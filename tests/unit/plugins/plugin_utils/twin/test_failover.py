# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole failovers through the API, there and back, and what engines do to impatient clients."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import DRILL, load
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.grow import grow
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from lxml import etree

GOOD = (200, 201, 202)


class Engine:
    """What a client does to one site."""

    def __init__(self, twin: Twin, site: str) -> None:
        self.twin, self.name, self.site = twin, site, twin.site(site)
        self.center = next(iter(self.site.all("data_center"))).id
        self.host = next(iter(self.site.all("host"))).name
        self.cluster = next(iter(self.site.all("cluster"))).name

    def send(
        self, method: str, path: str, body: str = "", wanted: tuple[int, ...] = (200, 201, 202)
    ) -> requests.Response:
        """One request, on a connection of its own."""
        answer = requests.request(
            method,
            self.twin.url(self.name) + path,
            data=body or None,
            headers={"Content-Type": "application/xml"},
            auth=(self.twin.username, self.twin.password),
            timeout=30,
        )
        assert answer.status_code in wanted, (method, path, answer.status_code, answer.text[:400])
        return answer

    def take(self, address: str, name: str) -> str:
        """Imports and attaches an NFS domain."""
        body = (
            f"<storage_domain><type>data</type><storage><type>nfs</type><address>{address}</address>"
            f"<path>/exports/{name}</path></storage><host><name>{self.host}</name></host></storage_domain>"
        )
        identity = str(etree.fromstring(self.send("POST", "/storagedomains", body).content).get("id"))
        self.send("POST", f"/datacenters/{self.center}/storagedomains", f'<storage_domain id="{identity}"/>')
        return identity

    def leave(self, identity: str) -> None:
        """Deactivates, detaches and removes a domain."""
        inside = f"/datacenters/{self.center}/storagedomains/{identity}"
        self.send("POST", f"{inside}/deactivate", "<action/>")
        self.until(lambda: self.status(inside) == "maintenance")
        self.send("DELETE", inside)
        self.send("DELETE", f"/storagedomains/{identity}?host={self.host}")

    def status(self, path: str) -> str:
        """The status at a path."""
        return str(etree.fromstring(self.send("GET", path).content).findtext("status"))

    def until(self, test: Callable[[], bool]) -> None:
        """Waits for something to be so."""
        end = time.monotonic() + 20
        while not test():
            assert time.monotonic() < end, "it never came"
            time.sleep(0.01)

    def rows(self, domain: str, kind: str) -> list[etree._Element]:
        """What is unregistered on a domain."""
        return list(etree.fromstring(self.send("GET", f"/storagedomains/{domain}/{kind};unregistered").content))

    def register_all(self, domains: list[str], threads: int = 8) -> set[str]:
        """Templates (base versions first), then VMs that are not there, at once."""
        body = f"<action><cluster><name>{self.cluster}</name></cluster><async>true</async>"
        body += "<allow_partial_import>true</allow_partial_import></action>"
        found = {row.get("id"): (row, d) for d in domains for row in self.rows(d, "templates")}
        for identity, (_unused, domain) in sorted(
            found.items(), key=lambda i: int(i[1][0].findtext("version/version_number"))
        ):
            self.send("POST", f"/storagedomains/{domain}/templates/{identity}/register", body)
        vms = {str(row.get("id")): domain for domain in domains for row in self.rows(domain, "vms")}
        vms = {identity: domain for identity, domain in vms.items() if self.site.get("vm", identity) is None}
        with ThreadPoolExecutor(threads) as pool:
            list(
                pool.map(lambda i: self.send("POST", f"/storagedomains/{i[1]}/vms/{i[0]}/register", body), vms.items())
            )
        return set(vms)

    def stop_all(self) -> None:
        """Powers every VM off and waits."""
        for vm in list(self.site.all("vm")):
            if vm.data["status"] != "down":
                self.send("POST", f"/vms/{vm.id}/stop", "<action/>")
        self.until(lambda: b"<vm " not in self.send("GET", "/vms?search=status!%3Ddown").content)


DOMAINS = ["data-004", "data-005", "data-006"]


def estate(vms: int) -> dict[str, Any]:
    """NFS only: the VMs of the drill that need block storage stay out of it."""
    return grow(load(DRILL), vms=vms, domains=6)


@pytest.mark.parametrize("profile", ["none", "engine-4.5"])
def test_there_and_back(profile: str) -> None:
    with Twin(estate(60), profile, pace=0.01) as twin:
        primary, recovery = Engine(twin, "primary"), Engine(twin, "recovery")
        ids = {name: str(next(d.id for d in primary.site.all("storage_domain") if d.name == name)) for name in DOMAINS}
        before = {vm.id: vm for vm in primary.site.all("vm")}
        primary.stop_all()
        for identity in ids.values():
            primary.leave(identity)
        gone = set(before) - {vm.id for vm in primary.site.all("vm")}
        assert len(gone) >= 20
        taken = [recovery.take("nfs-b.example", name) for name in DOMAINS]
        assert sorted(taken) == sorted(ids.values())
        moved = recovery.register_all(taken)
        assert gone <= moved
        assert all(not recovery.rows(domain, "vms") for domain in taken)
        recovery.until(lambda: not any(v > twin.clock.now() for v in recovery.site.importing.values()))
        for identity in gone:
            recovery.send("POST", f"/vms/{identity}/start", "<action/>")
        recovery.until(lambda: recovery.send("GET", "/vms?search=status%3Dup").content.count(b"<vm href") >= len(gone))
        for identity in gone:
            now, then = recovery.site.get("vm", identity), before[identity]
            assert now is not None
            assert [n["mac"] for n in now.subs["nics"]] == [n["mac"] for n in then.subs["nics"]]
            assert [a["id"] for a in now.subs["disk_attachments"]] == [a["id"] for a in then.subs["disk_attachments"]]
            assert now.data["memory"] == then.data["memory"]
        recovery.stop_all()
        for identity in ids.values():
            recovery.leave(identity)
        back = [primary.take("nfs-a.example", name) for name in DOMAINS]
        primary.register_all(back)
        assert {vm.id for vm in primary.site.all("vm")} >= set(before)
        jobs = [job.data["status"] for job in primary.site.all("job")]
        assert "failed" not in jobs
        assert twin.errors == []


def test_a_start_right_after_an_asynchronous_register_is_refused() -> None:
    with Twin(pace=0.2) as twin:
        recovery = Engine(twin, "recovery")
        domain = recovery.take("nfs-b.example", "data-web")
        row = next(row for row in recovery.rows(domain, "vms") if row.findtext("name") == "mail01")
        body = "<action><cluster><name>dr</name></cluster><async>true</async></action>"
        recovery.send("POST", f"/storagedomains/{domain}/vms/{row.get('id')}/register", body)
        assert recovery.status(f"/vms/{row.get('id')}") == "down"
        refused = recovery.send("POST", f"/vms/{row.get('id')}/start", "<action/>", (409,))
        assert "[Cannot run VM. VM mail01 is being imported.]" in refused.text
        recovery.until(lambda: "finished" in recovery.send("GET", "/jobs").text)
        recovery.until(lambda: recovery.site.importing[str(row.get("id"))] <= twin.clock.now())
        recovery.send("POST", f"/vms/{row.get('id')}/start", "<action/>")


def test_registering_one_vm_at_once_from_many_threads_does_it_once() -> None:
    with Twin(profile="engine-4.5", pace=0.05) as twin:
        recovery = Engine(twin, "recovery")
        domain = recovery.take("nfs-b.example", "data-web")
        row = next(row for row in recovery.rows(domain, "vms") if row.findtext("name") == "mail01")
        path = f"/storagedomains/{domain}/vms/{row.get('id')}/register"
        body = "<action><cluster><name>dr</name></cluster><async>true</async></action>"
        with ThreadPoolExecutor(6) as pool:
            codes = sorted(pool.map(lambda _turn: recovery.send("POST", path, body, (202, 409)).status_code, range(6)))
        assert codes == [202] + [409] * 5
        assert len(recovery.site.tables["vm"]) == 1


def test_the_side_that_lost_a_domain_cannot_write_to_it() -> None:
    with Twin(pace=0.01) as twin:
        primary, recovery = Engine(twin, "primary"), Engine(twin, "recovery")
        domain = recovery.take("nfs-b.example", "data-web")
        recovery.register_all([domain])
        content = twin.storage.contents[domain]
        held, owner = content.ovf, content.pool
        assert owner == recovery.center
        primary.stop_all()
        inside = f"/datacenters/{primary.center}/storagedomains/{domain}"
        primary.send("POST", f"{inside}/deactivate", "<action/>")
        primary.until(lambda: primary.status(inside) == "maintenance")
        primary.send("DELETE", inside)
        assert content.ovf is held
        assert content.pool == owner


def test_the_answer_of_a_registered_vm_can_be_lost() -> None:
    with Twin(pace=0.01) as twin:
        recovery = Engine(twin, "recovery")
        domain = recovery.take("nfs-b.example", "data-web")
        twin.fail({"action": "reset_after", "method": "POST", "path": "/register$"}, "recovery")
        row = next(row for row in recovery.rows(domain, "vms") if row.findtext("name") == "mail01")
        body = "<action><cluster><name>dr</name></cluster><async>true</async></action>"
        with pytest.raises(requests.ConnectionError):
            recovery.send("POST", f"/storagedomains/{domain}/vms/{row.get('id')}/register", body)
        assert recovery.status(f"/vms/{row.get('id')}") == "down"
