# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast and how large the twin itself is, under profile ``none``: start, load, a long list, small requests.

Every twin is a process of its own, started as users start it; the clients are threads of the bench."""

from __future__ import annotations

import base64
import http.client
import json
import os
import pathlib
import shutil
import statistics
import threading
import time
import typing as t
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import launch
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import DRILL, load
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.grow import grow

from .catalogue import CLIENTS, LISTED
from .options import BenchError

LIFETIME = 600.0
TURNS = 3
REQUESTS_SECONDS = 3.0
Figures = dict[str, float]


def run(vms: int, place: pathlib.Path) -> Figures:
    """The figures that docs/bench.md lists, for an estate of so many VMs with two disks each. BenchError."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    try:
        return {**_start(place), **_load(vms, place), **_list(place), **_requests(place)}
    except launch.LaunchError as error:
        raise BenchError(f"the twin could not be measured: {error}") from error


@contextmanager
def _twin(place: pathlib.Path, estate: str = "") -> Iterator[launch.Running]:
    state = place / "twin.json"
    try:
        yield launch.start(launch.Settings(estate=estate), state, LIFETIME)
    finally:
        launch.stop(state)


def _start(place: pathlib.Path) -> Figures:
    """From the start of the process until it answers, with the shipped estate; the median of some."""
    took = []
    for _turn in range(TURNS):
        began = time.monotonic()
        with _twin(place):
            took.append(time.monotonic() - began)
    return {"start_seconds": round(statistics.median(took), 3)}


def _load(vms: int, place: pathlib.Path) -> Figures:
    """From the start of the process until it answers, and its memory then."""
    estate = with_two_disks(grow(load(DRILL), vms=vms, domains=8))
    path = place / "estate.json"
    path.write_text(json.dumps(estate), encoding="utf-8")
    began = time.monotonic()
    with _twin(place, str(path)) as running:
        took = time.monotonic() - began
        memory = _peak_mb(running.pid)
    return {
        "load_seconds": round(took, 2),
        "load_mb": round(memory, 1),
        "load_disks": float(len(estate["sites"][0]["disks"])),
    }


def with_two_disks(estate: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The estate with a second disk for every VM of the first site that has one disk, on the same domain."""
    first, *others = estate["sites"]
    disks = {disk["id"]: disk for disk in first["disks"]}
    vms = []
    for vm in first["vms"]:
        held = vm["disk_attachments"]
        if len(held) == 1:
            identity = str(uuid.uuid5(uuid.NAMESPACE_OID, held[0]["id"]))
            source = disks[held[0]["id"]]
            disks[identity] = {**source, "id": identity, "name": f"{source['name']}-2", "alias": f"{source['name']}-2"}
            second = {**held[0], "id": identity, "bootable": "false", "disk": {"id": identity}}
            vm = {**vm, "disk_attachments": [*held, second]}
        vms.append(vm)
    return {**estate, "sites": [{**first, "vms": vms, "disks": list(disks.values())}, *others]}


def _list(place: pathlib.Path) -> Figures:
    """The list of so many unregistered VMs on one domain; the median of some."""
    path = place / "estate.json"
    path.write_text(json.dumps(grow(load(DRILL), vms=2 * LISTED + 40)), encoding="utf-8")
    with _twin(place, str(path)) as running:
        client = Client(running, "recovery")
        (center,) = [found["id"] for found in _site(path, "recovery")["data_centers"]]
        body = (
            "<storage_domain><type>data</type><storage><type>nfs</type><address>nfs-b.example</address>"
            "<path>/exports/data-web</path></storage><host><name>hv-b1</name></host></storage_domain>"
        )
        identity = client.ask("POST", "/storagedomains", body).partition(b' id="')[2][:36].decode()
        client.ask("POST", f"/datacenters/{center}/storagedomains", f'<storage_domain id="{identity}"/>')
        took = []
        for _turn in range(TURNS):
            began = time.monotonic()
            text = client.ask("GET", f"/storagedomains/{identity}/vms;unregistered")
            took.append(time.monotonic() - began)
    count = text.count(b"<vm href=") or text.count(b"<vm id=")
    if count < LISTED:
        raise BenchError(f"the list of unregistered VMs has {count} entries in place of {LISTED}")
    return {"list_seconds": round(statistics.median(took), 3), "list_vms": float(count)}


def _requests(place: pathlib.Path) -> Figures:
    """Small requests per second, the twin on one core."""
    with _twin(place) as running:
        core = min(os.sched_getaffinity(0))
        for task in pathlib.Path(f"/proc/{running.pid}/task").iterdir():
            os.sched_setaffinity(int(task.name), {core})
        counts: list[int] = []
        ends = time.monotonic() + REQUESTS_SECONDS
        clients = [threading.Thread(target=_hurry, args=(running, ends, counts)) for _client in range(CLIENTS)]
        began = time.monotonic()
        for thread in clients:
            thread.start()
        for thread in clients:
            thread.join()
        took = time.monotonic() - began
    if len(counts) < CLIENTS:
        raise BenchError(f"{CLIENTS - len(counts)} of {CLIENTS} clients broke off")
    return {"requests_per_second": round(sum(counts) / took, 1)}


def _hurry(running: launch.Running, ends: float, counts: list[int]) -> None:
    client, count = Client(running, "primary"), 0
    while time.monotonic() < ends:
        client.ask("GET", "/datacenters")
        count += 1
    counts.append(count)


class Client:
    """One kept connection to a site."""

    def __init__(self, running: launch.Running, site: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(running.sites[site]).netloc, timeout=60)
        login = base64.b64encode(f"{running.username}:{running.password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {login}", "Content-Type": "application/xml"}

    def ask(self, method: str, path: str, body: str | None = None) -> bytes:
        """The body of an answer; BenchError for a refusal."""
        self._connection.request(method, f"/ovirt-engine/api{path}", body, self._headers)
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise BenchError(f"the twin answers {method} {path} with {answer.status}")
        return text


def _site(path: pathlib.Path, name: str) -> dict[str, t.Any]:
    sites = json.loads(path.read_text(encoding="utf-8"))["sites"]
    return dict(next(site for site in sites if site["name"] == name))


def _peak_mb(pid: int) -> float:
    """The most memory that a process had so far, in MB."""
    lines = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))
