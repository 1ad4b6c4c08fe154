# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Editing and removing VMs (contract 07, 7.4 and 7.5; recordings 03b 49-93, 05 28, 264, 335, 336, 343, 482, 512)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import quotas, refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.disk_edit import drop
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.disk_rules import LOCKED, SNAPSHOT_BUSY, VM_LOCKED
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.domains import status_text
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.images import arranged
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer, Request, action_answer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.vm_add import answer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.vm_events import place_of
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.vm_record import (
    ORDER,
    check_name,
    check_numbers,
    is_blank,
    merged,
)


def update(site: Site, request: Request) -> Answer:
    """PUT /vms/{vm}."""
    method = "vm/methods/update"
    body = request.record("vm", method)
    vm = site.get("vm", request.ids[0])
    if vm is None:
        raise refusals.empty(404)
    if body.get("id", vm.id) != vm.id:  # not recorded
        raise refusals.text(409, "Attempt to set immutable field: id", reason="Broken immutability constraint")
    check_numbers(request, body, method)
    check_name(str(body.get("name", "")), "Can not edit VM.")
    record = {**merged(vm.data, body), **quotas.changes(body)}
    check_update(site, vm, record)
    quotas.check(site, body, site.data_center_of(vm), "Cannot edit VM.")
    rename(site, vm, record["name"])
    vm.data = arranged(record, ORDER)
    vm.cache.clear()
    vm.subs["controller"] = [{"id": site.new_id()}]
    shown = answer(site, request, vm, pending=False)
    return Answer(200, shown.body)


def rename(site: Site, vm: Entity, name: str) -> None:
    """Keeps the index of names true."""
    if name != vm.name:
        site.vm_names.pop(vm.name, None)
        site.vm_names[name] = vm.id


def check_update(site: Site, vm: Entity, record: Record) -> None:
    """What speaks against the VM as it would be. Raises Refusal."""
    action = "Cannot edit VM."
    if vm.data["status"] == "image_locked":  # not recorded
        raise refusals.command(409, f"{action.rstrip('.')}: {VM_LOCKED}")
    if record["name"] != vm.name and site.named("vm", record["name"]) is not None:  # not recorded
        raise refusals.command(
            409, f"{action} The VM name is already in use, please choose a unique name and try again."
        )
    lease = (record.get("lease") or {}).get("storage_domain", {}).get("id")
    if lease is None or record.get("lease") == vm.data.get("lease"):
        return
    if record.get("high_availability", {}).get("enabled") != "true":  # not recorded
        raise refusals.command(409, f"{action} A VM lease was defined but high availability option is set to false.")
    domain = site.get("storage_domain", lease)
    if domain is None or domain.data["status"] != "active":  # not recorded
        name = domain.name if domain is not None else ""
        raise refusals.command(409, f"{action} The VM lease storage domain ({name}) status is not active.")
    if vm.data["status"] != "down" and "lease" in vm.data:  # not recorded
        raise refusals.command(
            409,
            f"{action} Hot swapping of VM leases is not supported, please remove the current lease and then set a new "
            "one.",
        )


def remove(site: Site, request: Request) -> Answer:
    """DELETE /vms/{vm}: with its disks, LUN disks too, unless ``detach_only`` (06 recordings 165 and 274)."""
    vm = site.get("vm", request.ids[0])
    if vm is None:
        raise refusals.empty(404)
    disks = site.disks_of(vm)
    check_remove(site, vm, disks, keep=request.flag("detach_only"))
    about = place_of(site, vm)
    if request.flag("detach_only"):
        site.remove(vm)
    else:
        drop_disks(site, vm)
    job = site.job(f"Removing VM {vm.name} from system", request.correlation)
    site.event(113, f"VM {vm.name} was successfully removed by admin@internal-authz.", about, request.correlation)
    return action_answer({}, {"job": {"id": job.id}, "status": "complete"})


def drop_disks(site: Site, vm: Entity) -> None:
    """Takes a VM out of the engine, with its disks; shareable ones stay."""
    disks = site.disks_of(vm)
    site.remove(vm)
    for disk in disks:
        if disk.data.get("shareable") != "true":
            drop(site, disk)


def check_remove(site: Site, vm: Entity, disks: list[Entity], *, keep: bool) -> None:
    """What speaks against removing a VM, in the engine's order. Raises Refusal."""
    action = "Cannot remove VM."
    if vm.data.get("delete_protected") == "true":
        raise refusals.command(
            409, f"{action} Delete protection is enabled. In order to delete, disable Delete protection first."
        )
    if vm.data["status"] == "suspended":
        raise refusals.command(409, "Cannot remove VM that its state is not down.\n-Please stop the VM first.")
    if vm.data["status"] == "image_locked":  # not recorded
        raise refusals.command(409, f"{action.rstrip('.')}: {VM_LOCKED}")
    if vm.data["status"] != "down":
        raise refusals.command(409, f"{action} VM is running.")
    if "vm_pool" in vm.data:  # not recorded
        raise refusals.command(409, f"{action} VM is attached to a VM Pool.")
    if any(s["snapshot_status"] == "locked" for s in vm.subs["snapshots"]):  # not recorded
        raise refusals.command(409, f"{action} {SNAPSHOT_BUSY}")
    if any(disk.id in site.doubled for disk in disks):
        raise refusals.engine_error()
    if keep and not is_blank(vm):
        raise refusals.command(409, "Cannot remove VM with detaching disks, VM is based from template.")
    for domain in (site.get("storage_domain", d) for disk in disks for d in site.domains_of(disk)):
        if domain is not None and domain.data["status"] != "active":
            raise refusals.command(409, f"{action} {status_text(domain)}")
    locked = [disk.name for disk in disks if disk.data.get("status") == "locked"]
    if locked and not keep:
        raise refusals.command(409, f"Cannot remove VM: {LOCKED.format(', '.join(locked))}")
