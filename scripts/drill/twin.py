# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The twin of a drill: a process of its own that outlives the drill, for a second run to find what the first did."""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import typing as t

import requests
import ways
from settings import DrillError, Settings

MODULE = "ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin"
LIFETIME = 3600
START_SECONDS = 60.0


class Twin:
    """A running twin, spoken to by its control address."""

    def __init__(self, state: t.Mapping[str, t.Any], *, fresh: bool) -> None:
        self.pid = int(state["pid"])
        self.urls: dict[str, str] = dict(state["sites"])
        self.username = str(state["username"])
        self.fresh = fresh

    def control(self, site: str, what: str, data: object = None) -> t.Any:
        """Ask (or, with ``data``, tell) the control address of a site. DrillError with its words, if it has any."""
        url = f"{self.urls[site].removesuffix('/ovirt-engine/api')}/_twin/{what}"
        try:
            answer = requests.get(url, timeout=30) if data is None else requests.post(url, json=data, timeout=30)
            body = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise DrillError("the twin does not answer any more; a further drill starts a new one") from error
        if answer.status_code != 200:
            raise DrillError(str(body.get("error", answer.status_code)))
        return body


def running(settings: Settings) -> Twin | None:
    """The twin of an earlier drill, when it lives and was started with the same settings and code."""
    state, label = _read(settings.folder / "twin.json"), _read(settings.folder / "twin-settings.json")
    if state is None or label != _label(settings):
        return None
    twin = Twin(state, fresh=False)
    try:
        twin.control(ways.site_of(settings.way), "stats")
    except DrillError:
        return None
    return twin


def start(settings: Settings, estate: pathlib.Path) -> Twin:
    """Start a twin on an estate file, in place of one that may still run."""
    stop(settings)
    state_file = settings.folder / "twin.json"
    with open(settings.folder / "twin.log", "w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                MODULE,
                "--estate",
                str(estate),
                "--profile",
                settings.profile,
                "--latency",
                str(settings.latency),
                "--state-file",
                str(state_file),
                "--max-lifetime",
                str(LIFETIME),
            ],
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + START_SECONDS
    while (state := _read(state_file)) is None:
        if process.poll() is not None or time.monotonic() > deadline:
            raise DrillError(f"the twin did not start, see {log.name}")
        time.sleep(0.05)
    (settings.folder / "twin-settings.json").write_text(json.dumps(_label(settings)), encoding="utf-8")
    return Twin(state, fresh=True)


def stop(settings: Settings) -> None:
    """End the twin of an earlier drill, if it lives."""
    state_file = settings.folder / "twin.json"
    state = _read(state_file)
    if state is not None and _is_twin(int(state["pid"])):
        os.kill(int(state["pid"]), signal.SIGTERM)
        deadline = time.monotonic() + 10
        while _is_twin(int(state["pid"])) and time.monotonic() < deadline:
            time.sleep(0.05)
    state_file.unlink(missing_ok=True)


def _is_twin(pid: int) -> bool:
    """Whether this process is a twin: its number may belong to another program by now."""
    try:
        return MODULE.encode() in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _read(path: pathlib.Path) -> t.Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _label(settings: Settings) -> dict[str, t.Any]:
    """What a twin was started with: the settings, and the code and estate that it runs."""
    package = pathlib.Path(__file__).resolve().parents[2] / "plugins" / "plugin_utils" / "_twin"
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        if path.suffix in (".py", ".json"):
            digest.update(path.read_bytes())
    return {**settings.twin, "code": digest.hexdigest()}
