# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What carry_out calls to register a VM as a clone and to give it its disks (contract 04, 4.3).

The answer names the original, so a clone is found by its name, which was free when it was planned.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.disks import AttachDisk
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.jobs import still_working
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.register import (
    NAME_PAUSE,
    NAME_TAKEN,
    RegisterSettings,
    register_body,
    until_usable,
)
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
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Vm

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client

CLONES = "clones"
"""The name of the watch that reads registered VMs by name."""

Find: t.TypeAlias = Callable[[Collection[str]], "dict[str, Vm]"]


def clones_watch(client: Client, cluster_ids: Collection[str]) -> Find:
    """Reads the registered VMs of these clusters among the given names."""

    def find(names: Collection[str]) -> dict[str, Vm]:
        return {vm.name: vm for vm in reads.vms(client) if vm.name in names and vm.cluster_id in cluster_ids}

    return find


class RegisterClone:
    """Registers a VM as a clone, always partially: the disks that the engine knows by then are left out of it."""

    def __init__(self, client: Client, settings: RegisterSettings, find: Find) -> None:
        self._client = client
        self._settings = settings
        self._find = find

    def do(self, step: Step) -> Answer:
        try:
            self._client.post(
                f"/storagedomains/{step.details['domain']}/vms/{step.target_id}/register",
                register_body(self._settings, step, partial=True),
                step=step.id,
                subject=f"vm {step.name}",
                timeout=self._settings.call_timeout,
            )
        except Fault as fault:
            if is_busy(fault) or fault.status != 409:
                raise
            if self._present(step) is None:
                if NAME_TAKEN.search(fault.detail):
                    return Retry(NAME_PAUSE, f"{fault}", self._settings.timeout)
                raise
        return self._until_there(step)

    def look(self, step: Step) -> Done | Failed | Pending | bool | None:
        if self._present(step) is not None:
            return self._until_there(step)
        return None if still_working(self._client, step) else False

    def _present(self, step: Step) -> Vm | None:
        return self._find({step.name}).get(step.name)

    def _until_there(self, step: Step) -> Pending:
        usable = until_usable({})

        def judge(vm: Vm | None) -> Done | Failed | None:
            found = usable(vm)
            if vm is None or not isinstance(found, Done):
                return found
            return Done("registered as a clone", {"id": vm.id, "left_out": step.details["left_out"]})

        return Pending(
            watch=CLONES,
            key=step.name,
            verdict=judge,
            timeout=self._settings.timeout,
            wanted="registered and not locked",
        )


class AttachToClone:
    """Attaches a disk to a clone, whose id is not known before it is there."""

    def __init__(self, attach: AttachDisk, find: Find) -> None:
        self._attach = attach
        self._find = find

    def do(self, step: Step) -> Answer:
        return self._attach.do(self._to_its_vm(step))

    def look(self, step: Step) -> t.Any:
        return self._attach.look(self._to_its_vm(step))

    def _to_its_vm(self, step: Step) -> Step:
        if step.details["vm"]:
            return step
        name = str(step.details["vm_name"])
        details: Mapping[str, object] = {**step.details, "vm": self._find({name})[name].id}
        return replace(step, details=details)
