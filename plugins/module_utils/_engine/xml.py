# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""XML in and out: hardened parsing, a builder for request bodies, and readers of single values.

The engine sends UTF-8, no document type and no name spaces; anything else is refused. Paths are those of ElementTree
("status", "cluster/name").
"""

from __future__ import annotations

import traceback
import typing as t

if t.TYPE_CHECKING:
    from lxml import etree

    Element: t.TypeAlias = etree._Element
    LXML_ERROR: str | None = None
else:
    try:
        from lxml import etree
    except ImportError:
        LXML_ERROR = traceback.format_exc()
        Element = None
    else:
        LXML_ERROR = None
        Element = etree._Element


class MalformedXml(ValueError):
    """The bytes are not a document that this collection reads; the text says why, without the content."""


def parse(data: bytes) -> Element:
    """The root element of ``data``. No document type, no entities, no network, nothing larger than the parser's limits.

    Raises MalformedXml. The parser is made per call: it may not be shared by threads, and making one costs little.
    """
    if b"<!DOCTYPE" in data:
        raise MalformedXml("it declares a document type, which the engine never does")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        remove_blank_text=True,
        huge_tree=False,
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise MalformedXml(f"it is not well-formed XML ({error.msg})") from None


def element(tag: str, *children: Element | None, text: object = None, **attributes: str) -> Element:
    """A new element. Children that are None are left out; ``text``: True and False become "true" and "false"."""
    made = etree.Element(tag, attributes)
    if text is not None:
        made.text = str(text).lower() if isinstance(text, bool) else str(text)
    made.extend([child for child in children if child is not None])
    return made


def tostring(node: Element) -> bytes:
    """The document as the engine takes it: UTF-8 bytes without declaration."""
    return etree.tostring(node, encoding="utf-8", xml_declaration=False)


def text(node: Element, path: str, default: str = "") -> str:
    """The text at ``path`` without blanks around it; ``default`` if the element is missing or empty."""
    found = node.findtext(path)
    return (found.strip() or default) if found else default


def boolean(node: Element, path: str) -> bool:
    """True if the element at ``path`` says "true" (contract 01, 1.3); False if it says anything else or is missing."""
    return text(node, path).lower() == "true"


def number(node: Element, path: str) -> int | None:
    """The whole number at ``path``; None if it is missing, empty or no number."""
    try:
        return int(text(node, path))
    except ValueError:
        return None


def ident(node: Element) -> str:
    """The ``id`` attribute; "" if there is none."""
    return node.get("id") or ""
