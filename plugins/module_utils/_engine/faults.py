# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals of the engine as exceptions, whatever layout they come in, and which of them pass by themselves.

The layouts seen (findings 1): a ``<fault>``; an ``<action>`` with a fault inside, also with status 200; a fault without
detail; a detail of "[]"; no body at all (404, 405, 406, 415); HTML pages of the container with a sentence or with a
stack trace; one line of plain text, whatever the content type says.
"""

from __future__ import annotations

import html
import http
import re

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import xml
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Fault
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.rights import right_for

LONGEST_TEXT = 500
"""Characters kept of a page that is not a fault."""

# The engine prints a list of texts as "[one, two]". Texts hold ", " themselves, so a cut is made only where a text has
# ended with a full stop, and before the name of the attribute that follows a bean's text.
_NEXT_ITEM = re.compile(r"(?<=[.!?]), +(?=\S)|, (?=Attribute: )")

# What the engine says (in English, which the client asks for) while another of its own operations is at work.
_PASSES = re.compile(
    r"in progress|try again (?:later|in a few minutes)|please wait|"
    r"\bis being (?:imported|moved|copied|created|migrated|updated|removed|exported|cloned)|"
    r"\b(?:is|are) (?:being updated|locked)\b(?! or)|in image ?locked status|"
    r"status is (?:locked|activating|detaching|preparing ?for ?maintenance)",
    re.IGNORECASE,
)
# The same words, said of a disk that the engine has registered already (faults.md, DISKS_LOCKED): waiting is no cure.
_KNOWN_DISK = re.compile(r"^\[?Cannot import Virtual Disk: The following disks are locked", re.IGNORECASE)


def from_answer(
    status: int,
    body: bytes,
    content_type: str = "",
    method: str = "",
    path: str = "",
    correlation_id: str = "",
    subject: str = "",
) -> Fault:
    """The refusal in an answer of status 400 or more, or in an action that says 200. Never raises."""
    reason, detail = _words(body, content_type)
    return _fault(status, reason or _phrase(status), detail, method, path, correlation_id, subject)


def inner(
    root: xml.Element, status: int, method: str = "", path: str = "", correlation_id: str = "", subject: str = ""
) -> Fault | None:
    """The refusal inside a parsed answer: an action that carries a fault although its status is 2xx; None without."""
    found = root if root.tag == "fault" else root.find("fault") if root.tag == "action" else None
    if found is None:
        return None
    reason = xml.text(found, "reason") or "Operation Failed"
    return _fault(status, reason, xml.text(found, "detail"), method, path, correlation_id, subject)


def is_busy(error: BaseException) -> bool:
    """True for a 409 that passes by itself: a lock, a related operation in progress, an import, an OVF update."""
    if not isinstance(error, Fault) or error.status != 409:
        return False
    return bool(_PASSES.search(error.detail)) and not _KNOWN_DISK.match(error.detail)


def _fault(status: int, reason: str, detail: str, method: str, path: str, correlation_id: str, subject: str) -> Fault:
    return Fault(
        status,
        reason,
        detail,
        items=_items(detail),
        method=method,
        path=path,
        correlation_id=correlation_id,
        subject=subject,
        advice=_advice(status, detail, method, path),
    )


def _words(body: bytes, content_type: str) -> tuple[str, str]:
    """(reason, detail) of an answer's body; the reason is "" where the body has none of its own."""
    if not body.strip():
        return "", ""
    if "xml" in content_type or body.lstrip().startswith(b"<?xml"):
        try:
            root = xml.parse(body)
        except xml.MalformedXml:
            return "", _plain(body)
        found = root if root.tag == "fault" else root.find("fault")
        if found is not None:
            return xml.text(found, "reason"), xml.text(found, "detail")
    return "", _plain(body)


def _plain(body: bytes) -> str:
    """What a page or line says to a reader; of a stack trace only the first line."""
    said = body.decode("utf-8", "replace")
    trace = re.search(r"<pre[^>]*>\s*([^\n<]+)", said)
    if trace:
        said = trace.group(1)
    else:
        said = re.sub(r"(?is)<(head|style|script)\b.*?</\1\s*>", " ", said)
        said = re.sub(r"(?s)<[^>]*>", " ", said)
    said = " ".join(html.unescape(said).split())
    return said if len(said) <= LONGEST_TEXT else said[:LONGEST_TEXT] + "..."


def _items(detail: str) -> tuple[str, ...]:
    """The texts of a bracketed detail; the detail itself if it has no brackets."""
    if detail.startswith("[") and detail.endswith("]"):
        return tuple(item.strip() for item in _NEXT_ITEM.split(detail[1:-1]) if item.strip())
    return (detail,) if detail else ()


def _phrase(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return "unknown status"


def _advice(status: int, detail: str, method: str, path: str) -> str:
    """What the operator does next."""
    if status == 409 and _PASSES.search(detail) and not _KNOWN_DISK.match(detail):
        return "Another operation of the engine is at work on it: run again when that has ended."
    if status == 403:
        right = right_for(method, path)
        if right is None:
            return "The user lacks a permission: have it granted, or use another user, then run again."
        return (
            f"The user lacks the permit {right.permit} on {right.place}, which the role {right.role} holds: have it "
            "granted, or use another user, then run again."
        )
    if status == 404:
        return "It is gone or never was there: check the id, and which engine was asked."
    if status in (405, 406, 415):
        return "The engine does not know this request: check its version and the URL."
    if status in (502, 503, 504):
        return "The engine, or what stands in front of it, is not ready: run again when it answers."
    if status >= 500:
        return "This is an error inside the engine: engine.log tells more under the correlation id."
    if not detail.strip("[] "):
        return "The engine gives no reason: look at its events and engine.log under the correlation id."
    return "Settle what the engine names, then run again."
