# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What carry_out calls to delete unregistered VMs, templates and disks from the storage (contract 04, 4.8).

The answer comes while the engine's job still runs, and a job whose tasks failed ends well all the same, so the flow
lists again at the end of a run. A disk is known as deletable only below its data center.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.jobs import still_working
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.actions import Answer, Done, Failed, Pending
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Fault
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Job
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import ident

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client

# The name of the watch that reads the engine's jobs by id.
JOBS = "jobs"
CURE = "register it as a floating disk and delete that, or detach the domain, attach it again and run again"
"""How a disk is deleted that the engine lists and does not know as deletable (tried on a running engine)."""


class RemoveUnregistered:
    """Deletes one entity or disk on one domain. timeout: seconds until the engine's job must have ended."""

    def __init__(self, client: Client, data_center_id: str, *, timeout: float, wait: bool) -> None:
        self._client = client
        self._data_center_id = data_center_id
        self._timeout = timeout
        self._wait = wait

    def do(self, step: Step) -> Answer:
        try:
            answer = self._client.delete(self._path(step), step=step.id, subject=_subject(step))
        except Fault as fault:
            if fault.status != 404:
                raise
            return self._not_found(step, fault)
        job = answer.find("job") if answer is not None else None
        if job is None:
            return Done("deleted")
        if not self._wait:
            return Done("accepted, not waited for")
        return Pending(
            watch=JOBS, key=ident(job), verdict=_ended, timeout=self._timeout, wanted="job of the removal over"
        )

    def look(self, step: Step) -> Done | Failed | Pending | bool | None:
        if still_working(self._client, step):
            return None
        return False if self._listed(step) else Done("deleted")

    def _not_found(self, step: Step, fault: Fault) -> Done | Failed:
        """The engine does not know it as unregistered: it is gone, or only the engine's record of it is."""
        if not self._listed(step):
            return Done("is gone", already=True)
        return Failed(
            f"{_subject(step)}: the engine lists it and yet knows nothing to delete (404): it forgot it together with "
            f"a VM or template that was registered or removed. To delete it, {CURE}",
            fault.failure(),
        )

    def _listed(self, step: Step) -> bool:
        domain = str(step.details["domain"])
        if step.kind == "disk":
            path = f"{self._path(step)};unregistered"
            try:
                self._client.get(path, subject=_subject(step))
            except Fault as fault:
                if fault.status == 404:
                    return False
                raise
            return True
        path = f"/storagedomains/{domain}/{step.kind}s;unregistered"
        return any(ident(node) == step.target_id for node in self._client.get(path, subject=_subject(step)))

    def _path(self, step: Step) -> str:
        within = f"/storagedomains/{step.details['domain']}"
        if step.kind == "disk":
            within = f"/datacenters/{self._data_center_id}{within}"
        return f"{within}/{step.kind}s/{step.target_id}"


def jobs_watch(client: Client) -> t.Callable[[frozenset[str]], Mapping[str, Job]]:
    """Reads the engine's jobs; those that ended long ago are not among them."""
    return lambda keys: {job.id: job for job in reads.every_job(client) if job.id in keys}


def _ended(job: Job | None) -> Done | Failed | None:
    if job is None or job.status == "finished":
        return Done("deleted")
    if job.status == "started":
        return None
    return Failed(
        f"the engine's job '{job.description}' is {job.status}. Its events and engine.log tell why; run again: what is "
        "still listed is tried again"
    )


def _subject(step: Step) -> str:
    return f"unregistered {step.kind} {step.name} ({step.target_id})"
