# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What carry_out calls to register VMs and templates (contract 04, 4.3 and 4.6).

VMs are registered with ``async=true``: the answer comes in a tenth of the time and the VM is there (baseline 2). The
first try always asks for the whole VM; only when the engine refuses that and the playbook allows it, a second one asks
for what is there, so that a partial VM is known to be one.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.jobs import still_working
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.actions import (
    Answer,
    Done,
    Failed,
    Pending,
    Retry,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Fault
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.faults import is_busy
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Template, Vm
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import element

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client
    from lxml.etree import _Element as Element

# The names of the watches that read registered VMs and templates by id.
REGISTERED = "registered"
REGISTERED_TEMPLATES = "registered templates"

# What a register is told while another one holds the lock of the name; a name that is taken for good reads the same.
NAME_TAKEN = re.compile(r"name is already (?:in use|used)", re.IGNORECASE)
# What is said of a VM or template of which a disk is registered by itself, whether it may be partial or not (04b #180).
_DISKS_KNOWN = re.compile(r"disks already exist", re.IGNORECASE)
NAME_PAUSE = 2.0
"""Seconds until a register is tried again whose name was held by another import."""


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
    """Registers VMs and templates, by the kind of the step."""

    def __init__(self, client: Client, settings: RegisterSettings) -> None:
        self._client = client
        self._settings = settings
        # entity id -> why the engine refused the whole, once a partial register was sent
        self._refused: dict[str, str] = {}

    def do(self, step: Step) -> Answer:
        try:
            self._post(step, partial=False)
        except Fault as fault:
            if is_busy(fault):
                raise
            # Of a template that is registered the engine says that its domain is not there (04b recording 204).
            if fault.status in (400, 409) and self._present(step) is not None:
                return Done("is registered", already=True)
            if fault.status == 409 and NAME_TAKEN.search(fault.detail) and self._name_is_free(step):
                return Retry(NAME_PAUSE, f"{fault}", self._settings.timeout)
            if fault.status == 409 and _DISKS_KNOWN.search(fault.detail):
                return _registered_by_itself(step, fault)
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
            f"/storagedomains/{step.details['domain']}/{step.kind}s/{step.target_id}/register",
            register_body(self._settings, step, partial=partial),
            step=step.id,
            subject=f"{step.kind} {step.name}",
            timeout=self._settings.call_timeout,
        )

    def _present(self, step: Step) -> Vm | Template | None:
        return registered_watch(self._client, step.kind)({step.target_id}).get(step.target_id)

    def _name_is_free(self, step: Step) -> bool:
        """Whether nothing registered carries the name, so that only an import that is under way can hold it."""
        there = reads.vms(self._client) if step.kind == "vm" else reads.templates(self._client)
        return all(record.name != step.name for record in there)

    def _until_there(self, step: Step) -> Done | Pending:
        refused = self._refused.get(step.target_id)
        details: dict[str, object] = {} if refused is None else {"partial": refused}
        if not self._settings.wait:
            return Done("accepted, not waited for", details)
        return Pending(
            watch=REGISTERED if step.kind == "vm" else REGISTERED_TEMPLATES,
            key=step.target_id,
            verdict=until_usable(details),
            timeout=self._settings.timeout,
            wanted="registered and not locked",
        )


def _registered_by_itself(step: Step, fault: Fault) -> Failed:
    """The refusal of an entity of which a disk is registered already, with the way out where there is one."""
    advice = (
        f"A disk of it is registered by itself. With an inventory it can be had as a clone that takes that disk: "
        f"each: [{{vm: {step.target_id}, clone: true, name: {step.name}}}]"
        if step.kind == "vm"
        else "A disk of it is registered by itself"
    )
    return Failed(f"{fault} {advice}", {**fault.failure(), "message": f"{fault} {advice}"})


def registered_watch(client: Client, kind: str) -> Callable[[t.Collection[str]], dict[str, t.Any]]:
    """Reads the registered entities of a kind among the given ids."""
    if kind == "vm":
        return lambda ids: reads.vms_by_ids(client, ids)
    return lambda ids: {template.id: template for template in reads.templates(client) if template.id in ids}


def register_body(settings: RegisterSettings, step: Step, *, partial: bool) -> Element:
    """The body of a register. Templates know neither ``async`` nor MACs nor a new name (contract 04, 4.6).

    A new name stands in ``name``; in ``vm/name``, as the SDK has it, it is ignored or an error (04b #153, #154).
    """
    body = element("action")
    cluster_id = step.details.get("cluster") or settings.cluster_id
    if cluster_id:
        body.append(element("cluster", id=str(cluster_id)))
    body.append(element("allow_partial_import", text="true" if partial else "false"))
    if step.kind == "vm":
        body.append(element("async", text="true"))
        body.append(element("reassign_bad_macs", text="true" if settings.reassign_bad_macs else "false"))
        if step.details.get("clone"):
            body.append(element("clone", text="true"))
        if step.details.get("name"):
            body.append(element("name", text=str(step.details["name"])))
    if settings.configuration is not None:
        # An element belongs to one document at a time, and several threads build bodies from this one.
        body.append(deepcopy(settings.configuration))
    return body


def until_usable(details: dict[str, object]) -> Callable[[t.Any], Done | Failed | None]:
    message = "registered partially" if "partial" in details else "registered"

    def judge(record: Vm | Template | None) -> Done | Failed | None:
        if record is None or record.status in ("image_locked", "locked"):
            return None
        if record.status == "illegal":
            return Failed(f"{record.name} is registered but its status is illegal: its disks are not usable")
        return Done(message, details)

    return judge
