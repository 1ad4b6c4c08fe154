# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mappings of a register call: read, checked and looked up (contract 04, 4.3 and 4.4; recordings 04b 97-115, 04c
53-76)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record, members
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.ovf import OvfNic
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.parse import Element
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Request, known_id
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site

_KINDS = (
    ("cluster", "Cluster name", "Cluster name"),
    ("role", "Role name", "Role"),
    ("domain", "Domain name", "Domain name"),
    ("affinity_group", "AffinityGroup name", "AffinityGroup name"),
    ("affinity_label", "AffinityLabel name", "AffinityLabel name"),
)
_INSIDE = {
    "name",
    "description",
    "comment",
    "network",
    "alias",
    "lun_storage",
    "logical_units",
    "logical_unit",
    "type",
    "address",
    "port",
    "target",
    "username",
    "password",
    "portal",
}
_NPE = (
    'java.lang.NullPointerException: Cannot invoke "org.ovirt.engine.core.bll.CommandBase.getParameters()" '
    'because "commandBase" is null'
)


@dataclass
class Mappings:
    """What a register call maps, by kind."""

    names: dict[str, dict[str, str]] = field(default_factory=dict)
    profiles: dict[tuple[str, str], Record] = field(default_factory=dict)
    luns: dict[str, Record] = field(default_factory=dict)

    def choices(self, kind: str, name: str) -> list[str]:
        """The names to try for an OVF name, in order: the mapped one, then its own."""
        mapped = self.names.get(kind, {}).get(name)
        return [mapped, name] if mapped else [name]


def check_elements(request: Request, root: Element) -> None:
    """Refuses elements that a mapping does not know: the whole body is then unreadable."""
    for side in root.iter("from", "to"):
        for inner in side.iter():
            if inner is not side and inner.tag not in _INSIDE:
                raise refusals.syntax(request.host, "storage_domain_vm/methods/register")


def read(request: Request, action: Record) -> Mappings:
    """The mappings of an action body. Raises Refusal."""
    configuration = action.get("registration_configuration")
    found = Mappings()
    if not isinstance(configuration, dict):
        _old_profiles(action, found)
        return found
    for kind, source_words, target_words in _KINDS:
        table: dict[str, str] = {}
        for entry in members(configuration, f"{kind}_mappings", f"registration_{kind}_mapping"):
            origin, target = entry.get("from"), entry.get("to")
            if not isinstance(origin, dict):
                raise refusals.text(400, f"{source_words} is missing from source.")
            if not isinstance(target, dict):
                raise refusals.text(400, f"{target_words} is missing from destination.")
            key = origin.get("name")
            if "name" not in target:
                raise refusals.stack_trace(request.path, request.query, "java.lang.NullPointerException")
            if key in table:
                words = f"Duplicate key {key} (attempted merging values {table[key]} and {target['name']})"
                raise refusals.stack_trace(request.path, request.query, f"java.lang.IllegalStateException: {words}")
            table[str(origin.get("name", ""))] = target["name"]
        found.names[kind] = table
    for entry in members(configuration, "lun_mappings", "registration_lun_mapping"):
        _lun(entry, found)
    for entry in members(configuration, "vnic_profile_mappings", "registration_vnic_profile_mapping"):
        held = entry.get("from")
        source: Record = held if isinstance(held, dict) else {}
        network = (source.get("network") or {}).get("name") if isinstance(source.get("network"), dict) else None
        if network is not None and "name" in source and isinstance(entry.get("to"), dict):
            found.profiles[(network, source["name"])] = entry["to"]
    if not found.profiles:
        _old_profiles(action, found)
    return found


def _lun(entry: Record, found: Mappings) -> None:
    source, target = entry.get("from"), entry.get("to")
    if not isinstance(source, dict):
        raise refusals.text(400, "Lun id is missing from source.")
    if not isinstance(target, dict):
        raise refusals.text(400, "Lun is missing from destination.")
    if "lun_storage" not in target:
        raise refusals.text(500, _NPE, in_action=True)
    held = source.get("lun_storage")
    units = members(held, "logical_units", "logical_unit") if isinstance(held, dict) else []
    if units and units[0].get("id"):
        found.luns[units[0]["id"]] = target


def _old_profiles(action: Record, found: Mappings) -> None:
    for entry in members(action, "vnic_profile_mappings", "vnic_profile_mapping"):
        key = (entry.get("source_network_name", ""), entry.get("source_network_profile_name", ""))
        target = entry.get("target_vnic_profile")
        found.profiles[key] = target if isinstance(target, dict) else {"name": "", "network": {"name": ""}}


def cluster(site: Site, action: Record, mappings: Mappings, ovf_name: str) -> Entity | None:
    """The target cluster: the given one, else by mapping, else by the OVF's name. A name that is nowhere is a 404."""
    given: Any = action.get("cluster")
    if isinstance(given, dict) and given.get("id"):
        return site.get("cluster", known_id(given["id"]))
    if isinstance(given, dict) and given.get("name"):
        found = site.named("cluster", given["name"])
        if found is None:
            raise refusals.not_found(f"Cluster: name={given['name']}")
        return found
    tried = (site.named("cluster", name) for name in mappings.choices("cluster", ovf_name))
    return next((entity for entity in tried if entity is not None), None)


def first_named(site: Site, tag: str, names: list[str]) -> Entity | None:
    """The first of these names that exists."""
    return next((found for found in (site.named(tag, name) for name in names) if found is not None), None)


def user(site: Site, mappings: Mappings, login: str, domain: str) -> Entity | None:
    """The user of a grant. The domain mapping is keyed by the login name (contract 04, 4.4)."""
    mapped = mappings.names.get("domain", {}).get(login)
    wanted = [f"{login}@{place}" for place in (mapped, domain) if place]
    users = {str(entity.data.get("user_name", "")): entity for entity in site.all("user")}
    return next((users[name] for name in wanted if name in users), None)


def profile(site: Site, mappings: Mappings, nic: OvfNic, target: Entity) -> tuple[str | None, bool]:
    """The vNIC profile for a NIC in a cluster, and whether one was wanted: mapped, else the OVF's own, else none."""
    center = target.ref("data_center")
    mapped = mappings.profiles.get((nic.network, nic.profile))
    if mapped is not None:
        if mapped.get("id"):
            held = site.get("vnic_profile", mapped["id"])
            if held is not None and _network_of(site, held, center) is not None:
                return held.id, True
        elif "name" in mapped:
            network = (mapped.get("network") or {}).get("name", "") if isinstance(mapped.get("network"), dict) else ""
            if not mapped["name"] and not network:
                return None, False
            found = _profile(site, network, mapped["name"], center)
            if found is not None:
                return found.id, True
    own = _profile(site, nic.network, nic.profile, center)
    return (own.id if own else None), bool(nic.profile)


def _network_of(site: Site, held: Entity, center: str) -> Entity | None:
    network = site.get("network", held.ref("network"))
    return network if network is not None and network.ref("data_center") == center else None


def _profile(site: Site, network: str, name: str, center: str) -> Entity | None:
    for held in site.all("vnic_profile"):
        if held.name == name:
            found = _network_of(site, held, center)
            if found is not None and found.name == network:
                return held
    return None
