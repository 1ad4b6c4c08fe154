# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the disks of a VM from a template go, and what speaks against it (contract 05, 5.6; recordings 05 190-195)."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import asked as named
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.disk_rules import (
    NO_DOMAIN,
    check_profile,
    check_space,
    check_type,
    needed,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.domains import status_text
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record, members
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import known_id
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site

MISSED = (
    "One or more provided storage domains are either not in active status or of an illegal type for the requested "
    "operation."
)
NOT_THERE = "The selected Storage Domain does not contain the VM Template."


@dataclass(frozen=True)
class Copy:
    """A template disk and what is to be made of it. One that was not listed takes over the template disk's quota, if
    that has one (07 66, 05 216)."""

    source: Entity
    attachment: Record
    domain: Entity
    form: str
    sparse: str
    profile: str | None = None
    alias: str = ""
    listed: bool = False


def asked(body: Record) -> dict[str, Record]:
    """The disks of a body by the id of the template's disk."""
    held = (a["disk"] for a in members(body, "disk_attachments", "disk_attachment") if isinstance(a.get("disk"), dict))
    return {known_id(disk["id"]): disk for disk in held if disk.get("id")}


def first_check(site: Site, body: Record, template: Entity) -> None:
    """A disk that the template does not have is a 404 without words, before anything else (05 #193)."""
    held = {a["id"] for a in template.subs.get("disk_attachments", [])}
    if any(identity not in held for identity in asked(body)):
        raise refusals.empty(404)


def copies(site: Site, body: Record, cluster: Entity, template: Entity, *, clone: bool) -> list[Copy]:
    """What to make of each template disk, all checked. Raises Refusal."""
    action, wanted = "Cannot add VM.", asked(body)
    if template.data.get("status") == "locked":  # not recorded
        raise refusals.command(409, "Template's Image is locked (temporarily).")
    disks = [d for d in site.disks_of(template) if "lun_storage" not in d.data]
    attachments = {a["id"]: a for a in template.subs.get("disk_attachments", [])}
    if wanted and len(wanted) < len(disks):
        raise refusals.command(400, f"{action} {MISSED}")
    found: list[Copy] = []
    for disk in disks:
        want = wanted.get(disk.id, {})
        domain = _target(site, body, disk, want, action)
        found.append(
            Copy(
                disk,
                attachments[disk.id],
                domain,
                str(want.get("format") or ("cow" if not clone else disk.data["format"])),
                str(want.get("sparse") or ("true" if not clone else disk.data["sparse"])),
                _profile(want),
                str(want.get("alias") or want.get("name") or ""),
                bool(want),
            )
        )
    for copy in found:
        check_copy(site, copy, cluster, action, clone=clone)
    return found


def _profile(want: Record) -> str | None:
    held = want.get("disk_profile")
    return str(held["id"]) if isinstance(held, dict) and held.get("id") else None


def _target(site: Site, body: Record, disk: Entity, want: Record, action: str) -> Entity:
    """The domain for one disk: its own, the VM's, or the first active one that holds the template's disk."""
    given = members(want, "storage_domains", "storage_domain")
    wanted: object = given[0] if given else body.get("storage_domain")
    if named.is_named(wanted):
        found = named.named(site, "storage_domain", wanted)
        if found is None:
            raise refusals.command(400, f"{action} {NO_DOMAIN}")
        return found
    held = (site.get("storage_domain", domain) for domain in site.domains_of(disk))
    active = next((d for d in held if d is not None and d.data["status"] == "active"), None)
    if active is None:  # not recorded
        raise refusals.command(400, f"{action} {MISSED}")
    return active


def check_copy(site: Site, copy: Copy, cluster: Entity, action: str, *, clone: bool) -> None:
    """What speaks against one disk on its domain. Raises Refusal."""
    domain = copy.domain
    if domain.data["status"] != "active":
        raise refusals.command(409, f"{action} {status_text(domain)}")
    check_type(domain, action)
    if not clone and domain.id not in site.domains_of(copy.source):
        raise refusals.command(400, f"{action} {NOT_THERE}")
    if not clone and copy.form != "cow":  # not recorded
        raise refusals.command(400, f"{action} Thin provisioned template disks can not be defined as Raw.")
    record = {**copy.source.data, "format": copy.form, "sparse": copy.sparse}
    check_space(domain, needed(record, domain), action)
    check_profile(site, copy.profile, domain, action)
