# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which places each host has shown that it reaches, as evidence for whoever wants to use them."""

from __future__ import annotations

import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._iscsi.keys import portal
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.across import Result, lacks


def evidence(results: t.Mapping[str, Result | None]) -> dict[str, t.Any]:
    """What the hosts found, in JSON types. results: of each host the result of host_storage_probe, None without one.

    Keys: hosts: host -> the places that it reaches, exports as ADDRESS:PATH and targets as TARGET at ADDRESS:PORT;
    lacks: a sentence for everything that any host lacks.
    """
    return {
        "hosts": {host: sorted(_reached(result)) for host, result in results.items()},
        "lacks": [lack.sentence() for lack in lacks(results)],
    }


def _reached(result: Result | None) -> t.Iterator[str]:
    if not result or not isinstance(result.get("problems"), list):
        return
    for export in result.get("nfs") or ():
        if export["ok"]:
            yield f"{export['address']}:{export['path'].rstrip('/') or '/'}"
    for entry in result.get("iscsi") or ():
        for told in entry["portals"]:
            way = portal(told["portal"])
            for address in told["addresses"]:
                for visit in address["targets"]:
                    if visit["ok"]:
                        yield f"{visit['target']} at {way.address}:{way.port}"
