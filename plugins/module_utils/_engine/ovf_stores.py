# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an engine shows of its OVF stores, the disks that describe a domain's VMs and templates (findings 3 and 7).

The job of an update is over at once and tells nothing. Store disks that are new appear after some seconds and become
ok; those that were there stay ok, even when they cannot be written. Only the engine's events about the domain tell:
199 written, 1052 nothing to write, and others before the 199 when it failed. They carry an id of the engine's own.
"""

from __future__ import annotations

import typing as t
from collections.abc import Collection
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import reference
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import ident, text

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client

WRITTEN = frozenset({"199", "1052"})
FAILED = frozenset({"190", "191", "192", "1016"})


@dataclass(frozen=True)
class Said:
    """An event about the stores of a domain. number: later ones are higher."""

    number: int
    code: str
    words: str


@dataclass(frozen=True)
class Stores:
    """The stores of one domain. statuses: of its store disks, "ok" or "locked"; said: the events, oldest first."""

    statuses: tuple[str, ...] = ()
    said: tuple[Said, ...] = ()

    @property
    def status(self) -> str:
        """In words, for a time-out."""
        return f"store disks {', '.join(self.statuses)}" if self.statuses else "no store disk"


def stores(client: Client, domain_ids: Collection[str], since: int) -> dict[str, Stores]:
    """The stores of these domains, with the events after the one of this number: two requests for all of them."""
    statuses: dict[str, list[str]] = {key: [] for key in domain_ids}
    said: dict[str, list[Said]] = {key: [] for key in domain_ids}
    for disk in reads.disks(client):
        if disk.content_type == "ovf_store":
            for key in disk.domain_ids:
                statuses.get(key, []).append(disk.status)
    for node in client.get("/events", query={"from": str(since)}, subject="events"):
        code, about = text(node, "code"), reference(node, "storage_domain")
        if about in said and code in WRITTEN | FAILED:
            said[about].append(Said(int(ident(node)), code, text(node, "description")))
    return {
        key: Stores(tuple(statuses[key]), tuple(sorted(said[key], key=lambda one: one.number))) for key in domain_ids
    }
