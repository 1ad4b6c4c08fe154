# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan seen from one site to another: what the modules of a failover get as options."""

from __future__ import annotations

import fnmatch
import os
import typing as t
from collections import Counter
from collections.abc import Mapping, Sequence

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import is_pattern
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import Inventory
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._plan.errors import PlanError
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._plan.ways import connections, way_of, wrong_ways


def directed(
    plan: Mapping[str, t.Any], source: str, target: str, folder: str, inventory: Inventory | None
) -> dict[str, t.Any]:
    """The options of a recovery of ``source`` at ``target``; the shape is in the docs of the module plan_info.

    folder: where the plan lies, for relative paths; inventory: of the source, when the plan names one. With it patterns
    become names, and the VMs that no group names are listed. Raises PlanError.
    """
    site = plan["sites"][target]
    groups = [_group(group, inventory) for group in plan["groups"]]
    problems = _shared(groups, inventory)
    if inventory:
        problems += [*_unmatched(plan["groups"], groups, inventory), *_wrong_disks(plan.get("disks") or (), inventory)]
    if problems:
        raise PlanError(problems)
    named = {vm for group in groups for vm in group["vms"]}
    return {
        "source": source,
        "target": target,
        "url": site["url"],
        "data_center": site["data_center"],
        "host": site.get("host"),
        "cluster": site.get("cluster"),
        "quota": site.get("quota"),
        "inventory": inventory_path(plan, source, folder),
        "inventory_site": source,
        "domains": _domains(plan, target),
        "connections": connections(plan, source, target),
        "leaving": [domain["id"] for domain in plan["storage"] if way_of(domain) == "other_data_center"],
        "source_url": plan["sites"][source]["url"],
        "source_data_center": plan["sites"][source]["data_center"],
        "mappings": mappings(plan, source, target),
        "disks": list(plan.get("disks") or ()),
        "vms": [vm for group in groups for vm in group["vms"]],
        "exclude": [vm for group in groups for vm in group["exclude"]],
        "partial": [vm for group in groups if group["partial"] for vm in group["vms"]],
        "best_effort": [vm for group in groups if not group["required"] for vm in group["vms"]],
        "waves": [
            {"name": group["name"], "vms": group["vms"], "wait": group["wait"]} for group in groups if group["start"]
        ],
        "not_started": [vm for group in groups if not group["start"] for vm in group["vms"]],
        "left_out": sorted(vm.name for vm in inventory.vms if not {vm.name, vm.id} & named) if inventory else [],
    }


def inventory_path(plan: Mapping[str, t.Any], source: str, folder: str) -> str | None:
    """The absolute path of the inventory of a site, or None."""
    given = plan["sites"][source].get("inventory")
    return os.path.normpath(os.path.join(folder, os.path.expanduser(given))) if given else None


def check_direction(plan: Mapping[str, t.Any], source: str, target: str) -> None:
    """PlanError unless both are sites of the plan, differ, and the target has a place for every domain."""
    sites = plan["sites"]
    problems = [
        f"{what}: there is no site {name!r} in the plan; sites are {', '.join(sorted(sites))}"
        for what, name in (("from", source), ("to", target))
        if name not in sites
    ]
    if source == target:
        problems.append(f"from and to are both {source}; a site cannot be recovered at itself")
    if not problems:
        problems = [
            f"storage: {domain['name']} has no place at site {target}"
            for domain in plan["storage"]
            if target not in domain["at"]
        ]
    if not problems:
        problems = wrong_ways(plan, source, target)
    if problems:
        raise PlanError(problems)


def mappings(plan: Mapping[str, t.Any], source: str, target: str) -> dict[str, t.Any]:
    """The mappings from one site to another, as the option ``mappings`` of the modules."""
    found: dict[str, t.Any] = {}
    for option, pairs in (plan.get("mappings") or {}).items():
        both = [pair for pair in pairs if source in pair and target in pair]
        if option == "luns":
            found[option] = [{"from": pair[source]["id"], "to": dict(pair[target])} for pair in both]
        else:
            found[option] = [{"from": pair[source], "to": pair[target]} for pair in both if pair[source] is not None]
    return found


def _domains(plan: Mapping[str, t.Any], target: str) -> list[dict[str, t.Any]]:
    return [
        {
            "id": domain["id"],
            "name": domain["name"],
            "type": domain.get("type", "nfs"),
            "required": domain.get("required", True),
            **domain["at"][target],
        }
        for domain in plan["storage"]
        if way_of(domain) != "repoint"
    ]


def _group(group: Mapping[str, t.Any], inventory: Inventory | None) -> dict[str, t.Any]:
    exclude = list(group.get("exclude", ()))
    return {
        "name": group["name"],
        "vms": _expanded(group["vms"], exclude, inventory) if inventory else list(group["vms"]),
        # With an inventory the exclusions are worked in already, and they must not reach into other groups.
        "exclude": [] if inventory else exclude,
        "start": group.get("start", True),
        "wait": group.get("wait", True),
        "required": group.get("required", True),
        "partial": group.get("partial", "refuse") == "allow",
    }


def _expanded(asked: Sequence[str], exclude: Sequence[str], inventory: Inventory) -> list[str]:
    """Patterns replaced by the names that they match; plain names and ids stay, known or not."""
    found: dict[str, None] = {}
    for selector in asked:
        if is_pattern(selector):
            found.update((vm.name, None) for vm in inventory.vms if fnmatch.fnmatchcase(vm.name, selector))
        else:
            found[selector] = None
    other_names = {vm.name: vm.id for vm in inventory.vms} | {vm.id: vm.name for vm in inventory.vms}

    def left_out(name: str) -> bool:
        called = (name, other_names.get(name, name))
        return any(fnmatch.fnmatchcase(one, pattern) for one in called for pattern in exclude)

    return [name for name in found if not left_out(name)]


def _unmatched(
    asked: Sequence[Mapping[str, t.Any]], groups: Sequence[Mapping[str, t.Any]], inventory: Inventory
) -> list[str]:
    """A pattern that matches no VM of the inventory, and a group of which its exclusions leave nothing."""
    problems: list[str] = []
    for given, group in zip(asked, groups, strict=True):
        idle = [
            selector
            for selector in given["vms"]
            if is_pattern(selector) and not any(fnmatch.fnmatchcase(vm.name, selector) for vm in inventory.vms)
        ]
        problems.extend(f"groups: {selector} of {group['name']} matches no VM of the inventory" for selector in idle)
        if not group["vms"] and not idle:
            problems.append(f"groups: {group['name']} excludes all of its VMs")
    return problems


def _wrong_disks(asked: Sequence[str], inventory: Inventory) -> list[str]:
    """A name or pattern that meets no disk of the inventory, and the name of one that comes with its VM or template."""
    owners = {disk.id: f"VM {vm.name}" for vm in inventory.vms for disk in vm.disks if not disk.shareable}
    for template in inventory.templates.values():
        owners |= {disk.id: f"template {template.name}" for disk in template.disks}
    problems: list[str] = []
    for selector in asked:
        pattern = is_pattern(selector)
        found = [
            disk
            for disk in inventory.disks.values()
            if selector in (disk.id, disk.name) or (pattern and fnmatch.fnmatchcase(disk.name, selector))
        ]
        if not found and selector != "*":
            problems.append(f"disks: {selector} {'matches' if pattern else 'is'} no disk of the inventory")
        elif not pattern and all(disk.id in owners for disk in found):
            problems.append(f"disks: {selector} belongs to {owners[found[0].id]} and comes with it")
    return problems


def _shared(groups: Sequence[Mapping[str, t.Any]], inventory: Inventory | None) -> list[str]:
    """The VMs that two groups name, by name, id or pattern, or one group twice."""
    times = Counter(vm.name for vm in inventory.vms) if inventory else Counter[str]()
    ids = {vm.name: vm.id for vm in inventory.vms if times[vm.name] == 1} if inventory else {}
    owners: dict[str, tuple[str, str]] = {}
    problems: list[str] = []
    for group in groups:
        for vm in group["vms"]:
            called, owner = owners.setdefault(ids.get(vm, vm), (vm, group["name"]))
            if owner != group["name"]:
                problems.append(f"groups: VM {vm} is in {owner} and in {group['name']}; name it in one of them")
            elif called != vm:
                problems.append(f"groups: {called} and {vm} of {owner} are one VM; name it once")
    return problems
