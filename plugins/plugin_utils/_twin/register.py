# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registering a VM: the call, and what it leaves in the engine (contract 04, 4.3 to 4.5)."""

from __future__ import annotations

from typing import Any

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import mappings as maps
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals, validate
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.blocks import portal
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.describe import icons_of
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.mappings import Mappings
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.ovf import OvfDisk, whole_seconds
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.render import document, write_value
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer, Request, action_answer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site, mac_of
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.validate import Import, flag
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.work import Steps, Work

JOB_SECONDS = 2.0
"""The engine ends the job of an import with its two second callback (baseline, section 5)."""
LATE_SECONDS = 1.0
"""An answer that waits for a job looks every second, and in 3 of 10 cases once more (baseline, table 2)."""

GIB = 1024**3
_NO_VM = (
    'java.lang.NullPointerException: Cannot invoke "org.ovirt.engine.core.common.businessentities.VM.setName(String)" '
    'because the return value of "org.ovirt.engine.core.common.action.ImportVmFromConfParameters.getVm()" is null'
)

Dropped = dict[str, list[str]]

_NOBODY = Entity("vm", {"id": "", "name": "<UNKNOWN>"})
"""What the engine calls a VM that it does not know."""


def register(site: Site, request: Request) -> Steps:
    """POST /storagedomains/{sd}/vms/{vm}/register."""
    domain, identity = request.ids
    action = request.action("storage_domain_vm/methods/register")
    maps.check_elements(request, request.xml())
    mappings = maps.read(request, action)
    entry = site.unregistered.get(domain, {}).get(identity)
    target = maps.cluster(site, action, mappings, entry.cluster if entry is not None else "")
    if flag(action, "clone") and "vm" in action:
        raise refusals.stack_trace(request.path, request.query, _NO_VM)
    registered = site.get("vm", identity)
    subject = str(action.get("name") or (entry or registered or _NOBODY).name)
    words = f"Importing VM {subject} from configuration to Cluster {target.name if target else '<UNKNOWN>'}"
    try:
        if entry is None or entry.kind != "vm":
            raise (
                validate.known_vm(site, registered, flag(action, "reassign_bad_macs"))
                if registered
                else refusals.validation_crash()
            )
        wanted = validate.vm(site, entry, action, mappings, target)
        key = f"import {wanted.name}"
        if site.held(key) or site.importing.get(identity, 0.0) > site.clock.now():
            raise refusals.command(409, f"Cannot import VM. VM {wanted.name} is being imported.")
    except refusals.Refusal:
        site.job(words, request.correlation, "failed")
        raise
    site.hold(key, 600.0)
    try:
        yield Work(
            "register", row=entry.template, data_center=wanted.cluster.ref("data_center"), disks=len(wanted.disks)
        )
    finally:
        site.hold(key, 0.0)
    job = site.job(words, request.correlation, "started")
    bring_in(site, request, wanted, mappings)
    late = LATE_SECONDS if int(identity[:4], 16) % 10 < 3 else 0.0
    due = site.later(JOB_SECONDS + late, lambda: site.end_job(job))
    address = f"{API}/storagedomains/{domain}/vms/{identity}"
    if flag(action, "async"):
        site.importing[wanted_id(site, wanted)] = due
        return _going_on(action, job, address)
    shown = {"id": identity, "href": address, "storage_domain": {"id": domain}}
    answer = action_answer(action, {"async": "false", "job": {"id": job.id}, "status": "complete", "vm": shown})
    answer.hold_until = due
    return answer


def wanted_id(site: Site, wanted: Import) -> str:
    """The id the VM has now: its own, or the new one of a clone."""
    return site.vm_names[wanted.name]


def _going_on(action: Record, job: Entity, address: str) -> Answer:
    fields: dict[str, Any] = {**action, "async": "true", "job": {"id": job.id}, "status": "in_progress"}

    def write(out: list[str], depth: int) -> None:
        out.append(
            f'<action href="{address}/register/" id="">\n    <link href="{address}" rel="parent"/>\n'
            f'    <link href="{address}/register" rel="replay"/>\n'
        )
        for key in sorted(fields):
            write_value(out, 1, key, fields[key], "action")
        out.append("</action>\n")

    return Answer(202, document(write))


def bring_in(site: Site, request: Request, wanted: Import, mappings: Mappings) -> None:
    """Makes the VM known, with disks, NICs, groups, labels and permissions; tells what was left out."""
    entry = wanted.entry
    identity = site.new_id() if wanted.clone else entry.id
    dropped: Dropped = {}
    order = [disk.record["id"] for disk in entry.disks]
    brought = [(disk, _image(site, disk, wanted)) for disk in wanted.disks]
    center = site.data_center_of(wanted.cluster)
    brought += [(disk, _lun(site, disk, unit, center)) for disk, unit in wanted.luns]
    brought.sort(key=lambda pair: order.index(pair[0].record["id"]))
    attachments = [attachment for _disk, attachment in brought]
    subs: dict[str, list[Record]] = {
        "disk_attachments": attachments,
        "nics": _nics(site, wanted, mappings, dropped),
        "snapshots": [_snapshot(site, snapshot, wanted) for snapshot in entry.snapshots],
        "tags": [],
        "permissions": permissions(site, wanted, mappings, dropped),
        "affinity_labels": [],
        "cdroms": [{"id": "00000000-0000-0000-0000-000000000000"}],
        "imported": [{"id": entry.id}],
    }
    vm = site.add(Entity("vm", vm_record(site, wanted, identity), subs))
    _groups(site, vm, wanted, mappings, dropped)
    if wanted.dropped:
        dropped["Disks"] = wanted.dropped
    forget_rows(site, entry.id)
    tell(site, request, vm, dropped)


def forget_rows(site: Site, identity: str) -> None:
    """What was registered or removed is unregistered nowhere any more, and its images are not deletable as such."""
    for rows in site.unregistered.values():
        entry = rows.pop(identity, None)
        for disk in entry.disks if entry is not None else ():
            site.forgotten_images |= {(disk.record["id"], domain) for domain in disk.domains}


def vm_record(site: Site, wanted: Import, identity: str) -> Record:
    """The VM as this engine shows it after the import (07 recording 101)."""
    entry, cluster = wanted.entry, wanted.cluster
    profile = next((p for p in site.all("cpu_profile") if p.ref("cluster") == cluster.id), None)
    data: Record = {}
    for key, value in {**entry.record, **icons_of(site)}.items():
        if key in ("quota", "host", "start_time", "stop_reason", "run_once", "lease", "cluster", "cpu_profile"):
            continue
        if key == "next_run_configuration_exists":
            data["cluster"] = {"id": cluster.id}
            if profile is not None:
                data["cpu_profile"] = {"id": profile.id}
            lease = _lease(site, wanted)
            if lease:
                data["lease"] = {"storage_domain": {"id": lease}}
        if key == "display":
            value = {k: v for k, v in value.items() if k not in ("certificate", "address", "port", "secure_port")}
        data[key] = value
    stamp = site.clock.stamp()
    data.update({"id": identity, "name": wanted.name, "status": "down", "creation_time": stamp, "stop_time": stamp})
    return data


def _lease(site: Site, wanted: Import) -> str | None:
    if wanted.entry.lease is None or wanted.entry.record.get("high_availability", {}).get("enabled") != "true":
        return None
    domains = [
        d
        for d in site.domains_in(wanted.cluster.ref("data_center"))
        if d.data["status"] == "active" and d.data["type"] == "data"
    ]
    kept = next((d for d in domains if d.id == wanted.entry.lease), domains[0] if domains else None)
    return kept.id if kept else None


def disk_profile(site: Site, domain: str) -> Record:
    """The reference to a domain's first disk profile."""
    found = next((p for p in site.all("disk_profile") if p.ref("storage_domain") == domain), None)
    return {"disk_profile": {"id": found.id}} if found else {}


def add_image(site: Site, disk: OvfDisk, center: str, volumes: int = 1, *, profiled: bool = True) -> None:
    """Makes an image known, on those of its domains that are active here.

    An OVF holds sizes in whole GiB, so that is what the engine takes each volume for (04b recordings 139 and 218)."""
    domains = [
        d
        for d in disk.domains
        if (held := site.get("storage_domain", d)) is not None
        and held.data["status"] == "active"
        and site.data_center_of(held) == center
    ]
    places: Any = [{"id": d} for d in domains]
    where = {"storage_domains": {"storage_domain": places if len(places) > 1 else places[0]}}
    used = -(-int(disk.record.get("actual_size") or 0) // GIB) * GIB
    sizes = {"actual_size": str(used), "total_size": str(used * volumes)}
    profile = disk_profile(site, domains[0]) if profiled else {}
    site.add(Entity("disk", {**disk.record, **sizes, "status": "ok", **profile, **where}))


def _image(site: Site, disk: OvfDisk, wanted: Import) -> Record:
    if wanted.clone:
        disk = _as_clone(site, disk)
    elif disk.record.get("shareable") == "true" and site.get("disk", disk.record["id"]) is not None:
        return disk.attachment  # another VM brought it, or it was registered before
    volumes = max(1, len(wanted.entry.snapshots))
    add_image(site, disk, wanted.cluster.ref("data_center"), volumes)
    return disk.attachment


def _as_clone(site: Site, disk: OvfDisk) -> OvfDisk:
    """A disk under new ids. Nothing is copied: no such image lies on storage (04b recordings 166 and 260)."""
    identity = site.new_id()
    record = {key: value for key, value in disk.record.items() if key != "qcow_version"}
    record.update({"id": identity, "image_id": site.new_id()})
    return OvfDisk({**disk.attachment, "id": identity, "disk": {"id": identity}}, record, disk.domains)


def _snapshot(site: Site, snapshot: Record, wanted: Import) -> Record:
    """A snapshot as the OVF brings it. Those of a clone are new, and so is the active one of a VM that has no others
    (04b recordings 139 and 237, 04c recording 110)."""
    moved = {**snapshot, "date": whole_seconds(str(snapshot.get("date", "")))}
    new = wanted.clone or len(wanted.entry.snapshots) == 1
    return {**moved, "id": site.new_id()} if new else moved


def _lun(site: Site, disk: OvfDisk, unit: Record, center: str) -> Record:
    """Makes a LUN disk known to the hosts of a data center; its name stays, whatever a mapping says (07 recording 114).

    Over a left over record of the same disk the engine is broken from here on (findings, 6)."""
    identity = disk.record["id"]
    place = site.storage.luns[unit["id"]]
    device = {
        **{k: v for k, v in place.device.items() if k != "portal"},
        **{k: v for k, v in unit.items() if k != "password"},
        "active_paths": "0",
        "paths": "0",
        "size": "0",
        "disk_id": identity,
    }
    device = {"id": unit["id"], **{k: device[k] for k in sorted(device) if k != "id"}}
    up = (host for host in site.all("host") if host.data.get("status") == "up")
    place.hosts.update(host.id for host in up if site.data_center_of(host) == center)
    known = site.get("disk", identity)
    if known is not None:
        site.doubled[identity] = [device, device]
        return disk.attachment
    data = {**disk.record, "lun_storage": {"id": unit["id"], "logical_units": {"logical_unit": device}}}
    site.add(Entity("disk", data))
    if "target" in device:
        portal(site, device)
    return disk.attachment


def _nics(site: Site, wanted: Import, mappings: Mappings, dropped: Dropped) -> list[Record]:
    pool = site.get("mac_pool", wanted.cluster.ref("mac_pool"))
    taken: list[Record] = []
    for nic in wanted.entry.nics:
        profile, expected = maps.profile(site, mappings, nic, wanted.cluster)
        record: Record = {key: value for key, value in nic.record.items() if key != "vnic_profile"}
        if wanted.clone:
            record["id"] = site.new_id()
        bad = bool(site.macs.get(nic.mac)) or any(mac_of(other) == nic.mac for other in taken)
        if pool is not None and (wanted.clone or not nic.mac or (bad and wanted.reassign)):
            record["mac"] = {"address": _free(site, pool, taken)}
        if profile is not None:
            record["vnic_profile"] = {"id": profile}
        elif expected:
            dropped.setdefault("Vnic Mappings", []).append(str(nic.record["name"]))
        taken.append(record)
    return taken


def _free(site: Site, pool: Entity, taken: list[Record]) -> str:
    used = {mac_of(record) for record in taken}
    mac = site.free_mac(pool)
    while mac in used:
        mac = site.free_mac(pool)
    return mac


def permissions(site: Site, wanted: Import, mappings: Mappings, dropped: Dropped) -> list[Record]:
    """What the cluster hands down, and the grants whose user and role exist here."""
    held = [{k: v for k, v in p.items() if k != "cluster"} for p in wanted.cluster.subs.get("permissions", [])]
    for login, domain, role_name in wanted.entry.grants:
        role = maps.first_named(site, "role", mappings.choices("role", role_name))
        user = maps.user(site, mappings, login, domain)
        if role is None:
            dropped.setdefault("Roles", []).append(role_name)
        elif user is None:
            dropped.setdefault("Users", []).append(f"{login}@{domain}")
        else:
            held.append({"id": site.new_id(), "role": {"id": role.id}, "user": {"id": user.id}})
    return held


def _groups(site: Site, vm: Entity, wanted: Import, mappings: Mappings, dropped: Dropped) -> None:
    """Into the groups and labels of the same or the mapped names. Groups of another cluster are left out without a word
    (04c recording 59)."""
    for name in wanted.entry.groups:
        group = maps.first_named(site, "affinity_group", mappings.choices("affinity_group", name))
        if group is None:
            dropped.setdefault("Affinity Groups", []).append(name)
        elif group.ref("cluster") == wanted.cluster.id:
            site.join(group, vm.id)
    for name in wanted.entry.labels:
        label = maps.first_named(site, "affinity_label", mappings.choices("affinity_label", name))
        if label is None:
            dropped.setdefault("Affinity Labels", []).append(name)
        else:
            site.join(label, vm.id)
            vm.subs["affinity_labels"] = [*vm.subs["affinity_labels"], {"id": label.id}]


def tell(site: Site, request: Request, vm: Entity, dropped: Dropped) -> None:
    """The audit log: what was left out, then that it came in. Nothing else tells of the drops."""
    cluster = site.get("cluster", vm.ref("cluster"))
    center, template = site.get("data_center", site.data_center_of(vm)), site.get("template", vm.ref("template"))
    about = (cluster, center, template, vm)
    if dropped:
        words = ", ".join(f"{kind}: {', '.join(names)} " for kind, names in dropped.items())
        site.event(
            1188,
            f"The following entities could not be verified and will not be part of the imported VM {vm.name}: "
            f"'{words}' (User: admin@internal-authz).",
            about,
            request.correlation,
            "warning",
        )
    site.event(
        174, f"VM {vm.name} has been successfully imported from the given configuration.", about, request.correlation
    )
