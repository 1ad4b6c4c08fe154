# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A scripted server on loopback that misbehaves on demand, and a clock without waiting."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import json
import socket
import ssl
import struct
import threading
import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.clock import Clock

API = "/ovirt-engine/api"
TOKEN = "/ovirt-engine/sso/oauth/token"
LOGOUT = "/ovirt-engine/services/sso-logout"


class FakeClock(Clock):
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


@dataclasses.dataclass
class Asked:
    """A request as the server got it."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def path(self) -> str:
        return self.target.split("?")[0]


@dataclasses.dataclass
class Reply:
    """An answer. ``send``: only so many bytes of it (-1: all); ``end``: what happens to the connection then."""

    status: int = 200
    body: bytes = b"<vms/>"
    kind: str = "application/xml;charset=UTF-8"
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    send: int = -1
    end: str = "keep"  # keep, close, reset, silent
    chunked: bool = False
    framed: bool = True

    def encoded(self) -> bytes:
        head = [f"HTTP/1.1 {self.status} Whatever"]
        fields = dict(self.headers)
        if self.kind:
            fields["Content-Type"] = self.kind
        body = self.body
        if self.chunked:
            fields["Transfer-Encoding"] = "chunked"
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        elif self.framed:
            fields["Content-Length"] = str(len(body))
        head += [f"{name}: {value}" for name, value in fields.items()]
        whole = "\r\n".join(head).encode() + b"\r\n\r\n" + body
        return whole if self.send < 0 else whole[: self.send]


RESET = Reply(send=0, end="reset")
"""The request is read, then the connection is reset."""


def json_reply(status: int, said: object) -> Reply:
    return Reply(status, json.dumps(said).encode(), "application/json")


class Server:
    """Answers from a script per (method, path): each reply once, the last one for ever. Signs in by default."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.script: dict[tuple[str, str], collections.deque[Reply]] = {}
        self.asked: list[Asked] = []
        self.connections = 0
        self.tokens = 0
        self.on_request: t.Callable[[Asked], Reply | None] = lambda asked: None
        self._context = context
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.scheme = "https" if context else "http"
        self.url = f"{self.scheme}://127.0.0.1:{self.port}{API}"
        threading.Thread(target=self._accept, daemon=True).start()

    def answer(self, method: str, path: str, *replies: Reply) -> None:
        """Script the answers for a path below the API (or a whole path)."""
        whole = path if path.startswith("/ovirt-engine/") else API + path
        self.script[method, whole] = collections.deque(replies)

    def seen(self, method: str, path: str = "") -> list[Asked]:
        """Requests to the API of that method, and path if given."""
        return [
            asked
            for asked in self.asked
            if asked.method == method and asked.path.startswith(API) and (not path or asked.path == API + path)
        ]

    def drop_idle(self) -> None:
        """Close every connection, as a web server does with idle ones."""
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def stop(self) -> None:
        """Refuse connections from now on, and drop those that are open."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.drop_idle()

    def start_again(self) -> None:
        """Listen on the same port once more."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _peer = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection, self.connections), daemon=True).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        try:
            if self._context:
                connection = self._context.wrap_socket(connection, server_side=True)
            self._open.append(connection)
            stream = connection.makefile("rb")
            while True:
                asked = self._read(stream, number)
                if asked is None:
                    break
                self.asked.append(asked)
                reply = self.on_request(asked) or self._reply(asked)
                if reply.end == "silent":
                    stream.read()
                    break
                connection.sendall(reply.encoded())
                if reply.end == "reset":
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                if reply.end != "keep":
                    break
            stream.close()
        except OSError:
            pass
        connection.close()

    @staticmethod
    def _read(stream: t.BinaryIO, number: int) -> Asked | None:
        first = stream.readline().decode("latin-1")
        if not first.endswith(" HTTP/1.1\r\n"):
            return None
        method, target, _version = first.split()
        headers = {}
        while (line := stream.readline().decode().rstrip("\r\n")) != "":
            name, _colon, value = line.partition(": ")
            headers[name.lower()] = value
        body = stream.read(int(headers.get("content-length", "0")))
        return Asked(method, target, headers, body, number)

    def _reply(self, asked: Asked) -> Reply:
        replies = self.script.get((asked.method, asked.path))
        if replies:
            return replies.popleft() if len(replies) > 1 else replies[0]
        if asked.path == TOKEN:
            self.tokens += 1
            return json_reply(200, {"access_token": f"token-{self.tokens}", "scope": "ovirt-app-api", "exp": "1"})
        if asked.path == LOGOUT:
            return json_reply(200, {})
        return Reply(404, b"", "")
