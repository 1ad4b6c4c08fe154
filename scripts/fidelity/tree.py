# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answer bodies, XML or JSON, as trees of one kind."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

ATTRIBUTES = ("id", "href", "rel")


class Unreadable(ValueError):
    """A body is not what its content type says."""


@dataclass
class Node:
    """An element: its name, attributes, text (when it has no children) and children."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def child(self, tag: str) -> Node | None:
        """The first child of a name."""
        return next((child for child in self.children if child.tag == tag), None)

    def value(self, tag: str) -> str:
        """The text of the first child of a name, empty without one."""
        found = self.child(tag)
        return found.text if found is not None else ""

    def all_text(self) -> str:
        """Every text in it."""
        return " ".join([self.text, *(child.all_text() for child in self.children)])


def tree(body: str, content_type: str) -> Node | None:
    """The body as a tree; None when it is neither XML nor JSON. Raises Unreadable."""
    kind = content_type.split(";", maxsplit=1)[0].strip()
    if not body or kind not in ("application/xml", "application/json"):
        return None
    try:
        if kind == "application/xml":
            return _from_xml(etree.fromstring(body.encode()))
        return _from_json("", json.loads(body))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(f"not {kind}: {error}") from None


def _from_xml(element: Any) -> Node:
    children = [_from_xml(child) for child in element if isinstance(child.tag, str)]
    text = "" if children else (element.text or "")
    return Node(str(element.tag), {str(key): str(value) for key, value in element.attrib.items()}, text, children)


def _from_json(tag: str, value: Any) -> Node:
    node = Node(tag)
    if isinstance(value, dict):
        for key, held in value.items():
            if key in ATTRIBUTES and isinstance(held, str):
                node.attributes[key] = held
            else:
                node.children += [_from_json(key, item) for item in (held if isinstance(held, list) else [held])]
    else:
        node.text = value if isinstance(value, str) else json.dumps(value)
    return node
