# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the engine says no: every shape of a refusal that was recorded, one constructor each."""

from __future__ import annotations

import json
from xml.sax.saxutils import escape

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.render import DECLARATION

XML = "application/xml;charset=UTF-8"
HTML = "text/html;charset=UTF-8"

FAILED = "Operation Failed"
UNTRACED = {"Correlation-Id": ""}
"""Headers of an answer from outside of the API's code: it has no correlation id (recordings 01 30-38, 58)."""


class Refusal(Exception):
    """An answer that ends a request: status, body, content type, and whether an action's fault goes into <action>."""

    def __init__(
        self,
        status: int,
        body: bytes = b"",
        content_type: str = "",
        *,
        detail: str | None = None,
        reason: str = FAILED,
        in_action: bool = False,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {detail or reason}")
        self.status = status
        self.detail = detail
        self.reason = reason
        self.in_action = in_action
        self.raw = body
        self.content_type = content_type
        self.headers = headers or {}

    def fault(self, depth: int = 0) -> str:
        """The <fault> element."""
        pad = "    " * depth
        detail = "" if self.detail is None else f"{pad}    <detail>{escape(self.detail)}</detail>\n"
        return f"{pad}<fault>\n{detail}{pad}    <reason>{escape(self.reason)}</reason>\n{pad}</fault>\n"

    def body(self) -> bytes:
        """The answer body, with a bare fault when there is one."""
        if self.raw or self.content_type != XML:
            return self.raw
        return (DECLARATION + self.fault()).encode()


def command(status: int, *texts: str) -> Refusal:
    """A refused command: a list of texts, inside the action when the request was one (contract 01, 1.5)."""
    return Refusal(status, content_type=XML, detail=f"[{', '.join(texts)}]", in_action=True)


def text(status: int, detail: str, *, in_action: bool = False, reason: str = FAILED) -> Refusal:
    """A refusal with one text without brackets."""
    return Refusal(status, content_type=XML, detail=detail, in_action=in_action, reason=reason)


def reason_only(status: int, reason: str) -> Refusal:
    """A fault without detail."""
    return Refusal(status, content_type=XML, reason=reason)


def empty(status: int) -> Refusal:
    """No body at all: an unknown id, a wrong method or media type."""
    return Refusal(status)


def not_found(what: str) -> Refusal:
    """A name or id inside a body that leads nowhere."""
    return text(404, f"Entity not found: {what}")


def incomplete(detail: str) -> Refusal:
    """Mandatory fields are missing."""
    return text(400, detail, reason="Incomplete parameters")


def invalid_input(detail: str) -> Refusal:
    """An action parameter is missing."""
    return text(400, detail, reason="Input validation failed.")


def bad_uuid(value: str) -> Refusal:
    """A malformed id in a body."""
    return text(400, f"Invalid UUID string: {value}", reason="Operation failed")


def one_of(value: str, name: str, allowed: tuple[str, ...]) -> str:
    """A word of an enumerated type, in lower case. Raises Refusal that lists them all (findings, 1)."""
    if str(value).lower() not in allowed:
        words = ", ".join(f"'{item}'" for item in allowed)
        detail = (
            f"The string '{value}' isn't a valid value for the '{name}' enumerated type. Valid values are: {words}."
        )
        raise text(400, detail, reason="Invalid value")
    return str(value).lower()


def syntax(host: str, method: str) -> Refusal:
    """A body that cannot be read; the address is glued together without a slash, as recorded."""
    return text(
        400,
        f"For correct usage, see: http://{host}/ovirt-engine/apidoc#services/{method}",
        reason="Request syntactically incorrect.",
    )


def html_error(status: int, words: str, *, headers: dict[str, str] | None = None) -> Refusal:
    """A container error page."""
    page = f"<html><head><title>Error</title></head><body>{escape(words)}</body></html>"
    return Refusal(status, page.encode(), HTML, headers=headers)


_OUTER = "java.lang.RuntimeException: org.jboss.resteasy.spi.UnhandledException: "


def stack_trace(path: str, query: str, words: str) -> Refusal:
    """The 500 page of an exception outside of a command, whose own words are given."""
    words = words if words.startswith(_OUTER) else _OUTER + words
    query = query or "null"
    page = (
        '<html><head><title>ERROR</title><style>...</style></head><body><div class="header">'
        '<div class="error-div"></div>'
        '<div class="error-text-div">Error processing request</div></div><div class="label">Context Path:</div>'
        '<div class="value">/ovirt-engine/api</div><br/>'
        '<div class="label">Servlet Path:</div><div class="value">/v4</div><br/>'
        f'<div class="label">Path Info:</div><div class="value">{escape(path)}</div><br/>'
        f'<div class="label">Query String:</div><div class="value">{escape(query or "null")}</div><br/>'
        f'<div class="label">Stack Trace:</div><div class="value"></div><br/><pre>{escape(words)}</pre></body></html>'
    )
    return Refusal(500, page.encode(), HTML, headers=dict(UNTRACED))


def no_resource(host: str, path: str) -> Refusal:
    """An address that no resource answers."""
    line = f"RESTEASY003210: Could not find resource for full path: http://{host}/ovirt-engine/api/v4{path}"
    return Refusal(404, line.encode(), HTML)


def unauthorized(words: str = "Unauthorized") -> Refusal:
    """Not signed in."""
    return html_error(401, words, headers={"WWW-Authenticate": 'Basic realm="RESTAPI"', **UNTRACED})


def sso(code: str, words: str, scope: str) -> Refusal:
    """A refused sign-in: JSON, in two layouts by scope (contract 01, 1.1)."""
    if "ovirt-app-api" in scope or code == "invalid_request":
        data = {"error_code": code, "error": words}
    else:
        data = {"error_description": words, "error": code}
    return Refusal(400, json.dumps(data, separators=(",", ":")).encode(), "application/json")


def validation_crash() -> Refusal:
    """An exception while a command validates."""
    return command(500, "General command validation failure.")


def engine_error() -> Refusal:
    """An unexpected exception while a command runs."""
    return command(400, "Internal Engine Error")
