# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What VMs need that a plan does not give: found from an inventory of the source, before anything is written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.mappings import Mappings
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import Inventory, InventoryVm

MOST_NAMES = 5


# The affinities of VMs, as the mappings call them -> as people do.
AFFINITIES = {"affinity_groups": "affinity group", "affinity_labels": "affinity label"}


@dataclass(frozen=True)
class Note:
    """Something to know before a start. vms: names of those of which it is foreseen; targets: the iSCSI targets to
    which a sign-in is foreseen; stopped: names of the VMs that are stopped; none of these when it holds in general.
    word: what the engine's own words for it would name; without such words it stays worth knowing.
    """

    text: str
    vms: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()
    word: str = ""


@dataclass(frozen=True)
class Findings:
    """problems forbid a start; notes are told."""

    problems: tuple[str, ...]
    notes: tuple[Note, ...]


def affinities(inventory: Inventory, names: Collection[str]) -> dict[str, dict[str, list[str]]]:
    """What the named VMs are members of: option of mappings -> name of the group or label -> names of the VMs."""
    chosen = frozenset(names)
    used: dict[str, dict[str, list[str]]] = {option: {} for option in AFFINITIES}
    for vm in inventory.vms:
        if not {vm.name, vm.id} & chosen:
            continue
        for option, groups in (("affinity_groups", vm.affinity_groups), ("affinity_labels", vm.affinity_labels)):
            for group in groups:
                used[option].setdefault(group, []).append(vm.name)
    return {option: groups for option, groups in used.items() if groups}


def plan_needs(
    inventory: Inventory,
    names: Sequence[str],
    partial: Collection[str],
    domain_ids: Collection[str],
    mappings: Mappings,
    existing: Mapping[str, Collection[str]],
    cluster: str,
) -> Findings:
    """Compare what the named VMs need with what the plan and the target give.

    names: the VMs of the plan; partial: those that may come without some disks; domain_ids: the domains that the plan
    brings; existing: option of mappings -> names that the target has, for clusters, vnic_profiles and the options that
    affinities() tells of; cluster: the one cluster for all, or empty.
    """
    by_name: dict[str, list[InventoryVm]] = {}
    for vm in inventory.vms:
        by_name.setdefault(vm.name, []).append(vm)
        by_name.setdefault(vm.id, []).append(vm)
    problems: list[str] = []
    clusters: dict[str, list[str]] = {}
    profiles: dict[tuple[str, str], list[str]] = {}
    absent: dict[str, list[str]] = {}
    luns: dict[str, list[str]] = {}
    without: dict[str, dict[str, list[str]]] = {}
    for name in names:
        found = by_name.get(name, [])
        if len(found) != 1:
            problems.append(_not_one(name, found, inventory.site))
            continue
        vm = found[0]
        clusters.setdefault(vm.cluster, []).append(vm.name)
        for nic in vm.nics:
            if nic != ("", ""):
                profiles.setdefault(nic, []).append(vm.name)
        for disk in vm.disks:
            if disk.lun_id:
                luns.setdefault(disk.lun_id, []).append(vm.name)
            elif not set(disk.domain_ids) & set(domain_ids):
                where = _lies_on(disk.domain_ids, inventory)
                if vm.name in partial or vm.id in partial:
                    without.setdefault(where, {}).setdefault(vm.name, []).append(disk.name)
                else:
                    absent.setdefault(where, []).append(vm.name)
    problems.extend(_clusters(clusters, mappings, existing, cluster))
    problems.extend(_profiles(profiles, mappings, existing))
    problems.extend(
        f"VMs {some(list(dict.fromkeys(users)))} have a disk that {where}; add the domain, leave them out, or allow "
        "them to come partially"
        for where, users in absent.items()
    )
    notes = [_without(where, disks) for where, disks in without.items()]
    mapped = {pair.source_id for pair in mappings.luns}
    notes.extend(
        Note(f"LUN {lun} of VMs {some(users)} is not mapped; it must be visible in the target under the same id")
        for lun, users in luns.items()
        if lun not in mapped
    )
    notes.extend(_unmapped_affinities(affinities(inventory, names), mappings, existing))
    return Findings(tuple(problems), tuple(notes))


def other_luns(inventory: Inventory, seen: Mapping[str, Sequence[str]]) -> list[str]:
    """A sentence for each block domain that shows on other LUNs than at the source. seen: domain id -> LUN ids."""
    return [
        f"domain {inventory.domains[domain_id]} lies on LUN {', '.join(luns)} here and on {', '.join(before)} at site "
        f"{inventory.site}: a replica, which is imported by the id of the domain all the same"
        for domain_id, luns in seen.items()
        if (before := inventory.luns.get(domain_id)) and luns and set(luns) != set(before)
    ]


def _without(where: str, disks: Mapping[str, Sequence[str]]) -> Note:
    """The VMs that will come without disks that lie on one place. disks: VM name -> names of its disks."""
    names = [name for of_vm in disks.values() for name in of_vm]
    vms = f"VM {next(iter(disks))}" if len(disks) == 1 else f"VMs {some(list(disks))}"
    which = f"disk {names[0]}: it" if len(names) == 1 else f"disks {some(names)}: each"
    return Note(f"{vms} will come without {which} {where}", tuple(disks))


def _unmapped_affinities(
    used: Mapping[str, Mapping[str, Sequence[str]]], mappings: Mappings, existing: Mapping[str, Collection[str]]
) -> list[Note]:
    notes: list[Note] = []
    for option, groups in used.items():
        mapped = {pair.source for pair in mappings.of(option)}
        notes.extend(
            Note(
                f"{AFFINITIES[option]} {group} (of VMs {some(users)}) is not mapped, and the target has none of this "
                "name; the engine will register them without it",
                tuple(users),
                word=group,
            )
            for group, users in groups.items()
            if group not in mapped and group not in existing[option]
        )
    return notes


def _not_one(name: str, found: Sequence[InventoryVm], site: str) -> str:
    if not found:
        return f"VM {name} is not in the inventory of site {site}"
    ids = ", ".join(vm.id for vm in found)
    return f"VM {name} stands {len(found)} times in the inventory of site {site} ({ids}); name it by its id"


def _clusters(
    used: Mapping[str, Sequence[str]], mappings: Mappings, existing: Mapping[str, Collection[str]], cluster: str
) -> list[str]:
    if cluster:
        return []
    mapped = {pair.source for pair in mappings.of("clusters")}
    return [
        f"mappings.clusters: {name} (of VMs {some(users)}) is not mapped, and the target has no cluster of this name"
        for name, users in used.items()
        if name not in mapped and name not in existing["clusters"]
    ]


def _profiles(
    used: Mapping[tuple[str, str], Sequence[str]], mappings: Mappings, existing: Mapping[str, Collection[str]]
) -> list[str]:
    mapped = {pair.source for pair in mappings.vnic_profiles}
    return [
        f"mappings.vnic_profiles: {'/'.join(profile)} (network/profile, of VMs {some(users)}) is not mapped, and the "
        "target has no such profile"
        for profile, users in used.items()
        if profile not in mapped and "/".join(profile) not in existing["vnic_profiles"]
    ]


def _lies_on(domain_ids: Sequence[str], inventory: Inventory) -> str:
    named = [inventory.domains.get(domain_id, domain_id) for domain_id in domain_ids]
    return f"lies on {' and '.join(named)}, which the plan does not bring" if named else "lies on no domain"


def some(names: Sequence[str]) -> str:
    """Names for people, shortened."""
    rest = len(names) - MOST_NAMES
    shown = ", ".join(names[:MOST_NAMES])
    return f"{shown} and {rest} more" if rest > 0 else shown
