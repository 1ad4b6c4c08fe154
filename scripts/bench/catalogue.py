# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmarks: what is measured, under which profile, at which sizes. docs/bench.md tells what each is for."""

from __future__ import annotations

import dataclasses
import typing as t

FLOOR_FACTOR = 1.15
FLOOR_SECONDS = 10.0


@dataclasses.dataclass(frozen=True)
class Benchmark:
    """A failover of an estate, or (kind ``twin``) the twin alone, or (``probe``) a host's probe, or (``repoint``) one
    task that repoints, or (``register``) domains that come in with what lies on them, or (``peer``) the same failover
    with another collection, at several sizes.

    unit: what ``sizes`` count; latency_ms: milliseconds that every request takes besides what the profile spends;
    domains: the drill's DOMAINS, the same at every size, so that sizes differ in nothing but VMs; limit_seconds: how
    long one run may take.
    """

    name: str
    profile: str
    latency_ms: float
    sizes: tuple[int, ...]
    domains: int
    unit: str = "VMs"
    limit_seconds: float = 1800.0
    kind: t.Literal["failover", "twin", "probe", "repoint", "register", "peer"] = "failover"


BENCHMARKS = (
    Benchmark("failover", profile="none", latency_ms=25.0, sizes=(30, 100, 1_000, 10_000), domains=8),
    Benchmark("failover-engine-4.5", profile="engine-4.5", latency_ms=0.0, sizes=(30, 100), domains=3),
    Benchmark("twin", profile="none", latency_ms=0.0, sizes=(10_000,), domains=8, kind="twin"),
    Benchmark("repoint", profile="none", latency_ms=25.0, sizes=(100,), domains=100, unit="domains", kind="repoint"),
    Benchmark("register", profile="none", latency_ms=25.0, sizes=(1_000,), domains=8, kind="register"),
    Benchmark("register-engine-4.5", profile="engine-4.5", latency_ms=0.0, sizes=(100,), domains=2, kind="register"),
    Benchmark("probe", profile="none", latency_ms=0.0, sizes=(32,), domains=0, unit="LUNs", kind="probe"),
    Benchmark("peer", profile="none", latency_ms=25.0, sizes=(100,), domains=3, kind="peer"),
)

CLIENTS = 16
LISTED = 1_000
TWIN_BOUNDS = {
    "start_seconds": 1.0,
    "load_seconds": 10.0,
    "load_mb": 1024.0,
    "list_seconds": 0.5,
    "requests_per_second": 500.0,
}
"""What the twin must keep to: no more than this, but of requests no fewer. Load: 10,000 VMs with 20,000 disks; list:
1,000 unregistered VMs; requests: small ones of 16 clients, with the twin on one core."""

DARK_TIMEOUT = 2.0
PROBE_BOUNDS = {"all_paths_seconds": 2.0, "dark_portal_seconds": DARK_TIMEOUT + 2.0}
"""What host_storage_probe must keep to: 32 LUNs over four portals, and the same with one portal silent, which costs its
time-out (2 s here) once, not once for each LUN."""

REPOINT_BOUNDS = {"client_cpu_seconds": 15.0, "requests_per_connection": 6.0}
"""What one task of storage_connection must keep to that points 200 connections of 100 iSCSI domains elsewhere."""

REGISTER_BOUNDS = {"requests_per_entity": 1.0, "reads_per_entity": 1.0, "listings": 1.0, "client_peak_mb": 300.0}
PLAN_BOUNDS = {"plan_cpu_seconds": 5.0}
ENGINE_BOUNDS = {"ratio_to_floor": 1.2}
"""What registering must keep to: one request for each entity and one list of each kind for each domain and module; to
list and plan 1,000 VMs with 2,000 disks; with the engine's own times, a share more than the engine alone needs."""


def bound(floor_seconds: float) -> float:
    """The longest that a failover may take where the engine alone needs ``floor_seconds``: a share of it for what goes
    on beside the engine's work, and ten seconds for the start of Ansible and its tasks."""
    return FLOOR_FACTOR * floor_seconds + FLOOR_SECONDS
