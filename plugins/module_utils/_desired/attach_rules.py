# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What forbids that a storage domain is attached, as far as reading shows it: told before anything is written."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.blocks import BLOCK_TYPES
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.wanted_domains import WantedDomain
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import DataCenter, Domain


def conflict(
    domain: WantedDomain, by_id: Mapping[str, Domain], here: Mapping[str, Domain], data_center: DataCenter
) -> str:
    """Why a domain cannot be brought in, apart from what the guard says; empty when it can.

    by_id: every domain of the engine; here: those of the data center.
    """
    known = by_id.get(domain.id)
    if domain.type == "localfs" and not data_center.local:
        return (
            f"domain {domain.label}: data center {data_center.name} is one of shared storage, so it takes no local "
            "domain; name a data center of local storage"
        )
    if known is None:
        return "" if domain.create else _name_taken(domain, by_id)
    if known.type not in ("data", ""):
        return f"domain {domain.label}: is of type {known.type}; only data domains are brought, attach it by hand"
    if domain.id not in here and known.data_center_ids:
        return (
            f"domain {domain.label}: is attached to another data center of this engine "
            f"({', '.join(known.data_center_ids)}); detach it there first"
        )
    if domain.type != known.storage_type and (domain.block or known.storage_type in BLOCK_TYPES):
        return (
            f"domain {domain.label}: the engine knows it as one of type {known.storage_type}, the playbook says "
            f"{domain.type}; correct the type"
        )
    if domain.id not in here and newer(known.storage_format, data_center.storage_format):
        return f"domain {domain.label}: {too_new(known.storage_format, data_center.name, data_center.storage_format)}"
    if domain.block:
        return _other_targets(domain, known)
    if (known.address, known.path) != (domain.address, domain.path):
        place = f"{known.address}:{known.path}" if known.address else known.path
        return (
            f"domain {domain.label}: the engine knows it on {place}, the playbook wants {domain.place}; "
            "its connection must be changed, which this module never does"
        )
    return ""


def _name_taken(domain: WantedDomain, by_id: Mapping[str, Domain]) -> str:
    namesake = next((other for other in by_id.values() if domain.name and other.name == domain.name), None)
    if namesake is None:
        return ""
    return (
        f"domain {domain.label}: the name is taken by another domain ({namesake.id}); "
        "want another name for it, or rename the other one"
    )


def newer(one: str, other: str) -> bool:
    """Whether the storage format ``one`` is newer than ``other``; never so when one of them is not known."""
    numbers = [int(text[1:]) if text[:1] == "v" and text[1:].isdigit() else 0 for text in (one, other)]
    return 0 not in numbers and numbers[0] > numbers[1]


def too_new(format_there: str, center: str, format_here: str) -> str:
    """The words for a domain that is of a newer format than the data center: nothing brings a format back."""
    return (
        f"its storage format is {format_there}, and data center {center} is too old for it, with {format_here}. Raise "
        "the compatibility version of that data center and its clusters, or attach it to a newer one; a format is "
        "never changed back"
    )


def cannot_initialize(center: str, names: str) -> str:
    """The words for domains that cannot be the first of a data center."""
    return (
        f"data center {center} is uninitialized, and a domain whose metadata names another data center cannot be its "
        f"first one: {names}. Attach a domain of its own to it first ('create: true' makes one), or one that was "
        "detached cleanly"
    )


def uninitialized(center: str, labels: str) -> str:
    """The words for domains that would become the master of a data center without being asked to."""
    return (
        f"data center {center} is uninitialized: one of {labels} would become its master, and the data center would "
        "stand and fall with it. Attach a domain of its own to it first, or ask for that with 'initialize: true'"
    )


def _other_targets(domain: WantedDomain, known: Domain) -> str:
    """What is wrong when the engine knows a domain on none of the wanted targets."""
    if not domain.targets or not known.targets or {target.target for target in domain.targets} & set(known.targets):
        return ""
    return (
        f"domain {domain.label}: the engine knows it on {', '.join(known.targets)}, the playbook wants {domain.place}; "
        "its connections must be changed, which this module never does"
    )
