# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What it costs to bring domains in and to register what lies on them: the modules alone, each a process of its own, as
Ansible runs them. Its own start is no part of it."""

from __future__ import annotations

import collections
import dataclasses
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import typing as t

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import launch
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import DRILL, load, members
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.floor import floor
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.grow import grow

from .catalogue import Benchmark
from .options import BenchError
from .twin_speed import with_two_disks

LIFETIME = 900.0
MODULES = "ansible_collections.ovirt_dr.storage.plugins.modules"
LISTING = re.compile(r"/storagedomains/([0-9a-f-]{36})/(vms|templates|disks);unregistered")
REGISTER = re.compile(r"/storagedomains/[0-9a-f-]{36}/(?:vms|templates)/[0-9a-f-]{36}/register")
TAKEOVER = {"confirmed_by": "make bench", "reason": "the main site of a benchmark is lost by design"}
MAPPINGS = {"clusters": [{"from": "prod", "to": "dr"}]}
Figures = dict[str, float]


@dataclasses.dataclass(frozen=True)
class Estate:
    """An estate, its NFS data domains besides the master, and the names of the VMs that lie on those alone."""

    sites: t.Mapping[str, t.Any]
    domains: tuple[dict[str, t.Any], ...]
    whole: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Ran:
    """One module: what it returned, processor seconds, most memory in MB, and the requests that the engine got."""

    result: dict[str, t.Any]
    processor: float
    peak_mb: float
    requests: list[dict[str, t.Any]]


def run(benchmark: Benchmark, vms: int, place: pathlib.Path) -> Figures:
    """The figures that docs/bench.md lists, for so many VMs. BenchError."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    estate = make_estate(vms, benchmark.domains)
    (place / "estate.json").write_text(json.dumps(estate.sites), encoding="utf-8")
    settings = launch.Settings(
        estate=str(place / "estate.json"), profile=benchmark.profile, latency=str(benchmark.latency_ms / 1000)
    )
    try:
        running = launch.start(settings, place / "twin.json", LIFETIME)
        try:
            return _measure(benchmark, estate, running, place)
        finally:
            launch.stop(place / "twin.json")
    except launch.LaunchError as error:
        raise BenchError(f"registering could not be measured: {error}") from error


def make_estate(vms: int, domains: int) -> Estate:
    """An estate with so many VMs, two disks each, that lie on so many NFS domains alone; a few others are beside them,
    as the recorded estate has some on a LUN, on a block domain, or without a disk."""
    smallest = _estate(None, domains)
    return _estate(vms + len(smallest.sites["sites"][0]["vms"]) - len(smallest.whole), domains)


def _estate(vms: int | None, domains: int) -> Estate:
    sites = with_two_disks(grow(load(DRILL), vms=vms, domains=domains + 1))
    first = sites["sites"][0]
    chosen = tuple(
        one
        for one in first["storage_domains"]
        if one["type"] == "data" and "path" in one["storage"] and one["master"] != "true"
    )
    inside = {one["id"] for one in chosen}
    places = {
        disk["id"]: {one["id"] for one in members(disk, "storage_domains", "storage_domain")} for disk in first["disks"]
    }
    whole = tuple(
        vm["name"]
        for vm in first["vms"]
        if vm["disk_attachments"]
        and all(places[held["id"]] and places[held["id"]] <= inside for held in vm["disk_attachments"])
    )
    return Estate(sites, chosen, whole)


def _measure(benchmark: Benchmark, estate: Estate, running: launch.Running, place: pathlib.Path) -> Figures:
    names = [one["name"] for one in estate.domains]
    arriving = [
        {
            "id": one["id"],
            "name": one["name"],
            "type": "nfs",
            "address": "nfs-b.example",
            "path": one["storage"]["path"],
        }
        for one in estate.domains
    ]
    what: dict[str, t.Any] = {"domains": names, "vms": list(estate.whole), "templates": "needed", "mappings": MAPPINGS}
    inventory: dict[str, t.Any] = {
        "inventory": str(place / "estate.json"),
        "inventory_site": estate.sites["sites"][0]["name"],
    }
    modules = Modules(running, place)
    came = modules.run("storage_domain_attach", domains=arriving, takeover=TAKEOVER, list_unregistered=[])
    looks = []
    if benchmark.profile == "none":
        looks.append(modules.run("unregistered_info", domains=names))
        looks.append(modules.run("unregistered_vm_register", check=True, **what))
    done = modules.run("unregistered_vm_register", **what, **inventory)
    registered = _registered(done, estate)
    ran = [came, *looks, done]
    figures = {
        "registered": float(registered),
        "listings": float(max(listings(one) for one in ran)),
        "requests_per_entity": round(sum(bool(REGISTER.search(one["path"])) for one in done.requests) / registered, 3),
        "reads_per_entity": round(done.result["requests"]["reads"] / registered, 2),
        "client_peak_mb": round(max(one.peak_mb for one in ran), 1),
        "register_cpu_seconds": round(done.processor, 2),
        "step_seconds": round(came.result["seconds"] + done.result["seconds"], 1),
    }
    if looks:
        return figures | {"plan_cpu_seconds": round(sum(one.processor for one in looks), 2)}
    least = least_seconds(estate)
    return figures | {"floor_seconds": round(least, 1), "ratio_to_floor": round(figures["step_seconds"] / least, 2)}


def least_seconds(estate: Estate) -> float:
    """What the engine itself needs to attach the domains, list once, and register what lies on them."""
    first = estate.sites["sites"][0]
    inside = {one["id"] for one in estate.domains}
    images = sum(
        bool(inside & {one["id"] for one in members(disk, "storage_domains", "storage_domain")})
        for disk in first["disks"]
    )
    templates = sum(bool(template.get("disk_attachments")) for template in first["templates"])
    needs = floor(vms=len(estate.whole), templates=templates, domains=len(estate.domains), disks=images)
    return needs.attach + needs.list + needs.templates + needs.register


def _registered(done: Ran, estate: Estate) -> int:
    """How many entities were registered. BenchError unless that is every VM with what it stands on, and each was
    compared with the inventory."""
    count, compared = done.result["counts"]["done"], done.result["verified"]["compared"]
    if done.result["counts"]["failed"] or count < len(estate.whole) or compared != count:
        raise BenchError(f"not everything was registered: {done.result['msg']}, of {len(estate.whole)} VMs")
    return int(count)


def listings(ran: Ran) -> int:
    """How often the same list of the same domain was asked for, at most."""
    found = collections.Counter(match.groups() for one in ran.requests if (match := LISTING.search(one["path"])))
    return max(found.values(), default=0)


class Modules:
    """Runs modules at the recovery site of a twin."""

    def __init__(self, running: launch.Running, place: pathlib.Path) -> None:
        self._running, self._place, self._seen = running, place, 0

    def run(self, name: str, *, check: bool = False, **options: t.Any) -> Ran:
        """One module, from the start of its process to its end. BenchError when it fails."""
        login = {"username": self._running.username, "password": self._running.password}
        given = {
            "auth": {"url": self._running.sites["recovery"], **login},
            "data_center": "Recovery",
            "_ansible_check_mode": check,
            **options,
        }
        log = self._place / f"{name}{'-check' if check else ''}.json"
        environ = {**os.environ, "ANSIBLE_MODULE_PROFILE": "legacy"}
        options_file = self._place / f"{log.stem}-options.json"
        options_file.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": given}), encoding="utf-8")
        with open(log, "w", encoding="utf-8") as output, open(options_file, encoding="utf-8") as told:
            process = subprocess.Popen(
                [sys.executable, "-m", f"{MODULES}.{name}"], env=environ, stdin=told, stdout=output
            )
            _pid, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise BenchError(f"{name} failed, see {log}")
        result = json.loads(log.read_text(encoding="utf-8"))
        every = self._running.control("requests", site="recovery")
        requests, self._seen = every[self._seen :], len(every)
        return Ran(result, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, requests)
