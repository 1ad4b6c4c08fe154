# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sizes of block devices as a host knows them, from C(lsblk)."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import Malformed

COMMAND = ("lsblk", "-J", "-b", "-o", "NAME,KNAME,SIZE,RO")


def sizes(text: str) -> dict[str, int]:
    """The size in bytes of each device, by the kernel's name for it. Malformed."""
    found: dict[str, int] = {}
    try:
        devices = list(json.loads(text)["blockdevices"])
        while devices:
            device = devices.pop()
            found[device["kname"]] = int(device["size"])
            devices += device.get("children", [])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Malformed("lsblk tells its devices in another way") from error
    return found


def with_sizes(maps: t.Sequence[t.Mapping[str, t.Any]], known: t.Mapping[str, int]) -> list[dict[str, t.Any]]:
    """Multipath maps with their sizes, None where it is not known."""
    return [{**one, "size": known.get(one["device"])} for one in maps]
