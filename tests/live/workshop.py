# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A running engine for tests: its modules run in this process, and whatever they need is made by plain requests."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import time
import typing as t
import urllib.parse

import pytest
import requests
from ansible.module_utils.testing import patch_module_args
from lxml import etree

NEEDED = ("URL", "USERNAME", "PASSWORD", "DATA_CENTER", "DOMAIN")
LIVE = {name: os.environ.get(f"OVIRT_LIVE_{name}", "") for name in NEEDED}
LOOPBACK = ("127.", "localhost", "[::1]", "::1")
PATIENCE = 180.0
BUSY = ("currently in progress", "being updated", "is locked", "are locked", "running tasks", "being moved or copied")
Result = dict[str, t.Any]


def run(module: str, *, check: bool = False, **options: t.Any) -> Result:
    """The result of a module, run in this process."""
    auth = {"url": LIVE["URL"], "username": LIVE["USERNAME"], "password": LIVE["PASSWORD"]}
    arguments = {"auth": auth, "data_center": LIVE["DATA_CENTER"], "_ansible_check_mode": check, **options}
    found = importlib.import_module(f"ansible_collections.ovirt_dr.storage.plugins.modules.{module}")
    said = io.StringIO()
    with patch_module_args(arguments), contextlib.redirect_stdout(said), pytest.raises(SystemExit):
        found.main()
    result: Result = json.loads(said.getvalue())
    assert LIVE["PASSWORD"] not in said.getvalue().replace(json.dumps(auth), "")
    return result


def done(module: str, **options: t.Any) -> Result:
    """The result of a module that must not fail: tried in check mode, then done, then found done."""
    planned = run(module, check=True, **options)
    assert not planned.get("failed"), planned["msg"]
    assert planned["changed"], planned
    result = run(module, **options)
    assert result.get("ok"), result["msg"]
    assert result["changed"], result["msg"]
    for one in sorted(set(planned["changes"]) ^ set(result["changes"])):
        print(f"{module}: {'planned, not done' if one in planned['changes'] else 'done, not planned'}: {one}")
    again = run(module, **options)
    assert again.get("ok"), again["msg"]
    assert not again["changed"], again["changes"]
    return result


class Workshop:
    """Makes domains, VMs, templates and disks in the data center of the test, and takes them away again."""

    def __init__(self) -> None:
        host = urllib.parse.urlsplit(LIVE["URL"]).hostname or ""
        assert host.startswith(LOOPBACK), "a live test never leaves this machine"
        self._session = requests.Session()
        self._session.auth = (LIVE["USERNAME"], LIVE["PASSWORD"])
        self._session.headers.update({"Accept": "application/xml", "Content-Type": "application/xml"})
        self.center = self.id("datacenters", LIVE["DATA_CENTER"])
        clusters = self.ask("GET", "/clusters?follow=networks")
        self.cluster = next(one for one in clusters if one.find("data_center").get("id") == self.center)
        hosts = [one for one in self.ask("GET", "/hosts") if one.findtext("status") == "up"]
        self.host = next(one.get("id") for one in hosts if one.find("cluster").get("id") == self.cluster.get("id"))

    def ask(self, method: str, path: str, body: str | None = None) -> t.Any:
        """One request, again while the engine is busy with the object; what it answers."""
        until = time.monotonic() + PATIENCE
        while True:
            answer = self._session.request(method, f"{LIVE['URL']}{path}", data=body, timeout=120)
            if answer.status_code == 409 and any(words in answer.text for words in BUSY) and time.monotonic() < until:
                time.sleep(1)
                continue
            assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text}"
            return etree.fromstring(answer.content) if answer.content.startswith(b"<") else None

    def id(self, collection: str, name: str) -> str:
        """The id of what has this name."""
        return next(str(one.get("id")) for one in self.ask("GET", f"/{collection}") if one.findtext("name") == name)

    def names(self, collection: str) -> set[str]:
        """The names in a collection."""
        return {str(one.findtext("name")) for one in self.ask("GET", f"/{collection}")}

    def wait(self, path: str, status: str) -> None:
        """Until an object has a status."""
        until = time.monotonic() + PATIENCE
        while (found := self.ask("GET", path).findtext("status")) != status:
            assert time.monotonic() < until, f"{path} is {found}, not {status}"
            time.sleep(0.5)

    def domain(self, name: str) -> dict[str, str]:
        """A new NFS domain, attached and active; its place as storage_domain_attach takes it."""
        place = {"address": "live.example", "path": f"/exports/{name}", "type": "nfs"}
        made = self.ask(
            "POST",
            "/storagedomains",
            f"<storage_domain><name>{name}</name><type>data</type><storage><type>nfs</type><address>live.example</address>"
            f'<path>/exports/{name}</path></storage><host id="{self.host}"/></storage_domain>',
        )
        identity = str(made.get("id"))
        self.ask("POST", f"/datacenters/{self.center}/storagedomains", f'<storage_domain id="{identity}"/>')
        self.wait(f"/datacenters/{self.center}/storagedomains/{identity}", "active")
        return {"id": identity, "name": name, **place}

    def disk(self, name: str, domain: str, more: str = "<format>cow</format>") -> str:
        """A new floating disk of 1 GiB; its id."""
        made = self.ask(
            "POST",
            "/disks",
            f"<disk><name>{name}</name><provisioned_size>1073741824</provisioned_size><sparse>true</sparse>{more}"
            f'<storage_domains><storage_domain id="{domain}"/></storage_domains></disk>',
        )
        self.wait(f"/disks/{made.get('id')}", "ok")
        return str(made.get("id"))

    def vm(self, name: str, *disks: str, template: str = "Blank") -> str:
        """A new VM with these disks, the first of which it boots from; its id."""
        made = self.ask(
            "POST",
            "/vms",
            f'<vm><name>{name}</name><cluster id="{self.cluster.get("id")}"/><memory>268435456</memory>'
            f"<template><name>{template}</name></template></vm>",
        )
        identity = str(made.get("id"))
        self.wait(f"/vms/{identity}", "down")
        for number, disk in enumerate(disks):
            self.ask(
                "POST",
                f"/vms/{identity}/diskattachments",
                f"<disk_attachment><bootable>{str(not number).lower()}</bootable><interface>virtio_scsi</interface>"
                f'<active>true</active><disk id="{disk}"/></disk_attachment>',
            )
        return identity

    def attached(self, vm: str) -> set[str]:
        """The names of a VM's disks."""
        found = self.ask("GET", f"/vms/{vm}/diskattachments?follow=disk")
        return {str(one.find("disk").findtext("name")) for one in found}
