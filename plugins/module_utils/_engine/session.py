# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing in, renewing and signing out, shared by all threads of a client (contract 01, 1.1)."""

from __future__ import annotations

import html
import json
import re
import threading
import typing as t
import urllib.parse

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import (
    BadInput,
    SignInFailed,
    TokenExpired,
    UnexpectedAnswer,
    Unreachable,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.faults import from_answer
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.patience import NOT_READY
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.transport import Answer, Lost, NotSent

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.auth import Credentials
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.patience import Counts, Patient

SCOPE = "ovirt-app-api"
_HEADERS = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
"""The engine takes exactly this Accept and nothing wider."""


class Session:
    """The token of a client. Signs in when one is first needed, and only if none was given."""

    def __init__(self, credentials: Credentials, patient: Patient, counts: Counts) -> None:
        self._credentials = credentials
        self._patient = patient
        self._counts = counts
        self._lock = threading.Lock()
        self._token = _checked(credentials.token) if credentials.token else ""
        self._hidden: tuple[str, ...] = ()
        self._own = False
        self._refused: SignInFailed | None = None

    def token(self) -> str:
        """The token to use now. Raises SignInFailed, Unreachable, UnexpectedAnswer."""
        if not self._token:
            with self._lock:
                if not self._token:
                    self._sign_in()
        return self._token

    def renew(self, refused: str, method: str, path: str, subject: str) -> str:
        """Another token than ``refused``, which got a 401 on that request; one thread signs in for all.

        Raises TokenExpired without a password, and what ``token`` raises.
        """
        with self._lock:
            if self._token == refused:
                if not (self._credentials.username and self._credentials.password):
                    raise TokenExpired(self._credentials.url, method, path, subject)
                self._sign_in()
            return self._token

    def not_accepted(self, words: str) -> SignInFailed:
        """The error for a token that was refused although the engine has only just given it."""
        return SignInFailed(
            self._credentials.url,
            self._credentials.username or "",
            "401",
            words.rstrip(". ") or "the engine does not accept the token that it has just given",
            advice="Check that the user may use the API, and that the engine's clock is right.",
        )

    def hide(self, secrets: t.Iterable[str]) -> None:
        """More secrets that scrub() takes out: those that requests carry in their bodies."""
        self._hidden = (*self._hidden, *secrets)

    def scrub(self, said: bytes) -> bytes:
        """Words of the engine or the system without the secrets of this session, should they be printed back.

        Shorter ones than four characters are left: taking those out would leave no text.
        """
        for secret in (*self._credentials.secrets(), self._token, *self._hidden):
            for form in (secret, html.escape(secret), urllib.parse.quote(secret, safe="")):
                if len(form) >= 4:
                    said = said.replace(form.encode(), b"***")
        return said

    def sign_out(self) -> str:
        """End the session if this object began it; a token that was given stays valid. "" or why it did not work."""
        with self._lock:
            token, own = self._token, self._own
            if not own:
                return ""
            self._token, self._own = "", False
        try:
            answer = self._post(
                "/services/sso-logout", {"scope": SCOPE, "token": token}, self._patient.transport.exchange
            )
        except (Unreachable, UnexpectedAnswer) as error:
            return f"Sign-out did not work, the session ends by itself after a while: {error}"
        if answer.status != 200 or b'"error"' in answer.body:
            return f"Sign-out was answered with {answer.status}; the session ends by itself after a while."
        return ""

    def _sign_in(self) -> None:
        """Get a token for user and password. The caller holds the lock."""
        if self._refused:
            # Sixteen threads that each try a wrong password lock the account.
            raise self._refused
        username = self._credentials.username or ""
        answer = self._post(
            "/sso/oauth/token",
            {
                "grant_type": "password",
                "scope": SCOPE,
                "username": username,
                "password": self._credentials.password or "",
            },
        )
        said = _json(answer)
        token = said.get("access_token")
        if answer.status == 200 and isinstance(token, str) and token:
            self._token, self._own = _checked(token), True
            self._counts.add(sign_ins=1)
            return
        if "error" in said:
            code, words = str(said["error"]), str(said.get("error_description") or "")
            if "error_code" in said:
                code, words = str(said["error_code"]), code
            words = self.scrub(words.encode()).decode().rstrip(". ") or "no reason given"
            self._refused = SignInFailed(self._credentials.url, username, code, words, advice=_advice(code))
            raise self._refused
        if answer.status in NOT_READY:
            raise Unreachable(self._credentials.url, f"its sign-in answers {answer.status}", "Try again in a while.")
        fault = from_answer(answer.status, answer.body, answer.header("Content-Type"))
        where = answer.header("Location").split("?")[0]
        raise UnexpectedAnswer(
            f"the sign-in does not answer with a token but with {f'a redirect to {where}' if where else fault.reason}",
            status=answer.status,
            method="POST",
            path=self._path("/sso/oauth/token"),
        )

    def _path(self, place: str) -> str:
        """A place beside the API: "/ovirt-engine/api" has "/ovirt-engine/sso" and "/ovirt-engine/services"."""
        return urllib.parse.urlsplit(self._credentials.url).path.rpartition("/")[0] + place

    def _post(self, place: str, form: t.Mapping[str, str], send: t.Callable[..., Answer] | None = None) -> Answer:
        try:
            return (send or self._patient.send)(
                "POST",
                self._path(place),
                _HEADERS,
                urllib.parse.urlencode(form).encode(),
                timeout=self._credentials.read_timeout,
                repeatable=True,
            )
        except NotSent as error:
            raise Unreachable(self._credentials.url, error.why, error.advice) from None
        except Lost as error:
            raise Unreachable(self._credentials.url, f"{error.why} (sign-in or sign-out)") from None


def _checked(token: str) -> str:
    """The token, if it can stand in a header: the HTTP library would quote another one in its error."""
    if not re.fullmatch(r"[\x21-\x7e]+", token):
        raise BadInput("The token holds blanks or characters that no token has. Give it exactly as the engine gave it.")
    return token


def _json(answer: Answer) -> dict[str, t.Any]:
    """The answer's object; the first one of a list; {} for anything else."""
    try:
        said = json.loads(answer.body)
    except ValueError:
        return {}
    if isinstance(said, list):
        said = said[0] if said else {}
    return said if isinstance(said, dict) else {}


def _advice(code: str) -> str:
    """What to do about a refusal that is not about user and password."""
    if code in ("access_denied", "invalid_grant"):
        return ""
    return "This is not about the password: the engine's sign-in service does not take the request. See engine.log."
