# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Statistics of a disk: nobody reads or writes here, so they are zero (06 #41)."""

from __future__ import annotations

import hashlib
import uuid

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import Member

_RATES = (("data.current.read", "Read data rate"), ("data.current.write", "Write data rate"))


def disk_statistics(site: Site, ids: tuple[str, ...]) -> list[Member]:
    """The rates of a disk. Those of an image, with its latencies, were not recorded."""
    base = f"{API}/disks/{ids[0]}/statistics"
    found = []
    for name, words in _RATES:
        identity = name_id(name)
        rate = {
            "id": identity,
            "name": name,
            "description": words,
            "kind": "gauge",
            "type": "decimal",
            "unit": "bytes_per_second",
            "values": {"value": {"datum": "0"}},
            "disk": {"id": ids[0]},
        }
        found.append(Member(rate, f"{base}/{identity}", "disks/statistics"))
    return found


def name_id(name: str) -> str:
    """The id of a statistic: made of its name alone, the same in every engine (a version 3 UUID without namespace)."""
    digest = hashlib.md5(name.encode(), usedforsecurity=False).digest()
    return str(uuid.UUID(bytes=digest, version=3))
