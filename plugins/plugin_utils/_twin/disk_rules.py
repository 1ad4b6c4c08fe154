# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What speaks against a new image disk, in the engine's order (contract 05, 5.3; recordings 05 44-82)."""

from __future__ import annotations

import re

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.disk_body import Wish
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.domains import status_text
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.images import EMPTY_FILE, GIB, on_block
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site

LOCKED = "The following disks are locked: {}. Please try again in a few minutes."
SNAPSHOT_BUSY = (
    "The VM is performing an operation on a Snapshot. Please wait for the operation to finish, and try again."
)
VM_LOCKED = "VM is locked. Please try again in a few minutes."
EDITED = LOCKED.format("${diskAliases}")
"""What every other operation on a disk hears while an edit of it still runs; the engine forgets the name (findings,
1)."""
NO_DOMAIN = "Storage Domain doesn't exist."
WRONG_TYPE = "Storage Domain type is illegal."
LARGEST_ON_BLOCK = 8192 * GIB
_ALIAS = re.compile(r"[\w.-]*")


def check_alias(alias: str) -> None:
    """Bean validation of a disk's name."""
    if not _ALIAS.fullmatch(alias):
        raise refusals.command(
            400, 'Disk alias name must be formed of alpha-numeric characters or "-_."', "Attribute: diskInfo.diskAlias"
        )


def new_disk(site: Site, wish: Wish, action: str = "Cannot add Virtual Disk.") -> Entity:
    """Checks a new image disk; returns its domain. ``action`` begins every refusal. Raises Refusal."""
    domain = wish.domain
    if wish.quota is not None and site.get("quota", wish.quota) is None:
        raise refusals.command(400, f"{action} Quota doesn't exist.")
    if domain is None:
        raise refusals.command(400, f"{action} Storage Domain hasn't been specified.")
    if domain.data["status"] != "active":
        raise refusals.command(409, f"{action} {status_text(domain)}")
    check_configuration(wish.record, domain, action)
    check_type(domain, action)
    if wish.size:
        check_space(domain, needed(wish.record, domain), action)
    if on_block(domain) and wish.size > LARGEST_ON_BLOCK:  # not recorded
        raise refusals.command(409, f"Cannot create disk more than {LARGEST_ON_BLOCK // GIB} GiB")
    if wish.record["shareable"] == "true" and wish.record["format"] == "cow":
        raise refusals.command(409, f"{action} Disk's volume format is not supported for shareable disk.")
    known = site.get("disk", wish.record["id"])
    if known is not None:
        raise refusals.command(
            409,
            f"{action} The selected disk ID: {known.id} is already used by the following existing disk: {known.name}.",
        )
    check_profile(site, wish.profile, domain, action)
    if not wish.size:
        raise refusals.command(400, f"{action} Disk's provisioned size has to be greater than 0.")
    return domain


def check_configuration(record: Record, domain: Entity, action: str) -> None:
    """Which formats lie on which storage: no thin raw on block, no preallocated cow without incremental backup."""
    sparse, form, backup = record["sparse"] == "true", str(record["format"]).upper(), str(record.get("backup", "none"))
    illegal = (form == "RAW" and sparse and on_block(domain)) or (form == "COW" and not sparse and backup == "none")
    illegal = illegal or (form == "RAW" and backup == "incremental")  # not recorded
    if illegal:
        words = f"{form} {'Sparse' if sparse else 'Preallocated'} backup-{backup.capitalize()}"
        raise refusals.command(
            409, f"{action} Disk configuration ({words}) is incompatible with the storage domain type."
        )


def check_type(domain: Entity, action: str) -> None:
    """Disks lie on data domains only."""
    if domain.data["type"] != "data":
        raise refusals.command(400, f"{action} {WRONG_TYPE}")


def needed(record: Record, domain: Entity) -> int:
    """Bytes that must be free for a new disk (contract 05, space rules)."""
    if record["sparse"] == "false":
        return int(record["provisioned_size"])
    return GIB if on_block(domain) else EMPTY_FILE


def check_space(domain: Entity, size: int, action: str) -> None:
    """Enough space, and not below the critical limit (GiB). What is not known is allowed."""
    text = str(domain.data.get("available", ""))
    if not text.isdigit():
        return
    if size > int(text):
        raise refusals.command(409, f"{action} {low(domain)}")
    if int(text) < int(domain.data.get("critical_space_action_blocker", "0")) * GIB:
        raise refusals.command(409, f"{action} {low(domain)}")


def low(domain: Entity) -> str:
    """The text about too little space."""
    return f"Low disk space on Storage Domain {domain.name}."


def check_profile(site: Site, profile: str | None, domain: Entity, action: str) -> None:
    """A given disk profile must be one of the domain."""
    if profile is None:
        return
    held = site.get("disk_profile", profile)
    if held is None or held.ref("storage_domain") != domain.id:
        raise refusals.command(400, f"{action} Cannot find a disk profile defined on storage domain {domain.id}.")
