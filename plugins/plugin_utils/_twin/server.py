# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One site on one port: HTTP with threads and kept connections, the request log, faults, sign-in, and the control
address."""

from __future__ import annotations

import math
import ssl
import sys
import threading
import traceback
from http.server import ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals, router
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.auth import COOKIE, Accounts
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.control import control
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.faults import Faults, Rule
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.log import SIGN_IN, LoggedRequest, RequestLog
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.media import JSON, to_json, wants_json
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.profile import ProcessDied, Profile
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import (
    Answer,
    Request,
    correlation_id,
    split_path,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.services import service
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.spm import restarted
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.trouble import Gone, suffer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.wire import Wire, refused

if TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    allow_reuse_address = True
    site_server: SiteServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """An error of our own is kept for whoever asks; a client that went away is none. Nothing is printed."""
        error = sys.exception()
        if not isinstance(error, (OSError, ValueError)):
            self.site_server.errors.append("".join(traceback.format_exception(error)))


class SiteServer:
    """The server of one site."""

    def __init__(
        self,
        twin: Twin,
        site: Site,
        profile: Profile,
        accounts: Accounts,
        log: RequestLog,
        faults: Faults,
        address: tuple[str, int],
        tls: tuple[str, str] | None,
    ) -> None:
        self.twin, self.site, self.profile, self.accounts, self.log, self.faults = (
            twin,
            site,
            profile,
            accounts,
            log,
            faults,
        )
        self.certificate = tls[0] if tls is not None else ""
        self._tls = tls
        self.errors: list[str] = []
        self._back_at: float | None = None
        self._http = _Server(address, _Handler)
        self._http.site_server = self
        if tls is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True, do_handshake_on_connect=False)
        self.address = (str(self._http.server_address[0]), int(self._http.server_address[1]))
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def start(self) -> None:
        """Answers from now on."""
        self._thread.start()

    def again(self, address: tuple[str, int]) -> SiteServer:
        """The same site on another address."""
        return SiteServer(self.twin, self.site, self.profile, self.accounts, self.log, self.faults, address, self._tls)

    def stop(self) -> None:
        """Closes the port."""
        if self._thread.is_alive():
            self._http.shutdown()
            self._thread.join(timeout=5)
        self._http.server_close()

    def replace(self, site: Site, profile: Profile) -> None:
        """Goes on with another state, or in another life."""
        self.site, self.profile, self._back_at = site, profile, None

    def die(self, seconds: float = 0.0) -> None:
        """The engine's process dies: requests under way end where they are, sessions are lost, nobody answers. It is
        there again after so many seconds of the twin's clock, 0 for not before ``live``. The state stays, as a database
        would."""
        self._back_at = self.profile.clock.now() + seconds if seconds else math.inf
        self.profile.die()
        self.accounts.expire()
        with self.site.lock:
            self.site.forget_commands()

    def live(self) -> None:
        """The engine's process is there again."""
        self.replace(self.site, self.twin.new_profile())
        with self.site.lock:
            restarted(self.site)

    @property
    def dead(self) -> bool:
        """Whether the engine's process is not there."""
        with self.profile.clock.changed:
            if self._back_at is not None and self.profile.clock.now() >= self._back_at:
                self.live()
            return self._back_at is not None

    def subject(self, path: str) -> str:
        """The name of the VM or template that a path is about."""
        with self.site.lock:
            for part in path.split("/"):
                for tag in ("vm", "template"):
                    entity = self.site.get(tag, part)
                    if entity is not None:
                        return entity.name
                for rows in self.site.unregistered.values():
                    if part in rows:
                        return rows[part].name
        return ""


class _Handler(Wire):
    """Answers one site's requests."""

    server: _Server

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = do_GET

    def _serve(self) -> None:
        owner = self.server.site_server
        clock = owner.profile.clock
        headers = {key.lower(): value for key, value in self.headers.items()}
        path, _unused, query = self.path.partition("?")
        correlation = correlation_id(headers, dict(parse_qsl(query)))
        try:
            if path.startswith("/_twin/"):
                found = control(owner, self.command, path, dict(parse_qsl(query)), self.body(headers))
                self.send(found, headers)
                return
            if owner.dead:
                raise Gone
            number, start, body, status = owner.log.open(), clock.now(), b"", 0
            rule: Rule | None = None
            try:
                answer = Answer(0)
                try:
                    body = self.body(headers)
                except refusals.Refusal as refusal:
                    answer = refused(refusal)
                if not answer.status:
                    owner.profile.delay()
                    rule = owner.faults.hit(self.command, path, owner.subject)
                    answer = self._answer(owner, path, headers, body, correlation, query, rule)
                status = answer.status
            finally:
                # Before the answer leaves: a client that has it finds its request in the log.
                secret = path.startswith(SIGN_IN)
                shown = path if secret or not query else f"{path}?{query}"
                text = "" if secret else body.decode("utf-8", "replace")
                took = clock.now() - start
                name = owner.site.name
                fault = rule.action if rule is not None else ""
                owner.log.close(
                    LoggedRequest(number, name, self.command, shown, status, correlation, start, took, text, fault)
                )
            if path.startswith(API):
                answer.headers = {"Correlation-Id": correlation, **answer.headers}
            self.send(answer, headers, truncate=fault == "truncate")
        except (Gone, ProcessDied):
            self.cut()
        except (BrokenPipeError, ConnectionError, TimeoutError):
            self.close_connection = True

    def _answer(
        self,
        owner: SiteServer,
        path: str,
        headers: dict[str, str],
        body: bytes,
        correlation: str,
        query: str,
        rule: Rule | None,
    ) -> Answer:
        def do() -> Answer:
            return self._carried_out(owner, path, headers, body, correlation, query)

        return do() if rule is None else suffer(owner, rule, self.command, path, body, correlation, do)

    def _carried_out(
        self, owner: SiteServer, path: str, headers: dict[str, str], body: bytes, correlation: str, query: str
    ) -> Answer:
        try:
            if path.startswith(API) and path[len(API) : len(API) + 1] in ("", "/"):
                return self._api(owner, headers, body, correlation)
            form = dict(parse_qsl(query)) | dict(parse_qsl(body.decode("utf-8", "replace")))
            return service(owner.accounts, path, form, headers, owner.certificate)
        except refusals.Refusal as refusal:
            return refused(refusal)
        except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
            # An error of our own: kept for whoever asks, and answered as the engine answers one of its own.
            owner.errors.append("".join(traceback.format_exception(error)))
            return refused(refusals.stack_trace(path, query, "java.lang.RuntimeException"))

    def _api(self, owner: SiteServer, headers: dict[str, str], body: bytes, correlation: str) -> Answer:
        raw = self.path[len(API) :]
        version = headers.get("version", "4")
        first = raw.lstrip("/").split("/")[0].split("?")[0].split(";")[0]
        versioned = first[:1] == "v" and first[1:].isdigit()
        if versioned:
            version, raw = first[1:], raw.lstrip("/")[len(first) :]
        if version != "4":
            words = f"HTTP method {self.command} is not supported by this URL"
            raise refusals.html_error(405, words) if version == "3" else refusals.html_error(400, "Bad Request")
        cookie = ""
        if headers.get("authorization") or not owner.accounts.in_session(headers.get("cookie", "")):
            owner.accounts.check(headers.get("authorization", ""))
            if headers.get("prefer", "") == "persistent-auth":
                cookie = owner.accounts.open_session(headers.get("session-ttl", ""))
        if self.command == "OPTIONS":
            return Answer(200, b"HEAD, GET, OPTIONS", "text/plain;charset=UTF-8")
        in_json = wants_json(headers.get("accept", ""))
        path, segments, params, text = split_path(raw)
        request = Request(
            self.command, path, segments, params, text, headers, body, headers.get("host", "localhost"), correlation
        )
        answer = router.answer(owner.site, request, owner.profile)
        if versioned and answer.content_type == refusals.XML:
            answer.body = answer.body.replace(f'href="{API}/'.encode(), f'href="{API}/v{version}/'.encode())
        if in_json and answer.content_type == refusals.XML and answer.body:
            answer.body, answer.content_type = to_json(answer.body), JSON
        if cookie:
            answer.headers["Set-Cookie"] = f"{COOKIE}={cookie}; path=/ovirt-engine/api; HttpOnly"
        return answer
