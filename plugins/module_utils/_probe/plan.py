# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options to what shall be probed, with everything refused that makes no sense before anything is sent."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe import iscsi_probe, nfs_probe
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._iscsi import keys
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._iscsi.chap import Secret
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._nfs.rpc import User
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.domain import Expected, is_uuid
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import BadOption

Entry = t.Mapping[str, t.Any]
TARGET = re.compile(r"(?:iqn\.\d{4}-\d{2}\.|eui\.|naa\.)[^\s\0=]{1,200}", re.ASCII)
TIMEOUT = (0.5, 300.0)
MOST_ID = 0xFFFFFFFE


class Plan(t.NamedTuple):
    """All that is asked for. ``seconds``: what one path may take."""

    nfs: list[nfs_probe.Wanted]
    iscsi: list[iscsi_probe.Wanted]
    user: User
    seconds: float
    write_test: bool
    follow: bool


def plan(options: Entry, initiator: str) -> Plan:
    """The plan of the module's options. ``initiator``: the name of this host, empty when it has none. BadOption."""
    if not (options["nfs"] or options["iscsi"] or options["known"]):
        raise BadOption("one of nfs, iscsi and known must be given: nothing is to be looked at")
    _within("timeout", options["timeout"], *TIMEOUT)
    _within("uid", options["uid"], 0, MOST_ID)
    _within("gid", options["gid"], 0, MOST_ID)
    name = options["initiator_name"] or initiator
    if name and not TARGET.fullmatch(name):
        raise BadOption(f"initiator_name: {name} is no name of an initiator (iqn., eui., naa.)")
    nfs = [_nfs(entry, f"nfs[{place}]") for place, entry in enumerate(options["nfs"] or [])]
    iscsi = [_iscsi(entry, f"iscsi[{place}]", name) for place, entry in enumerate(options["iscsi"] or [])]
    _twice("nfs", [(one.address, one.path, one.version, one.port) for one in nfs], [one.place for one in nfs])
    user = User(options["uid"], options["gid"])
    return Plan(nfs, iscsi, user, options["timeout"], options["write_test"], options["follow_portals"])


def _nfs(entry: Entry, place: str) -> nfs_probe.Wanted:
    address, path = entry["address"].strip(), entry["path"]
    if address.startswith("[") and address.endswith("]"):
        address = address[1:-1]
    if not address or re.search(r"[\s/\[\]]", address):
        raise BadOption(f"{place}.address: {entry['address']} is no name or address")
    if not path.startswith("/") or "\0" in path:
        raise BadOption(f"{place}.path: {path} must begin with a slash")
    if entry["port"] is not None:
        _within(f"{place}.port", entry["port"], 1, 65535)
    return nfs_probe.Wanted(
        address=address,
        path=path.rstrip("/") or "/",
        version=entry["nfs_version"],
        port=entry["port"],
        write=entry["access"] == "write",
        expected=_expected(entry["domain"], f"{place}.domain"),
    )


def _iscsi(entry: Entry, place: str, initiator: str) -> iscsi_probe.Wanted:
    portals = [_portal(word, f"{place}.portals[{number}]") for number, word in enumerate(entry["portals"])]
    if not portals:
        raise BadOption(f"{place}.portals: at least one is needed")
    targets = entry["targets"] or []
    for number, target in enumerate(targets):
        if not TARGET.fullmatch(target):
            raise BadOption(f"{place}.targets[{number}]: {target} is no name of a target (iqn., eui., naa.)")
    _twice(f"{place}.portals", portals, [str(portal) for portal in portals])
    _twice(f"{place}.targets", targets, targets)
    own = _secret(entry, "username", "password", place)
    proof = _secret(entry, "mutual_username", "mutual_password", place)
    if proof is not None and own is None:
        raise BadOption(f"{place}.mutual_username: needs username and password too")
    if not entry["sign_in"] and (entry["luns"] or entry["domain"]):
        raise BadOption(f"{place}.sign_in: without a sign-in neither luns nor a domain can be seen")
    return iscsi_probe.Wanted(
        portals=tuple(portals),
        targets=tuple(targets),
        sign_in=entry["sign_in"],
        own=own,
        proof=proof,
        luns=tuple(dict.fromkeys(entry["luns"] or ())),
        write=entry["access"] == "write",
        expected=_expected(entry["domain"], f"{place}.domain"),
        initiator=initiator,
    )


def _portal(word: str, place: str) -> keys.Portal:
    try:
        return keys.portal(word.strip())
    except ValueError:
        raise BadOption(f"{place}: {word} is no address with an optional port (IPv6 in brackets)") from None


def _secret(entry: Entry, user: str, password: str, place: str) -> Secret | None:
    if (entry[user] is None) != (entry[password] is None):
        raise BadOption(f"{place}: {user} and {password} go together")
    return None if entry[user] is None else Secret(entry[user], entry[password])


def _expected(domain: Entry | None, place: str) -> Expected | None:
    if domain is None:
        return None
    for field in ("id", "pool"):
        if domain[field] and not is_uuid(domain[field].lower()):
            raise BadOption(f"{place}.{field}: {domain[field]} is no id (UUID)")
    if not domain["id"]:
        raise BadOption(f"{place}.id: is empty")
    return Expected(domain["id"].lower(), None if domain["pool"] is None else domain["pool"].lower())


def _within(place: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise BadOption(f"{place}: {value:g} is not between {least:g} and {most:g}")


def _twice(place: str, items: t.Sequence[object], names: t.Sequence[str]) -> None:
    for number, item in enumerate(items):
        if item in items[:number]:
            raise BadOption(f"{place}[{number}]: {names[number]} stands there twice")
