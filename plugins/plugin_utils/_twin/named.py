# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects that a body names."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import known_id
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site


def named(site: Site, tag: str, held: object, words: str, missing: str) -> Entity:
    """The object that a reference in a body names, by id or by name.

    ``words`` is what the engine calls its kind, ``missing`` the detail when there is no reference. Raises Refusal."""
    if not isinstance(held, dict) or not (held.get("id") or held.get("name")):
        raise refusals.incomplete(missing)
    if held.get("id"):
        found = site.get(tag, known_id(held["id"]))
        if found is None:
            raise refusals.not_found(held["id"])
        return found
    found = site.named(tag, held["name"])
    if found is None:
        raise refusals.not_found(f"{words}: name={held['name']}")
    return found
