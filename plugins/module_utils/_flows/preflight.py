# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""preflight_info: whether the target can take what a plan brings, without a write."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.mappings import mappings_from, missing_targets
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.needs import (
    Note,
    affinities,
    other_luns,
    plan_needs,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput, DrError
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import one
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Cluster, DataCenter
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.attach import prepare
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.register import existing_targets
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import read_inventory

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client


def preflight(client: Client, params: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Everything that would stop the plan of ``params``; see the module preflight_info for the shape.

    Raises BadInput with all problems at once, unless ``strict`` is off.
    """
    problems: list[str] = []
    notes: list[Note] = []
    data_center = reads.data_center(client, params["data_center"])
    if data_center.status != "up":
        problems.append(f"data center {data_center.name} is {data_center.status}, it must be up")
    clusters = reads.clusters(client, data_center.id)
    _collect(problems, lambda: _domains(client, data_center, params, notes))
    if params["cluster"]:
        place = f"data center {data_center.name}"
        _collect(problems, lambda: one(clusters, params["cluster"], kind="cluster", place=place))
    _collect(problems, lambda: _vms(client, data_center, clusters, params, problems, notes))
    if problems and params["strict"]:
        raise BadInput(f"The plan cannot run, and nothing was changed: {'; '.join(problems)}", problems)
    return {
        "problems": problems,
        "notes": [note.text for note in notes],
        "foreseen": [
            {"note": note.text, "vms": list(note.vms), "targets": list(note.targets)}
            for note in notes
            if note.vms or note.targets
        ],
        "ready": not problems,
    }


def _collect(problems: list[str], check: t.Callable[[], object]) -> None:
    """Run one check; what it refuses becomes a problem, so that all are told at once."""
    try:
        check()
    except DrError as error:
        problems.append(str(error))


def _domains(client: Client, data_center: DataCenter, params: Mapping[str, t.Any], notes: list[Note]) -> None:
    prepared = prepare(client, data_center, params)
    plan = prepared.plan
    notes.extend(Note(outcome.message) for outcome in plan.outcomes if outcome.state == "failed")
    notes.extend(
        Note(f"needed: {step.sentence()}; what lies there shows only then, and the session stays", targets=(step.name,))
        for step in plan.steps
        if step.action == "sign_in"
    )
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
    if params["inventory"]:
        inventory = read_inventory(params["inventory"], params["inventory_site"])
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
    elif not params["cluster"] and not mappings.of("clusters"):
        problems.append(
            "mappings.clusters: nothing is mapped and no 'cluster' is given, and without an inventory it is not known "
            "which clusters the VMs come from; map them, or name one cluster for all"
        )


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
