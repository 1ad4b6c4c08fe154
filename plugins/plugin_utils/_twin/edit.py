# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Editing storage domains (contract 03, 3.3; recordings 03 167-182, 264, 265, 03b 223-225)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import create_rules, refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.domains import BUSY, running_on, status_text
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.extend import extend
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.follow import member_writer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.render import document
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer, Request
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import Member, domain_on_top

_EDITABLE = (
    "name",
    "description",
    "comment",
    "wipe_after_delete",
    "discard_after_delete",
    "warning_low_space_indicator",
    "critical_space_action_blocker",
    "backup",
    "block_size",
)


def update(site: Site, request: Request) -> Answer:
    """PUT /storagedomains/{id}. LUNs in the body that the domain does not stand on yet extend it; any other storage is
    ignored without a word."""
    entity = site.get("storage_domain", request.ids[0])
    body = request.record("storage_domain", "storage_domain/methods/update")
    if entity is None:
        raise refusals.empty(404)
    if body.get("id", entity.id) != entity.id:
        raise refusals.text(409, "Attempt to set immutable field: id", reason="Broken immutability constraint")
    create_rules.well_formed(body)
    _editable(site, entity, body)
    storage = body.get("storage")
    if isinstance(storage, dict) and "volume_group" in entity.data["storage"]:
        extend(site, entity, storage)
    entity.set(**{key: body[key] for key in _EDITABLE if key in body})
    site.job(f"Editing Storage Domain {entity.name} properties", request.correlation)
    member = Member(domain_on_top(entity), f"{API}/storagedomains/{entity.id}", "storagedomains#edited")
    return Answer(200, document(member_writer(site, member, {})))


def _editable(site: Site, entity: Entity, body: Record) -> None:
    """Whether what a body changes may be changed now. Raises Refusal."""
    if site.held(entity.id) or entity.data["status"] == "locked":  # not recorded
        raise refusals.command(409, f"Cannot edit Storage. {BUSY}")
    for key, value in body.items():
        if key in ("type", "storage_format") and value != entity.data.get(key):
            raise refusals.command(
                400,
                "Cannot edit Storage. Can only update the following fields: name, description, comment, "
                "wipe after delete, low space threshold, and critical space threshold.",
            )
    if body.get("discard_after_delete") == "true" and "path" in entity.data["storage"]:
        raise refusals.command(400, "Cannot edit Storage. Discard after delete is supported only by block domains.")
    if body.get("backup") == "true" and entity.data["type"] in ("iso", "export"):  # not recorded
        raise refusals.command(
            400, "Cannot edit Storage. ISO and Export storage domains do not support the backup property."
        )
    if body.get("backup") == "true" and running_on(site, entity):  # not recorded
        raise refusals.command(
            409, "Cannot edit Storage. There are running VMs or VM leases present on the Storage Domain."
        )
    name = body.get("name", entity.name)
    if name == entity.name:
        return
    if entity.data["status"] != "active":
        raise refusals.command(409, f"Cannot edit Storage. {status_text(entity)}")
    if len(name) > 50:  # not recorded
        raise refusals.command(400, "Cannot edit Storage. The given name is too long.")
    create_rules.name_free(site, name, "edit")
