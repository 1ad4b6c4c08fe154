# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on demand: rules that hit chosen requests, and short names for the usual ones."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

ACTIONS = {
    "status": "answered with this status and body; nothing is done",
    "engine_error": "answered with 400 [Internal Engine Error]; nothing is done",
    "reset_before": "the connection is reset; nothing is done",
    "reset_after": "the work is done, then the connection is reset",
    "hang": "no answer and no end; nothing is done",
    "truncate": "the work is done, half of the body is sent",
    "delay": "answered so many seconds later",
    "job_failure": "answered as if it went on behind, with a job that fails after so many seconds; nothing is done",
    "die_before": "the engine's process dies; nothing of this request is done",
    "die_after": "the work is done, then the engine's process dies before it answers",
}
"""What can happen to a request. An engine that died drops what is under way and its sessions, cuts every connection,
and is there again after so many seconds, 0 for not before it is told to."""

NAMES = {
    "attach": "the first attach is refused by the engine (400 [])",
    "attach-lost": "the first attach is done, its answer is lost",
    "detach": "the first detach is refused by the engine (400 Internal Engine Error)",
    "edit": "the first edit of a storage connection is refused (400 Internal Engine Error)",
    "import": "the first import of a domain is refused (400 mount problem)",
    "register:<vm>": "registering this VM (name or id) is refused (400 Internal Engine Error), always",
    "register": "the third register is refused (400 Internal Engine Error)",
    "lost-answer:register": "the second register is done, its answer is lost",
    "lost-answer:start": "the second start is done, its answer is lost",
    "reset:register": "the second register is cut off before it is carried out",
    "start:<vm>": "starting this VM (name or id) is refused (409 no host fits), always",
    "storage:<domain>": "the storage of this domain (name or id) cannot be reached; or a server, server:path or LUN",
    "promote:<place>": "the array ends the replication into this LUN or server:path; it can be written from now on",
    "demote:<place>": "the array protects this LUN or server:path; it cannot be written any more",
    "full:<place>": "the array has no space left for this LUN or server:path",
    "cannot:<what>": "hosts cannot do this to images any more: copy, mirror, merge (a snapshot), or hibernate (a VM)",
    "chap:<target>": "this iSCSI target asks for CHAP: user name twin, password twin",
    "busy": "every fourth register is first refused with 409 'Related operation is currently in progress'",
    "token": "the token is refused with 401 once, at the tenth request",
    "down": "the site answers 503 to twelve requests, from the twentieth on",
    "slow": "every request takes half a second longer",
    "job:register": "the second register is answered, its job fails and the VM is not there",
    "die": "the engine dies at the third register, before it is done, and is back 10 seconds later",
    "die-after": "the engine dies at the third register, when it is done, and is back 10 seconds later",
}
"""Names that ``--fail`` understands, with what they do."""

_ENGINE_ERROR = "[Internal Engine Error]"
_BUSY = "[Cannot import VM. Related operation is currently in progress. Please try again later.]"
_NO_HOST = "[Cannot run VM. There is no host that satisfies current scheduling constraints. See below for details:]"


class BadRule(ValueError):
    """A fault rule that cannot be understood."""


@dataclass
class Rule:
    """Which requests are hit (method, path pattern, the nth match and how many from there on) and what happens to
    them. ``seconds`` are those of the twin's clock."""

    action: str
    method: str = ""
    path: str = ""
    nth: int = 1
    times: int = 1
    every: int = 0
    status: int = 500
    body: str = ""
    seconds: float = 1.0
    vm: str = ""
    seen: int = field(default=0, compare=False)
    hits: int = field(default=0, compare=False)

    def matches(self, method: str, path: str, subject: str) -> bool:
        """Whether this request is hit; counts it."""
        if (self.method and self.method != method) or (self.path and not re.search(self.path, path)):
            return False
        if self.vm and self.vm not in path and self.vm != subject:
            return False
        self.seen += 1
        if self.every:
            return self.seen % self.every == 0
        return self.nth <= self.seen and (self.times == 0 or self.seen < self.nth + self.times)


def rule(data: Mapping[str, Any]) -> Rule:
    """A rule from its fields. Raises BadRule."""
    unknown = set(data) - {"action", "method", "path", "nth", "times", "every", "status", "body", "seconds", "vm"}
    if unknown:
        raise BadRule(f"unknown field '{min(unknown)}' in a fault rule")
    if data.get("action") not in ACTIONS:
        raise BadRule(f"action {data.get('action')!r} is none of {', '.join(ACTIONS)}")
    for name, value in data.items():
        kind = (int, float) if name == "seconds" else type(getattr(_DEFAULT, name))
        if not isinstance(value, kind) or isinstance(value, bool):
            raise BadRule(f"{name} of a fault rule cannot be {value!r}")
    try:
        re.compile(data.get("path", ""))
    except re.error as error:
        raise BadRule(f"path {data.get('path')!r}: {error}") from error
    return Rule(**dict(data))


_DEFAULT = Rule("")


def fault_body(detail: str, *, action: bool) -> str:
    """A fault, inside an action when the request was one."""
    fault = f"<fault><detail>{detail}</detail><reason>Operation Failed</reason></fault>"
    return f"<action>{fault}<status>failed</status></action>" if action else fault


@dataclass(frozen=True)
class OnStorage:
    """Something that storage does: ``kind`` is storage (cut a place off), promote, demote, full, cannot (hosts fail at
    this) or chap (a target asks for CHAP)."""

    kind: str
    subject: str


def named(name: str) -> Rule | OnStorage:
    """The rule behind a short name, or what to do to the storage. Raises BadRule."""
    kind, _unused, subject = name.partition(":")
    register, start, attach = r"/vms/[^/]+/register$", r"/vms/[^/]+/start$", r"/datacenters/[^/]+/storagedomains$"
    if kind in ("storage", "promote", "demote", "full", "cannot", "chap") and subject:
        return OnStorage(kind, subject)
    if kind == "register" and subject:
        return Rule(
            "status", "POST", register, times=0, status=400, body=fault_body(_ENGINE_ERROR, action=True), vm=subject
        )
    if kind == "start" and subject:
        return Rule("status", "POST", start, times=0, status=409, body=fault_body(_NO_HOST, action=True), vm=subject)
    rules = {
        "attach": Rule("status", "POST", attach, status=400, body=fault_body("[]", action=False)),
        "attach-lost": Rule("reset_after", "POST", attach),
        "detach": Rule(
            "status",
            "DELETE",
            r"/datacenters/[^/]+/storagedomains/[^/]+$",
            status=400,
            body=fault_body(_ENGINE_ERROR, action=False),
        ),
        "edit": Rule(
            "status",
            "PUT",
            r"/storageconnections/[^/]+$",
            status=400,
            body=fault_body(_ENGINE_ERROR, action=False),
        ),
        "import": Rule(
            "status",
            "POST",
            r"/api(/v4)?/storagedomains$",
            status=400,
            body=fault_body("[Problem while trying to mount target]", action=False),
        ),
        "register": Rule("status", "POST", register, nth=3, status=400, body=fault_body(_ENGINE_ERROR, action=True)),
        "lost-answer:register": Rule("reset_after", "POST", register, nth=2),
        "lost-answer:start": Rule("reset_after", "POST", start, nth=2),
        "reset:register": Rule("reset_before", "POST", register, nth=2),
        "busy": Rule("status", "POST", register, every=4, status=409, body=fault_body(_BUSY, action=True)),
        "token": Rule("status", "", r"/ovirt-engine/api", nth=10, status=401),
        "down": Rule("status", "", r"/ovirt-engine/api", nth=20, times=12, status=503),
        "slow": Rule("delay", times=0, seconds=0.5),
        "job:register": Rule("job_failure", "POST", register, nth=2),
        "die": Rule("die_before", "POST", register, nth=3, seconds=10.0),
        "die-after": Rule("die_after", "POST", register, nth=3, seconds=10.0),
    }
    if name not in rules:
        raise BadRule(f"'{name}' is none of {', '.join(NAMES)}")
    return rules[name]


class Faults:
    """The rules of a site."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._lock = threading.Lock()

    def add(self, added: Rule) -> None:
        """One more rule."""
        with self._lock:
            self._rules.append(added)

    def clear(self) -> None:
        """No rules any more."""
        with self._lock:
            self._rules.clear()

    def hit(self, method: str, path: str, subject: Callable[[str], str]) -> Rule | None:
        """The first rule that hits a request. ``subject`` finds the name of the object that a path is about."""
        if not self._rules:
            return None
        name = subject(path) if any(each.vm for each in self._rules) else ""
        with self._lock:
            found = [each for each in self._rules if each.matches(method, path, name)]
            for each in found[:1]:
                each.hits += 1
            return found[0] if found else None
