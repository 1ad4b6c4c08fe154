# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way of storage domains from one data center to another: the modules that a playbook calls one after another."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.tests.integration.resume.estates import moved

Estate = t.Mapping[str, t.Any]
Options = dict[str, t.Any]


@dataclass(frozen=True)
class Call:
    """One module with its options."""

    name: str
    module: str
    options: Options


def flow(estate: Estate, inventory: str) -> tuple[Call, ...]:
    """The calls that move what lies in the first data center into the second. inventory: the estate as a file."""
    site = estate["sites"][0]
    here, there = (center["name"] for center in site["data_centers"])
    wanted = moved(estate)
    ids = [domain["id"] for domain in wanted]
    names = {"data_center": there, "domains": ids}
    clusters = {"clusters": [{"from": site["clusters"][0]["name"], "to": site["clusters"][-1]["name"]}]}
    held = {"inventory": inventory, "inventory_site": site["name"]}
    on_them = _on(site, ids)
    return (
        Call(
            "detach",
            "storage_domain_detach",
            {"data_center": here, "domains": ids, "stop_vms": "poweroff", "elsewhere": "accept"},
        ),
        Call("attach", "storage_domain_attach", {"data_center": there, "domains": wanted}),
        Call("templates", "unregistered_template_register", {**names, "mappings": clusters}),
        Call(
            "VMs",
            "unregistered_vm_register",
            {
                **names,
                **held,
                "vms": sorted(vm["id"] for vm in on_them),
                "mappings": clusters,
                "leftover_luns": "remove",
            },
        ),
        Call(
            "start",
            "vm_power",
            {"data_center": there, "vms": sorted(vm["id"] for vm in on_them if vm["status"] == "up")},
        ),
    )


def _on(site: Estate, domains: t.Collection[str]) -> list[dict[str, t.Any]]:
    """The VMs with a disk on one of these domains."""
    disks = {
        disk["id"]
        for disk in site["disks"]
        if ((disk.get("storage_domains") or {}).get("storage_domain") or {}).get("id") in domains
    }
    return [vm for vm in site["vms"] if any(one["id"] in disks for one in vm["disk_attachments"])]
