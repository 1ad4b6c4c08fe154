# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A disk as a body asks for it (contract 05, 5.1 and 5.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record, members
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Request, known_id
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site

FORMATS = ("cow", "raw")
INTERFACES = ("ide", "virtio_scsi", "virtio", "spapr_vscsi", "sata")


@dataclass(frozen=True)
class Wish:
    """A new image disk: what was asked for, defaults filled in. ``domain`` is None when none was given."""

    record: Record
    domain: Entity | None
    profile: str | None
    quota: str | None

    @property
    def alias(self) -> str:
        """The name it is to have."""
        return str(self.record["alias"])

    @property
    def size(self) -> int:
        """Its provisioned size in bytes."""
        return int(self.record["provisioned_size"])


def is_on(value: Any) -> bool:
    """A boolean element."""
    return str(value).strip().lower() == "true"


def check_fields(body: Record, *, size: str, method: str) -> None:
    """Size and format must be there. ``size`` is the word for the size in the refusal, which differs by place (05
    recordings 69, 70, 77-79)."""
    missing = [word for word, key in ((size, "provisioned_size"), ("format", "format")) if not body.get(key)]
    if missing:
        raise refusals.incomplete(f"Disk [{', '.join(missing)}] required for {method}")
    refusals.one_of(body["format"], "DiskFormat", FORMATS)


def check_number(request: Request, body: Record, key: str, method: str) -> None:
    """A size that is no number makes the whole body unreadable."""
    if key in body and not str(body[key]).lstrip("-").isdigit():
        raise refusals.syntax(request.host, method)


def wish(site: Site, body: Record, *, of_vm: bool) -> Wish:
    """The disk that a body asks for. A domain that is nowhere is a 404: with words by id, below a VM without any by
    name (05 recordings 44, 45, 72). Raises Refusal."""
    alias = str(body.get("alias") or body.get("name") or "")
    form = str(body["format"]).lower()
    sparse = is_on(body["sparse"]) if "sparse" in body else form == "cow"
    record: Record = {
        "id": known_id(body["id"]) if body.get("id") else site.new_id(),
        "name": alias,
        "description": str(body.get("description", "")),
        "actual_size": "0",
        "alias": alias,
        "backup": str(body.get("backup", "none")),
        "content_type": str(body.get("content_type", "data")),
        "format": form,
        "image_id": str(body.get("image_id") or site.new_id()),
        "propagate_errors": str(body.get("propagate_errors", "false")),
        "provisioned_size": str(body["provisioned_size"]),
        "shareable": "true" if is_on(body.get("shareable")) else "false",
        "sparse": "true" if sparse else "false",
        "status": "locked",
        "storage_type": "image",
        "total_size": "0",
        "wipe_after_delete": "true" if is_on(body.get("wipe_after_delete")) else "false",
    }
    if record["shareable"] == "true":
        del record["total_size"]
    return Wish(record, _domain(site, body, of_vm), given_id(body, "disk_profile"), given_id(body, "quota"))


def given_id(body: Record, key: str) -> str | None:
    """The id that a body refers to with an element, such as a quota; None without it."""
    held = body.get(key)
    return known_id(held["id"]) if isinstance(held, dict) and held.get("id") else None


def _domain(site: Site, body: Record, of_vm: bool) -> Entity | None:
    """Only the first domain counts (contract 05, 5.3)."""
    asked = members(body, "storage_domains", "storage_domain")
    if not asked or not isinstance(asked[0], dict):
        return None
    if asked[0].get("id"):
        found = site.get("storage_domain", known_id(asked[0]["id"]))
        if found is None:
            raise refusals.not_found(asked[0]["id"])
        return found
    found = site.named("storage_domain", str(asked[0].get("name", "")))
    if found is None:
        raise refusals.empty(404) if of_vm else refusals.not_found(f"Storage: name={asked[0].get('name', '')}")
    return found
