# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a playbook says about storage connections, as records; what makes no sense is told before the engine is asked.

The engine itself is no help there: it stores some numbers cut to 16 bits and takes any port (findings 2).
"""

from __future__ import annotations

import typing as t
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.blocks import Login
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput

ISCSI_PORT = 3260

# type -> its details (contract 02, 2.1); what the engine does not read for a type is refused here.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "nfs": ("address", "path", "mount_options", "nfs_version", "nfs_timeo", "nfs_retrans"),
    "posixfs": ("address", "path", "vfs_type", "mount_options"),
    "glusterfs": ("address", "path", "vfs_type", "mount_options"),
    "localfs": ("path",),
    "iscsi": ("address", "port", "target", "username"),
}
ALL_FIELDS = tuple(dict.fromkeys(name for names in FIELDS.values() for name in names))
# Besides the details, for iSCSI: what the engine takes and never tells.
UNTOLD = ("password", "portal")
# type -> what a new connection needs.
NEEDED: Mapping[str, tuple[str, ...]] = {
    "nfs": ("address", "path"),
    "posixfs": ("path", "vfs_type"),
    "glusterfs": ("path", "vfs_type"),
    "localfs": ("path",),
    "iscsi": ("address", "port", "target"),
}
# type -> what tells one connection from another (contract 02, 2.3, duplicates).
PLACE: Mapping[str, tuple[str, ...]] = {
    "nfs": ("address", "path"),
    "posixfs": ("address", "path"),
    "glusterfs": ("address", "path"),
    "localfs": ("path",),
    "iscsi": ("address", "port", "target"),
}
DEFAULTS: Mapping[str, Mapping[str, str | int]] = {
    "iscsi": {"port": ISCSI_PORT},
    "glusterfs": {"vfs_type": "glusterfs"},
}
RANGES = {"nfs_timeo": (1, 6000), "nfs_retrans": (0, 32767), "port": (1, 65535)}
# Mount options that the engine sets itself, and refuses (contract 02, 2.3).
MANAGED: Mapping[str, frozenset[str]] = {
    "nfs": frozenset(
        ("timeo", "retrans", "vfs_type", "protocol_version", "nfsvers", "vers", "minorversion", "addr", "clientaddr")
    ),
    "posixfs": frozenset(("vfs_type", "addr", "clientaddr")),
}


@dataclass(frozen=True)
class Wish:
    """One connection as the playbook wants it. who: what it is called in messages about the playbook.

    It is meant by ``id``, by the names or ids of the ``domains`` that use it, by details that it has now (``where``),
    or else by its place among ``details``. details: only what was given. attach_to, detach_from: names or ids of the
    iSCSI domains that shall use it, or no more.
    """

    who: str
    id: str
    domains: tuple[str, ...]
    where: Mapping[str, str | int]
    type: str
    details: Mapping[str, str | int]
    password: str = field(default="", repr=False)
    portal: str = ""
    required: bool = True
    attach_to: tuple[str, ...] = ()
    detach_from: tuple[str, ...] = ()

    @property
    def selected(self) -> bool:
        """Whether the playbook points at a connection that must be there."""
        return bool(self.id or self.domains or self.where)


def with_logins(wanted: Sequence[Wish], chap: Mapping[str, Login]) -> tuple[Wish, ...]:
    """The wishes with the CHAP login of the target at which each leads, where it gives no user of its own.

    chap: target name (IQN) -> login.
    """
    return tuple(_with_login(wish, chap.get(str(wish.details.get("target", "")))) for wish in wanted)


def _with_login(wish: Wish, login: Login | None) -> Wish:
    if login is None or "username" in wish.details:
        return wish
    return replace(wish, details={**wish.details, "username": login.username}, password=login.password)


def wishes(options: Sequence[Mapping[str, t.Any]], *, listed: bool) -> tuple[Wish, ...]:
    """The options as records; BadInput names every mistake at once. listed: whether they come from a list."""
    found: list[Wish] = []
    problems: list[str] = []
    for number, option in enumerate(options, 1):
        given = {key: value for key, value in option.items() if value is not None}
        who = f"connections[{number}]" if listed else "the connection"
        wish = _wish(who, given)
        problems.extend(_empty(who, given))
        problems.extend(_wrong(wish))
        found.append(wish)
    if problems:
        raise BadInput("; ".join(dict.fromkeys(problems)))
    return tuple(found)


def _wish(who: str, given: Mapping[str, t.Any]) -> Wish:
    kind = str(given.get("type", ""))
    return Wish(
        who=who,
        id=str(given.get("id", "")),
        domains=tuple(given.get("domains", ())),
        where={key: value for key, value in (given.get("where") or {}).items() if value is not None},
        type=kind,
        details={name: given[name] for name in ALL_FIELDS if name in given},
        password=str(given.get("password", "")),
        portal=str(given.get("portal", "")),
        required=bool(given.get("required", True)),
        attach_to=tuple(given.get("attach_to", ())),
        detach_from=tuple(given.get("detach_from", ())),
    )


def _empty(who: str, given: Mapping[str, t.Any]) -> list[str]:
    places = [("", given), ("where.", given.get("where") or {})]
    return [
        f"{who}: '{prefix}{key}' must not be empty; leave it out to keep what is there"
        for prefix, values in places
        for key, value in values.items()
        if value in ("", [])
    ]


def _wrong(wish: Wish) -> list[str]:
    problems = []
    if wish.id and not _is_uuid(wish.id):
        problems.append(f"{wish.who}: 'id' {wish.id} is no id; connections have ids like {uuid.UUID(int=0)}, no names")
    if not wish.selected and not wish.type:
        problems.append(
            f"{wish.who}: say which one is meant, by 'id', by 'domains' that use it or by 'where'; or give 'type' and "
            "the details of a new one"
        )
    both = sorted(set(wish.attach_to) & set(wish.detach_from))
    if both:
        problems.append(f"{wish.who}: 'attach_to' and 'detach_from' both name {', '.join(both)}")
    if wish.type:
        problems.extend(wrong_details(wish, wish.type))
        if not wish.selected:
            given = {**DEFAULTS.get(wish.type, {}), **wish.details}
            missing = [name for name in NEEDED[wish.type] if name not in given]
            problems.extend(f"{wish.who}: '{name}' is needed for type {wish.type}" for name in missing)
    return problems


def wrong_details(wish: Wish, kind: str) -> list[str]:
    """What is wrong with the details of a wish for a connection of this type."""
    problems = []
    foreign = [name for name in wish.details if name not in FIELDS[kind]]
    if kind != "iscsi" and (wish.attach_to or wish.detach_from):
        problems.append(f"{wish.who}: only iSCSI connections are attached to domains and detached, not those of {kind}")
    if kind != "iscsi":
        foreign.extend(name for name in UNTOLD if getattr(wish, name))
    for name in foreign:
        problems.append(f"{wish.who}: '{name}' is none of the details of type {kind}: {', '.join(FIELDS[kind])}")
    for name, (least, most) in RANGES.items():
        if name in wish.details and not least <= int(wish.details[name]) <= most:
            problems.append(f"{wish.who}: '{name}' must be from {least} to {most}, not {wish.details[name]}")
    if "path" in wish.details:
        problems.extend(_wrong_path(wish, kind))
    words = str(wish.details.get("mount_options", "")).lower().split(",")
    managed = sorted({word.partition("=")[0].strip() for word in words} & MANAGED.get(kind, frozenset()))
    if managed:
        problems.append(f"{wish.who}: the engine sets these mount options itself: {', '.join(managed)}")
    return problems


def _wrong_path(wish: Wish, kind: str) -> list[str]:
    path = str(wish.details["path"])
    # The engine keeps address and path as one text and splits it at the first colon when it tells them.
    if ":" in path:
        advice = "; give the part before it as 'address'" if kind in ("posixfs", "glusterfs") else ""
        return [f"{wish.who}: 'path' {path} holds a colon, which the engine takes for the end of an address{advice}"]
    if kind == "nfs" and (not path.startswith("/") or any(sign.isspace() for sign in path) or not path.isascii()):
        return [f"{wish.who}: 'path' {path} must begin with '/' and be ASCII without blanks"]
    return []


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
