# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which host a VM starts on (contract 07, 7.4). Not recorded: seen at a running engine."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site

NO_HOST = "Cannot run VM. There is no host that satisfies current scheduling constraints. See below for details:"


def host_for(site: Site, vm: Entity) -> Entity:
    """A host of the VM's data center that is up and has every network of the VM's plugged NICs. Raises Refusal with one
    text per host."""
    center = site.data_center_of(vm)
    hosts = [h for h in site.all("host") if h.data.get("status") == "up" and site.data_center_of(h) == center]
    missing = [(host, _missing(site, vm, host)) for host in hosts]
    for host, names in missing:
        if not names:
            return host
    words = [
        f"The host {host.name} did not satisfy internal filter Network because network(s) {', '.join(names)} are "
        "missing."
        for host, names in missing
    ]
    raise refusals.command(409, NO_HOST, *words)


def _missing(site: Site, vm: Entity, host: Entity) -> list[str]:
    """The VM's networks that a host does not have. Of a host of which no networks are known none is missed."""
    held = [*host.subs.get("network_attachments", []), *host.subs.get("nics", [])]
    there = {str((one.get("network") or {}).get("id", "")) for one in held} - {""}
    if not there:
        return []
    wanted: dict[str, str] = {}
    for nic in vm.subs.get("nics", []):
        profile = site.get("vnic_profile", (nic.get("vnic_profile") or {}).get("id", ""))
        network = site.get("network", profile.ref("network")) if profile is not None else None
        if network is not None and nic.get("plugged", "true") == "true":
            wanted[network.id] = network.name
    return [name for identity, name in wanted.items() if identity not in there]
