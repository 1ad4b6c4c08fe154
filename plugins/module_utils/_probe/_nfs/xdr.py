# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""External data representation (RFC 4506): numbers and byte strings in multiples of four bytes."""

from __future__ import annotations

import struct
import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import Malformed

Item = t.TypeVar("Item")


def uint(*values: int) -> bytes:
    """Unsigned numbers of 32 bits."""
    return struct.pack(f">{len(values)}I", *values)


def hyper(value: int) -> bytes:
    """An unsigned number of 64 bits."""
    return struct.pack(">Q", value)


def opaque(data: bytes) -> bytes:
    """Bytes with their length before and padding behind."""
    return uint(len(data)) + fixed(data)


def fixed(data: bytes) -> bytes:
    """Bytes whose length both sides know, with padding behind."""
    return data + bytes(-len(data) % 4)


def string(text: str) -> bytes:
    """A text in UTF-8. What is no UTF-8 in a name goes through as it came."""
    return opaque(text.encode("utf-8", "surrogateescape"))


class Reader:
    """Reads what an answer holds, in order. Every method raises Malformed where the answer is too short or long."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def fixed(self, count: int) -> bytes:
        """``count`` bytes and their padding."""
        end = self._at + count
        padded = end + -count % 4
        if count < 0 or padded > len(self._data):
            raise Malformed(f"{count} bytes are due at {self._at}, {len(self._data) - self._at} are there")
        part = self._data[self._at : end]
        self._at = padded
        return part

    def uint(self) -> int:
        """An unsigned number of 32 bits."""
        return int.from_bytes(self.fixed(4), "big")

    def hyper(self) -> int:
        """An unsigned number of 64 bits."""
        return int.from_bytes(self.fixed(8), "big")

    def boolean(self) -> bool:
        """Yes or no."""
        return self.uint() != 0

    def opaque(self, most: int = 1 << 20) -> bytes:
        """Bytes with their length before."""
        count = self.uint()
        if count > most:
            raise Malformed(f"{count} bytes where at most {most} may be")
        return self.fixed(count)

    def string(self) -> str:
        """A text in UTF-8, with marks where it is none."""
        return self.opaque().decode("utf-8", "replace")

    def rest(self) -> bytes:
        """All that was not read yet."""
        return self._data[self._at :]

    def listed(self, read: t.Callable[[], Item], most: int = 10_000) -> list[Item]:
        """A list in which a yes stands before each item and a no at the end."""
        items: list[Item] = []
        while self.boolean():
            if len(items) >= most:
                raise Malformed(f"a list of more than {most} entries")
            items.append(read())
        return items

    def array(self, read: t.Callable[[], Item], most: int = 10_000) -> list[Item]:
        """A list with its length before."""
        count = self.uint()
        if count > most:
            raise Malformed(f"a list of {count} entries where at most {most} may be")
        return [read() for _number in range(count)]
