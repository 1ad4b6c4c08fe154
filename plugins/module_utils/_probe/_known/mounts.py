# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network file systems that a host has mounted, from the kernel's table of mounts. Nothing on them is touched: a
mount whose server is away would not answer."""

from __future__ import annotations

import re
import typing as t

NETWORK = ("nfs", "nfs4", "fuse.glusterfs", "glusterfs", "ceph", "cifs")


def mounts(text: str) -> list[dict[str, t.Any]]:
    """Each mount with its source, directory, type, version of NFS and whether it is writable."""
    found = []
    for line in text.splitlines():
        words = line.split(" ")
        if len(words) < 4 or words[2] not in NETWORK:
            continue
        options = words[3].split(",")
        version = next((option.split("=", 1)[1] for option in options if option.startswith("vers=")), None)
        found.append(
            {
                "source": _plain(words[0]),
                "directory": _plain(words[1]),
                "type": words[2],
                "nfs_version": version,
                "writable": "ro" not in options,
            }
        )
    return found


def _plain(word: str) -> str:
    """As it was before the kernel wrote blanks and the like in octal digits."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found.group(1), 8)), word)
