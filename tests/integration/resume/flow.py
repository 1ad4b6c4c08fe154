# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is killed on the way: modules that a playbook calls one after another, with their options."""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.tests.integration.resume.estates import moved

Estate = Mapping[str, t.Any]
Options = dict[str, t.Any]

JOURNAL, ESTATE, INVENTORY = "<journal>", "<estate>", "<inventory>"
"""Stand for files of the run: every further run finds them as the one before left them. ``ESTATE`` is there from the
beginning, ``INVENTORY`` is written by the detach."""


@dataclass(frozen=True)
class Call:
    """One module with its options."""

    name: str
    module: str
    options: Options


def move(estate: Estate, unwanted: Collection[str] = ()) -> tuple[Call, ...]:
    """The calls that bring what lies in the first data center into the second: domains, templates, VMs, disks. What is
    unwanted (names of VMs) is removed instead."""
    site = estate["sites"][0]
    here, there = (center["name"] for center in site["data_centers"])
    wanted = moved(estate)
    ids = [domain["id"] for domain in wanted]
    into = {"data_center": there, "domains": ids}
    held = {"inventory": INVENTORY, "inventory_site": here}
    clusters = {"clusters": [{"from": site["clusters"][0]["name"], "to": site["clusters"][-1]["name"]}]}
    mapped = {**clusters, "quotas": [{"from": "Default", "to": "silver"}]}
    here_then = _on(site, ids)
    come = [vm for vm in here_then if vm["name"] not in unwanted]
    leave = {"data_center": here, "domains": ids, "stop_vms": "poweroff", "elsewhere": "accept", **held}
    calls = [
        Call("detach", "storage_domain_detach", leave),
        Call("attach", "storage_domain_attach", {"data_center": there, "domains": wanted}),
        Call("templates", "unregistered_template_register", {**into, **held, "mappings": clusters}),
        Call(
            "VMs",
            "unregistered_vm_register",
            {**into, **held, "vms": _ids(come), "mappings": mapped, "leftover_luns": "remove"},
        ),
        Call("disks", "unregistered_disk_register", {**into, **held, "disks": ["*"], "quota": "silver"}),
        Call("remove", "unregistered_remove", {**held, "data_center": there, "vms": sorted(unwanted)}),
        Call("start", "vm_power", {"data_center": there, "vms": _ids(vm for vm in come if vm["status"] == "up")}),
    ]
    return tuple(call for call in calls if call.name != "remove" or unwanted)


def repoint(_estate: Estate) -> tuple[Call, ...]:
    """The call that points the connections of one server at another one, with the maintenance that it takes."""
    rule = {"from": {"address": "nfs-a.example", "path": "/exports/*"}, "to": {"address": "nfs-b.example"}}
    allowed = {"maintenance": "allow", "stop_vms": "poweroff", "journal": JOURNAL}
    return (Call("repoint", "storage_connection", {"repoint": [rule], **allowed}),)


def _ids(records: t.Iterable[Estate]) -> list[str]:
    return sorted(record["id"] for record in records)


def _on(site: Estate, domains: Collection[str]) -> list[dict[str, t.Any]]:
    """The VMs with a disk on one of these domains."""
    disks = {
        disk["id"]
        for disk in site["disks"]
        if ((disk.get("storage_domains") or {}).get("storage_domain") or {}).get("id") in domains
    }
    return [vm for vm in site["vms"] if any(one["id"] in disks for one in vm["disk_attachments"])]
