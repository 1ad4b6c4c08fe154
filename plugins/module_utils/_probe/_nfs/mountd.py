# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mount service of NFS version 3 (RFC 1813, appendix I): handles of exports, and who may mount them."""

from __future__ import annotations

import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._nfs import xdr
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import Refused

PROGRAM, VERSION = 100005, 3
MNT, UMNT, EXPORT = 1, 3, 5
AUTH_SYS = 1

STATUS = {
    1: ("MNT3ERR_PERM", "the server does not let this host mount it"),
    2: ("MNT3ERR_NOENT", "the server has no such export"),
    5: ("MNT3ERR_IO", "the server has trouble with its disk"),
    13: ("MNT3ERR_ACCES", "the server has no such export, or not for this host"),
    20: ("MNT3ERR_NOTDIR", "the export is no directory"),
    22: ("MNT3ERR_INVAL", "the server takes this for no path"),
    63: ("MNT3ERR_NAMETOOLONG", "the path is too long"),
    10004: ("MNT3ERR_NOTSUPP", "the server does not do this"),
    10006: ("MNT3ERR_SERVERFAULT", "the server has trouble of its own"),
}


class Export(t.NamedTuple):
    """An export and whom it is for; nobody named means everybody."""

    path: str
    clients: tuple[str, ...]


def mounted(reader: xdr.Reader) -> bytes:
    """The handle of what was mounted; raises Refused."""
    status = reader.uint()
    if status:
        code, text = STATUS.get(status, (f"status {status}", "the server does not let it be mounted"))
        raise Refused("mount", text, code)
    handle = reader.opaque(64)
    flavours = reader.array(reader.uint)
    if flavours and AUTH_SYS not in flavours:
        raise Refused("security", "the export is not for sec=sys", f"flavours {', '.join(map(str, flavours))}")
    return handle


def exports(reader: xdr.Reader) -> list[Export]:
    """All exports that the server shows."""

    def entry() -> Export:
        path = reader.string()
        return Export(path, tuple(reader.listed(reader.string)))

    return reader.listed(entry)
