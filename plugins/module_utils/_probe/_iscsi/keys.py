# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys and values in the text of iSCSI (RFC 7143, chapter 6), and addresses in them."""

from __future__ import annotations

import binascii
import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import Malformed

PORT = 3260


class Portal(t.NamedTuple):
    """An address and port, without brackets."""

    address: str
    port: int

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


def encode(pairs: t.Sequence[tuple[str, str]]) -> bytes:
    """Pairs as they go over the wire."""
    return b"".join(f"{key}={value}".encode() + b"\0" for key, value in pairs)


def decode(data: bytes) -> list[tuple[str, str]]:
    """Pairs in their order, as keys may come several times; Malformed for what is no pair."""
    pairs = []
    for word in data.split(b"\0"):
        if not word:
            continue
        key, sign, value = word.decode("utf-8", "replace").partition("=")
        if not sign or not key:
            raise Malformed("a text that is no key with a value")
        pairs.append((key, value))
    return pairs


def portal(word: str) -> Portal:
    """An address with its port, IPv6 in brackets, the port 3260 where none is said; ValueError for what is none."""
    if word.startswith("["):
        address, bracket, behind = word[1:].partition("]")
        if not bracket or (behind and not behind.startswith(":")):
            raise ValueError(word)
        digits = behind[1:] if behind else str(PORT)
    elif word.count(":") > 1:
        address, digits = word, str(PORT)
    else:
        address, _colon, digits = word.partition(":")
        digits = digits or str(PORT)
    if not address or not (digits.isascii() and digits.isdigit() and 0 < int(digits) < 65536):
        raise ValueError(word)
    return Portal(address, int(digits))


def target_address(value: str) -> tuple[Portal, int | None]:
    """The value of C(TargetAddress): the portal, and the tag of its group where one is said; Malformed."""
    place, _comma, tag = value.partition(",")
    try:
        return portal(place), int(tag) if tag else None
    except ValueError:
        raise Malformed(f"the address {value}") from None


def from_binary(value: str) -> bytes:
    """A binary value: C(0x) and hexadecimal digits, or C(0b) and base64; Malformed."""
    kind, digits = value[:2].lower(), value[2:]
    try:
        if kind == "0x":
            return binascii.unhexlify(digits.rjust(len(digits) + len(digits) % 2, "0"))
        if kind == "0b":
            return binascii.a2b_base64(digits)
    except (binascii.Error, ValueError):
        pass
    raise Malformed("a binary value that is none")


def to_binary(data: bytes) -> str:
    """A binary value in hexadecimal digits."""
    return "0x" + binascii.hexlify(data).decode()
