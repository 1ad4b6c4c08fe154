# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the descriptions of a domain count as fresh: what an engine shows of its stores, and after how long."""

from __future__ import annotations

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.ovf import (
    LENIENT_SECONDS,
    OvfSettings,
    _UntilFresh,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.actions import Done, Failed
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.ovf_stores import Said, Stores

BEFORE, SINCE = 40, 50
WRITTEN, SAME, FAILED = (
    Said(60, "199", "was updated"),
    Said(61, "1052", "ignored"),
    Said(59, "1016", "Failed to update"),
)
OLD = Said(BEFORE, "199", "an earlier update")
OLD_FAILURE = Said(BEFORE, "190", "an earlier failure")


class Clock:
    """A clock that stands still until it is set."""

    time = 100.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


def verdict(found, waited, *, required, timeout=600.0):
    clock = Clock()
    judge = _UntilFresh("web", SINCE, OvfSettings(timeout, 3600.0, required), clock, clock.now())
    clock.time += waited
    return judge(found)


@pytest.mark.parametrize("required", [False, True])
@pytest.mark.parametrize(
    ("found", "waited"),
    [
        (Stores(("ok", "ok"), (WRITTEN,)), 1),
        (Stores(("ok", "ok"), (SAME,)), 1),
        (Stores(("ok", "ok"), (OLD_FAILURE, WRITTEN)), 1),
        (Stores(("ok",), (WRITTEN,)), 1),
    ],
)
def test_fresh(found, waited, required):
    answer = verdict(found, waited, required=required)
    assert isinstance(answer, Done)
    assert answer.details == {"fresh": True}


@pytest.mark.parametrize("required", [False, True])
@pytest.mark.parametrize(
    ("found", "waited"),
    [
        (None, 1),
        (Stores((), ()), 60),
        (Stores((), (WRITTEN,)), 60),
        (Stores(("locked", "ok"), (WRITTEN,)), 60),
        # Stores that were there are ok all the time.
        (Stores(("ok", "ok"), ()), 60),
        (Stores(("ok", "ok"), (OLD,)), 60),
    ],
)
def test_not_known_yet(found, waited, required):
    assert verdict(found, waited, required=required) is None


@pytest.mark.parametrize(
    ("found", "waited", "words"),
    [
        # The engine says "was updated" also after it could not be.
        (Stores(("ok", "ok"), (FAILED, WRITTEN)), 1, "the engine says: Failed to update"),
        (Stores(("locked",), ()), 600, "after 600 s: store disks locked; no event tells that they were written"),
        (Stores(("ok", "ok"), (OLD,)), 600, "after 600 s: store disks ok, ok; no event tells that they were written"),
        (Stores(("locked",), (WRITTEN,)), 600, "after 600 s: store disks locked; was updated"),
        (None, 600, "after 600 s: no store disk; no event tells that they were written"),
    ],
)
def test_not_proven(found, waited, words):
    refused = verdict(found, waited, required=True)
    assert isinstance(refused, Failed)
    assert words in refused.message
    assert "'ovf: require_fresh'" in refused.message
    told = verdict(found, waited, required=False)
    assert isinstance(told, Done)
    assert told.details == {"fresh": False, "why": words}


def test_a_proof_that_is_not_required_is_not_waited_for_so_long():
    found = Stores(("locked",), ())
    assert verdict(found, LENIENT_SECONDS - 1, required=False) is None
    assert isinstance(verdict(found, LENIENT_SECONDS, required=False), Done)
    assert verdict(found, LENIENT_SECONDS, required=True) is None
    assert isinstance(verdict(found, 5, required=False, timeout=5), Done)
