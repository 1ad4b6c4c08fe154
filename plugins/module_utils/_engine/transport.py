# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One exchange with the engine, over requests: connections kept open, and how far a failed request got.

That decides between "not done, try again" and "may have been done, look first":

* no connection came about (address, TLS, proxy): the engine has no request and does nothing (NotSent). The exceptions
  of requests do not tell this from a later failure of TLS, or a reset; so the connections themselves say it;
* anything that goes wrong on a connection, to the last byte of the answer: Lost.

The adapter of requests is used without a session: sessions bring cookies, redirects, netrc and the environment, none
of which is wanted here.

urllib3 throws away an idle connection whose end it sees. One that the engine closes in the very moment of a write
cannot be told from a write that was carried out; so no write begins on connections kept from before a silence of 2 s,
well within the 5 s after which a web server usually closes an idle one.
"""

from __future__ import annotations

import dataclasses
import http.client
import socket
import ssl
import threading
import traceback
import typing as t
import urllib.parse
import zlib

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import tls
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.clock import Clock
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput, UnexpectedAnswer

if t.TYPE_CHECKING:
    import requests
    import urllib3
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.auth import Credentials
    from requests.adapters import HTTPAdapter
    from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
    from urllib3.connection import HTTPConnection, HTTPSConnection

    REQUESTS_ERROR: str | None = None
else:
    try:
        import requests
        import urllib3
        from requests.adapters import HTTPAdapter
        from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
        from urllib3.connection import HTTPConnection, HTTPSConnection
    except ImportError:
        REQUESTS_ERROR = traceback.format_exc()
        HTTPAdapter = HTTPConnectionPool = HTTPSConnectionPool = HTTPConnection = HTTPSConnection = object
    else:
        REQUESTS_ERROR = None

IDLE_FOR_WRITES = 2.0
"""Seconds of silence after which a write begins on a new connection."""

LARGEST_ANSWER = 1 << 29
"""Bytes of an answer, packed or unpacked; 10,000 VMs with their disks make about 100 MB."""

PIECE = 1 << 20
"""Bytes that are read at once."""


class NotSent(Exception):
    """The engine got no complete request. ``lasting``: trying again is no use. ``advice``: what to do instead."""

    def __init__(self, why: str, lasting: bool = False, advice: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.lasting = lasting
        self.advice = advice


class Lost(Exception):
    """The engine may have got the request, and no complete answer came back."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclasses.dataclass(frozen=True)
class Answer:
    """What came back. ``framed``: its length was known, so the body is whole. ``wire_bytes``: as transferred."""

    status: int
    headers: t.Mapping[str, str]
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
        self._place = f"{parts.scheme}://{parts.netloc}"
        self._lock = threading.Lock()
        self._adapter: _Adapter | None = None
        self._proxies: dict[str, str] = {}
        self._busy = clock.now()

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
        adapter = self._ready(not repeatable)
        try:
            request = requests.Request(method, self._place + target, headers=dict(headers), data=body).prepare()
        except requests.exceptions.InvalidURL:
            raise NotSent(f"{self._place} does not name a host", lasting=True) from None
        timeouts = (self._credentials.connect_timeout, timeout)
        try:
            with adapter.send(request, stream=True, timeout=timeouts, proxies=self._proxies) as response:
                return _answer(response, method, target)
        except requests.exceptions.InvalidURL:
            raise _unusable_proxy() from None
        except (OSError, urllib3.exceptions.HTTPError, http.client.HTTPException, zlib.error, EOFError) as error:
            raise _failed(error, timeout) from None
        finally:
            self._busy = self._clock.now()

    def close(self) -> None:
        """Close what is idle; what is in use is closed when its exchange ends."""
        with self._lock:
            if self._adapter:
                self._adapter.close()

    def _ready(self, for_write: bool) -> _Adapter:
        """The adapter, made with the first request: CA and proxy settings are read once."""
        with self._lock:
            if self._adapter is None:
                if self._credentials.use_proxy:
                    found = requests.utils.get_environ_proxies(self._place)
                    # requests takes the user of "me:password@proxy:3128" for a scheme
                    self._proxies = {kind: name if "://" in name else f"http://{name}" for kind, name in found.items()}
                self._adapter = _Adapter(tls.context(self._credentials) if self._tls else None, self._keep)
            elif for_write and self._clock.now() - self._busy > IDLE_FOR_WRITES:
                self._adapter.close()
            return self._adapter


class _Adapter(HTTPAdapter):
    """Connections of the kinds below, all under one TLS context. Sends once and never again by itself."""

    def __init__(self, context: ssl.SSLContext | None, keep: int) -> None:
        self._context = context
        super().__init__(pool_maxsize=keep)

    def init_poolmanager(self, *args: t.Any, **kwargs: t.Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=self._context)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: t.Any) -> urllib3.ProxyManager:
        """As in requests, for a proxy that is spoken with by plain HTTP. Raises BadInput for any other."""
        try:
            manager: urllib3.ProxyManager = super().proxy_manager_for(proxy, **kwargs, ssl_context=self._context)
        except ValueError:
            raise _unusable_proxy() from None
        if not proxy.lower().startswith("http:"):
            raise _unusable_proxy()
        manager.pool_classes_by_scheme = _POOLS
        return manager

    def cert_verify(self, conn: t.Any, url: str, verify: object, cert: object) -> None:
        """Nothing: the context says whom to trust, where requests would add the authorities that it brings along."""

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: t.Any, cert: t.Any = None
    ) -> tuple[t.Any, t.Any]:
        """The host, and no TLS settings beside the context."""
        host, _settings = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {}


class _PlainConnection(HTTPConnection):
    def connect(self) -> None:
        _connect(self, super().connect)


class _TlsConnection(HTTPSConnection):
    def connect(self) -> None:
        _connect(self, super().connect)
        if self.ssl_context and self.ssl_context.verify_mode == ssl.CERT_NONE:
            self.is_verified = True  # ``insecure`` was said, so urllib3 need not warn of it


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


_POOLS = {"http": _PlainPool, "https": _TlsPool}


def _connect(connection: HTTPConnection, connect: t.Callable[[], None]) -> None:
    """Connect, TLS and proxy tunnel included. Raises NotSent, which requests and urllib3 let pass."""
    try:
        connect()
    except (OSError, urllib3.exceptions.HTTPError, http.client.HTTPException, ValueError) as error:
        cause = error.__context__ if isinstance(error, urllib3.exceptions.HTTPError) else None
        place = f"{connection.host}:{connection.port}"
        raise _not_connected(cause or error, place, connection.timeout, bool(connection.proxy)) from None


def _answer(response: requests.Response, method: str, target: str) -> Answer:
    """The whole answer. Raises EOFError, zlib.error, UnexpectedAnswer, and what reading raises."""
    stream = response.raw
    framed = stream.chunked or stream.length_remaining is not None
    too_large = UnexpectedAnswer(
        f"it is larger than {LARGEST_ANSWER >> 20} MiB", status=response.status_code, method=method, path=target
    )
    pieces, size = [], 0
    for piece in stream.stream(PIECE, decode_content=False):
        pieces.append(piece)
        size += len(piece)
        if size >= LARGEST_ANSWER:
            raise too_large
    if stream.length_remaining:
        raise EOFError  # which urllib3 before 2.0 does not notice
    if not size and not framed and response.status_code < 400:
        raise EOFError  # http.client takes a head that was cut for a whole one
    body = b"".join(pieces)
    if response.headers.get("Content-Encoding", "").lower() == "gzip" and body:
        unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
        body = unpacker.decompress(body, LARGEST_ANSWER)
        if len(body) >= LARGEST_ANSWER:
            raise too_large
        if not unpacker.eof:
            raise EOFError
    return Answer(response.status_code, response.headers, body, framed, size)


def _unusable_proxy() -> BadInput:
    """The address of a proxy may hold a password, so it is not quoted."""
    return BadInput(
        "The environment names a proxy that cannot be used. Set https_proxy (http_proxy for an engine without TLS) to "
        "http://HOST:PORT, or leave out use_proxy."
    )


def _not_connected(error: BaseException, place: str, timeout: float | None, via: bool) -> NotSent:
    """Why no connection came about, and whether trying again could help."""
    through = " through the proxy of the environment" if via else ""
    if isinstance(error, UnicodeError):
        return NotSent(f"{place} is not a host name", lasting=True)
    if isinstance(error, ValueError):  # of ssl, or of urllib3 for an address that is not in the certificate
        return NotSent(
            f"its certificate is not trusted ({getattr(error, 'verify_message', error)})",
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
    if isinstance(error, TimeoutError):
        return NotSent(f"no connection to {place}{through} within {timeout:g} s")
    if via and isinstance(error, OSError) and error.errno is None:
        return NotSent(f"the proxy {place} refused: {error}", lasting=True, advice="Check the proxy's rules and user.")
    return NotSent(f"no connection to {place}{through}: {getattr(error, 'strerror', None) or type(error).__name__}")


_WHYS: tuple[tuple[type[BaseException], str], ...] = (
    (http.client.RemoteDisconnected, "the engine closed the connection without an answer"),
    (ConnectionResetError, "the connection was reset"),
    (http.client.IncompleteRead, "the answer ended too early"),
    (EOFError, "the answer ended too early"),
    (ssl.SSLEOFError, "the answer ended too early"),
    (zlib.error, "the answer could not be unpacked"),
    (http.client.HTTPException, "the answer was not HTTP"),
)


def _failed(error: BaseException, timeout: float) -> NotSent | Lost:
    """What a failure on a connection means."""
    links = list(_links(error))
    if any(isinstance(link, urllib3.exceptions.ClosedPoolError) for link in links):
        return NotSent("the connections were closed before one was taken")
    if any(isinstance(link, (TimeoutError, urllib3.exceptions.TimeoutError)) for link in links):
        return Lost(f"no answer within {timeout:g} s")
    for kind, why in _WHYS:
        if any(isinstance(link, kind) for link in links):
            return Lost(why)
    return Lost(getattr(links[-1], "strerror", None) or "the answer ended too early or was not HTTP")


def _links(error: BaseException) -> t.Iterator[BaseException]:
    """The error and those that it was made from. Not ``__context__``, which may be what a caller was handling."""
    yield error
    for inner in (*error.args, getattr(error, "reason", None)):
        if isinstance(inner, BaseException):
            yield from _links(inner)
