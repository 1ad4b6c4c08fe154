# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A request as the handlers see it, and what they answer."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import media, refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.fields import BODIES
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.parse import Element, parse, to_record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.render import (
    document,
    write_entity,
    write_sent,
    write_value,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API, COLLECTION_OF, SHAPES

UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TRUE = {"true", "t", "yes", "y", "1", ""}
_UNCLEAN = re.compile(r"[^0-9A-Za-z_-]")


@dataclass(frozen=True)
class Request:
    """One request below /ovirt-engine/api: path segments, parameters, body."""

    method: str
    path: str
    segments: tuple[str, ...]
    params: Mapping[str, str]
    query: str
    headers: Mapping[str, str]
    body: bytes
    host: str
    correlation: str

    @property
    def pattern(self) -> str:
        """The path with ids replaced: vms/*/nics."""
        return "/".join(part if number % 2 == 0 else "*" for number, part in enumerate(self.segments))

    @property
    def shape(self) -> str:
        """The path without ids: vms/nics."""
        return "/".join(self.segments[::2])

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids in the path."""
        return self.segments[1::2]

    def flag(self, name: str) -> bool:
        """A boolean parameter; present without a value means yes."""
        return name in self.params and self.params[name].lower() in _TRUE

    def xml(self, method: str = "", tag: str = "action") -> Element:
        """The body, in JSON as an element with this name. A refusal of the engine's kind when it cannot be
        read (contract 01; 01 recordings 104-114)."""
        kind = self.headers.get("content-type", "").split(";")[0].strip().lower()
        if kind not in ("application/xml", "text/xml", media.JSON):
            raise refusals.empty(415)
        try:
            root = media.from_json(self.body, tag) if kind == media.JSON else parse(self.body)
        except ValueError:
            raise refusals.syntax(self.host, method) from None
        unknown = _unknown(root)
        if unknown is not None and kind == media.JSON:
            raise media.unrecognised(str(unknown.tag), str(root.tag))
        if str(root.tag).startswith("{") or unknown is not None:
            raise refusals.syntax(self.host, method)
        return root

    def action(self, method: str = "") -> dict[str, Any]:
        """The fields of an <action> body."""
        root = self.xml(method)
        if root.tag != "action":
            raise _wrong_kind()
        record = to_record(root)
        return record if isinstance(record, dict) else {}

    def record(self, tag: str, method: str = "") -> dict[str, Any]:
        """The fields of an entity body with this root."""
        root = self.xml(method, tag)
        if root.tag != tag:
            raise _wrong_kind() if root.tag in COLLECTION_OF else refusals.syntax(self.host, method)
        record = to_record(root)
        return record if isinstance(record, dict) else {}


def _wrong_kind() -> refusals.Refusal:
    """An element that the API knows, but of another kind (findings, 1)."""
    return refusals.Refusal(500, b"java.lang.ClassCastException@" + uuid.uuid4().hex[:8].encode(), refusals.HTML)


def _unknown(root: Element) -> Element | None:
    """The first element that the API does not know, of the root's and of what the table lists directly below it."""
    nodes = [root, *root]
    strange = (child for node in nodes if node.tag in BODIES for child in node if child.tag not in BODIES[node.tag])
    return next(strange, None)


@dataclass
class Answer:
    """A finished answer. ``hold_until`` is a clock time before which it must not leave; ``count`` how many members a
    collection has, for the cost of reading it."""

    status: int
    body: bytes = b""
    content_type: str = refusals.XML
    headers: dict[str, str] = field(default_factory=dict)
    hold_until: float = 0.0
    count: int = 0


def split_path(raw: str) -> tuple[str, tuple[str, ...], dict[str, str], str]:
    """Path below the API, its segments, parameters (query, then matrix of the last segment), and the raw query."""
    path, _unused, query = raw.partition("?")
    params = dict(parse_qsl(query, keep_blank_values=True))
    parts = [part for part in path.split("/") if part]
    if parts:
        last, *matrix = parts[-1].split(";")
        parts[-1] = last
        for item in matrix:
            key, _unused, value = item.partition("=")
            params.setdefault(unquote(key), unquote(value))
    segments = tuple(unquote(part.split(";")[0]) for part in parts)
    return "/" + "/".join(segments), segments, params, unquote(query)


def correlation_id(headers: Mapping[str, str], params: Mapping[str, str]) -> str:
    """The effective correlation id: foreign characters out, 36 at most, fresh when none was sent (contract 01, 1.7)."""
    sent = headers.get("correlation-id") or params.get("correlation_id") or ""
    return _UNCLEAN.sub("", sent)[:36] or str(uuid.uuid4())


def known_id(text: str) -> str:
    """An id from a body; a malformed one is 400, and so is one that has elements inside."""
    if not isinstance(text, str) or not UUID.fullmatch(text):
        raise refusals.bad_uuid(text)
    return text


def action_answer(
    sent: Mapping[str, Any], results: Mapping[str, Any], status: int = 200, shapes: Mapping[str, str] | None = None
) -> Answer:
    """An <action> answer: what was sent comes back as it was, with the results, in the order of the alphabet.

    A result that has an ``href`` is the entity at that address, with its actions and links (06 #31, #131); ``shapes``
    names the shape of one that is not that of its address."""
    return Answer(status, _action(sent, results, shapes or {}))


def refused_action(sent: Mapping[str, Any], refusal: refusals.Refusal) -> bytes:
    """An <action> with a fault inside."""
    return _action(sent, {"fault": {"detail": refusal.detail or "", "reason": refusal.reason}, "status": "failed"})


def _action(sent: Mapping[str, Any], results: Mapping[str, Any], shapes: Mapping[str, str] | None = None) -> bytes:
    def write(out: list[str], depth: int) -> None:
        out.append("<action>\n")
        for key in sorted({**sent, **results}):
            if key not in results:
                write_sent(out, depth + 1, key, sent[key])
                continue
            value = results[key]
            address = value.get("href", "") if isinstance(value, dict) else ""
            place = "/".join(address.removeprefix(f"{API}/").split("/")[::2])
            shape = SHAPES.get((shapes or {}).get(key, place))
            if shape is None:
                write_value(out, depth + 1, key, value)
            else:
                write_entity(out, depth + 1, shape, value, address)
        out.append("</action>\n")

    return document(write)


def location(host: str, href: str) -> str:
    """The Location header, with the path doubled as the engine does (findings, 1)."""
    return f"http://{host}{API}/v4{href}"
