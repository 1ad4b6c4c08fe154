# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guard of domains that are taken into a data center: what is said about each, and what that means for it. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.evidence import Judgement

WAYS = (
    "make sure that the other side cannot write to it any more. Then give what shows it ('evidence', 'other_engine'), "
    "or say so with 'takeover: {confirmed_by: ..., reason: ...}', and run again"
)


@dataclass
class Guard:
    """judgements: domain id -> what all evidence means for it; marked: id -> whether the metadata names a data center,
    as far as that was read. tell: writes a sentence down. Used from several threads; each domain by one of them."""

    judgements: Mapping[str, Judgement] = field(default_factory=dict)
    marked: dict[str, bool] = field(default_factory=dict)
    tell: t.Callable[[str], object] = lambda sentence: None
    _told: set[str] = field(default_factory=set)

    def judgement(self, domain_id: str) -> Judgement:
        """What is said about a domain; nothing about one that was not asked for."""
        return self.judgements.get(domain_id, Judgement())

    def forbids(self, domain_id: str, label: str) -> str:
        """Why a domain must not be attached, as far as is known now; empty when it may be, or that cannot be told yet.

        What was given must hold, whether or not the metadata turns out to name another data center: who gives
        evidence expects that it does.
        """
        found = self.judgement(domain_id)
        marked = self.marked.get(domain_id)
        if found.against and not found.overruled:
            advice = "wait until it is so no longer" if marked is not False else "look why"
            return (
                f"domain {label}: another side uses it: {'; '.join(found.against)}. Nothing takes it from there: "
                f"{advice}, and run again; a statement counts against that only with 'takeover.overrule'"
            )
        if marked is False or found.passes or (marked is None and not found.given):
            return ""
        useless = f" What was given does not show otherwise: {'; '.join(found.of_no_use)}." if found.given else ""
        if marked is None:
            return f"domain {label}: it is not shown that no other side uses it.{useless} First {WAYS}"
        return (
            f"domain {label}: its metadata says that another data center uses it, and attaching would take it away "
            f"from there.{useless} First {WAYS}"
        )

    def passed(self, domain_id: str, label: str) -> None:
        """Write down with what a domain passes whose metadata names another data center; once."""
        if not self.marked.get(domain_id) or domain_id in self._told:
            return
        self._told.add(domain_id)
        found = self.judgement(domain_id)
        words = "; ".join(proof.text for proof in found.proofs)
        over = f", against: {'; '.join(found.against)}" if found.against else ""
        self.tell(f"domain {label} names another data center and is taken: {words}{over}")

    def shown(self, domain_id: str, label: str) -> dict[str, object]:
        """The domain's entry of the result: JSON types."""
        found = self.judgement(domain_id)
        marked = self.marked.get(domain_id)
        return {
            "domain": label,
            "id": domain_id,
            "marked": marked,
            "passed": not self.forbids(domain_id, label) and (marked is not None or found.passes),
            "evidence": [
                {"kind": one.kind, "says": one.says, "said_by": one.said_by, "at": one.said_at, "text": one.text}
                for one in found.proofs
            ],
            "against": list(found.against),
            "of_no_use": list(found.of_no_use),
        }
