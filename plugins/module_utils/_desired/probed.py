# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether hosts have shown that they reach the places to which connections shall lead."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_blockers import Use
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_targets import Target, place_of

# What can be tried from a host; of other types only the activation of a domain tells.
PROBED = ("nfs", "iscsi")


def unproven(targets: Sequence[Target], evidence: Mapping[str, t.Any]) -> list[str]:
    """What keeps connections from being led to new places, a sentence each; empty when every host reaches all.

    evidence: as the probe's coverage tells it. What a host lacks counts whatever it was about: it was probed for this.
    """
    wanted = [target.wanted for target in targets if target.wanted.type in PROBED and new_place(target)]
    if not wanted:
        return []
    hosts: Mapping[str, Sequence[str]] = evidence["hosts"]
    missing = [
        f"host {host} has not shown that it reaches {connection.name}"
        for connection in wanted
        for host, reached in hosts.items()
        if connection.evidence not in reached
    ]
    none = [] if hosts else ["no host has shown that it reaches the new places"]
    return [*evidence["lacks"], *missing, *none]


def new_place(target: Target) -> bool:
    """Whether hosts will have to reach a place through this connection that they did not reach through it before."""
    return target.known is None or bool(target.joins) or place_of(target.known) != place_of(target.wanted)


def to_probe(targets: Sequence[Target], use: Mapping[str, Use]) -> dict[str, list[dict[str, t.Any]]]:
    """What host_storage_probe takes to try these places, by kind; an export with the id of the domain that has to be
    there."""
    nfs: list[dict[str, t.Any]] = []
    iscsi: list[dict[str, t.Any]] = []
    for target in targets:
        wanted = target.wanted
        if wanted.type not in PROBED or not new_place(target):
            continue
        if wanted.type == "nfs":
            domains = use[target.known.id].domains if target.known and target.known.id in use else ()
            expected = {"domain": {"id": domains[0].id}} if domains else {}
            nfs.append({"address": wanted.address, "path": wanted.path, **expected})
        else:
            address = f"[{wanted.address}]" if ":" in wanted.address else wanted.address
            iscsi.append({"portals": [f"{address}:{wanted.port}"], "targets": [wanted.target]})
    return {"nfs": nfs, "iscsi": iscsi}
