# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials that the recordings do not hold: which ones an exchange must have had, by how it was answered."""

from __future__ import annotations

import base64
import json
import re

from .reading import Record

_UNKNOWN = "no-token-that-was-ever-given-out"


class Credentials:
    """Tokens and cookies of one world's engines, by scene."""

    def __init__(self, username: str, password: str) -> None:
        self._username, self._password = username, password
        self._tokens: dict[tuple[str, int], str] = {}
        self._ended: dict[tuple[str, int], str] = {}
        self._own: dict[int, str] = {}
        self._cookies: dict[tuple[str, int], str] = {}

    def form(self, record: Record, text: str) -> str:
        """A form (in a body or a query) with a password and a token in place of those that were taken out."""
        refused = record.status == 400 and "Cannot authenticate user" in record.response
        wrong = refused and "admin@internal'" in record.response
        text = text.replace("password=PASSWORD", f"password={'not-' if wrong else ''}{self._password}")
        key = (record.scene, record.engine)
        token = self._tokens.get(key) or self._ended.get(key) or self._own.get(record.engine, "")
        return text.replace("token=TOKEN", f"token={token}")

    def headers(self, record: Record) -> dict[str, str]:
        """The Authorization and Cookie headers of an exchange."""
        key = (record.scene, record.engine)
        if record.auth == "Bearer":
            if record.status == 401:
                return {"Authorization": f"Bearer {self._ended.get(key, _UNKNOWN)}"}
            return {"Authorization": f"Bearer {self._tokens.get(key) or self._own[record.engine]}"}
        if record.auth == "Basic":
            plain = f"{self._username}:{self._password}"
            if record.status == 401:
                plain = "" if "No user name" in record.response else f"{self._username}:wrong"
            return {"Authorization": "Basic " + (base64.b64encode(plain.encode()).decode() or "xx")}
        if record.auth:
            return {"Authorization": f"{record.auth} x"}
        cookie = self._cookies.get(key)
        return {"Cookie": cookie} if cookie and record.status != 401 and "/ovirt-engine/api" in record.path else {}

    def own(self, engine: int, token: str) -> None:
        """A token for exchanges whose own log-in is not in their scene."""
        self._own[engine] = token

    def answered(self, record: Record, sent: str, status: int, body: str, cookie: str) -> None:
        """Takes what an answer brought: a token, a cookie, or the end of a token."""
        key = (record.scene, record.engine)
        if status == 200 and record.signs_in:
            self._tokens[key] = str(json.loads(body).get("access_token", ""))
        elif status == 200 and "sso-logout" in record.path:
            gone = re.search(r"token=([^&]+)", sent)
            if gone:
                self._ended[key] = gone.group(1)
                if self._tokens.get(key) == gone.group(1):
                    del self._tokens[key]
        if cookie:
            self._cookies[key] = cookie.split(";", maxsplit=1)[0]
