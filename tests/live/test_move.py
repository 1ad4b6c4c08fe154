# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook that moves a domain, there and back, between two data centers of a running engine.

Beside what test_round_trip.py needs: ``OVIRT_LIVE_OTHER_CENTER``, a data center with an active master and with networks
of the same names, and the clusters of both, ``OVIRT_LIVE_CLUSTER`` and ``OVIRT_LIVE_OTHER_CLUSTER``.
"""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys

import pytest
from ansible_collections.ovirt_dr.storage.tests.live import workshop
from ansible_collections.ovirt_dr.storage.tests.live.workshop import LIVE, Workshop

OTHER = {name: os.environ.get(f"OVIRT_LIVE_{name}", "") for name in ("OTHER_CENTER", "CLUSTER", "OTHER_CLUSTER")}

pytestmark = pytest.mark.skipif(
    not all({**LIVE, **OTHER}.values()), reason="no running engine with two data centers was named (OVIRT_LIVE_*)"
)
HERE, THERE = (LIVE["DATA_CENTER"], OTHER["CLUSTER"]), (OTHER["OTHER_CENTER"], OTHER["OTHER_CLUSTER"])


def move(place: pathlib.Path, source: tuple[str, str], target: tuple[str, str]) -> str:
    """What the playbook says of a move from one data center and cluster to another."""
    options = {
        "domain_move_domains": [LIVE["DOMAIN"]],
        "domain_move_from": source[0],
        "domain_move_to": target[0],
        "domain_move_mappings": {"clusters": [{"from": source[1], "to": target[1]}]},
        "domain_move_stop_vms": "poweroff",
        "domain_move_dir": str(place),
        "ansible_python_interpreter": sys.executable,
    }
    login = {f"OVIRT_{name}": LIVE[name] for name in ("URL", "USERNAME", "PASSWORD")}
    command = [
        str(pathlib.Path(sys.executable).parent / "ansible-playbook"),
        "-i",
        "localhost,",
        "-e",
        json.dumps(options),
    ]
    collections = str(pathlib.Path(workshop.__file__).parents[5])
    done = subprocess.run(
        [*command, "ovirt_dr.storage.move_domain"],
        check=False,
        env={**os.environ, **login, "ANSIBLE_COLLECTIONS_PATH": collections},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert LIVE["PASSWORD"] not in done.stdout
    return done.stdout


def states(engine: Workshop) -> dict[str, str]:
    """VMs with their status."""
    return {one.get("id"): one.findtext("status") for one in engine.ask("GET", "/vms")}


def test_there_and_back(tmp_path: pathlib.Path) -> None:
    engine = Workshop()
    before = states(engine)
    for source, target in ((HERE, THERE), (THERE, HERE)):
        said = move(tmp_path, source, target)
        assert "Verdict: MOVED\n" in said, said
        assert states(engine) == before
    assert "Verdict: MOVED: everything was so already" in move(tmp_path, THERE, HERE)
