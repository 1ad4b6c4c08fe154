# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What carry_out calls to give a VM, a template or a disk its quota (contract 05, 5.9).

An edit of a disk goes on for seconds after its answer; what is asked of the disk meanwhile is refused and tried again
(findings 5).
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Collection, Mapping

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.actions import Answer, Done, Pending
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Disk, Template, Vm
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import element

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client

COLLECTIONS = {"vm": "vms", "template": "templates", "disk": "disks"}
LOCKED = ("locked", "image_locked")


class SetQuota:
    """Gives one object a quota. timeout: seconds until it must show it."""

    def __init__(self, client: Client, timeout: float) -> None:
        self._client = client
        self._timeout = timeout

    def do(self, step: Step) -> Answer:
        self._client.put(
            f"/{COLLECTIONS[step.kind]}/{step.target_id}",
            element(step.kind, element("quota", id=str(step.details["quota"]))),
            step=step.id,
            subject=f"{step.kind} {step.name}",
        )
        return self._until_shown(step)

    def look(self, step: Step) -> Pending | bool:
        record = quota_watches(self._client)[_watch(step)]({step.target_id}).get(step.target_id)
        return self._until_shown(step) if record is not None and record.quota_id == step.details["quota"] else False

    def _until_shown(self, step: Step) -> Pending:
        def judge(record: Vm | Template | Disk | None) -> Done | None:
            if record is None or record.quota_id != step.details["quota"] or record.status in LOCKED:
                return None
            return Done("has its quota")

        return Pending(
            watch=_watch(step),
            key=step.target_id,
            verdict=judge,
            timeout=self._timeout,
            wanted="not locked and with its quota",
        )


def quota_watches(client: Client) -> dict[str, Callable[[Collection[str]], Mapping[str, t.Any]]]:
    """What reads objects with their quotas, by the names of the watches."""
    return {
        "vms": lambda ids: reads.vms_by_ids(client, ids),
        "templates": lambda ids: {one.id: one for one in reads.templates(client) if one.id in ids},
        "disks": lambda ids: {one.id: one for one in reads.disks(client) if one.id in ids},
    }


def _watch(step: Step) -> str:
    return COLLECTIONS[step.kind]
