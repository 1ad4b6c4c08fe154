# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who a LUN is: its identifier as multipath names its map, and its serial number.

The order of preference among identifiers is the one of udev's scsi_id and sg3_utils, from which multipath has them.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import Malformed

SERIAL, IDENTIFICATION = 0x80, 0x83
BINARY, ASCII = 1, 2
VENDOR_SPECIFIC, T10, EUI64, NAA, NAME = 0, 1, 2, 3, 8


class Designator(t.NamedTuple):
    """One identifier of a LUN. ``of_unit``: it is of the LUN itself, not of a port or target."""

    code_set: int
    type: int
    of_unit: bool
    value: bytes


def _page(data: bytes, number: int) -> bytes:
    if len(data) < 4 or data[1] != number:
        raise Malformed(f"something else where page {number:#04x} is due")
    return data[4 : 4 + int.from_bytes(data[2:4], "big")]


def serial(data: bytes) -> str:
    """The serial number in page 0x80; Malformed."""
    return _page(data, SERIAL).decode("ascii", "replace").strip(" \0")


def designators(data: bytes) -> list[Designator]:
    """The identifiers in page 0x83; Malformed."""
    body = _page(data, IDENTIFICATION)
    found = []
    at = 0
    while at + 4 <= len(body):
        end = at + 4 + body[at + 3]
        if end > len(body):
            raise Malformed("an identifier that is too short")
        found.append(
            Designator(body[at] & 0x0F, body[at + 1] & 0x0F, body[at + 1] & 0x30 == 0, bytes(body[at + 4 : end]))
        )
        at = end
    return found


def _rank(one: Designator) -> int:
    """The smaller the better; identifiers that are never used are negative."""
    if not one.of_unit or not one.value or one.code_set not in (BINARY, ASCII, 3):
        return -1
    kind = one.value[0] >> 4 if one.code_set == BINARY else one.value[0] - ord("0")
    ranks = {NAA: {6: 0, 5: 1}.get(kind, 2), EUI64: 3, NAME: 4, T10: 5, VENDOR_SPECIFIC: 6}
    return ranks.get(one.type, -1)


def wwid(found: t.Sequence[Designator], vendor: str, product: str, number: str) -> str | None:
    """The identifier as multipath names the map of the LUN. ``vendor`` and ``product`` as in INQUIRY, ``number`` the
    serial number: they make one where the LUN has no other. None for a LUN without any."""
    usable = sorted((one for one in found if _rank(one) >= 0), key=_rank)
    if usable:
        best = usable[0]
        text = best.value.hex() if best.code_set == BINARY else best.value.decode("utf-8", "replace").strip("\0")
        if best.type == VENDOR_SPECIFIC:
            text = f"{vendor:<8}{product:<16}{text}"
        return f"{best.type}{_joined(text)}"
    return f"S{_joined(f'{vendor:<8}{product:<16}{number}')}" if number else None


def _joined(text: str) -> str:
    """Without blanks at the ends, and one underscore for each run of them within."""
    return re.sub(r"\s+", "_", text.strip())
