# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pool as it is shown: with one of its VMs as an example (recordings 03b 40, 41)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.vm_record import whole

_UNSHOWN = ("small_icon", "cluster", "cpu_profile", "quota", "host", "original_template", "vm_pool")


def members_of(site: Site, pool: str) -> list[Entity]:
    """The VMs of a pool."""
    return [vm for vm in site.all("vm") if vm.ref("vm_pool") == pool]


def shown_pool(site: Site, pool: Entity, *, all_content: bool = False) -> Record:
    """A pool with its example, stateless, without addresses; it shows its template only in
    the answer to the create."""
    found = members_of(site, pool.id)
    if not found:
        return pool.data
    vm = whole(found[0].data) if all_content else found[0].data
    left_out = _UNSHOWN if all_content else (*_UNSHOWN, "template")
    example: Record = {key: value for key, value in vm.items() if key not in left_out}
    example["stateless"] = "false" if pool.data["stateful"] == "true" else "true"
    for key in ("large_icon", "template"):
        if isinstance(example.get(key), dict):
            example[key] = {**example[key], "href": ""}
    return {**pool.data, "vm": example}
