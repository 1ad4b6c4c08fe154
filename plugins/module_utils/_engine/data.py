# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An element as plain data, nothing renamed and nothing lost: the records of an estate file (docs/estate.md)."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import Element

Record = dict[str, t.Any]

LEFT_OUT = ("link", "actions")
"""What an engine writes around every entity: the addresses of what belongs to it and of what can be done with it."""


def to_data(node: Element) -> t.Any:
    """The element as a text, or as its children by tag with its ``id``; a tag that comes again makes a list.

    Besides ``href``, ``rel`` and ``id`` no attribute exists in an engine's answers, so nothing else is left out.
    """
    identity = node.get("id")
    if len(node) == 0 and identity is None:
        return node.text or ""
    record: Record = {} if identity is None else {"id": identity}
    for child in node:
        tag = child.tag
        if not isinstance(tag, str) or tag in LEFT_OUT:
            continue
        value = to_data(child)
        if tag not in record:
            record[tag] = value
        elif isinstance(record[tag], list):
            record[tag].append(value)
        else:
            record[tag] = [record[tag], value]
    return record


def members(root: Element) -> list[Record]:
    """The entities of a collection's answer."""
    return [to_data(child) for child in root if child.tag not in LEFT_OUT]


def listed(value: t.Any) -> list[t.Any]:
    """What stands once, often or not at all in a record, as a list."""
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else [value]


def inside(record: t.Mapping[str, t.Any], plural: str, singular: str) -> list[t.Any]:
    """The elements in a wrapper of a record, such as each storage_domain in a disk's storage_domains."""
    wrapper = record.get(plural)
    return listed(wrapper.get(singular)) if isinstance(wrapper, dict) else []


def reference(record: t.Mapping[str, t.Any], tag: str) -> str:
    """The id that a record refers to with this element; "" if it does not."""
    held = record.get(tag)
    return str(held.get("id") or "") if isinstance(held, dict) else ""


def without(record: t.Mapping[str, t.Any], *keys: str) -> Record:
    """A copy less some keys."""
    return {key: value for key, value in record.items() if key not in keys}
