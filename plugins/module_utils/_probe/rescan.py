# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a host has to look again before it sees its storage as the storage is now. Pure."""

from __future__ import annotations

import typing as t

Found = t.Mapping[str, t.Any]
SESSIONS = "iscsiadm -m session -R"


def rescans(luns: t.Sequence[Found], known: Found) -> list[dict[str, str]]:
    """What differs between LUNs as their targets present them and as the host has them, each with the WWID, the reason,
    and the command that mends it. ``known``: see _known/host.py.

    A LUN that the host does not use is no difference, unless the host is signed in to its target.
    """
    if known["maps"] is None:
        return []
    maps = {one["wwid"]: one for one in known["maps"]}
    targets = {one["target"] for one in known["sessions"] or () if one["state"] == "LOGGED_IN"}
    found = []
    for lun in luns:
        have = maps.get(lun["wwid"])
        if not lun["wwid"]:
            continue
        if have is None:
            if targets & {path["target"] for path in lun["paths"]}:
                found.append(_one(lun, "unseen", "the host is signed in to its target and does not see it yet"))
            continue
        if not have["writable"] and not lun["write_protected"]:
            found.append(_one(lun, "read_only", "the host still takes it for read-only, and it is writable"))
        if have["writable"] and lun["write_protected"]:
            found.append(_one(lun, "writable", "the host still takes it for writable, and it is write protected"))
        if have["size"] is not None and lun["size"] is not None and have["size"] != lun["size"]:
            text = f"the host takes it for {have['size']} bytes, and it has {lun['size']}"
            found.append(_one(lun, "size", text, f"{SESSIONS} && multipathd resize map {lun['wwid']}"))
    return found


def _one(lun: Found, what: str, message: str, command: str = SESSIONS) -> dict[str, str]:
    return {"wwid": lun["wwid"], "what": what, "message": message, "command": command}
