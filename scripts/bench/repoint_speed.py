# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What it costs to point the connections of many iSCSI domains at other portals: one task, as a playbook has it."""

from __future__ import annotations

import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import time
import typing as t

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import launch

from .options import BenchError
from .san import AFTER, BEFORE, PORTALS, many_domains

LIFETIME = 900.0
LIMIT = 600.0
LATENCY = "0.025"
PLAY: list[dict[str, t.Any]] = [
    {
        "name": "Repoint",
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "tasks": [
            {
                "name": "Every connection leads to the other network",
                "ovirt_dr.storage.storage_connection": {
                    "auth": "{{ engine }}",
                    "maintenance": "allow",
                    "host": "hv-a1",
                    "sign_in": True,
                    "repoint": [{"from": {"type": "iscsi", "address": f"{BEFORE}.*"}, "to": {"address": f"{AFTER}.*"}}],
                },
            }
        ],
    }
]


def run(domains: int, place: pathlib.Path) -> dict[str, float]:
    """The figures that docs/bench.md lists, for so many domains. BenchError."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    estate, play, state = place / "estate.json", place / "repoint.yml", place / "twin.json"
    estate.write_text(json.dumps(many_domains(domains)), encoding="utf-8")
    play.write_text(json.dumps(PLAY), encoding="utf-8")
    try:
        running = launch.start(launch.Settings(estate=str(estate), latency=LATENCY), state, LIFETIME)
        try:
            engine = {"url": running.sites["primary"], "username": running.username, "password": running.password}
            seconds, processor = _play(play, engine, place / "repoint.log")
            requests = running.control("stats", site="primary")["requests"]
        finally:
            launch.stop(state)
    except launch.LaunchError as error:
        raise BenchError(f"the repointing could not be measured: {error}") from error
    connections = domains * PORTALS
    return {
        "seconds": round(seconds, 2),
        "client_cpu_seconds": round(processor, 2),
        "connections": float(connections),
        "requests_per_connection": round(requests / connections, 2),
    }


def _play(play: pathlib.Path, engine: t.Mapping[str, str], log: pathlib.Path) -> tuple[float, float]:
    """Wall and processor seconds of the playbook. BenchError when it fails."""
    command = [
        *(str(pathlib.Path(sys.executable).parent / "ansible-playbook"), str(play)),
        *("-i", "localhost,", "-e", json.dumps({"engine": engine, "ansible_python_interpreter": sys.executable})),
    ]
    environ = {**os.environ, "OVIRT_DR_PROGRESS": "never"}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    with open(log, "w", encoding="utf-8") as output:
        done = subprocess.run(
            command,
            check=False,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            timeout=LIMIT,
        )
    took, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise BenchError(f"the repointing failed, see {log}")
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
