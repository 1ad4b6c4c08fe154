# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control address /_twin/ of a site: look at the log, add faults, start over, end."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import faults
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer

if TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.server import SiteServer


def _json(data: Any, status: int = 200) -> Answer:
    return Answer(status, json.dumps(data).encode(), "application/json")


def control(owner: SiteServer, method: str, path: str, body: bytes) -> Answer:
    """Answers GET requests, stats, floor, faults; POST fail, no-faults, expire-tokens, reset, shutdown."""
    what = f"{method} {path.removeprefix('/_twin/').strip('/')}"
    twin = owner.twin
    if what == "GET requests":
        return _json(owner.log.as_dicts())
    if what == "GET stats":
        return _json(owner.log.stats())
    if what == "GET floor":
        return _json({name: asdict(twin.floor(name)) for name in twin.sites})
    if what == "GET faults":
        return _json(faults.NAMES)
    if what == "POST fail":
        try:
            twin.fail(json.loads(body or b'""'), owner.site.name)
        except (faults.BadRule, json.JSONDecodeError) as error:
            return _json({"error": str(error)}, 400)
        return _json({})
    if what == "POST no-faults":
        twin.no_faults()
        return _json({})
    if what == "POST expire-tokens":
        return _json({"expired": owner.accounts.expire()})
    if what == "POST reset":
        twin.reset()
        return _json({})
    if what == "POST shutdown":
        threading.Thread(target=twin.stop, daemon=True).start()
        return _json({})
    return _json({"error": f"no such control: {what}"}, 404)
