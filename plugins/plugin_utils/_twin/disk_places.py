# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks that go to another domain or are copied there: what a body asks for and what speaks against it (contract 05,
5.5; recordings 05 24, 25, 111-119, 143-145, 218-220, 354-386)."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import asked, refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.attachments import check_edited
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.disk_rules import (
    NO_DOMAIN,
    check_profile,
    check_space,
    check_type,
    needed,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.domains import status_text
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.images import backing, on_block
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Request, known_id
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.vm_disks import NOT_THERE


@dataclass(frozen=True)
class Way:
    """A disk, the domain it is on and the one it is to go to."""

    disk: Entity
    source: Entity
    target: Entity
    profile: str | None
    sent: Record


def way(site: Site, request: Request, verb: str) -> tuple[Entity, Entity | None, Record]:
    """The disk of a request, the domain that its body names (None for an id that is nowhere), and the body. Raises
    Refusal."""
    disk = site.get("disk", request.ids[0])
    if disk is None:
        raise refusals.empty(404)
    sent = request.action(f"disk/methods/{verb}")
    return disk, asked.domain(site, sent.get("storage_domain")), sent


def busy_name(disk: Entity) -> str:
    """The name under which a locked disk is being made, moved or copied (05 #24, #250)."""
    held = disk.subs.get("busy")
    return str(held[0]["name"]) if held else disk.name


def check_free(site: Site, disk: Entity, verb: str) -> None:
    """Nobody else works on the disk. Raises Refusal."""
    check_edited(site, disk, verb)
    if disk.data.get("status") != "locked":
        return
    if verb == "copy":
        raise refusals.command(409, "Template's Image is locked (temporarily).")
    raise refusals.command(409, f"Cannot {verb} Virtual Disk. Disk {busy_name(disk)} is being moved or copied.")


def check_way(site: Site, disk: Entity, target: Entity | None, sent: Record, verb: str) -> Way:
    """What speaks against this domain for this disk; returns the checked way. Raises Refusal."""
    action = f"Cannot {verb} Virtual Disk."
    if "lun_storage" in disk.data:
        raise refusals.command(400, f"{action} Action is unsupported for the specified disk type (LUN).")
    if target is None:
        raise refusals.command(400, f"{action} {NO_DOMAIN}")
    held = [site.get("storage_domain", domain) for domain in site.domains_of(disk)]
    source = next((domain for domain in held if domain is not None), None)
    if source is None:
        raise refusals.engine_error()
    if source.data["status"] != "active":
        raise refusals.command(409, f"{action} {status_text(source)}")
    if target.data["status"] != "active":
        raise refusals.command(409, f"{action} {status_text(target)}")
    check_type(target, action)
    thin = disk.data.get("sparse") == "true" and disk.data.get("format") == "raw"
    if disk.data.get("shareable") == "true" and thin and on_block(target):
        raise refusals.command(
            400,
            f"{action} {disk.name} is a thin provisioned shareable disk, which is not supported for block-based "
            "domains.",
        )
    parent = site.get("disk", backing(site, disk) or "")
    if parent is not None and target.id not in site.domains_of(parent):
        raise refusals.command(400, f"{action} {NOT_THERE}")
    record = {**disk.data, "provisioned_size": disk.data.get("provisioned_size", "0")}
    check_space(target, max(needed(record, target), int(disk.data.get("actual_size", "0"))), action)
    profile = _id(sent, "disk_profile")
    check_profile(site, profile, target, action)
    quota = _id(sent, "quota")
    if quota is not None and site.get("quota", quota) is None:
        raise refusals.command(400, f"{action} Quota doesn't exist.")
    return Way(disk, source, target, profile, sent)


def _id(sent: Record, key: str) -> str | None:
    held = sent.get(key)
    return known_id(held["id"]) if isinstance(held, dict) and held.get("id") else None


def shell(disk: Entity) -> Record:
    """The disk as an action's answer shows it."""
    return {"id": disk.id, "href": f"/ovirt-engine/api/disks/{disk.id}"}
