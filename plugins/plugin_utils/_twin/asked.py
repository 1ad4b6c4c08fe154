# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entities that a body names by id or by name."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import known_id
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site

NEITHER = "Parameters 'storage_domain.id' or 'storage_domain.name' are mandatory but both were not provided."


def is_named(held: object) -> bool:
    """Whether an element names anything at all."""
    return isinstance(held, dict) and bool(held.get("id") or held.get("name"))


def named(site: Site, tag: str, held: object) -> Entity | None:
    """The entity that an element names, None when there is none. A malformed id is refused."""
    if not isinstance(held, dict):
        return None
    if held.get("id"):
        return site.get(tag, known_id(held["id"]))
    return site.named(tag, str(held.get("name", "")))


def domain(site: Site, held: object) -> Entity | None:
    """The storage domain that an action names: a name that leads nowhere is a 404, an id that does is None (05 #112,
    #118). Raises Refusal when neither is given."""
    if not is_named(held):
        raise refusals.invalid_input(NEITHER)
    found = named(site, "storage_domain", held)
    if found is None and isinstance(held, dict) and not held.get("id"):
        raise refusals.not_found(f"Storage: name={held.get('name', '')}")
    return found
