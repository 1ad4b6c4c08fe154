# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong, as exceptions.

Everything below a module file raises one of these. ``str(error)`` is the whole text for an operator: the object, what
was asked, the engine's status and words, and what to do next. ``error.failure()`` says the same for programs. Neither
ever holds a secret: callers pass names, paths and words of the engine, not request bodies or headers.
"""

from __future__ import annotations

import typing as t

_SEE_THE_LOG = "The engine's log (/var/log/ovirt-engine/engine.log) tells more."
_END = (".", "!", "?")
_CHECK_THE_USER = (
    "Check user, profile (admin@internal, admin@ovirt@internalsso) and password; repeated tries can lock the account."
)
_NOT_AN_ENGINE = (
    "Check that the URL is that of an oVirt engine (https://HOST/ovirt-engine/api) and what stands in front of it."
)


class DrError(Exception):
    """Base of all errors of this collection.

    ``kind`` names the class for programs; ``fields`` are the attributes that ``failure()`` shows.
    """

    kind: t.ClassVar[str] = "error"
    fields: t.ClassVar[tuple[str, ...]] = ()

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return self.message

    def failure(self) -> dict[str, object]:
        """The error for the result key ``failure``: ``kind``, ``message`` and the fields of the class (JSON types)."""
        shown: dict[str, object] = {"kind": self.kind, "message": self.message}
        for name in self.fields:
            value = getattr(self, name)
            shown[name] = list(value) if isinstance(value, tuple) else value
        return shown


class BadInput(DrError):
    """What the operator said does not make sense, or something needed was not said.

    ``problems`` are the single mistakes, a sentence each, where there may be several.
    """

    kind = "bad_input"
    fields: t.ClassVar[tuple[str, ...]] = ("problems",)

    def __init__(self, message: str, problems: t.Sequence[str] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class NotFound(DrError):
    """A name or id that the engine does not know at ``place`` ("data center Production", "the engine")."""

    kind = "not_found"
    fields = ("object_kind", "asked", "place")

    def __init__(self, kind: str, asked: str, place: str, advice: str = "") -> None:
        self.object_kind = kind
        self.asked = asked
        self.place = place
        super().__init__(
            f"There is no {kind} '{asked}' in {place}. "
            f"{advice or 'Check the spelling, the id, and which engine was asked.'}"
        )


class Ambiguous(DrError):
    """A name that several objects carry; ``candidates`` are their "name (id)" texts."""

    kind = "ambiguous"
    fields = ("object_kind", "asked", "candidates")

    def __init__(self, kind: str, asked: str, candidates: t.Iterable[str]) -> None:
        self.object_kind = kind
        self.asked = asked
        self.candidates = tuple(candidates)
        super().__init__(
            f"{kind} '{asked}' could be any of {len(self.candidates)}: {', '.join(self.candidates)}. "
            "Give the id of the one that is meant."
        )


class EngineError(DrError):
    """Base of what went wrong while speaking with an engine."""

    kind = "engine"


class Unreachable(EngineError):
    """Nothing reached the engine (name, route, refused, TLS, proxy): whatever was asked has not been done."""

    kind = "unreachable"
    fields = ("url", "why")

    def __init__(self, url: str, why: str, advice: str = "") -> None:
        self.url = url
        self.why = why
        super().__init__(
            f"The engine at {url} could not be reached: {why}. Nothing was done. "
            f"{advice or 'Check the address, the network and that the engine runs, then run again.'}"
        )


class SignInFailed(EngineError):
    """The engine refused the sign-in: wrong credentials, locked account, unknown profile. ``code`` is its word."""

    kind = "sign_in_failed"
    fields = ("url", "username", "code", "detail")

    def __init__(self, url: str, username: str, code: str, detail: str, advice: str = "") -> None:
        self.url = url
        self.username = username
        self.code = code
        self.detail = detail
        super().__init__(
            f"Sign-in of user '{username}' at {url} was refused ({code}): {detail}. {advice or _CHECK_THE_USER}"
        )


class TokenExpired(EngineError):
    """The token that was given is not accepted (any more) and there is no password to get another one."""

    kind = "token_expired"
    fields = ("url", "method", "path", "subject")

    def __init__(self, url: str, method: str, path: str, subject: str = "") -> None:
        self.url = url
        self.method = method
        self.path = path
        self.subject = subject
        super().__init__(
            f"{_about(subject)}the engine at {url} does not accept the token that was given (401 on {method} {path}), "
            "and there is no password to sign in again. This request was not carried out; what was done before stays. "
            "Get a new token, or give user and password as well, and run again: the run goes on where it stopped."
        )


class Fault(EngineError):
    """The engine understood and refused. ``status`` is its HTTP status, ``reason`` and ``detail`` are its words.

    ``items`` are the single texts of a bracketed detail. ``subject`` names the object of the request. Made by
    ``faults.from_answer``, which knows all the layouts a refusal comes in.
    """

    kind = "fault"
    fields = ("status", "reason", "detail", "items", "method", "path", "correlation_id", "subject")

    def __init__(
        self,
        status: int,
        reason: str,
        detail: str = "",
        *,
        items: tuple[str, ...] = (),
        method: str = "",
        path: str = "",
        correlation_id: str = "",
        subject: str = "",
        advice: str = "",
    ) -> None:
        self.status = status
        self.reason = reason
        self.detail = detail
        self.items = items
        self.method = method
        self.path = path
        self.correlation_id = correlation_id
        self.subject = subject
        words = " ".join(item if item.endswith(_END) else f"{item}." for item in items) or detail
        said = f"{reason}: {words}" if reason and words else reason or words or "no words"
        super().__init__(
            f"{_about(subject)}the engine refused {method} {path} with {status}, {said}"
            f"{'' if said.endswith(_END) else '.'}{_mark(correlation_id)} {advice or _SEE_THE_LOG}"
        )


class LostAnswer(EngineError):
    """A write was sent and no complete answer came: it may or may not have been carried out. Read the object first."""

    kind = "lost_answer"
    fields = ("method", "path", "correlation_id", "subject", "why")

    def __init__(self, method: str, path: str, *, correlation_id: str = "", subject: str = "", why: str = "") -> None:
        self.method = method
        self.path = path
        self.correlation_id = correlation_id
        self.subject = subject
        self.why = why
        super().__init__(
            f"{_about(subject)}{method} {path} was sent, but its answer was lost: {why}.{_mark(correlation_id)} "
            "The engine may have carried it out. Look at the object before anything is repeated; "
            "a further run does so by itself."
        )


class UnexpectedAnswer(EngineError):
    """The answer is not what the engine's API sends: HTML where XML is due, broken XML, a redirect."""

    kind = "unexpected_answer"
    fields = ("status", "method", "path", "correlation_id", "subject", "why")

    def __init__(
        self,
        why: str,
        *,
        status: int = 0,
        method: str = "",
        path: str = "",
        correlation_id: str = "",
        subject: str = "",
        advice: str = "",
    ) -> None:
        self.why = why
        self.status = status
        self.method = method
        self.path = path
        self.correlation_id = correlation_id
        self.subject = subject
        super().__init__(
            f"{_about(subject)}the answer to {method} {path} (status {status}) is not one of the engine's API: "
            f"{why}.{_mark(correlation_id)} {advice or _NOT_AN_ENGINE}"
        )


class WriteRefused(EngineError):
    """Something tried to write while only reading is allowed (check mode). Never the operator's fault."""

    kind = "write_refused"
    fields = ("method", "path", "subject")

    def __init__(self, method: str, path: str, subject: str = "") -> None:
        self.method = method
        self.path = path
        self.subject = subject
        super().__init__(
            f"{_about(subject)}{method} {path} was held back: this run may only read (check mode). "
            "This is a bug of the collection, please report it."
        )


class WaitTimeout(EngineError):
    """The wanted state did not come in time: ``last_seen`` is the last state read, ``seconds`` how long was waited."""

    kind = "wait_timeout"
    fields = ("subject", "wanted", "last_seen", "seconds")

    def __init__(self, subject: str, wanted: str, last_seen: str, seconds: float, advice: str = "") -> None:
        self.subject = subject
        self.wanted = wanted
        self.last_seen = last_seen
        self.seconds = round(seconds, 1)
        super().__init__(
            f"{_about(subject)}waited {self.seconds:g} s for '{wanted}', last seen: {last_seen or 'nothing'}. "
            f"{advice or 'The engine may still be at work: look at its events, then run again or allow more time.'}"
        )


class UnsupportedVersion(EngineError):
    """The engine is older than what is needed. Versions are texts such as "4.3.0"."""

    kind = "unsupported_version"
    fields = ("url", "found", "needed")

    def __init__(self, url: str, found: str, needed: str) -> None:
        self.url = url
        self.found = found
        self.needed = needed
        super().__init__(
            f"The engine at {url} is version {found}; {needed} or later is needed. Upgrade the engine first."
        )


def _about(subject: str) -> str:
    """Beginning of a text: the object, if there is one."""
    return f"{subject}: " if subject else ""


def _mark(correlation_id: str) -> str:
    """The correlation id, by which the engine's log, jobs and events tell more."""
    return f" (correlation id {correlation_id})" if correlation_id else ""
