# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events about a VM: they name where it stands (recordings 05 465, 07 145)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site


def place_of(site: Site, vm: Entity) -> list[Entity | None]:
    """A VM with its cluster, data center, host and template."""
    return [
        vm,
        site.get("cluster", vm.ref("cluster")),
        site.get("data_center", site.data_center_of(vm)),
        site.get("host", vm.ref("host")),
        site.get("template", vm.ref("template")),
    ]


def told(
    site: Site,
    vm: Entity,
    code: int,
    words: str,
    correlation: str = "",
    severity: str = "normal",
    *more: Entity | None,
) -> None:
    """An event about a VM, with where it stands."""
    site.event(code, words, [*place_of(site, vm), *more], correlation, severity)
