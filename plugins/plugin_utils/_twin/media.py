# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON in place of XML, in answers and in bodies (recordings 01 22, 98, 111-113).

The engine keeps one model and writes it in two ways; so does this: an answer is made as XML and turned into JSON at the
end, a JSON body is turned into XML at the beginning."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.parse import Element

if TYPE_CHECKING:
    from lxml import etree
else:
    try:
        from lxml import etree
    except ImportError:
        etree = None

JSON = "application/json"
_EMPTY_TEXT = re.compile(rb"<(\w+)((?:\s[^<>]*)?)></\1>")
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_MARK = "\ue000"
"""Stands for a text that is empty: XML's two ways of writing an empty element are one after parsing, JSON's are not."""
_ATTRIBUTES = ("id", "href", "rel")


def wants_json(accept: str) -> bool:
    """Whether a client is answered in JSON. Raises Refusal with 406 when it takes neither JSON nor XML."""
    for kind in accept.lower().split(","):
        name = kind.split(";")[0].strip()
        if name in ("application/xml", "text/xml", "application/*", "*/*", ""):
            return False
        if name == JSON:
            return True
    raise refusals.empty(406)


def to_json(document: bytes) -> bytes:
    """An XML answer as JSON: without the name of the root, times in milliseconds, everything else as text."""
    marked = _EMPTY_TEXT.sub(lambda m: b"<%b%b>%b</%b>" % (m[1], m[2], _MARK.encode(), m[1]), document)
    root = etree.fromstring(marked)
    value = _value(root, many=True)
    return json.dumps(value, indent=2, separators=(",", " : "), ensure_ascii=False).encode()


def _value(node: Element, *, many: bool = False) -> Any:
    if len(node) == 0 and not node.attrib and node.text:
        text = str(node.text)
        if text == _MARK:
            return ""
        return round(datetime.fromisoformat(text).timestamp() * 1000) if _STAMP.fullmatch(text) else text
    found: dict[str, Any] = {str(key): str(value) for key, value in node.attrib.items()}
    children = [child for child in node if isinstance(child.tag, str)]
    tags = [str(child.tag) for child in children]
    for child, tag in zip(children, tags, strict=True):
        value = _value(child)
        if tag == "link" or tags.count(tag) > 1 or _wraps(str(node.tag), tag):
            found.setdefault(tag, []).append(value)
        else:
            found[tag] = value
    return found


def _wraps(plural: str, singular: str) -> bool:
    """Whether an element is a list of the other."""
    return plural.endswith((f"{singular}s", f"{singular[:-1]}ies", f"{singular}es"))


def from_json(body: bytes, tag: str) -> Element:
    """A JSON body as an element of this name. Raises ValueError when it is not a JSON object."""
    try:
        data = json.loads(body)
        if not isinstance(data, dict):
            raise ValueError("not an object")
        root = etree.Element(tag)
        _fill(root, data)
    except RecursionError:
        raise ValueError("too deep") from None
    return root


def _fill(node: Element, data: dict[str, Any]) -> None:
    for key, value in data.items():
        if key in _ATTRIBUTES and not isinstance(value, (dict, list)):
            node.set(key, _text(value))
            continue
        for item in value if isinstance(value, list) else [value]:
            child = etree.SubElement(node, key)
            if isinstance(item, dict):
                _fill(child, item)
            else:
                child.text = _text(item)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def unrecognised(field: str, tag: str) -> refusals.Refusal:
    """A JSON field that the model does not have (recording 01 113)."""
    model = "".join(part.capitalize() for part in tag.split("_"))
    words = (
        f"Unrecognized field &quot;{field}&quot; (class org.ovirt.engine.api.model.{model}), not marked as ignorable"
    )
    return refusals.Refusal(400, words.encode(), refusals.HTML)
