# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The main site of the drill, by itself and with a clock that only moves when told to."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from ansible_collections.ovirt_dr.storage.tests.contract.conftest import Client, words
from lxml import etree

BUSY = "Related operation is currently in progress. Please try again later."
NOBODY = "33333333-3333-3333-3333-333333333333"


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
