# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who lets go of a connection that is removed: no host, the engine's own disconnect of one, or every host by itself.

The engine removes the record before it finds that it cannot disconnect (contract 02, 2.5), so all is looked at first.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_targets import Target

Results: t.TypeAlias = "Mapping[str, Mapping[str, t.Any] | None]"


def released(results: Results) -> dict[str, t.Any]:
    """Of each host the places that it has let go of or never had, from the results of host_storage_disconnect."""
    return {
        host: [*result["released"], *result["absent"]]
        if result and isinstance(result.get("released"), list) and isinstance(result.get("absent"), list)
        else None
        for host, result in results.items()
    }


def wrong(disconnect: str | None, state: str, host: str | None, hosts: Sequence[str] | None) -> str:
    """What makes no sense about the options; empty when nothing."""
    if disconnect is None:
        return "" if hosts is None else "'disconnect_hosts' is for 'disconnect: all'"
    if state != "absent":
        return "'disconnect' is for 'state: absent'"
    if disconnect == "host" and not host:
        return "'disconnect: host' needs 'host', the one that lets go"
    if disconnect == "none" and host:
        return "'disconnect: none' and 'host' contradict each other"
    if disconnect == "all" and hosts is None:
        return (
            "'disconnect: all' is done over SSH, on the hosts themselves: run host_storage_disconnect there first, and "
            "name them in 'disconnect_hosts'. The engine itself lets only one host disconnect"
        )
    return ""


def still_held(targets: Sequence[Target], evidence: Mapping[str, Sequence[str] | None]) -> list[str]:
    """Which hosts have not shown that they let go of the connections that are removed, a sentence each."""
    going = [target.known for target in targets if target.known is not None]
    if going and not evidence:
        return ["no host has shown that it let go of them"]
    return [
        f"host {host} has not shown that it let go of {connection.name}"
        for connection in going
        for host, places in evidence.items()
        if connection.evidence not in (places or ())
    ]
