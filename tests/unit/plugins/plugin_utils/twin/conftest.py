# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shipped estate, and a twin of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import estate as estates
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin


@pytest.fixture
def estate() -> dict[str, Any]:
    """The drill estate, fresh."""
    return estates.load(estates.DRILL)


@pytest.fixture
def twin() -> Iterator[Twin]:
    """The drill estate, answering, in a hurry."""
    with Twin(pace=0.01) as running:
        yield running
        assert running.errors == []


@pytest.fixture
def session(twin: Twin) -> Iterator[requests.Session]:
    """Signed in with Basic."""
    with requests.Session() as made:
        made.auth = (twin.username, twin.password)
        yield made
