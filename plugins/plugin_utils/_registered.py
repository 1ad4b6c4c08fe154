# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts registered in earlier tasks, as the controller holds it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def registered(hostvars: Mapping[str, Any], hosts: Iterable[str], variable: str) -> dict[str, Any]:
    """Of each host the result under a name; None of a host that has none, or that the inventory does not know."""
    return {host: hostvars[host].get(variable) if host in hostvars else None for host in hosts}
