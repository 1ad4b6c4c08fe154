# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the runs: each process of pytest has one twin, which starts over for each test."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from ansible_collections.ovirt_dr.storage.tests.integration.playbooks.drills import Drills
from ansible_collections.ovirt_dr.storage.tests.integration.playbooks.runbook import Runbook


@pytest.fixture(scope="session")
def lone_twin() -> t.Iterator[Twin]:
    with Twin(profile="none", pace=0.02) as twin:
        yield twin


@pytest.fixture
def twin(lone_twin: Twin) -> Twin:
    lone_twin.reset()
    return lone_twin


@pytest.fixture
def runbook(twin: Twin, tmp_path: pathlib.Path) -> Runbook:
    return Runbook(tmp_path, twin)


@pytest.fixture
def drills(tmp_path: pathlib.Path) -> t.Iterator[Drills]:
    made = Drills(tmp_path / "drill")
    yield made
    made.end_twin()
