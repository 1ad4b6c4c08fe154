# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A volume group as it stands on one of its devices: enough of LVM's format to tell which storage domain it is.

A block domain is a volume group of the same name, and its description is in the group's tags. Of the devices of a group
only one or two hold the description in use; all of them tell the id of the device.
"""

from __future__ import annotations

import re
import struct
import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.domain import Domain, from_pairs
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import Malformed

SECTOR = 512
LABEL_BYTES = 4 * SECTOR
HEADER_BYTES = SECTOR
TEXT_MOST = 64 * 1024
"""Bytes of the group's description that are read: tags and devices stand at its beginning."""
MAGIC = b" LVM2 x[5A%r0N*>"
IGNORED = 1
TAG = "MDT_"
READY = "RHAT_storage_domain"

QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
TAGS = re.compile(r'^tags\s*=\s*\[((?:[^\]"]|"(?:[^"\\]|\\.)*")*)\]', re.MULTILINE)
DEVICES = re.compile(r"^physical_volumes\s*\{", re.MULTILINE)
DEVICE = re.compile(r'^pv\d+\s*\{\s*id\s*=\s*"([0-9A-Za-z-]{38})"', re.MULTILINE)


class Label(t.NamedTuple):
    """What the beginning of a device tells. ``areas``: where descriptions of its group begin, in bytes."""

    device: str
    areas: list[int]


class Text(t.NamedTuple):
    """Where a description lies, in bytes from the beginning of the device."""

    at: int
    size: int


class Group(t.NamedTuple):
    """A volume group that is a storage domain. ``devices``: the ids of all its devices."""

    domain: Domain
    devices: list[str]


def label(data: bytes) -> Label | None:
    """The label in the first 2048 bytes of a device; None where LVM has none there. Malformed."""
    for at in range(0, LABEL_BYTES, SECTOR):
        head = data[at : at + 32]
        if head[:8] == b"LABELONE" and head[24:32] == b"LVM2 001":
            return _header(data[at:], int.from_bytes(head[20:24], "little"))
    return None


def _header(data: bytes, at: int) -> Label:
    device = data[at : at + 32]
    if len(device) < 32 or not device.isalnum():
        raise Malformed("a label without the id of the device")
    _data_areas, behind = _areas(data, at + 40)
    areas, _behind = _areas(data, behind)
    return Label(_dashed(device.decode("ascii")), areas)


def _areas(data: bytes, at: int) -> tuple[list[int], int]:
    """Offsets up to the one that is nothing, and where the list ends."""
    found: list[int] = []
    while at + 16 <= len(data):
        offset, size = struct.unpack_from("<QQ", data, at)
        at += 16
        if not offset:
            return found, at
        if size:
            found.append(offset)
    raise Malformed("a list of areas without an end")


def _dashed(plain: str) -> str:
    """An id as LVM's tools write it."""
    ends = (6, 10, 14, 18, 22, 26, 32)
    return "-".join(plain[begin:end] for begin, end in zip((0, *ends), ends))


def text_place(data: bytes, area: int) -> Text | None:
    """Where the description of the group is, by the header of an area that begins at ``area``; None where the area is
    not in use. Malformed."""
    if len(data) < 72 or data[4:20] != MAGIC:
        raise Malformed("an area without a header")
    size = struct.unpack_from("<Q", data, 32)[0]
    offset, length, _checksum, flags = struct.unpack_from("<QQII", data, 40)
    if not offset or flags & IGNORED:
        return None
    if offset >= size:
        raise Malformed("a description outside of its area")
    # What does not fit goes on at the beginning of the area; the part up to there is what is read.
    return Text(area + offset, min(length, size - offset, TEXT_MOST))


def group(data: bytes) -> Group | None:
    """The domain in the beginning of a description; None for a volume group that is none."""
    text = data.decode("utf-8", "replace")
    devices = DEVICES.search(text)
    tags = TAGS.search(text, 0, devices.start() if devices else len(text))
    if tags is None:
        return None
    words = [_plain(word) for word in QUOTED.findall(tags.group(1))]
    pairs = dict(word[len(TAG) :].split("=", 1) for word in words if word.startswith(TAG) and "=" in word)
    domain = from_pairs(pairs)
    if domain is None or READY not in words:
        return None
    return Group(domain, DEVICE.findall(text, devices.end()) if devices else [])


def _plain(word: str) -> str:
    """A tag as it was meant: what LVM does not allow in one stands as its number between ampersands."""
    return re.sub(r"&(\d{1,7})&", lambda found: _character(int(found.group(1)), found.group(0)), word)


def _character(number: int, text: str) -> str:
    return chr(number) if number <= 0x10FFFF else text
