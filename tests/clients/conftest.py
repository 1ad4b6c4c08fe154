# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that are not ours judge the twin: the SDK of oVirt, and the collection ovirt.ovirt that is made with it.

They are not part of this repository: ``make test`` brings them to .build/clients (scripts/dev/clients.py).
"""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import PASSWORD, USERNAME, Twin

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLIENTS = pathlib.Path(os.environ.get("OVIRT_DR_CLIENTS") or ROOT / ".build" / "clients")

# Only a process that collects these tests finds the SDK.
sys.path.append(str(CLIENTS / "site"))


@pytest.fixture(scope="session")
def lone_twin() -> t.Iterator[Twin]:
    with Twin(profile="none", pace=0.002) as made:
        yield made


@pytest.fixture(scope="module")
def twin(lone_twin: Twin) -> t.Iterator[Twin]:
    """Each file starts with the drill's estate. At its end the twin must not have stumbled over a request."""
    lone_twin.reset()
    yield lone_twin
    assert lone_twin.errors == []


def connect(twin: Twin, site: str, **more: t.Any) -> t.Any:
    """A connection of the SDK."""
    sdk = pytest.importorskip("ovirtsdk4", reason="the clients are not here")
    given = {"username": USERNAME, "password": PASSWORD, "insecure": True, **more}
    return sdk.Connection(url=twin.url(site), **given)


def play(twin: Twin, playbook: str, home: pathlib.Path, *arguments: str, **variables: t.Any) -> tuple[int, str]:
    """Run a playbook with the other collection: exit code and screen. It gets the addresses and the login as variables.

    Nothing of this collection is in its path.
    """
    if not (CLIENTS / "collections").is_dir():
        pytest.skip("the clients are not here")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "OVIRT_"))}
    given = {f"{name}_url": twin.url(name) for name in twin.sites}
    given |= {"username": USERNAME, "password": PASSWORD, "ansible_python_interpreter": sys.executable} | variables
    command = [
        str(pathlib.Path(sys.executable).parent / "ansible-playbook"),
        str(pathlib.Path(__file__).parent / playbook),
        "--inventory",
        "localhost,",
        "--extra-vars",
        json.dumps(given),
        *arguments,
    ]
    done = subprocess.run(
        command,
        env=kept
        | {
            "HOME": str(home),
            "ANSIBLE_HOME": str(home / ".ansible"),
            "ANSIBLE_COLLECTIONS_PATH": str(CLIENTS / "collections"),
            "ANSIBLE_NOCOLOR": "true",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "PYTHONPATH": str(CLIENTS / "site"),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def primary(twin: Twin) -> t.Iterator[t.Any]:
    """The system service of the main site."""
    connection = connect(twin, "primary")
    yield connection.system_service()
    connection.close()


@pytest.fixture(scope="module")
def recovery(twin: Twin) -> t.Iterator[t.Any]:
    """The system service of the second site."""
    connection = connect(twin, "recovery")
    yield connection.system_service()
    connection.close()
