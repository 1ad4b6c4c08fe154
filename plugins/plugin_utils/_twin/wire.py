# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes over the wire: bodies within bounds, requests that are none, connections that end early."""

from __future__ import annotations

import gzip
import socket
import struct
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.trouble import Gone

LARGEST_BODY = 8 * 1024 * 1024
LARGEST_LINE = 65536
BODY_SECONDS = 30.0
"""How long a client may be silent in the middle of a body."""
CLOSE = {"Connection": "close"}
IDLE_SECONDS = 600.0
GZIP_FROM = 1024


def refused(refusal: refusals.Refusal) -> Answer:
    """A refusal as an answer."""
    return Answer(refusal.status, refusal.body(), refusal.content_type, dict(refusal.headers))


class Wire(BaseHTTPRequestHandler):
    """A connection of a client, with what every request needs."""

    protocol_version = "HTTP/1.1"
    server_version = "twin"
    sys_version = ""
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the base class
        """The request log is kept elsewhere."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What cannot be read as a request, or has a method of its own: a container's page, and the end of the
        connection."""
        words = f"HTTP method {self.command} is not supported by this URL" if code == 501 else HTTPStatus(code).phrase
        refusal = refusals.html_error(405 if code == 501 else code, words, headers=CLOSE)
        self.request_version = self.protocol_version
        try:
            self.send(refused(refusal), {})
        except OSError:
            self.close_connection = True

    def send(self, answer: Answer, headers: Mapping[str, str], *, truncate: bool = False) -> None:
        """Sends an answer to a request with these headers; ``truncate`` breaks off in the middle of its body."""
        body = answer.body
        zipped = len(body) >= GZIP_FROM and "gzip" in headers.get("accept-encoding", "")
        if zipped:
            body = gzip.compress(body, 1)
        self.send_response(answer.status)
        self.close_connection = self.close_connection or answer.headers.get("Connection") == "close"
        if answer.content_type and (body or answer.status == 200) and self.command != "HEAD":
            self.send_header("Content-Type", answer.content_type)
        for key, value in answer.headers.items():
            if value:
                self.send_header(key, value)
        if zipped:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if truncate:
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            raise Gone
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def body(self, headers: dict[str, str]) -> bytes:
        """The body, whole. Raises Refusal when its length is nonsense or too much, Gone when the client stops early."""
        self.connection.settimeout(BODY_SECONDS)
        try:
            if headers.get("transfer-encoding", "").lower() == "chunked":
                return self._chunks()
            text = headers.get("content-length", "0") or "0"
            if not (text.isascii() and text.isdecimal()):
                raise refusals.html_error(400, "Bad Request", headers=CLOSE)
            return self._read(int(text), LARGEST_BODY)
        finally:
            self.connection.settimeout(IDLE_SECONDS)

    def _read(self, length: int, most: int) -> bytes:
        if length > most:
            # Not recorded: a container's limit for bodies.
            raise refusals.html_error(413, "Request Entity Too Large", headers=CLOSE)
        data = self.rfile.read(length) if length else b""
        if len(data) < length:
            raise Gone
        return data

    def _chunks(self) -> bytes:
        found = b""
        while True:
            size = self.rfile.readline(80).split(b";")[0].strip()
            if not size or not all(digit in b"0123456789abcdefABCDEF" for digit in size):
                raise refusals.html_error(400, "Bad Request", headers=CLOSE)
            length = int(size, 16)
            found += self._read(length, LARGEST_BODY - len(found))
            if length == 0:
                while self.rfile.readline(LARGEST_LINE).strip():
                    continue
                return found
            self._read(2, 2)

    def cut(self) -> None:
        """Ends the connection hard, as a crashed engine would."""
        self.close_connection = True
        try:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        except OSError:
            return
