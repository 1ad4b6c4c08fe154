# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words that several commands say about storage domains, and who runs from one (contract 03; faults)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site

INACCESSIBLE = (
    "The relevant Storage Domain is inaccessible.\n-Please handle Storage Domain issues and retry the operation."
)


BUSY = "Related operation is currently in progress. Please try again later."


IN_PROCESS = ("locked", "preparing_for_maintenance", "detaching", "activating")
"""Statuses of a domain that something is being done with."""


def status_text(entity: Entity) -> str:
    """The refusal that names a domain's status."""
    words = {"preparing_for_maintenance": "Preparing For Maintenance"}
    status = str(entity.data.get("status", "unknown"))
    return f"The relevant Storage Domain's status is {words.get(status, status.capitalize())}."


def running_on(site: Site, entity: Entity) -> list[Entity]:
    """The VMs that run from a domain, or hold a lease on it."""
    return [
        vm
        for vm in site.all("vm")
        if vm.data["status"] not in ("down", "suspended", "image_locked")
        and (lease_domain(vm) == entity.id or any(entity.id in site.domains_of(disk) for disk in site.disks_of(vm)))
    ]


def lease_domain(vm: Entity) -> str:
    """The domain that holds a VM's lease; empty when it has none."""
    lease = vm.data.get("lease")
    held = lease.get("storage_domain") if isinstance(lease, dict) else None
    return str(held.get("id", "")) if isinstance(held, dict) else ""


def users_of_domain(site: Site, entity: Entity) -> list[Entity]:
    """VMs with a disk on a domain."""
    return [vm for vm in site.all("vm") if any(entity.id in site.domains_of(disk) for disk in site.disks_of(vm))]
