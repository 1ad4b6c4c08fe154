# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorded exchanges with a running engine, and a twin to hold against them."""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
import requests
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from lxml import etree

Record = dict[str, Any]
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def shared() -> Path:
    """Where the recordings are."""
    return Path(os.environ.get("OVIRT_DR_SHARED") or Path(__file__).parents[3] / "shared")


@pytest.fixture(scope="session")
def recordings() -> Callable[[str], dict[int, Record]]:
    """Reads a recording file: number -> record."""
    folder = shared() / "recordings" / "engine-4.5.8"
    if not folder.is_dir():
        pytest.skip("recordings are not here")

    def read(name: str) -> dict[int, Record]:
        lines = (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        return {record["n"]: record for record in map(json.loads, lines)}

    return read


class Client:
    """Sends requests to one site of a twin."""

    def __init__(self, twin: Twin, site: str) -> None:
        self.twin, self.name, self.site = twin, site, twin.site(site)
        self.root = twin.url(site).removesuffix("/ovirt-engine/api")
        self.session = requests.Session()
        self.session.auth = (twin.username, twin.password)
        self.session.headers.update({"Accept": "application/xml"})

    def send(self, method: str, path: str, body: str | None = None, **headers: str) -> requests.Response:
        """One request below the API."""
        if body is not None:
            headers.setdefault("Content-Type", "application/xml")
        address = f"{self.root}/ovirt-engine/api{path}"
        data = body.encode() if body is not None else None
        return self.session.request(method, address, data=data, headers=headers, timeout=20)

    def get(self, path: str) -> requests.Response:
        """A GET."""
        return self.send("GET", path)

    def post(self, path: str, body: str) -> requests.Response:
        """A POST."""
        return self.send("POST", path, body)

    def id(self, tag: str, name: str) -> str:
        """The id of a record by name."""
        return next(entity.id for entity in self.site.all(tag) if entity.name == name)

    def domain(self, name: str) -> str:
        """Imports and attaches a replicated NFS domain; returns its id."""
        body = (
            "<storage_domain><type>data</type><storage><type>nfs</type><address>nfs-b.example</address>"
            f"<path>/exports/{name}</path></storage><host><name>hv-b1</name></host></storage_domain>"
        )
        identity = etree.fromstring(self.post("/storagedomains", body).content).get("id")
        assert identity
        center = self.id("data_center", "Recovery")
        answer = self.post(f"/datacenters/{center}/storagedomains", f'<storage_domain id="{identity}"/>')
        assert answer.status_code == 201, answer.text
        return identity

    def unregistered(self, name: str, kind: str = "vm") -> str:
        """The id of an unregistered entity by name."""
        rows = (entry for held in self.site.unregistered.values() for entry in held.values())
        return next(entry.id for entry in rows if entry.kind == kind and entry.name == name)


@pytest.fixture
def twin() -> Iterator[Twin]:
    """The drill estate, in a hurry."""
    with Twin(pace=0.01) as running:
        yield running
        assert running.errors == []


@pytest.fixture
def primary(twin: Twin) -> Client:
    """The main site."""
    return Client(twin, "primary")


@pytest.fixture
def recovery(twin: Twin) -> Client:
    """The recovery site."""
    return Client(twin, "recovery")


def differences(recorded: etree._Element, ours: etree._Element, path: str = "") -> list[str]:
    """What differs between two elements, children matched by name and id (or rel)."""
    here, found = f"{path}/{ours.tag}", []
    if recorded.tag != ours.tag or dict(recorded.attrib) != dict(ours.attrib):
        found.append(f"{here}: {recorded.tag} {dict(recorded.attrib)} | {dict(ours.attrib)}")
    if not len(recorded) and not len(ours) and (recorded.text or "").strip() != (ours.text or "").strip():
        found.append(f"{here}: {recorded.text!r} | {ours.text!r}")
    sides: tuple[dict[Any, list[Any]], dict[Any, list[Any]]] = (defaultdict(list), defaultdict(list))
    for side, node in zip(sides, (recorded, ours), strict=True):
        for child in node:
            side[(child.tag, child.get("id") or child.get("rel") or "")].append(child)
    for key in dict.fromkeys([*sides[0], *sides[1]]):
        for theirs, mine in zip_longest(sides[0][key], sides[1][key]):
            if theirs is None or mine is None:
                found.append(f"{here}: {key} {'is extra' if theirs is None else 'is missing'}")
            else:
                found += differences(theirs, mine, here)
    return found


def elements(text: str) -> set[str]:
    """The paths of all elements of a body, without links and actions."""
    found: set[str] = set()

    def walk(node: etree._Element, above: str) -> None:
        here = f"{above}/{node.tag}"
        found.add(here)
        for child in node:
            if child.tag not in ("link", "actions"):
                walk(child, here)

    walk(etree.fromstring(text.encode()), "")
    return found


def words(text: str) -> tuple[str | None, str | None]:
    """Detail and reason of a fault, wherever it is, ids blanked."""
    detail = re.search(r"<detail>(.*?)</detail>", text, re.DOTALL)
    reason = re.search(r"<reason>(.*?)</reason>", text, re.DOTALL)
    return (UUID.sub("~", detail.group(1)) if detail else None, reason.group(1) if reason else None)
