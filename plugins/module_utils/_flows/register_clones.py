# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clones that a register of VMs makes: read for them only when one is wished for."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence

from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.clones import (
    CLONES,
    AttachToClone,
    RegisterClone,
    clones_watch,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.disks import (
    ATTACHMENTS,
    DISKS,
    AttachDisk,
    DiskSettings,
    RegisterDisk,
    attachments_watch,
    disks_watch,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.actions import Action, Watch
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.clone_disks import Around
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.clones import plan_clones
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import UnregisteredVm
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.context import Context, Result
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.names import any_of, none_of
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.register_target import Target


def planned_clones(
    context: Context,
    target: Target,
    params: Mapping[str, t.Any],
    unregistered: Sequence[UnregisteredVm],
    templates: t.Collection[str],
) -> Plan:
    """The plan of all clones that are wished for; without one nothing is read."""
    if not any(wish.clone for wish in target.wishes):
        return Plan()
    client = context.client
    owners = reads.disk_owners(client, "vms")
    around = Around(
        vms=[vm for vm in owners if vm.cluster_id in target.cluster_ids],
        disks={disk.id: disk for disk in reads.disks(client)},
        listed={vm.id: vm for vm in unregistered},
        loose={disk.id: disk for disk in reads.unregistered_disks(client, target.domains)},
        templates=templates,
        active={one.id for one in reads.attached_domains(client, target.data_center.id) if one.status == "active"},
        placement=target.placement,
        unproven=bool(target.not_proven),
    )
    return plan_clones(
        target.wishes,
        target.inventory,
        around,
        is_required=none_of(params["best_effort"]),
        may_be_partial=any_of(params["partial"]),
    )


def clone_actions(context: Context, target: Target) -> tuple[dict[str, Action], dict[str, Watch]]:
    """What the steps of clones are carried out with, and what they wait for."""
    client = context.client
    # A clone is put together of what must be there, so it is waited for in any case.
    settings = DiskSettings(target.data_center.id, context.timeout, wait=True)
    find = clones_watch(client, target.cluster_ids)
    actions: dict[str, Action] = {
        "register_disk": RegisterDisk(client, settings),
        "register_clone": RegisterClone(client, target.settings(), find),
        "attach_disk": AttachToClone(AttachDisk(client, settings), find),
    }
    return actions, {CLONES: find, DISKS: disks_watch(client), ATTACHMENTS: attachments_watch(client)}


def told_clones(result: Result) -> list[Mapping[str, object]]:
    """The clones that were registered: their names and ids, of what, and which disks they did not get."""
    return [
        {
            "name": outcome.name,
            "id": outcome.details["id"],
            "of": outcome.target_id,
            "left_out": outcome.details["left_out"],
        }
        for outcome in result.report.outcomes
        if outcome.action == "register_clone" and "id" in outcome.details
    ]
