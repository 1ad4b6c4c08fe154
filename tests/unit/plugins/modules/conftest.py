# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the module tests: one twin for all tests of a file, back at its estate for each."""

from __future__ import annotations

import os
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import patience, waits
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import DRILL, load
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import Bench

PACE = 0.02
"""The twin's statuses and jobs pass fifty times as fast as an engine's, and modules are as much less patient."""


@pytest.fixture(scope="module")
def running_twin() -> t.Iterator[Twin]:
    with Twin(profile="none", pace=PACE) as twin:
        yield twin


@pytest.fixture
def bench(running_twin: Twin, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Bench]:
    monkeypatch.setattr(waits.intervals, "__defaults__", (0.02, 1.6, 0.2))
    monkeypatch.setattr(patience, "PAUSES", (0.02, 0.04, 0.08, 0.16))
    for name in [name for name in os.environ if name.startswith("OVIRT_")]:
        monkeypatch.delenv(name)
    found = Bench(running_twin)
    found.use(load(DRILL))
    yield found
    assert [server.errors for server in running_twin._servers.values()] == [[], []], "errors of the twin itself"
