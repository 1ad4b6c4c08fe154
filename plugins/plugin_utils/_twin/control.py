# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control address /_twin/ of a site: look at the log, add faults, move the clock, start over, end."""

from __future__ import annotations

import json
import math
import os
import threading
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import faults
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.clock import FASTEST, SLOWEST, Clock
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.latency import BadLatency
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.log import BadQuery
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer

if TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.server import SiteServer


def _json(data: Any, status: int = 200) -> Answer:
    return Answer(status, json.dumps(data).encode(), "application/json")


def control(owner: SiteServer, method: str, path: str, query: Mapping[str, str], body: bytes) -> Answer:
    """Answers what docs/twin.md lists; 400 for a question or rule that makes no sense, 404 for an unknown one."""
    try:
        return _answer(owner, f"{method} {path.removeprefix('/_twin/').strip('/')}", query, body)
    except (faults.BadRule, BadQuery, BadLatency, json.JSONDecodeError) as error:
        return _json({"error": str(error)}, 400)


def _answer(owner: SiteServer, what: str, query: Mapping[str, str], body: bytes) -> Answer:
    twin = owner.twin
    if what == "GET about":
        return _json({"pid": os.getpid(), "sites": list(twin.sites)})
    if what == "GET requests":
        return _json([asdict(entry) for entry in owner.log.query(query)])
    if what == "GET stats":
        return _json(owner.log.stats())
    if what == "GET floor":
        return _json({name: asdict(twin.floor(name)) for name in twin.sites})
    if what == "GET faults":
        return _json(faults.NAMES)
    if what == "POST fail":
        twin.fail(json.loads(body or b'""'), owner.site.name)
        return _json({})
    if what == "POST no-faults":
        twin.no_faults()
        return _json({})
    if what == "POST expire-tokens":
        return _json({"expired": owner.accounts.expire()})
    if what == "GET clock":
        return _json({"seconds": twin.clock.now(), "speed": twin.clock.speed})
    if what == "POST clock":
        return _clock(twin.clock, json.loads(body or b"{}"))
    if what == "POST latency":
        twin.slow_down(json.loads(body or b"0"))
        return _json({})
    if what == "POST die":
        owner.die(_number(json.loads(body or b"0"), "seconds"))
        return _json({})
    if what == "POST live":
        owner.live()
        return _json({})
    if what == "POST reset":
        twin.reset()
        return _json({})
    if what == "POST shutdown":
        threading.Thread(target=twin.stop, daemon=True).start()
        return _json({})
    return _json({"error": f"no such control: {what}"}, 404)


def _clock(clock: Clock, told: Any) -> Answer:
    if not isinstance(told, dict) or not told or set(told) - {"speed", "forward"}:
        raise faults.BadRule('the clock takes {"speed": FACTOR}, {"forward": SECONDS} or both')
    if "speed" in told:
        speed = _number(told["speed"], "speed")
        if not SLOWEST <= speed <= FASTEST:
            raise faults.BadRule(f"speed must be from {SLOWEST:g} to {FASTEST:g}, not {speed:g}")
        clock.run(speed)
    if "forward" in told:
        clock.forward(_number(told["forward"], "forward"))
    return _json({"seconds": clock.now(), "speed": clock.speed})


def _number(value: Any, name: str) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value < math.inf:
        raise faults.BadRule(f"{name} must be 0 or more, not {value!r}")
    return float(value)
