# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evidence that no other side writes to a storage domain any more, and whether it is enough. Pure: no I/O, no clock.

The metadata of a replica names the data center that it was cut from; so does that of a domain which another site uses
this very moment. An engine attaches both without asking (contract 03, 3.4). What tells them apart comes from outside:
the engine of the other side, the storage array, fencing, or a person who vouches for it (research, dr-anchors).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput

# kind -> what shows that the other side writes no more, and what shows that it may. What else is said, is refused.
SHOWS: Mapping[str, tuple[str, ...]] = {
    "engine": ("unattached", "maintenance", "hosts_down"),
    "array": ("promoted",),
    "fencing": ("fenced",),
}
DENIES: Mapping[str, tuple[str, ...]] = {
    "engine": ("active",),
    "array": ("replicating", "writable_on_both"),
    "fencing": ("not_fenced",),
}
# Statuses of a host that the engine itself took out of use, or saw go down. One that does not respond may well write.
HOST_DOWN = ("maintenance", "down")
SKEW = 300.0
"""Seconds that two clocks may differ: evidence from the future is nobody's evidence."""


@dataclass(frozen=True)
class Takeover:
    """Somebody's signed statement. overrule: it counts although what was asked says otherwise."""

    confirmed_by: str
    reason: str
    overrule: bool = False


@dataclass(frozen=True)
class Evidence:
    """One thing that was said about domains (all of them when ``domains`` is empty), by whom, and when.

    at: seconds since the epoch; said_at: the same as it was written. hosts: that were fenced.
    """

    kind: str
    says: str
    said_by: str
    at: float
    said_at: str
    domains: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()
    details: str = ""

    @property
    def text(self) -> str:
        """For people and the journal."""
        more = f" ({self.details})" if self.details else ""
        hosts = f" {', '.join(sorted(self.hosts))}" if self.hosts else ""
        return f"{self.kind}: {self.says.replace('_', ' ')}{hosts}, said by {self.said_by} at {self.said_at}{more}"


@dataclass(frozen=True)
class OtherHost:
    """A host of the other engine, in the data center that holds a domain."""

    id: str
    name: str
    status: str


@dataclass(frozen=True)
class OtherDomain:
    """A domain as another engine knows it. data_center: its name, empty while unattached; hosts: of that one."""

    status: str
    data_center: str = ""
    hosts: tuple[OtherHost, ...] = ()


@dataclass(frozen=True)
class OtherEngine:
    """What another engine says. trouble: why it could not be asked, empty when it was; asked_at: when, in words."""

    url: str
    asked_at: str
    domains: Mapping[str, OtherDomain] = field(default_factory=dict)
    trouble: str = ""


@dataclass(frozen=True)
class Proof:
    """What a domain passed with. kind: engine, array, fencing or takeover."""

    kind: str
    says: str
    said_by: str
    said_at: str
    text: str


@dataclass(frozen=True)
class Judgement:
    """What all evidence together means for one domain.

    proofs: what shows that nobody else writes; against: what shows that somebody may; of_no_use: what was given and
    shows neither, with the reason; overruled: a statement counts although something stands against it.
    """

    proofs: tuple[Proof, ...] = ()
    against: tuple[str, ...] = ()
    of_no_use: tuple[str, ...] = ()
    overruled: bool = False

    @property
    def passes(self) -> bool:
        """Whether the domain may be taken although its metadata names another data center."""
        return bool(self.proofs) and (not self.against or self.overruled)

    @property
    def given(self) -> bool:
        """Whether anything was said about the domain at all."""
        return bool(self.proofs or self.against or self.of_no_use)


def takeover_from(option: Mapping[str, object] | None) -> Takeover | None:
    """The option ``takeover``; BadInput when one of its parts is blank, because a statement needs both."""
    if option is None:
        return None
    who, why = (str(option.get(key) or "").strip() for key in ("confirmed_by", "reason"))
    blank = [key for key, value in (("confirmed_by", who), ("reason", why)) if not value]
    if blank:
        raise BadInput(f"takeover: {' and '.join(blank)} must not be empty; it is recorded with the run")
    return Takeover(who, why, bool(option.get("overrule")))


def evidence_from(options: Sequence[Mapping[str, object]]) -> tuple[Evidence, ...]:
    """The option ``evidence`` as records; BadInput names every mistake at once."""
    found: list[Evidence] = []
    problems: list[str] = []
    for number, option in enumerate(options, 1):
        made, wrong = _one(option)
        problems.extend(f"evidence[{number}]: {problem}" for problem in wrong)
        found.append(made)
    if problems:
        raise BadInput("; ".join(problems), problems)
    return tuple(found)


def _one(option: Mapping[str, object]) -> tuple[Evidence, list[str]]:
    kind, says = str(option["kind"]), str(option["says"])
    said_by, said_at = (str(option.get(key) or "").strip() for key in ("said_by", "at"))
    domains, hosts = (_texts(option.get(key)) for key in ("domains", "hosts"))
    problems: list[str] = []
    words = (*SHOWS[kind], *DENIES[kind])
    if says not in words:
        problems.append(f"'says' is {says}, evidence of kind {kind} says one of {', '.join(words)}")
    if not said_by:
        problems.append("'said_by' must not be empty; it is recorded with the run")
    at = moment(said_at)
    if at is None:
        problems.append(f"'at' is '{said_at}', give date and time with a time zone, as 2026-11-21T03:12:00Z")
    if kind == "fencing" and not hosts:
        problems.append("'hosts' is needed: the names of the hosts that were fenced")
    details = str(option.get("details") or "").strip()
    return Evidence(kind, says, said_by, at or 0.0, said_at, domains, hosts, details), problems


def _texts(value: object) -> frozenset[str]:
    return frozenset(str(one) for one in value) if isinstance(value, (list, tuple)) else frozenset()


def moment(text: str) -> float | None:
    """A date and time (ISO 8601, with a time zone) as seconds since the epoch; None when it is not one."""
    plain = re.sub(r"[Zz]$", "+00:00", text.strip())
    try:
        found = datetime.fromisoformat(plain)
    except ValueError:
        return None
    return found.timestamp() if found.tzinfo is not None else None


def judge(
    names: Collection[str],
    domain_id: str,
    evidence: Sequence[Evidence],
    other: OtherEngine | None,
    takeover: Takeover | None,
    *,
    now: float,
    max_age: float,
) -> Judgement:
    """What is shown about one domain. names: its id and names; now: seconds since the epoch; max_age: seconds."""
    proofs: list[Proof] = []
    against: list[str] = []
    of_no_use: list[str] = []
    fenced: set[str] = set()
    for entry in evidence:
        if entry.domains and not entry.domains & set(names):
            continue
        stale = _stale(entry, now, max_age)
        if stale:
            of_no_use.append(f"{entry.text}: {stale}")
        elif entry.says in DENIES[entry.kind]:
            against.append(entry.text)
        else:
            fenced |= entry.hosts
            proofs.append(Proof(entry.kind, entry.says, entry.said_by, entry.said_at, entry.text))
    if other is not None:
        _ask(other, domain_id, fenced, proofs, against, of_no_use)
    if takeover is not None:
        words = f"takeover confirmed by {takeover.confirmed_by}: {takeover.reason}"
        proofs.append(Proof("takeover", takeover.reason, takeover.confirmed_by, "", words))
    overruled = bool(against) and takeover is not None and takeover.overrule
    return Judgement(tuple(proofs), tuple(against), tuple(of_no_use), overruled)


def _stale(entry: Evidence, now: float, max_age: float) -> str:
    age = now - entry.at
    if age < -SKEW:
        return f"that is {-age:.0f} seconds in the future; compare the clocks"
    if age > max_age:
        return f"that is {age:.0f} seconds ago, more than the {max_age:.0f} of 'evidence_max_age'; ask again"
    return ""


def _ask(
    other: OtherEngine,
    domain_id: str,
    fenced: set[str],
    proofs: list[Proof],
    against: list[str],
    of_no_use: list[str],
) -> None:
    """What another engine says about a domain. fenced: the hosts of which it was said that they are."""

    def shown(says: str, words: str) -> None:
        proofs.append(Proof("engine", says, other.url, other.asked_at, f"engine {other.url}: {words}"))

    domain = other.domains.get(domain_id)
    if other.trouble:
        of_no_use.append(f"engine {other.url} could not be asked: {other.trouble}")
    elif domain is None:
        # One that never had the domain says the same, so it shows nothing.
        of_no_use.append(f"engine {other.url} does not know the domain, so it cannot tell who uses it")
    elif not domain.data_center:
        shown("unattached", "the domain is unattached there")
    elif domain.status == "maintenance":
        shown("maintenance", f"the domain is in maintenance in data center {domain.data_center}")
    else:
        alive = [host for host in domain.hosts if host.status not in HOST_DOWN and not fenced & {host.name, host.id}]
        where = f"the domain is {domain.status or 'of unknown status'} in data center {domain.data_center}"
        if not alive:
            shown("hosts_down", f"{where}, whose hosts are all in maintenance, down or fenced")
            return
        hosts = ", ".join(f"{host.name} ({host.status})" for host in alive)
        words = f"engine {other.url}: {where}, with hosts {hosts}"
        # Fencing that left out hosts shows nothing: who said so did not know of them.
        for proof in [one for one in proofs if one.kind == "fencing"]:
            proofs.remove(proof)
            of_no_use.append(f"{proof.text}: that leaves out {', '.join(host.name for host in alive)}")
        if any(host.status == "up" for host in alive) and domain.status != "inactive":
            against.append(words)
        else:
            of_no_use.append(f"{words}; they may still write")
