# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The profile engine-4.5 against the measurements, row by row, within 30 %: requests go through the twin's handlers in
virtual time, so nothing depends on this machine."""

from __future__ import annotations

from functools import partial

import pytest
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.plugin_utils.twin.measured import DOMAINS, Measured

WITHIN = 0.3
PLAY_SECONDS, MODULE_SECONDS = 17.0, 0.7
ASYNC = "<async>true</async>"
SLOW = "engine-4.5-slow-storage"


def brought(vms: int, profile: str = "engine-4.5") -> Measured:
    """Both domains attached."""
    engine = Measured(vms, profile)
    for name in DOMAINS:
        engine.bring(name)
    return engine


@pytest.mark.parametrize(
    ("profile", "extra", "threads", "vms", "rate", "median", "ninetieth"),
    [
        ("engine-4.5", ASYNC, 1, 100, 5.1, 0.19, 0.25),
        ("engine-4.5", ASYNC, 2, 100, 9.7, 0.19, 0.28),
        ("engine-4.5", ASYNC, 4, 100, 9.0, 0.41, 0.57),
        ("engine-4.5", ASYNC, 8, 100, 6.2, 1.19, 1.65),
        ("engine-4.5", ASYNC, 16, 100, 5.0, 2.92, 4.09),
        ("engine-4.5", ASYNC, 32, 100, 6.6, 4.06, None),
        ("engine-4.5", "", 1, 15, 0.39, 2.27, 3.27),
        ("engine-4.5", "", 4, 40, 1.6, 2.29, 3.35),
        ("engine-4.5", "", 8, 60, 2.7, 2.43, 4.26),
        ("engine-4.5", "", 16, 60, 3.6, 3.46, 6.09),
        ("engine-4.5", "", 32, 60, 5.1, 4.78, 7.90),
        (SLOW, ASYNC, 1, 12, 1.1, 0.71, 1.23),
        (SLOW, ASYNC, 4, 40, 3.3, 0.98, 1.67),
        (SLOW, ASYNC, 16, 50, 5.1, 2.46, None),
    ],
)
def test_register(
    profile: str, extra: str, threads: int, vms: int, rate: float, median: float, ninetieth: float | None
) -> None:
    """Table 2: registering VMs. Where many crowd, the model lets all wait alike and the engine does not: there the 90th
    percentile is not compared."""
    engine = brought(140, profile)
    engine.together(engine.templates(), 4)
    run = engine.together(engine.vms(vms, extra), threads)
    assert len(run.calls) == vms
    assert run.rate == pytest.approx(rate, rel=WITHIN)
    assert run.percentile(0.5) == pytest.approx(median, rel=WITHIN)
    if ninetieth is not None:
        assert run.percentile(0.9) == pytest.approx(ninetieth, rel=WITHIN)


def test_register_where_nine_hundred_are() -> None:
    """Table 2: no slower after the others."""
    engine = brought(1000)
    calls = engine.vms(extra=ASYNC)
    engine.together(engine.templates(), 4)
    engine.together(calls[:-60], 2)
    run = engine.together(calls[-60:], 4)
    assert run.rate == pytest.approx(8.5, rel=WITHIN)
    assert run.percentile(0.5) == pytest.approx(0.42, rel=WITHIN)


def test_register_templates() -> None:
    """Table 2: 20 templates with the answer that waits."""
    engine = brought(300)
    calls = engine.templates()[-20:]
    engine.together(engine.templates()[:-20], 1)
    run = engine.together(calls, 4)
    assert run.rate == pytest.approx(11.8, rel=WITHIN)
    assert run.percentile(0.5) == pytest.approx(0.33, rel=WITHIN)


@pytest.mark.parametrize(
    ("vms", "attach", "listing", "register", "whole"), [(30, 1.1, 1.0, 4.1, 17.4), (100, 2.3, 3.6, 10.8, 32.8)]
)
def test_the_floor_of_a_whole_failover(vms: int, attach: float, listing: float, register: float, whole: float) -> None:
    """Section 4, the floor: one client that does each thing at its best concurrency."""
    engine = Measured(vms)
    engine.together([partial(engine.bring, name) for name in DOMAINS], 2)
    assert engine.clock.now() == pytest.approx(attach, rel=WITHIN)
    lists = [partial(engine.list, name) for name in DOMAINS]
    assert engine.together(lists, 2).seconds == pytest.approx(listing, rel=WITHIN)
    engine.together([partial(engine.list, name, "templates") for name in DOMAINS], 2)
    engine.together(engine.templates(), 3)
    assert engine.together(engine.vms(extra=ASYNC), 3).seconds == pytest.approx(register, rel=WITHIN)
    engine.wait_until_startable()
    engine.together(engine.starts(), 3)
    engine.wait_until_up()
    assert engine.clock.now() == pytest.approx(whole, rel=WITHIN)


@pytest.mark.parametrize(("vms", "peer"), [(10, 64.0), (30, 154.0), (100, 580.1)])
def test_the_peer(vms: int, peer: float) -> None:
    """Section 4, the peer: one call after another, and the whole list again for each VM. What its play takes besides
    the engine is given here: 17 s, and 0.7 s for each module that is started."""
    engine = Measured(max(vms, 15))
    for name in DOMAINS:
        engine.bring(name)
    engine.together(engine.templates(), 1)
    for register, (domain, _entry) in zip(engine.vms()[:vms], engine.described("vm"), strict=False):
        engine.clock.sleep(MODULE_SECONDS)
        engine.list(next(name for name in DOMAINS if engine.domain(name) == domain))
        register()
    for start in engine.starts():
        engine.clock.sleep(MODULE_SECONDS)
        start()
    assert PLAY_SECONDS + engine.clock.now() == pytest.approx(peer, rel=WITHIN)
