# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The twin of a drill: a process of its own that outlives the drill, for a second run to find what the first did."""

from __future__ import annotations

import json
import pathlib
import typing as t

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import launch
from settings import DrillError, Settings

LIFETIME = 3600.0


class Twin:
    """A running twin, spoken to by its control address."""

    def __init__(self, running: launch.Running, *, fresh: bool) -> None:
        self._running = running
        self.pid = running.pid
        self.urls = dict(running.sites)
        self.username = running.username
        self.fresh = fresh

    def control(self, site: str, what: str, data: object = None) -> t.Any:
        """Ask (or, with ``data``, tell) the control address of a site. DrillError with its words, if it has any."""
        try:
            return self._running.control(what, data, site)
        except launch.LaunchError as error:
            raise DrillError(str(error)) from error


def running(settings: Settings) -> Twin | None:
    """The twin of an earlier drill, when it lives and was started with the same settings and code."""
    found = launch.find(_state_file(settings))
    try:
        label = json.loads(_label_file(settings).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return Twin(found, fresh=False) if found is not None and label == _label(settings) else None


def start(settings: Settings, estate: pathlib.Path) -> Twin:
    """Start a twin on an estate file, in place of one that may still run. DrillError."""
    wanted = launch.Settings(estate=str(estate), profile=settings.profile, latency=str(settings.latency))
    try:
        made = launch.start(wanted, _state_file(settings), LIFETIME)
    except launch.LaunchError as error:
        raise DrillError(str(error)) from error
    _label_file(settings).write_text(json.dumps(_label(settings)), encoding="utf-8")
    return Twin(made, fresh=True)


def stop(settings: Settings) -> None:
    """End the twin of an earlier drill, if it lives. DrillError."""
    try:
        launch.stop(_state_file(settings))
    except launch.LaunchError as error:
        raise DrillError(str(error)) from error


def _state_file(settings: Settings) -> pathlib.Path:
    return settings.folder / "twin.json"


def _label_file(settings: Settings) -> pathlib.Path:
    return settings.folder / "twin-settings.json"


def _label(settings: Settings) -> dict[str, t.Any]:
    """What the estate of a drill is made with, and what its twin runs: the settings and the code."""
    return {**settings.twin, "code": launch.code_digest()}
