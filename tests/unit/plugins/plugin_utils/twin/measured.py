# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An engine as it was measured: two file domains with VMs come to it, and clients that ask it in virtual time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import router
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import DRILL, load
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.grow import grow
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.ovf import OvfEntry
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer, Request, split_path
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.plugin_utils.twin.virtual import (
    Run,
    VirtualClock,
    in_flight,
)
from lxml import etree

DOMAINS = ("data-web", "data-db")
REGISTER = (
    "<action>{}<allow_partial_import>true</allow_partial_import><reassign_bad_macs>true</reassign_bad_macs>"
    "<registration_configuration><cluster_mappings><registration_cluster_mapping><from><name>prod</name></from>"
    "<to><name>dr</name></to></registration_cluster_mapping></cluster_mappings></registration_configuration></action>"
)


class Measured:
    """The recovery site of the drill estate, grown to so many VMs, under a profile."""

    def __init__(self, vms: int, profile: str = "engine-4.5") -> None:
        self.clock = VirtualClock()
        twin = Twin(grow(load(DRILL), vms=vms), profile, clock=self.clock)
        self.site = twin.site("recovery")
        self.profile = twin.new_profile()
        self._center = next(center.id for center in self.site.all("data_center"))
        self._ids: dict[str, str] = {}

    def ask(self, method: str, address: str, body: str = "") -> Answer:
        """One request below the API; it must not be refused."""
        path, segments, params, query = split_path(address)
        headers = {"content-type": "application/xml"}
        request = Request(method, path, segments, params, query, headers, body.encode(), "engine", "c")
        answer = router.answer(self.site, request, self.profile)
        assert answer.status < 300, answer.body.decode()
        return answer

    def together(self, calls: Sequence[Callable[[], object]], threads: int) -> Run:
        """Makes calls, so many at a time."""
        return in_flight(self.clock, calls, threads)

    def bring(self, name: str) -> None:
        """Imports and attaches a domain."""
        body = (
            "<storage_domain><type>data</type><storage><type>nfs</type><address>nfs-b.example</address>"
            f"<path>/exports/{name}</path></storage><host><name>hv-b1</name></host></storage_domain>"
        )
        identity = etree.fromstring(self.ask("POST", "/storagedomains", body).body).get("id")
        self._ids[name] = str(identity)
        self.ask("POST", f"/datacenters/{self._center}/storagedomains", f'<storage_domain id="{identity}"/>')

    def domain(self, name: str) -> str:
        """The id of a domain that was brought."""
        return self._ids[name]

    def list(self, name: str, kind: str = "vms") -> None:
        """Lists what lies on a domain unregistered."""
        self.ask("GET", f"/storagedomains/{self._ids[name]}/{kind};unregistered")

    def described(self, kind: str) -> list[tuple[str, OvfEntry]]:
        """The unregistered VMs or templates, each once, with the domain they are registered from. VMs with direct LUNs
        are left out, and versions of templates come after their bases."""
        found = {
            entry.id: (self._ids[name], entry)
            for name in DOMAINS
            for entry in self.site.unregistered[self._ids[name]].values()
            if entry.kind == kind and not any(disk.lun for disk in entry.disks)
        }
        return sorted(found.values(), key=lambda pair: pair[1].template != pair[1].id)

    def templates(self) -> list[Callable[[], object]]:
        """The calls that register all templates."""
        return [
            partial(self._register, "templates", domain, entry.id, "") for domain, entry in self.described("template")
        ]

    def vms(self, number: int | None = None, extra: str = "") -> list[Callable[[], object]]:
        """The calls that register so many VMs, of which two in five have two disks, or all; extra: further elements of
        the action."""
        chosen = self.described("vm")
        if number is not None:
            single, double = ([pair for pair in chosen if (len(pair[1].disks) > 1) is two] for two in (False, True))
            chosen = [(double if turn % 5 in (1, 3) and double else single).pop() for turn in range(number)]
        return [partial(self._register, "vms", domain, entry.id, extra) for domain, entry in chosen]

    def _register(self, kind: str, domain: str, identity: str, extra: str) -> None:
        self.ask("POST", f"/storagedomains/{domain}/{kind}/{identity}/register", REGISTER.format(extra))

    def starts(self) -> list[Callable[[], object]]:
        """The calls that start all VMs."""
        down = [vm.id for vm in self.site.all("vm") if vm.data["status"] == "down"]
        return [partial(self.ask, "POST", f"/vms/{vm}/start", "<action/>") for vm in down]

    def wait_until_startable(self) -> None:
        """Waits until no VM is said to be imported any more."""
        self.clock.sleep(max(self.site.importing.values()) - self.clock.now())

    def wait_until_up(self) -> None:
        """Looks every second until nothing starts any more."""
        while any(vm.data["status"] not in ("up", "down") for vm in self.site.all("vm")):
            self.clock.sleep(1.0)
            with self.site.lock:
                self.site.settle()
