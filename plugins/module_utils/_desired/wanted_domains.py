# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The storage domains that a playbook wants: the option ``domains`` as records."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.blocks import (
    BLOCK_TYPES,
    Login,
    Target,
    block_targets,
    labels,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput

NAME = re.compile(r"[A-Za-z0-9_-]{1,50}")
"""What an engine takes as the name of a domain (03 recordings 65 and 66)."""
RANGES = {"nfs_timeo": (1, 6000), "nfs_retrans": (0, 32767)}


@dataclass(frozen=True)
class WantedDomain:
    """A domain as the playbook wants it. ``id`` is what its metadata must say; ``name`` what it shall be called.

    An empty ``name`` keeps the name that the metadata holds. connection: the id of the storage connection on which it
    lies, where that is there already; create: it is a new, empty one, which gets its id from the engine.
    """

    id: str
    name: str
    type: str
    address: str
    path: str
    vfs_type: str = ""
    mount_options: str = ""
    nfs_version: str = ""
    nfs_timeo: int | None = None
    nfs_retrans: int | None = None
    required: bool = True
    targets: tuple[Target, ...] = ()
    connection: str = ""
    create: bool = False

    @property
    def block(self) -> bool:
        """Whether it lies on block devices: such a domain is imported by its id, from what a host sees."""
        return self.type in BLOCK_TYPES

    @property
    def label(self) -> str:
        """How the domain is called in messages."""
        return self.name or self.id

    @property
    def place(self) -> str:
        """Where its storage is, as an operator would write it."""
        if self.block:
            return labels(self.targets) or "Fibre Channel"
        return f"{self.address}:{self.path}" if self.address else self.path


def wanted_domains(
    options: Sequence[Mapping[str, object]], chap: Mapping[str, Login] | None = None
) -> tuple[WantedDomain, ...]:
    """The option ``domains`` as records; BadInput names every mistake at once. chap: logins by target name (IQN)."""
    wanted: list[WantedDomain] = []
    problems: list[str] = []
    for number, option in enumerate(options, 1):
        given = {key: value for key, value in option.items() if value is not None}
        plain = {key: value for key, value in given.items() if key != "targets"}
        domain = WantedDomain(**{"id": "", "name": "", "address": "", "path": "", **plain})  # type: ignore[arg-type]
        who = f"domains[{number}] {domain.label}".rstrip()
        problems.extend(f"{who}: {problem}" for problem in _wrong_values(domain))
        if domain.create:
            problems.extend(f"{who}: {problem}" for problem in _wrong_new(domain))
        elif not domain.id:
            problems.append(
                f"{who}: 'id' is needed. It is what tells the domain from another one that lies on the same path; "
                "take it from the inventory of the site that owns the domain"
            )
        if domain.block:
            targets, wrong = block_targets(who, domain.type, given, chap or {})
            problems.extend(wrong)
            if domain.connection:
                problems.append(f"{who}: 'connection' is for file storage, not for {domain.type}")
            wanted.append(replace(domain, targets=targets))
            continue
        if given.get("targets"):
            problems.append(f"{who}: 'targets' is for type iscsi, not for {domain.type}")
        if domain.connection:
            # The place is what the connection says.
            wanted.append(domain)
            continue
        if domain.type == "localfs" and not domain.create:
            problems.append(f"{who}: a domain on local storage cannot be imported, only made with 'create'")
        if not domain.path:
            problems.append(f"{who}: 'path' is needed for type {domain.type}")
        if domain.type == "nfs" and not domain.address:
            problems.append(f"{who}: 'address' is needed for type nfs")
        if domain.type == "nfs" and domain.path and not domain.path.startswith("/"):
            problems.append(f"{who}: 'path' of type nfs begins with '/', not as {domain.path}")
        if domain.type in ("posixfs", "glusterfs") and not domain.vfs_type:
            problems.append(f"{who}: 'vfs_type' is needed for type {domain.type}")
        wanted.append(domain)
    for field in ("id", "name"):
        values = [getattr(domain, field) for domain in wanted if getattr(domain, field)]
        for value in sorted({value for value in values if values.count(value) > 1}):
            problems.append(f"{field} {value} is given for {values.count(value)} domains")
    if problems:
        raise BadInput("; ".join(problems))
    return tuple(wanted)


def _wrong_values(domain: WantedDomain) -> list[str]:
    """What an engine would refuse of the values themselves, only after it was asked."""
    problems = []
    if domain.name and not NAME.fullmatch(domain.name):
        problems.append("'name' must be 1 to 50 of the characters A-Z, a-z, 0-9, '_' and '-'")
    for field, (least, most) in RANGES.items():
        value = getattr(domain, field)
        if isinstance(value, int) and not least <= value <= most:
            problems.append(f"'{field}' must be from {least} to {most}, not {value}")
    return problems


def _wrong_new(domain: WantedDomain) -> list[str]:
    """What is wrong with a domain that shall be made."""
    problems = []
    if domain.id:
        problems.append("'id' cannot be chosen for a domain that is made; leave it out, or leave 'create' out")
    if not domain.name:
        problems.append("'name' is needed for a domain that is made")
    if domain.block:
        problems.append(f"'create' is for file storage and local storage, not for {domain.type}")
    return problems
