# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting and stopping VMs (contract 07, 7.4; recordings 03b 105, 05 263-297, 07 125-145)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.disks import remove_disk
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.domains import status_text
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import UUID, Answer, Request, action_answer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.work import Steps, Work

UP_SECONDS = 1.5
"""From the start call to the status event of the host (baseline, section 3)."""
POLL_SECONDS = 15.0
"""The engine's own look at a host's VMs; late VMs are only seen up by it (baseline, section 3)."""
ONE_IN = 4
"""One VM in so many is late: its status event is not applied (baseline, section 3)."""
DOWN_SECONDS = {"stop": 1.0, "shutdown": 4.0}

_NPE = (
    'java.lang.NullPointerException: Cannot invoke "org.ovirt.engine.core.common.businessentities.VM.getStatus()" '
    'because the return value of "org.ovirt.engine.core.bll.RunVmCommand.getVm()" is null'
)


def _vm(site: Site, request: Request) -> Entity:
    if not UUID.fullmatch(request.ids[0]):
        raise refusals.empty(404)
    found = site.get("vm", request.ids[0])
    if found is None:
        raise refusals.text(500, _NPE, in_action=True)
    return found


def _done(sent: Record, job: Entity, vm: Entity) -> Answer:
    return action_answer(
        sent, {"job": {"id": job.id}, "status": "complete", "vm": {"id": vm.id, "href": f"{API}/vms/{vm.id}"}}
    )


def start(site: Site, request: Request) -> Steps:
    """POST /vms/{vm}/start."""
    sent = request.action("vm/methods/start")
    vm = _vm(site, request)
    status = str(vm.data["status"])
    if status not in ("down", "suspended", "paused"):
        words = {"wait_for_launch": "WaitForLaunch", "powering_up": "PoweringUp"}.get(status, status.capitalize())
        raise refusals.command(409, f"Cannot run VM because the VM is in {words} status.")
    if site.importing.get(vm.id, 0.0) > site.clock.now():
        raise refusals.command(409, f"Cannot run VM. VM {vm.name} is being imported.")
    for disk in site.disks_of(vm):
        for domain in site.domains_of(disk):
            held = site.get("storage_domain", domain)
            if held is not None and held.data["status"] != "active":
                raise refusals.command(409, f"Cannot run VM. {status_text(held)}")
    host = site.host_up(site.data_center_of(vm))
    if host is None:
        raise refusals.command(
            409, "Cannot run VM. There is no host that satisfies current scheduling constraints. See below for details:"
        )
    vm.set(status="wait_for_launch")
    yield Work("start", count=len(site.tables["vm"]))
    job = site.job(f"Launching VM {vm.name}", request.correlation)
    vm.set(status="wait_for_launch", host={"id": host.id}, start_time=site.clock.stamp(), run_once="false")
    site.event(
        153, f"VM {vm.name} was started by admin@internal-authz (Host: {host.name}).", (vm, host), request.correlation
    )
    seconds = UP_SECONDS
    if int(vm.id[:2], 16) % ONE_IN == 0:
        seconds += POLL_SECONDS - (site.clock.now() / (site.pace or 1.0)) % POLL_SECONDS
    site.later(seconds, lambda: _up(site, vm, host))
    return _done(sent, job, vm)


def _up(site: Site, vm: Entity, host: Entity) -> None:
    if vm.data["status"] == "wait_for_launch":
        vm.set(status="up")
        site.event(32, f"VM {vm.name} started on Host {host.name}", (vm, host))


def end(site: Site, request: Request) -> Answer:
    """POST /vms/{vm}/stop or /shutdown."""
    verb = request.segments[2]
    sent = request.action(f"vm/methods/{verb}")
    vm = _vm(site, request)
    if vm.data["status"] in ("down", "image_locked"):
        word = "stop" if verb == "stop" else "shutdown"
        raise refusals.command(409, f"Cannot {word} VM. VM is not running.")
    job = site.job(f"{'Stopping' if verb == 'stop' else 'Shutting down'} VM {vm.name}", request.correlation)
    vm.set(status="powering_down")
    site.event(
        33,
        f"VM {vm.name} powered off by admin@internal-authz (Host: {_host_name(site, vm)}).",
        (vm,),
        request.correlation,
    )
    site.later(DOWN_SECONDS[verb], lambda: down(site, vm))
    return _done(sent, job, vm)


def remove(site: Site, request: Request) -> Answer:
    """DELETE /vms/{vm}: with its disks, LUN disks too, unless ``detach_only`` (05 recordings 264-512, 06 165 and
    274)."""
    vm = site.get("vm", request.ids[0])
    if vm is None:
        raise refusals.empty(404)
    if vm.data.get("delete_protected") == "true":
        raise refusals.command(
            409, "Cannot remove VM. Delete protection is enabled. In order to delete, disable Delete protection first."
        )
    if vm.data["status"] != "down":
        raise refusals.command(409, "Cannot remove VM. VM is running.")
    disks = site.disks_of(vm)
    if any(disk.id in site.doubled for disk in disks):
        raise refusals.engine_error()
    for domain in (site.get("storage_domain", d) for disk in disks for d in site.domains_of(disk)):
        if domain is not None and domain.data["status"] != "active":
            raise refusals.command(409, f"Cannot remove VM. {status_text(domain)}")
    site.remove(vm)
    if not request.flag("detach_only"):
        for disk in disks:
            if disk.data.get("shareable") != "true":
                remove_disk(site, disk)
    job = site.job(f"Removing VM {vm.name} from system", request.correlation)
    center = site.get("data_center", site.data_center_of(vm))
    site.event(
        113, f"VM {vm.name} was successfully removed by admin@internal-authz.", (vm, center), request.correlation
    )
    return action_answer({}, {"job": {"id": job.id}, "status": "complete"})


def _host_name(site: Site, vm: Entity) -> str:
    host = site.get("host", vm.ref("host"))
    return host.name if host is not None else ""


def down(site: Site, vm: Entity) -> None:
    """The VM has ended."""
    vm.set(status="down", host=None, start_time=None, stop_time=site.clock.stamp())
    site.event(61, f"VM {vm.name} is down.  ", (vm,))
