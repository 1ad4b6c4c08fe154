# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the recorder did to the storage behind the engines' backs, between two exchanges.

No exchange shows it, only its effect does. Each entry names the exchange before which it happened, and the recorded
exchanges from which that is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin

from .names import Disguise

Deed = Callable[[Twin, Disguise], None]


@dataclass(frozen=True)
class Act:
    """Something done to storage right before exchange ``n`` of a scene."""

    scene: str
    n: int
    deed: Deed
    seen_in: str


def move_export(source: tuple[str, str], target: tuple[str, str]) -> Deed:
    """What lies on an export is found at another one from now on, and no longer at the first."""

    def deed(twin: Twin, disguise: Disguise) -> None:
        ends = [(disguise.text(address), disguise.text(f"{path}/")[:-1]) for address, path in (source, target)]
        old, new = (twin.storage.export(*end) for end in ends)
        if old is None or new is None:
            raise LookupError(f"no export {ends}")
        new.content, new.reachable = old.content, True
        old.content, old.reachable = None, False
        twin.storage.changes += 1

    return deed


ACTS: tuple[Act, ...] = ()


def before(scene: str, n: int) -> list[Deed]:
    """What to do to the storage before an exchange."""
    return [act.deed for act in ACTS if (act.scene, act.n) == (scene, n)]
