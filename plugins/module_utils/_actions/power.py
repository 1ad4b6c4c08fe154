# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What carry_out calls to start and stop VMs (contract 07, 7.4)."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.jobs import statuses
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.actions import Answer, Done, Failed, Pending
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.power import COMING_UP, GOING_DOWN
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import element

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Vm

# The name of the watch that reads the status of VMs.
STATUS = "VM status"


@dataclass(frozen=True)
class PowerSettings:
    """timeout: seconds until a VM must be in the wanted state; wait: False ends a step when the engine accepted it."""

    timeout: float
    wait: bool


class WaitFor:
    """Waits for a VM that is on its way already. state: "up" or "down"."""

    def __init__(self, settings: PowerSettings, state: str) -> None:
        self._settings = settings
        self._state = state

    def do(self, step: Step) -> Answer:
        if not self._settings.wait:
            return Done("on its way, not waited for")
        return Pending(
            watch=STATUS,
            key=step.target_id,
            verdict=_Verdict(step.name, self._state),
            timeout=self._settings.timeout,
            wanted=f"status {self._state}",
        )

    def look(self, step: Step) -> bool:
        return True


class Power(WaitFor):
    """Sends one power action and waits. verb: start, shutdown or stop."""

    def __init__(self, client: Client, settings: PowerSettings, state: str, verb: str) -> None:
        super().__init__(settings, state)
        self._client = client
        self._verb = verb
        self._on_its_way = (*(COMING_UP if state == "up" else GOING_DOWN), state)

    def do(self, step: Step) -> Answer:
        self._client.post(
            f"/vms/{step.target_id}/{self._verb}",
            element("action"),
            step=step.id,
            subject=f"VM {step.name}",
        )
        return super().do(step)

    def look(self, step: Step) -> t.Any:
        vm = reads.vms_by_ids(self._client, {step.target_id}).get(step.target_id)
        if vm is not None and vm.status in self._on_its_way:
            return super().do(step)
        jobs = statuses(self._client, step)
        if "started" in jobs:
            return None
        # A VM that goes down still reads up for a while, but its job has ended (05 #263 to #297): it is on its way.
        return super().do(step) if "finished" in jobs else False


class _Verdict:
    """Judges one VM's readings: a VM that was on its way and fell back has failed."""

    def __init__(self, name: str, state: str) -> None:
        self._name = name
        self._state = state
        self._moved = False
        self._fallen = 0

    def __call__(self, vm: Vm | None) -> Done | Failed | None:
        if vm is None:
            return Failed(f"VM {self._name} is gone from the engine while it was waited for")
        if vm.status == self._state or (self._state == "down" and vm.status == "suspended"):
            return Done(vm.status)
        if vm.status in COMING_UP or vm.status in GOING_DOWN:
            self._moved = True
            self._fallen = 0
            return None
        if self._state == "up" and vm.status == "down":
            # The first readings after an accepted start may still say down; after that it means the start failed.
            self._fallen += 1
            if self._moved or self._fallen >= 5:
                return Failed(
                    f"VM {self._name} went down again after the engine had accepted its start. The engine's events "
                    "for the VM tell why (host, storage, memory)"
                )
        return None
