# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What both versions of NFS tell in the same way: attributes, space, rights, statuses."""

from __future__ import annotations

import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import ProbeError, Refused

READ, LOOKUP, MODIFY, EXTEND, DELETE, EXECUTE = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
ALL_RIGHTS = READ | LOOKUP | MODIFY | EXTEND | DELETE | EXECUTE
TO_READ = READ | LOOKUP
TO_WRITE = MODIFY | EXTEND | DELETE
DIRECTORY = 2

STATUS = {
    1: ("PERM", "this is not allowed"),
    2: ("NOENT", "there is nothing of this name"),
    5: ("IO", "the server has trouble with its disk"),
    6: ("NXIO", "the server has trouble with its disk"),
    13: ("ACCESS", "permission denied"),
    17: ("EXIST", "something of this name is there already"),
    20: ("NOTDIR", "this is no directory"),
    21: ("ISDIR", "this is a directory"),
    22: ("INVAL", "the server takes this for nonsense"),
    27: ("FBIG", "the file would be too large"),
    28: ("NOSPC", "no space is left"),
    30: ("ROFS", "the export is read-only"),
    63: ("NAMETOOLONG", "the name is too long"),
    69: ("DQUOT", "the quota is used up"),
    70: ("STALE", "the server does not know the handle any more"),
    10001: ("BADHANDLE", "the server does not know the handle"),
    10004: ("NOTSUPP", "the server does not do this"),
    10006: ("SERVERFAULT", "the server has trouble of its own"),
    10008: ("DELAY", "the server is busy"),
    10013: ("GRACE", "the server has just started and takes no new files yet"),
    10016: ("WRONGSEC", "the export is not for sec=sys"),
    10019: ("MOVED", "the export has moved to another server"),
    10018: ("RESOURCE", "the server is out of resources"),
    10021: ("MINOR_VERS_MISMATCH", "the server does not speak this minor version"),
}


def said(version: int, status: int) -> tuple[str, str]:
    """A status in the protocol's spelling and in words. ``version``: 3 or 4."""
    name, text = STATUS.get(status, ("", "the server refused it"))
    if not name:
        return f"status {status}", text
    return (f"NFS3ERR_{'ACCES' if name == 'ACCESS' else name}" if version == 3 else f"NFS4ERR_{name}"), text


class Attributes(t.NamedTuple):
    """Of a directory or file. ``owner`` and ``group``: numbers, or what version 4 calls them."""

    type: int
    mode: int
    owner: str
    group: str
    size: int


class Space(t.NamedTuple):
    """Bytes: all, and those that an ordinary user may still fill."""

    total: int
    available: int


def not_there(error: ProbeError) -> bool:
    """Whether a server of either version says that there is nothing of this name."""
    return isinstance(error, Refused) and error.code.endswith("ERR_NOENT")
