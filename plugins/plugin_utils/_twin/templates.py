# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registering a template (contract 04, 4.6; recordings 04b 194-213, 04c 80-102)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import mappings as maps
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.describe import icons_of
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.ovf import OvfDisk, OvfEntry
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.register import (
    add_image,
    forget_rows,
    permissions,
    tell,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Request, action_answer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.validate import (
    Import,
    check_architecture,
    check_center,
    flag,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.work import Steps, Work

_NO_DOMAIN = "Cannot import Template. Storage Domain doesn't exist."
_NO_BASE = (
    "Cannot import Template Version, Base Template for this Version is missing, please first Import Base Template, "
    "or Import Version as Base Template using Clone."
)


_NO_TEMPLATE = (
    'java.lang.NullPointerException: Cannot invoke "org.ovirt.engine.api.model.Template.isSetName()" because '
    'the return value of "org.ovirt.engine.api.model.Action.getTemplate()" is null'
)
_NOBODY = Entity("template", {"id": "", "name": "<UNKNOWN>"})


def register(site: Site, request: Request) -> Steps:
    """POST /storagedomains/{sd}/templates/{t}/register."""
    domain, identity = request.ids
    action = request.action("storage_domain_template/methods/register")
    mappings = maps.read(request, action)
    entry = site.unregistered.get(domain, {}).get(identity)
    target = maps.cluster(site, action, mappings, entry.cluster if entry is not None else "")
    if flag(action, "clone") and "vm" in action:
        raise refusals.stack_trace(request.path, request.query, _NO_TEMPLATE)
    known = site.get("template", identity)
    subject = (entry or known or _NOBODY).name
    words = f"Importing Template {subject} from configuration to Cluster {target.name if target else '<UNKNOWN>'}"
    try:
        if entry is None or entry.kind != "template":
            raise refusals.command(400, _NO_DOMAIN if known is not None else "Cannot import Template. VM is not found.")
        if target is None:
            raise refusals.command(400, "Cannot import Template. The relevant Cluster doesn't exist.")
        disks = _check(site, entry, domain, action, target)
    except refusals.Refusal:
        site.job(words, request.correlation, "failed")
        raise
    key = f"import {identity}"
    if site.held(key):
        raise refusals.command(409, f"Cannot import Template. Template {entry.name} is being imported.")
    site.hold(key, 600.0)
    try:
        yield Work("register_template", data_center=target.ref("data_center"), disks=len(disks))
    finally:
        site.hold(key, 0.0)
    for disk in disks:
        add_image(site, disk, target.ref("data_center"), profiled=False)
    wanted = Import(entry, target, entry.name, False, False)
    dropped: dict[str, list[str]] = {}
    subs: dict[str, list[Record]] = {
        "disk_attachments": [disk.attachment for disk in disks],
        "nics": _nics(site, entry, mappings, target, dropped),
        "tags": [],
        "permissions": _owned(site, permissions(site, wanted, mappings, dropped)),
    }
    template = site.add(Entity("template", _record(site, entry, target), subs))
    forget_rows(site, identity)
    job = site.job(words, request.correlation)
    tell(site, request, template, dropped)
    shown = {
        "id": identity,
        "href": f"{API}/storagedomains/{domain}/templates/{identity}",
        "storage_domain": {"id": domain},
    }
    return action_answer(action, {"job": {"id": job.id}, "status": "complete", "template": shown})


def _nics(
    site: Site, entry: OvfEntry, mappings: maps.Mappings, target: Entity, dropped: dict[str, list[str]]
) -> list[Record]:
    """The NICs, bound as those of a VM are. Recorded was only a template without any."""
    found: list[Record] = []
    for nic in entry.nics:
        profile, expected = maps.profile(site, mappings, nic, target)
        record = {key: value for key, value in nic.record.items() if key != "vnic_profile"}
        if profile is not None:
            record["vnic_profile"] = {"id": profile}
        elif expected:
            dropped.setdefault("Vnic Mappings", []).append(str(nic.record["name"]))
        found.append(record)
    return found


def _owned(site: Site, held: list[Record]) -> list[Record]:
    """Who brings a template in owns it (04b recording 203)."""
    user, role = site.user(), site.named("role", "TemplateOwner")
    if user is None or role is None:
        return held
    grant = {"role": {"id": role.id}, "user": {"id": user.id}}
    if any(grant.items() <= known.items() for known in held):
        return held
    return [*held, {"id": site.new_id(), **grant}]


def _check(site: Site, entry: OvfEntry, domain: str, action: Record, target: Entity) -> list[OvfDisk]:
    holder = site.get("storage_domain", domain)
    center = site.data_center_of(holder) if holder is not None else ""
    if target.ref("data_center") != center:
        raise refusals.command(400, _NO_DOMAIN)
    check_center(site, center, "Template")
    check_architecture(entry, target, "Template")
    known = site.get("template", entry.id) or site.get("vm", entry.id)
    if known is not None:
        raise refusals.command(
            409,
            "Cannot import Template. Template or VM with the same ID already exists in the system. "
            f"Please remove the Template or VM ({known.name}) from the system first",
        )
    if entry.template != entry.id and site.get("template", entry.template) is None:
        raise refusals.command(400, _NO_BASE)
    if flag(action, "clone"):
        raise refusals.engine_error()
    if entry.template == entry.id and any(t.name == entry.name for t in site.all("template")):
        raise refusals.command(
            409,
            "Import Template failed - Template Name already exists in the Data Center. "
            "Please rename the Template in the Data Center first",
        )
    partial, kept = flag(action, "allow_partial_import"), []
    for disk in entry.disks:
        identity = disk.record["id"]
        active = [
            d
            for d in disk.domains
            if (held := site.get("storage_domain", d)) is not None
            and held.data["status"] == "active"
            and site.data_center_of(held) == center
        ]
        if active and site.get("disk", identity) is None:
            kept.append(disk)
        elif not partial and not active:
            raise refusals.command(
                409,
                f"Cannot import Template. The image {identity}/{disk.record.get('image_id', '')} "
                "does not exist on any active storage domain.",
            )
        elif not partial:
            name = str(disk.record.get("name", ""))
            raise refusals.command(
                409, f"Cannot import Template. The following disks already exist: {name}. Please import as a clone."
            )
    return kept


def _record(site: Site, entry: OvfEntry, target: Entity) -> Record:
    profile = next((p for p in site.all("cpu_profile") if p.ref("cluster") == target.id), None)
    data = {key: value for key, value in entry.record.items() if key not in ("quota", "cpu_profile")}
    data.update(icons_of(site))
    data.update({"cluster": {"id": target.id}, "status": "ok"})
    if profile is not None:
        data["cpu_profile"] = {"id": profile.id}
    return data
