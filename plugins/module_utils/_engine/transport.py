# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One exchange with the engine: connections kept open, and exact knowledge of how far a failed request got.

Built on http.client rather than a larger HTTP library, because that knowledge decides between "not done, try again" and
"may have been done, look first":

* connecting, TLS or the proxy failed, or the connection broke before the last byte of the request was handed over: the
  engine has no complete request and does nothing (NotSent);
* anything that goes wrong later, to the last byte of the answer: Lost.

A connection that the engine closed while it was idle shows as readable and is thrown away before use. One that it
closes in the very moment of a write cannot be told from a write that was carried out; so writes only use connections
that were busy a moment ago, well within the 5 s after which a web server usually closes an idle one.
"""

from __future__ import annotations

import dataclasses
import http.client
import select
import socket
import ssl
import threading
import typing as t
import urllib.parse
import zlib

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.clock import Clock
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import UnexpectedAnswer

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.auth import Credentials
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.proxy import Proxy

IDLE_FOR_WRITES = 2.0
"""Seconds that a kept connection may have been idle to carry a write."""

LARGEST_ANSWER = 1 << 29
"""Bytes of an unpacked answer; 10,000 VMs with their disks make about 100 MB."""


class NotSent(Exception):
    """The engine got no complete request. ``lasting``: trying again is no use. ``advice``: what to do instead."""

    def __init__(self, why: str, lasting: bool = False, advice: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.lasting = lasting
        self.advice = advice


class Lost(Exception):
    """The engine got the request, and no complete answer came back."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclasses.dataclass(frozen=True)
class Answer:
    """What came back. ``framed``: its length was known, so the body is whole. ``wire_bytes``: as transferred."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes
    framed: bool = True
    wire_bytes: int = 0

    def header(self, name: str) -> str:
        return self.headers.get(name) or ""


class Transport:
    """The open connections to one engine. Safe for threads; each exchange has a connection to itself."""

    def __init__(self, credentials: Credentials, *, keep: int, clock: Clock) -> None:
        parts = urllib.parse.urlsplit(credentials.url)
        self._credentials = credentials
        self._clock = clock
        self._keep = keep
        self._tls = parts.scheme == "https"
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if self._tls else 80)
        self._place = f"{parts.scheme}://{parts.netloc}"
        self._lock = threading.Lock()
        self._context: ssl.SSLContext | None = None
        self._proxy: Proxy | None = None
        self._prepared = False
        self._idle: list[tuple[http.client.HTTPConnection, float]] = []
        self._closed = False

    def exchange(
        self,
        method: str,
        target: str,
        headers: t.Mapping[str, str],
        body: bytes | None,
        *,
        timeout: float,
        repeatable: bool,
    ) -> Answer:
        """Send one request and read the whole answer; ``timeout`` is the longest silence, in seconds.

        ``target`` is the path with query. ``repeatable`` says that doing it twice does no harm. Raises NotSent, Lost,
        UnexpectedAnswer (too large), BadInput (CA, proxy).
        """
        fresh = False
        while True:
            connection, kept = self._take(fresh, not repeatable)
            usable = False
            try:
                try:
                    connection.sock.settimeout(timeout)
                    connection.request(method, self._target(target), body, self._headers(headers))
                except OSError as error:
                    if not kept:
                        raise NotSent(f"the connection broke while the request was sent ({_why(error)})") from None
                    fresh = True
                    continue
                try:
                    answer, usable = self._receive(connection, method, target)
                except TimeoutError:
                    raise Lost(f"no answer within {timeout:g} s") from None
                except (OSError, http.client.HTTPException, zlib.error, EOFError) as error:
                    if not (kept and repeatable and isinstance(error, ConnectionError)):
                        raise Lost(_why(error)) from None
                    fresh = True
                    continue
                return answer
            finally:
                self._give_back(connection, usable)

    def close(self) -> None:
        """Close what is idle; what is in use is closed when its exchange ends."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection, _since in idle:
            connection.close()

    def _take(self, fresh: bool, for_write: bool) -> tuple[http.client.HTTPConnection, bool]:
        """(connection, whether it was kept from before): the one used last, if it is good for this, else a new one."""
        while not fresh:
            with self._lock:
                if not self._idle:
                    break
                if for_write and self._clock.now() - self._idle[-1][1] > IDLE_FOR_WRITES:
                    break
                connection, _since = self._idle.pop()
            if not _readable(connection.sock):
                return connection, True
            connection.close()
        return self._connect(), False

    def _give_back(self, connection: http.client.HTTPConnection, usable: bool) -> None:
        with self._lock:
            if usable and not self._closed and len(self._idle) < self._keep:
                self._idle.append((connection, self._clock.now()))
                return
        connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        """A new connection, TLS and proxy tunnel included. Raises NotSent."""
        self._prepare()
        timeout = self._credentials.connect_timeout
        via = self._proxy
        host, port = (via.host, via.port) if via else (self._host, self._port)
        connection: http.client.HTTPConnection
        if self._tls:
            connection = http.client.HTTPSConnection(host, port, timeout=timeout, context=self._context)
            if via:
                connection.set_tunnel(self._host, self._port, via.headers)
        else:
            connection = http.client.HTTPConnection(host, port, timeout=timeout)
        connection.auto_open = 0
        try:
            connection.connect()
        except (OSError, http.client.HTTPException, UnicodeError) as error:
            connection.close()
            raise _not_connected(error, f"{host}:{port}", timeout, str(via or "")) from None
        return connection

    def _prepare(self) -> None:
        """Read CA and proxy settings, once, when the first connection is made."""
        with self._lock:
            if self._prepared:
                return
            if self._tls:
                from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import tls

                self._context = tls.context(self._credentials)
            if self._credentials.use_proxy:
                from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import proxy

                self._proxy = proxy.from_environment("https" if self._tls else "http", self._host, self._port)
            self._prepared = True

    def _target(self, target: str) -> str:
        """The request line's target: a proxy without tunnel wants the whole URL."""
        return f"{self._place}{target}" if self._proxy and not self._tls else target

    def _headers(self, headers: t.Mapping[str, str]) -> t.Mapping[str, str]:
        return {**headers, **self._proxy.headers} if self._proxy and not self._tls else headers

    def _receive(self, connection: http.client.HTTPConnection, method: str, target: str) -> tuple[Answer, bool]:
        """(the whole answer, whether the connection can be used again)."""
        response = connection.getresponse()
        framed = response.chunked or response.length is not None
        reusable = framed and not response.will_close
        raw = response.read()
        if not raw and not framed and response.status < 400:
            raise EOFError  # http.client takes a head that was cut for a whole one
        body = raw
        if response.headers.get("Content-Encoding", "").lower() == "gzip" and raw:
            unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
            body = unpacker.decompress(raw, LARGEST_ANSWER)
            if len(body) < LARGEST_ANSWER and not unpacker.eof:
                raise EOFError
        if len(body) >= LARGEST_ANSWER:
            raise UnexpectedAnswer(
                f"it is larger than {LARGEST_ANSWER >> 20} MiB", status=response.status, method=method, path=target
            )
        return Answer(response.status, response.headers, body, bool(framed), len(raw)), reusable


def _readable(sock: socket.socket) -> bool:
    """True if something waits to be read, which on an idle connection can only be its end."""
    poll = select.poll()
    poll.register(sock, select.POLLIN | select.POLLPRI)
    return bool(poll.poll(0))


def _not_connected(error: Exception, place: str, timeout: float, via: str) -> NotSent:
    """Why no connection came about, and whether trying again could help."""
    through = " through the proxy of the environment" if via else ""
    if isinstance(error, ssl.SSLCertVerificationError):
        return NotSent(
            f"its certificate is not trusted ({error.verify_message})",
            lasting=True,
            advice="Give the engine's CA as ca_file or ca_content and the host name that the certificate has; "
            "or say insecure: true, at the price that anybody in between can read the password.",
        )
    if isinstance(error, ssl.SSLError):
        return NotSent(
            f"TLS with {place} failed ({error.reason or 'no reason given'})",
            lasting=True,
            advice="Check scheme and port of the URL, and what stands between.",
        )
    if isinstance(error, socket.gaierror):
        return NotSent(
            f"the name of {place} cannot be resolved ({error.strerror})", lasting=error.errno != socket.EAI_AGAIN
        )
    if isinstance(error, UnicodeError):
        return NotSent(f"{place} is not a host name", lasting=True)
    if isinstance(error, TimeoutError):
        return NotSent(f"no connection to {place}{through} within {timeout:g} s")
    if via and isinstance(error, OSError) and error.errno is None:
        return NotSent(f"the proxy {via} refused: {error}", lasting=True, advice="Check the proxy's rules and user.")
    return NotSent(f"no connection to {place}{through}: {_why(error)}")


def _why(error: Exception) -> str:
    """A failed exchange in words."""
    if isinstance(error, http.client.RemoteDisconnected):
        return "the engine closed the connection without an answer"
    if isinstance(error, ConnectionResetError):
        return "the connection was reset"
    if isinstance(error, (http.client.IncompleteRead, EOFError, ssl.SSLEOFError)):
        return "the answer ended too early"
    if isinstance(error, zlib.error):
        return "the answer could not be unpacked"
    if isinstance(error, http.client.HTTPException):
        return "the answer was not HTTP"
    return str(getattr(error, "strerror", None) or type(error).__name__)
