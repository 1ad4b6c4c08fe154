# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records to XML text, indented as the engine does it.

Text is written straight into a list of lines: a 10,000 VM listing holds a million elements, and a tree for each would
cost more than everything else the twin does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from xml.sax.saxutils import escape

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API, BARE, REFERENCES, Shape

Record = Mapping[str, Any]
Writer = Callable[[list[str], int], None]

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_INDENT = ["    " * depth for depth in range(40)]
_BARE = "#"
"""Holder of everything inside the configuration of a snapshot: nothing there carries an address."""
_HEAD = ("name", "description", "comment")


def attribute(value: str) -> str:
    """An attribute value, escaped."""
    return escape(value, {'"': "&quot;"})


def write_value(out: list[str], depth: int, tag: str, value: Any, holder: str = "") -> None:
    """One element of a record, with everything below it. Lists become repeated elements."""
    pad = _INDENT[depth]
    if isinstance(value, str):
        out.append(f"{pad}<{tag}>{escape(value)}</{tag}>\n")
    elif isinstance(value, list):
        for item in value:
            write_value(out, depth, tag, item, holder)
    else:
        opening = tag
        bare = holder == _BARE or (holder == "snapshot" and tag == "vm" and len(value) > 1)
        identity = value.get("id")
        if identity is not None:
            collection = REFERENCES.get(tag)
            address = value.get("href")
            if address is None and collection and not bare and (holder, tag) not in BARE:
                address = f"{API}/{collection}/{identity}"
            if address:
                opening += f' href="{attribute(address)}"'
            opening += f' id="{attribute(identity)}"'
        inner = [key for key in value if key not in ("id", "href")]
        if not inner:
            out.append(f"{pad}<{opening}/>\n")
            return
        out.append(f"{pad}<{opening}>\n")
        for key in inner:
            write_value(out, depth + 1, key, value[key], _BARE if bare else tag)
        out.append(f"{pad}</{tag}>\n")


def write_sent(out: list[str], depth: int, tag: str, value: Any) -> None:
    """One element of a body that comes back as it was sent: nothing in it gets an address."""
    write_value(out, depth, tag, value, _BARE)


def write_entity(
    out: list[str], depth: int, shape: Shape, record: Record, href: str, inlined: Mapping[str, Writer] | None = None
) -> None:
    """A member of a collection: address, actions, name, links, then its fields.

    ``inlined`` (from ``follow``) gives a writer per element name; a field of that name is replaced, the rest comes
    last."""
    pad, more = _INDENT[depth], dict(inlined or {})
    identity = record.get("id")
    opening = shape.tag + (f' href="{attribute(href)}"' if href else "")
    opening += f' id="{attribute(identity)}"' if identity is not None else ""
    keys = [key for key in record if key not in ("id", "href")]
    if not keys and not shape.links and not shape.actions and not more:
        out.append(f"{pad}<{opening}/>\n")
        return
    out.append(f"{pad}<{opening}>\n")
    if shape.actions or shape.tag == "host_nic":
        out.append(f"{_INDENT[depth + 1]}<actions>\n")
        out.extend(f'{_INDENT[depth + 2]}<link href="{href}/{name}" rel="{name}"/>\n' for name in shape.actions)
        out.append(f"{_INDENT[depth + 1]}</actions>\n")
    split = 0
    while split < len(keys) and keys[split] in _HEAD:
        write_value(out, depth + 1, keys[split], record[keys[split]], shape.tag)
        split += 1
    out.extend(f'{_INDENT[depth + 1]}<link href="{href}/{name}" rel="{name}"/>\n' for name in shape.links)
    if shape.tag == "domain":
        out.extend(
            f'{_INDENT[depth + 1]}<link href="{href}/{name}?search={{query}}" rel="{name}/search"/>\n'
            for name in shape.links
        )
    for key in keys[split:]:
        replaced = more.pop(key, None)
        if replaced is not None:
            replaced(out, depth + 1)
        else:
            write_value(out, depth + 1, key, record[key], _BARE if shape.bare else shape.tag)
    for writer in more.values():
        writer(out, depth + 1)
    out.append(f"{pad}</{shape.tag}>\n")


def write_collection(out: list[str], depth: int, plural: str, members: list[Writer]) -> None:
    """A plural root around members; empty when there are none (contract 01, 1.5)."""
    if not members:
        out.append(f"{_INDENT[depth]}<{plural}/>\n")
        return
    out.append(f"{_INDENT[depth]}<{plural}>\n")
    for member in members:
        member(out, depth + 1)
    out.append(f"{_INDENT[depth]}</{plural}>\n")


def document(writer: Writer) -> bytes:
    """A whole answer body."""
    out = [DECLARATION]
    writer(out, 0)
    return "".join(out).encode()
