# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""preflight_info: whether the target can take what a plan brings, without a write."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.mappings import (
    Mappings,
    mappings_from,
    missing_targets,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.needs import (
    Note,
    affinities,
    other_luns,
    plan_needs,
    some,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.needs_people import (
    plan_people,
    with_permissions,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.quotas import HeldDisk, Holder, check_enforced
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import is_pattern, one
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Cluster, DataCenter, Domain
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.attach import prepare
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.preflight_moves import (
    collect,
    coming,
    pointed,
    sign_ins,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.register_target import existing_targets
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.wanted_quotas import wanted_quotas
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import Inventory, read_inventory

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import InventoryVm


def preflight(client: Client, params: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Everything that would stop the plan of ``params``; see the module preflight_info for the shape.

    Raises BadInput with all problems at once, unless ``strict`` is off.
    """
    problems: list[str] = []
    notes: list[Note] = []
    data_center = reads.data_center(client, params["data_center"])
    clusters = reads.clusters(client, data_center.id)
    if params["connections"] and not params["leaving"]:
        _staying(client, data_center, clusters, params, problems, notes)
    if params["domains"] or not params["connections"]:
        if data_center.status != "up":
            problems.append(f"data center {data_center.name} is {data_center.status}, it must be up")
        known = coming(client, data_center, params, problems, notes) if params["leaving"] else None
        collect(problems, lambda: _domains(client, data_center, params, notes, known))
        if params["cluster"]:
            place = f"data center {data_center.name}"
            collect(problems, lambda: one(clusters, params["cluster"], kind="cluster", place=place))
        collect(problems, lambda: _vms(client, data_center, clusters, params, problems, notes))
    if problems and params["strict"]:
        raise BadInput(f"The plan cannot run, and nothing was changed: {'; '.join(problems)}", problems)
    return {
        "problems": problems,
        "notes": [note.text for note in notes],
        "foreseen": [
            {
                "note": note.text,
                "vms": list(note.vms),
                "targets": list(note.targets),
                "stopped": list(note.stopped),
                "word": note.word,
            }
            for note in notes
            if note.vms or note.targets or note.stopped
        ],
        "ready": not problems,
    }


def _staying(
    client: Client,
    data_center: DataCenter,
    clusters: list[Cluster],
    params: Mapping[str, t.Any],
    problems: list[str],
    notes: list[Note],
) -> None:
    """What can be told of domains that stay where they are, with their VMs, while connections are pointed elsewhere."""
    if data_center.status != "up":
        # It is so because its storage is gone.
        notes.append(Note(f"data center {data_center.name} is {data_center.status} now"))
    if all(host.status != "up" for host in reads.hosts(client, clusters)):
        notes.append(
            Note(f"no host of data center {data_center.name} is up now; domains become active only when one is")
        )
    collect(problems, lambda: notes.extend(pointed(client, params)))
    ids = {cluster.id for cluster in clusters}
    here = {name for vm in reads.vms(client) if vm.cluster_id in ids for name in (vm.name, vm.id)}
    absent = [name for name in params["vms"] or () if not is_pattern(name) and name not in here]
    if absent:
        notes.append(
            Note(f"VMs {some(absent)} are not known in data center {data_center.name}, so nothing starts them")
        )


def _domains(
    client: Client,
    data_center: DataCenter,
    params: Mapping[str, t.Any],
    notes: list[Note],
    known: t.Sequence[Domain] | None,
) -> None:
    prepared = prepare(client, data_center, params, known)
    plan = prepared.plan
    notes.extend(Note(outcome.message) for outcome in plan.outcomes if outcome.state == "failed")
    notes.extend(sign_ins(plan))
    if params["inventory"] and prepared.view.luns:
        inventory = read_inventory(params["inventory"], params["inventory_site"])
        notes.extend(Note(sentence) for sentence in other_luns(inventory, prepared.view.luns))


def _vms(
    client: Client,
    data_center: DataCenter,
    clusters: list[Cluster],
    params: Mapping[str, t.Any],
    problems: list[str],
    notes: list[Note],
) -> None:
    mappings = mappings_from(params["mappings"])
    profiles = {key: profile.id for key, profile in reads.vnic_profiles(client, data_center.id).items()}
    existing = existing_targets(client, mappings, clusters, profiles)
    existing["vnic_profiles"] = {"/".join(key) for key in profiles}
    problems.extend(missing_targets(mappings, existing))
    inventory = read_inventory(params["inventory"], params["inventory_site"]) if params["inventory"] else None
    collect(problems, lambda: _quotas(client, data_center, params, mappings, inventory))
    if inventory is not None:
        vms = params["vms"] or []
        existing.update(_affinities_there(client, clusters, affinities(inventory, vms), existing))
        findings = plan_needs(
            inventory,
            vms,
            frozenset(params["partial"] or ()),
            frozenset(domain["id"] for domain in params["domains"]),
            mappings,
            existing,
            params["cluster"] or "",
        )
        problems.extend(findings.problems)
        notes.extend(findings.notes)
        notes.extend(_people(client, with_permissions(inventory, vms), mappings))
    elif not params["cluster"] and not mappings.of("clusters"):
        problems.append(
            "mappings.clusters: nothing is mapped and no 'cluster' is given, and without an inventory it is not known "
            "which clusters the VMs come from; map them, or name one cluster for all"
        )


def _people(client: Client, vms: t.Sequence[InventoryVm], mappings: Mappings) -> list[Note]:
    """What is foreseen of the permissions on VMs; nothing is read when there are none."""
    if not vms:
        return []
    roles = {role.name for role in reads.named(client, "roles")}
    return plan_people(vms, mappings, roles, reads.logins(client))


def _quotas(
    client: Client,
    data_center: DataCenter,
    params: Mapping[str, t.Any],
    mappings: Mappings,
    inventory: Inventory | None,
) -> None:
    """BadInput when a quota is not there, or a data center enforces quotas and none is named for a VM that comes."""
    pairs = mappings.of("quotas") if inventory is not None else ()
    quotas = wanted_quotas(client, data_center, params["quota"] or "", pairs, inventory)
    if quotas is None:
        return
    named = set(params["vms"] or ())
    at_hand = {domain["id"] for domain in params["domains"]}
    coming = [
        Holder(
            "vm",
            vm.id,
            vm.name,
            "",
            tuple(HeldDisk(disk.id, disk.name, "") for disk in vm.disks if at_hand & set(disk.domain_ids)),
        )
        for vm in (inventory.vms if inventory is not None else ())
        if {vm.name, vm.id} & named
    ]
    unknown = [Holder("vm", "", name, "", ()) for name in sorted(named)] if inventory is None else []
    check_enforced(data_center.name, data_center.quota_mode, quotas, coming or unknown, {})


def _affinities_there(
    client: Client, clusters: list[Cluster], used: t.Collection[str], known: t.Collection[str]
) -> dict[str, set[str]]:
    """The affinity groups and labels of the target, where VMs have such and they were not read already."""
    there: dict[str, set[str]] = {}
    if "affinity_groups" in used and "affinity_groups" not in known:
        there["affinity_groups"] = {group.name for group in reads.affinity_groups(client, clusters)}
    if "affinity_labels" in used and "affinity_labels" not in known:
        there["affinity_labels"] = {label.name for label in reads.named(client, "affinitylabels")}
    return there
