# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing in: tokens from the SSO, Basic on every request (contract 01, 1.1 and 1.2; 01 recordings)."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import threading
from collections.abc import Mapping

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.clock import Clock
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer

_GONE = "invalid_grant: The provided authorization grant for the auth code has expired."
_SCOPES = (
    "ovirt-app-api ovirt-ext=token-info:authz-search ovirt-ext=token-info:public-authz-search "
    "ovirt-ext=token-info:validate "
    "ovirt-ext=token:password-access"
)
_BAD_GRANT = "The authorization grant type is not supported by the authorization server."
_LOGIN = "Unable to log in. Verify your login information or contact the system administrator."
COOKIE = "JSESSIONID"
SESSION_SECONDS = 1800.0
"""How long a session lasts without a request (option UserSessionTimeOutInterval)."""


def _granted(scope: str) -> str:
    """The scopes of a token: whoever asks for an application gets the API (01 recordings 1-16, 130)."""
    wanted = set(scope.split())
    if not wanted & {"ovirt-app-api", "ovirt-app-portal"}:
        return scope
    further = {"ovirt-ext=revoke:revoke-all"} if "ovirt-app-portal" in wanted else set()
    return " ".join(sorted({*_SCOPES.split(), *wanted, *further}))


class Accounts:
    """Who may sign in, and the tokens that were given out."""

    def __init__(self, clock: Clock, username: str, password: str, token_seconds: float) -> None:
        self._clock = clock
        self._username = username
        self._password = password
        self._seconds = token_seconds
        self._tokens: dict[str, float] = {}
        self._sessions: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def token(self, form: Mapping[str, str], accept: str) -> Answer:
        """Answers a token request. Raises Refusal."""
        scope = form.get("scope", "")
        if form.get("grant_type") != "password":
            raise refusals.sso("unsupported_grant_type", _BAD_GRANT, scope)
        for field in ("username", "password"):
            if not form.get(field):
                raise refusals.sso("invalid_request", f"Missing parameter: '{field}'", scope)
        self._verify(form["username"], form["password"], scope)
        if accept != "application/json":
            raise refusals.sso("invalid_request", "Missing parameter: 'Accept Header'", scope)
        token = secrets.token_urlsafe(48)
        with self._lock:
            self._tokens[token] = self._clock.now() + self._seconds
        given = _granted(scope)
        data = {"access_token": token, "scope": given, "exp": "9223372036854775807", "token_type": "bearer"}
        return Answer(200, json.dumps(data, separators=(",", ":")).encode(), "application/json")

    def _verify(self, username: str, password: str, scope: str) -> None:
        _unused, at, profile = username.rpartition("@")
        if not at:
            raise refusals.sso(
                "access_denied",
                f"Cannot authenticate user '{username}@N/A': No valid profile found in credentials..",
                scope,
            )
        if profile != self._username.rpartition("@")[2]:
            raise refusals.sso(
                "access_denied",
                f"Cannot authenticate user '{username}': No valid profile found in credentials..",
                scope,
            )
        if username != self._username or not secrets.compare_digest(password.encode(), self._password.encode()):
            raise refusals.sso("access_denied", f"Cannot authenticate user '{username}': {_LOGIN}.", scope)

    def open_session(self, minutes: str = "") -> str:
        """A session for a client that wants to stay signed in; returns its cookie. A number of minutes without a
        request ends it (header Session-TTL; contract 01, 1.2)."""
        cookie = secrets.token_urlsafe(24)
        seconds = float(minutes) * 60 if minutes.isdecimal() and int(minutes) else SESSION_SECONDS
        with self._lock:
            self._sessions[cookie] = (self._clock.now() + seconds, seconds)
        return cookie

    def in_session(self, header: str) -> bool:
        """Whether a Cookie header holds a session that lasts; it lasts longer by that."""
        held = dict(part.strip().partition("=")[::2] for part in header.split(";"))
        cookie = held.get(COOKIE, "")
        with self._lock:
            ends, seconds = self._sessions.get(cookie, (0.0, 0.0))
            if ends <= self._clock.now():
                return False
            self._sessions[cookie] = (self._clock.now() + seconds, seconds)
        return True

    def sign_out(self, token: str) -> Answer:
        """Forgets a token; an unknown one is as good (01 recordings 132-135)."""
        with self._lock:
            self._tokens.pop(token, None)
        return Answer(200, b"{ }", "application/json")

    def expire(self) -> int:
        """Makes every token of the site invalid; returns how many there were."""
        with self._lock:
            count = len(self._tokens)
            self._tokens.clear()
            self._sessions.clear()
        return count

    def check(self, header: str) -> str:
        """Lets a request in by its Authorization header; returns the scheme. Raises Refusal with 401."""
        scheme, _unused, value = header.partition(" ")
        if scheme == "Bearer":
            with self._lock:
                ends = self._tokens.get(value, 0.0)
            if ends <= self._clock.now():
                raise refusals.unauthorized(_GONE)
            return scheme
        if scheme == "Basic":
            try:
                username, _unused, password = base64.b64decode(value, validate=True).decode().partition(":")
            except (binascii.Error, UnicodeDecodeError):
                username = password = ""
            if not username:
                raise refusals.unauthorized(
                    "access_denied: Cannot authenticate user '@N/A': No user name found in credentials.."
                )
            if username != self._username or not secrets.compare_digest(password.encode(), self._password.encode()):
                raise refusals.unauthorized(f"access_denied: Cannot authenticate user '{username}': {_LOGIN}.")
            return scheme
        raise refusals.unauthorized()
