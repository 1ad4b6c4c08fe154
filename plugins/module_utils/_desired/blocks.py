# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Block storage domains: what a playbook wants of them, and what a host sees of them (contract 03, 3.2; 06, 6.3, 6.4).

A block domain is imported by its id, from what a host sees. For iSCSI the host must be signed in to the target before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

BLOCK_TYPES = ("iscsi", "fcp")
FILE_OPTIONS = ("address", "path", "vfs_type", "mount_options", "nfs_version", "nfs_timeo", "nfs_retrans")
MOST_DOMAINS = 5

Portal = tuple[str, int]
"""(address, port) at which a storage server offers its targets."""


@dataclass(frozen=True)
class Target:
    """An iSCSI target at one portal. username, password: for CHAP, empty without; they do not tell targets apart."""

    address: str
    port: int
    target: str
    username: str = field(default="", compare=False)
    password: str = field(default="", compare=False, repr=False)

    @property
    def portal(self) -> Portal:
        """Where it is offered."""
        return self.address, self.port

    @property
    def label(self) -> str:
        """How it is called in messages."""
        return f"{self.target} at {self.address}:{self.port}"


@dataclass(frozen=True)
class Login:
    """A CHAP user and password."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class SeenDomain:
    """A domain that a host sees and its engine does not know. target: where; None: on Fibre Channel."""

    id: str
    name: str
    target: Target | None


@dataclass(frozen=True)
class HostView:
    """What one host sees of block storage without signing in anywhere anew.

    signed_in: targets through which it sees a LUN. offered: portal -> the names (IQN) of the targets there; silent:
    portal -> the engine's words when they could not be asked for; both only of portals that were asked. seen: the
    domains that the engine does not know. luns: domain id -> the ids of its LUNs, as far as the engine tells.
    """

    signed_in: frozenset[Target] = frozenset()
    offered: Mapping[Portal, frozenset[str]] = field(default_factory=dict)
    silent: Mapping[Portal, str] = field(default_factory=dict)
    seen: tuple[SeenDomain, ...] = ()
    luns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def logins(options: Iterable[Mapping[str, object]]) -> tuple[dict[str, Login], list[str]]:
    """The option ``chap`` as target name (IQN) -> login, and what is wrong with it."""
    found: dict[str, Login] = {}
    problems: list[str] = []
    for option in options:
        target, login = str(option["target"]), option["login"]
        if target in found:
            problems.append(f"chap: target {target} is given twice")
        if isinstance(login, Mapping):
            found[target] = Login(str(login["username"]), str(login["password"]))
    return found, problems


def block_targets(
    who: str, kind: str, option: Mapping[str, object], chap: Mapping[str, Login]
) -> tuple[tuple[Target, ...], list[str]]:
    """The targets of one domain option of type ``kind``, and what is wrong with it as a block domain.

    option: without the keys that were not given; who: how messages call the domain.
    """
    problems = [
        f"{who}: '{name}' is for file storage; a domain of type {kind} is found by its id"
        for name in FILE_OPTIONS
        if name in option
    ]
    listed = option.get("targets") or ()
    targets: list[Target] = []
    for given in listed if isinstance(listed, Sequence) else ():
        target, wrong = _target(who, given, chap)
        problems.extend(wrong)
        if target in targets:
            problems.append(f"{who}: target {target.label} is given twice")
        targets.append(target)
    if kind == "iscsi" and not targets:
        problems.append(f"{who}: 'targets' is needed for type iscsi: the targets that show the domain's LUNs")
    if kind == "fcp" and targets:
        problems.append(f"{who}: 'targets' is for type iscsi; hosts see Fibre Channel storage without a sign-in")
    return tuple(targets), problems


def _target(who: str, given: Mapping[str, object], chap: Mapping[str, Login]) -> tuple[Target, list[str]]:
    known = {key: value for key, value in given.items() if value is not None}
    name, port = str(known["target"]), known.get("port", 3260)
    username, password = str(known.get("username", "")), str(known.get("password", ""))
    problems: list[str] = []
    if not isinstance(port, int) or not 1 <= port <= 65535:
        problems.append(f"{who}: target {name}: 'port' must be from 1 to 65535, not {port}")
        port = 0
    if bool(username) != bool(password):
        problems.append(f"{who}: target {name}: CHAP needs 'username' and 'password', both or neither")
    if not username and name in chap:
        username, password = chap[name].username, chap[name].password
    return Target(str(known["address"]), port, name, username, password), problems


def not_to_be_had(
    label: str, domain_id: str, kind: str, targets: Sequence[Target], view: HostView, host: str, sign_in: bool
) -> str:
    """Why an unknown block domain cannot be imported through ``host``, as far as that shows now; empty when it may."""
    if any(seen.id == domain_id for seen in view.seen):
        return ""
    missing = [target for target in targets if target not in view.signed_in]
    for target in missing:
        if target.portal in view.silent:
            return (
                f"domain {label}: host {host} cannot reach portal {target.address}:{target.port}: "
                f"{view.silent[target.portal]}. Check the address, the network of the host, and the CHAP user"
            )
        offered = view.offered.get(target.portal, frozenset())
        if target.target not in offered:
            there = ", ".join(sorted(offered)) or "no target"
            return (
                f"domain {label}: portal {target.address}:{target.port} does not offer {target.target} to host {host}, "
                f"it offers {there}. Check the name, and that the storage lets this host in"
            )
    if missing and not sign_in:
        return (
            f"domain {label}: host {host} is not signed in to {labels(missing)}, and signing in was not asked for. "
            "Say 'sign_in: true', or sign it in, then run again"
        )
    if missing:
        return ""
    where = labels(targets) if kind == "iscsi" else "Fibre Channel"
    return f"domain {label}: {not_shown(domain_id, where, view.seen, host)}"


def not_shown(domain_id: str, where: str, seen: Iterable[SeenDomain], host: str) -> str:
    """The words for a domain that a signed-in host does not see. where: the places that were looked at."""
    others = [f"{one.name} ({one.id})" for one in seen]
    there = ", ".join(others[:MOST_DOMAINS]) + (", ..." if len(others) > MOST_DOMAINS else "")
    instead = f"it sees {there} there" if others else "it sees no domain there that the engine does not know"
    return (
        f"host {host} does not see storage domain {domain_id} on {where}; {instead}. Check the id, and that all LUNs "
        "of the replica are presented to the host and belong to no domain or disk of this engine"
    )


def labels(targets: Iterable[Target]) -> str:
    """Targets in words."""
    return ", ".join(target.label for target in targets)
