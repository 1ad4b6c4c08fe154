# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What carry_out calls to register VMs and templates (contract 04, 4.3 and 4.6).

VMs are registered with ``async=true``: the answer comes in a tenth of the time and the VM is there (baseline 2). The
first try always asks for the whole VM; only when the engine refuses that and the playbook allows it, a second one asks
for what is there, so that a partial VM is known to be one.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.jobs import still_working
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.actions import Answer, Done, Failed, Pending
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Fault
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.faults import is_busy
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Template, Vm
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import element

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client
    from lxml.etree import _Element as Element

# The name of the watch that reads registered VMs or templates by id.
REGISTERED = "registered"


@dataclass(frozen=True)
class RegisterSettings:
    """What holds for all registers of a call.

    cluster_id: the cluster for all, or empty to use the mappings; configuration: the mappings as XML;
    timeout: seconds until an entity must be there.
    """

    cluster_id: str
    configuration: Element | None
    reassign_bad_macs: bool
    timeout: float
    call_timeout: float
    wait: bool


class Register:
    """Registers one entity. kind: "vm" or "template"."""

    def __init__(self, client: Client, settings: RegisterSettings, kind: str) -> None:
        self._client = client
        self._settings = settings
        self._kind = kind
        # entity id -> why the engine refused the whole, once a partial register was sent
        self._refused: dict[str, str] = {}

    def do(self, step: Step) -> Answer:
        try:
            self._post(step, partial=False)
        except Fault as fault:
            if is_busy(fault):
                raise
            if fault.status == 409 and self._present(step) is not None:
                return Done("is registered", already=True)
            if not step.details["partial"] or fault.status not in (400, 409):
                raise
            self._refused[step.target_id] = fault.detail
            self._post(step, partial=True)
        return self._until_there(step)

    def look(self, step: Step) -> Done | Failed | Pending | bool | None:
        if self._present(step) is not None:
            return self._until_there(step)
        return None if still_working(self._client, step) else False

    def _post(self, step: Step, *, partial: bool) -> None:
        self._client.post(
            f"/storagedomains/{step.details['domain']}/{self._kind}s/{step.target_id}/register",
            register_body(self._settings, partial=partial, vm=self._kind == "vm"),
            step=step.id,
            subject=f"{self._kind} {step.name}",
            timeout=self._settings.call_timeout,
        )

    def _present(self, step: Step) -> Vm | Template | None:
        return registered_watch(self._client, self._kind)({step.target_id}).get(step.target_id)

    def _until_there(self, step: Step) -> Done | Pending:
        refused = self._refused.get(step.target_id)
        details: dict[str, object] = {} if refused is None else {"partial": refused}
        if not self._settings.wait:
            return Done("accepted, not waited for", details)
        return Pending(
            watch=REGISTERED,
            key=step.target_id,
            verdict=_verdict(details),
            timeout=self._settings.timeout,
            wanted="registered and not locked",
        )


def registered_watch(client: Client, kind: str) -> Callable[[t.Collection[str]], dict[str, t.Any]]:
    """Reads the registered entities of a kind among the given ids."""
    if kind == "vm":
        return lambda ids: reads.vms_by_ids(client, ids)
    return lambda ids: {template.id: template for template in reads.templates(client) if template.id in ids}


def register_body(settings: RegisterSettings, *, partial: bool, vm: bool) -> Element:
    """The body of a register. vm: templates know neither ``async`` nor MACs (contract 04, 4.6)."""
    body = element("action")
    if settings.cluster_id:
        body.append(element("cluster", id=settings.cluster_id))
    body.append(element("allow_partial_import", text="true" if partial else "false"))
    if vm:
        body.append(element("async", text="true"))
        body.append(element("reassign_bad_macs", text="true" if settings.reassign_bad_macs else "false"))
    if settings.configuration is not None:
        # An element belongs to one document at a time, and several threads build bodies from this one.
        body.append(deepcopy(settings.configuration))
    return body


def _verdict(details: dict[str, object]) -> Callable[[t.Any], Done | Failed | None]:
    message = "registered partially" if "partial" in details else "registered"

    def judge(record: Vm | Template | None) -> Done | Failed | None:
        if record is None or record.status in ("image_locked", "locked"):
            return None
        if record.status == "illegal":
            return Failed(f"{record.name} is registered but its status is illegal: its disks are not usable")
        return Done(message, details)

    return judge
