# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""XML text to records: without entities, document types or network."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from lxml import etree

    Element: TypeAlias = etree._Element
    LXML_ERROR: str | None = None
else:
    try:
        from lxml import etree
    except ImportError:
        etree, Element, LXML_ERROR = None, None, traceback.format_exc()
    else:
        Element, LXML_ERROR = etree._Element, None

DROPPED = ("link", "actions")


class NotXml(ValueError):
    """The text is not well-formed XML."""


def parse(text: bytes) -> Element:
    """The root element. Raises NotXml."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotXml(str(error)) from error


def to_record(node: Element) -> Any:
    """The element as data: text, or a dict of its children with ``id``; repeated children become a list.

    Links, actions and addresses are left out: the twin adds them again when it answers (shapes.py)."""
    identity = node.get("id")
    if len(node) == 0 and identity is None:
        return node.text or ""
    record: dict[str, Any] = {} if identity is None else {"id": identity}
    for child in node:
        tag = child.tag
        if not isinstance(tag, str) or tag in DROPPED:
            continue
        value = to_record(child)
        if tag in record:
            held = record[tag]
            if isinstance(held, list):
                held.append(value)
            else:
                record[tag] = [held, value]
        else:
            record[tag] = value
    return record
