# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The iSCSI sessions of a host, from C(iscsiadm -m session -P 3)."""

from __future__ import annotations

import re
import typing as t

LINE = re.compile(
    r"^(?P<target>Target:)\s+(?P<name>\S+)"
    r"|^\s+(?P<portal>Current Portal:)\s+(?P<address>\S+),\d+"
    r"|^\s+(?P<state>iSCSI Session State:)\s+(?P<word>\S.*?)\s*$"
    r"|^\s+(?P<attached>Attached scsi disk)\s+(?P<disk>\S+)\s+State:\s+(?P<how>\S+)",
    re.MULTILINE,
)


def sessions(text: str) -> list[dict[str, t.Any]]:
    """Each session with its target, portal, state and disks. A session is listed also when its portal is away, so being
    listed says nothing about health."""
    found: list[dict[str, t.Any]] = []
    target = ""
    for line in LINE.finditer(text):
        if line["target"]:
            target = line["name"]
        elif line["portal"]:
            found.append({"target": target, "portal": line["address"], "state": "", "disks": []})
        elif found and line["state"]:
            found[-1]["state"] = line["word"]
        elif found and line["attached"]:
            found[-1]["disks"].append(line["disk"])
    return found
