# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands on what: block devices from C(/sys/block), domains that the hypervisor has linked. Only reads."""

from __future__ import annotations

import os

BLOCKS = "/sys/block"
LINKS = "/rhev/data-center"


def above(device: str, blocks: str = BLOCKS) -> list[str]:
    """The devices that stand on a device, as maps do on the disks that are their paths."""
    return _names(os.path.join(blocks, device, "holders"))


def below(device: str, blocks: str = BLOCKS) -> list[str]:
    """The devices on which a device stands."""
    return _names(os.path.join(blocks, device, "slaves"))


def linked(directory: str, links: str = LINKS) -> list[str]:
    """The ids of the storage domains in a directory that the hypervisor uses now: it links them below their pool."""
    found = []
    for pool in _names(links):
        for name in _names(os.path.join(links, pool)) if pool != "mnt" else ():
            path = os.path.join(links, pool, name)
            if os.path.islink(path) and os.readlink(path).startswith(directory.rstrip("/") + "/"):
                found.append(name)
    return found


def _names(path: str) -> list[str]:
    try:
        return sorted(os.listdir(path))
    except OSError:
        return []
