# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A storage domain as it describes itself on the storage, and whether it is the expected one."""

from __future__ import annotations

import re
import typing as t

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


class Expected(t.NamedTuple):
    """What should be there. ``pool``: the data center's id; None when any will do, empty for a domain of none."""

    id: str
    pool: str | None


class Domain(t.NamedTuple):
    """What a domain says of itself. ``pool``: the id of its data center, empty where it is in none."""

    id: str
    pool: str
    name: str
    version: str
    type: str
    role: str

    def told(self) -> dict[str, str]:
        """As it stands in the result."""
        return dict(self._asdict())


def is_uuid(name: str) -> bool:
    """Whether this may be the id of a domain."""
    return UUID.fullmatch(name) is not None


def from_lines(data: bytes) -> Domain | None:
    """The domain that a file C(dom_md/metadata) describes; None for what is no such file."""
    text = data.decode("utf-8", "replace")
    return from_pairs(dict(line.split("=", 1) for line in text.splitlines() if "=" in line))


def from_pairs(pairs: t.Mapping[str, str]) -> Domain | None:
    """The domain that keys and values describe; None without an id."""
    told = {key.strip(): value.strip() for key, value in pairs.items()}
    if not is_uuid(told.get("SDUUID", "")):
        return None
    # A domain may hold several ids here, of the time when one could be in several data centers.
    pool = told.get("POOL_UUID", "").split(",")[0]
    words = (told.get(key, "") for key in ("DESCRIPTION", "VERSION", "TYPE", "ROLE"))
    return Domain(told["SDUUID"], pool, *words)


def mismatch(expected: Expected | None, found: t.Sequence[Domain]) -> tuple[str, str] | None:
    """A word and a sentence for what is not as expected; None where all is."""
    if expected is None:
        return None
    domain = next((one for one in found if one.id == expected.id), None)
    if domain is None:
        others = ", ".join(one.id for one in found)
        return "domain", f"the domain {expected.id} is not there" + (f", but {others}" if others else "")
    if expected.pool is not None and domain.pool != expected.pool:
        here, due = (f"data center {pool}" if pool else "no data center" for pool in (domain.pool, expected.pool))
        return "pool", f"the domain {expected.id} belongs to {here}, not to {due}"
    return None
