# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mappings of a register: what the source site calls something, and what the target has instead (contract 04, 4.4).

The engine drops what it cannot map without a fault, so every target is looked up before anything is written.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.blocks import Login
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import element

if t.TYPE_CHECKING:
    from lxml.etree import _Element as Element

# Mappings of one name to another: the option, the engine's element for one of them.
BY_NAME = {
    "clusters": "registration_cluster_mapping",
    "affinity_groups": "registration_affinity_group_mapping",
    "affinity_labels": "registration_affinity_label_mapping",
    "roles": "registration_role_mapping",
    "user_domains": "registration_domain_mapping",
}

# What is mapped by name and given by edits after the register, which takes none of it.
AFTERWARDS = ("quotas",)


@dataclass(frozen=True)
class Pair:
    """One name and its replacement."""

    source: str
    target: str


@dataclass(frozen=True)
class ProfilePair:
    """A vNIC profile on its network and its replacement; no target disconnects the NIC on purpose."""

    source: tuple[str, str]
    target: tuple[str, str] | None


@dataclass(frozen=True)
class LunPair:
    """A direct LUN and the replica that takes its place; credentials are not in a VM's description (contract 04)."""

    source_id: str
    target_id: str
    type: str
    address: str = ""
    port: int = 3260
    target: str = ""
    username: str = ""
    password: str = ""
    alias: str = ""

    def __repr__(self) -> str:
        return f"LunPair({self.source_id} -> {self.target_id})"


@dataclass(frozen=True)
class Mappings:
    """All mappings of one register call.

    names: option (of BY_NAME or AFTERWARDS) -> pairs; users: users' domain at the source -> the logins that were said
    to be in it.
    """

    names: Mapping[str, tuple[Pair, ...]]
    vnic_profiles: tuple[ProfilePair, ...]
    luns: tuple[LunPair, ...]
    users: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, option: str) -> tuple[Pair, ...]:
        """The pairs of one option of BY_NAME or AFTERWARDS."""
        return self.names.get(option, ())


def mappings_from(options: Mapping[str, t.Any] | None, chap: Mapping[str, Login] | None = None) -> Mappings:
    """The option ``mappings`` as a record. chap: target name (IQN) -> the login of LUNs there that name no user.

    BadInput for a source that is given twice: the engine answers that with an internal error (findings 8).
    """
    given = options or {}
    names = {
        option: tuple(Pair(str(pair["from"]), str(pair["to"])) for pair in given.get(option) or ())
        for option in (*BY_NAME, *AFTERWARDS)
    }
    profiles = tuple(
        ProfilePair(
            (pair["from"]["network"], pair["from"]["profile"]),
            (pair["to"]["network"], pair["to"]["profile"]) if pair.get("to") else None,
        )
        for pair in given.get("vnic_profiles") or ()
    )
    luns = tuple(
        LunPair(
            source_id=pair["from"],
            target_id=pair["to"]["id"],
            type=pair["to"]["type"],
            address=pair["to"].get("address") or "",
            port=pair["to"].get("port") or 3260,
            target=pair["to"].get("target") or "",
            username=pair["to"].get("username") or "",
            password=pair["to"].get("password") or "",
            alias=pair["to"].get("alias") or "",
        )
        for pair in given.get("luns") or ()
    )
    luns = tuple(
        replace(pair, username=chap[pair.target].username, password=chap[pair.target].password)
        if chap and pair.type == "iscsi" and pair.target in chap and not pair.username
        else pair
        for pair in luns
    )
    problems = [
        f"mappings.{option}: {source} is mapped twice"
        for option, sources in (
            *((option, [pair.source for pair in pairs]) for option, pairs in names.items()),
            ("vnic_profiles", [f"{pair.source[0]}/{pair.source[1]}" for pair in profiles]),
            ("luns", [pair.source_id for pair in luns]),
        )
        for source in _repeated(sources)
    ]
    problems.extend(
        f"mappings.luns: {pair.source_id}: 'address' and 'target' are needed for an iscsi LUN"
        for pair in luns
        if pair.type == "iscsi" and not (pair.address and pair.target)
    )
    if problems:
        raise BadInput("; ".join(problems))
    users = {pair["from"]: tuple(pair.get("users") or ()) for pair in given.get("user_domains") or ()}
    return Mappings(names, profiles, luns, users)


def by_login(mappings: Mappings, known: Mapping[str, t.Collection[str]]) -> tuple[Mappings, list[str]]:
    """The mappings with users' domains as the engine reads them, and warnings.

    The engine looks a user's domain up by the login name and not by the name of the domain (contract 04, 4.4), so each
    pair becomes one for every login of the domain. known: domain -> logins with permissions, by an inventory. A name
    that is no known domain is taken for a login. BadInput for a login that would be looked for in two domains.
    """
    found: dict[str, str] = {}
    problems: list[str] = []
    warnings: list[str] = []
    mapped = {pair.source for pair in mappings.of("user_domains")}
    for pair in mappings.of("user_domains"):
        logins = {*mappings.users.get(pair.source, ()), *known.get(pair.source, ())} or {pair.source}
        for login in sorted(logins):
            other = found.setdefault(login, pair.target)
            if other != pair.target:
                problems.append(
                    f"mappings.user_domains: {login} is to be looked for in {other} and in {pair.target}; the engine "
                    "tells users apart by the login only"
                )
            homes = sorted(home for home, there in known.items() if login in there and home not in mapped)
            if homes:
                warnings.append(
                    f"mappings.user_domains: {login} of {' and '.join(homes)} is looked for in {pair.target} too, "
                    "because the engine tells users apart by the login only"
                )
    if problems:
        raise BadInput("; ".join(problems))
    pairs = tuple(Pair(login, target) for login, target in found.items())
    return replace(mappings, names={**mappings.names, "user_domains": pairs}), warnings


def missing_targets(mappings: Mappings, existing: Mapping[str, t.Collection[str]]) -> list[str]:
    """The mapping targets that the engine does not have, a sentence each.

    existing: option -> the names that are there; ``vnic_profiles`` holds ``network/profile``. Options that are absent
    were not read and are not judged.
    """
    problems = [
        f"mappings.{option}: {pair.source} is mapped to {pair.target}, which does not exist in the target"
        for option in (*BY_NAME, *AFTERWARDS)
        if option in existing
        for pair in mappings.of(option)
        if pair.target not in existing[option]
    ]
    if "vnic_profiles" in existing:
        problems.extend(
            f"mappings.vnic_profiles: {'/'.join(pair.source)} is mapped to {'/'.join(pair.target)} "
            "(network/profile), which does not exist in the target data center"
            for pair in mappings.vnic_profiles
            if pair.target and "/".join(pair.target) not in existing["vnic_profiles"]
        )
    return problems


def registration_configuration(mappings: Mappings, profile_ids: Mapping[tuple[str, str], str]) -> Element | None:
    """The ``<registration_configuration>`` of a register, or None when nothing is mapped.

    profile_ids: (network, profile) of the target data center -> id; the id is what the engine looks at first.
    """
    configuration = element("registration_configuration")
    for option, tag in BY_NAME.items():
        pairs = mappings.of(option)
        if pairs:
            configuration.append(
                element(
                    f"{tag.removeprefix('registration_')}s",
                    *(element(tag, _named("from", pair.source), _named("to", pair.target)) for pair in pairs),
                )
            )
    if mappings.vnic_profiles:
        configuration.append(
            element("vnic_profile_mappings", *(_profile(pair, profile_ids) for pair in mappings.vnic_profiles))
        )
    if mappings.luns:
        configuration.append(element("lun_mappings", *(_lun(pair) for pair in mappings.luns)))
    return configuration if len(configuration) else None


def _repeated(values: Sequence[str]) -> list[str]:
    return sorted({value for value in values if values.count(value) > 1})


def _named(tag: str, name: str) -> Element:
    return element(tag, element("name", text=name))


def _profile(pair: ProfilePair, profile_ids: Mapping[tuple[str, str], str]) -> Element:
    network, profile = pair.source
    source = element("from", element("name", text=profile), element("network", element("name", text=network)))
    if pair.target is None:
        # Two empty names are how the engine is told to connect the NIC to nothing (contract 04, 4.4).
        target = element("to", element("name", text=""), element("network", element("name", text="")))
    else:
        target = element("to", id=profile_ids[pair.target])
    return element("registration_vnic_profile_mapping", source, target)


def _lun(pair: LunPair) -> Element:
    unit = element("logical_unit", id=pair.target_id)
    details = {
        "address": pair.address,
        "port": str(pair.port) if pair.type == "iscsi" else "",
        "target": pair.target,
        "username": pair.username,
        "password": pair.password,
    }
    for tag, value in details.items():
        if value:
            unit.append(element(tag, text=value))
    target = element("to")
    if pair.alias:
        target.append(element("alias", text=pair.alias))
    target.append(element("lun_storage", element("type", text=pair.type), element("logical_units", unit)))
    source = element(
        "from", element("lun_storage", element("logical_units", element("logical_unit", id=pair.source_id)))
    )
    return element("registration_lun_mapping", source, target)
