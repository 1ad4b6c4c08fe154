# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting and stopping VMs (contract 07, 7.4; recordings 03b 105, 05 263-297, 07 125-145)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.disk_rules import LOCKED, VM_LOCKED
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.domains import status_text
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.images import arranged
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.ovf_devices import controller
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.pending import pending
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer, Request, action_answer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.scheduling import host_for
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.vm_events import place_of, told
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.vm_record import ORDER
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.work import Steps, Work

UP_SECONDS = 1.5
"""From the start call to the status event of the host (baseline, section 3)."""
POLL_SECONDS = 15.0
"""The engine's own look at a host's VMs; late VMs are only seen up by it (baseline, section 3)."""
ONE_IN = 4
"""One VM in so many is late: its status event is not applied (baseline, section 3)."""
DOWN_SECONDS = {"stop": 14.2, "shutdown": 13.8}
"""Until the engine's own look at the hosts shows a VM down (findings, 7: 4 to 14)."""
SAVING_SECONDS = 2.1
SUSPENDED_SECONDS = 7.2
RESUMED_SECONDS = 14.2
"""From the call to ``saving_state``, from there to ``suspended``, and from a start to ``up`` again (05 467-488)."""

_NPE = (
    'java.lang.NullPointerException: Cannot invoke "org.ovirt.engine.core.common.businessentities.VM.getStatus()" '
    'because the return value of "org.ovirt.engine.core.bll.RunVmCommand.getVm()" is null'
)


def _vm(site: Site, request: Request, action: str = "") -> Entity:
    """The VM of a request. To a start an unknown one is an error of the engine, to everything else not found."""
    found = site.get("vm", request.ids[0])
    if found is None and action:  # not recorded
        raise refusals.command(400, f"Cannot {action} VM. VM is not found.")
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
    if status not in ("down", "suspended", "paused", "image_locked"):
        words = {"wait_for_launch": "WaitForLaunch", "powering_up": "PoweringUp"}.get(status, status.capitalize())
        raise refusals.command(409, f"Cannot run VM because the VM is in {words} status.")
    check_start(site, vm)
    host = host_for(site, vm)
    former = str(vm.data["status"])
    vm.set(status="wait_for_launch")
    yield Work("start", count=len(site.tables["vm"]))
    job = site.job(f"Launching VM {vm.name}", request.correlation)
    fields = {"host": {"id": host.id}, "start_time": site.clock.stamp(), "run_once": "false"}
    vm.set(status="wait_for_launch", stop_reason=None, display=reached(vm, host), **fields)
    vm.subs["ran"] = [{"id": controller(vm)}]
    vm.data = arranged(vm.data, ORDER)
    told(site, vm, 153, f"VM {vm.name} was started by admin@internal-authz (Host: {host.name}).", request.correlation)
    seconds = UP_SECONDS if former != "suspended" else RESUMED_SECONDS
    if former != "suspended" and int(vm.id[:2], 16) % ONE_IN == 0:
        seconds += POLL_SECONDS - (site.clock.now() / (site.pace or 1.0)) % POLL_SECONDS
    site.later(seconds, lambda: _up(site, vm, host))
    return _done(sent, job, vm)


def _up(site: Site, vm: Entity, host: Entity) -> None:
    if vm.data["status"] == "wait_for_launch":
        vm.set(status="up")
        told(site, vm, 32, f"VM {vm.name} started on Host {host.name}")


def check_start(site: Site, vm: Entity) -> None:
    """What speaks against starting a VM, in the engine's order. Raises Refusal."""
    action = "Cannot run VM."
    if site.importing.get(vm.id, 0.0) > site.clock.now():
        raise refusals.command(409, f"{action} VM {vm.name} is being imported.")
    if site.held(f"template of {vm.id}"):
        raise refusals.command(409, f"{action} Template is being created from this VM.")
    if vm.data["status"] == "image_locked":  # not recorded
        raise refusals.command(409, f"Cannot run VM: {VM_LOCKED}")
    disks = site.disks_of(vm)
    for domain in (site.get("storage_domain", d) for disk in disks for d in site.domains_of(disk)):
        if domain is not None and domain.data["status"] != "active":
            raise refusals.command(409, f"{action} {status_text(domain)}")
    locked = [disk.name for disk in disks if disk.data.get("status") == "locked"]
    if locked:
        raise refusals.command(409, f"Cannot run VM: {LOCKED.format(', '.join(locked))}")


def reached(vm: Entity, host: Entity) -> Record:
    """The display of a VM that runs: with the certificate of its host."""
    held = {key: value for key, value in (vm.data.get("display") or {}).items() if key != "certificate"}
    certificate = host.data.get("certificate")
    if isinstance(certificate, dict):
        held["certificate"] = {"content": "CERTIFICATE\n", **certificate}
    return {key: held[key] for key in sorted(held)}


def unreached(vm: Entity) -> Record:
    """The display of a VM that does not run."""
    left_out = ("certificate", "address", "port", "secure_port")
    return {key: value for key, value in (vm.data.get("display") or {}).items() if key not in left_out}


def end(site: Site, request: Request) -> Answer:
    """POST /vms/{vm}/stop or /shutdown."""
    verb = request.segments[2]
    sent = request.action(f"vm/methods/{verb}")
    vm = _vm(site, request, verb)
    job = site.job(f"{'Stopping' if verb == 'stop' else 'Shutting down'} VM {vm.name}", request.correlation)
    if vm.data["status"] in ("down", "image_locked"):
        return _done(sent, job, vm)
    vm.set(stop_reason=str(sent.get("reason", "")), **({"status": "powering_down"} if verb == "shutdown" else {}))
    vm.data = arranged(vm.data, ORDER)
    told(
        site,
        vm,
        33,
        f"VM {vm.name} powered off by admin@internal-authz (Host: {_host_name(site, vm)}).",
        request.correlation,
    )
    site.later(DOWN_SECONDS[verb], lambda: down(site, vm))
    return _done(sent, job, vm)


def suspend(site: Site, request: Request) -> Answer:
    """POST /vms/{vm}/suspend: 202; the memory is saved behind it. A host that cannot leaves the VM up (05 #281)."""
    sent = request.action("vm/methods/suspend")
    vm = _vm(site, request, "hibernate")
    if vm.data["status"] != "up":
        raise refusals.command(409, "Cannot hibernate VM. VM is not up.")
    job = site.job(f"Performing Hibernate action on VM {vm.name}", request.correlation, "started")

    def saving() -> None:
        site.end_job(job)
        if "hibernate" not in site.storage.defects and vm.data["status"] == "up":
            vm.set(status="saving_state")
            site.later(SUSPENDED_SECONDS, lambda: _saved(site, vm))

    site.later(SAVING_SECONDS, saving)
    return pending(site, request, sent, job, 2)


def _saved(site: Site, vm: Entity) -> None:
    if vm.data["status"] == "saving_state":
        _left(site, vm, "suspended")


def _host_name(site: Site, vm: Entity) -> str:
    host = site.get("host", vm.ref("host"))
    return host.name if host is not None else ""


def _left(site: Site, vm: Entity, status: str) -> None:
    """The VM is on no host any more."""
    stamp = site.clock.stamp(site.time())
    vm.set(status=status, host=None, start_time=None, run_once=None, stop_time=stamp, display=unreached(vm))


def down(site: Site, vm: Entity) -> None:
    """The VM has ended."""
    if vm.data["status"] == "down":
        return
    about = [entity for entity in place_of(site, vm) if entity is not None and entity.tag != "data_center"]
    _left(site, vm, "down")
    site.event(61, f"VM {vm.name} is down.  ", about, by_user=False)
