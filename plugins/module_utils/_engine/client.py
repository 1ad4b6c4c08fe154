# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client: what the rest of the collection uses to speak with one engine."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import secrets
import string
import types
import typing as t
import urllib.parse

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import faults, xml
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.clock import Clock
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import (
    BadInput,
    LostAnswer,
    UnexpectedAnswer,
    Unreachable,
    UnsupportedVersion,
    WriteRefused,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.patience import NOT_READY, Counts, Patient
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.session import Session
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.transport import (
    Answer,
    Lost,
    NotSent,
    Transport,
)

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.auth import Credentials
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import Element

READ_POSTS = frozenset({"isattached", "discoveriscsi", "iscsidiscover", "unregisteredstoragedomainsdiscover"})
"""Actions that change nothing. This list decides what check mode may send: every entry was reviewed for that.
``iscsilogin`` is not on it, it leaves a session on the host. So would the last one for a target that the host is not
signed in to: host_storage.unknown_domains asks it for others only."""

Query = t.Mapping[str, str]
_HEADERS = {
    "Accept": "application/xml",
    "Accept-Encoding": "gzip",
    "Accept-Language": "en-US",  # faults.is_busy knows the English texts
    "Version": "4",
}
_RUN_ID = re.compile(r"[0-9a-z]{8}")


class Client:
    """Speaks with one engine, from as many threads as the caller likes. A context manager.

    Paths are below the API ("/vms", "/storagedomains/ID/vms;unregistered"), or an ``href`` of the engine. ``subject``
    names the object for error texts ("VM web01"). ``timeout`` is the longest silence of the engine in seconds, if it
    is not to be that of the credentials; attach and the lists of unregistered entities need much.

    Every call raises, besides what it says: Fault (the engine refuses), Unreachable (nothing was done), SignInFailed,
    TokenExpired, UnexpectedAnswer.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        concurrency: int = 8,
        read_only: bool = False,
        run_id: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.run_id = run_id or "".join(secrets.choice(string.digits + string.ascii_lowercase) for _turn in range(8))
        if not _RUN_ID.fullmatch(self.run_id):
            raise BadInput(f"The run id '{self.run_id}' is not made of eight of the characters 0-9 and a-z.")
        self.url = credentials.url
        self.concurrency = concurrency
        self.read_only = read_only
        self.counts = Counts()
        self.warnings: list[str] = []
        self._read_timeout = credentials.read_timeout
        clock = clock or Clock()
        self._transport = Transport(credentials, keep=concurrency + 2, clock=clock)
        self._patient = Patient(self._transport, clock, self.counts)
        self._session = Session(credentials, self._patient, self.counts)
        self._base = urllib.parse.urlsplit(credentials.url).path
        self._version: tuple[int, int, int] | None = None

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: types.TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Sign out, if this client signed in itself, and close the connections.

        A sign-out that did not work harms nothing and goes to ``warnings``.
        """
        warning = self._session.sign_out()
        if warning:
            self.warnings.append(warning)
        self._transport.close()

    def hide(self, *secrets: str) -> None:
        """Secrets that requests will carry: no error text holds them, should the engine repeat them."""
        self._session.hide(secrets)

    def correlation_id(self, step: str) -> str:
        """The mark under which the engine's jobs, events and log keep a step of this run: the same for the same step.

        29 characters of the alphabet that the engine leaves as it is (contract 01, 1.7).
        """
        return f"{self.run_id}-{hashlib.sha256(step.encode()).hexdigest()[:20]}"

    def get(self, path: str, *, query: Query | None = None, subject: str = "", timeout: float | None = None) -> Element:
        """The root element at ``path``. Repeated when that may help, so a Fault 404 is the engine's word."""
        self.counts.add(reads=1)
        request = _Request("GET", path, None, query, self.run_id, subject, timeout, repeatable=True)
        root = self._ask(request)
        if root is None:
            raise request.unexpected(200, "it is empty")
        return root

    def post(
        self,
        path: str,
        body: Element | None = None,
        *,
        query: Query | None = None,
        step: str = "",
        subject: str = "",
        timeout: float | None = None,
    ) -> Element | None:
        """Create something or call an action: the root of the answer, None if it has no body.

        Without ``body`` an empty action is sent. ``step`` makes the correlation id. Raises LostAnswer when it may or
        may not have been done, WriteRefused when this client may only read and the action is not in READ_POSTS.
        """
        return self._write("POST", path, body, query, step, subject, timeout)

    def put(
        self,
        path: str,
        body: Element | None,
        *,
        query: Query | None = None,
        step: str = "",
        subject: str = "",
        timeout: float | None = None,
    ) -> Element | None:
        """Change something. As ``post``."""
        return self._write("PUT", path, body, query, step, subject, timeout)

    def delete(
        self,
        path: str,
        *,
        query: Query | None = None,
        step: str = "",
        subject: str = "",
        timeout: float | None = None,
    ) -> Element | None:
        """Remove something. As ``post``."""
        return self._write("DELETE", path, None, query, step, subject, timeout)

    def version(self) -> tuple[int, int, int]:
        """The engine's version, (4, 5, 8); read once. A number that is not told counts as 0."""
        if self._version is None:
            found = self.get("", subject="version of the engine").find("product_info/version")
            if found is None:
                raise UnexpectedAnswer("it tells no version", status=200, method="GET", path=self._base)
            major, minor, build = (xml.number(found, part) or 0 for part in ("major", "minor", "build"))
            self._version = (major, minor, build)
        return self._version

    def require(self, minimum: tuple[int, ...] = (4, 4)) -> None:
        """Raise UnsupportedVersion if the engine is older than ``minimum``."""
        found = self.version()
        if found[: len(minimum)] < minimum:
            raise UnsupportedVersion(self.url, ".".join(map(str, found)), ".".join(map(str, minimum)))

    def _write(
        self,
        method: str,
        path: str,
        body: Element | None,
        query: Query | None,
        step: str,
        subject: str,
        timeout: float | None,
    ) -> Element | None:
        harmless = method == "POST" and re.split("[?;]", path)[0].rstrip("/").rpartition("/")[2] in READ_POSTS
        if self.read_only and not harmless:
            raise WriteRefused(method, path, subject)
        self.counts.add(**{"reads" if harmless else "writes": 1})
        data = None if body is None else xml.tostring(body)
        if method == "POST" and data is None:
            data = b"<action/>"  # an empty body is a 400 (findings 1)
        mark = self.correlation_id(step or f"{method} {path}")
        return self._ask(_Request(method, path, data, query, mark, subject, timeout, harmless))

    def _ask(self, request: _Request) -> Element | None:
        """Send, and turn whatever happens into an element or an error."""
        try:
            answer = self._authorized(request)
        except NotSent as error:
            why = self._session.scrub(error.why.encode()).decode()
            raise Unreachable(self.url, why, error.advice) from None
        except Lost as error:
            if request.repeatable:
                why = f"{request.method} {request.path}: {error.why}, several times"
                raise Unreachable(self.url, why) from None
            raise request.lost(error.why) from None
        return self._judge(answer, request)

    def _authorized(self, request: _Request) -> Answer:
        """One request under the session's token; after a 401 once more under another. A 401 was not carried out."""
        target = self._target(request.path, request.query)
        headers = {**_HEADERS, "Correlation-Id": request.mark}
        if request.body is not None:
            headers["Content-Type"] = "application/xml"
        token = self._session.token()
        for renewed in (False, True):
            headers["Authorization"] = f"Bearer {token}"
            answer = self._patient.send(
                request.method,
                target,
                headers,
                request.body,
                timeout=request.timeout or self._read_timeout,
                repeatable=request.repeatable,
                readable=_whole,
            )
            if answer.status != 401:
                return answer
            if not renewed:
                token = self._session.renew(token, request.method, request.path, request.subject)
        refusal = faults.from_answer(401, self._session.scrub(answer.body), answer.header("Content-Type"))
        raise self._session.not_accepted(refusal.detail)

    def _judge(self, answer: Answer, request: _Request) -> Element | None:
        """The element of an answer, None if it has no body; the error that it means otherwise."""
        kind = answer.header("Content-Type")
        asked = (request.method, request.path, answer.header("Correlation-Id") or request.mark, request.subject)
        if answer.status >= 400:
            fault = faults.from_answer(answer.status, self._session.scrub(answer.body), kind, *asked)
            if answer.status in NOT_READY and not request.repeatable and "xml" not in kind:
                raise request.lost(f"what stands in front of the engine answered {fault.status} {fault.reason}")
            raise fault
        if answer.status >= 300:
            where = answer.header("Location").split("?")[0]
            raise request.unexpected(answer.status, f"it redirects to '{where}', which is not followed")
        if not answer.body.strip():
            return None
        try:
            root = xml.parse(answer.body)
            if root.tag == "html":
                raise xml.MalformedXml("it is an HTML page")
        except xml.MalformedXml as error:
            why = f"{error}, content type '{kind}'"
            raise (request.unexpected(answer.status, why) if request.repeatable else request.lost(why)) from None
        refusal = faults.inner(root, answer.status, *asked)
        if refusal:
            raise refusal
        return root

    def _target(self, path: str, query: Query | None) -> str:
        """The request's target: the path below the API with what needs it escaped, and the query."""
        if path and not path.startswith("/"):
            raise ValueError(f"a path begins with '/': {path}")
        whole = path if path.startswith(f"{self._base}/") else self._base + path
        target = urllib.parse.quote(whole, safe="/;=:,@!$&'()*+~%?")
        if not query:
            return target
        return f"{target}{'&' if '?' in target else '?'}{urllib.parse.urlencode(query, quote_via=urllib.parse.quote)}"


@dataclasses.dataclass(frozen=True)
class _Request:
    """What a call asks, and what it says when that goes wrong. ``mark`` is its correlation id."""

    method: str
    path: str
    body: bytes | None
    query: Query | None
    mark: str
    subject: str
    timeout: float | None
    repeatable: bool

    def lost(self, why: str) -> LostAnswer:
        return LostAnswer(self.method, self.path, correlation_id=self.mark, subject=self.subject, why=why)

    def unexpected(self, status: int, why: str) -> UnexpectedAnswer:
        return UnexpectedAnswer(
            why, status=status, method=self.method, path=self.path, correlation_id=self.mark, subject=self.subject
        )


def _whole(answer: Answer) -> bool:
    """Whether a body of unknown length is complete: its XML closes."""
    if answer.status >= 300 or not answer.body:
        return True
    try:
        xml.parse(answer.body)
    except xml.MalformedXml:
        return False
    return True
