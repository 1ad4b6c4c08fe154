# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Network interfaces of VMs: add, edit, remove (contract 07, 7.7; recordings 04a 63-67, 07 26-29)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.made import created, shown
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import (
    Answer,
    Request,
    action_answer,
    known_id,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site, mac_of
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import Member


def add(site: Site, request: Request) -> Answer:
    """POST /vms/{vm}/nics. Without a MAC address of its own it gets the next one of the cluster's pool."""
    body = request.record("nic", "vm_nics/methods/add")
    vm = _vm(site, request)
    name = body.get("name")
    if not name:
        raise refusals.incomplete("Nic [name] required for add")
    held = vm.subs.get("nics", [])
    if any(nic["name"] == name for nic in held):
        raise refusals.command(409, "Network interface name is already in use")
    nic: Record = {
        "id": site.new_id(),
        "name": name,
        "interface": body.get("interface", "virtio"),
        "linked": body.get("linked", "true"),
        "mac": {"address": _mac(site, vm, body)},
        "plugged": body.get("plugged", "true"),
        "synced": "true",
    }
    profile = _profile(site, body)
    if profile is not None:
        nic["vnic_profile"] = {"id": profile.id}
    _replace(site, vm, [*held, nic])
    return created(site, request, _member(vm, nic))


def update(site: Site, request: Request) -> Answer:
    """PUT /vms/{vm}/nics/{nic}. Not recorded."""
    body = request.record("nic", "vm_nic/methods/update")
    vm = _vm(site, request)
    nic = _held(vm, request)
    others = [other for other in vm.subs["nics"] if other is not nic]
    if any(other["name"] == body.get("name") for other in others):
        raise refusals.command(409, "Network interface name is already in use")
    changed: Record = {**nic, **{key: body[key] for key in ("name", "interface", "linked", "plugged") if key in body}}
    if isinstance(body.get("mac"), dict) and mac_of(body) != mac_of(nic):
        changed["mac"] = {"address": _mac(site, vm, body)}
    if "vnic_profile" in body:
        profile = _profile(site, body)
        changed.pop("vnic_profile", None)
        if profile is not None:
            changed["vnic_profile"] = {"id": profile.id}
    _replace(site, vm, [changed if other is nic else other for other in vm.subs["nics"]])
    return shown(site, request, _member(vm, changed))


def remove(site: Site, request: Request) -> Answer:
    """DELETE /vms/{vm}/nics/{nic}. A plugged one of a running VM stays. Not recorded."""
    vm = _vm(site, request)
    nic = _held(vm, request)
    if vm.data["status"] != "down" and nic.get("plugged") == "true":
        raise refusals.command(409, "Cannot remove Interface. The VM Network Interface is plugged to a running VM.")
    _replace(site, vm, [other for other in vm.subs["nics"] if other is not nic])
    return action_answer({}, {"status": "complete"})


def _vm(site: Site, request: Request) -> Entity:
    found = site.get("vm", request.ids[0])
    if found is None:
        raise refusals.empty(404)
    return found


def _held(vm: Entity, request: Request) -> Record:
    for nic in vm.subs.get("nics", []):
        if nic["id"] == request.ids[1]:
            return nic
    raise refusals.empty(404)


def _mac(site: Site, vm: Entity, body: Record) -> str:
    cluster = site.get("cluster", vm.ref("cluster"))
    pool = site.get("mac_pool", cluster.ref("mac_pool")) if cluster is not None else None
    given = mac_of(body)
    if not given:
        return site.free_mac(pool) if pool is not None else ""
    users = [user.name for user in (site.get("vm", each) for each in site.macs.get(given, ())) if user is not None]
    if users and (pool is None or pool.data.get("allow_duplicates") != "true"):
        raise refusals.command(409, f"MAC Address {given} is already in use by VM or snapshot: {users[0]}.")
    return given


def _profile(site: Site, body: Record) -> Entity | None:
    """The profile of a body: by id only; a name is not looked at (07 recording 26)."""
    held = body.get("vnic_profile")
    if not isinstance(held, dict) or not held.get("id"):
        return None
    found = site.get("vnic_profile", known_id(held["id"]))
    if found is None:
        raise refusals.command(400, "Cannot add Interface. The specified VM network interface profile doesn't exist.")
    return found


def _member(vm: Entity, nic: Record) -> Member:
    record = {"id": nic["id"], "name": nic["name"], "vm": {"id": vm.id}, **nic}
    return Member(record, f"{API}/vms/{vm.id}/nics/{nic['id']}", "vms/nics")


def _replace(site: Site, vm: Entity, nics: list[Record]) -> None:
    for nic in vm.subs.get("nics", []):
        site.macs.get(mac_of(nic), set()).discard(vm.id)
    vm.subs["nics"] = nics
    for nic in nics:
        site.macs.setdefault(mac_of(nic), set()).add(vm.id)
