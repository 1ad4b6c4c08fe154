# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Domains on storage connections that the engine has already.

The engine refuses to make a second connection to a place, so a domain on such a place is asked for by the connection's
id (contract 02, 2.3, duplicates; 03, 3.2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.wanted_domains import WantedDomain
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.connections import Connection
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Domain

# What a domain may say of its storage beside a connection: only what the connection says too.
DETAILS = ("address", "path", "vfs_type", "mount_options", "nfs_version", "nfs_timeo", "nfs_retrans")


def on_connections(
    wanted: Sequence[WantedDomain], connections: Sequence[Connection], known: Sequence[Domain]
) -> tuple[WantedDomain, ...]:
    """The wanted domains, with place and connection filled in where the engine has a connection for them.

    known: the engine's domains. BadInput names every connection that is not there, is used by another domain, or does
    not agree with what else is said of the domain.
    """
    here = {domain.id for domain in known} | {domain.name for domain in known}
    users = {(domain.address, domain.path): domain for domain in known if domain.path}
    by_id = {item.id: item for item in connections}
    # Local paths are the same on every host, so a place does not tell which connection is meant.
    by_place = {(item.address, item.path): item for item in connections if item.path and item.type != "localfs"}
    found: list[WantedDomain] = []
    problems: list[str] = []
    for domain in wanted:
        if domain.block or (domain.id or domain.name) in here:
            # Of one that stands already it is judged elsewhere whether it is on the wanted place.
            found.append(domain)
            continue
        item = (
            by_id.get(domain.connection.lower()) if domain.connection else by_place.get((domain.address, domain.path))
        )
        if item is None:
            if domain.connection:
                problems.append(f"domain {domain.label}: the engine has no storage connection {domain.connection}")
            found.append(domain)
            continue
        if not domain.connection and item.type != domain.type:
            problems.append(
                f"domain {domain.label}: there is a connection to {item.name} ({item.id}), which is of type "
                f"{item.type} and not {domain.type}"
            )
        problems.extend(_disagreements(domain, item))
        user = users.get((item.address, item.path))
        if user is not None and item.type != "localfs":
            problems.append(
                f"domain {domain.label}: connection {item.name} ({item.id}) is used by domain {user.name} ({user.id})"
            )
        found.append(replace(domain, connection=item.id, type=item.type, address=item.address, path=item.path))
    if problems:
        raise BadInput("; ".join(problems))
    return tuple(found)


def _disagreements(domain: WantedDomain, item: Connection) -> list[str]:
    given: Mapping[str, object] = {
        name: value for name in DETAILS if (value := getattr(domain, name)) not in ("", None)
    }
    return [
        f"domain {domain.label}: '{name}' is {value}, but connection {item.name} ({item.id}) has "
        f"{getattr(item, name) or 'nothing'}; leave it out, or change the connection"
        for name, value in given.items()
        if getattr(item, name) != value and not (value == "auto" and not getattr(item, name))
    ]
