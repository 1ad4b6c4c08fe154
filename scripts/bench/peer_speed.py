# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same failover with the role of ovirt.ovirt: both at one twin process that starts over in between.

Both bring the same domains, templates and VMs, and start those that ran: the other role cannot be told otherwise.
"""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import shutil
import sys
import typing as t

import estate as estates
import play
import settings as drill_settings
import twin as drill_twin
import yaml
from ansible_collections.ovirt_dr.storage.tests.clients import recovery

from .catalogue import Benchmark
from .failover import VARIABLES
from .options import BenchError
from .probe_speed import NotMeasured

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLIENTS = pathlib.Path(os.environ.get("OVIRT_DR_CLIENTS") or ROOT / ".build" / "clients")
USERNAME, PASSWORD = "admin@internal", "twin"
TAKEOVER = {"confirmed_by": "make bench", "reason": "the main site of a benchmark is lost by design"}
Figures = dict[str, float]


def run(benchmark: Benchmark, size: int, place: pathlib.Path) -> tuple[Figures, Figures]:
    """The figures of this collection's failover and of the other one's. NotMeasured, BenchError."""
    if not (CLIENTS / "collections").is_dir():
        raise NotMeasured(f"ovirt.ovirt is not in {CLIENTS}; make test brings it there")
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    environ = {name: value for name, value in os.environ.items() if name not in VARIABLES} | {
        "VMS": str(size),
        "DOMAINS": str(benchmark.domains),
        "PROFILE": benchmark.profile,
        "LATENCY": str(benchmark.latency_ms),
        "OVIRT_DR_DRILL_DIR": str(place),
    }
    settings = drill_settings.from_environment(environ, place)
    estate = estates.make_estate(settings.vms, settings.domains)
    file = place / "estate.json"
    file.write_text(json.dumps(estate), encoding="utf-8")
    twin = drill_twin.start(settings, file)
    try:
        plan = plan_of(estate, twin.urls)
        ours = _measure(twin, place, "here", *_ours(plan, place))
        twin.control("recovery", "reset", {})
        theirs = _measure(twin, place, "there", *_theirs(plan, estate, place))
    finally:
        drill_twin.stop(settings)
    return ours, theirs


def plan_of(estate: t.Mapping[str, t.Any], urls: t.Mapping[str, str]) -> dict[str, t.Any]:
    """The drill's plan, with the VMs that ran in a group that is started, and all others in one that is not."""
    plan = estates.make_plan(estate, urls, "estate.json")
    vms = next(site for site in estate["sites"] if site["name"] == "primary")["vms"]
    ran = [vm["name"] for vm in vms if vm["status"] == "up"]
    rest = [vm["name"] for vm in vms if vm["status"] != "up"]
    return {**plan, "groups": [{"name": "ran", "vms": ran}, {"name": "down", "vms": rest, "start": False}]}


def _ours(plan: t.Mapping[str, t.Any], place: pathlib.Path) -> tuple[list[str], dict[str, str]]:
    file = place / "dr_plan.yml"
    file.write_text(yaml.safe_dump(plan, sort_keys=False), encoding="utf-8")
    given = {
        "dr_failover_plan": str(file),
        "dr_failover_journal": str(place / "journal.jsonl"),
        "dr_failover_takeover": TAKEOVER,
    }
    credentials = {"OVIRT_USERNAME": USERNAME, "OVIRT_PASSWORD": PASSWORD, "OVIRT_DR_PROGRESS": "never"}
    return ["ovirt_dr.storage.failover", *_extra(given)], dict(os.environ) | credentials


def _theirs(
    plan: dict[str, t.Any], estate: t.Mapping[str, t.Any], place: pathlib.Path
) -> tuple[list[str], dict[str, str]]:
    site = next(site for site in estate["sites"] if site["name"] == "recovery")
    networks = {network["id"]: network["name"] for network in site["networks"]}
    profiles = {(networks[one["network"]["id"]], one["name"]): one["id"] for one in site["vnic_profiles"]}
    given = recovery.variables(plan, profiles, USERNAME, PASSWORD)
    # The role puts its report below /tmp.
    given["dr_report_file"] = f"..{place.resolve()}/report.log"
    paths = {
        "ANSIBLE_COLLECTIONS_PATH": str(CLIENTS / "collections"),
        "PYTHONPATH": str(CLIENTS / "site"),
    }
    playbook = ROOT / "tests" / "clients" / "fail_over.yml"
    return [str(playbook), "--tags", "fail_over", *_extra(given)], dict(os.environ) | paths


def _extra(given: t.Mapping[str, t.Any]) -> list[str]:
    variables = {**given, "ansible_python_interpreter": sys.executable}
    return ["--inventory", "localhost,", "--extra-vars", json.dumps(variables)]


def _measure(
    twin: drill_twin.Twin, place: pathlib.Path, name: str, arguments: list[str], environ: dict[str, str]
) -> Figures:
    before = twin.control("recovery", "stats")
    log = place / f"{name}.log"
    with open(log, "w", encoding="utf-8") as output, contextlib.redirect_stdout(output):
        played = play.play(arguments, environ, twin.pid)
    if played.exit_code:
        raise BenchError(f"the failover '{name}' ended with exit code {played.exit_code}, see {log}")
    after = twin.control("recovery", "stats")
    return {
        "seconds": round(played.seconds, 2),
        "client_cpu_seconds": round(played.cpu_seconds, 2),
        "requests": sum(after[key] - before[key] for key in ("reads", "writes", "sign_ins")),
        "client_peak_mb": played.peak_mb["client"],
        "tasks": played.tasks,
    }
