# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a portal tells of targets (RFC 7143, appendix C)."""

from __future__ import annotations

import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._iscsi import keys
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import Malformed


class Told(t.NamedTuple):
    """A target, and a portal at which it is said to be. ``tag``: the portal's group."""

    target: str
    portal: keys.Portal | None
    tag: int | None


def targets(data: bytes) -> list[Told]:
    """The answer to C(SendTargets). A target without an address is at the portal that was asked."""
    found: list[Told] = []
    for key, value in keys.decode(data):
        if key == "TargetName":
            found.append(Told(value, None, None))
        elif key == "TargetAddress":
            if not found:
                raise Malformed("an address without a target")
            told = Told(found[-1].target, *keys.target_address(value))
            if found[-1].portal is None:
                found[-1] = told
            else:
                found.append(told)
    return found
