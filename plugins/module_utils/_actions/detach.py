# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What carry_out calls to bring storage domains to maintenance, detach them and make the engine forget them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.attached import ATTACHED, attached_domain
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.jobs import still_working
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.actions import Answer, Done, Failed, Pending
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Fault
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.faults import is_busy
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import boolean, element

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Domain

# On the way from active to maintenance (contract 03, 3.6).
LEAVING = ("locked", "preparing_for_maintenance")
# Readings of active in a row, after the engine accepted, that mean it gave up; the chain may start a moment late.
MOST_STILL_ACTIVE = 4


@dataclass(frozen=True)
class DetachSettings:
    """force: go to maintenance although the OVF store could not be updated, as when the storage is gone.

    option: what the module calls this, for the message that advises it.
    """

    timeout: float
    call_timeout: float
    force: bool
    option: str = "force"


class Deactivate:
    """Brings an attached domain to maintenance; the engine updates its OVF store on the way."""

    def __init__(self, client: Client, settings: DetachSettings) -> None:
        self._client = client
        self._settings = settings

    def do(self, step: Step) -> Answer:
        if step.details["status"] not in LEAVING:
            body = element("action")
            if self._settings.force:
                body.append(element("force", text="true"))
            try:
                self._client.post(
                    f"/datacenters/{step.details['data_center']}/storagedomains/{step.target_id}/deactivate",
                    body,
                    step=step.id,
                    subject=f"domain {step.name}",
                    timeout=self._settings.call_timeout,
                )
            except Fault as fault:
                if fault.status != 409 or is_busy(fault) or not self._is_there(step):
                    raise
                return Done("was brought to maintenance by somebody else", already=True)
        return self._until_maintenance(step)

    def _is_there(self, step: Step) -> bool:
        domain = attached_domain(self._client, step)
        return domain is not None and domain.status == "maintenance"

    def look(self, step: Step) -> Done | Failed | Pending | bool | None:
        domain = attached_domain(self._client, step)
        if domain is None or domain.status in (*LEAVING, "maintenance"):
            return self._until_maintenance(step)
        return None if still_working(self._client, step) else False

    def _until_maintenance(self, step: Step) -> Pending:
        return Pending(
            watch=ATTACHED,
            key=step.target_id,
            verdict=_UntilMaintenance(step.name, self._settings.option),
            timeout=self._settings.timeout,
            wanted="status maintenance",
        )


class Detach:
    """Detaches a domain in maintenance: its VMs and templates leave the engine and stay in its OVF store."""

    def __init__(self, client: Client, settings: DetachSettings) -> None:
        self._client = client
        self._settings = settings

    def do(self, step: Step) -> Answer:
        try:
            self._client.delete(
                f"/datacenters/{step.details['data_center']}/storagedomains/{step.target_id}",
                step=step.id,
                subject=f"domain {step.name}",
                timeout=self._settings.call_timeout,
            )
        except Fault as fault:
            if fault.status != 404 or attached_domain(self._client, step) is not None:
                raise
            return Done("was detached by somebody else", already=True)
        return Done("detached") if attached_domain(self._client, step) is None else self._until_gone(step)

    def look(self, step: Step) -> Done | Failed | Pending | bool | None:
        domain = attached_domain(self._client, step)
        if domain is None:
            return True
        if domain.status in ("detaching", "locked"):
            return self._until_gone(step)
        return None if still_working(self._client, step) else False

    def _until_gone(self, step: Step) -> Pending:
        return Pending(
            watch=ATTACHED,
            key=step.target_id,
            verdict=lambda domain: Done("detached") if domain is None else None,
            timeout=self._settings.timeout,
            wanted="gone from the data center",
        )


class Remove:
    """Makes the engine forget an unattached domain; its connection record goes with it.

    Its data is not touched, unless the step's details say ``format``: then the engine wipes it. That is never sent for
    a domain whose metadata says that it is attached somewhere (contract 03, 3.8).
    """

    def __init__(self, client: Client, settings: DetachSettings) -> None:
        self._client = client
        self._settings = settings

    def do(self, step: Step) -> Answer:
        host, wipe = str(step.details["host"]), bool(step.details.get("format"))
        if wipe and is_attached(self._client, step.target_id, step.name, host, self._settings.call_timeout):
            return Failed(
                f"Domain {step.name} was not removed: the metadata on its storage says that it is attached to a data "
                "center, so it is not formatted. Find out which one; without 'format' it can be removed"
            )
        try:
            self._client.delete(
                f"/storagedomains/{step.target_id}",
                query={"host": host, **({"format": "true"} if wipe else {})},
                step=step.id,
                subject=f"domain {step.name}",
                timeout=self._settings.call_timeout,
            )
        except Fault as fault:
            if fault.status != 404:
                raise
            return Done("is not known to the engine", already=True)
        return Done("removed from the engine and formatted" if wipe else "removed from the engine, not formatted")

    def look(self, step: Step) -> bool | None:
        if all(domain.id != step.target_id for domain in reads.domains(self._client)):
            return True
        return None if still_working(self._client, step) else False


def is_attached(client: Client, domain_id: str, name: str, host_id: str, timeout: float) -> bool:
    """Whether the metadata on the storage says that an unattached domain belongs to a data center; only reads."""
    answer = client.post(
        f"/storagedomains/{domain_id}/isattached",
        element("action", element("host", id=host_id)),
        step=f"isattached:{domain_id}",
        subject=f"domain {name}",
        timeout=timeout,
    )
    return answer is not None and boolean(answer, "is_attached")


class _UntilMaintenance:
    """Judges one domain's readings: back to active after it had left means that the OVF update failed."""

    def __init__(self, name: str, option: str) -> None:
        self._name = name
        self._option = option
        self._left = False
        self._still_active = 0

    def __call__(self, domain: Domain | None) -> Done | Failed | None:
        if domain is None or domain.status == "maintenance":
            return Done("maintenance")
        if domain.status in LEAVING:
            self._left = True
            self._still_active = 0
            return None
        if domain.status not in ("active", "unknown", "inactive"):
            return None
        self._still_active += 1
        if self._still_active < MOST_STILL_ACTIVE and not (self._left and domain.status == "active"):
            return None
        return Failed(
            f"Domain {self._name} did not go to maintenance, it is {domain.status} again: the engine could not update "
            f"its OVF store. If the storage is gone for good, run again with '{self._option}: true'; else look at the "
            "engine's events"
        )
