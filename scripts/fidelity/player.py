# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays recorded exchanges against a twin and tells what differs."""

from __future__ import annotations

import http.client
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from . import acts, polls
from .compare import Answer, Context, compare
from .flights import Flights, HeldClock, read_meanwhile
from .ids import Pairs
from .names import Disguise, Undisguised
from .reading import Record
from .scenes import Play
from .sign_in import Credentials
from .world import ENGINES, build, site_name

SENT = (
    "Accept",
    "Content-Type",
    "Version",
    "Filter",
    "Prefer",
    "Correlation-Id",
    "Expect",
    "All-Content",
    "Session-TTL",
)
TOP = re.compile(r"^/ovirt-engine/api/[a-z]+(\?|;|$)")


@dataclass(frozen=True)
class Outcome:
    """How one exchange went: its differences, the request as we sent it, and both answers."""

    record: Record
    differences: tuple[str, ...]
    request: str
    expected: str
    ours: str


class Player:
    """One chain in a world of its own."""

    def __init__(self, seed: int, elsewhere: frozenset[str] = frozenset(), *, plain: bool = False) -> None:
        self._disguise = Undisguised(seed) if plain else Disguise(seed)
        self._pairs = Pairs()
        self._elsewhere = elsewhere
        self._clock = HeldClock()
        self._flights = Flights(self._clock)
        self.twin = build(seed, self._disguise, self._pairs, self._clock)
        self._credentials = Credentials(self.twin.username, self.twin.password)
        self._polls: dict[tuple[str, int], list[Record]] = {}
        self._known: dict[tuple[str, int], Answer] = {}
        self._connections: dict[int, http.client.HTTPConnection] = {}
        self._sequences: dict[tuple[str, int, str], polls.Sequence] = defaultdict(polls.Sequence)
        self._looked = polls.Looked()
        self._roots = {engine: self.twin.url(site_name(engine)).removesuffix("/ovirt-engine/api") for engine in ENGINES}
        for engine in ENGINES:
            self._sign_in(engine)

    def close(self) -> None:
        """Ends the world."""
        for connection in self._connections.values():
            connection.close()
        self.twin.stop()

    def reconnect(self) -> None:
        """Goes on in a process that was forked off: the twin's threads are not in it."""
        self.twin.reopen()
        self._connections.clear()
        self._known.clear()
        self._roots = {engine: self.twin.url(site_name(engine)).removesuffix("/ovirt-engine/api") for engine in ENGINES}

    def play(self, play: Play, each: Callable[[Record, float], Outcome] | None = None) -> list[Outcome]:
        """Every exchange in turn; the outcomes of those that are compared. ``each`` takes the place of ``one``."""
        begin = play.timeline[0].moment
        self._polls = polls.same_reads(play.timeline)
        flying = read_meanwhile(play.timeline)
        found = []
        for record in play.timeline:
            found += [self._judge(flight.record, *flight.found[0]) for flight in self._flights.landed(record.moment)]
            if (record.scene, record.n) in flying:
                self._reach(record.moment - begin - polls.LAG)
                self._flights.start(record, partial(self._send, record, alone=True))
            else:
                found.append((each or self.one)(record, record.moment - begin))
        found += [self._judge(flight.record, *flight.found[0]) for flight in self._flights.landed(float("inf"))]
        return [outcome for outcome in found if (outcome.record.scene, outcome.record.n) in play.compared]

    def _judge(self, record: Record, sent: str, ours: Answer) -> Outcome:
        """What came of a write that was read meanwhile."""
        expected, context = self._expected(record), self._context(record)
        differences = compare(expected, ours, context, record.request_headers.get("Correlation-Id", ""))
        context.pairs.keep()
        return Outcome(record, tuple(differences), sent, self._pairs.translate(expected.body), ours.body)

    def one(self, record: Record, moment: float) -> Outcome:
        """One exchange, sent at a moment in seconds since the beginning."""
        for deed in acts.before(record.scene, record.n):
            deed(self.twin, self._disguise)
        for each in acts.known(record.scene, record.n):
            self._pairs.pair(each.theirs, each.ours(self.twin, self._pairs.translate))
        self._reach(moment - polls.LAG)
        expected = self._expected(record)
        sequence = self._sequences[(record.scene, record.engine, record.path)]
        status = self._status(expected)
        seen: list[str] = []
        while True:
            sent, ours = self._send(record)
            context = self._context(record)
            differences = compare(expected, ours, context, record.request_headers.get("Correlation-Id", ""))
            if not differences or not polls.may_wait(record.method, differences, expected, ours):
                break
            if sequence.ahead(status, self._status(ours)):
                break
            seen.append(self._status(ours))
            if len(seen) >= polls.TRIES or not self._wait(moment + polls.LEAD):
                break
        if differences and self._came_early(record, ours):
            differences, seen = [], []
        context.pairs.keep()
        if status and record.method == "GET" and not differences:
            passed = sequence.passed_over([s for s in seen if s], status, record.moment - self._looked.last(record))
            differences = [f"ours was {', '.join(passed)} on the way to {status}"] if passed else []
        sequence.show(status)
        self._looked.at(record)
        text = self._pairs.translate(expected.body)
        return Outcome(record, tuple(differences), sent, text, ours.body)

    def _came_early(self, record: Record, ours: Answer) -> bool:
        """Whether ours is what the recording shows a moment later at the same address."""
        for later in self._polls.get((record.scene, record.n), []):
            if not compare(self._expected(later), ours, self._context(later)):
                return True
        return False

    def _expected(self, record: Record) -> Answer:
        key = (record.scene, record.n)
        if key in self._known:
            return self._known[key]

        def own(text: str) -> str:
            text = self._disguise.text(text)
            for engine, root in self._roots.items():
                text = text.replace(f"http://engine{engine}.example", root)
            return text

        headers = {name: own(value) for name, value in record.response_headers.items()}
        self._known[key] = Answer(record.status, headers, own(record.response))
        return self._known[key]

    def _context(self, record: Record) -> Context:
        of_all = record.method == "GET" and bool(TOP.match(record.path))
        window = "max=" in record.path
        return Context(self._pairs.draft(), self._disguise.marks, self._elsewhere, of_all, window)

    @staticmethod
    def _status(answer: Answer) -> str:
        """The status of the entity that an answer is; empty for lists and faults."""
        found = re.search(r"^    <status>([a-z_]+)</status>", answer.body, re.MULTILINE)
        return found.group(1) if found else ""

    def _send(self, record: Record, *, alone: bool = False) -> tuple[str, Answer]:
        """Sends an exchange; ``alone`` on a connection of its own."""
        path = self._pairs.translate(self._disguise.path(record.path))
        body = self._pairs.translate(self._disguise.text(record.request))
        if "/sso" in path or "sso-logout" in path:
            path, body = (self._credentials.form(record, text) for text in (path, body))
        headers = {name: record.request_headers[name] for name in SENT if name in record.request_headers}
        answer, cookie = self._exchange(
            -record.n if alone else record.engine,
            record.method,
            path,
            body,
            headers | self._credentials.headers(record),
            self._roots[record.engine],
        )
        self._credentials.answered(record, body or path, answer.status, answer.body, cookie)
        return f"{record.method} {path} {body}".rstrip(), answer

    def _exchange(
        self, line: int, method: str, path: str, body: str, headers: dict[str, str], root: str
    ) -> tuple[Answer, str]:
        """One request and its answer on a line: the connection kept for an engine, or one of its own."""
        if line not in self._connections:
            address = urlsplit(root)
            self._connections[line] = http.client.HTTPConnection(str(address.hostname), address.port, timeout=20)
        connection = self._connections[line]
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            data = body.encode()
            for name, value in headers.items():
                connection.putheader(name, value)
            if data or method in ("POST", "PUT"):
                connection.putheader("Content-Length", str(len(data)))
            connection.endheaders(data or None)
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
        except (http.client.HTTPException, OSError) as error:
            connection.close()
            del self._connections[line]
            return Answer(
                0, {}, f"no answer: {type(error).__name__} {error} {(self.twin.errors or [''])[-1][-600:]}"
            ), ""
        cookie = response.getheader("Set-Cookie") or ""
        return Answer(response.status, dict(response.getheaders()), text), cookie

    def _sign_in(self, engine: int) -> None:
        form = f"grant_type=password&scope=ovirt-app-api&username={self.twin.username}&password={self.twin.password}"
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        answer, _cookie = self._exchange(
            engine, "POST", "/ovirt-engine/sso/oauth/token", form, headers, self._roots[engine]
        )
        found = re.search(r'"access_token":\s*"([^"]+)"', answer.body)
        self._credentials.own(engine, found.group(1) if found else "")

    def _reach(self, moment: float) -> None:
        self._clock.forward(moment - self._clock.now())
        self._flights.settle()

    def _wait(self, until: float) -> bool:
        """Moves on to the next thing that happens in the twin; False when that is too far off."""
        now = self._clock.now()
        changes = [moment for site in self.twin.sites.values() for moment in site.changes_at()]
        moments = [moment for moment in (*changes, *self._flights.due()) if moment > now]
        if not moments or min(moments) > until:
            return False
        self._reach(min(moments) + 0.000001)
        return True
